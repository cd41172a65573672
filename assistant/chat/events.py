"""What the page can ask of the server: plain functions on JSON values; an expected error is `{"error": one line}`."""

from __future__ import annotations

import base64
import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from importlib.metadata import version
from pathlib import Path, PurePath
from typing import Any

from assistant.assistant import Assistant
from assistant.chat.asking import MOST_PASSAGES, answer_events
from assistant.chat.examples import examples
from assistant.chat.export import export
from assistant.chat.feedback import gold, keep
from assistant.chat.library import Library, Manner, can_ask_a_model, offered_models
from assistant.chat.reader import document_html
from assistant.chat.uploads import UploadError, Uploads, limits
from assistant.errors import AssistantError
from ingest.errors import IngestError
from ingest.types import Document


class Events:
    """The events of one chat. `received` is the folder that uploaded files arrive in."""

    def __init__(self, library: Library, *, received: Path) -> None:
        self.library = library
        self.received = received.resolve()
        self.uploads = Uploads(library)
        self._examples: dict[str, list[str]] = {}
        self._drawing = threading.Lock()

    async def ask(
        self, question: str, history: list[list[str]] | None = None, options: dict[str, Any] | None = None
    ) -> AsyncGenerator[list[dict[str, Any]]]:
        """Ask a question after the earlier (question, answer) pairs of `history`. Lists of events come as they are
        ready, the answer with its evidence last. `options` may hold documents, after, before, mode, model, passages."""
        async with aclosing(answer_events(self.library, question, history, options)) as told:
            async for events in told:
                yield events

    def overview(self) -> dict[str, Any]:
        """The documents, the questions to begin with, how questions are answered, and what may be chosen."""
        try:
            if self.library.stale:
                self.library.refresh()
            assistant = self.library.assistant()
            return {
                "version": version("pilcrow"),
                "generation": assistant.index.generation,
                "mode": assistant.mode,
                "model": assistant.settings.model if assistant.mode == "llm" else None,
                "can_ask_a_model": can_ask_a_model(assistant.settings),
                "models": list(offered_models(assistant.settings)),
                "passages": assistant.settings.passages,
                "most_passages": MOST_PASSAGES,
                "limits": limits(),
                "documents": [_listed(assistant, document) for document in assistant.documents()],
                "examples": self._drawn(assistant),
            }
        except (AssistantError, IngestError) as error:
            return {"error": str(error)}

    def document(self, document_id: str) -> dict[str, Any]:
        """A whole document as HTML."""
        assistant = self.library.assistant()
        found = next((item for item in assistant.documents() if item.document_id == document_id), None)
        if found is None:
            return {"error": f"No document {document_id} in the index any more. Choose another."}
        return {"html": document_html(found, assistant.paragraphs(document_id))}

    def feedback(self, given: dict[str, Any]) -> dict[str, Any]:
        """Keep a judgement on an answer."""
        try:
            keep(self.library.settings.index, given)
        except AssistantError as error:
            return {"error": str(error)}
        return {"kept": True}

    def gold(self) -> dict[str, Any]:
        """The judgements so far as gold questions."""
        found = gold(self.library.settings.index)
        return {"lines": found.lines, "questions": found.questions, "left_out": found.left_out}

    def export(self, bundles: list[str], form: str) -> dict[str, Any]:
        """Answers as a file: `md`, `html`, `json` or `zip`; its content in base64."""
        try:
            file = export(bundles, form)
        except AssistantError as error:
            return {"error": str(error)}
        return {"name": file.name, "kind": file.kind, "content": base64.b64encode(file.content).decode()}

    async def add_documents(self, paths: list[str]) -> AsyncGenerator[dict[str, Any]]:
        """Ingest files that have arrived; `stage`, `done`, then `report` or `error`."""
        try:
            files = [self._arrived(path) for path in paths]
        except AssistantError as error:
            yield {"error": str(error)}
            return
        async with aclosing(self.uploads.add(files)) as events:
            async for event in events:
                yield event
        for file in files:
            file.unlink(missing_ok=True)

    async def remove_document(self, document_id: str) -> AsyncGenerator[dict[str, Any]]:
        """Take a document out of the index; the same events."""
        async with aclosing(self.uploads.remove(document_id)) as events:
            async for event in events:
                yield event

    def _drawn(self, assistant: Assistant) -> list[str]:
        """The questions to begin with, drawn once a generation, without a model."""
        generation = assistant.index.generation
        with self._drawing:
            if generation not in self._examples:
                self._examples = {generation: examples(self.library.assistant(Manner(mode="extractive")))}
            return self._examples[generation]

    def _arrived(self, path: str) -> Path:
        """A file that was uploaded: no other file of this machine may be named."""
        file = Path(path).resolve()
        if self.received not in file.parents or not file.is_file():
            raise UploadError(f"{PurePath(path).name} did not arrive. Send it again.")
        return file


def _listed(assistant: Assistant, document: Document) -> Mapping[str, Any]:
    kinds = [entry.kind for entry in assistant.index.catalogue.entries if entry.document_id == document.document_id]
    return {
        "document_id": document.document_id,
        "title": document.title,
        "date": document.date,
        "kind": document.kind,
        "note": document.note,
        "source": PurePath(document.path).name,
        "paragraphs": kinds.count("body"),
    }
