"""Texts in, editions out: an index over them, and what the support check makes of claims about their paragraphs.

What is fitted is fitted on several: the two documents as they are bundled and, where they are at hand, in the original;
the paragraphs that were written for the claims in `gold/written`; articles and abstracts of public sets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant import Assistant, Settings
from assistant.support import Measured, context_of, measure_support
from assistant.types import Label
from evals.denials import denied, turned
from evals.gold import GoldClaim, gold_file, load_claims
from evals.variants import exchanged
from ingest import ingest
from ingest.analyser import words
from ingest.canonical import canonical
from ingest.types import Document, Paragraph

KEPT = ("h2", "h12", "h22", "h42")  # sets whose claims the regression is fitted on, and the entailment model never is
UNTOUCHED = ("h65", "h69", "h160")  # sets that nothing is fitted on


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
    """An index over some documents, and what the check measures of claims about them."""

    def __init__(self, index: Path, sources: Sequence[Path]) -> None:
        settings = Settings(index=index)
        ingest(sources, settings)
        self.assistant = Assistant.open(settings)
        self.documents = {document.document_id: document for document in self.assistant.documents()}

    def measured(self, claim: str, paragraph: Paragraph) -> Measured:
        """Every layer's measures, as `assistant.check` takes them."""
        return self.assistant.checker.measure(claim, paragraph, self.documents[paragraph.document_id])

    def around(self, claim: str, paragraph: Paragraph, document: Document | None = None) -> str:
        """What the entailment model reads with a claim; as if the paragraph stood in `document`, where one is given."""
        known = replace(self.assistant.checker.known, entailment=None)
        document = document or self.documents[paragraph.document_id]
        context = context_of(paragraph, document)
        return measure_support(claim, paragraph.text, context=context, date=document.date, surroundings=known).read_with

    def body(self, document_id: str) -> str:
        """The text of a document without its header."""
        return " ".join(paragraph.text for paragraph in self.paragraphs(document_id) if paragraph.kind != "header")

    def paragraphs(self, document_id: str) -> Sequence[Paragraph]:
        """The paragraphs of a document in reading order."""
        return self.assistant.paragraphs(document_id)

    def by_text(self) -> dict[str, Paragraph]:
        """Every paragraph by its text."""
        return {item.text: item for document_id in self.documents for item in self.paragraphs(document_id)}


def editions(folder: Path, documents: Path | None) -> list[Edition]:
    """The two documents as they are bundled, and as they are in the folder `documents`."""
    found = [Edition(folder / "bundled", ())]
    if documents:
        found.append(Edition(folder / "other", sorted(documents.glob("*.txt"))))
    return found


def written_sets() -> list[str]:
    """The sets of claims in `gold/written`, each a file, written by a language model under a brief of its own."""
    files = gold_file("written/paragraphs").parent.glob("h*.jsonl")
    return sorted((path.stem for path in files), key=lambda name: int(name.removeprefix("h")))


def set_apart() -> frozenset[str]:
    """The words of every claim that the entailment model must not learn: those that it or the check is fitted with or
    measured on."""
    names = ["claims", "claims_more", "claims_unseen", *(f"written/{name}" for name in (*KEPT, *UNTOUCHED))]
    return frozenset(worded(claim.claim) for name in names for claim in load_claims(gold_file(name)))


def worded(claim: str) -> str:
    """The words of a claim in lower case: what makes two claims the same."""
    return " ".join(words(claim))


