"""Chroma: paragraphs and the vectors of their chunks, written once and then read. The one file that imports chromadb.

A generation is two collections. `paragraphs` holds what is cited, a record for each paragraph chunk: its document is
the chunk's text, its metadata the paragraph's place; a document's first record carries the document itself as JSON.
`sentences` holds the vectors of sentences and of pairs of them. A record's id names paragraph, grain and span.
"""

from __future__ import annotations

import json
import secrets
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from ingest.errors import IndexDamagedError
from ingest.types import Document, Paragraph, ParsedDocument, Place

READ_BATCH = 2_000
QUERY_BATCH = 500
KEPT_IN_MEMORY = 2_000  # paragraphs
COLLECTIONS = ("paragraphs", "sentences")
Where = dict[str, Any]
_ONE_AT_A_TIME = threading.RLock()  # chromadb counts a folder's clients, but may open one while it closes the last


@dataclass(frozen=True, slots=True)
class Span:
    """A chunk's paragraph, its grain, and its start and end in the paragraph's text."""

    reference: str
    grain: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Record:
    """A chunk as it is stored: its id, which names paragraph, grain and span, and its vector."""

    chunk_id: str
    vector: NDArray[np.float32]

    @property
    def span(self) -> Span:
        """What its id says."""
        return span_of(self.chunk_id)


def span_of(chunk_id: str) -> Span:
    """What a chunk's id such as `06SEOUL1789 ¶3|sentence|0-120` says."""
    reference, grain, span = chunk_id.rsplit("|", 2)
    start, end = span.split("-")
    return Span(reference, grain, int(start), int(end))


def store_folder(generation: Path) -> Path:
    """Where the collections of a generation's folder lie: `chroma-` and what `new_store_folder` put behind it."""
    return next(iter(sorted(generation.glob("chroma*"))), generation / "chroma")


def new_store_folder(generation: Path) -> Path:
    """A folder for a generation's collections, named anew at each build: a process has one Chroma client for each path,
    which would read a generation that is removed and built again from the files that are gone."""
    return generation / f"chroma-{secrets.token_hex(4)}"


