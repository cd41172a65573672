"""A bundle and the sources in, a Verification out: does each quote stand where the bundle says, in the source it says?

Nothing but the sources is used: no index, no model, no network. Three things are compared: every value with its digest,
the parts of the bundle with each other, and paragraphs, quotes and places with the sources read anew.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from assistant.attribution import attribution
from assistant.bundle import FORMAT, FORMAT_NAME, Bundle, digest, parts
from assistant.bundle_contract import contract_problems, same_value
from assistant.bundle_form import Evidence, Part, Problem, read_evidence, shown
from assistant.bundle_sources import FoundSource, Sources, find_sources
from assistant.citations import locate, whole_words
from assistant.errors import BundleError
from ingest.types import Paragraph

State = Literal["unchanged", "holds", "typography", "moved", "gone", "not_found"]
DOCUMENT_FIELDS = ("title", "date", "kind", "path", "sha256", "url", "note", "author")
PARAGRAPH_FIELDS = ("document_id", "kind", "section", "text")
GIVE = "Give the .json that `pilcrow ask --bundle` wrote."
TOO_DEEP = Problem("/", "lists and objects stand too deep in each other")


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """A citation, the file it was compared with, and whether its quote still stands there.

    `now` is the reference of its new place; `changes` tells what else is no longer as it was cited.
    """

    number: int
    reference: str
    state: State
    file: str | None = None
    now: str | None = None
    changes: tuple[str, ...] = ()

    def __str__(self) -> str:
        changed = " and ".join(self.changes)
        told = {
            "unchanged": "stands in the source of the recorded hash",
            "holds": f"holds, but {changed}" if changed else "still holds",
            "typography": "stands there only with other capitals or typography",
            "moved": f"now stands in {self.now}",
            "gone": "is no longer there",
            "not_found": "could not be compared: its source is not found",
        }[self.state]
        also = f", and {changed}" if changed and self.state != "holds" else ""
        compared = f" (compared with {self.file})" if self.file else ""
        return shown(f"[{self.number}] {self.reference} {told}{also}{compared}")

    @property
    def still_holds(self) -> bool:
        """Whether the very quote stands where it stood, under the date, title and attribution it had."""
        return self.state in ("unchanged", "holds") and not self.changes

    def to_dict(self) -> dict[str, Any]:
        """As `pilcrow verify --json` prints it."""
        return {
            "number": self.number,
            "reference": self.reference,
            "state": self.state,
            "file": self.file,
            "now": self.now,
            "changes": list(self.changes),
        }


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a bundle found: what is wrong with it, and each of its citations against the sources."""

    problems: tuple[Problem, ...]
    citations: tuple[CheckedCitation, ...]

    @property
    def stale(self) -> tuple[CheckedCitation, ...]:
        """The citations of sources that changed."""
        return tuple(item for item in self.citations if item.state not in ("unchanged", "not_found"))

    @property
    def state(self) -> Literal["holds", "stale", "altered", "not_found"]:
        """The gravest finding: a bundle that was altered, a source that is not found, one that changed, or none."""
        if any(problem.kind == "altered" for problem in self.problems):
            return "altered"
        if self.problems:
            return "not_found"
        return "stale" if self.stale else "holds"

    @property
    def holds(self) -> bool:
        """Whether every part of the bundle is as it was made, and every source as it was then."""
        return self.state == "holds"

    def to_dict(self) -> dict[str, Any]:
        """As `pilcrow verify --json` prints it."""
        return {
            "state": self.state,
            "problems": [{"field": problem.field, "detail": problem.detail} for problem in self.problems],
            "citations": [citation.to_dict() for citation in self.citations],
        }


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

    `beside` is a folder in which sources are looked for too, the bundle's own. A source that is found only with other
    content makes its citations stale.
    """
    evidence = read_evidence(bundle)
    sources = find_sources(evidence, documents=documents, beside=beside)
    problems = [
        *_collected(_digest_problems(bundle)),
        *evidence.problems,
        *_collected(contract_problems(bundle, evidence)),
        *_collected(_source_problems(bundle, evidence, sources)),
    ]
    checked = tuple(_checked(citation, evidence, sources) for citation in evidence.citations.values())
    return Verification(tuple(dict.fromkeys(problems)), checked)


def _collected(found: Iterable[Problem]) -> list[Problem]:
    """The problems, up to a value that is nested too deeply to be compared."""
    problems: list[Problem] = []
    try:
        for problem in found:
            problems.append(problem)
    except RecursionError:
        problems.append(TOO_DEEP)
    return problems


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


def _source_problems(bundle: Bundle, evidence: Evidence, sources: Sources) -> Iterator[Problem]:
    """Documents that are not found, and fields that the unchanged sources contradict."""
    for place, document in evidence.documents.items():
        found = sources.found.get(document["document_id"])
        if found is None:
            detail = f"{document['path']} is not found. Name it or its folder with --documents."
            told = sources.unusable.get(document["document_id"], detail)
            yield Problem(f"/documents/{place}/path", told, kind="not_found")
        elif found.same:
            for name in DOCUMENT_FIELDS:
                if not same_value(document[name], getattr(found.document.document, name)):
                    yield Problem(f"/documents/{place}/{name}", "is not what the source has")
    read_with = _read_with(bundle)
    for place, paragraph in evidence.paragraphs.items():
        found = sources.found.get(paragraph["document_id"])
        if found is not None and found.same:
            for problem in _paragraph_problems(paragraph, evidence, found, f"/paragraphs/{place}"):
                yield Problem(problem.field, f"{problem.detail}{read_with}")


def _paragraph_problems(paragraph: Part, evidence: Evidence, found: FoundSource, pointer: str) -> Iterator[Problem]:
    """What a paragraph and the citations of it say otherwise than their unchanged source."""
    now = _paragraph(found, paragraph["reference"])
    if now is None or now.anchor != paragraph["anchor"]:
        yield Problem(f"{pointer}/reference", "is not in the source")
        return
    for name in PARAGRAPH_FIELDS:
        if paragraph[name] != getattr(now, name):
            yield Problem(f"{pointer}/{name}", "is not what the source has")
    if not same_value(paragraph["place"], now.place.to_dict()):
        yield Problem(f"{pointer}/place", "is not where the source has it")
    for number, citation in evidence.citations.items():
        if citation["reference"] == now.reference:
            said = attribution(found.document.document, now, citation["start"])
            if citation["attribution"] != said:
                yield Problem(f"/answer/citations/{number}/attribution", "is not what the source has")


def _read_with(bundle: Bundle) -> str:
    """The two versions, where the bundle was made with another Pilcrow than the one that reads the sources anew."""
    made, mine = bundle.get("pilcrow"), version("pilcrow")
    return "" if made == mine else f" (made with Pilcrow {made}, read with {mine})"


def _paragraph(found: FoundSource, reference: str) -> Paragraph | None:
    return next((item for item in found.document.paragraphs if item.reference == reference), None)


def _checked(citation: Part, evidence: Evidence, sources: Sources) -> CheckedCitation:
    """A citation against its source: where that changed, whether and where its quote still stands."""
    number, reference, quote = citation["number"], citation["reference"], citation["quote"]
    found = sources.found.get(citation["document_id"])
    if found is None:
        return CheckedCitation(number, reference, "not_found")
    file = str(found.file)
    if found.same:
        return CheckedCitation(number, reference, "unchanged", file)
    own = _paragraph(found, reference)
    if own is not None and (start := _exact(quote, own.text)) is not None:
        return CheckedCitation(number, reference, "holds", file, None, _changes(citation, found, own, start))
    elsewhere = [item for item in _of_same_kind(citation, evidence, found) if item.reference != reference]
    places = [(item, start) for item in elsewhere if (start := _exact(quote, item.text)) is not None]
    if own is not None and not places and (span := locate(quote, own.text)):
        return CheckedCitation(number, reference, "typography", file, None, _changes(citation, found, own, span[0]))
    places += [(item, span[0]) for item in elsewhere if (span := locate(quote, item.text))]
    if not places:
        return CheckedCitation(number, reference, "gone", file)
    place, start = places[0]
    return CheckedCitation(number, reference, "moved", file, place.reference, _changes(citation, found, place, start))


def _exact(quote: str, text: str) -> int | None:
    """Where the very quote stands in a text, as whole words; None where it does not."""
    starts = (match.start() for match in re.finditer(f"(?={re.escape(quote)})", text)) if quote else ()
    return next((start for start in starts if whole_words(text, start, start + len(quote))), None)


def _of_same_kind(citation: Part, evidence: Evidence, found: FoundSource) -> Iterator[Paragraph]:
    """The paragraphs of the source that are, as the cited one was, its body, its header or a caption."""
    kinds = [item["kind"] for item in evidence.paragraphs.values() if item["reference"] == citation["reference"]]
    return (item for item in found.document.paragraphs if item.kind in kinds)


def _changes(citation: Part, found: FoundSource, place: Paragraph, start: int) -> tuple[str, ...]:
    """What is told of a quote that stands at `start` of a place, and is no longer as cited."""
    document = found.document.document
    now = {"date": document.date, "title": document.title}
    changed = [f"its {name} is now {value or 'not given'}" for name, value in now.items() if value != citation[name]]
    said = attribution(document, place, start)
    if not changed and said != citation["attribution"]:
        changed = [f"its attribution is now {said}"]
    return tuple(changed)
