"""Word by word: how near the words of a claim come to those of each sentence of its paragraph.

Each token of the claim looks for its nearest token, as in late interaction (Khattab and Zaharia 2020, ColBERT,
arXiv:2004.12832), by the vectors that the embedding model has for its vocabulary, before any context. That is a
thousandth of the work of reading the claim, and finds the sentences that speak of its matter as often: of 184 claims of
SciFact, evidence is among the best three sentences for 0.89, by vectors in context for 0.90, by shared words for 0.86.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ingest.minilm import encoded

if TYPE_CHECKING:
    from tokenizers import Tokenizer

UNRELATED = 0.1  # cosine of two tokens that have nothing to do with each other, about
COMMONEST = 1995  # BERT's vocabulary is in order of frequency, the most frequent after this number
COMMON = 30  # numbers further on, a token's weight is ln 2
KEPT = 4096  # sentences


@dataclass(frozen=True, slots=True)
class Nearness:
    """The weights of a claim's tokens (n), and for each sentence the cosine of each with its nearest token there
    (sentences × n)."""

    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    sentences: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def heard(self) -> list[float]:
        """The share of the claim, by weight, that each sentence has."""
        told = np.clip((self.sentences - UNRELATED) / (1 - UNRELATED), 0, 1) @ self.weights
        return [float(share) for share in told / (float(self.weights.sum()) or 1.0)]


class WordVectors:
    """The vectors of a vocabulary (tokens × dimensions). Safe to share between threads."""

    def __init__(self, tokenizer: Tokenizer, vectors: NDArray[np.float32]) -> None:
        self._tokenizer = tokenizer
        self._vectors = np.asarray(vectors)  # a mapped file's rows are taken faster so
        self._numbers = lru_cache(maxsize=KEPT)(self._read)

    def nearness(self, claim: str, sentences: Sequence[str]) -> Nearness:
        """How near the claim comes to each of the sentences."""
        numbers = self._read(claim)
        mine = self._directions(numbers)
        rows = [(mine @ self._directions(self._numbers(sentence)).T).max(axis=1, initial=0.0) for sentence in sentences]
        weights = np.log1p(np.maximum(numbers - COMMONEST, 0) / COMMON)
        return Nearness(weights.astype(np.float32), np.array(rows, np.float32).reshape(len(sentences), len(numbers)))

    def _read(self, text: str) -> NDArray[np.int64]:
        return np.array(encoded(self._tokenizer, text).ids[1:-1], dtype=np.int64)

    def _directions(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        vectors = self._vectors[numbers]
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
