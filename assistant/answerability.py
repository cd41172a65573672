"""Do the passages answer the question at all? Eleven readable signs in, a probability out.

A logistic regression whose coefficients stand in `answerability.json`, fitted by `python -m evals.fit`.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.asked import kind_is_there, quantity_missing
from assistant.checks.names import GENERIC, LINKS, MONTHS, TITLES, WEEKDAYS
from assistant.checks.reading import listed
from assistant.query import Query, asked_parts
from assistant.types import Passage
from ingest.aliases import SMALL_WORDS, places
from ingest.analyser import STOPWORDS
from ingest.fields import asks_for_a_field
from ingest.index import Index
from ingest.lexical import index_terms

NEAR = 0.55  # cosine under which a token has no counterpart
NAME = re.compile(r"\b(?:[A-Z][\w.'’-]*|\d[\d,.]*)")
NUMBER = re.compile(r"(?<![\w.-])\d[\d,.]*(?![\w-])")
WORD = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}|(?<!\w)[^\W\d_][\w'’&-]*")
WITHIN_NAME = re.compile(r" (?:of (?:the )?)?|-")  # between the words of a name
# What stands before the first word of a sentence, or of a quotation.
OPENING = re.compile(r"(?:^|[:;.?!…\n¿¡\"“«„])\s*$")
AFTER_SHORT = ". "  # as in `Dr. Kang`, `John F. Kennedy`
POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
OFFICE_OF = re.compile(rf"\A(?:(?:{'|'.join(sorted(TITLES))})\s)+of (?:the )?", re.IGNORECASE)
SMALL = SMALL_WORDS | listed("a an at by from or with")  # not capitalised in a headline either
HEADLINE = 4  # capitalised words, from which on a question without others is a headline
ASKING = listed(
    """summarize summarise compare contrast describe explain list tell give name show outline discuss analyze analyse
    identify mention quote translate quantify assess evaluate review recount recap report check read search note provide
    define please let thanks hello hi yes ok also que qui quoi quel quelle quels quelles quand comment pourquoi combien
    où wer wen wem wie wo wann warum welche welcher welches cómo quién qué cuál cuándo dónde"""
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an answer and what against, each about from 0 to 1; `answers` from -1 to 1."""

    match: float
    paragraph_match: float
    similarity: float
    paragraph_similarity: float
    answers: float
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


def part_threshold() -> float:
    """The probability under which one of several questions in one counts as left open: higher, since the others are
    answered all the same."""
    return float(_model()["part_threshold"])


def read_signs(
    query: Query,
    index: Index,
    best: Passage,
    sentence: str,
    *,
    paragraphs: Sequence[str],
    match: float,
    similarity: float,
    answers: float,
    near: NDArray[np.float32],
    weights: NDArray[np.float32],
) -> Signs:
    """The signs for a question; `sentence` is the best, `near` and `weights` the token match of its paragraph,
    `answers` how surely a paragraph that was read answers, and `paragraphs` are the texts of those that would have to
    hold a quantity that is asked for."""
    total = float(weights.sum()) or 1.0
    quantity = quantity_missing(query.text, paragraphs) if len(asked_parts(query.text)) < 2 else None
    return Signs(
        match=match,
        paragraph_match=best.scores.get("token", 0.0),
        similarity=similarity,
        paragraph_similarity=max(best.scores["paragraph"], best.scores["sentence"]),
        answers=answers,
        unmatched=float(weights[near < NEAR].sum()) / total,
        absent=_absent(query.text, index),
        names_elsewhere=_names_elsewhere(query.text, best, index),
        kind_missing=float(not kind_is_there(query.text, sentence)),
        quantity_missing=float(quantity is not None),
        field_found=float(best.paragraph.kind == "header" and asks_for_a_field(query.text)),
    )


def absent_words(question: str, index: Index) -> tuple[str, ...]:
    """Names, whole and by all their other names, and numbers of the question that stand nowhere in the documents."""
    numbers = (number.rstrip(",.") for number in NUMBER.findall(question))
    spoken_of = dict.fromkeys([*_whole_names(question), *(number for number in numbers if len(number) > 1)])
    return tuple(name for name in spoken_of if not _is_mentioned(name, index))


def _is_mentioned(name: str, index: Index) -> bool:
    """Whether a word that tells whom or what is meant stands in the documents, or an alias does; better no name told
    than one that they have in other words."""
    plain = "".join(
        character for character in unicodedata.normalize("NFKD", name) if not unicodedata.combining(character)
    )
    telling = [word for word in re.split(r"[\s-]+", f"{name} {plain}") if word.lower() not in GENERIC | TITLES | LINKS]
    aliases = [*places(f"{name} {plain}"), *(set(index.lexical.terms(name)) - set(index_terms(name)))]
    terms = [*index_terms(" ".join(telling) or name), *aliases]
    return not terms or any(term in index.lexical.document_frequency for term in terms)


def _whole_names(question: str) -> Iterator[str]:
    """Names with all their words. A word that opens a sentence is none by its capital alone."""
    words = list(WORD.finditer(question))
    capitalised = [word for word in words if word.group()[0].isupper()]
    if len(capitalised) >= HEADLINE and all(word in capitalised or word.group() in SMALL for word in words):
        return
    for run in _capitalised_runs(question, [word for word in capitalised if _may_be_a_name(word, question)]):
        name = OFFICE_OF.sub("", POSSESSIVE.sub("", question[run[0].start() : run[-1].end()])).rstrip("'’-")
        if len(run) > 1 or POSSESSIVE.search(run[0].group()) or not _opens(run[0], question):
            yield name


def _may_be_a_name(word: re.Match[str], question: str) -> bool:
    """Whether a word is not capitalised for another reason: as a month, `I`, the verb of a request."""
    text = POSSESSIVE.sub("", word.group())
    lower = text.lower().replace("’", "'")
    if len(text) == 1 and question[word.end() : word.end() + 1] != ".":
        return False
    if lower in MONTHS | WEEKDAYS or lower.endswith("n't") or (lower in ASKING and _opens(word, question)):
        return False
    return lower not in STOPWORDS or text.isupper()  # `US`, `WHO`


def _opens(word: re.Match[str], question: str) -> bool:
    return OPENING.search(question[: word.start()]) is not None


def _capitalised_runs(question: str, words: Sequence[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """The words that stand in a row, nothing but what belongs in a name between them."""
    run: list[re.Match[str]] = []
    for word in words:
        gap = question[run[-1].end() : word.start()] if run else ""
        last = run[-1].group() if run else ""
        short = gap == AFTER_SHORT and (len(last) == 1 or last.lower() in TITLES)
        if run and (POSSESSIVE.search(last) or not (WITHIN_NAME.fullmatch(gap) or short)):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


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
