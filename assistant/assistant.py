"""The assistant: an index and a way to answer, opened once and asked many times."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, overload

from assistant.budget import Allowance, Progress, silent
from assistant.checker import Checker, Layer
from assistant.citations import check_contract
from assistant.conflicts import with_conflicts
from assistant.entailment import EntailmentModel
from assistant.errors import ClaimError, QuestionError, RerankerError, UnknownReferenceError
from assistant.extractive import ExtractiveAnswerer
from assistant.query import Query
from assistant.rerank import POOL, CrossEncoderReranker, ModelReranker, Reranked, Reranker
from assistant.retrieval import EVERYTHING, Retriever, check_filter, shortened, some_of
from assistant.settings import Settings
from assistant.types import Answer, Claim, Draft, Event, History, Mode, Passage, Usage, Verdict
from ingest.catalogue import Filter
from ingest.embedding import Embedding, open_embedding
from ingest.index import Index
from ingest.types import Document, Paragraph

if TYPE_CHECKING:
    from assistant.generate import GenerativeAnswerer
    from assistant.llamaindex import PilcrowQueryEngine, PilcrowRetriever
    from assistant.rewriting import Lookup

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
        self.reranker = _reranker(settings, self.mode)
        self._generative: GenerativeAnswerer | None = None

    @classmethod
    def open(cls, settings: Settings | None = None) -> Assistant:
        """Open the index that the settings name (the environment's by default); builds nothing by itself.

        Raises `ingest.errors.IndexMissingError`, `IndexFingerprintError`, `EmbeddingError`, and `CrossEncoderError` or
        `RerankerError` for a reranker that cannot be used.
        """
        settings = settings or Settings.from_env()
        with ThreadPoolExecutor(1) as pool:
            embedding = pool.submit(open_embedding, settings)
            index = Index.open(settings.index)
            return cls(settings, index, embedding.result())

    def ask(
        self,
        question: str,
        *,
        history: Sequence[tuple[str, str]] = (),
        within: Filter = EVERYTHING,
        progress: Progress = silent,
    ) -> Answer:
        """Answer one question, after the earlier (question, answer) pairs of `history`, from what is `within`.

        `progress` is told, in one line each, of what the answer has to wait for. Raises `QuestionError` for a question
        that is empty or too long, its `FilterError` where nothing is `within`, `ModelError` where the model cannot be
        asked.
        """
        *_, answer = self._steps(question, tuple(history), within=within, progress=progress, stream=False)
        return _last(answer)

    async def aask(
        self,
        question: str,
        *,
        history: Sequence[tuple[str, str]] = (),
        within: Filter = EVERYTHING,
        progress: Progress = silent,
    ) -> Answer:
        """`ask`, for programs that must not wait. Cancelling it closes the connection to the model."""
        items = [item async for item in self.astream(question, history=history, within=within, progress=progress)]
        return _last(items[-1])

    def stream(
        self,
        question: str,
        *,
        history: Sequence[tuple[str, str]] = (),
        within: Filter = EVERYTHING,
        progress: Progress = silent,
    ) -> Generator[Claim | Answer]:
        """Each claim once it is checked, then the Answer with the same claims. Raises what `ask` raises.

        Closing the iterator closes the connection to the model.
        """
        yield from self._steps(question, tuple(history), within=within, progress=progress, stream=True)

    async def astream(
        self,
        question: str,
        *,
        history: Sequence[tuple[str, str]] = (),
        within: Filter = EVERYTHING,
        progress: Progress = silent,
    ) -> AsyncGenerator[Claim | Answer]:
        """`stream`, for programs that must not wait: closing it, or cancelling its task, closes the connection."""
        if self.mode != "llm":
            for known in await asyncio.to_thread(lambda: list(self.stream(question, history=history, within=within))):
                yield known
            return
        _check_question(question)
        check_filter(within, self.index.catalogue)
        started = time.perf_counter()
        model = self._model()
        allowance = model.allowance(progress)
        fallback = standalone_question(question, tuple(history))
        lookup = await model.alookup(question, tuple(history), fallback=fallback, allowance=allowance)
        retrieved = await asyncio.to_thread(self._candidates, lookup, within, allowance)
        times = (started, time.perf_counter())
        async with aclosing(model.aanswer(lookup, retrieved.passages, allowance=allowance)) as found:
            async for item in found:
                if isinstance(item, Draft):
                    yield self._finished(
                        question, lookup.question, item, within=within, retrieved=retrieved, times=times
                    )
                else:
                    yield item

    @overload
    def search(self, question: str, *, limit: int = 10, within: Filter = EVERYTHING) -> list[Passage]: ...  # type: ignore[overload-overlap]  # a str is a sequence of str too; the first match is meant
    @overload
    def search(
        self, question: Sequence[str], *, limit: int = 10, within: Filter = EVERYTHING
    ) -> list[list[Passage]]: ...
    def search(
        self, question: str | Sequence[str], *, limit: int = 10, within: Filter = EVERYTHING
    ) -> list[Passage] | list[list[Passage]]:
        """The paragraphs that bear on a question, best first; for many questions, a list for each.

        `within` narrows the search to documents, dates, a section, a kind of paragraph. Raises what `ask` raises.
        """
        questions = [question] if isinstance(question, str) else list(question)
        for item in questions:
            _check_question(item)
        check_filter(within, self.index.catalogue)
        queries = self.retriever.read(questions)
        found = [list(self._retrieved(query, limit, within, self._allowance()).passages) for query in queries]
        return found[0] if isinstance(question, str) else found

    @cached_property
    def extractive(self) -> ExtractiveAnswerer:
        """What answers without an answering model; it reads by the model that comes with Pilcrow alone."""
        return ExtractiveAnswerer(self.index, self._checked_by())

    @cached_property
    def checker(self) -> Checker:
        """What checks claims against the paragraphs of this index. Raises `CrossEncoderError` where `nli_dir` is
        wrong."""
        layers: list[Layer] = []
        if self.settings.nli_dir is not None:
            from assistant.nli import Inference

            layers.append(Inference.open(self.settings.nli_dir))
        if self.settings.judge and self.mode == "llm":
            from assistant.judge import SupportJudge
            from assistant.model import OpenAIModel

            layers.append(SupportJudge(OpenAIModel(self.settings)))
        return self._checked_by(layers)

    def check(self, claim: str, reference: str, *, text: str | None = None) -> Verdict:
        """Whether the paragraph says that, or would if `text` were its text. Raises `UnknownReferenceError`, and
        `ClaimError` for a claim that is empty or too long."""
        if not any(character.isalnum() for character in claim):
            raise ClaimError("The claim is empty. Give a sentence to check.")
        if len(claim) > LONGEST_QUESTION:
            raise ClaimError(
                f"The claim has {len(claim)} characters; {LONGEST_QUESTION} is the most. Check a sentence at a time."
            )
        stored = self.paragraph(reference)
        paragraph = stored if text is None else replace(stored, text=text)
        return self.checker.check(claim, paragraph, self.retriever.documents[paragraph.document_id])

    def documents(self) -> tuple[Document, ...]:
        """The documents of the index, by date."""
        return tuple(self.retriever.documents.values())

    def paragraphs(self, document_id: str) -> tuple[Paragraph, ...]:
        """A document's paragraphs in reading order. Raises `UnknownReferenceError`."""
        if document_id not in self.retriever.documents:
            known = some_of(list(self.retriever.documents))
            raise UnknownReferenceError(f"No document {shortened(document_id)}. The index holds: {known}.")
        return self.index.store.paragraphs_of(document_id)

    def paragraph(self, reference: str) -> Paragraph:
        """The paragraph of a reference such as `06SEOUL1789 ¶3`. Raises `UnknownReferenceError`."""
        found = self.index.store.paragraphs([reference]).get(reference)
        if found is not None:
            return found
        raise UnknownReferenceError(f"No paragraph {shortened(reference)}. {self._meant(reference)}")

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

    def _meant(self, reference: str) -> str:
        """What a reference that is none may mean: one that is written otherwise, a paragraph of its document."""
        alike = next((known for known in self.index.catalogue.numbers if _plain(known) == _plain(reference)), None)
        if alike is not None:
            return f"Did you mean {alike}?"
        documents = [
            name
            for name in self.retriever.documents
            if re.match(rf"{re.escape(name)}(?!\w)", reference.strip(), re.IGNORECASE)
        ]
        if not documents:
            return f"The index holds the documents {some_of(list(self.retriever.documents))}."
        document_id = max(documents, key=len)
        anchors = some_of([paragraph.anchor for paragraph in self.paragraphs(document_id)])
        if len(reference.strip()) == len(document_id):
            return f"Did you mean one of {document_id}'s paragraphs: {anchors}?"
        return f"{document_id} has: {anchors}."

    def _steps(
        self, question: str, history: History, *, within: Filter, progress: Progress, stream: bool
    ) -> Generator[Claim | Answer]:
        _check_question(question)
        check_filter(within, self.index.catalogue)
        if self.mode == "llm":
            yield from self._modelled(question, history, within=within, progress=progress, stream=stream)
            return
        started = time.perf_counter()
        standalone = standalone_question(question, history)
        query = self.retriever.read([standalone])[0]
        retrieved = self._retrieved(query, self.settings.passages, within, self._allowance(progress))
        times = (started, time.perf_counter())
        focus = self.retriever.read([question])[0] if history else None
        draft = self.extractive.answer(query, retrieved.passages, focus=focus)
        yield from draft.claims
        yield self._finished(question, standalone, draft, within=within, retrieved=retrieved, times=times)

    def _modelled(
        self, question: str, history: History, *, within: Filter, progress: Progress, stream: bool
    ) -> Generator[Claim | Answer]:
        started = time.perf_counter()
        model = self._model()
        allowance = model.allowance(progress)
        fallback = standalone_question(question, history)
        lookup = model.lookup(question, history, fallback=fallback, allowance=allowance)
        retrieved = self._candidates(lookup, within, allowance)
        times = (started, time.perf_counter())
        with closing(model.answer(lookup, retrieved.passages, allowance=allowance, stream=stream)) as found:
            for item in found:
                if isinstance(item, Draft):
                    yield self._finished(
                        question, lookup.question, item, within=within, retrieved=retrieved, times=times
                    )
                else:
                    yield item

    def _retrieved(self, query: Query, limit: int, within: Filter, allowance: Allowance) -> Reranked:
        """The passages for a question, read again by the reranker where there is one."""
        if self.reranker is None:
            return Reranked(tuple(self.retriever.search(query, limit=limit, within=within)))
        passages = self.retriever.search(query, limit=max(limit, POOL), within=within)
        found = self.reranker.rerank(query.text, passages, allowance=allowance)
        return replace(found, passages=tuple(self.retriever.in_turns(query.text, found.passages)[:limit]))

    def _candidates(self, lookup: Lookup, within: Filter, allowance: Allowance) -> Reranked:
        """The passages for a model to choose from: those of the question and of its parts, in turn."""
        from assistant.generate import CANDIDATES, in_turn

        limit = max(CANDIDATES, self.settings.passages)
        found = [
            self._retrieved(query, limit, within, allowance) for query in self.retriever.read(list(lookup.questions))
        ]
        return Reranked(
            tuple(in_turn([item.passages for item in found])),
            tuple(event for item in found for event in item.events),
            sum((item.usage for item in found), start=Usage()),
        )

    def _checked_by(self, layers: Sequence[Layer] = ()) -> Checker:
        entailment = EntailmentModel.open(self.settings.model_dir)
        return Checker(self.index.store, self.index.lexical, entailment=entailment, layers=layers)

    def _allowance(self, progress: Progress = silent) -> Allowance:
        return Allowance.of(self.settings, progress=progress)

    def _finished(
        self,
        question: str,
        standalone: str,
        draft: Draft,
        *,
        within: Filter,
        retrieved: Reranked,
        times: tuple[float, float],
    ) -> Answer:
        """The answer with where it came from; `times` are when it was begun and when its passages were there."""
        notes = dict.fromkeys(note for claim in draft.claims for note in claim.verdict.notes)
        draft = draft.with_events(Event("not_judged", note) for note in notes)
        if not draft.claims and within != EVERYTHING:
            searched = self.index.catalogue.within(within)
            told = f"Only {searched.sum()} of {len(searched)} paragraphs were searched, as the question was narrowed."
            draft = draft.with_events([Event("narrowed", told)])
        draft = with_conflicts(draft, standalone, retrieved.passages[: self.settings.passages])
        check_contract((*draft.claims, *draft.conflicts), draft.citations)
        events, usage = (*retrieved.events, *draft.events), retrieved.usage + draft.usage
        draft = replace(draft, events=events, usage=usage)
        started, found = times
        done = time.perf_counter()
        return Answer(
            question=question,
            standalone_question=standalone,
            mode=self.mode,
            model=self.settings.model if self.mode == "llm" else None,
            draft=draft,
            passages=retrieved.passages,
            generation=self.index.generation,
            embedding=self.embedding.name,
            timings_ms={
                "retrieve": _milliseconds(found - started),
                "answer": _milliseconds(done - found),
                "total": _milliseconds(done - started),
            },
        )

    def _model(self) -> GenerativeAnswerer:
        if self._generative is None:
            from assistant.generate import GenerativeAnswerer
            from assistant.model import OpenAIModel

            self._generative = GenerativeAnswerer(OpenAIModel(self.settings), self.settings, checker=self.checker)
        return self._generative


def _reranker(settings: Settings, mode: Mode) -> Reranker | None:
    if settings.reranker == "model":
        if settings.reranker_dir is not None:
            raise RerankerError("PILCROW_RERANKER=model and PILCROW_RERANKER_DIR are both set. Unset one of them.")
        if mode != "llm":
            raise RerankerError(
                "PILCROW_RERANKER=model needs an answering model. Set OPENAI_API_KEY or OPENAI_BASE_URL, or unset it."
            )
        from assistant.model import OpenAIModel

        return ModelReranker(OpenAIModel(settings))
    if settings.reranker_dir is None:
        return None
    return CrossEncoderReranker.open(settings.reranker_dir)


def standalone_question(question: str, history: History) -> str:
    """The question with the last one before it, where it is short enough to lean on that one."""
    question = " ".join(question.split())
    if history and len(question.split()) <= 8:
        return f"{' '.join(history[-1][0].split())} {question}"
    return question


def _last(item: Claim | Answer) -> Answer:
    """The answer that every stream ends with."""
    if not isinstance(item, Answer):
        raise TypeError("A stream of claims ends with its Answer.")
    return item


def _plain(reference: str) -> str:
    """A reference without its blanks, its case and the sign of a paragraph, or what is written for that."""
    return re.sub(r"\s|[¶§]|(?<=\s)p(?:ara(?:graph)?)?\.?(?=\s*\d)", "", reference.casefold())


def _check_question(question: str) -> None:
    if not any(character.isalnum() for character in question):
        raise QuestionError('The question is empty. Ask something, e.g. "Who signed the cable?".')
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question)} characters; {LONGEST_QUESTION} is the most. Ask a shorter one."
        )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
