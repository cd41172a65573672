"""Chroma: paragraphs and the vectors of their chunks, written once and then read. The one file that imports chromadb.

A generation is two collections. `paragraphs` holds what is cited, one record for each paragraph chunk: its document
is the chunk's text, its metadata the paragraph's place and filters; the first record of a document carries the
document itself as JSON. `sentences` holds vectors alone, of sentences and of pairs of them, whose ids name the span.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
Where = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk near to a vector: the paragraph's reference, the span in its text, the cosine similarity."""

    reference: str
    start: int
    end: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Record:
    """A chunk to be stored: id, span, vector and, for a paragraph chunk, the paragraph it is of."""

    chunk_id: str
    grain: str
    start: int
    end: int
    vector: NDArray[np.float32]


class ChromaStore:
    """One generation's collections in the folder `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.client = cast(
            Client,
            chromadb.PersistentClient(path=str(path), settings=ChromaSettings(anonymized_telemetry=False)),
        )

    def create(self) -> None:
        """Make the two empty collections."""
        for name in ("paragraphs", "sentences"):
            self.client.create_collection(
                name,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}},
            )

    def add(self, parsed: ParsedDocument, records: Sequence[Record]) -> None:
        """Store a document's paragraphs and the vectors of its chunks."""
        order = {paragraph.reference: number for number, paragraph in enumerate(parsed.paragraphs)}
        by_reference = {paragraph.reference: paragraph for paragraph in parsed.paragraphs}
        rows: dict[str, list[tuple[Record, Where]]] = {"paragraphs": [], "sentences": []}
        for record in records:
            reference, _ = _span(record.chunk_id)
            paragraph = by_reference[reference]
            metadata = _filters(parsed.document, paragraph)
            if record.grain != "paragraph":
                rows["sentences"].append((record, metadata))
                continue
            metadata |= {
                "anchor": paragraph.anchor,
                "order": order[reference],
                "place": json.dumps(paragraph.place.to_dict()),
                "length": len(paragraph.text),
            }
            if paragraph.mark:
                metadata["mark"] = paragraph.mark
            if order[reference] == 0 and record.start == 0:
                metadata["head"] = True
                metadata["document"] = json.dumps(asdict(parsed.document), ensure_ascii=False)
            rows["paragraphs"].append((record, metadata))
        for name, pairs in rows.items():
            self._upsert(name, pairs, by_reference)

    def _upsert(self, name: str, rows: list[tuple[Record, Where]], paragraphs: dict[str, Paragraph]) -> None:
        collection = self._collection(name)
        size = self.client.get_max_batch_size()
        for first in range(0, len(rows), size):
            batch = rows[first : first + size]
            texts = [paragraphs[_span(record.chunk_id)[0]].text[record.start : record.end] for record, _ in batch]
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
        """The paragraphs of these references; one that is not stored is left out."""
        return self._assemble(
            self._get(_where_reference(batch))
            for batch in (references[first : first + 500] for first in range(0, len(references), 500))
        )

    def paragraphs_of(self, document_id: str) -> tuple[Paragraph, ...]:
        """A document's paragraphs in reading order."""
        return tuple(self._assemble([self._get({"document_id": document_id})]).values())

    def nearest(
        self, name: str, vectors: NDArray[np.float32], *, limit: int, where: Where | None = None
    ) -> list[list[Hit]]:
        """For each vector, the nearest chunks of the collection `name`, best first."""
        found = self._collection(name).query(
            query_embeddings=vectors, n_results=limit, where=where or None, include=["distances"]
        )
        return [
            [
                Hit(reference, start, end, round(1.0 - distance, 6))
                for chunk_id, distance in zip(ids, distances, strict=True)
                for reference, (start, end) in [_span(chunk_id)]
            ]
            for ids, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def similarities(
        self, name: str, vector: NDArray[np.float32], references: Sequence[str]
    ) -> dict[tuple[str, int, int], float]:
        """The cosine similarity of each chunk of these paragraphs to the vector, by reference and span."""
        found = self._collection(name).get(where=_where_reference(references), include=["embeddings"])
        if not found["ids"]:
            return {}
        near = np.asarray(found["embeddings"], dtype=np.float32) @ vector
        spans = [_span(chunk_id) for chunk_id in found["ids"]]
        return {
            (reference, start, end): round(float(value), 6)
            for (reference, (start, end)), value in zip(spans, near, strict=True)
        }

    def sizes(self) -> dict[str, int]:
        """Records in each collection."""
        return {name: self._collection(name).count() for name in ("paragraphs", "sentences")}

    def lost_vectors(self, *, sample: int = 64) -> list[str]:
        """Ids among an even sample of stored vectors that do not find themselves: a damaged index has some."""
        lost: list[str] = []
        for name in ("paragraphs", "sentences"):
            collection = self._collection(name)
            count = collection.count()
            for offset in sorted({int(i * count / sample) for i in range(min(sample, count))}):
                stored = collection.get(limit=1, offset=offset, include=["embeddings"])
                found = collection.query(
                    query_embeddings=np.asarray(stored["embeddings"]), n_results=min(10, count), include=["distances"]
                )
                distances = (found["distances"] or [[]])[0]
                if stored["ids"][0] not in found["ids"][0] and (not distances or distances[0] > 1e-4):
                    lost.append(stored["ids"][0])
        return lost

    def close(self) -> None:
        """Let go of the folder's files."""
        self.client.close()

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
        rows = [(int(row[2]["order"]), _span(row[0]), row[1], row[2]) for batch in batches for row in batch]
        rows.sort(key=lambda row: (row[3]["document_id"], row[0], row[1][1]))
        texts: dict[str, str] = {}
        metadata_of: dict[str, Where] = {}
        for _, (reference, (start, _end)), text, metadata in rows:
            texts[reference] = texts.get(reference, "").ljust(start) + text
            metadata_of.setdefault(reference, metadata)
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


def _where_reference(references: Sequence[str]) -> Any:
    return {"reference": {"$in": list(references)}}


def _filters(document: Document, paragraph: Paragraph) -> Where:
    """What a search can be narrowed by: document, date as a number, kind, section."""
    values: Where = {
        "document_id": document.document_id,
        "reference": paragraph.reference,
        "kind": paragraph.kind,
        "section": paragraph.section,
        "date": int(document.date.replace("-", "")) if document.date else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _span(chunk_id: str) -> tuple[str, tuple[int, int]]:
    """Reference and span of a chunk id such as `06SEOUL1789 ¶3|sentence|0-120`."""
    reference, _, span = chunk_id.rsplit("|", 2)
    start, end = span.split("-")
    return reference, (int(start), int(end))
