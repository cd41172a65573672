"""`pilcrow check`: a sentence and a paragraph in, whether the paragraph says that out."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from assistant.assistant import Assistant
from assistant.render import TOLD
from assistant.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("check")(command)


def command(
    claim: Annotated[str, typer.Argument(help="The sentence, in quotation marks.")],
    cite: Annotated[str, typer.Option(help="The paragraph: 06SEOUL1789 ¶3.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Say whether a paragraph bears a sentence out, why not, and which of its sentences decides."""
    verdict = Assistant.open(Settings.from_env()).check(claim, cite)
    if as_json:
        row = {
            "claim": claim,
            "reference": cite,
            "verdict": verdict.label,
            "score": verdict.score,
            "reasons": list(verdict.reasons),
            "sentence": verdict.sentence,
        }
        typer.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{TOLD[verdict.label]} ({verdict.score:.2f})")
    for reason in verdict.reasons:
        typer.echo(f"  {reason}")
    for note in verdict.notes:
        typer.echo(f"! {note}", err=True)
    if verdict.sentence:
        typer.echo(f"  {cite}: “{verdict.sentence}”")
