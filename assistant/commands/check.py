"""`pilcrow check`: a sentence and paragraphs in, whether each paragraph says that out."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from assistant.assistant import Assistant
from assistant.render import TOLD
from assistant.settings import Settings
from assistant.types import Verdict


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("check")(command)


def command(
    claim: Annotated[str, typer.Argument(help="The sentence, in quotation marks.")],
    cite: Annotated[list[str], typer.Option(help="The paragraph: 06SEOUL1789 ¶3; repeatable, each checked alone.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON, a list for several.")] = False,
) -> None:
    """Say whether a paragraph bears a sentence out, why not, and which of its sentences decides. Exits 0 whatever the
    verdict; for programs, it is in what --json prints."""
    assistant = Assistant.open(Settings.from_env())
    known = {reference: assistant.check(claim, reference) for reference in dict.fromkeys(cite)}
    if as_json:
        rows = [_row(claim, reference, known[reference]) for reference in cite]
        typer.echo(json.dumps(rows if len(rows) > 1 else rows[0], ensure_ascii=False, indent=2))
        return
    for number, (reference, verdict) in enumerate(known.items()):
        if len(known) > 1:
            typer.echo(f"\n{reference}" if number else reference)
        _print(reference, verdict)


def _row(claim: str, reference: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "claim": claim,
        "reference": reference,
        "verdict": verdict.label,
        "score": verdict.score,
        "reasons": list(verdict.reasons),
        "sentence": verdict.sentence,
        "notes": list(verdict.notes),
    }


def _print(reference: str, verdict: Verdict) -> None:
    typer.echo(f"{TOLD[verdict.label]} ({verdict.score:.2f})")
    for reason in verdict.reasons:
        typer.echo(f"  {reason}")
    for note in verdict.notes:
        typer.echo(f"! {note}", err=True)
    if verdict.sentence:
        typer.echo(f"  {reference}: “{verdict.sentence}”")
