"""A question and its passages in, a Draft out, by a model whose claims are checked one by one as they come.

What holds is kept and may be shown at once; what does not is sent back once, alone, and then dropped and told.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import replace
from itertools import zip_longest

from assistant.answering import Answering
from assistant.budget import Allowance, Progress, silent
from assistant.checker import Checker
from assistant.dialogue import aconverse, converse
from assistant.model import ChatModel
from assistant.rewriting import Lookup, Rewriting
from assistant.settings import Settings
from assistant.types import Claim, Draft, History, Passage

CANDIDATES = 100
"""Passages retrieved for a model, at least; the token budget decides how many of them it is given."""


class GenerativeAnswerer:
    """Asks a model, and lets nothing through that the passages do not hold. Safe to share between threads."""

    def __init__(self, model: ChatModel, settings: Settings, *, checker: Checker | None = None) -> None:
        self.model = model
        self.settings = settings
        self.checker = checker

    def allowance(self, progress: Progress = silent) -> Allowance:
        """What one question may take, from now on; `progress` is told of every wait."""
        return Allowance.of(self.settings, progress=progress)

    def lookup(self, question: str, history: History, *, fallback: str, allowance: Allowance) -> Lookup:
        """What to look up for a question: see `assistant.rewriting`. Raises `ModelError`."""
        rewriting = Rewriting(question, history, fallback=fallback, allowance=allowance)
        list(converse(self.model, rewriting, stream=False))
        return rewriting.lookup()

    async def alookup(self, question: str, history: History, *, fallback: str, allowance: Allowance) -> Lookup:
        """`lookup`, for programs that must not wait."""
        rewriting = Rewriting(question, history, fallback=fallback, allowance=allowance)
        async for _ in aconverse(self.model, rewriting):
            pass
        return rewriting.lookup()

    def answer(
        self, lookup: Lookup, passages: Sequence[Passage], *, allowance: Allowance, stream: bool
    ) -> Generator[Claim | Draft]:
        """Each claim once it is checked, then the draft with all of them. Raises `ModelError`."""
        answering = self._answering(lookup, passages, allowance)
        yield from converse(self.model, answering, stream=stream)
        yield answering.draft()

    async def aanswer(
        self, lookup: Lookup, passages: Sequence[Passage], *, allowance: Allowance
    ) -> AsyncGenerator[Claim | Draft]:
        """`answer` with streaming, for programs that must not wait."""
        answering = self._answering(lookup, passages, allowance)
        async for claim in aconverse(self.model, answering):
            yield claim
        yield answering.draft()

    def _answering(self, lookup: Lookup, passages: Sequence[Passage], allowance: Allowance) -> Answering:
        return Answering(
            lookup,
            passages,
            settings=self.settings,
            dialect=self.model.dialect,
            allowance=allowance,
            address=self.model.address,
            checker=self.checker,
        )


def in_turn(found: Sequence[Sequence[Passage]]) -> list[Passage]:
    """The passages of several questions as one ranking: the best of each, then the second of each, and so on."""
    merged: dict[str, Passage] = {}
    for rank in zip_longest(*found):
        for passage in rank:
            if passage is not None:
                merged.setdefault(passage.reference, passage)
    return [replace(passage, rank=rank) for rank, passage in enumerate(merged.values(), start=1)]
