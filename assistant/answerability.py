"""Do the passages answer the question at all? Ten readable signs in, a probability out.

A logistic regression whose coefficients stand in `answerability.json`, fitted by `python -m evals.fit`.
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

from assistant.asked import kind_is_there, quantity_missing
from assistant.query import Query, asked_parts
from assistant.types import Passage
from ingest.analyser import STOPWORDS
from ingest.fields import asks_for_a_field
from ingest.index import Index
from ingest.lexical import index_terms

NEAR = 0.55  # cosine under which a token has no counterpart
NAME = re.compile(r"\b(?:[A-Z][\w.'’-]*|\d[\d,.]*)")


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
    quantity_missing: float
    field_found: float


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
    paragraphs: Sequence[str],
    match: float,
    similarity: float,
    near: NDArray[np.float32],
    weights: NDArray[np.float32],
) -> Signs:
    """The signs for a question; `sentence` is the best, `near` and `weights` the token match of its paragraph, and
    `paragraphs` are the texts of those that would have to hold a quantity that is asked for."""
    total = float(weights.sum()) or 1.0
    quantity = quantity_missing(query.text, paragraphs) if len(asked_parts(query.text)) < 2 else None
    return Signs(
        match=match,
        paragraph_match=best.scores.get("token", 0.0),
        similarity=similarity,
        paragraph_similarity=max(best.scores["paragraph"], best.scores["sentence"]),
        unmatched=float(weights[near < NEAR].sum()) / total,
        absent=_absent(query.text, index),
        names_elsewhere=_names_elsewhere(query.text, best, index),
        kind_missing=float(not kind_is_there(query.text, sentence)),
        quantity_missing=float(quantity is not None),
        field_found=float(best.paragraph.kind == "header" and asks_for_a_field(query.text)),
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
