"""Do the passages answer the question at all? Eight readable signs in, a probability out.

A logistic regression whose coefficients stand in `answerability.json`, fitted by `python -m evals.fit_answerability`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.query import Query
from assistant.types import Passage
from ingest.analyser import STOPWORDS, words
from ingest.index import Index
from ingest.lexical import index_terms

NEAR = 0.55  # cosine under which a token has no counterpart
NAME = re.compile(r"\b(?:[A-Z][\w.'’-]*|\d[\d,.]*)")
CAPITALISED = re.compile(r"(?<=[\w,;:)] )[A-Z][a-z]+")
WHEN = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday"
    r"|Thursday|Friday|Saturday|Sunday|today|yesterday|(?:this|next|last|earlier|ago|week|month|year)s?|\d{4})\b"
)
QUANTITY = re.compile(
    r"\b(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
ASKED = (
    (re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE), CAPITALISED),
    (re.compile(r"\b(?:when|(?:what|which) (?:year|date|day|month))\b", re.IGNORECASE), WHEN),
    (re.compile(r"\b(?:how (?:many|much|large|old|far)|what (?:number|percentage|share|amount))\b", re.I), QUANTITY),
    (re.compile(r"\b(?:where|(?:what|which) (?:country|city|place|nation|state))\b", re.IGNORECASE), CAPITALISED),
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an answer and what against, each about from 0 to 1."""

    match: float
    paragraph_match: float
    similarity: float
    paragraph_similarity: float
    unmatched: float
    absent: float
    names_elsewhere: float
    kind_missing: float


def probability(signs: Signs) -> float:
    """How likely it is that the passages answer the question, in [0, 1]."""
    model = _model()
    values = asdict(signs)
    logit = model["intercept"] + sum(model["coefficients"][name] * value for name, value in values.items())
    return round(1 / (1 + math.exp(-logit)), 6)


def threshold() -> float:
    """The probability under which Pilcrow abstains."""
    return float(_model()["threshold"])


def read_signs(
    query: Query,
    index: Index,
    best: Passage,
    sentence: str,
    *,
    match: float,
    similarity: float,
    near: NDArray[np.float32],
    weights: NDArray[np.float32],
) -> Signs:
    """The signs for a question; `sentence` is the best, `near` and `weights` the token match of its paragraph."""
    total = float(weights.sum()) or 1.0
    return Signs(
        match=match,
        paragraph_match=best.scores.get("token", 0.0),
        similarity=similarity,
        paragraph_similarity=max(best.scores["paragraph"], best.scores["sentence"]),
        unmatched=float(weights[near < NEAR].sum()) / total,
        absent=_absent(query.text, index),
        names_elsewhere=_names_elsewhere(query.text, best, index),
        kind_missing=float(not kind_is_there(query.text, sentence)),
    )


def kind_is_there(question: str, sentence: str) -> bool:
    """Whether the sentence holds a person, time, quantity or place that the question asks for and does not name."""
    asked = set(words(question))
    return all(
        any(match.group().lower() not in asked for match in held.finditer(sentence))
        for pattern, held in ASKED
        if pattern.search(question)
    )


def absent_words(question: str, index: Index) -> tuple[str, ...]:
    """Names and numbers of the question that stand nowhere in the documents."""
    known = index.lexical.document_frequency
    return tuple(
        dict.fromkeys(
            name.strip(".'’-")
            for name in _names(question)
            if len(name) > 1 and not any(term in known for term in index.lexical.terms(name))
        )
    )


def _absent(question: str, index: Index) -> float:
    weights = {term: index.lexical.idf(term) for term in index_terms(question)}
    total = sum(weights.values()) or 1.0
    return sum(weight for term, weight in weights.items() if term not in index.lexical.document_frequency) / total


def _names_elsewhere(question: str, best: Passage, index: Index) -> float:
    """The share of the question's names and numbers that the best paragraph lacks; years that date a document aside."""
    there = set(index_terms(f"{best.document.title} {best.paragraph.text}")) | index.catalogue.years
    names = [set(index_terms(name)) for name in _names(question)]
    names = [name for name in names if name]
    return sum(not name & there for name in names) / len(names) if names else 0.0


def _names(question: str) -> Sequence[str]:
    found = [(match.start(), match.group()) for match in NAME.finditer(question)]
    return [text for start, text in found if start > 0 or text.lower() not in STOPWORDS]


@lru_cache(maxsize=1)
def _model() -> Mapping[str, Any]:
    return dict(json.loads((resources.files("assistant") / "answerability.json").read_text(encoding="utf8")))
