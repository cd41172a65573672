"""What a search can be narrowed by: each paragraph's document, date, kind and section, listed in reading order."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Entry:
    """A paragraph's reference, and what it can be found by."""

    reference: str
    document_id: str
    date: str | None
    kind: str
    section: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a search is narrowed to: documents by id, dates (ISO days, both inclusive), a section by words of its title
    (case does not matter), a kind of paragraph (`body`, `header`, `caption`). What is None does not narrow."""

    documents: tuple[str, ...] | None = None
    after: str | None = None
    before: str | None = None
    section: str | None = None
    kind: str | None = None

    def lets_through(self, entry: Entry) -> bool:
        """Whether a paragraph is within the filter. One of no date is not between dates."""
        return (
            (self.documents is None or entry.document_id in self.documents)
            and (self.after is None or (entry.date is not None and entry.date >= self.after))
            and (self.before is None or (entry.date is not None and entry.date <= self.before))
            and (self.section is None or self.section.lower() in (entry.section or "").lower())
            and (self.kind is None or entry.kind == self.kind)
        )


@dataclass(frozen=True)
class Catalogue:
    """All paragraphs of a generation; their number is their place in it."""

    entries: tuple[Entry, ...]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each reference."""
        return {entry.reference: number for number, entry in enumerate(self.entries)}

    @cached_property
    def document_ids(self) -> NDArray[np.str_]:
        """The document of each paragraph, by number."""
        return np.array([entry.document_id for entry in self.entries])

    @cached_property
    def years(self) -> frozenset[str]:
        """The years that date a document."""
        return frozenset(entry.date[:4] for entry in self.entries if entry.date)

    def within(self, narrowed: Filter) -> NDArray[np.bool_]:
        """Whether each paragraph, by number, is within the filter."""
        if narrowed == Filter():
            return np.ones(len(self.entries), dtype=bool)
        return np.array([narrowed.lets_through(entry) for entry in self.entries], dtype=bool)

    def save(self, path: Path) -> None:
        """Write the list as JSON."""
        path.write_text(json.dumps([asdict(entry) for entry in self.entries], ensure_ascii=False), encoding="utf8")

    @classmethod
    def load(cls, path: Path) -> Catalogue:
        """Read what `save` wrote."""
        return cls(tuple(Entry(**values) for values in json.loads(path.read_text(encoding="utf8"))))
