"""Answers, passages and documents as plain text for a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Collection, Sequence
from itertools import groupby

from assistant.types import Answer, Citation, Passage, marked
from ingest.types import Document, Paragraph, Place

WIDEST = 100
TOLD = {  # a mark that needs no colour, and the verdict
    "supported": "✓ supported",
    "partial": "~ partial",
    "contradicted": "✗ contradicted",
    "unsupported": "✗ unsupported",
}


def answer_text(answer: Answer) -> str:
    """The claims with their marks, what is missing, and under them each citation with its quote and place."""
    lines: list[str] = []
    if answer.status == "abstained":
        gaps = [item for item in answer.missing if item != answer.standalone_question]
        lines += [_wrap("The documents do not say."), *(_wrap(item) for item in gaps), ""]
        lines += ["Nearest paragraphs", *(_wrap(_nearest(item), indent="  ") for item in answer.passages[:3])]
    for attribution, claims in groupby(answer.claims, key=answer.attribution):
        lines += [*([""] if lines else []), *([f"{attribution}:"] if attribution else [])]
        for claim in claims:
            verdict = "" if claim.verdict.label == "supported" else f" ({TOLD[claim.verdict.label]})"
            lines.append(_wrap(marked(claim) + verdict))
            if verdict:
                decides = [f"Decides: “{claim.verdict.sentence}”"] if claim.verdict.sentence else []
                lines += [_wrap(line, indent="  ") for line in (*claim.verdict.reasons, *decides)]
    if answer.conflicts:
        lines += ["", *(_wrap(f"≠ {marked(conflict)}") for conflict in answer.conflicts)]
    if answer.missing and answer.status != "abstained":
        lines += ["", "Not in the documents", *(_wrap(item, indent="  ") for item in answer.missing)]
    if answer.citations:
        said = {claim.text for claim in answer.claims}
        lines += ["", "Sources"]
        for _, cited in groupby(answer.citations, key=lambda item: item.reference):
            lines.append(_sources(list(cited), said=said))
    notes = dict.fromkeys(item.document.note for item in answer.citations if item.document.note)
    lines += [_wrap(f"{note}", indent="  ") for note in notes]
    lines += [_wrap(f"{event.kind}: {event.detail}", indent="! ") for event in answer.events]
    return "\n".join(lines)


def passage_text(passage: Passage) -> str:
    """Rank, reference, scores and text."""
    scores = ", ".join(f"{name} {score:.3f}" for name, score in passage.scores.items())
    return f"{passage.rank}. {_heading(passage.document, passage.paragraph)} ({scores})\n" + _wrap(
        passage.paragraph.text, indent="   "
    )


def document_text(document: Document, paragraphs: Sequence[Paragraph]) -> str:
    """Id, title, date, kind, source and the anchors."""
    lines = [
        f"{document.document_id} · {document.date or 'no date'} · {document.kind}",
        _wrap(document.title, indent="  "),
        _wrap(", ".join(paragraph.anchor for paragraph in paragraphs), indent="  "),
        f"  {document.path}",
    ]
    return "\n".join([*lines, _wrap(document.note, indent="  ")] if document.note else lines)


def paragraph_text(paragraph: Paragraph) -> str:
    """Anchor, section and text."""
    section = f" · {paragraph.section}" if paragraph.section else ""
    return f"{paragraph.anchor}{section}\n{_wrap(paragraph.text, indent='  ')}"


def place_text(path: str, place: Place) -> str:
    """Where a paragraph stands in its source, in words."""
    if place.lines:
        return f"{path}, lines {place.lines[0]}–{place.lines[1]}"
    if place.page:
        return f"{path}, page {place.page}"
    if place.order:
        return f"{path}, block {place.order} of {place.pointer}"
    return path


def _sources(citations: Sequence[Citation], *, said: Collection[str]) -> str:
    """Citations of one paragraph: their marks, its place, and the quotes that are not themselves in the answer."""
    first = citations[0]
    marks = "".join(f"[{citation.number}]" for citation in citations)
    quotes = [_wrap(f"“{item.quote}”", indent="    ") for item in citations if item.quote not in said]
    place = f"    {place_text(first.document.path, first.paragraph.place)}"
    return "\n".join([f"{marks} {_heading(first.document, first.paragraph)}", *quotes, place])


def _heading(document: Document, paragraph: Paragraph) -> str:
    parts = [paragraph.reference, document.date, paragraph.section]
    return " · ".join(part for part in parts if part)


def _nearest(passage: Passage) -> str:
    text = passage.paragraph.text
    return f"{_heading(passage.document, passage.paragraph)}: {text[:160]}{'…' if len(text) > 160 else ''}"


def _wrap(text: str, indent: str = "") -> str:
    width = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
