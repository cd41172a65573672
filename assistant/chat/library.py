"""The assistant in use. A new generation of the index is opened beside it, then takes its place whole."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.types import Mode
from ingest.index import Index, current_generation

MOST_VARIANTS = 24
AT_WORK = 2  # questions at the same time, where no model is waited for


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question is to be answered; what is None is as the settings have it."""

    mode: Mode | None = None
    model: str | None = None
    passages: int | None = None


class Library:
    """Hands out the assistant over the newest generation. Safe to share between threads.

    A question under way keeps the assistant that it was given: generations are never written to.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._variants: dict[Manner, Assistant] = {}
        self._opening = threading.Lock()
        self._at_work = asyncio.Semaphore(AT_WORK)

    @property
    def settings(self) -> Settings:
        """What the chat was started with."""
        return self._assistant.settings

    @property
    def stale(self) -> bool:
        """Whether `pilcrow ingest`, here or elsewhere, has switched to another generation. One small file is read."""
        generation = current_generation(self.settings.index)
        return generation is not None and generation != self._assistant.index.generation

    def refresh(self) -> None:
        """Open the newest generation and put it in place. Raises what `Index.open` raises; then the old one stays."""
        with self._opening:
            if self.stale:
                settings, embedding = self.settings, self._assistant.embedding
                assistant = Assistant(settings, Index.open(settings.index), embedding)
                self._assistant, self._variants = assistant, {}

    def turn(self, assistant: Assistant) -> AbstractAsyncContextManager[None]:
        """Wait for a turn to answer: without a model all of it is work for the processor, best done one by one."""
        return self._at_work if assistant.mode == "extractive" else nullcontext()

    def assistant(self, manner: Manner | None = None) -> Assistant:
        """The assistant in use, or one over the same index that answers in another manner."""
        assistant, variants = self._assistant, self._variants
        manner = manner or Manner()
        changes = {
            name: value
            for name, value in (
                ("mode", manner.mode),
                ("model", manner.model),
                ("passages", manner.passages),
                ("reranker", "off" if manner.mode == "extractive" else None),  # where no model is asked, none ranks
            )
            if value is not None and value != getattr(assistant.settings, name)
        }
        if not changes:
            return assistant
        variant = variants.get(manner)
        if variant is None:
            if len(variants) >= MOST_VARIANTS:
                variants.clear()
            settings = assistant.settings.model_copy(update=changes)
            variant = variants[manner] = Assistant(settings, assistant.index, assistant.embedding)
        return variant


def can_ask_a_model(settings: Settings) -> bool:
    """Whether a key or an address of a model server is set."""
    return bool(settings.openai_api_key or settings.openai_base_url)


def offered_models(settings: Settings) -> tuple[str, ...]:
    """The models that people may choose: the settings' own and `PILCROW_MODELS`; none where no server is set."""
    if not can_ask_a_model(settings):
        return ()
    more = [name.strip() for name in settings.models.split(",")]
    return tuple(dict.fromkeys(name for name in (settings.model, *more) if name))
