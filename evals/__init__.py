"""Gold questions in, scores and a report out, and the gate that turns red on a regression."""

from ingest.threads import one_thread

one_thread()  # before numpy is imported: all of these are commands

__all__: list[str] = []
