"""What a person sees at the terminal while a command runs: progress on stderr, and one line where it fails."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import typer


def run(app: typer.Typer, arguments: Sequence[str], *, errors: tuple[type[Exception], ...]) -> int:
    """Run a command line; an expected error becomes one line on stderr and exit code 1, a bug keeps its traceback."""
    try:
        app(args=list(arguments), prog_name="pilcrow")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except errors as error:
        typer.echo(f"pilcrow: {error}", err=True)
        return 1
    return 0


class TerminalProgress:
    """A `Progress` that draws a bar on a terminal, and prints a line for each stage elsewhere."""

    def __init__(self) -> None:
        self._bar: object | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def stage(self, name: str, total: int | None = None) -> None:
        """Say what is done now; `total` texts are ahead where that is known."""
        self._close()
        if total and sys.stderr.isatty():
            self._open(name, total)
        else:
            typer.echo(f"{name} ({total} texts) …" if total else f"{name} …", err=True)

    def advance(self, count: int) -> None:
        """Move the bar by `count` texts."""
        if self._bar is not None:
            self._bar.advance(self._task, count)  # type: ignore[attr-defined]  # rich is imported only when it is drawn

    def _open(self, name: str, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        bar = Progress(*columns, console=Console(stderr=True))
        self._task = bar.add_task(name, total=total)
        bar.start()
        self._bar = bar

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()  # type: ignore[attr-defined]  # as above
            self._bar = None
