"""The nouns of ingest: a Document, its Paragraphs with their Places in the source, and the Chunks that are embedded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ParagraphKind = Literal["body", "header", "caption"]


@dataclass(frozen=True, slots=True)
class Document:
    """One source as a reader knows it. `date` is ISO 8601 (a day), `sha256` is of the source file's bytes, `author` is
    who answers for its words: a byline, the embassy that a cable is from."""

    document_id: str
    title: str
    date: str | None
    kind: str
    path: str
    sha256: str
    url: str | None = None
    note: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paragraph stands in its source: `lines` (first and last, from 1) of a text file, or the JSON
    `pointer` (RFC 6901) of a string and the `order` (from 1) of the block inside it, or a `page` (from 1)."""

    lines: tuple[int, int] | None = None
    pointer: str | None = None
    order: int | None = None
    page: int | None = None

    @property
    def position(self) -> tuple[int, int]:
        """Sorts the places of one source in reading order."""
        return self.page or 0, self.lines[0] if self.lines else self.order or 0

    def to_dict(self) -> dict[str, Any]:
        """The fields that are set, as JSON values."""
        values = {
            "lines": list(self.lines) if self.lines else None,
            "pointer": self.pointer,
            "order": self.order,
            "page": self.page,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Place:
        """The inverse of `to_dict`."""
        lines = values.get("lines")
        return cls(
            lines=(lines[0], lines[1]) if lines else None,
            pointer=values.get("pointer"),
            order=values.get("order"),
            page=values.get("page"),
        )


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What is cited: `text` is canonical (entities decoded, hard breaks reflowed, white space collapsed).

    `mark` is a cable's portion mark without its brackets (`C`, `S/NF`); the number and the mark are not in `text`.
    """

    document_id: str
    anchor: str
    text: str
    kind: ParagraphKind
    section: str | None
    place: Place
    mark: str | None = None

    @property
    def reference(self) -> str:
        """Document id and anchor, as a reader would write it: `06SEOUL1789 ¶3`."""
        return f"{self.document_id} {self.anchor}"


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document and its paragraphs in reading order; `notes` says what a person should know of the reading."""

    document: Document
    paragraphs: tuple[Paragraph, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that was not read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did: ids of the documents added, changed, removed and unchanged; sources skipped and why."""

    generation: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    embedded: int = 0
    timings_ms: Mapping[str, float] = field(default_factory=dict)
