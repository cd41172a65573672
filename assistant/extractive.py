"""A question and its passages in, a Draft out: the documents' own sentences, with no model and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.citations import CitationList
from assistant.support import check_support
from assistant.types import Claim, Draft, Passage
from ingest.analyser import terms
from ingest.index import Index
from ingest.sentences import sentence_spans

SENTENCES = 3
NEAR_BEST = 0.82
COVERAGE_WEIGHT = 0.5
RANK_WEIGHT = 0.15
SIMILARITY_SHARE = 0.75
ANSWERABLE = 0.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage, and how well it fits the question."""

    passage: Passage
    start: int
    end: int
    similarity: float
    coverage: float

    @property
    def score(self) -> float:
        """Similarity, covered question terms and the passage's rank, weighted."""
        return self.similarity + COVERAGE_WEIGHT * self.coverage + RANK_WEIGHT / self.passage.rank


class ExtractiveAnswerer:
    """Chooses the sentences of an index's passages that answer a question."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.number = {reference: number for number, reference in enumerate(index.dense.references)}

    def answer(self, question: str, vector: NDArray[np.float32], passages: Sequence[Passage]) -> Draft:
        """The sentences that fit best, in the order of their fit; an empty draft where none fits well enough."""
        if not passages:
            return Draft(missing=(question,))
        weights = {term: self.index.lexical.idf(term) for term in dict.fromkeys(terms(question))}
        candidates = self._candidates(weights, vector, passages)
        best = max(candidates, key=_order)
        strength = SIMILARITY_SHARE * best.similarity + (1 - SIMILARITY_SHARE) * best.coverage
        strength = round(min(1.0, max(0.0, strength)), 6)
        if strength < ANSWERABLE:
            return Draft(missing=(question,), confidence=strength)
        chosen = sorted(candidates, key=_order, reverse=True)[:SENTENCES]
        return _draft([item for item in chosen if item.score >= NEAR_BEST * best.score], strength)

    def _candidates(
        self, weights: Mapping[str, float], vector: NDArray[np.float32], passages: Sequence[Passage]
    ) -> list[Candidate]:
        total = sum(weights.values()) or 1.0
        candidates = []
        for passage in passages:
            similarity = self.index.dense.similarities("sentence", vector, self.number[passage.reference])
            for start, end in sentence_spans(passage.paragraph.text):
                present = set(terms(passage.paragraph.text[start:end]))
                covered = sum(weight for term, weight in weights.items() if term in present) / total
                near = similarity.get((start, end), 0.0)
                candidates.append(Candidate(passage, start, end, near, covered))
        return candidates


def _order(candidate: Candidate) -> tuple[float, str, int]:
    return (round(candidate.score, 6), candidate.passage.reference, -candidate.start)


def _draft(chosen: Sequence[Candidate], confidence: float) -> Draft:
    citations = CitationList()
    claims = []
    for item in chosen:
        text = item.passage.paragraph.text[item.start : item.end]
        number = citations.cite_span(item.passage, item.start, item.end)
        verdict = check_support(text, text, item.passage.paragraph.text)
        claims.append(Claim(text, (number,), verdict))
    return Draft(claims=tuple(claims), citations=citations.all(), confidence=confidence)
