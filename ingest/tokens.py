"""Token vectors of each paragraph, for matching a question word by word: made at ingest, kept beside a generation.

Late interaction as in ColBERT (Khattab and Zaharia 2020), with the token vectors of a model that was trained for whole
sentences: each token of the question looks for its nearest token. Vectors are kept as 8-bit integers with a scale each.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.aliases import spelled_out
from ingest.analyser import stem
from ingest.fields import searched_as
from ingest.minilm import TokenVectors
from ingest.sentences import sentence_spans
from ingest.types import Paragraph

UNRELATED = 0.3  # cosine of two tokens that have nothing to do with each other, about
STEPS = 127
Vectoriser = Callable[[str], TokenVectors]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TokenRows:
    """A paragraph's tokens: vectors (n, dimensions) in steps of `scale` (n), and each one's sentence (n, start and
    end in the paragraph's text)."""

    tokens: tuple[str, ...]
    vectors: NDArray[np.int8]
    scale: NDArray[np.float32]
    sentence: NDArray[np.int32]

    def to_bytes(self) -> bytes:
        """For the vector cache."""
        file = io.BytesIO()
        words = np.frombuffer(json.dumps(self.tokens).encode(), dtype=np.uint8)
        np.savez(file, words=words, vectors=self.vectors, scale=self.scale, sentence=self.sentence)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> TokenRows:
        """The inverse of `to_bytes`."""
        stored = np.load(io.BytesIO(content))
        return cls(tuple(json.loads(stored["words"].tobytes())), stored["vectors"], stored["scale"], stored["sentence"])


@dataclass(frozen=True, slots=True)
class QuestionTokens:
    """The content tokens of a question: unit vectors (n, dimensions) and weights (n) by how rare each is."""

    tokens: tuple[str, ...]
    vectors: NDArray[np.float32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """How near each content token of the question comes to a paragraph, and to each of its sentences, by span."""

    paragraph: NDArray[np.float32]
    sentences: Mapping[Span, NDArray[np.float32]]


class TokenIndex:
    """The token vectors of all paragraphs."""

    def __init__(
        self,
        vectors: NDArray[np.int8],
        scale: NDArray[np.float32],
        sentence: NDArray[np.int32],
        rows: Mapping[str, tuple[int, int]],
        frequency: Mapping[str, int],
    ) -> None:
        self.vectors = vectors
        self.scale = scale
        self.sentence = sentence
        self.rows = rows
        self.frequency = frequency

    @classmethod
    def build(cls, paragraphs: Iterable[tuple[str, TokenRows]]) -> TokenIndex:
        """From each paragraph's reference and tokens."""
        rows: dict[str, tuple[int, int]] = {}
        frequency: dict[str, int] = {}
        parts: list[TokenRows] = []
        first = 0
        for reference, found in paragraphs:
            rows[reference] = (first, first + len(found.tokens))
            first += len(found.tokens)
            parts.append(found)
            for token in set(found.tokens):
                frequency[token] = frequency.get(token, 0) + 1
        return cls(
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.scale for part in parts]),
            np.concatenate([part.sentence for part in parts]),
            rows,
            dict(sorted(frequency.items())),
        )

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which `load` maps."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "vectors.npy", self.vectors)
        np.save(folder / "scale.npy", self.scale)
        np.save(folder / "sentence.npy", self.sentence)
        stored = json.dumps({"rows": self.rows, "frequency": self.frequency})
        (folder / "tokens.json").write_text(stored, encoding="utf8")

    @classmethod
    def load(cls, folder: Path) -> TokenIndex | None:
        """Map what `save` wrote; None where the embedding has no token vectors."""
        if not (folder / "tokens.json").exists():
            return None
        stored = json.loads((folder / "tokens.json").read_text(encoding="utf8"))
        rows = {reference: (first, last) for reference, (first, last) in stored["rows"].items()}
        return cls(
            np.load(folder / "vectors.npy", mmap_mode="r"),
            np.load(folder / "scale.npy"),
            np.load(folder / "sentence.npy"),
            rows,
            stored["frequency"],
        )

    def question(self, found: TokenVectors) -> QuestionTokens:
        """A question's content tokens, or all of them where it has none; the rarer in the documents, the heavier."""
        content = [number for number, token in enumerate(found.tokens) if _is_content(token)]
        chosen = content or list(range(len(found.tokens)))
        tokens = tuple(found.tokens[number] for number in chosen)
        weights = np.array([self._idf(token) for token in tokens], dtype=np.float32)
        return QuestionTokens(tokens, found.vectors[chosen], weights)

    def match(self, question: QuestionTokens, reference: str) -> Match:
        """Cosines of the question's tokens with the nearest token of the paragraph, and of each sentence."""
        first, last = self.rows[reference]
        nothing = np.zeros(len(question.tokens), dtype=np.float32)
        if first == last or not len(question.tokens):
            return Match(nothing, {})
        near = (question.vectors @ self.vectors[first:last].T.astype(np.float32)) * self.scale[first:last]
        sentence = self.sentence[first:last]
        starts = np.concatenate([[0], np.flatnonzero(np.diff(sentence[:, 0])) + 1])  # tokens stand in reading order
        best = np.maximum.reduceat(near, starts, axis=1)
        spans = [(int(start), int(end)) for start, end in sentence[starts]]
        return Match(near.max(axis=1), dict(zip(spans, best.T, strict=True)))

    def _idf(self, token: str) -> float:
        n = self.frequency.get(token, 0)
        return math.log(1 + (len(self.rows) - n + 0.5) / (n + 0.5))


def matched(near: NDArray[np.float32], weights: NDArray[np.float32]) -> float:
    """The share of a question, by weight, that is matched: each token's cosine above what is unrelated, in [0, 1]."""
    total = float(weights.sum())
    if not total:
        return 0.0
    return float((weights * np.clip((near - UNRELATED) / (1 - UNRELATED), 0, 1)).sum() / total)


def token_rows(paragraph: Paragraph, parts: Sequence[Span], vectorise: Vectoriser) -> TokenRows:
    """The tokens of a paragraph, read part by part where it is longer than the model's window."""
    tokens: list[str] = []
    vectors: list[NDArray[np.float32]] = []
    sentences: list[Span] = []
    spans = sentence_spans(paragraph.text)
    for start, end in parts:
        inside = [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]
        found = _read(paragraph.text, inside, vectorise)
        tokens += found[0].tokens
        vectors.append(found[0].vectors)
        sentences += found[1]
    matrix = np.concatenate(vectors) if vectors else np.zeros((0, 0), np.float32)
    scale = np.abs(matrix).max(axis=1, initial=1e-9) / STEPS
    steps = np.round(matrix / scale[:, None]).astype(np.int8)
    return TokenRows(tuple(tokens), steps, scale.astype(np.float32), np.array(sentences, dtype=np.int32).reshape(-1, 2))


def _read(text: str, spans: Sequence[Span], vectorise: Vectoriser) -> tuple[TokenVectors, list[Span]]:
    """Tokens of some sentences read together, and the sentence that each token is of."""
    written = [spelled_out(searched_as(text[start:end])) for start, end in spans]
    found = vectorise(" ".join(written))
    ends = np.cumsum([len(sentence) + 1 for sentence in written])
    owner = np.searchsorted(ends, [offset for offset, _ in found.offsets], side="right")
    return found, [spans[number] for number in owner]


def _is_content(token: str) -> bool:
    return token.startswith("##") or (token[:1].isalnum() and stem(token) is not None)
