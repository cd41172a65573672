"""A question in, passages out: four ways to score a paragraph, standardised and summed.

The weights are those of `retrieval.json`, fitted by `python -m evals.fit` on public questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from itertools import zip_longest
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.errors import FilterError
from assistant.query import Query, compares, documents_of, is_whole, read_queries
from assistant.types import Passage
from ingest.catalogue import Catalogue, Filter
from ingest.embedding import Embedding
from ingest.index import Index
from ingest.minilm import TokenVectors
from ingest.tokens import TokenIndex, matched
from ingest.types import Document

POOL = 64  # paragraphs that are matched token by token
EVERYTHING = Filter()
MOST_NAMED = 20  # of what the index holds, in an error
LONGEST_NAME = 80  # characters that an error repeats of what was asked for
Scores = NDArray[np.float32]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Tuning:
    """How much each way of scoring counts; `document_bonus` is for a document that the question speaks of, in standard
    deviations of the summed score, and `part_share` of a part's score beside the whole question's."""

    weights: Mapping[str, float]
    document_bonus: float = 1.0
    part_share: float = 0.5

    @classmethod
    def fitted(cls) -> Tuning:
        """The weights in `retrieval.json`."""
        stored = json.loads((resources.files("assistant") / "retrieval.json").read_text(encoding="utf8"))
        return cls(dict(stored["weights"]))


class Retriever:
    """Finds the paragraphs of an index that bear on a question."""

    def __init__(self, index: Index, embedding: Embedding, *, tuning: Tuning | None = None) -> None:
        self.index = index
        self.embedding = embedding
        self.tuning = tuning or Tuning.fitted()
        self.documents: dict[str, Document] = {item.document_id: item for item in index.store.documents()}

    def read(self, questions: Sequence[str]) -> list[Query]:
        """The questions as queries."""
        return read_queries(questions, self.embedding, years=self.index.catalogue.years)

    def search(self, query: Query, *, limit: int, within: Filter = EVERYTHING) -> list[Passage]:
        """The `limit` best passages, best first. Ties go by reading order, so runs are identical."""
        allowed = self.index.catalogue.within(within)
        if not allowed.any():
            return []
        scored = self.scores(query, allowed)
        total = self._summed(scored, allowed)
        spoken_of = documents_of(query.text, self.documents.values())
        total += self._parts(query, allowed)
        both = compares(query.text) or len(spoken_of) > 1
        if len(spoken_of) == 1 and not both:
            total += self.tuning.document_bonus * np.isin(self.index.catalogue.document_ids, spoken_of)
        total[~allowed] = -np.inf
        ranked = [int(number) for number in np.argsort(-total, kind="stable") if allowed[number]]
        if both:
            ranked = _in_turns(ranked, lambda number: self.index.catalogue.entries[number].document_id, spoken_of)
        return self._passages(ranked[:limit], total, scored)

    def in_turns(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        """Ranked passages, those of the documents that the question compares taking turns; any others as they are."""
        spoken_of = documents_of(question, self.documents.values())
        if not compares(question) and len(spoken_of) < 2:
            return list(passages)
        turned = _in_turns(passages, lambda passage: passage.document.document_id, spoken_of)
        return [replace(passage, rank=rank) for rank, passage in enumerate(turned, start=1)]

    def scores(self, query: Query, allowed: NDArray[np.bool_]) -> dict[str, Scores]:
        """Each way's score of every paragraph, by number; token by token for the best of the others alone."""
        dense = self.index.dense
        scored = {
            "paragraph": dense.best("paragraph", query.vector),
            "sentence": np.maximum(dense.best("sentence", query.vector), dense.best("pair", query.vector)),
            "lexical": self.index.lexical.scores(query.text),
        }
        if self.index.tokens is not None and query.tokens is not None:
            first = np.where(allowed, self._summed(scored, allowed), -np.inf)
            pool = [int(number) for number in np.argsort(-first, kind="stable")[:POOL] if allowed[number]]
            scored["token"] = self._token_scores(self.index.tokens, query.tokens, pool)
        return scored

    def _token_scores(self, tokens: TokenIndex, asked: TokenVectors, pool: Sequence[int]) -> Scores:
        """How well each paragraph of the pool matches token by token; of the rest, as the worst of them."""
        question = tokens.question(asked)
        found = {
            number: matched(tokens.match(question, self._reference(number)).paragraph, question.weights)
            for number in pool
        }
        scores = np.full(len(self.index.catalogue.entries), min(found.values()), dtype=np.float32)
        scores[list(found)] = list(found.values())
        return scores

    def _parts(self, query: Query, allowed: NDArray[np.bool_]) -> Scores:
        """For a question of several parts, the share of the part that each paragraph fits best."""
        parts = [part for part in query.parts if is_whole(part.text)]
        if len(parts) < 2 or not self.tuning.part_share:
            return np.zeros(len(allowed), dtype=np.float32)
        totals = []
        for part in parts:
            total = self._summed(self.scores(part, allowed), allowed)
            spoken_of = documents_of(part.text, self.documents.values())
            if len(spoken_of) == 1:
                total = total + self.tuning.document_bonus * np.isin(self.index.catalogue.document_ids, spoken_of)
            totals.append(total)
        return np.asarray(self.tuning.part_share * np.max(totals, axis=0), dtype=np.float32)

    def _passages(self, ranked: Sequence[int], total: Scores, scored: Mapping[str, Scores]) -> list[Passage]:
        paragraphs = self.index.store.paragraphs([self._reference(number) for number in ranked])
        return [
            Passage(
                document=self.documents[self.index.catalogue.entries[number].document_id],
                paragraph=paragraphs[self._reference(number)],
                rank=rank,
                score=round(float(total[number]), 6),
                scores={name: round(float(values[number]), 6) for name, values in scored.items()},
            )
            for rank, number in enumerate(ranked, start=1)
        ]

    def _summed(self, scored: Mapping[str, Scores], allowed: NDArray[np.bool_]) -> Scores:
        """The weighted mean of the standardised scores, each over the paragraphs that are allowed."""
        total = sum(self.tuning.weights[name] for name in scored) or 1.0
        mean = np.zeros(len(allowed), dtype=np.float32)
        for name, values in scored.items():
            inside = values[allowed]
            weight = np.float32(self.tuning.weights[name] / total)
            mean += weight * (values - inside.mean()) / (inside.std() + np.float32(1e-9))
        return mean

    def _reference(self, number: int) -> str:
        return self.index.catalogue.entries[number].reference


