"""An index and its embedding -> verdicts on claims about the index's paragraphs, with all that the index knows."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np

from assistant.checks.names import name_keys
from assistant.support import Measured, Surroundings, check_support, measure_support
from assistant.types import Verdict
from ingest.analyser import terms
from ingest.embedding import Embedding
from ingest.index import Index
from ingest.types import Document, Paragraph

DOCUMENTS_KEPT = 64


class Checker:
    """Checks claims against paragraphs. Safe to share between threads.

    A check embeds the claim once and compares it with the stored vectors of all sentences; names and terms of the last
    `DOCUMENTS_KEPT` documents are kept.
    """

    def __init__(self, index: Index, embedding: Embedding) -> None:
        self.index = index
        self.embedding = embedding
        self._known: OrderedDict[str, tuple[frozenset[str], frozenset[str]]] = OrderedDict()
        self._lock = Lock()

    def check(self, claim: str, paragraph: Paragraph, document: Document, *, quote: str | None = None) -> Verdict:
        """Whether the paragraph (or `quote`, a part of it) bears the claim out; reasons call it by its anchor."""
        return check_support(
            claim,
            paragraph.text if quote is None else quote,
            paragraph.text,
            context=_context(paragraph, document),
            date=document.date,
            place=paragraph.anchor if paragraph.kind == "body" else f"the {paragraph.anchor}",
            surroundings=self.surroundings(claim, paragraph),
        )

    def measure(self, claim: str, paragraph: Paragraph, document: Document) -> Measured:
        """The measures behind `check`, for fitting."""
        return measure_support(
            claim,
            paragraph.text,
            context=_context(paragraph, document),
            date=document.date,
            surroundings=self.surroundings(claim, paragraph),
        )

    def surroundings(self, claim: str, paragraph: Paragraph) -> Surroundings:
        """Similarities of the claim to this paragraph and to the best other one, and what the document speaks of."""
        dense = self.index.dense
        number = self.index.catalogue.numbers[paragraph.reference]
        vector = self.embedding.embed([claim])[0]
        sentences = dense.similarities("sentence", vector, number)
        best = np.maximum(dense.best("sentence", vector), dense.best("pair", vector))
        similar = float(best[number])
        best[number] = -1.0
        names, document_terms = self._spoken_of(paragraph.document_id)
        return Surroundings(
            sentences=sentences,
            similar=max(0.0, similar),
            rival=max(0.0, float(best.max())),
            names=names,
            terms=document_terms,
            weight=self.index.lexical.idf,
        )

    def _spoken_of(self, document_id: str) -> tuple[frozenset[str], frozenset[str]]:
        """Keys of the names and the terms of a document."""
        with self._lock:
            known = self._known.get(document_id)
        if known is None:
            texts = tuple(paragraph.text for paragraph in self.index.store.paragraphs_of(document_id))
            known = name_keys(texts), frozenset(term for text in texts for term in terms(text))
            with self._lock:
                self._known[document_id] = known
                if len(self._known) > DOCUMENTS_KEPT:
                    self._known.popitem(last=False)
        return known


def _context(paragraph: Paragraph, document: Document) -> str:
    return f"{document.title} {paragraph.section or ''}"
