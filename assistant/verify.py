"""A bundle and the sources in, a Verification out: does each quote stand where the bundle says, in the source it says?

Nothing but the sources is used: no index, no model, no network. Three things are compared: every value with its digest,
the parts of the bundle with each other, and paragraphs, quotes and places with the sources read anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path, PurePath
from typing import Any, Literal

from assistant.attribution import attribution
from assistant.bundle import FORMAT, FORMAT_NAME, Bundle, digest, parts
from assistant.citations import locate
from assistant.errors import BundleError
from ingest.errors import SourceError
from ingest.read import read
from ingest.types import ParsedDocument

State = Literal["holds", "moved", "gone"]
DOCUMENT_FIELDS = ("title", "date", "kind", "path", "sha256", "url", "note", "author")
PARAGRAPH_FIELDS = ("document_id", "kind", "section", "text")
SHARED_FIELDS = ("document_id", "anchor", "section")
GIVE = "Give the .json that `pilcrow ask --bundle` wrote."


@dataclass(frozen=True, slots=True)
class Problem:
    """A field of the bundle, as a JSON pointer, and what is wrong with it."""

    field: str
    detail: str

    def __str__(self) -> str:
        return shown(f"{self.field}: {self.detail}")


@dataclass(frozen=True, slots=True)
class StaleCitation:
    """A citation of a source that changed: whether its quote still stands in the new text, and where."""

    number: int
    reference: str
    state: State
    now: str | None = None

    def __str__(self) -> str:
        told = {"holds": "still holds", "moved": f"now stands in {self.now}", "gone": "is no longer there"}
        return shown(f"[{self.number}] {self.reference} {told[self.state]}")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a bundle found; `citations` counts all that it has."""

    problems: tuple[Problem, ...]
    stale: tuple[StaleCitation, ...]
    citations: int

    @property
    def holds(self) -> bool:
        """Whether every part of the bundle is as it was made, and every source as it was then."""
        return not self.problems and not self.stale


def load_bundle(path: Path) -> Bundle:
    """Read a bundle. Raises BundleError where the file is none, or a key stands in it twice."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    if not content.strip():
        raise BundleError(f"{path}: an empty file. {GIVE}")
    encoding = json.detect_encoding(content)
    if not encoding.startswith("utf-8"):
        raise BundleError(
            f"{path}: {encoding.upper()} text. Save it again as UTF-8, or give the file as it was written."
        )
    try:
        bundle = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once_each)
    except UnicodeDecodeError as error:
        raise BundleError(f"{path}: not UTF-8 text. {GIVE}") from error
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: not a bundle's JSON ({error}). {GIVE}") from error
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
        raise BundleError(f"{path}: {_other_format(bundle)}")
    return bundle


def verify(bundle: Bundle, *, documents: Sequence[Path] = (), beside: Path | None = None) -> Verification:
    """Check a bundle against the sources among `documents` (files and folders), and where it names them itself.

    `beside` is a folder in which relative paths are looked for too, the bundle's own. A source that is found only with
    other content makes its citations stale.
    """
    problems: list[Problem] = []
    stale: tuple[StaleCitation, ...] = ()
    compared = 0
    try:
        problems += _digest_problems(bundle)
        problems += _inner_problems(bundle)
        sources = find_sources(bundle, documents=documents, beside=beside)
        problems += _source_problems(bundle, sources)
        stale = tuple(_stale_citations(bundle, sources.found))
        compared = len(bundle["answer"]["citations"])
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        problems.append(Problem("/", f"a field is missing or of the wrong kind ({type(error).__name__}: {error})"))
    except RecursionError:
        problems.append(Problem("/", "lists and objects stand too deep in each other"))
    return Verification(tuple(dict.fromkeys(problems)), stale, compared)


def shown(text: str) -> str:
    """Text that may be anybody's as a terminal can show it: on one line, what cannot be seen or commands it escaped."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A document as its source gives it now, and whether the source is the very file that the bundle cites."""

    document: ParsedDocument
    same: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """The documents that were found, and why a file that should have been another's source is not, by document id."""

    found: dict[str, FoundSource] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)


