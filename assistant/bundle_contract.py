"""The well-formed parts of a bundle in, where they break the citation contract or each other out. No source is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.bundle import Bundle, digest
from assistant.bundle_form import Evidence, Part, Parts, Problem
from assistant.citations import STRAY_MARK, whole_words
from assistant.types import BORNE_OUT

SHARED_FIELDS = ("document_id", "anchor", "section")
QUOTED = re.compile(r"“([^”]*)”")


def contract_problems(bundle: Bundle, evidence: Evidence) -> Iterator[Problem]:
    """Marks, numbers, quotes, verdicts and conflicts that do not hold, and what is told twice and not the same."""
    if evidence.sound("/answer/answer", "/answer/claims", "/answer/conflicts"):
        yield from _text_problems(bundle["answer"])
    if evidence.sound("/answer/claims", "/answer/conflicts", "/answer/citations"):
        yield from _number_problems(bundle["answer"])
    if evidence.sound("/answer/status", "/answer/claims", "/answer/missing"):
        yield from _status_problems(bundle["answer"])
    yield from _repeated(evidence.documents, "/documents", "document_id")
    yield from _repeated(evidence.paragraphs, "/paragraphs", "reference")
    for place, claim in evidence.claims.items():
        yield from _claim_problems(claim, evidence, f"/answer/claims/{place}")
    for place, citation in evidence.citations.items():
        yield from _citation_problems(citation, evidence, f"/answer/citations/{place}")
    for place, paragraph in evidence.paragraphs.items():
        yield from _paragraph_problems(paragraph, evidence, f"/paragraphs/{place}")
    if evidence.sound("/answer/citations", "/documents", "/paragraphs"):
        for place, conflict in evidence.conflicts.items():
            yield from _conflict_problems(conflict, evidence, f"/answer/conflicts/{place}")


def same_value(one: object, other: object) -> bool:
    """Whether two values are the same as JSON, by type as well: 1 is neither 1.0 nor true."""
    return digest(one) == digest(other)


def _text_problems(answer: Part) -> Iterator[Problem]:
    told = [*answer["claims"], *answer.get("conflicts", ())]
    if answer["answer"] != " ".join(_marked(item) for item in told):
        yield Problem("/answer/answer", "is not the claims and conflicts with their marks")


def _number_problems(answer: Part) -> Iterator[Problem]:
    told = [*answer["claims"], *answer.get("conflicts", ())]
    seen = list(dict.fromkeys(number for item in told for number in item["citations"]))
    if seen != [citation["number"] for citation in answer["citations"]]:
        yield Problem("/answer/citations", "are not those that the claims and conflicts mark, in order")


def _status_problems(answer: Part) -> Iterator[Problem]:
    status, claims = answer["status"], answer["claims"]
    if status == "abstained" and claims:
        yield Problem("/answer/status", "is abstained, but there are claims")
    elif status != "abstained" and not any(claim["verdict"] in BORNE_OUT for claim in claims):
        yield Problem("/answer/status", f"is {status}, but no claim is supported or partial")
    elif status == "answered" and answer["missing"]:
        yield Problem("/answer/status", "is answered, but something is told as missing")
    elif status == "partial" and not answer["missing"]:
        yield Problem("/answer/status", "is partial, but nothing is told as missing")


def _repeated(parts: Parts, pointer: str, name: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, part in parts.items():
        if part[name] in seen:
            yield Problem(f"{pointer}/{place}/{name}", "stands twice")
        seen.add(part[name])


def _claim_problems(claim: Part, evidence: Evidence, pointer: str) -> Iterator[Problem]:
    if claim["verdict"] in BORNE_OUT and not claim["citations"]:
        yield Problem(f"{pointer}/citations", f"are none, but the verdict is {claim['verdict']}")
    quotes = [item["quote"] for item in evidence.citations.values() if item["number"] in claim["citations"]]
    for mark in dict.fromkeys(map(str.strip, STRAY_MARK.findall(claim["text"]))):
        if not _is_cited(mark, claim["citations"]) and not any(mark in quote for quote in quotes):
            yield Problem(f"{pointer}/text", f"has the mark {mark} with nothing behind it")


def _is_cited(mark: str, numbers: Sequence[int]) -> bool:
    """Whether a mark is one of ours, of citations that its claim has."""
    return mark.startswith("[") and set(re.findall(r"\d+", mark)) <= set(map(str, numbers))


def _citation_problems(citation: Part, evidence: Evidence, pointer: str) -> Iterator[Problem]:
    paragraph = _of(evidence.paragraphs, "reference", citation["reference"])
    document = _of(evidence.documents, "document_id", citation["document_id"])
    if paragraph is None or document is None:
        if evidence.sound("/paragraphs", "/documents"):
            yield Problem(f"{pointer}/reference", "is not among the bundle's paragraphs and documents")
        return
    text, start, end = paragraph["text"], citation["start"], citation["end"]
    if end > len(text):
        yield Problem(f"{pointer}/end", f"is {end}, but {citation['reference']} has {len(text)} characters")
    if start >= end or text[start:end] != citation["quote"]:
        yield Problem(f"{pointer}/quote", f"does not stand in {citation['reference']} from {start} to {end}")
    elif not whole_words(text, start, end):
        yield Problem(f"{pointer}/quote", "begins or ends in the middle of a word or number")
    for name, other in _told_twice(paragraph, document).items():
        if not same_value(citation[name], other):
            yield Problem(f"{pointer}/{name}", "is not what the bundle's paragraph or document has")


def _paragraph_problems(paragraph: Part, evidence: Evidence, pointer: str) -> Iterator[Problem]:
    known = _of(evidence.documents, "document_id", paragraph["document_id"])
    if known is None and evidence.sound("/documents"):
        yield Problem(f"{pointer}/document_id", "is not among the bundle's documents")
    if paragraph["reference"] != f"{paragraph['document_id']} {paragraph['anchor']}":
        yield Problem(f"{pointer}/reference", "is not the document's id and the anchor")


def _conflict_problems(conflict: Part, evidence: Evidence, pointer: str) -> Iterator[Problem]:
    cited = [item for item in evidence.citations.values() if item["number"] in conflict["citations"]]
    if len({citation["document_id"] for citation in cited}) < 2:
        yield Problem(f"{pointer}/citations", "are not of two documents")
    for citation in cited:
        dated = citation["date"] or "no date"
        if dated not in conflict["text"]:
            yield Problem(f"{pointer}/text", f"does not tell the date of {citation['document_id']}: {dated}")
    references = {citation["reference"] for citation in cited}
    texts = [item["text"] for item in evidence.paragraphs.values() if item["reference"] in references]
    for words in QUOTED.findall(conflict["text"]):
        if not any(words in text for text in texts):
            yield Problem(f"{pointer}/text", f"quotes “{words}”, which is in no paragraph that it cites")


def _of(parts: Parts, name: str, value: str) -> Part | None:
    return next((part for part in parts.values() if part[name] == value), None)


def _told_twice(paragraph: Part, document: Part) -> Mapping[str, Any]:
    """What a citation repeats of its paragraph and document."""
    return {
        **{name: paragraph[name] for name in SHARED_FIELDS},
        **{name: document[name] for name in ("title", "date", "url")},
        "source_sha256": document["sha256"],
        "source": {"path": document["path"], **paragraph["place"]},
    }


def _marked(told: Part) -> str:
    marks = "".join(f"[{number}]" for number in told["citations"])
    return f"{told['text']} {marks}" if marks else str(told["text"])
