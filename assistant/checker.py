"""A store of paragraphs and their words -> verdicts on claims about them, with all that these know; and whether a
paragraph answers a question."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Protocol

from assistant.budget import Allowance
from assistant.checks.names import name_keys
from assistant.entailment import EntailmentModel
from assistant.support import (
    Measured,
    Surroundings,
    check_paragraph,
    context_of,
    is_verbatim,
    measure_support,
    place_of,
    read_with,
)
from assistant.types import Verdict
from ingest.lexical import LexicalIndex
from ingest.types import Document, Paragraph

DOCUMENTS_KEPT = 64


class Layer(Protocol):
    """What has a say on a verdict after the fitted model: see `assistant.nli` and `assistant.judge`.

    What it asks of a model is taken from the `allowance` of the question."""

    def judged(
        self, verdict: Verdict, claim: str, paragraph: str, *, place: str, allowance: Allowance | None
    ) -> Verdict: ...


class Paragraphs(Protocol):
    """Where paragraphs are looked up: an index's store, or documents that were only read."""

    def paragraphs(self, references: Sequence[str]) -> Mapping[str, Paragraph]: ...
    def paragraphs_of(self, document_id: str) -> Sequence[Paragraph]: ...


class Checker:
    """Checks claims against the paragraphs of a store; `lexical` is the index of their words.

    Safe to share between threads. The names of the last `DOCUMENTS_KEPT` documents are kept.
    """

    def __init__(
        self, store: Paragraphs, lexical: LexicalIndex, *, entailment: EntailmentModel, layers: Sequence[Layer] = ()
    ) -> None:
        self.layers = tuple(layers)
        self.known = Surroundings(weight=lexical.idf, near=entailment.words.nearness, entailment=entailment.read)
        self._entailment = entailment
        self._store = store
        self._lexical = lexical
        self._documents: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._lock = Lock()

    def check(
        self,
        claim: str,
        paragraph: Paragraph,
        document: Document,
        *,
        quote: str | None = None,
        allowance: Allowance | None = None,
    ) -> Verdict:
        """Whether the paragraph (or `quote`, a part of it) bears the claim out; reasons call it by its anchor."""
        verdict = check_paragraph(
            claim, paragraph, document, quote=quote, surroundings=self.surroundings(claim, paragraph)
        )
        for layer in self.layers if not is_verbatim(claim, paragraph.text) else ():
            verdict = layer.judged(verdict, claim, paragraph.text, place=place_of(paragraph), allowance=allowance)
        return verdict

    def measure(self, claim: str, paragraph: Paragraph, document: Document) -> Measured:
        """The measures behind `check`, for fitting."""
        return measure_support(
            claim,
            paragraph.text,
            context=context_of(paragraph, document),
            date=document.date,
            surroundings=self.surroundings(claim, paragraph),
        )

    def answers(self, question: str, paragraph: Paragraph, document: Document) -> float:
        """How surely the paragraph answers a question, read as a claim is: log-odds from -1 to 1."""
        return self._entailment.read(question, self.read_with(question, paragraph, document)).odds

    def read_with(self, claim: str, paragraph: Paragraph, document: Document) -> str:
        """What the entailment model reads with a claim or a question."""
        context = context_of(paragraph, document)
        return read_with(claim, paragraph.text, context=context, date=document.date, surroundings=self.known)

    def surroundings(self, claim: str, paragraph: Paragraph) -> Surroundings:
        """What is known of any claim, what the document speaks of, and where else the claim stands word for word."""
        names = self._names_of(paragraph.document_id)
        return replace(self.known, names=names, stands_in=self._stands_in(claim, paragraph))

    def _stands_in(self, claim: str, paragraph: Paragraph) -> str | None:
        """The reference of the paragraph that has most of the claim's words, where it has the claim word for word and
        this one has not."""
        if is_verbatim(claim, paragraph.text):
            return None
        reference = self._lexical.references[int(self._lexical.scores(claim).argmax())]
        if reference == paragraph.reference:
            return None
        (other,) = self._store.paragraphs([reference]).values()
        return reference if is_verbatim(claim, other.text) else None

    def _names_of(self, document_id: str) -> frozenset[str]:
        """The keys of a document's names."""
        with self._lock:
            known = self._documents.get(document_id)
        if known is None:
            texts = tuple(paragraph.text for paragraph in self._store.paragraphs_of(document_id))
            known = name_keys(texts)
            with self._lock:
                self._documents[document_id] = known
                if len(self._documents) > DOCUMENTS_KEPT:
                    self._documents.popitem(last=False)  # the one that came first
        return known
