"""An Answer in, its evidence bundle out: all that others need to check it with nothing but the sources.

A bundle is JSON: the answer as `Answer.to_dict()` gives it, the documents and whole paragraphs it cites, what it was
made with, and `digests`: the SHA-256 of every value by its JSON pointer (RFC 6901), with a `seal` over them. They name
a field that was changed; they are no signature, since whoever changes a bundle on purpose can compute them again. What
then still holds is what `assistant.verify` compares with the sources themselves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import prompts
from assistant.bundle_page import html_page, markdown_page
from assistant.errors import BundleError
from assistant.settings import Settings
from assistant.types import Answer

FORMAT = "pilcrow-evidence-1"
RECORDED = ("embedding", "mode", "model", "passages", "prompt_tokens", "answer_tokens")
PAGES = {".html": html_page, ".md": markdown_page}

Bundle = dict[str, Any]


def make_bundle(answer: Answer, settings: Settings) -> Bundle:
    """The bundle of an answer; no key and no address of a server is in it."""
    cited = {citation.reference: citation for citation in answer.citations}
    documents = {citation.document.document_id: citation.document for citation in answer.citations}
    content: Bundle = {
        "format": FORMAT,
        "pilcrow": version("pilcrow"),
        "answer": answer.to_dict(),
        "documents": [
            {
                "document_id": document.document_id,
                "title": document.title,
                "date": document.date,
                "kind": document.kind,
                "path": document.path,
                "sha256": document.sha256,
                "url": document.url,
                "note": document.note,
                "author": document.author,
            }
            for document in documents.values()
        ],
        "paragraphs": [
            {
                "reference": reference,
                "document_id": citation.paragraph.document_id,
                "anchor": citation.paragraph.anchor,
                "kind": citation.paragraph.kind,
                "section": citation.paragraph.section,
                "place": citation.paragraph.place.to_dict(),
                "text": citation.paragraph.text,
            }
            for reference, citation in cited.items()
        ],
        "settings": {name: getattr(settings, name) for name in RECORDED},
        "prompts": {name: prompt_sha256(name) for name in prompts.names()} if answer.mode == "llm" else {},
    }
    return seal(content)


def write_bundle(bundle: Bundle, path: Path) -> None:
    """Write a bundle as JSON, or for people as one HTML page or Markdown, by the file's ending.

    Raises BundleError for another ending, or where the file cannot be written.
    """
    if path.suffix == ".json":
        text = json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"
    elif path.suffix in PAGES:
        text = PAGES[path.suffix](bundle)
    else:
        raise BundleError(f"{path}: a bundle is written as .json, .html or .md. Give the file one of these endings.")
    try:
        path.write_text(text, encoding="utf8")
    except OSError as error:
        raise BundleError(
            f"{path}: cannot be written ({error.strerror}). Check the folder and its permissions."
        ) from error


def seal(content: Mapping[str, Any]) -> Bundle:
    """A bundle's content with its digests."""
    bare = {name: value for name, value in content.items() if name not in ("digests", "seal")}
    digests = {pointer: digest(value) for pointer, value in leaves(bare)}
    return {**bare, "digests": digests, "seal": digest(digests)}


def leaves(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    """(JSON pointer, value) of each value that holds no other; an empty list or object is one."""
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from leaves(item, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{number}")
    else:
        yield pointer, value


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON: keys sorted, no white space, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf8", "surrogatepass")).hexdigest()


def prompt_sha256(name: str) -> str:
    """SHA-256 of a prompt's file."""
    return hashlib.sha256((resources.files("prompts") / f"{name}.md").read_bytes()).hexdigest()
