"""`python -m ingest.health FOLDER COUNT`: are COUNT records in the Chroma folder, and do its vectors find themselves?

Runs in a process of its own, since a damaged index can end the process that reads it. Exit 0 where all is well, else 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ingest.store import ChromaStore


def main() -> int:
    """Check the folder named on the command line; say on stderr what is wrong."""
    folder, expected = Path(sys.argv[1]), int(sys.argv[2])
    store = ChromaStore(folder)
    count = sum(store.sizes().values())
    if count != expected:
        print(f"{count} records where {expected} were written", file=sys.stderr)  # noqa: T201  # read by the parent
        return 1
    lost = store.lost_vectors()
    if lost:
        print(f"{len(lost)} sampled vectors do not find themselves: {lost[0]}", file=sys.stderr)  # noqa: T201  # read by the parent
    return bool(lost)


if __name__ == "__main__":
    sys.exit(main())
