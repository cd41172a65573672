"""Some sentences of a paragraph and a claim in, how likely the one bears the other out, or denies it, out.

A question may stand in the claim's place: a text that answers it bears it out.

A cross-encoder that comes with Pilcrow: the first five layers of all-MiniLM-L6-v2 (Wang et al. 2020, MiniLM,
arXiv:2002.10957), trained further by `evals.fit_entailment` to read a claim and a text together, as BERT reads a pair
(Devlin et al. 2019, arXiv:1810.04805), and kept in eight bits. Its table of words and its tokenizer are those of the
embedding model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.checks.nearness import WordVectors
from ingest.minilm import MiniLM, encoded, open_vocabulary
from ingest.onnx_graph import EPSILON, FLOAT, Graph, Weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FILE = "entailment.safetensors"
SURE = 6.0  # log-odds from which on the model is as sure as can be
LAYERS = 5
LONGEST = 263  # tokens of a pair, [CLS] and twice [SEP] among them
LONGEST_CLAIM = 128  # of these
KEPT = 4096  # pairs that were read last


@dataclass(frozen=True, slots=True)
class Entailment:
    """Probabilities that a text bears a claim out, that it says otherwise, and that it does not say; 1 together."""

    entailed: float
    contradicted: float
    neutral: float

    @property
    def odds(self) -> float:
        """Log-odds of `entailed`, from -1 to 1 as the model is as sure as can be."""
        odds = math.log(max(self.entailed, 1e-9) / max(1 - self.entailed, 1e-9))
        return max(-1.0, min(1.0, odds / SURE))


class EntailmentModel:
    """Reads a claim with a text; `words` are the vectors of its vocabulary. Safe to share between threads."""

    def __init__(
        self, session: InferenceSession, tokenizer: Tokenizer, *, weights: Weights, words: NDArray[np.float32]
    ) -> None:
        self._session = session
        self.words = WordVectors(tokenizer, words)
        self._tokenizer = tokenizer
        self._words = words
        self._positions, self._kinds, self._scale, self._shift = (
            np.array(weights.array(f"embeddings.{name}"))
            for name in (
                "position_embeddings.weight",
                "token_type_embeddings.weight",
                "LayerNorm.weight",
                "LayerNorm.bias",
            )
        )
        self._head, self._bias = (np.array(weights.array(f"classifier.{name}")) for name in ("weight", "bias"))
        self._found = lru_cache(maxsize=KEPT)(self._read)

    @classmethod
    @lru_cache(maxsize=2)
    def open(cls, model_dir: Path | None = None) -> EntailmentModel:
        """The model with the tokenizer and the words of the embedding model in `model_dir`, by default the installed
        package's; the same one for all who open it. Raises `EmbeddingError` where these are not to be had."""
        tokenizer, words = open_vocabulary(model_dir)
        weights = Weights(Path(str(resources.files("assistant") / FILE)).resolve())
        graph = Graph(weights)
        states = graph.encoder("states", mask="", layers=LAYERS, first_token_only=True)
        inputs = {"states": (FLOAT, (1, "tokens", MiniLM.dimensions))}
        session = graph.session(inputs, {states: (1, 1, MiniLM.dimensions)}, packed=True)
        return cls(session, tokenizer, weights=weights, words=words)

    def read(self, claim: str, text: str) -> Entailment:
        """How the text bears on the claim. What of the text is beyond the longest, some 150 words, is left out; a claim
        that is too long to be read as a whole, over some 90 words, is not borne out."""
        return self._found(claim, text)

    def _read(self, claim: str, text: str) -> Entailment:
        first, second = pair_ids(self._tokenizer, claim, text)
        if len(first) == LONGEST_CLAIM:
            return Entailment(0.0, 0.0, 1.0)
        ids = np.array([*first, *second])
        kinds = np.repeat([0, 1], [len(first), len(second)])
        states = self._words[ids] + self._positions[: len(ids)] + self._kinds[kinds]
        (found,) = self._session.run(None, {"states": self._normalised(states)[None]})
        logits = self._head @ found[0, 0] + self._bias
        odds = np.exp(logits - logits.max())
        entailed, contradicted, neutral = (odds / odds.sum()).tolist()
        return Entailment(entailed, contradicted, neutral)

    def _normalised(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Layer normalisation (Ba et al. 2016, arXiv:1607.06450)."""
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + EPSILON)
        return np.asarray(centred / spread * self._scale + self._shift, dtype=np.float32)


def pair_ids(tokenizer: Tokenizer, claim: str, text: str) -> tuple[list[int], list[int]]:
    """The tokens of `[CLS] claim [SEP]` and of `text [SEP]`, the claim cut to its longest, the text to what is left."""
    first = _cut(encoded(tokenizer, claim).ids, LONGEST_CLAIM)
    return first, _cut(encoded(tokenizer, text).ids, LONGEST + 1 - len(first))[1:]


def _cut(ids: list[int], longest: int) -> list[int]:
    return ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]
