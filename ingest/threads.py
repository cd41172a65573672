"""How many threads matrix products run on in a command: one. A program that imports Pilcrow decides for itself."""

from __future__ import annotations

import os


def one_thread() -> None:
    """Keep OpenBLAS, which reads this when numpy is first imported, on the thread that calls it.

    The products here are small: on threads of their own a question costs a third more time, and where other processes
    want the processor, too, a check costs up to twice and a question up to four times as much. Where it is set, it
    stays.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