def written(names: Sequence[str], *, own: Sequence[Edition], public: Path, folder: Path) -> Iterator[Judged]:
    """The claims of these sets: on the two documents, on paragraphs of their own, on public ones."""
    stored = gold_file("written/paragraphs").read_text(encoding="utf8").splitlines()
    paragraphs = {row["paragraph"]: row for row in map(json.loads, stored)}
    wiki = {row["id"]: canonical(row["text"]) for row in _rows(public / "squad2_paragraphs.jsonl")}
    science = {science_id(row["title"]): abstract(row) for row in _rows(public / "scifact_claims.jsonl")}
    public_texts = wiki | science
    public_edition: Edition | None = None
    for name in names:
        claims = load_claims(gold_file(f"written/{name}"))
        first = claims[0].reference
        if first in paragraphs:
            rows = [row for key, row in paragraphs.items() if key.startswith(f"{name}-")]
            texts = {row["paragraph"]: canonical(row["text"]) for row in rows}
            yield from _about_texts(claims, _own_paragraphs(folder / name, rows), texts)
        elif first in public_texts:
            if public_edition is None:
                public_edition = articles(folder / "public", [(key, [text]) for key, text in public_texts.items()])
            yield from _about_texts(claims, public_edition, public_texts)
        else:
            yield from on_documents(claims, own)


def on_documents(claims: Sequence[GoldClaim], own: Sequence[Edition]) -> Iterator[Judged]:
    """Claims on the two documents, each against its paragraph of each edition."""
    for edition in own:
        for claim in claims:
            paragraph = edition.assistant.paragraph(claim.reference)
            yield Judged(edition, paragraph, claim.claim, claim.label, claim.reference, claim.kind)


def science_id(title: str) -> str:
    """How an abstract is named in our files: by its title's hash."""
    return f"scifact-{hashlib.sha256(title.encode()).hexdigest()[:12]}"


def abstract(row: Mapping[str, Any]) -> str:
    """The text of a row of SciFact's."""
    return canonical(" ".join(row["sentences"]))


def scifact(public: Path, folder: Path, *, odd: bool) -> Iterator[Judged]:
    """SciFact's claims, each against its abstract among all others: of one half of the abstracts, or of the other but
    for those that claims in `gold/written` are about."""
    edition = _abstracts(public, folder)
    held = edition.by_text()
    read = {claim.reference for name in written_sets() for claim in load_claims(gold_file(f"written/{name}"))}
    for row in _rows(public / "scifact_claims.jsonl"):
        name = science_id(row["title"])
        chosen = int(name[-1], 16) % 2 == int(odd) and (odd or name not in read)
        if chosen and (paragraph := held.get(abstract(row))):
            yield Judged(edition, paragraph, row["claim"], row["label"], row["title"])


@lru_cache(maxsize=1)
def _abstracts(public: Path, folder: Path) -> Edition:
    rows = _rows(public / "scifact_claims.jsonl")
    texts = {abstract(row): (row["title"], [abstract(row)]) for row in rows}
    return articles(folder / "scifact", list(texts.values()))


def squad(public: Path, folder: Path) -> Edition:
    """SQuAD's paragraphs, an article a document."""
    found: dict[str, list[str]] = {}
    for row in _rows(public / "squad2_paragraphs.jsonl"):
        found.setdefault(row["article"], []).append(canonical(row["text"]))
    return articles(folder / "squad", list(found.items()))


def articles(folder: Path, texts: Sequence[tuple[str, Sequence[str]]]) -> Edition:
    """An index over texts by title, each a Markdown file."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    for number, (title, paragraphs) in enumerate(texts):
        lines = "\n\n".join([f"# {canonical(title)}", *paragraphs])
        (sources / f"{number:04}.md").write_text(lines + "\n", encoding="utf8")
    return Edition(folder / "index", [sources])


def _own_paragraphs(folder: Path, rows: Sequence[Mapping[str, str]]) -> Edition:
    """An index over paragraphs that were written for a set, each a document with its title and date."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    for row in rows:
        front = f"---\ntitle: {json.dumps(row['title'], ensure_ascii=False)}\ndate: {row['date']}\n---\n"
        (sources / f"{row['paragraph']}.md").write_text(f"{front}\n{canonical(row['text'])}\n", encoding="utf8")
    return Edition(folder / "index", [sources])


def _about_texts(claims: Sequence[GoldClaim], edition: Edition, texts: Mapping[str, str]) -> Iterator[Judged]:
    held = edition.by_text()
    for claim in claims:
        if paragraph := held.get(texts[claim.reference]):
            yield Judged(edition, paragraph, claim.claim, claim.label, claim.reference, claim.kind)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
