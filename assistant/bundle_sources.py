"""The documents of a bundle and where to look in, the source of each out, read anew.

The file of the recorded hash is the source, wherever it lies. Only where there is none do a file's name, and the id
under which it would be read, make it one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path, PurePath

from assistant.bundle_form import Evidence, Part
from assistant.citations import locate
from assistant.errors import BundleError
from ingest.errors import SourceError
from ingest.read import read
from ingest.types import ParsedDocument

Hashes = Mapping[Path, str | None]


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A document as its source gives it now, the file, and whether it is the very file that the bundle cites."""

    document: ParsedDocument
    file: Path
    same: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """The documents that were found, and why a file that should have been another's source is not, by document id."""

    found: dict[str, FoundSource] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)


def find_sources(evidence: Evidence, *, documents: Sequence[Path], beside: Path | None) -> Sources:
    """The bundle's documents: each from the file of the same hash, else from the likeliest of its name or id.

    `documents` are files and folders; the recorded places are looked at as well, also in the folder `beside`. Raises
    BundleError where one of `documents` cannot be read.
    """
    given = {file: _sha256(file) for path in documents for file in _files(path)}
    ids = cache(_ids)
    sources = Sources()
    for document in evidence.documents.values():
        name = document["document_id"]
        files = given | {file: _sha256(file) for file in _where_named(document["path"], beside)}
        quotes = [item["quote"] for item in evidence.citations.values() if item["document_id"] == name]
        found = _exact(document, files, sources.unusable) or _likeliest(
            document, _alike(document, files, ids), quotes, sources.unusable
        )
        if found is not None:
            sources.found.setdefault(name, found)
    return sources


def _exact(document: Part, files: Hashes, unusable: dict[str, str]) -> FoundSource | None:
    """The document in a file of the recorded hash."""
    same = [file for file, sha256 in files.items() if sha256 == document["sha256"]]
    return next(iter(_read_each(document, same, unusable, same=True)), None)


def _likeliest(
    document: Part, files: Iterable[Path], quotes: Sequence[str], unusable: dict[str, str]
) -> FoundSource | None:
    """The file that shares the longest end of the recorded path, of equals that with most quotes, then the first."""

    def likeness(found: FoundSource) -> tuple[int, int]:
        texts = [paragraph.text for paragraph in found.document.paragraphs]
        standing = sum(any(locate(quote, text) for text in texts) for quote in quotes)
        return _shared_end(found.file, document["path"]), standing

    return max(_read_each(document, files, unusable, same=False), key=likeness, default=None)


def _alike(document: Part, files: Hashes, ids: Callable[[Path], frozenset[str]]) -> list[Path]:
    """Files of the document's file name, and those that ingest reads as its id."""
    name = PurePath(document["path"]).name
    return [file for file in files if file.name == name or document["document_id"] in ids(file)]


def _read_each(document: Part, files: Iterable[Path], unusable: dict[str, str], *, same: bool) -> list[FoundSource]:
    """The document as each file gives it; of the first that does not, why not goes to `unusable`."""
    found: list[FoundSource] = []
    for file in files:
        try:
            found.append(FoundSource(_parsed(file, document), file, same))
        except SourceError as error:
            reason = str(error).removeprefix(f"{document['path']}: ")
            unusable.setdefault(document["document_id"], f"{file} is there, but is not the source: {reason}")
    return found


def _parsed(file: Path, document: Part) -> ParsedDocument:
    """A bundle's document as a file gives it. Raises SourceError where the file cannot be read or does not hold it."""
    for item in _read(file, name=document["path"]):
        if item.document.document_id == document["document_id"]:
            return item
    raise SourceError(f"it holds no document {document['document_id']}. Name the right file with --documents.")


def _read(file: Path, *, name: str) -> tuple[ParsedDocument, ...]:
    """A file's documents. Raises SourceError for whatever in the file stops the reading."""
    try:
        return read(file, name=name)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}: cannot be read as a source ({error}). Give the file as it was.") from error


def _ids(file: Path) -> frozenset[str]:
    """The ids of the documents in a file by itself, whatever a bundle says; none where it cannot be read."""
    try:
        return frozenset(item.document.document_id for item in _read(file, name=str(file)))
    except SourceError:
        return frozenset()


def _files(path: Path) -> list[Path]:
    """The files of a folder that is given, hidden ones left out as in `pilcrow ingest`, or the file itself."""
    try:
        if path.is_dir():
            return sorted(file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path))
        path.open("rb").close()
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}). Check the path after --documents.") from error
    return [path]


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _where_named(name: str, beside: Path | None) -> list[Path]:
    """Where a recorded path may lie: as it stands, beside the bundle by path or file name, or bundled with Pilcrow."""
    places = [Path(name), *([beside / name, beside / PurePath(name).name] if beside else [])]
    if name.startswith("bundled/"):
        places.append(Path(str(resources.files("ingest") / "bundled" / PurePath(name).name)))
    return [place for place in places if PurePath(name).name and _is_there(place)]


def _is_there(place: Path) -> bool:
    """Whether there is a file or a folder; none is under a name that the system cannot have."""
    try:
        return place.is_file() or place.is_dir()
    except OSError:
        return False


def _sha256(file: Path) -> str | None:
    """SHA-256 of a file, or None for a folder and for what may not be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None


def _shared_end(file: Path, recorded: str) -> int:
    """How many names two paths share, counted from their ends."""
    count = 0
    for mine, other in zip(reversed(file.absolute().parts), reversed(PurePath(recorded).parts), strict=False):
        if mine != other:
            break
        count += 1
    return count
