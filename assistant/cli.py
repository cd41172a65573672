"""The `pilcrow` command. Only the subcommand that is asked for is imported, so `--help` and each command start fast."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import Annotated

import typer

from ingest.threads import one_thread

COMMANDS = {
    "ingest": ("ingest.command", "Read documents into the index: cables, WordPress posts (JSON), text, Markdown."),
    "ask": ("assistant.commands.ask", "Answer a question, each sentence with the paragraph it rests on."),
    "search": ("assistant.commands.search", "List the paragraphs that bear on a question."),
    "check": ("assistant.commands.check", "Say whether a paragraph bears a sentence out."),
    "verify": ("assistant.commands.verify", "Check an answer's evidence with nothing but the sources."),
    "documents": ("assistant.commands.documents", "List the documents of the index, or show one."),
    "eval": ("evals.command", "Run gold questions against the index, and turn red on a regression."),
    "chat": ("assistant.commands.chat", "Open the chat in a browser."),
}


def main() -> None:
    """The console command: run the arguments, exit with 0 done, 1 failed, 2 wrong usage, 3 abstained."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    one_thread()
    from assistant.errors import AssistantError
    from ingest.errors import IngestError
    from ingest.terminal import run as run_app

    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    module = import_module(COMMANDS[asked][0]) if asked in COMMANDS else None
    errors = (IngestError, AssistantError, *getattr(module, "ERRORS", ()))
    return run_app(_app(asked, module), arguments, errors=errors)


def _app(asked: str | None, module: ModuleType | None) -> typer.Typer:
    """A command line with the command that is asked for, from its module, and the names of the others."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True)
    app.callback()(_pilcrow)
    for name, (_, summary) in COMMANDS.items():
        if name == asked and module is not None:
            module.register(app)
        else:
            app.command(name, help=summary)(_not_loaded)
    return app


def _not_loaded() -> None:
    """Stands for a command that was not asked for."""


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"pilcrow {version('pilcrow')}")
        raise typer.Exit


def _pilcrow(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Answers questions over your documents, each sentence with a paragraph citation checked by the character."""
