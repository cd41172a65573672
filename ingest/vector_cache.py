"""Vectors that were computed before, by embedding and text, so that a rebuild embeds only what changed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.embedding import Embedding

BATCH = 256


@contextmanager
def open_cache(path: Path) -> Iterator[VectorCache]:
    """The cache in the SQLite file at `path`, made if it is not there. Only the holder of the writer lock opens it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (fingerprint TEXT, sha256 TEXT, vector BLOB,"
            " PRIMARY KEY (fingerprint, sha256)) WITHOUT ROWID"
        )
        yield VectorCache(connection)


class VectorCache:
    """Rows of (embedding fingerprint, sha256 of the text, float32 vector)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.embedded = 0

    def vectors(
        self, texts: Sequence[str], embedding: Embedding, *, fingerprint: str, advance: Callable[[int], None]
    ) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions); calls `advance` with the number of texts done, as they are."""
        digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known = self._known(fingerprint)
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        advance(len(texts) - len(missing))
        todo = sorted(missing.items(), key=lambda item: len(item[1]))
        for first in range(0, len(todo), BATCH):
            batch = todo[first : first + BATCH]
            rows = embedding.embed([text for _, text in batch])
            with self.connection:
                self.connection.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                    [(fingerprint, digest, row.tobytes()) for (digest, _), row in zip(batch, rows, strict=True)],
                )
            known.update({digest: row for (digest, _), row in zip(batch, rows, strict=True)})
            advance(len(batch))
        self.embedded += len(missing)
        self._forget_all_but(fingerprint, set(digests))
        return np.stack([known[digest] for digest in digests]) if digests else np.zeros((0, 0), np.float32)

    def _known(self, fingerprint: str) -> dict[str, NDArray[np.float32]]:
        rows = self.connection.execute("SELECT sha256, vector FROM vectors WHERE fingerprint = ?", (fingerprint,))
        return {digest: np.frombuffer(blob, dtype=np.float32) for digest, blob in rows}

    def _forget_all_but(self, fingerprint: str, digests: set[str]) -> None:
        """What no document holds any more must not stay behind."""
        stored = self.connection.execute("SELECT fingerprint, sha256 FROM vectors").fetchall()
        stale = [row for row in stored if row[0] != fingerprint or row[1] not in digests]
        with self.connection:
            self.connection.executemany("DELETE FROM vectors WHERE fingerprint = ? AND sha256 = ?", stale)
