"""`python -m ingest.derive FOLDER COUNT`: read a generation's COUNT records back, and write what is searched from them.

Runs in a process of its own: a damaged store can end the process that reads it, and what a second process cannot read
must never be switched to. Exit 0 where all is well, else 1 with the reason on stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from ingest.catalogue import Catalogue, Entry
from ingest.context import context_line
from ingest.dense import DenseIndex
from ingest.errors import IndexDamagedError
from ingest.fields import field_words
from ingest.lexical import LexicalIndex
from ingest.sentences import sentence_spans
from ingest.store import ChromaStore, store_folder
from ingest.types import Document, Paragraph


def derive(folder: Path, expected: int) -> None:
    """Write `dense/`, `lexical/` and the catalogue beside `chroma/`. Raises `IndexDamagedError` for lost records."""
    store = ChromaStore(store_folder(folder))
    records = list(store.records())
    if len({record.chunk_id for record in records}) != expected:
        raise IndexDamagedError(f"{len(records)} records where {expected} were written")
    lengths = np.linalg.norm(np.stack([record.vector for record in records]), axis=1)
    if not np.allclose(lengths, 1.0, atol=1e-3):
        raise IndexDamagedError("some vectors are not as they were written")
    documents = {document.document_id: document for document in store.documents()}
    paragraphs = [item for name in documents for item in store.paragraphs_of(name)]
    references = [paragraph.reference for paragraph in paragraphs]
    if {record.span.reference for record in records} != set(references):
        raise IndexDamagedError("some paragraphs are gone")
    Catalogue(tuple(_entry(documents[item.document_id], item) for item in paragraphs)).save(folder / "catalogue.json")
    DenseIndex.build(
        references,
        ((span.reference, span.grain, span.start, span.end, item.vector) for item in records for span in [item.span]),
    ).save(folder / "dense")
    LexicalIndex.build(references, [searched(documents[item.document_id], item) for item in paragraphs]).save(
        folder / "lexical"
    )


def _entry(document: Document, paragraph: Paragraph) -> Entry:
    return Entry(paragraph.reference, document.document_id, document.date, paragraph.kind, paragraph.section)


def searched(document: Document, paragraph: Paragraph) -> str:
    """What of a paragraph is searched by words: its text, after the line that tells what it stands in."""
    context = context_line(document.title, document.date, paragraph.section)
    described = " ".join(field_words(paragraph.text[start:end]) for start, end in sentence_spans(paragraph.text))
    return "\n".join([context, paragraph.text, described if paragraph.kind == "header" else ""])


if __name__ == "__main__":
    try:
        derive(Path(sys.argv[1]), int(sys.argv[2]))
    except IndexDamagedError as error:
        sys.exit(str(error))
