"""`pilcrow search`: the paragraphs that bear on a question, with their scores."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.commands.narrowing import (
    AfterOption,
    BeforeOption,
    DocumentOption,
    KindOption,
    SectionOption,
    narrowed,
)
from assistant.render import passage_text
from assistant.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("search")(command)


def command(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    document: DocumentOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    section: SectionOption = None,
    kind: KindOption = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many paragraphs.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print the passages as JSON.")] = False,
) -> None:
    """List the paragraphs that bear on a question, best first."""
    within = narrowed(document, after, before, section, kind)
    passages = Assistant.open(Settings.from_env()).search(question, limit=limit, within=within)
    if as_json:
        rows = [{**item.to_dict(), "scores": dict(item.scores), "text": item.paragraph.text} for item in passages]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n\n".join(passage_text(passage) for passage in passages))
