"""A question in, passages out: dense and lexical rankings of paragraphs, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.types import Passage
from ingest.embedding import Embedding
from ingest.index import Index
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
        return [self._passages(self._rankings(*pair), limit) for pair in zip(questions, vectors, strict=True)]

    def _rankings(self, question: str, vector: NDArray[np.float32]) -> dict[str, dict[str, float]]:
        dense = self.index.dense
        scores = {
            "paragraph": dense.best("paragraph", vector),
            "sentence": np.maximum(dense.best("sentence", vector), dense.best("pair", vector)),
            "lexical": self.index.lexical.scores(question),
        }
        return {
            name: self._best(values, floor=0.0 if name == "lexical" else -1.0) for name, values in scores.items()
        }

    def _best(self, scores: NDArray[np.float32], *, floor: float) -> dict[str, float]:
        """The best paragraphs of one ranking and their scores; the lowest score there can be is no find."""
        best = np.argsort(-scores, kind="stable")[:POOL]
        return {self.index.dense.references[i]: round(float(scores[i]), 6) for i in best if scores[i] > floor}

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
