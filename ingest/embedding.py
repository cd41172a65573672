"""Texts in, unit vectors out: the `Embedding` that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.errors import EmbeddingError
from ingest.settings import IndexSettings

if TYPE_CHECKING:
    from ingest.minilm import TokenVectors

CHUNKER_VERSION = 2


class Embedding(Protocol):
    """What turns texts into vectors. `window` is the longest text it takes, in its own tokens."""

    @property
    def name(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    @property
    def window(self) -> int: ...
    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions), each of length 1."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, so that a paragraph longer than the window can be split."""
        ...

    @property
    def token_vectors(self) -> Callable[[str], TokenVectors] | None:
        """What reads a text token by token, where the model can be asked for that."""
        ...


def open_embedding(settings: IndexSettings) -> Embedding:
    """The local model, or the server's model that `PILCROW_EMBEDDING` names."""
    if settings.embedding == "local":
        from ingest.minilm import MiniLM

        return MiniLM.open(settings.model_dir)
    if not (settings.openai_api_key or settings.openai_base_url):
        raise EmbeddingError(
            f"PILCROW_EMBEDDING={settings.embedding} needs a server. "
            "Set OPENAI_API_KEY (and OPENAI_BASE_URL for a server other than OpenAI), or PILCROW_EMBEDDING=local."
        )
    return RemoteEmbedding(settings)


class RemoteEmbedding:
    """An embedding model of OpenAI, or of a server that speaks its `/v1/embeddings`."""

    window = 512
    batch = 128
    token_vectors = None

    def __init__(self, settings: IndexSettings) -> None:
        from openai import OpenAI

        self.name = settings.embedding
        self.address = settings.openai_base_url or "https://api.openai.com/v1"
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        self.client = OpenAI(api_key=key, base_url=self.address, timeout=60.0, max_retries=3)
        self._dimensions: int | None = None

    @property
    def dimensions(self) -> int:
        """Numbers in a vector, learned from the server's first answer."""
        if self._dimensions is None:
            self._dimensions = self.embed(["dimensions"]).shape[1]
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimensions). Raises `EmbeddingError` that names the server."""
        from openai import OpenAIError

        vectors: list[list[float]] = []
        for first in range(0, len(texts), self.batch):
            try:
                response = self.client.embeddings.create(
                    model=self.name, input=list(texts[first : first + self.batch]), encoding_format="float"
                )
                vectors += [item.embedding for item in sorted(response.data, key=lambda item: item.index)]
            except (OpenAIError, AttributeError, TypeError) as error:
                raise EmbeddingError(
                    f"The embedding server at {self.address} failed for model {self.name}: {_one_line(error)} "
                    "Check OPENAI_BASE_URL, OPENAI_API_KEY and PILCROW_EMBEDDING."
                ) from error
        if not vectors:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        matrix = np.asarray(vectors, dtype=np.float32)
        return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """A high estimate, since the server's tokenizer is not known: of ASCII two characters are a token, of any
        other script each is two."""
        plain = [len(text.encode("ascii", "ignore")) for text in texts]
        return [count // 2 + 2 * (len(text) - count) + 1 for text, count in zip(texts, plain, strict=True)]


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") + "."
