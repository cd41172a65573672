"""`pilcrow verify`: an evidence bundle in, whether it holds against the sources out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import BundleError
from assistant.verify import load_bundle, verify


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("verify")(command)


def command(
    bundle: Annotated[Path, typer.Argument(help="The .json that `pilcrow ask --bundle` wrote.")],
    documents: Annotated[
        list[Path] | None, typer.Option(help="A source or a folder of sources; may be given more than once.")
    ] = None,
) -> None:
    """Check a bundle with nothing but the sources. Exits 1 where a field was changed or a source is another one."""
    found = verify(load_bundle(bundle), documents=documents or (), beside=bundle.parent)
    for problem in found.problems:
        typer.echo(str(problem))
    for citation in found.stale:
        typer.echo(str(citation))
    if found.problems:
        raise BundleError(f"{bundle} does not hold: {found.problems[0]}")
    if found.stale:
        still = sum(citation.state == "holds" for citation in found.stale)
        raise BundleError(
            f"{bundle} is stale: sources changed since, and {still} of {len(found.stale)} citations still hold. "
            "Ask again over the new text."
        )
    typer.echo(f"{found.citations} citations hold: each quote stands in its source.")
