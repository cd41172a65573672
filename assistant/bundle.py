"""An Answer in, its evidence bundle out: all that others need to check it with nothing but the sources.

A bundle is JSON: the answer as `Answer.to_dict()` gives it, the documents and whole paragraphs it cites, what it was
made with, and `digests`: the SHA-256 of every value by its JSON pointer (RFC 6901), with a `seal` over them; of a list
or an object it is that of an empty one, so that its kind is covered too. They name a field that was changed; they are
no signature, since whoever changes a bundle on purpose can compute them again. What then still holds is what
`assistant.verify` compares with the sources themselves.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4

import prompts
from assistant.bundle_page import html_page, is_page, markdown_page
from assistant.errors import BundleError
from assistant.settings import Settings
from assistant.types import Answer

FORMAT_NAME = "pilcrow-evidence-"
FORMAT = f"{FORMAT_NAME}1"
RECORDED = ("embedding", "mode", "model", "passages", "prompt_tokens", "answer_tokens")
PAGES = {".html": html_page, ".md": markdown_page}

Bundle = dict[str, Any]


def make_bundle(answer: Answer, settings: Settings) -> Bundle:
    """The bundle of an answer; no key, no address of a server and no absolute path of a source is in it."""
    cited = {citation.reference: citation for citation in answer.citations}
    documents = {citation.document.document_id: citation.document for citation in answer.citations}
    content: Bundle = {
        "format": FORMAT,
        "pilcrow": version("pilcrow"),
        "answer": _for_others(answer.to_dict(), settings.openai_base_url),
        "documents": [
            {
                "document_id": document.document_id,
                "title": document.title,
                "date": document.date,
                "kind": document.kind,
                "path": recorded_path(document.path),
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


def recorded_path(path: str) -> str:
    """A source's path as a bundle tells it to others: from the working directory on, else the file's name alone."""
    place = PurePath(path)
    if not place.is_absolute():
        return path
    folder = Path.cwd()
    return place.relative_to(folder).as_posix() if place.is_relative_to(folder) else place.name


def write_bundle(bundle: Bundle, path: Path) -> None:
    """Write a bundle as JSON, or for people as one HTML page or Markdown, by the file's ending.

    Raises BundleError where `check_target` does, or where the writing fails: an older file then stays as it was.
    """
    check_target(path)
    page = PAGES.get(path.suffix.lower())
    text = page(bundle) if page else json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"
    content = text.encode("utf8", errors="backslashreplace")  # a lone surrogate, as JSON escapes it
    try:
        _replace(path, content)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def check_target(path: Path) -> None:
    """Raise BundleError where no bundle can be written: another ending, no folder or right, a file that is no bundle.

    A bundle, a page of one, and an empty file may be overwritten.
    """
    if path.suffix.lower() not in (".json", *PAGES):
        raise BundleError(f"{path}: a bundle is written as .json, .html or .md. Give the file one of these endings.")
    try:
        if not path.parent.is_dir():
            raise BundleError(f"{path}: cannot be written, since there is no folder {path.parent}. Make it first.")
        if path.is_dir():
            raise BundleError(f"{path}: a folder, not a file. Give the name of a file.")
        if not all(os.access(place, os.W_OK) for place in (path.parent, path) if place.exists()):
            raise _unwritable(path, "no permission")
        if path.exists() and not _is_ours(path):
            raise BundleError(
                f"{path}: a file that is no bundle, and is not overwritten. Give another name, or move it."
            )
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def seal(content: Mapping[str, Any]) -> Bundle:
    """A bundle's content with its digests."""
    bare = {name: value for name, value in content.items() if name not in ("digests", "seal")}
    digests = {pointer: digest(value) for pointer, value in parts(bare)}
    return {**bare, "digests": digests, "seal": digest(digests)}


def parts(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    """(JSON pointer, value) of all that a list or object holds, at any depth; those in it stand as empty ones."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        place = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
        yield place, {} if isinstance(item, Mapping) else [] if isinstance(item, list) else item
        yield from parts(item, place)


def digest(value: object) -> str:
    """SHA-256 of a value's canonical JSON: keys sorted, no white space, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf8", "surrogatepass")).hexdigest()


def prompt_sha256(name: str) -> str:
    """SHA-256 of a prompt's file."""
    return hashlib.sha256((resources.files("prompts") / f"{name}.md").read_bytes()).hexdigest()


def _for_others(answer: Mapping[str, Any], address: str | None) -> dict[str, Any]:
    """An answer as JSON, each citation's source under the path that is recorded, the model server without its
    address."""
    citations = [
        {**citation, "source": {**citation["source"], "path": recorded_path(citation["source"]["path"])}}
        for citation in answer["citations"]
    ]
    events = [{**event, "detail": _without_address(event["detail"], address)} for event in answer["events"]]
    return {**answer, "citations": citations, "events": events}


def _without_address(detail: str, address: str | None) -> str:
    return detail.replace(f" at {address}", "").replace(address, "the model server") if address else detail


def _replace(path: Path, content: bytes) -> None:
    """Write a file beside the target, then put it in its place: whole or not at all."""
    target = path.resolve()
    beside = target.with_name(f".pilcrow-{uuid4().hex}")
    try:
        with beside.open("xb") as file:
            file.write(content)
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    """Whether a file is empty, a bundle, or a page of one."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if not text.strip() or is_page(text):
        return True
    try:
        bundle = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(bundle, dict) and str(bundle.get("format")).startswith(FORMAT_NAME)


def _unwritable(path: Path, reason: str | None) -> BundleError:
    return BundleError(f"{path}: cannot be written ({reason}). Check the folder and its permissions.")
