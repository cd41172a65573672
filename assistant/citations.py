"""The citation contract: a quote and a paragraph in, a checked Citation out. Every citation is made here.

A quote holds when it stands in the paragraph's text, where only typography may differ: quotation marks, dashes,
ellipses, ligatures, case, white space. Words, numbers and word boundaries must be the same. What is stored and shown is
always the paragraph's own text between two offsets, never the text that a model wrote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from assistant.types import Citation, Claim, Conflict, Passage

STRAY_MARK = re.compile(r"\s*(?:\[\s*¶?\d+(?:\s*[,;–-]\s*¶?\d+)*\s*\]|【[^】]*】)")
FOLDED = {
    **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "\u00ad": "",
    "\u200b": "",
}
OUTER = " \t\n\"'.,;:…“”‘’«»"


class ContractViolation(AssertionError):
    """An answer breaks the citation contract: a bug of ours, never a bad question."""


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Start and end of `quote` in `text`, or None where its words do not stand there as quoted."""
    start = text.find(quote)
    if quote and start >= 0 and whole_words(text, start, start + len(quote)):
        return start, start + len(quote)
    folded, origins = _fold(text)
    for wanted in (_fold(quote)[0].strip(), _fold(quote.strip(OUTER))[0].strip()):
        if not any(character.isalnum() for character in wanted):
            continue
        at = folded.find(wanted)
        while at >= 0:
            start, end = origins[at], origins[at + len(wanted) - 1] + 1
            if whole_words(text, start, end):
                return start, end
            at = folded.find(wanted, at + 1)
    return None


class CitationList:
    """Citations numbered from 1 in the order in which they first occur; the same span is cited once."""

    def __init__(self) -> None:
        self._citations: dict[tuple[str, int, int], Citation] = {}

    @classmethod
    def of(cls, citations: Iterable[Citation]) -> CitationList:
        """A list that goes on where others ended."""
        numbered = cls()
        for citation in citations:
            numbered._citations[citation.reference, citation.start, citation.end] = citation
        return numbered

    def cite_span(self, passage: Passage, start: int, end: int) -> int:
        """The number of the citation of that span of the paragraph's text."""
        key = (passage.reference, start, end)
        known = self._citations.get(key)
        if known is None:
            known = self._citations[key] = Citation(
                number=len(self._citations) + 1,
                document=passage.document,
                paragraph=passage.paragraph,
                quote=passage.paragraph.text[start:end],
                start=start,
                end=end,
            )
        return known.number

    def __getitem__(self, number: int) -> Citation:
        return self.all()[number - 1]

    def all(self) -> tuple[Citation, ...]:
        """The citations by number."""
        return tuple(self._citations.values())


def check_contract(claims: Iterable[Claim | Conflict], citations: Iterable[Citation]) -> None:
    """Raise `ContractViolation` unless every quote stands at its offsets and every mark has a citation behind it.

    `claims` are an answer's claims, then its conflicts.
    """
    citations = tuple(citations)
    for number, citation in enumerate(citations, start=1):
        found = citation.paragraph.text[citation.start : citation.end]
        if not found or found != citation.quote:
            raise ContractViolation(f"[{number}] quotes {citation.quote!r}; {citation.reference} has {found!r} there.")
        if citation.number != number:
            raise ContractViolation(f"Citation {number} is numbered {citation.number}.")
        if citation.document.document_id != citation.paragraph.document_id:
            raise ContractViolation(f"[{number}] gives {citation.reference} to {citation.document.document_id}.")
    marks = [mark for claim in claims for mark in claim.citations]
    first_seen = list(dict.fromkeys(marks))
    if first_seen != [citation.number for citation in citations]:
        raise ContractViolation(f"The marks {first_seen} do not number the {len(citations)} citations in order.")


def _fold(text: str) -> tuple[str, list[int]]:
    """The text with its typography folded, and for each of its characters the offset it came from."""
    characters: list[str] = []
    origins: list[int] = []
    for offset, character in enumerate(text):
        folded = FOLDED.get(character)
        if folded is None:
            folded = " " if character.isspace() else unicodedata.normalize("NFKC", character).casefold()
        if folded == " " and characters and characters[-1] == " ":
            continue
        characters.extend(folded)
        origins.extend([offset] * len(folded))
    return "".join(characters), origins


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether neither end of the span cuts a word or a number."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after `at` belong to one word, or to one number such as 1,500 or 4.5."""
    if at <= 0 or at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return True
    digits_around = at >= 2 and text[at - 2].isdigit() and after.isdigit() and before in ".,"
    digits_ahead = at + 1 < len(text) and before.isdigit() and after in ".," and text[at + 1].isdigit()
    return digits_around or digits_ahead
