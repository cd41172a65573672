"""`pilcrow verify`: an evidence bundle in, whether it holds against the sources out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import BundleError
from assistant.verify import Verification, load_bundle, verify

NO_SIGNATURE = "Its digests are no signature: whoever makes a bundle can seal other claims."


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("verify")(command)


def command(
    bundle: Annotated[Path, typer.Argument(help="The .json that `pilcrow ask --bundle` wrote.")],
    sources: Annotated[list[Path] | None, typer.Argument(help="Sources or folders of sources.")] = None,
    documents: Annotated[
        list[Path] | None,
        typer.Option(help="A source or a folder of sources, looked at beside the recorded places; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Check a bundle with nothing but the sources: each quote stands at its place in the source of the recorded hash,
    and nothing was altered since the bundle was sealed. Exits 1 where that is not so.

    Its digests are no signature: whoever makes a bundle can seal other claims. Whether a quote bears its claim out is
    not judged again; `pilcrow check` does that.
    """
    given = [*(documents or ()), *(sources or ())]
    found = verify(load_bundle(bundle), documents=given, beside=bundle.parent)
    _tell_unused(given, found)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found)
    if found.problems:
        raise BundleError(
            f"{bundle} does not hold: {_counted(len(found.problems), 'problem')}, told above. "
            "Do not rely on it before that is mended."
        )
    if found.stale:
        still = sum(citation.still_holds for citation in found.citations)
        raise BundleError(
            f"{bundle} is stale: sources changed since, and {still} of {len(found.citations)} citations still hold. "
            "Ask again over the new text."
        )


def _tell_unused(given: Sequence[Path], found: Verification) -> None:
    """Of what was given to compare with, what was not, since the source was found elsewhere."""
    compared = [Path(citation.file) for citation in found.citations if citation.file]
    for path in given:
        if compared and not any(file.is_relative_to(path) for file in compared):
            typer.echo(
                f"! Nothing of {path} was compared with; the sources were found in {compared[0].parent}.", err=True
            )


def _print(found: Verification) -> None:
    """What was found in words, a line each."""
    for problem in found.problems:
        typer.echo(str(problem))
    for citation in found.stale:
        typer.echo(str(citation))
    if found.holds:
        typer.echo(f"{_kept(len(found.citations))} Nothing was altered since the bundle was sealed.")
        typer.echo(NO_SIGNATURE)


def _kept(citations: int) -> str:
    """What the check of so many citations found where nothing is wrong."""
    if not citations:
        return "The bundle has no citations: no quote could be compared with a source."
    held = f"{_counted(citations, 'citation')} {'holds' if citations == 1 else 'hold'}"
    return f"{held}: each quote stands at its place in the source of the recorded hash."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
