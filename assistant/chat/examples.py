"""Questions to begin with, drawn from the documents in the index; each is one that the documents answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.assistant import Assistant
from ingest.types import Document, Paragraph

MOST = 4
TRIED_EACH = 8  # candidates of a document
KNOWN = {
    "06SEOUL1789": ("What worried Seoul most about closer ties with NATO?", "Who signed the cable?"),
    "koreapro-2197111": (
        "Which group in Estonia did the spy agency join?",
        "What new mission will Seoul set up in Brussels?",
    ),
}
FIELD_QUESTIONS = {
    "Signed": "Who signed {title}?",
    "By": "Who wrote {title}?",
    "Classified By": "Who classified {title}?",
}
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b(?:[A-Z][\w’'-]+)(?: (?:of |the )?[A-Z][\w’'-]+)+")


def examples(assistant: Assistant, *, most: int = MOST) -> list[str]:
    """Up to `most` questions, the documents taking turns; `assistant` answers without a model."""
    asked = [_answered(assistant, document) for document in assistant.documents()[: 2 * most]]
    found: list[str] = []
    for questions in asked * most:
        if len(found) == most:
            break
        question = next(questions, None)
        if question is not None and question not in found:
            found.append(question)
    return found


def _answered(assistant: Assistant, document: Document) -> Iterator[str]:
    """The candidates that the document itself answers."""
    candidates = list(_candidates(document, assistant.paragraphs(document.document_id)))
    for question in dict.fromkeys(candidates[:TRIED_EACH]):
        answer = assistant.ask(question)
        if answer.status == "answered" and answer.citations[0].document.document_id == document.document_id:
            yield question


def _candidates(document: Document, paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    """What one may ask of a document: what is known to be good, then its names and its header's fields."""
    yield from KNOWN.get(document.document_id, ())
    title = f"“{document.title}”"
    for name in _names(paragraphs, but_not=document.title):
        yield f"What is said about {name}?"
    header = next((paragraph.text for paragraph in paragraphs if paragraph.kind == "header"), "")
    for field, question in FIELD_QUESTIONS.items():
        if f"{field}: " in header:
            yield question.format(title=title)


def _names(paragraphs: Sequence[Paragraph], *, but_not: str) -> list[str]:
    """The names of two or more words, those that occur most first."""
    found = Counter(
        name
        for paragraph in paragraphs
        if paragraph.kind == "body"
        for name in _NAME.findall(paragraph.text)
        if name not in but_not
    )
    return [name for name, _ in found.most_common(6)]
