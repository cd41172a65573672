"""A question in, passages out: dense and lexical rankings of paragraphs, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.types import Passage
from ingest.embedding import Embedding
from ingest.index import Index
from ingest.store import Hit
from ingest.types import Document

RANK_CONSTANT = 60
POOL = 200


class Retriever:
    """Finds the paragraphs of an index that bear on a question."""

    def __init__(self, index: Index, embedding: Embedding) -> None:
        self.index = index
        self.embedding = embedding
        self.documents: dict[str, Document] = {item.document_id: item for item in index.store.documents()}

    def embed(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(questions), dimensions), all questions in one batch."""
        return self.embedding.embed(list(questions))

    def search(self, questions: Sequence[str], vectors: NDArray[np.float32], *, limit: int) -> list[list[Passage]]:
        """For each question, its `limit` best passages, best first. Ties go by reference, so runs are identical."""
        if not len(questions):
            return []
        pool = min(POOL, len(self.index.lexical.references))
        paragraphs = self.index.store.nearest("paragraphs", vectors, limit=pool)
        sentences = self.index.store.nearest("sentences", vectors, limit=pool)
        return [
            self._passages(
                {
                    "paragraph": _best(paragraph_hits),
                    "sentence": _best(sentence_hits),
                    "lexical": self._lexical(question),
                },
                limit,
            )
            for question, paragraph_hits, sentence_hits in zip(questions, paragraphs, sentences, strict=True)
        ]

    def _lexical(self, question: str) -> dict[str, float]:
        scores = self.index.lexical.scores(question)
        best = np.argsort(-scores, kind="stable")[:POOL]
        return {self.index.lexical.references[i]: round(float(scores[i]), 6) for i in best if scores[i] > 0}

    def _passages(self, rankings: dict[str, dict[str, float]], limit: int) -> list[Passage]:
        fused = fuse(rankings.values())
        best = sorted(fused, key=lambda reference: (-fused[reference], reference))[:limit]
        paragraphs = self.index.store.paragraphs(best)
        return [
            Passage(
                document=self.documents[paragraphs[reference].document_id],
                paragraph=paragraphs[reference],
                rank=rank,
                score=round(fused[reference], 6),
                scores={name: scores[reference] for name, scores in rankings.items() if reference in scores},
            )
            for rank, reference in enumerate(best, start=1)
        ]


def fuse(rankings: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): the sum over rankings of 1 / (60 + rank)."""
    fused: dict[str, float] = {}
    for scores in rankings:
        ranked = sorted(scores, key=lambda reference: (-scores[reference], reference))
        for rank, reference in enumerate(ranked, start=1):
            fused[reference] = fused.get(reference, 0.0) + 1.0 / (RANK_CONSTANT + rank)
    return fused


def _best(hits: Sequence[Hit]) -> dict[str, float]:
    """The best similarity of each paragraph among its chunks."""
    best: dict[str, float] = {}
    for hit in hits:
        best[hit.reference] = max(hit.similarity, best.get(hit.reference, -1.0))
    return best
