"""Sources in, a generation of the index out, and a report of what changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Protocol

from ingest.chunks import Chunk, chunks_of
from ingest.embedding import Embedding, open_embedding
from ingest.errors import SourceError
from ingest.index import (
    Fingerprint,
    current_generation,
    generation_folder,
    generation_id,
    read_fingerprint,
    write_generation,
    writer_lock,
)
from ingest.read import read
from ingest.settings import IndexSettings
from ingest.store import ChromaStore, Record, store_folder
from ingest.tokens import TokenIndex, token_rows
from ingest.types import IngestReport, ParsedDocument, Skipped
from ingest.vector_cache import VectorCache, open_cache

BUNDLED = "bundled"


class Progress(Protocol):
    """Told what is being done; `total` is a number of texts where that is known."""

    def stage(self, name: str, total: int | None = None) -> None: ...
    def advance(self, count: int) -> None: ...


class Silent:
    """The `Progress` of a program that shows none."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Show nothing."""

    def advance(self, count: int) -> None:
        """Show nothing."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What was read: documents, the paths they came from, folders that were read whole, what was skipped."""

    parsed: tuple[ParsedDocument, ...]
    paths: frozenset[str] = field(default_factory=frozenset)
    folders: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def ingest(
    sources: Sequence[str | Path] = (),
    settings: IndexSettings | None = None,
    *,
    remove: Sequence[str] = (),
    progress: Progress | None = None,
) -> IngestReport:
    """Read files and folders into the index; without sources, the bundled documents.

    A document with a known id replaces the stored one; one that is no longer in a source read before, or is named in
    `remove`, goes. Either all of it happens or nothing: errors (`SourceError`, `EmbeddingError`,
    `IndexUnavailableError`) leave the index as it was. A file named outright must be readable; in a folder, others are
    skipped and reported.
    """
    settings = settings or IndexSettings.from_env()
    progress = progress or Silent()
    started = time.perf_counter()
    progress.stage("Reading")
    read_sources = Sources(()) if remove and not sources else read_all(sources)
    with writer_lock(settings.index):
        stored = stored_documents(settings.index)
        kept, removed = _kept(stored, read_sources, remove)
        parsed = _merged(kept, read_sources.parsed)
        if not parsed:
            raise SourceError(
                "The last document stays: an index holds one or more. "
                f"Ingest another first, or delete the folder {settings.index}."
            )
        progress.stage("Loading the embedding model")
        embedding = open_embedding(settings)
        fingerprint = Fingerprint(embedding.name, embedding.dimensions)
        generation = generation_id(fingerprint, parsed)
        embedded = 0
        if generation != current_generation(settings.index):
            embedded = _build(settings.index, embedding, fingerprint, parsed, progress)
    before = {item.document.document_id: item for item in stored}
    new = {item.document.document_id: item for item in read_sources.parsed}
    return IngestReport(
        generation=generation,
        added=tuple(sorted(new.keys() - before.keys())),
        changed=tuple(sorted(name for name in new.keys() & before.keys() if not _same(new[name], before[name]))),
        unchanged=tuple(sorted(name for name in new.keys() & before.keys() if _same(new[name], before[name]))),
        removed=tuple(sorted(removed)),
        skipped=read_sources.skipped,
        notes=tuple(f"{item.document.path}: {note}" for item in read_sources.parsed for note in item.notes),
        embedded=embedded,
        timings_ms={"total": round((time.perf_counter() - started) * 1000, 1)},
    )


def read_all(sources: Sequence[str | Path]) -> Sources:
    """Read every source, or raise one `SourceError` that names each that cannot be read."""
    if not sources:
        return _bundled()
    parsed: list[ParsedDocument] = []
    skipped: list[Skipped] = []
    failures: list[str] = []
    folders: list[str] = []
    paths: set[str] = set()
    for source in sources:
        if str(source).startswith(("http://", "https://")):
            failures.append(f"{source}: addresses cannot be read yet. Save it to a file and give the file.")
            continue
        path = Path(source)
        folder = path.is_dir()
        files = _files(path) if folder else [path]
        documents_before, skipped_before = len(parsed), len(skipped)
        if folder:
            folders.append(str(path.resolve()))
        for file in files:
            paths.add(str(file.resolve()))
            try:
                parsed += read(file, name=str(file.resolve()))
            except SourceError as error:
                if folder:
                    skipped.append(Skipped(str(file), str(error)))
                else:
                    failures.append(str(error))
        if folder and len(parsed) == documents_before:
            why = f": {skipped[skipped_before].reason.rstrip('.')}" if skipped[skipped_before:] else ""
            failures.append(
                f"{path}: a folder with no document that Pilcrow can read{why}. Give another one or a file."
            )
    if failures:
        raise SourceError(" | ".join(failures))
    return Sources(_unique(parsed), frozenset(paths), tuple(folders), tuple(skipped))