def find_sources(bundle: Bundle, *, documents: Sequence[Path], beside: Path | None) -> Sources:
    """The bundle's documents: each from the file of the same hash, else of its name, else one that is read as its id.

    What is given goes before the place that the bundle names.
    """
    given = {file: _sha256(file) for path in documents for file in _files(path)}
    ids = cache(_ids)
    sources = Sources()
    for document in bundle["documents"]:
        name = document["document_id"]
        named = {file: _sha256(file) for file in _where_named(document["path"], beside)}
        for files in (given, named):
            for file in _candidates(document, files, ids):
                try:
                    sources.found[name] = FoundSource(_parsed(file, document), files[file] == document["sha256"])
                    break
                except SourceError as error:
                    reason = str(error).removeprefix(f"{document['path']}: ")
                    sources.unusable.setdefault(name, f"{file} is there, but is not the source: {reason}")
            if name in sources.found or name in sources.unusable:
                break
    return sources


def _other_format(bundle: object) -> str:
    """What is wrong with a bundle that is not of our format, and what to do."""
    told = bundle.get("format") if isinstance(bundle, dict) else None
    numbered = re.fullmatch(rf"{FORMAT_NAME}([1-9][0-9]{{0,8}})", str(told))
    if numbered and int(numbered[1]) > int(FORMAT.removeprefix(FORMAT_NAME)):
        return f"/format is {told}: a newer Pilcrow made it, and this one reads {FORMAT}. Use the newer one."
    return f"/format is not {FORMAT}. {GIVE}"


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise ValueError(f"the key {name!r} stands twice")
    return dict(pairs)


def _digest_problems(bundle: Bundle) -> Iterator[Problem]:
    """Values that are not those of the digests, digests without a value, and values without a digest."""
    digests = bundle.get("digests")
    if not isinstance(digests, dict):
        yield Problem("/digests", "missing")
        return
    if bundle.get("seal") != digest(digests):
        yield Problem("/seal", "is not the seal of /digests")
    values = dict(parts({name: value for name, value in bundle.items() if name not in ("digests", "seal")}))
    for pointer in sorted(digests.keys() - values.keys()):
        yield Problem(pointer, "is missing")
    for pointer, value in values.items():
        if pointer not in digests:
            yield Problem(pointer, "was added")
        elif digests[pointer] != digest(value):
            yield Problem(pointer, "was changed since the bundle was made")


def _inner_problems(bundle: Bundle) -> Iterator[Problem]:
    """Where parts of the bundle do not agree: marks, numbers, quotes, and what is told twice."""
    answer = bundle["answer"]
    paragraphs = {paragraph["reference"]: paragraph for paragraph in bundle["paragraphs"]}
    documents = {document["document_id"]: document for document in bundle["documents"]}
    told = [*answer["claims"], *answer.get("conflicts", ())]
    marked = " ".join(_marked(item) for item in told)
    if answer["answer"] != marked:
        yield Problem("/answer/answer", "is not the claims and conflicts with their marks")
    seen = list(dict.fromkeys(number for item in told for number in item["citations"]))
    if seen != [citation["number"] for citation in answer["citations"]]:
        yield Problem("/answer/citations", "are not those that the claims and conflicts mark, in order")
    for place, citation in enumerate(answer["citations"]):
        pointer = f"/answer/citations/{place}"
        paragraph = paragraphs.get(citation["reference"])
        document = documents.get(citation["document_id"])
        if paragraph is None or document is None:
            yield Problem(f"{pointer}/reference", "is not among the bundle's paragraphs and documents")
            continue
        start, end = citation["start"], citation["end"]
        if not 0 <= start < end or paragraph["text"][start:end] != citation["quote"]:
            yield Problem(f"{pointer}/quote", f"does not stand in {citation['reference']} from {start} to {end}")
        for name, other in _told_twice(paragraph, document).items():
            if citation[name] != other:
                yield Problem(f"{pointer}/{name}", "is not what the bundle's paragraph or document has")


