"""`pilcrow chat`: the chat in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.chat import launch
from assistant.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("chat")(command)


def command(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 7860,
) -> None:
    """Open the chat in a browser, on this machine only."""
    typer.echo("Opening the index …", err=True)
    assistant = Assistant.open(Settings.from_env())
    typer.echo(f"Chat: http://127.0.0.1:{port} (Ctrl-C ends it)", err=True)
    launch(assistant, port=port)
