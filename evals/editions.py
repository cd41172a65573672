"""Texts in, editions out: documents as they are read, and what the support check makes of claims about them.

What is fitted is fitted on several: the two documents as they are bundled and, where they are at hand, in the original;
the paragraphs that were written for the claims in `gold/written`; articles and abstracts of public sets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.checker import Checker
from assistant.entailment import EntailmentModel
from assistant.support import Measured
from assistant.types import Label
from evals.denials import denied, turned
from evals.gold import GoldClaim, gold_file, load_claims
from evals.variants import exchanged
from ingest.analyser import words
from ingest.canonical import canonical
from ingest.derive import searched
from ingest.lexical import LexicalIndex
from ingest.pipeline import read_all
from ingest.plain import parse_markdown
from ingest.types import Document, Paragraph, ParsedDocument

KEPT = ("h2", "h12", "h22", "h42")  # sets whose claims the regression is fitted on, and the entailment model never is
UNTOUCHED = ("h65", "h69", "h160", "h211", "h220", "h244")  # sets that nothing is fitted on


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim about a paragraph of an edition, and whether that bears it out; `about` is what is held out together,
    `kind` in which way the claim was made."""

    edition: Edition
    paragraph: Paragraph
    claim: str
    label: Label
    about: str
    kind: str = ""

    @property
    def supported(self) -> bool:
        """Whether the paragraph bears out all of it."""
        return self.label == "supported"

    @property
    def document(self) -> Document:
        """What the paragraph is of."""
        return self.edition.documents[self.paragraph.document_id]

    def measured(self) -> Measured:
        """Every layer's measures, as `assistant.check` takes them."""
        return self.edition.measured(self.claim, self.paragraph)


def altered(judged: Judged) -> Iterator[Judged]:
    """A claim that holds, denied, with a word turned into its opposite and with two names exchanged, so that it does
    not; and one that fails by a denial, denied, so that it holds. `kind` tells how."""
    if judged.label == "contradicted" and judged.kind == "negation" and (claim := denied(judged.claim)):
        yield replace(judged, claim=claim, label="supported", kind="denied")
    if judged.supported:
        made = {
            "denied": denied(judged.claim),
            "turned": turned(judged.claim),
            "exchanged": next(exchanged(judged.claim), None),
        }
        for kind, text in made.items():
            if text and text != judged.claim:
                yield replace(judged, claim=text, label="contradicted", kind=kind)


class Edition:
    """Some documents as they are read, looked up as in an index, and what the check makes of claims about them.

    Nothing is embedded: the check has no need of that.
    """

    def __init__(self, parsed: Sequence[ParsedDocument]) -> None:
        self.documents = {item.document.document_id: item.document for item in parsed}
        self._paragraphs_of = {item.document.document_id: tuple(item.paragraphs) for item in parsed}
        self._by_reference = {item.reference: item for group in self._paragraphs_of.values() for item in group}
        texts = [searched(self.documents[item.document_id], item) for item in self._by_reference.values()]
        lexical = LexicalIndex.build(list(self._by_reference), texts)
        self.checker = Checker(self, lexical, entailment=EntailmentModel.open())

    def measured(self, claim: str, paragraph: Paragraph) -> Measured:
        """Every layer's measures, as `assistant.check` takes them."""
        return self.checker.measure(claim, paragraph, self.documents[paragraph.document_id])

    def around(self, claim: str, paragraph: Paragraph, document: Document | None = None) -> str:
        """What the entailment model reads with a claim; as if the paragraph stood in `document`, where one is given."""
        return self.checker.read_with(claim, paragraph, document or self.documents[paragraph.document_id])

    def body(self, document_id: str) -> str:
        """The text of a document without its header."""
        return " ".join(item.text for item in self.paragraphs_of(document_id) if item.kind != "header")

    def paragraphs_of(self, document_id: str) -> Sequence[Paragraph]:
        """The paragraphs of a document in reading order."""
        return self._paragraphs_of[document_id]

    def paragraphs(self, references: Sequence[str]) -> dict[str, Paragraph]:
        """The paragraphs of these references."""
        return {reference: self._by_reference[reference] for reference in references}

    def by_text(self) -> dict[str, Paragraph]:
        """Every paragraph by its text."""
        return {item.text: item for item in self._by_reference.values()}


def editions(documents: Path | None) -> list[Edition]:
    """The two documents as they are bundled, and as they are in the folder `documents`."""
    found = [Edition(read_all(()).parsed)]
    if documents:
        found.append(Edition(read_all(sorted(documents.glob("*.txt"))).parsed))
    return found


def written_sets() -> list[str]:
    """The sets of claims in `gold/written`, each a file, written by a language model under a brief of its own."""
    files = gold_file("written/paragraphs").parent.glob("h*.jsonl")
    return sorted((path.stem for path in files), key=lambda name: int(name.removeprefix("h")))


@lru_cache(maxsize=1)
def set_apart() -> frozenset[str]:
    """The words of every claim that the entailment model must not learn: those that it or the check is fitted with or
    measured on."""
    names = ["claims", "claims_more", "claims_unseen", *(f"written/{name}" for name in (*KEPT, *UNTOUCHED))]
    return frozenset(worded(claim.claim) for name in names for claim in load_claims(gold_file(name)))


def worded(claim: str) -> str:
    """The words of a claim in lower case: what makes two claims the same."""
    return " ".join(words(claim))


