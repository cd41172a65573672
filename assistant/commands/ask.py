"""`pilcrow ask`: a question in, an answer with numbered citations out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.bundle import check_target, make_bundle, write_bundle
from assistant.commands.narrowing import (
    AfterOption,
    BeforeOption,
    DocumentOption,
    KindOption,
    SectionOption,
    narrowed,
)
from assistant.render import answer_text
from assistant.settings import Settings

ABSTAINED = 3


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("ask")(command)


def command(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    document: DocumentOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    section: SectionOption = None,
    kind: KindOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    bundle: Annotated[
        Path | None, typer.Option(help="Also write the evidence, for others to check: .json, .html or .md.")
    ] = None,
) -> None:
    """Answer a question, each sentence with the paragraph it rests on. Exits 3 where the documents do not say."""
    within = narrowed(document, after, before, section, kind)
    if bundle is not None:
        check_target(bundle)
    typer.echo("Opening the index …", err=True)
    assistant = Assistant.open(Settings.from_env())
    typer.echo(f"Answering ({assistant.mode_line()}) …", err=True)
    answer = assistant.ask(question, within=within, progress=lambda line: typer.echo(line, err=True))
    typer.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if as_json else answer_text(answer))
    if bundle is not None:
        write_bundle(make_bundle(answer, assistant.settings), bundle)
        typer.echo(f"Evidence written to {bundle}.", err=True)
    if answer.status == "abstained":
        raise typer.Exit(ABSTAINED)
