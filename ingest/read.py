"""A file -> the documents in it. What a file is, its content says; only Markdown is told from text by its name.

The one module of the readers that touches the disk.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from ingest.cable import is_cable, parse_cable
from ingest.errors import SourceError
from ingest.plain import parse_markdown, parse_text
from ingest.types import ParsedDocument
from ingest.wordpress import is_post, parse_posts

READABLE = "a cable, a WordPress post (JSON), plain text or Markdown"

_MAGIC = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive (also Word, Excel, EPUB)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class SourceText:
    """A decoded file: the name it is stored under, its text, the sha256 of its bytes, and notes on the decoding."""

    name: str
    text: str
    sha256: str
    notes: tuple[str, ...] = ()


Parse = Callable[[SourceText], tuple[ParsedDocument, ...]]


def read(path: Path, *, name: str | None = None) -> tuple[ParsedDocument, ...]:
    """Read a file; `name` is what to store as its path and to call it in messages, by default the path itself.

    Raises SourceError, one line that names the file and a fix, where it is missing, a folder, empty, binary, of an
    unknown encoding, or damaged.
    """
    source = load(path, name=name)
    return parsed(source, parse_of(source))


def load(path: Path, *, name: str | None = None) -> SourceText:
    """The text of a file: UTF-8, UTF-16 or UTF-32 with a byte order mark, or else cp1252 with a note."""
    name = name or str(path)
    content = _content(path, name)
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            raise SourceError(f"{name}: {kind}, which Pilcrow cannot read. Give {READABLE}.")
    text, notes = _decoded(content, name)
    if not text.strip("\ufeff\u200b \t\r\n\f\v\xa0"):
        raise SourceError(f"{name}: an empty file. Give {READABLE}.")
    return SourceText(name, text, hashlib.sha256(content).hexdigest(), notes)


def parsed(source: SourceText, parse: Parse) -> tuple[ParsedDocument, ...]:
    """The documents that `parse` finds in a source, with the notes on its decoding."""
    return tuple(replace(document, notes=(*source.notes, *document.notes)) for document in parse(source))


def parse_of(source: SourceText) -> Parse:
    """How to parse a source, by its content; a JSON that is no post goes to the parser that says so."""
    suffix = PurePath(source.name).suffix.lower()
    if is_post(source.text) or suffix == ".json" or _is_json(source.text):
        return as_posts
    if is_cable(source.text):
        return as_cable
    if source.text.lstrip("\ufeff \t\r\n")[:14].lower().startswith(("<!doctype html", "<html")):
        raise SourceError(f"{source.name}: an HTML page, which Pilcrow cannot read. Give {READABLE}.")
    return as_markdown if suffix in (".md", ".markdown") else as_text


def as_posts(source: SourceText) -> tuple[ParsedDocument, ...]:
    """Parse a source as one or more WordPress posts."""
    return parse_posts(source.text, path=source.name, sha256=source.sha256)


def as_cable(source: SourceText) -> tuple[ParsedDocument, ...]:
    """Parse a source as a cable."""
    return (parse_cable(source.text, path=source.name, sha256=source.sha256),)


def as_markdown(source: SourceText) -> tuple[ParsedDocument, ...]:
    """Parse a source as Markdown."""
    return (parse_markdown(source.text, path=source.name, sha256=source.sha256),)


def as_text(source: SourceText) -> tuple[ParsedDocument, ...]:
    """Parse a source as plain text."""
    return (parse_text(source.text, path=source.name, sha256=source.sha256),)


def _content(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"{name}: no such file. Check the path.") from error
    except IsADirectoryError as error:
        raise SourceError(f"{name}: a folder, not a file. Give the files in it.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{name}: cannot be opened ({reason}). Check the path and its permissions.") from error


def _decoded(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), ()
            except UnicodeDecodeError as error:
                raise SourceError(f"{name}: damaged {encoding.upper()} text. Save it again as UTF-8.") from error
    if b"\x00" in content:
        raise SourceError(f"{name}: a binary file (it has NUL bytes), which Pilcrow cannot read. Give {READABLE}.")
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _decoded_without_mark(content, name)


def _decoded_without_mark(content: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text that is not whole UTF-8: UTF-8 with damaged places where most of its characters are sound, else cp1252."""
    replaced = content.decode("utf-8", errors="replace")
    damaged = replaced.count("\ufffd")
    if sum(1 for letter in replaced if letter > "\x7f") > 2 * damaged:
        return replaced, (f"damaged UTF-8: {damaged} places replaced by U+FFFD",)
    try:
        return content.decode("cp1252"), ("read as cp1252 (not UTF-8)",)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: text that is neither UTF-8 nor cp1252. Save it again as UTF-8.") from error


def _is_json(text: str) -> bool:
    """Whether the whole text is a JSON object or array."""
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return False
    try:
        json.loads(text.removeprefix("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return False
    return True
