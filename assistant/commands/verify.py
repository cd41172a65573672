"""`pilcrow verify`: an evidence bundle in, whether it holds against the sources out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import BundleError
from assistant.verify import load_bundle, verify

NO_SIGNATURE = "Its digests are no signature: whoever makes a bundle can seal other claims."


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("verify")(command)


def command(
    bundle: Annotated[Path, typer.Argument(help="The .json that `pilcrow ask --bundle` wrote.")],
    documents: Annotated[
        list[Path] | None,
        typer.Option(help="A source or a folder of sources, looked at before the recorded place; may be repeated."),
    ] = None,
) -> None:
    """Check a bundle with nothing but the sources: each quote stands at its place in the source of the recorded hash,
    and nothing was altered since the bundle was sealed. Exits 1 where that is not so.

    Its digests are no signature: whoever makes a bundle can seal other claims. Whether a quote bears its claim out is
    not judged again; `pilcrow check` does that.
    """
    found = verify(load_bundle(bundle), documents=documents or (), beside=bundle.parent)
    for problem in found.problems:
        typer.echo(str(problem))
    for citation in found.stale:
        typer.echo(str(citation))
    if found.problems:
        raise BundleError(
            f"{bundle} does not hold: {_counted(len(found.problems), 'problem')}, told above. "
            "Do not rely on it before that is mended."
        )
    if found.stale:
        still = found.citations - sum(citation.state != "holds" for citation in found.stale)
        raise BundleError(
            f"{bundle} is stale: sources changed since, and {still} of {found.citations} citations still hold. "
            "Ask again over the new text."
        )
    typer.echo(f"{_kept(found.citations)} Nothing was altered since the bundle was sealed.")
    typer.echo(NO_SIGNATURE)


def _kept(citations: int) -> str:
    """What the check of so many citations found where nothing is wrong."""
    if not citations:
        return "The bundle has no citations: no quote could be compared with a source."
    held = f"{_counted(citations, 'citation')} {'holds' if citations == 1 else 'hold'}"
    return f"{held}: each quote stands at its place in the source of the recorded hash."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