def check_filter(within: Filter, catalogue: Catalogue) -> None:
    """Raise `FilterError` where nothing is within the filter, or one of its documents is not in the index."""
    if within == EVERYTHING:
        return
    documents = list(dict.fromkeys(entry.document_id for entry in catalogue.entries))
    for name in within.documents or ():
        if name not in documents:
            raise FilterError(f"No document {shortened(name)}. The index holds: {some_of(documents)}.")
    if within.after and within.before and within.after > within.before:
        raise FilterError(f"No day is from {within.after} to {within.before}. Give the earlier day first.")
    if not catalogue.within(within).any():
        raise FilterError(_nothing_within(within, catalogue))


def some_of(names: Sequence[str]) -> str:
    """The names in a row; of very many the first, and how many more there are."""
    more = len(names) - MOST_NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:MOST_NAMED])} and {more} more"


def shortened(name: str) -> str:
    """What was given for a name, as an error can repeat it: a line, and no long one."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME]} …"


def _nothing_within(within: Filter, catalogue: Catalogue) -> str:
    """Which part of a filter no paragraph is within, and what there is instead."""
    searched = [entry for entry in catalogue.entries if Filter(within.documents).lets_through(entry)]
    if not any(Filter(after=within.after, before=within.before).lets_through(entry) for entry in searched):
        days = sorted({entry.date for entry in searched if entry.date})
        asked = [f"{word} {day}" for word, day in (("from", within.after), ("to", within.before)) if day]
        return f"No document is dated {' '.join(asked)}. {_there_are('days', days)}"
    if within.section is not None and not any(Filter(section=within.section).lets_through(entry) for entry in searched):
        sections = list(dict.fromkeys(entry.section for entry in searched if entry.section))
        return f"No section {shortened(within.section)}. {_there_are('sections', sections)}"
    if within.kind is not None and not any(entry.kind == within.kind for entry in searched):
        return f"No paragraph of the kind {within.kind}. {_there_are('kinds', sorted({e.kind for e in searched}))}"
    return "No paragraph is within all of these filters together. Leave one of them out."


def _there_are(what: str, names: Sequence[str]) -> str:
    return f"There are the {what}: {some_of(names)}." if names else f"There are no {what}."


def _in_turns(ranked: Sequence[Item], document_of: Callable[[Item], str], spoken_of: Sequence[str]) -> list[Item]:
    """The ranking with the documents that are compared taking turns, the best one first."""
    order = list(dict.fromkeys(document_of(item) for item in ranked))
    sides = [name for name in order if name in spoken_of] if len(spoken_of) > 1 else order[:2]
    turns = [[item for item in ranked if document_of(item) == side] for side in sides]
    first = [item for turn in zip_longest(*turns) for item in turn if item is not None]
    return [*first, *(item for item in ranked if document_of(item) not in sides)]
