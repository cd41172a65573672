"""A question in, events out, as JSON values: progress, claims, the answer, or one line that says why there is none.

Events come in lists: all that is there at once is sent at once, which is the whole answer where no model is asked.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.assistant import Assistant
from assistant.bundle import make_bundle
from assistant.chat.answer import answer_html, claim_html
from assistant.chat.library import Library, Manner, can_ask_a_model, offered_models
from assistant.errors import AssistantError, QuestionError
from assistant.types import Answer, Claim, Mode
from ingest.catalogue import Filter
from ingest.errors import IngestError

MOST_PASSAGES = 20
LONGEST_HISTORY = 20  # turns; a longer one is cut at its beginning
ABSTAINED = "The documents do not say."

Event = dict[str, Any]


class Question(BaseModel):
    """What the page asks: the question, the turns before it, and the settings panel's choices."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    history: tuple[tuple[str, str], ...] = ()
    documents: tuple[str, ...] | None = None
    after: str | None = None
    before: str | None = None
    mode: Mode | None = None
    model: str | None = None
    passages: int | None = Field(default=None, ge=1, le=MOST_PASSAGES)

    @field_validator("after", "before")
    @classmethod
    def _a_day(cls, value: str | None) -> str | None:
        try:
            return date.fromisoformat(value).isoformat() if value else None
        except ValueError:
            raise ValueError(f"{value!r} is no day; write it as 2006-05-26") from None

    @model_validator(mode="after")
    def _some_document(self) -> Self:
        if self.documents is not None and not self.documents:
            raise ValueError("no document is chosen; choose one in the settings")
        if self.after and self.before and self.after > self.before:
            raise ValueError("the first day is after the last; change one of them in the settings")
        return self

    @property
    def within(self) -> Filter:
        """What the search is narrowed to."""
        return Filter(documents=self.documents, after=self.after, before=self.before)


def read_question(question: str, history: object, options: object) -> Question:
    """What came from the page, checked. Raises `QuestionError`."""
    try:
        return Question.model_validate({"question": question, "history": history or (), **dict(options or {})})  # type: ignore[call-overload]  # pydantic says what is wrong with it
    except (ValidationError, TypeError, ValueError) as error:
        detail = error.errors()[0]["msg"].removeprefix("Value error, ") if isinstance(error, ValidationError) else error
        raise QuestionError(f"The question cannot be asked: {detail}.") from error


async def answer_events(
    library: Library, question: str, history: object, options: object
) -> AsyncGenerator[list[Event]]:
    """Ask, and give lists of events as they come. Closing the generator closes the connection to the model."""
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    task = asyncio.create_task(_fill(events, library, question, history, options))
    try:
        done = False
        while not done:
            ready = [await events.get()]
            while not events.empty():
                ready.append(events.get_nowait())
            done = None in ready
            if told := [event for event in ready if event is not None]:
                yield told
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _fill(
    events: asyncio.Queue[Event | None], library: Library, question: str, history: object, options: object
) -> None:
    """Put the events of one question on the queue, and None behind the last."""
    loop = asyncio.get_running_loop()

    def progress(line: str) -> None:
        loop.call_soon_threadsafe(events.put_nowait, {"kind": "progress", "text": line})

    try:
        asked = read_question(question, history, options)
        assistant = await _assistant(library, asked)
        stream = assistant.astream(
            asked.question, history=asked.history[-LONGEST_HISTORY:], within=asked.within, progress=progress
        )
        async with library.turn(assistant), aclosing(stream):
            async for item in stream:
                events.put_nowait(_claim(item) if isinstance(item, Claim) else _answer(item, assistant))
    except (AssistantError, IngestError) as error:
        events.put_nowait({"kind": "error", "text": str(error)})
    finally:
        events.put_nowait(None)


async def _assistant(library: Library, asked: Question) -> Assistant:
    """The assistant for a question, over the newest generation. Raises `QuestionError` for what is not on offer."""
    if asked.mode == "llm" and not can_ask_a_model(library.settings):
        raise QuestionError("No model can be asked: set OPENAI_API_KEY or OPENAI_BASE_URL and start the chat again.")
    if asked.model is not None and asked.model not in offered_models(library.settings):
        raise QuestionError(f"The model {asked.model} is not on offer. Add it to PILCROW_MODELS.")
    if library.stale:
        await asyncio.to_thread(library.refresh)
    manner = Manner(asked.mode, asked.model, asked.passages)
    assistant = await asyncio.to_thread(library.assistant, manner)
    known = {document.document_id for document in assistant.documents()}
    if asked.documents is not None and not known.intersection(asked.documents):
        raise QuestionError("None of the chosen documents is in the index any more. Choose others in the settings.")
    return assistant


def _claim(claim: Claim) -> Event:
    return {"kind": "claim", "html": claim_html(claim), "text": claim.text}


def _answer(answer: Answer, assistant: Assistant) -> Event:
    """The answer for the page. Its bundle is text: a browser would write 1.0 as 1, and break its digests."""
    return {
        "kind": "answer",
        "status": answer.status,
        "html": answer_html(answer),
        "text": answer.answer or ABSTAINED,
        "references": [citation.reference for citation in answer.citations],
        "bundle": json.dumps(make_bundle(answer, assistant.settings), ensure_ascii=False),
    }
