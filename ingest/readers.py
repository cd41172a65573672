"""Files -> LlamaIndex documents, one for each paragraph; the module that knows LlamaIndex's readers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document as LlamaDocument

from ingest.read import Parse, as_cable, as_markdown, as_posts, as_text, load, parsed
from ingest.types import Paragraph, ParsedDocument

EMBEDDED_METADATA = frozenset(["title", "date", "section"])


class CableReader(BaseReader):
    """Reads a diplomatic cable."""

    def load_data(self, file: Path | str, extra_info: Mapping[str, Any] | None = None) -> list[LlamaDocument]:
        """One LlamaIndex document for each paragraph of the file; raises SourceError where it cannot be read."""
        return _load(file, as_cable, extra_info)


class WordPressReader(BaseReader):
    """Reads a WordPress post, or an array of posts, as JSON of the REST API."""

    def load_data(self, file: Path | str, extra_info: Mapping[str, Any] | None = None) -> list[LlamaDocument]:
        """One LlamaIndex document for each paragraph of the file; raises SourceError where it cannot be read."""
        return _load(file, as_posts, extra_info)


class TextReader(BaseReader):
    """Reads plain text, or Markdown where the file's name ends in `.md` or `.markdown`."""

    def load_data(self, file: Path | str, extra_info: Mapping[str, Any] | None = None) -> list[LlamaDocument]:
        """One LlamaIndex document for each paragraph of the file; raises SourceError where it cannot be read."""
        markdown = Path(file).suffix.lower() in (".md", ".markdown")
        return _load(file, as_markdown if markdown else as_text, extra_info)


def llama_documents(document: ParsedDocument, extra_info: Mapping[str, Any] | None = None) -> list[LlamaDocument]:
    """A LlamaIndex document for each paragraph, in reading order: its id is the reference, its text the canonical one.

    The metadata is flat and has no None; `extra_info` adds to it and overrides nothing. Only title, date and section
    go into the text that is embedded or shown to a model.
    """
    return [_llama_document(document, paragraph, extra_info or {}) for paragraph in document.paragraphs]


def _load(file: Path | str, parse: Parse, extra_info: Mapping[str, Any] | None) -> list[LlamaDocument]:
    documents = parsed(load(Path(file)), parse)
    return [llama for document in documents for llama in llama_documents(document, extra_info)]


def _llama_document(source: ParsedDocument, paragraph: Paragraph, extra_info: Mapping[str, Any]) -> LlamaDocument:
    metadata = {**extra_info, **_metadata(source, paragraph)}
    unseen = sorted(metadata.keys() - EMBEDDED_METADATA)
    return LlamaDocument(
        id_=paragraph.reference,
        text=paragraph.text,
        metadata=metadata,
        excluded_embed_metadata_keys=unseen,
        excluded_llm_metadata_keys=unseen,
    )


def _metadata(source: ParsedDocument, paragraph: Paragraph) -> dict[str, str | int]:
    document, place = source.document, paragraph.place
    first, last = place.lines or (None, None)
    values: dict[str, str | int | None] = {
        "document_id": document.document_id,
        "title": document.title,
        "date": document.date,
        "kind": document.kind,
        "anchor": paragraph.anchor,
        "paragraph_kind": paragraph.kind,
        "section": paragraph.section,
        "mark": paragraph.mark,
        "source_path": document.path,
        "source_sha256": document.sha256,
        "url": document.url,
        "note": document.note,
        "first_line": first,
        "last_line": last,
        "pointer": place.pointer,
        "order": place.order,
        "page": place.page,
    }
    return {name: value for name, value in values.items() if value is not None}
