"""A question as it is searched for: its vectors, its parts, the documents it speaks of, whether it compares."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.aliases import spelled_out
from ingest.analyser import terms, words
from ingest.embedding import Embedding
from ingest.minilm import TokenVectors
from ingest.types import Document

SMALLEST_PART = 3  # content words
KIND_WORDS: Mapping[str, frozenset[str]] = {
    "cable": frozenset(["cable", "telegram", "embassy", "dispatch"]),
    "article": frozenset(["article", "piece", "analysis", "author", "writer", "commentary", "journalist"]),
}
COMPARISON = re.compile(
    r"\b(?:compar\w*|contrast\w*|versus|vs|differ\w*|(?:both|two|each|either) (?:documents?|texts?|sources?)"
    r"|alike|similar\w*|in common|then and now|(?:has|had|have|did)\b.*\bchang\w*|evol\w*|shift\w*"
    r"|years (?:later|apart)|decades?)\b",
    re.IGNORECASE,
)
ASKING = "who|whom|whose|what|which|why|how"
ASKING_OR_JOINING = f"{ASKING}|when|where"  # the last two also begin clauses: `When it joined, …`
AUXILIARIES = "did|do|does|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must"
PREPOSITION = r"(?:(?:in|on|at|by|for|to|from|with|of|under|since)\s+)?"
BOUNDARY = re.compile(
    rf";|:|\?|,(?!\s+(?:{AUXILIARIES})\b)"
    rf"|\band\b(?=\s+(?:{PREPOSITION}(?:{ASKING_OR_JOINING})|{AUXILIARIES}|in|on|by|to)\b)"
    r"|\b(?:whereas|while|versus|vs)\b",
    re.IGNORECASE,
)
ASKED_TOO = re.compile(rf"(?:,|;|\band\b|\?)\s+(?={PREPOSITION}(?:{ASKING_OR_JOINING})\b)", re.IGNORECASE)
ASKS = re.compile(rf"{PREPOSITION}(?:{ASKING}|(?:(?:when|where)\s+)?(?:{AUXILIARIES}))\b", re.IGNORECASE)


IN_A_YEAR = re.compile(
    r"(?:\b(?:in|of|from|by|since|during) (?:mid-|early |late )?)?\b(?P<year>(?:1\d|20)\d\d)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Query:
    """A text to search for: the vector of the whole and, where the embedding has such, of its tokens; and its parts."""

    text: str
    vector: NDArray[np.float32]
    tokens: TokenVectors | None
    parts: tuple[Query, ...] = ()


def read_queries(texts: Iterable[str], embedding: Embedding, *, years: Collection[str] = ()) -> list[Query]:
    """Queries of these texts and, within each, of its parts.

    What is embedded has abbreviations of countries written out, and is without the `years` that only name a document.
    """
    texts = list(texts)
    parts = [parts_of(text) for text in texts]
    read = _read(list(dict.fromkeys([*texts, *(part for group in parts for part in group)])), embedding, years)
    return [
        replace(read[text], parts=tuple(read[part] for part in group)) for text, group in zip(texts, parts, strict=True)
    ]


def _read(texts: Sequence[str], embedding: Embedding, years: Collection[str]) -> dict[str, Query]:
    """Each text as a query without parts: one reading each, or one batch where the embedding has no token vectors."""
    written = [spelled_out(without_years(text, years)) for text in texts]
    if embedding.token_vectors is None:
        vectors = embedding.embed(written)
        return {text: Query(text, vector, None) for text, vector in zip(texts, vectors, strict=True)}
    found = [embedding.token_vectors(text) for text in written]
    return {text: Query(text, tokens.text_vector, tokens) for text, tokens in zip(texts, found, strict=True)}


def without_years(text: str, years: Collection[str]) -> str:
    """The text without these years and the preposition before each, unless it would hold no word then."""
    kept = IN_A_YEAR.sub(lambda match: "" if match["year"] in years else match.group(), text)
    return " ".join(kept.split()) if any(character.isalpha() for character in kept) else text


def parts_of(question: str) -> tuple[str, ...]:
    """What a question asks one after the other; empty where it asks one thing."""
    parts = [part.strip() for part in BOUNDARY.split(question)]
    parts = [part for part in parts if is_whole(part) or (asks(part) and terms(part))]
    return tuple(parts) if len(parts) > 1 else ()


def is_whole(part: str) -> bool:
    """Whether a part says enough to be searched for by itself."""
    return len(terms(part)) >= SMALLEST_PART


def asked_parts(question: str) -> tuple[str, ...]:
    """The questions that a question holds, however short: `In which city is it` and `who leads it`."""
    parts = [part.strip(" ,;?.") for part in ASKED_TOO.split(question)]
    return tuple(part for part in parts if part)


def asks(part: str) -> bool:
    """Whether a part of a question is a question itself, and not a clause of it."""
    return ASKS.match(part) is not None


def compares(question: str) -> bool:
    """Whether the question sets one thing against another."""
    return COMPARISON.search(question) is not None


def documents_of(question: str, documents: Iterable[Document]) -> tuple[str, ...]:
    """Ids of the documents that the question speaks of: by id, by year, or by what only one kind of them is called."""
    documents = list(documents)
    spoken = set(words(question))
    named = {item.document_id for item in documents if item.document_id.lower() in question.lower()}
    dated = {item.document_id for item in documents if item.date and item.date[:4] in spoken}
    kinds = {kind for kind, called in KIND_WORDS.items() if called & spoken}
    of_kind = {item.document_id for item in documents if item.kind in kinds}
    if len(of_kind) == len(documents) and len(kinds) < 2:
        of_kind = set()
    found = named | dated | of_kind
    return tuple(item.document_id for item in documents if item.document_id in found)
