"""A bundle and the sources in, a Verification out: does each quote stand where the bundle says, in the source it says?

Nothing but the sources is used: no index, no model, no network. Three things are compared: every value with its digest,
the parts of the bundle with each other, and paragraphs, quotes and places with the sources read anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from assistant.attribution import attribution
from assistant.bundle import FORMAT, Bundle, digest, leaves
from assistant.citations import locate
from assistant.errors import BundleError
from ingest.errors import SourceError
from ingest.read import read
from ingest.types import ParsedDocument

State = Literal["holds", "moved", "gone"]
DOCUMENT_FIELDS = ("title", "date", "kind", "path", "sha256", "url", "note", "author")
PARAGRAPH_FIELDS = ("document_id", "kind", "section", "text")
SHARED_FIELDS = ("document_id", "anchor", "section")


@dataclass(frozen=True, slots=True)
class Problem:
    """A field of the bundle, as a JSON pointer, and what is wrong with it."""

    field: str
    detail: str

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"


@dataclass(frozen=True, slots=True)
class StaleCitation:
    """A citation of a source that changed: whether its quote still stands in the new text, and where."""

    number: int
    reference: str
    state: State
    now: str | None = None

    def __str__(self) -> str:
        told = {"holds": "still holds", "moved": f"now stands in {self.now}", "gone": "is no longer there"}
        return f"[{self.number}] {self.reference} {told[self.state]}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a bundle found; `citations` counts those that were compared with their source."""

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
        bundle = json.loads(path.read_text(encoding="utf8"), object_pairs_hook=_once_each)
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    except (ValueError, RecursionError) as error:
        raise BundleError(
            f"{path}: not a bundle's JSON ({error}). Give the .json that `pilcrow ask --bundle` wrote."
        ) from error
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
        raise BundleError(f"{path}: /format is not {FORMAT}. Give the .json that `pilcrow ask --bundle` wrote.")
    return bundle


def verify(bundle: Bundle, *, documents: Sequence[Path] = (), beside: Path | None = None) -> Verification:
    """Check a bundle against the sources among `documents` (files and folders), by default where it names them.

    `beside` is a folder in which relative paths are looked for too, the bundle's own. A source that is found only with
    other content makes its citations stale.
    """
    problems = list(_digest_problems(bundle))
    try:
        problems += _inner_problems(bundle)
        sources = find_sources(bundle, documents=documents, beside=beside)
        problems += _source_problems(bundle, sources)
        stale = tuple(_stale_citations(bundle, sources))
        compared = len(bundle["answer"]["citations"])
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        problems.append(Problem("/", f"a field is missing or of the wrong kind ({type(error).__name__}: {error})"))
        stale, compared = (), 0
    return Verification(tuple(dict.fromkeys(problems)), stale, compared)


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A document as its source gives it now, and whether the source is the very file that the bundle cites."""

    document: ParsedDocument
    same: bool


def find_sources(bundle: Bundle, *, documents: Sequence[Path], beside: Path | None) -> dict[str, FoundSource]:
    """The bundle's documents by id: from the file of the same hash, else from one that now holds the same id."""
    files = [file for path in documents for file in _files(path)]
    found: dict[str, FoundSource] = {}
    for document in bundle["documents"]:
        candidates = files or [file for file in _where_named(document["path"], beside) if file.is_file()]
        same = [file for file in candidates if _sha256(file) == document["sha256"]]
        for file in same or candidates:
            parsed = _parsed(file, name=document["path"], document_id=document["document_id"])
            if parsed is not None:
                found[document["document_id"]] = FoundSource(parsed, same=bool(same))
                break
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
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
    values = dict(leaves({name: value for name, value in bundle.items() if name not in ("digests", "seal")}))
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
        field = f"/answer/citations/{place}"
        paragraph = paragraphs.get(citation["reference"])
        document = documents.get(citation["document_id"])
        if paragraph is None or document is None:
            yield Problem(f"{field}/reference", "is not among the bundle's paragraphs and documents")
            continue
        start, end = citation["start"], citation["end"]
        if not 0 <= start < end or paragraph["text"][start:end] != citation["quote"]:
            yield Problem(f"{field}/quote", f"does not stand in {citation['reference']} from {start} to {end}")
        for name, other in _told_twice(paragraph, document).items():
            if citation[name] != other:
                yield Problem(f"{field}/{name}", "is not what the bundle's paragraph or document has")


def _told_twice(paragraph: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """What a citation repeats of its paragraph and document."""
    return {
        **{name: paragraph[name] for name in SHARED_FIELDS},
        **{name: document[name] for name in ("title", "date", "url")},
        "source_sha256": document["sha256"],
        "source": {"path": document["path"], **paragraph["place"]},
    }


def _source_problems(bundle: Bundle, sources: Mapping[str, FoundSource]) -> Iterator[Problem]:
    """Documents that are not found, and fields that the unchanged sources contradict."""
    for place, document in enumerate(bundle["documents"]):
        found = sources.get(document["document_id"])
        if found is None:
            detail = f"{document['path']} is not found. Name it or its folder with --documents."
            yield Problem(f"/documents/{place}/path", detail)
        elif found.same:
            for name in DOCUMENT_FIELDS:
                if document[name] != getattr(found.document.document, name):
                    yield Problem(f"/documents/{place}/{name}", "is not what the source has")
    for place, paragraph in enumerate(bundle["paragraphs"]):
        found = sources.get(paragraph["document_id"])
        if found is None or not found.same:
            continue
        field = f"/paragraphs/{place}"
        now = next((item for item in found.document.paragraphs if item.reference == paragraph["reference"]), None)
        if now is None or now.anchor != paragraph["anchor"]:
            yield Problem(f"{field}/reference", "is not in the source")
            continue
        for name in PARAGRAPH_FIELDS:
            if paragraph[name] != getattr(now, name):
                yield Problem(f"{field}/{name}", "is not what the source has")
        if paragraph["place"] != now.place.to_dict():
            yield Problem(f"{field}/place", "is not where the source has it")
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
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _where_named(name: str, beside: Path | None) -> list[Path]:
    """Where a recorded path may lie: as it stands, beside the bundle, or among the documents that come with Pilcrow."""
    places = [Path(name), *([beside / name] if beside else [])]
    if name.startswith("bundled/"):
        places.append(Path(str(resources.files("ingest") / "bundled" / Path(name).name)))
    return places


def _sha256(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(f"{file}: cannot be read ({error.strerror}). Check the path after --documents.") from error


def _parsed(file: Path, *, name: str, document_id: str) -> ParsedDocument | None:
    """The document of that id in a file, or None where the file has none or cannot be read as a source."""
    try:
        return next((item for item in read(file, name=name) if item.document.document_id == document_id), None)
    except SourceError:
        return None
