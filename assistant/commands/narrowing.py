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
    for name, day in (("--after", after), ("--before", before)):
        if day is not None:
            _check_day(name, day)
    return Filter(tuple(documents) if documents else None, after, before, section, kind)


def _check_day(name: str, day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{day!r} is no day. Write it as 2006-05-26.", param_hint=name) from None
