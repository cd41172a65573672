"""The options that narrow a question to some documents, dates, sections or kinds of paragraph."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import typer

from ingest.catalogue import Filter

DocumentOption = Annotated[list[str] | None, typer.Option("--document", help="Only this document, by id; repeatable.")]
AfterOption = Annotated[str | None, typer.Option("--after", help="Only documents of this day or later: 2006-05-26.")]
BeforeOption = Annotated[str | None, typer.Option("--before", help="Only documents of this day or earlier.")]
SectionOption = Annotated[str | None, typer.Option("--section", help="Only sections whose title holds these words.")]
KindOption = Annotated[
    Literal["body", "header", "caption"] | None, typer.Option("--kind", help="Only paragraphs of this kind.")
]


def narrowed(
    documents: list[str] | None, after: str | None, before: str | None, section: str | None, kind: str | None
) -> Filter:
    """The filter that these options ask for. A day that is none is wrong usage."""
    ids = tuple(documents) if documents else None
    return Filter(ids, _day("--after", after), _day("--before", before), section, kind)


def _day(name: str, written: str | None) -> str | None:
    """The day of an option as dates of documents are written, in whatever form of ISO 8601 it was given."""
    if written is None:
        return None
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{written!r} is no day. Write it as 2006-05-26.", param_hint=name) from None
