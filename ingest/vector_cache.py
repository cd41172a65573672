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
from ingest.tokens import TokenRows

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
        self._used: set[tuple[str, str]] = set()

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
        self._used |= {(fingerprint, digest) for digest in digests}
        return np.stack([known[digest] for digest in digests]) if digests else np.zeros((0, 0), np.float32)

    def token_rows(self, text: str, read: Callable[[], TokenRows], *, fingerprint: str) -> TokenRows:
        """The token vectors of a text, read now if they are not known."""
        key = (f"{fingerprint} tokens", hashlib.sha256(text.encode()).hexdigest())
        self._used.add(key)
        row = self.connection.execute("SELECT vector FROM vectors WHERE fingerprint = ? AND sha256 = ?", key).fetchone()
        if row is not None:
            return TokenRows.from_bytes(row[0])
        found = read()
        with self.connection:
            self.connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", (*key, found.to_bytes()))
        return found

    def forget_the_unused(self) -> None:
        """Drop what was not asked for since the cache was opened: what no document holds must not stay behind."""
        stored = self.connection.execute("SELECT fingerprint, sha256 FROM vectors").fetchall()
        with self.connection:
            self.connection.executemany(
                "DELETE FROM vectors WHERE fingerprint = ? AND sha256 = ?",
                [row for row in stored if row not in self._used],
            )

    def _known(self, fingerprint: str) -> dict[str, NDArray[np.float32]]:
        rows = self.connection.execute("SELECT sha256, vector FROM vectors WHERE fingerprint = ?", (fingerprint,))
        return {digest: np.frombuffer(blob, dtype=np.float32) for digest, blob in rows}