def stored_documents(root: Path) -> tuple[ParsedDocument, ...]:
    """The documents of the generation in use, as they were parsed; none where there is no index."""
    generation = current_generation(root)
    if generation is None:
        return ()
    read_fingerprint(root, generation)
    store = ChromaStore(store_folder(generation_folder(root, generation)))
    return tuple(ParsedDocument(document, store.paragraphs_of(document.document_id)) for document in store.documents())


def _bundled() -> Sources:
    """The two documents that come with Pilcrow: restatements in other words, and labelled so."""
    folder = resources.files("ingest") / BUNDLED
    names = sorted(entry.name for entry in folder.iterdir())
    with resources.as_file(folder) as path:
        parsed = [item for name in names for item in read(path / name, name=f"{BUNDLED}/{name}")]
    return Sources(_unique(parsed), frozenset(f"{BUNDLED}/{name}" for name in names))


def _files(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders, hidden ones left out, in a fixed order."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _unique(parsed: Iterable[ParsedDocument]) -> tuple[ParsedDocument, ...]:
    """Refuse two documents of one id, since a reference must name one paragraph."""
    by_id: dict[str, ParsedDocument] = {}
    for item in parsed:
        other = by_id.setdefault(item.document.document_id, item)
        if other is not item:
            raise SourceError(
                f"{item.document.path}: its document id {item.document.document_id} is also that of "
                f"{other.document.path}. Give one of them, or rename the file."
            )
    return tuple(by_id.values())


def _kept(
    stored: Sequence[ParsedDocument], sources: Sources, remove: Sequence[str]
) -> tuple[list[ParsedDocument], list[str]]:
    """Stored documents that stay, and the ids of those that go: named, or gone from what was read again."""
    unknown = set(remove) - {item.document.document_id for item in stored}
    if unknown:
        raise SourceError(f"No document {sorted(unknown)[0]} in the index. `pilcrow documents` lists what is there.")
    new = {item.document.document_id for item in sources.parsed}
    kept, removed = [], []
    for item in stored:
        path = item.document.path
        reread = path in sources.paths or any(path.startswith(folder + "/") for folder in sources.folders)
        if item.document.document_id in remove or (reread and item.document.document_id not in new):
            removed.append(item.document.document_id)
        else:
            kept.append(item)
    return kept, removed


def _merged(kept: Sequence[ParsedDocument], new: Sequence[ParsedDocument]) -> tuple[ParsedDocument, ...]:
    """Stored and new documents, the new in place of the old, by id."""
    merged = {item.document.document_id: item for item in (*kept, *new)}
    return tuple(merged[name] for name in sorted(merged))


def _same(new: ParsedDocument, old: ParsedDocument) -> bool:
    return new.document == old.document and new.paragraphs == old.paragraphs


def _build(
    root: Path,
    embedding: Embedding,
    fingerprint: Fingerprint,
    parsed: Sequence[ParsedDocument],
    progress: Progress,
) -> int:
    """Chunk, embed what is new, write the generation. Returns the number of texts embedded."""
    chunks = [chunks_of(item, window=embedding.window, count_tokens=embedding.count_tokens) for item in parsed]
    texts = [chunk.embed_text for group in chunks for chunk in group]
    progress.stage("Embedding", len(texts))
    with open_cache(root / "vectors.sqlite") as cache:
        vectors = iter(cache.vectors(texts, embedding, fingerprint=str(fingerprint), advance=progress.advance))
        records = [[Record(chunk.chunk_id, next(vectors)) for chunk in group] for group in chunks]
        tokens = _tokens(cache, embedding, fingerprint, parsed, chunks, progress)
        cache.forget_the_unused()
        embedded = cache.embedded
    progress.stage("Writing and checking the index")
    write_generation(root, fingerprint, parsed, records, tokens=tokens)
    return embedded


def _tokens(
    cache: VectorCache,
    embedding: Embedding,
    fingerprint: Fingerprint,
    parsed: Sequence[ParsedDocument],
    chunks: Sequence[Sequence[Chunk]],
    progress: Progress,
) -> TokenIndex | None:
    """The token vectors of every paragraph, where the embedding has such."""
    vectorise = embedding.token_vectors
    if vectorise is None:
        return None
    parts: dict[str, list[tuple[int, int]]] = {}
    for chunk in (chunk for group in chunks for chunk in group if chunk.grain == "paragraph"):
        parts.setdefault(chunk.reference, []).append((chunk.start, chunk.end))
    paragraphs = [paragraph for item in parsed for paragraph in item.paragraphs]
    progress.stage("Reading word by word", len(paragraphs))
    found = []
    for paragraph in paragraphs:
        spans = parts[paragraph.reference]
        rows = cache.token_rows(
            f"{paragraph.text}\n{spans}",
            lambda paragraph=paragraph, spans=spans: token_rows(paragraph, spans, vectorise),  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
            fingerprint=str(fingerprint),
        )
        found.append((paragraph.reference, rows))
        progress.advance(1)
    return TokenIndex.build(found)
