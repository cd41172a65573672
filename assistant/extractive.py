"""A question and its passages in, a Draft out: the documents' own sentences, with no answering model and no network.

Sentences are chosen by their words and vectors, and by whether their paragraph answers the question as the model reads
both that checks claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from assistant.answerability import (
    Signs,
    absent_words,
    part_threshold,
    probability,
    read_signs,
    threshold,
)
from assistant.asked import kind_is_there, quantity_missing
from assistant.attribution import leans_from, referent
from assistant.checker import Checker
from assistant.citations import CitationList
from assistant.query import KIND_WORDS, Query, asked_parts, asks, compares, documents_of
from assistant.types import Claim, Draft, Passage, Verdict
from ingest.fields import asks_for_a_field
from ingest.index import Index
from ingest.sentences import sentence_spans
from ingest.tokens import QuestionTokens, matched

SENTENCES = 3  # of one paragraph
READ = 2  # paragraphs that are read with the question, those of the best sentences
READ_AT_MOST = 3  # before it is said that none answers
UNREAD = -0.5  # what the log-odds (from -1 to 1) that it answers are taken for where a paragraph is not read
MATCH_SHARE, SIMILARITY_SHARE, PASSAGE_SHARE, ANSWER_SHARE = 1.0, 0.3, 0.08, 0.5
NOT_BODY = 0.1  # less for a header's field or a caption, which hold many names and say little of them
OTHER_KIND = 0.15  # less for a sentence without a person, time, quantity or place, where that is asked for
NEAR_BEST = 0.65  # of how well the best sentence fits, for a second sentence of its paragraph
NEXT_PARAGRAPH = 0.12  # below the best sentence's score at most, for a sentence of another paragraph
NAMES_THE_DOCUMENT = frozenset(word for called in KIND_WORDS.values() for word in called)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage, and how well it fits the question."""

    passage: Passage
    start: int
    end: int
    match: float
    similarity: float
    of_the_kind: bool
    answers: float = UNREAD

    @property
    def fit(self) -> float:
        """The weighted sum of token match, similarity and the passage's own score."""
        fit = MATCH_SHARE * self.match + SIMILARITY_SHARE * self.similarity + PASSAGE_SHARE * self.passage.score
        fit -= 0 if self.of_the_kind else OTHER_KIND
        return fit if self.passage.paragraph.kind == "body" else fit - NOT_BODY

    @property
    def score(self) -> float:
        """How well it fits, and how surely its paragraph answers."""
        return self.fit + ANSWER_SHARE * self.answers

    @property
    def text(self) -> str:
        """The sentence."""
        return self.passage.paragraph.text[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The sentences that may answer a question, how likely it is that they do, and what is likely enough."""

    query: Query
    candidates: Sequence[Candidate]
    confidence: float
    least: float

    @property
    def answered(self) -> bool:
        """Whether it is likely enough."""
        return self.confidence >= self.least


class ExtractiveAnswerer:
    """Chooses the sentences of an index's passages that answer a question."""

    def __init__(self, index: Index, checker: Checker) -> None:
        self.index = index
        self._checker = checker

    def answer(self, query: Query, passages: Sequence[Passage], *, focus: Query | None = None) -> Draft:
        """The sentences that answer; none, with what is missing, where it is unlikely that any does.

        `focus` is what a follow-up asks by itself: passages are found with what it leans on, sentences by both alike.
        """
        asked = focus or query
        if not passages:
            return Draft(missing=(asked.text,))
        whole = self._judged([query, focus] if focus else [query], passages, least=threshold())
        if not whole.answered:
            nothing = Draft(missing=self._missing(asked.text, whole.candidates), confidence=whole.confidence)
            return self._answered_parts(asked, passages) or nothing
        left_open: list[Judged] = []
        if sides := self._sides(query, passages):
            chosen = [item for side in sides for item in _best_sentences(side)]
        else:
            parts = [self._judged([part], passages, least=part_threshold()) for part in asked.parts]
            left_open = _left_open(parts)
            chosen = [item for part in parts if part not in left_open for item in _best_sentences(part.candidates)[:1]]
            chosen += _best_sentences(whole.candidates)
        chosen = _once(chosen)
        missing = self._unanswered(asked.text, whole.candidates, chosen, left_open)
        return _draft(chosen, whole.confidence, missing=missing)

    def _answered_parts(self, asked: Query, passages: Sequence[Passage]) -> Draft | None:
        """The sentences for those parts of a question that are answered by themselves, where the whole is not; None
        where no part is."""
        asking = [part for part in asked.parts if asks(part.text)]
        if len(asking) < 2 or compares(asked.text):
            return None
        parts = [self._judged([part], passages, least=threshold()) for part in asking]
        answered = [part for part in parts if part.answered]
        if not answered:
            return None
        missing = tuple(
            _open(part.query.text, _searched_for_quantities(part.candidates, []))
            for part in parts
            if part not in answered
        )
        chosen = _once(item for part in answered for item in _best_sentences(part.candidates))
        return _draft(chosen, max(part.confidence for part in answered), missing=missing)

    def _sides(self, query: Query, passages: Sequence[Passage]) -> list[list[Candidate]]:
        """The candidates for each side of a comparison, or each of several documents spoken of, the older first; none
        where there are no sides."""
        documents = {passage.document.document_id: passage.document for passage in passages}
        spoken_of = documents_of(query.text, documents.values())
        if not compares(query.text) and len(spoken_of) < 2:
            return []
        names = spoken_of if len(spoken_of) > 1 else list(documents)[:2]
        sides = []
        for name in sorted(names, key=lambda name: (documents[name].date or "", name)):
            own = [part for part in query.parts if documents_of(part.text, documents.values()) == (name,)]
            side = [passage for passage in passages if passage.document.document_id == name]
            side = _without_headers(side) if not asks_for_a_field(query.text) else side
            sides.append(self.candidates(own[:1] or [query], side))
        return sides

    def _judged(self, queries: Sequence[Query], passages: Sequence[Passage], *, least: float) -> Judged:
        """The candidates, and how likely it is that they answer the first query: one paragraph more is read before that
        is denied."""
        judged = self._read(queries, passages, READ, least)
        return judged if judged.answered else self._read(queries, passages, READ_AT_MOST, least)

    def _read(self, queries: Sequence[Query], passages: Sequence[Passage], read: int, least: float) -> Judged:
        candidates = self.candidates(queries, passages, read=read)
        return Judged(queries[0], candidates, probability(self.signs(queries[0], candidates)), least)

    def candidates(self, queries: Sequence[Query], passages: Sequence[Passage], *, read: int = READ) -> list[Candidate]:
        """Every sentence of the passages, scored by the mean over the queries; the paragraphs of the best are read with
        the first, so many as `read` says."""
        found = sorted(self._by_words(queries, passages), key=_rank, reverse=True)
        best = {item.passage.reference: item.passage for item in found}
        answers = {
            passage.reference: self._checker.answers(queries[0].text, passage.paragraph, passage.document)
            for passage in islice(best.values(), read)
        }
        return [replace(item, answers=answers.get(item.passage.reference, UNREAD)) for item in found]

    def _by_words(self, queries: Sequence[Query], passages: Sequence[Passage]) -> list[Candidate]:
        """Every sentence of the passages, as its words and vectors fit the queries."""
        questions = [self._question(query) for query in queries]
        candidates = []
        for passage in passages:
            number = self.index.catalogue.numbers[passage.reference]
            near = [self._near(question, passage) for question in questions]
            similar = [self.index.dense.similarities("sentence", query.vector, number) for query in queries]
            for span in sentence_spans(passage.paragraph.text):
                sentence = passage.paragraph.text[slice(*span)]
                candidates.append(
                    Candidate(
                        passage,
                        *span,
                        match=sum(found.get(span, 0.0) for found in near) / len(near),
                        similarity=sum(found.get(span, 0.0) for found in similar) / len(similar),
                        of_the_kind=kind_is_there(queries[-1].text, sentence),
                    )
                )
        return candidates

    def _question(self, query: Query) -> QuestionTokens | None:
        """The question's tokens without those that only name a document: they say nothing of what is asked about it."""
        if self.index.tokens is None or query.tokens is None:
            return None
        question = self.index.tokens.question(query.tokens)
        years = self.index.catalogue.years
        naming = np.array([token in NAMES_THE_DOCUMENT or token in years for token in question.tokens], dtype=bool)
        if naming.all():
            return question
        return QuestionTokens(question.tokens, question.vectors, np.where(naming, np.float32(0), question.weights))

    def _near(self, question: QuestionTokens | None, passage: Passage) -> dict[tuple[int, int], float]:
        if self.index.tokens is None or question is None:
            return {}
        match = self.index.tokens.match(question, passage.reference)
        return {span: matched(near, question.weights) for span, near in match.sentences.items()}

    def signs(self, query: Query, candidates: Sequence[Candidate]) -> Signs:
        """What speaks for and against an answer in these sentences."""
        best = max(candidates, key=_rank)
        near, weights = self._paragraph_near(query, best.passage)
        return read_signs(
            query,
            self.index,
            best.passage,
            best.text,
            match=best.match,
            similarity=best.similarity,
            answers=max(item.answers for item in candidates),
            near=near,
            weights=weights,
            paragraphs=_searched_for_quantities(candidates, [best.passage.reference]),
        )

    def _paragraph_near(self, query: Query, passage: Passage) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        question = self._question(query)
        if self.index.tokens is None or question is None:
            return np.ones(1, np.float32), np.ones(1, np.float32)
        return self.index.tokens.match(question, passage.reference).paragraph, question.weights

    def _missing(self, question: str, candidates: Sequence[Candidate]) -> tuple[str, ...]:
        """What the documents do not say: the names they never mention, a quantity, or else the question itself."""
        said = _never_mentioned(absent_words(question, self.index))
        quantity = quantity_missing(question, _searched_for_quantities(candidates, []))
        return (*said, *([f"The nearest paragraphs give no {quantity}."] if quantity else [])) or (question,)

    def _unanswered(
        self,
        question: str,
        candidates: Sequence[Candidate],
        chosen: Sequence[Candidate],
        left_open: Sequence[Judged],
    ) -> tuple[str, ...]:
        """What a question asks besides and the documents do not say: names they never mention, quantities not given,
        the questions in it that are left open."""
        parts = asked_parts(question)
        if len(parts) < 2 and not left_open:
            return ()
        paragraphs = _searched_for_quantities(candidates, [item.passage.reference for item in chosen])
        left = [part.query.text for part in left_open]
        return (
            *_never_mentioned(absent_words(question, self.index)),
            *(
                _open(part, paragraphs)
                for part in dict.fromkeys([*parts, *left])
                if part in left or quantity_missing(part, paragraphs)
            ),
        )


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Each sentence where it comes first."""
    found: dict[tuple[str, int], Candidate] = {}
    for item in candidates:
        found.setdefault((item.passage.reference, item.start), item)
    return list(found.values())


def _searched_for_quantities(candidates: Sequence[Candidate], references: Sequence[str]) -> list[str]:
    """The texts of these paragraphs and of the first in rank: one of them gives the quantity, or none does."""
    texts = {item.passage.reference: item.passage.paragraph.text for item in candidates}
    first = min(candidates, key=lambda item: item.passage.rank).passage.reference
    return [texts[reference] for reference in dict.fromkeys([first, *references])]


def _left_open(parts: Sequence[Judged]) -> list[Judged]:
    """The questions within a question that are not answered by themselves, while others are."""
    asked = [part for part in parts if asks(part.query.text)]
    left = [part for part in asked if not part.answered]
    return left if len(left) < len(asked) else []


def _open(part: str, paragraphs: Sequence[str]) -> str:
    """What is missing of a part of a question: a quantity that the paragraphs do not give, or else the part itself."""
    quantity = quantity_missing(part, paragraphs)
    return f"{part}: no {quantity} is given." if quantity else part


def _never_mentioned(names: Iterable[str]) -> list[str]:
    return [f"Nothing in the documents mentions {name}." for name in names]


def _without_headers(passages: list[Passage]) -> list[Passage]:
    """The passages that are not headers; a year or a kind of document that is compared is in every header."""
    return [passage for passage in passages if passage.paragraph.kind != "header"] or passages


def _best_sentences(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence, a second of its paragraph that is nearly as good, and one of a paragraph that is as good."""
    if not candidates:
        return []
    ranked = sorted(candidates, key=_rank, reverse=True)
    best = ranked[0]
    same = [item for item in ranked if item.passage.reference == best.passage.reference][:SENTENCES]
    others = [item for item in ranked if item.passage.reference != best.passage.reference][:1]
    chosen = [item for item in same if item.fit >= NEAR_BEST * best.fit]
    chosen += [item for item in others if item.score >= best.score - NEXT_PARAGRAPH]
    return sorted(chosen, key=lambda item: (item.passage.rank, item.start))


def _rank(candidate: Candidate) -> tuple[float, int, int]:
    return (round(candidate.score, 6), -candidate.passage.rank, -candidate.start)


def _draft(chosen: Sequence[Candidate], confidence: float, *, missing: tuple[str, ...]) -> Draft:
    """The sentences as claims, each with what it leans on: whom `he` means, in brackets, or the sentence before it."""
    citations = CitationList()
    claims = []
    said = {(item.passage.reference, item.end) for item in chosen}
    for item in chosen:
        text = item.passage.paragraph.text
        meant = referent(text, (item.start, item.end))
        if meant is not None:
            spans = [(item.start, item.end), meant.sentence]
            claim = f"{text[item.start : meant.end]} [{meant.name}]{text[meant.end : item.end]}"
        else:
            start = leans_from(text, (item.start, item.end))
            if any(place == item.passage.reference and start < end <= item.start for place, end in said):
                start = item.start  # the sentence before is said already
            spans = [(start, item.end)]
            claim = text[start : item.end]
        numbers = tuple(citations.cite_span(item.passage, *span) for span in spans)
        claims.append(Claim(claim, numbers, Verdict("supported", (), 1.0)))
    return Draft(claims=tuple(claims), citations=citations.all(), missing=missing, confidence=confidence)
