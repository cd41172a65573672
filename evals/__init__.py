"""Gold questions in, scores and a report out, and the gate that turns red on a regression."""

__all__: list[str] = []
