"""The index on disk: immutable generations, and a pointer file that names the one in use.

index/
  current                    the id of the generation in use, replaced atomically
  write.lock                 held by the one process that writes
  vectors.sqlite             the vector cache
  uploads/, feedback.jsonl   documents that people gave in the chat, and what they thought of its answers
  generations/<id>/
    manifest.json            fingerprint and sizes, written last
    chroma-…/                the paragraphs and the vectors of their chunks
    catalogue.json, dense/, lexical/
                             what is searched, derived from that: filters, vectors by paragraph, BM25
    tokens/                  token vectors by paragraph, where the embedding has such
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from ingest.catalogue import Catalogue
from ingest.dense import DenseIndex
from ingest.embedding import CHUNKER_VERSION
from ingest.errors import (
    IndexDamagedError,
    IndexFingerprintError,
    IndexLockedError,
    IndexMissingError,
    IndexUnavailableError,
)
from ingest.lexical import LexicalIndex
from ingest.store import ChromaStore, Record, new_store_folder, store_folder
from ingest.tokens import TokenIndex
from ingest.types import ParsedDocument

FORMAT = 2
KEPT_GENERATIONS = 2


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an index's vectors depend on."""

    model: str
    dimensions: int
    chunker: int = CHUNKER_VERSION

    def __str__(self) -> str:
        return f"{self.model} ({self.dimensions} dimensions, chunker {self.chunker})"


@dataclass(frozen=True, slots=True)
class Index:
    """A generation that is open for reading."""

    root: Path
    generation: str
    fingerprint: Fingerprint
    store: ChromaStore
    catalogue: Catalogue
    dense: DenseIndex
    lexical: LexicalIndex
    tokens: TokenIndex | None

    @classmethod
    def open(cls, root: Path) -> Index:
        """Open the generation in use. Raises `IndexMissingError` or `IndexDamagedError`; builds nothing."""
        generation = current_generation(root)
        if generation is None:
            raise IndexMissingError(
                f"No index at {root}. Run `pilcrow ingest` for the bundled documents, "
                "or `pilcrow ingest PATH` for your own."
            )
        folder = generation_folder(root, generation)
        fingerprint = read_fingerprint(root, generation)
        lexical = LexicalIndex.load(folder / "lexical")
        return cls(
            root=root,
            generation=generation,
            fingerprint=fingerprint,
            store=ChromaStore(store_folder(folder)),
            catalogue=Catalogue.load(folder / "catalogue.json"),
            dense=DenseIndex.load(folder / "dense", lexical.references),
            lexical=lexical,
            tokens=TokenIndex.load(folder / "tokens"),
        )

    def check_model(self, model: str) -> None:
        """Raise `IndexFingerprintError` where questions would be embedded by another model than the paragraphs."""
        asked = Fingerprint(model, self.fingerprint.dimensions)
        if asked != self.fingerprint:
            raise IndexFingerprintError(
                f"The index at {self.root} was built with {self.fingerprint}, but the settings ask for {asked}. "
                "Run `pilcrow ingest` again, or set PILCROW_EMBEDDING to the first."
            )


def current_generation(root: Path) -> str | None:
    """The id in the pointer file, or None without an index. Raises `IndexUnavailableError` where it cannot be read."""
    try:
        return (root / "current").read_text(encoding="utf8").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unavailable(root, error) from error


def generation_folder(root: Path, generation: str) -> Path:
    """Where a generation lives."""
    return root / "generations" / generation


def read_fingerprint(root: Path, generation: str) -> Fingerprint:
    """The fingerprint in a generation's manifest. Raises `IndexDamagedError` where there is none to read."""
    path = generation_folder(root, generation) / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf8"))
        if manifest["format"] == FORMAT:
            return Fingerprint(**manifest["fingerprint"])
        found = f"format {manifest['format']}, and this Pilcrow reads {FORMAT}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = f"{type(error).__name__} in its manifest"
    raise IndexDamagedError(f"The index at {root} cannot be read ({found}). Remove that folder and ingest again.")


@contextmanager
def writer_lock(root: Path) -> Iterator[None]:
    """Hold the index for writing. Raises `IndexLockedError` at once where another process does, and
    `IndexUnavailableError` where there is no folder that can be written to."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(root / "write.lock").acquire(timeout=0)
    except filelock.Timeout:
        raise IndexLockedError(
            f"Another process is writing to the index at {root}. Wait until it is done, then run the command again."
        ) from None
    except OSError as error:
        raise _unavailable(root, error) from error
    with lock:
        yield


def _unavailable(root: Path, error: OSError) -> IndexUnavailableError:
    return IndexUnavailableError(
        f"{root} cannot hold an index ({error.strerror or error}). "
        "Set PILCROW_INDEX to a folder that Pilcrow can write to."
    )


def generation_id(fingerprint: Fingerprint, parsed: Sequence[ParsedDocument]) -> str:
    """Twelve hex digits of a hash over all that a generation is made from: same input, same id."""
    content = [FORMAT, asdict(fingerprint), [[asdict(item.document), *map(asdict, item.paragraphs)] for item in parsed]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:12]


def write_generation(
    root: Path,
    fingerprint: Fingerprint,
    parsed: Sequence[ParsedDocument],
    records: Sequence[Sequence[Record]],
    *,
    tokens: TokenIndex | None,
) -> str:
    """Build a generation beside the one in use, read all of it back in a fresh process, then switch to it."""
    generation = generation_id(fingerprint, parsed)
    folder = generation_folder(root, generation)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = ChromaStore(new_store_folder(folder))
    store.create()
    for item, rows in zip(parsed, records, strict=True):
        store.add(item, rows)
    store.close()
    if tokens is not None:
        tokens.save(folder / "tokens")
    _derive(folder, sum(len(rows) for rows in records))
    manifest = {"format": FORMAT, "fingerprint": asdict(fingerprint), "documents": len(parsed)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf8")
    _switch(root, generation)
    return generation


def _derive(folder: Path, expected: int) -> None:
    """Read the records back in a fresh process, since a damaged store can end the process that reads it."""
    derive = subprocess.run(  # noqa: S603  # our own interpreter and module, on a folder we made
        [sys.executable, "-m", "ingest.derive", str(folder), str(expected)], capture_output=True, text=True, check=False
    )
    if derive.returncode != 0:
        reason = (derive.stderr.strip().splitlines() or [f"exit code {derive.returncode}"])[-1]
        shutil.rmtree(folder, ignore_errors=True)
        raise IndexDamagedError(
            f"The new generation failed its check ({reason}). The index is as it was; ingest again."
        )


def _switch(root: Path, generation: str) -> None:
    """Point to the generation, durably, and remove all but the newest few others."""
    pointer = root / "current"
    fresh = root / "current.new"
    with fresh.open("w", encoding="utf8") as file:
        file.write(generation + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(pointer)
    folders = sorted((root / "generations").iterdir(), key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    others = [folder for folder in folders if folder.name != generation]
    for folder in others[KEPT_GENERATIONS - 1 :]:
        shutil.rmtree(folder)
