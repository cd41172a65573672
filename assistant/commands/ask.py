"""`pilcrow ask`: a question in, an answer with numbered citations out."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.render import answer_text
from assistant.settings import Settings

ABSTAINED = 3


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("ask")(command)


def command(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
) -> None:
    """Answer a question, each sentence with the paragraph it rests on. Exits 3 where the documents do not say."""
    typer.echo("Opening the index …", err=True)
    assistant = Assistant.open(Settings.from_env())
    typer.echo(f"Answering ({assistant.mode_line()}) …", err=True)
    answer = assistant.ask(question)
    typer.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if as_json else answer_text(answer))
    if answer.status == "abstained":
        raise typer.Exit(ABSTAINED)