def own_texts(references: Collection[str]) -> tuple[Edition, Mapping[str, Paragraph]]:
    """Paragraphs that were written for claims, each a document of its own, by their references."""
    rows = [row for row in _paragraphs() if row["paragraph"] in references]
    edition = _own_paragraphs(rows)
    held = edition.by_text()
    return edition, {row["paragraph"]: held[canonical(row["text"])] for row in rows}


def own_files(references: Collection[str]) -> list[str]:
    """The same as Markdown files."""
    return [_as_markdown(row) for row in _paragraphs() if row["paragraph"] in references]


def written(name: str, *, own: Sequence[Edition], public: Path) -> Iterator[Judged]:
    """The claims of a set: on paragraphs of its own, on public ones or on the two documents."""
    claims = load_claims(gold_file(f"written/{name}"))
    if rows := [row for row in _paragraphs() if row["paragraph"].startswith(f"{name}-")]:
        texts = {row["paragraph"]: canonical(row["text"]) for row in rows}
        yield from _about_texts(claims, _own_paragraphs(rows), texts)
    elif claims[0].reference in (texts := _public_texts(public)):
        yield from _about_texts(claims, _public(public), texts)
    else:
        yield from on_documents(claims, own)


@lru_cache(maxsize=1)
def _paragraphs() -> list[dict[str, Any]]:
    """The paragraphs that were written for claims."""
    return read_rows(gold_file("written/paragraphs"))


@lru_cache(maxsize=1)
def _public_texts(public: Path) -> dict[str, str]:
    """SQuAD's paragraphs and SciFact's abstracts, as our files name them."""
    wiki = {row["id"]: canonical(row["text"]) for row in read_rows(public / "squad2_paragraphs.jsonl")}
    return wiki | {science_id(row["title"]): abstract(row) for row in read_rows(public / "scifact_claims.jsonl")}


@lru_cache(maxsize=1)
def _public(public: Path) -> Edition:
    return articles([(name, [text]) for name, text in _public_texts(public).items()])


def on_documents(claims: Sequence[GoldClaim], own: Sequence[Edition]) -> Iterator[Judged]:
    """Claims on the two documents, each against its paragraph of each edition."""
    for edition in own:
        for claim in claims:
            paragraph = edition.paragraphs([claim.reference])[claim.reference]
            yield Judged(edition, paragraph, claim.claim, claim.label, claim.reference, claim.kind)


def science_id(title: str) -> str:
    """How an abstract is named in our files: by its title's hash."""
    return f"scifact-{hashlib.sha256(title.encode()).hexdigest()[:12]}"


def abstract(row: Mapping[str, Any]) -> str:
    """The text of a row of SciFact's."""
    return canonical(" ".join(row["sentences"]))


def scifact(public: Path, *, odd: bool) -> Iterator[Judged]:
    """SciFact's claims, each against its abstract among all others: of one half of the abstracts, or of the other but
    for those that claims in `gold/written` are about."""
    edition = _abstracts(public)
    held = edition.by_text()
    read = {claim.reference for name in written_sets() for claim in load_claims(gold_file(f"written/{name}"))}
    for row in read_rows(public / "scifact_claims.jsonl"):
        name = science_id(row["title"])
        chosen = int(name[-1], 16) % 2 == int(odd) and (odd or name not in read)
        if chosen and (paragraph := held.get(abstract(row))):
            yield Judged(edition, paragraph, row["claim"], row["label"], row["title"])


@lru_cache(maxsize=1)
def _abstracts(public: Path) -> Edition:
    rows = read_rows(public / "scifact_claims.jsonl")
    texts = {abstract(row): (row["title"], [abstract(row)]) for row in rows}
    return articles(list(texts.values()))


def squad(public: Path) -> Edition:
    """SQuAD's paragraphs, an article a document."""
    found: dict[str, list[str]] = {}
    for row in read_rows(public / "squad2_paragraphs.jsonl"):
        found.setdefault(row["article"], []).append(canonical(row["text"]))
    return articles(list(found.items()))


def articles(texts: Sequence[tuple[str, Sequence[str]]]) -> Edition:
    """Texts by title, each read as a Markdown file."""
    return _in_markdown(
        {
            f"{number:04}": "\n\n".join([f"# {canonical(title)}", *paragraphs]) + "\n"
            for number, (title, paragraphs) in enumerate(texts)
        }
    )


def _own_paragraphs(rows: Sequence[Mapping[str, str]]) -> Edition:
    """Paragraphs that were written for a set, each a document with its title and date."""
    return _in_markdown({row["paragraph"]: _as_markdown(row) for row in rows})


def _as_markdown(row: Mapping[str, str]) -> str:
    front = f"---\ntitle: {json.dumps(row['title'], ensure_ascii=False)}\ndate: {row['date']}\n---\n\n"
    return f"{front}{canonical(row['text'])}\n"


def _in_markdown(texts: Mapping[str, str]) -> Edition:
    return Edition([parse_markdown(text, path=f"{name}.md", sha256="") for name, text in texts.items()])


def _about_texts(claims: Sequence[GoldClaim], edition: Edition, texts: Mapping[str, str]) -> Iterator[Judged]:
    held = edition.by_text()
    for claim in claims:
        if paragraph := held.get(texts[claim.reference]):
            yield Judged(edition, paragraph, claim.claim, claim.label, claim.reference, claim.kind)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf8").split("\n") if line.strip()]
