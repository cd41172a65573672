"""`pilcrow ingest`: read documents into the index, and report what changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from ingest.pipeline import ingest
from ingest.settings import IndexSettings
from ingest.terminal import TerminalProgress
from ingest.types import IngestReport


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("ingest")(command)


def command(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Files or folders; without any, the two bundled documents.")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Id of a document to take out of the index.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Read documents into the index: cables, WordPress posts (JSON), plain text, Markdown."""
    settings = IndexSettings.from_env()
    with TerminalProgress() as progress:
        report = ingest(sources or (), settings, remove=remove or (), progress=progress)
    typer.echo(json.dumps(asdict(report), ensure_ascii=False, indent=2) if as_json else text(report))
    typer.echo(f"Index: {settings.index}", err=True)


def text(report: IngestReport) -> str:
    """The report as lines, one for each kind of change that there was."""
    lines = [
        f"{name}: {', '.join(documents)}"
        for name, documents in (
            ("added", report.added),
            ("changed", report.changed),
            ("removed", report.removed),
            ("unchanged", report.unchanged),
        )
        if documents
    ]
    lines += [f"skipped: {item.reason}" for item in report.skipped]
    lines += [f"note: {note}" for note in report.notes]
    lines.append(f"{report.embedded} texts embedded, {report.timings_ms['total'] / 1000:.1f} s")
    return "\n".join(lines)
