"""A conversation's evidence bundles in, a file to keep out: Markdown, HTML, one bundle, or a ZIP of them all."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.bundle import FORMAT
from assistant.bundle_page import html_page, markdown_page
from assistant.errors import AssistantError

MOST_ANSWERS = 500
FORMS = ("md", "html", "json", "zip")
_BODY = re.compile(r"(?s)^(.*<body[^>]*>)(.*)(</body>.*)$")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a ZIP's first day: the same answers give the same bytes


class ExportError(AssistantError):
    """What the page sent cannot be written as a file."""


@dataclass(frozen=True, slots=True)
class File:
    """A file for the browser to keep."""

    name: str
    kind: str
    content: bytes


def export(texts: Sequence[str], form: str) -> File:
    """Bundles, each as JSON, as one file. Raises `ExportError` for another form, no answer, or what is no bundle."""
    if form not in FORMS:
        raise ExportError(f"Unknown form {form!r}. Use one of {', '.join(FORMS)}.")
    if not texts:
        raise ExportError("There is no answer to export yet. Ask a question first.")
    if len(texts) > MOST_ANSWERS:
        raise ExportError(f"{len(texts)} answers are too many for one file: {MOST_ANSWERS} is the most.")
    if form == "json" and len(texts) > 1:
        raise ExportError("One file of JSON holds one answer. Export the conversation as ZIP.")
    try:
        bundles = [json.loads(text) for text in texts]
        if any(bundle["format"] != FORMAT for bundle in bundles):
            raise ExportError(f"An answer is not a bundle of the form {FORMAT}. Ask again, then export.")
        return _written(bundles, form)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ExportError(f"An answer is not a whole bundle ({type(error).__name__}: {error}). Ask again.") from error


def _written(bundles: Sequence[Mapping[str, Any]], form: str) -> File:
    name = _slug(bundles[0]["answer"]["question"])
    if form == "json":
        return File(f"{name}.json", "application/json", _json(bundles[0]))
    if form == "md":
        return File(f"{name}.md", "text/markdown", _markdown(bundles).encode())
    if form == "html":
        return File(f"{name}.html", "text/html", _html(bundles).encode())
    return File(f"{name}.zip", "application/zip", _zip(bundles))


def _json(bundle: Mapping[str, Any]) -> bytes:
    return (json.dumps(bundle, ensure_ascii=False, indent=2) + "\n").encode()


def _markdown(bundles: Sequence[Mapping[str, Any]]) -> str:
    return "\n---\n\n".join(markdown_page(bundle).rstrip("\n") + "\n" for bundle in bundles)


def _html(bundles: Sequence[Mapping[str, Any]]) -> str:
    """The first answer's page, with the others' bodies behind its own."""
    pages = [_BODY.match(html_page(bundle)) for bundle in bundles]
    found = [page for page in pages if page is not None]
    return found[0][1] + "\n<hr>\n".join(page[2] for page in found) + found[0][3]


def _zip(bundles: Sequence[Mapping[str, Any]]) -> bytes:
    """The conversation for people, and each answer's evidence for `pilcrow verify`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("conversation.md", _markdown(bundles).encode()),
            ("conversation.html", _html(bundles).encode()),
            *((f"answer-{number}.json", _json(bundle)) for number, bundle in enumerate(bundles, start=1)),
        ):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _slug(question: str) -> str:
    words = re.findall(r"[^\W_]+", question.lower())[:8]
    return "-".join(words)[:60] or "answer"