class ChromaStore:
    """One generation's collections in the folder `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lately: dict[str, Paragraph] = {}
        with _ONE_AT_A_TIME:
            self.client = cast(
                Client,
                chromadb.PersistentClient(path=str(path), settings=ChromaSettings(anonymized_telemetry=False)),
            )
        weakref.finalize(self, _close, self.client)

    def create(self) -> None:
        """Make the two empty collections."""
        for name in COLLECTIONS:
            self.client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})

    def add(self, parsed: ParsedDocument, records: Sequence[Record]) -> None:
        """Store a document's paragraphs and the vectors of its chunks."""
        order = {paragraph.reference: number for number, paragraph in enumerate(parsed.paragraphs)}
        by_reference = {paragraph.reference: paragraph for paragraph in parsed.paragraphs}
        rows: dict[str, list[tuple[Record, Where]]] = {name: [] for name in COLLECTIONS}
        for record in records:
            span = record.span
            metadata: Where = {"reference": span.reference}
            if span.grain != "paragraph":
                rows["sentences"].append((record, metadata))
                continue
            paragraph = by_reference[span.reference]
            metadata |= _described(paragraph) | {"order": order[span.reference]}
            if order[span.reference] == 0 and span.start == 0:
                metadata |= {"head": True, "document": json.dumps(asdict(parsed.document), ensure_ascii=False)}
            rows["paragraphs"].append((record, metadata))
        for name, pairs in rows.items():
            self._upsert(name, pairs, by_reference)

    def _upsert(self, name: str, rows: list[tuple[Record, Where]], paragraphs: dict[str, Paragraph]) -> None:
        collection = self._collection(name)
        size = self.client.get_max_batch_size()
        for first in range(0, len(rows), size):
            batch = rows[first : first + size]
            spans = [record.span for record, _ in batch]
            texts = [paragraphs[span.reference].text[span.start : span.end] for span in spans]
            collection.upsert(
                ids=[record.chunk_id for record, _ in batch],
                embeddings=np.stack([record.vector for record, _ in batch]),
                metadatas=[metadata for _, metadata in batch],
                documents=texts if name == "paragraphs" else None,
            )

    def documents(self) -> tuple[Document, ...]:
        """All documents, by date and id."""
        found = self._collection("paragraphs").get(where={"head": True}, include=["metadatas"])
        documents = [Document(**json.loads(str(metadata["document"]))) for metadata in found["metadatas"] or []]
        return tuple(sorted(documents, key=lambda document: (document.date or "9999", document.document_id)))

    def paragraphs(self, references: Sequence[str]) -> dict[str, Paragraph]:
        """The paragraphs of these references; one that is not stored is left out. Those asked for lately are kept."""
        found = {reference: self._lately[reference] for reference in references if reference in self._lately}
        unread = [reference for reference in references if reference not in found]
        for first in range(0, len(unread), QUERY_BATCH):
            found |= self._assemble([self._get(_where_reference(unread[first : first + QUERY_BATCH]))])
        if unread:
            self._lately = dict(list({**self._lately, **found}.items())[-KEPT_IN_MEMORY:])
        return {reference: found[reference] for reference in references if reference in found}

    def paragraphs_of(self, document_id: str) -> tuple[Paragraph, ...]:
        """A document's paragraphs in reading order."""
        return tuple(self._assemble([self._get({"document_id": document_id})]).values())

    def records(self) -> Iterator[Record]:
        """Every chunk as it is stored, with its vector."""
        for name in COLLECTIONS:
            collection = self._collection(name)
            for offset in range(0, collection.count(), READ_BATCH):
                found = collection.get(limit=READ_BATCH, offset=offset, include=["embeddings"])
                vectors = np.asarray(found["embeddings"], dtype=np.float32)
                yield from (Record(*pair) for pair in zip(found["ids"], vectors, strict=True))

    def close(self) -> None:
        """Let go of the folder's files, as a store also does that is no longer used."""
        _close(self.client)

    def _collection(self, name: str) -> chromadb.Collection:
        try:
            return self.client.get_collection(name, embedding_function=None)
        except ChromaError as error:
            raise IndexDamagedError(
                f"{self.path} holds no collection '{name}' ({error}). Remove the folder and run `pilcrow ingest` again."
            ) from error

    def _get(self, where: Where) -> Iterable[tuple[str, str, Where]]:
        collection = self._collection("paragraphs")
        offset = 0
        while True:
            found = collection.get(where=where, limit=READ_BATCH, offset=offset, include=["documents", "metadatas"])
            yield from zip(found["ids"], found["documents"] or [], found["metadatas"] or [], strict=True)
            offset += READ_BATCH
            if len(found["ids"]) < READ_BATCH:
                return

    def _assemble(self, batches: Iterable[Iterable[tuple[str, str, Where]]]) -> dict[str, Paragraph]:
        """Join the chunks of each paragraph: they follow each other with a space between, or nothing."""
        rows = [(span_of(row[0]), row[1], row[2]) for batch in batches for row in batch]
        rows.sort(key=lambda row: (row[2]["document_id"], row[2]["order"], row[0].start))
        texts: dict[str, str] = {}
        metadata_of: dict[str, Where] = {}
        for span, text, metadata in rows:
            texts[span.reference] = texts.get(span.reference, "").ljust(span.start) + text
            metadata_of.setdefault(span.reference, metadata)
        return {reference: self._paragraph(texts[reference], metadata_of[reference]) for reference in texts}

    def _paragraph(self, text: str, metadata: Where) -> Paragraph:
        if len(text) != metadata["length"]:
            raise IndexDamagedError(
                f"{metadata['reference']} has {len(text)} of {metadata['length']} characters in {self.path}. "
                "Run `pilcrow ingest` again."
            )
        return Paragraph(
            document_id=metadata["document_id"],
            anchor=metadata["anchor"],
            text=text,
            kind=metadata["kind"],
            section=metadata.get("section"),
            place=Place.from_dict(json.loads(metadata["place"])),
            mark=metadata.get("mark"),
        )


def _close(client: Client) -> None:
    with _ONE_AT_A_TIME:
        client.close()


def _where_reference(references: Sequence[str]) -> Any:
    return {"reference": {"$in": list(references)}}


def _described(paragraph: Paragraph) -> Where:
    """A paragraph's metadata: all of it but its text, whose length is told."""
    values: Where = {
        "document_id": paragraph.document_id,
        "anchor": paragraph.anchor,
        "kind": paragraph.kind,
        "section": paragraph.section,
        "mark": paragraph.mark,
        "place": json.dumps(paragraph.place.to_dict()),
        "length": len(paragraph.text),
    }
    return {name: value for name, value in values.items() if value is not None}
