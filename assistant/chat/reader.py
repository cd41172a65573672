"""A document and its paragraphs in, the whole document as HTML out, laid out as it is.

The text of an element with `data-text` is its paragraph's text to the character, so that a quote's offsets can be
marked in it; whatever else a paragraph shows (number, portion mark, buttons) stands outside that element.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from assistant.checks.dates import day_in_words
from ingest.sentences import sentence_spans
from ingest.types import Document, Paragraph


def document_html(document: Document, paragraphs: Sequence[Paragraph]) -> str:
    """Head, section titles, paragraphs with their numbers, portion marks and buttons, captions."""
    return f'<article class="document {escape(document.kind)}">{_head(document)}{"".join(_body(paragraphs))}</article>'


def _head(document: Document) -> str:
    written, words = escape(document.date or ""), day_in_words(document.date)
    day = f'<time datetime="{written}">{words or written}</time>' if written else "no date"
    note = f'<p class="note">{escape(document.note)}</p>' if document.note else ""
    address = f'<p class="address">{escape(document.url)}</p>' if document.url else ""
    return (
        f'<header><p class="kind"><span>{escape(document.kind)}</span><span>{day}</span>'
        f"<span>{escape(document.document_id)}</span></p><h2>{escape(document.title)}</h2>{address}{note}</header>"
    )


def _body(paragraphs: Sequence[Paragraph]) -> list[str]:
    parts: list[str] = []
    section: str | None = None
    for paragraph in paragraphs:
        if paragraph.section != section:
            section = paragraph.section
            parts.append(f"<h3>{escape(section)}</h3>" if section else '<hr aria-hidden="true">')
        parts.append(_paragraph(paragraph))
    return parts


def _paragraph(paragraph: Paragraph) -> str:
    reference, anchor = escape(paragraph.reference), escape(paragraph.anchor)
    portion = f'<span class="portion" title="Portion mark">({escape(paragraph.mark)})</span> ' if paragraph.mark else ""
    return (
        f'<div class="paragraph {paragraph.kind}" data-reference="{reference}" tabindex="-1" role="group"'
        f' aria-label="{anchor}"><span class="anchor" aria-hidden="true">{anchor}</span>'
        f'<div class="matter">{portion}<span data-text>{_text(paragraph)}</span></div>'
        f'<div class="tools"><button type="button" class="quiet ask-about">Ask<span class="unseen"> about {anchor}'
        '</span></button><button type="button" class="quiet copy-reference">Copy reference<span class="unseen">'
        f" {anchor}</span></button></div></div>"
    )


def _text(paragraph: Paragraph) -> str:
    """The text, escaped; a header's with a line for each field, without a character more or less."""
    if paragraph.kind != "header":
        return escape(paragraph.text)
    starts = [start for start, _ in sentence_spans(paragraph.text)] or [0]
    edges = [0, *starts[1:], len(paragraph.text)]
    return "".join(_field(paragraph.text[start:end]) for start, end in pairwise(edges))


def _field(text: str) -> str:
    label, colon, value = text.partition(": ")
    if not colon:
        return f'<span class="field">{escape(text)}</span>'
    return f'<span class="field"><b>{escape(label + colon)}</b><span>{escape(value)}</span></span>'
