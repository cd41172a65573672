"""An index and its embedding -> verdicts on claims about the index's paragraphs, with all that the index knows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.budget import Allowance
from assistant.checks.names import name_keys
from assistant.checks.nearness import Nearness
from assistant.entailment import EntailmentModel
from assistant.support import (
    Measured,
    Surroundings,
    check_paragraph,
    context_of,
    is_verbatim,
    measure_support,
    place_of,
)
from assistant.types import Verdict
from ingest.aliases import spelled_out
from ingest.analyser import terms
from ingest.embedding import Embedding
from ingest.index import Index
from ingest.types import Document, Paragraph

DOCUMENTS_KEPT = 64
SAME = 0.97  # cosine from which on two texts may be the same


class Layer(Protocol):
    """What has a say on a verdict after the fitted model: see `assistant.nli` and `assistant.judge`.

    What it asks of a model is taken from the `allowance` of the question."""

    def judged(
        self, verdict: Verdict, claim: str, paragraph: str, *, place: str, allowance: Allowance | None
    ) -> Verdict: ...


class Checker:
    """Checks claims against paragraphs. Safe to share between threads.

    A check embeds the claim once and compares it with the stored vectors of all sentences; names and terms of the last
    `DOCUMENTS_KEPT` documents are kept.
    """

    def __init__(
        self, index: Index, embedding: Embedding, *, entailment: EntailmentModel, layers: Sequence[Layer] = ()
    ) -> None:
        self.index = index
        self.layers = tuple(layers)
        self.embedding = embedding
        self.known = Surroundings(weight=index.lexical.idf, entailment=entailment.read)
        self._documents: OrderedDict[str, tuple[frozenset[str], frozenset[str]]] = OrderedDict()
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

    def surroundings(self, claim: str, paragraph: Paragraph) -> Surroundings:
        """Similarities of the claim to this paragraph and to the best other one, and what the document speaks of."""
        dense = self.index.dense
        number = self.index.catalogue.numbers[paragraph.reference]
        vector, near = self._read(claim, paragraph.reference)
        sentences = dense.similarities("sentence", vector, number)
        best = np.maximum(dense.best("sentence", vector), dense.best("pair", vector))
        similar = float(best[number])
        best[number] = -1.0
        rival = int(best.argmax())
        names, document_terms = self._spoken_of(paragraph.document_id)
        return replace(
            self.known,
            sentences=sentences,
            near=near,
            similar=max(0.0, similar),
            rival=max(0.0, float(best[rival])),
            stands_in=self._stands_in(claim, paragraph, rival) if best[rival] >= SAME else None,
            names=names,
            terms=document_terms,
        )

    def _stands_in(self, claim: str, paragraph: Paragraph, number: int) -> str | None:
        """The reference of the paragraph of that number, where it has the claim word for word and this one has not."""
        reference = self.index.catalogue.entries[number].reference
        (other,) = self.index.store.paragraphs([reference]).values()
        return reference if is_verbatim(claim, other.text) and not is_verbatim(claim, paragraph.text) else None

    def _read(self, claim: str, reference: str) -> tuple[NDArray[np.float32], Nearness | None]:
        """The claim's vector and, where the embedding reads token by token, how near its tokens come to the
        paragraph's."""
        tokens, vectorise = self.index.tokens, self.embedding.token_vectors
        if tokens is None or vectorise is None:
            return self.embedding.embed([spelled_out(claim)])[0], None
        found = vectorise(spelled_out(claim))
        question = tokens.question(found)
        match = tokens.match(question, reference)
        return found.text_vector, Nearness(question.weights, match.sentences)

    def _spoken_of(self, document_id: str) -> tuple[frozenset[str], frozenset[str]]:
        """Keys of the names and the terms of a document."""
        with self._lock:
            known = self._documents.get(document_id)
        if known is None:
            texts = tuple(paragraph.text for paragraph in self.index.store.paragraphs_of(document_id))
            known = name_keys(texts), frozenset(term for text in texts for term in terms(text))
            with self._lock:
                self._documents[document_id] = known
                if len(self._documents) > DOCUMENTS_KEPT:
                    self._documents.popitem(last=False)
        return known
