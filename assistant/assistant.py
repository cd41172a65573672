"""The assistant: an index and a way to answer, opened once and asked many times."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, overload

from assistant.citations import check_contract
from assistant.errors import QuestionError, UnknownReferenceError
from assistant.extractive import ExtractiveAnswerer
from assistant.retrieval import Retriever
from assistant.settings import Settings
from assistant.support import check_support
from assistant.types import Answer, Claim, History, Mode, Passage, Verdict
from ingest.embedding import Embedding, open_embedding
from ingest.index import Index
from ingest.types import Document, Paragraph

if TYPE_CHECKING:
    from assistant.generate import GenerativeAnswerer
    from assistant.llamaindex import PilcrowQueryEngine, PilcrowRetriever

LONGEST_QUESTION = 4_000


class Assistant:
    """Answers questions over an index. Safe to share between threads."""

    def __init__(self, settings: Settings, index: Index, embedding: Embedding) -> None:
        index.check_model(embedding.name)
        self.settings = settings
        self.index = index
        self.embedding = embedding
        self.mode: Mode = settings.answer_mode()
        self.retriever = Retriever(index, embedding)
        self.extractive = ExtractiveAnswerer(index)
        self._generative: GenerativeAnswerer | None = None

    @classmethod
    def open(cls, settings: Settings | None = None) -> Assistant:
        """Open the index that the settings name (the environment's by default); builds nothing by itself.

        Raises `ingest.errors.IndexMissingError`, `IndexFingerprintError`, `EmbeddingError`.
        """
        settings = settings or Settings.from_env()
        with ThreadPoolExecutor(1) as pool:
            embedding = pool.submit(open_embedding, settings)
            index = Index.open(settings.index)
            return cls(settings, index, embedding.result())

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """Answer one question, after the earlier (question, answer) pairs of `history`.

        Raises `QuestionError` for one that is empty or too long, `ModelError` where the model cannot be asked.
        """
        return self._answer(question, tuple(history), stream=False)

    async def aask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer:
        """`ask`, for programs that must not wait: runs in a thread."""
        return await asyncio.to_thread(self.ask, question, history=history)

    def stream(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Iterator[Claim | Answer]:
        """Each claim once it is checked, then the Answer."""
        answer = self._answer(question, tuple(history), stream=True)
        yield from answer.claims
        yield answer

    @overload
    def search(self, question: str, *, limit: int = 10) -> list[Passage]: ...  # type: ignore[overload-overlap]  # a str is a sequence of str too; the first match is meant
    @overload
    def search(self, question: Sequence[str], *, limit: int = 10) -> list[list[Passage]]: ...
    def search(self, question: str | Sequence[str], *, limit: int = 10) -> list[Passage] | list[list[Passage]]:
        """The paragraphs that bear on a question, best first; for many questions, a list for each, in one batch."""
        questions = [question] if isinstance(question, str) else list(question)
        for item in questions:
            _check_question(item)
        found = self.retriever.search(questions, self.retriever.embed(questions), limit=limit)
        return found[0] if isinstance(question, str) else found

    def check(self, claim: str, reference: str) -> Verdict:
        """Whether the paragraph says that. Raises `UnknownReferenceError`."""
        paragraph = self.paragraph(reference)
        document = self.retriever.documents[paragraph.document_id]
        return check_support(claim, paragraph.text, paragraph.text, context=f"{document.title} {document.date}")

    def documents(self) -> tuple[Document, ...]:
        """The documents of the index, by date."""
        return tuple(self.retriever.documents.values())

    def paragraphs(self, document_id: str) -> tuple[Paragraph, ...]:
        """A document's paragraphs in reading order. Raises `UnknownReferenceError`."""
        if document_id not in self.retriever.documents:
            known = ", ".join(self.retriever.documents)
            raise UnknownReferenceError(f"No document {document_id}. The index holds: {known}.")
        return self.index.store.paragraphs_of(document_id)

    def paragraph(self, reference: str) -> Paragraph:
        """The paragraph of a reference such as `06SEOUL1789 ¶3`. Raises `UnknownReferenceError`."""
        found = self.index.store.paragraphs([reference]).get(reference)
        if found is not None:
            return found
        document_id = next((name for name in self.retriever.documents if reference.startswith(f"{name} ")), None)
        if document_id is None:
            known = ", ".join(self.retriever.documents)
            raise UnknownReferenceError(f"No paragraph {reference}. The index holds the documents {known}.")
        anchors = ", ".join(paragraph.anchor for paragraph in self.paragraphs(document_id))
        raise UnknownReferenceError(f"No paragraph {reference}. {document_id} has: {anchors}.")

    def mode_line(self) -> str:
        """How questions are answered, in a few words for a person."""
        if self.mode == "llm":
            return f"by the model {self.settings.model}"
        return "from the documents' own sentences, without a model"

    def as_query_engine(self) -> PilcrowQueryEngine:
        """A LlamaIndex query engine: its Response has the answer's text and, as source nodes, what is cited."""
        from assistant.llamaindex import PilcrowQueryEngine

        return PilcrowQueryEngine(self)

    def as_retriever(self, *, limit: int = 10) -> PilcrowRetriever:
        """A LlamaIndex retriever over paragraphs."""
        from assistant.llamaindex import PilcrowRetriever

        return PilcrowRetriever(self, limit=limit)

    def _answer(self, question: str, history: History, *, stream: bool) -> Answer:
        _check_question(question)
        started = time.perf_counter()
        standalone = standalone_question(question, history)
        vectors = self.retriever.embed([standalone])
        passages = self.retriever.search([standalone], vectors, limit=self.settings.passages)[0]
        retrieved = time.perf_counter()
        if self.mode == "llm":
            draft = self._model().answer(question, passages, history=history, stream=stream)
        else:
            draft = self.extractive.answer(standalone, vectors[0], passages)
        check_contract(draft.claims, draft.citations)
        done = time.perf_counter()
        return Answer(
            question=question,
            standalone_question=standalone,
            mode=self.mode,
            model=self.settings.model if self.mode == "llm" else None,
            draft=draft,
            passages=tuple(passages),
            generation=self.index.generation,
            embedding=self.embedding.name,
            timings_ms={
                "retrieve": _milliseconds(retrieved - started),
                "answer": _milliseconds(done - retrieved),
                "total": _milliseconds(done - started),
            },
        )

    def _model(self) -> GenerativeAnswerer:
        if self._generative is None:
            from assistant.generate import GenerativeAnswerer
            from assistant.model import OpenAIModel

            self._generative = GenerativeAnswerer(OpenAIModel(self.settings), prompt_tokens=self.settings.prompt_tokens)
        return self._generative


def standalone_question(question: str, history: History) -> str:
    """The question with the last one before it, where it is short enough to lean on that one."""
    question = " ".join(question.split())
    if history and len(question.split()) <= 8:
        return f"{' '.join(history[-1][0].split())} {question}"
    return question


def _check_question(question: str) -> None:
    if not any(character.isalnum() for character in question):
        raise QuestionError('The question is empty. Ask something, e.g. "Who signed the cable?".')
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question)} characters; {LONGEST_QUESTION} is the most. Ask a shorter one."
        )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