def _told_twice(paragraph: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """What a citation repeats of its paragraph and document."""
    return {
        **{name: paragraph[name] for name in SHARED_FIELDS},
        **{name: document[name] for name in ("title", "date", "url")},
        "source_sha256": document["sha256"],
        "source": {"path": document["path"], **paragraph["place"]},
    }


def _source_problems(bundle: Bundle, sources: Sources) -> Iterator[Problem]:
    """Documents that are not found, and fields that the unchanged sources contradict."""
    for place, document in enumerate(bundle["documents"]):
        found = sources.found.get(document["document_id"])
        if found is None:
            detail = f"{document['path']} is not found. Name it or its folder with --documents."
            yield Problem(f"/documents/{place}/path", sources.unusable.get(document["document_id"], detail))
        elif found.same:
            for name in DOCUMENT_FIELDS:
                if document[name] != getattr(found.document.document, name):
                    yield Problem(f"/documents/{place}/{name}", "is not what the source has")
    for place, paragraph in enumerate(bundle["paragraphs"]):
        found = sources.found.get(paragraph["document_id"])
        if found is None or not found.same:
            continue
        pointer = f"/paragraphs/{place}"
        now = next((item for item in found.document.paragraphs if item.reference == paragraph["reference"]), None)
        if now is None or now.anchor != paragraph["anchor"]:
            yield Problem(f"{pointer}/reference", "is not in the source")
            continue
        for name in PARAGRAPH_FIELDS:
            if paragraph[name] != getattr(now, name):
                yield Problem(f"{pointer}/{name}", "is not what the source has")
        if paragraph["place"] != now.place.to_dict():
            yield Problem(f"{pointer}/place", "is not where the source has it")
        for number, citation in enumerate(bundle["answer"]["citations"]):
            if citation["reference"] == now.reference:
                said = attribution(found.document.document, now, citation["start"])
                if citation["attribution"] != said:
                    yield Problem(f"/answer/citations/{number}/attribution", "is not what the source has")


def _stale_citations(bundle: Bundle, sources: Mapping[str, FoundSource]) -> Iterator[StaleCitation]:
    """For each citation of a source that changed, whether its quote still stands there."""
    for citation in bundle["answer"]["citations"]:
        found = sources.get(citation["document_id"])
        if found is None or found.same:
            continue
        number, reference = citation["number"], citation["reference"]
        holding = [item.reference for item in found.document.paragraphs if locate(citation["quote"], item.text)]
        if reference in holding:
            yield StaleCitation(number, reference, "holds")
        elif holding:
            yield StaleCitation(number, reference, "moved", holding[0])
        else:
            yield StaleCitation(number, reference, "gone")


def _marked(told: Mapping[str, Any]) -> str:
    marks = "".join(f"[{number}]" for number in told["citations"])
    return f"{told['text']} {marks}" if marks else str(told["text"])


def _files(path: Path) -> list[Path]:
    """The files of a folder that is given, or the file. Raises BundleError where it cannot be read."""
    try:
        if path.is_dir():
            return sorted(file for file in path.rglob("*") if file.is_file())
        path.open("rb").close()
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}). Check the path after --documents.") from error
    return [path]


def _where_named(name: str, beside: Path | None) -> list[Path]:
    """Where a recorded path lies: as it stands, beside the bundle, or among the documents that come with Pilcrow."""
    places = [Path(name), *([beside / name] if beside else [])]
    if name.startswith("bundled/"):
        places.append(Path(str(resources.files("ingest") / "bundled" / Path(name).name)))
    return [place for place in places if _is_there(place)]


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


def _candidates(
    document: Mapping[str, Any], files: Mapping[Path, str | None], ids: Callable[[Path], frozenset[str]]
) -> Iterator[Path]:
    """Files that may be a document's source: those of its hash, of its name, and those that ingest reads as its id."""
    yield from (file for file, sha256 in files.items() if sha256 and sha256 == document["sha256"])
    yield from (file for file in files if file.name == PurePath(document["path"]).name)
    yield from (file for file in files if document["document_id"] in ids(file))


def _ids(file: Path) -> frozenset[str]:
    """The ids of the documents in a file by itself, whatever a bundle says; none where it cannot be read."""
    try:
        return frozenset(item.document.document_id for item in read(file))
    except SourceError:
        return frozenset()


def _parsed(file: Path, document: Mapping[str, Any]) -> ParsedDocument:
    """A bundle's document as a file gives it. Raises SourceError where the file cannot be read or does not hold it."""
    for item in read(file, name=document["path"]):
        if item.document.document_id == document["document_id"]:
            return item
    raise SourceError(f"it holds no document {document['document_id']}. Name the right file with --documents.")
