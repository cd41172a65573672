"""What one question may take: tokens are counted before they are sent, and time and tokens run out together."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from assistant.errors import ModelError
from assistant.settings import Settings
from assistant.types import Passage, Usage

TOKEN = re.compile(r"[A-Z][a-z]{1,4}|[a-z]{1,5}|[A-Z]{1,2}|\d|\n|[!-/:-@\[-`{-~]")
OTHER = re.compile(r"[^\x00-\x7f\s]")
TOKENS_PER_OTHER = 1.5
TOKENS_PER_HEADING = 40
MARGIN = 0.05
PER_MILLION = 1_000_000

Progress = Callable[[str], None]


def silent(_line: str) -> None:
    """Shows no progress."""


@lru_cache(maxsize=4096)
def token_count(text: str) -> int:
    """Tokens of a text, counted high, so that no tokenizer has to be loaded: five letters or two capitals of a word, a
    digit and a sign are one each, a character of another script one and a half. On English, Korean and Japanese prose
    that is up to 60 % above OpenAI's cl100k."""
    return len(TOKEN.findall(text)) + int(TOKENS_PER_OTHER * len(OTHER.findall(text))) + 1


def within_budget(passages: Sequence[Passage], tokens: int) -> tuple[Passage, ...]:
    """Passages by rank until the token budget is full; at least one."""
    taken: list[Passage] = []
    used = 0
    for passage in sorted(passages, key=lambda item: item.rank):
        used += token_count(passage.paragraph.text) + TOKENS_PER_HEADING
        if taken and used > tokens:
            break
        taken.append(passage)
    return tuple(taken)


def reading_order(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """By document (oldest first), then by place in it."""
    return tuple(
        sorted(
            passages,
            key=lambda item: (item.document.date or "9999", item.document.document_id, item.paragraph.place.position),
        )
    )


@dataclass(slots=True)
class Allowance:
    """The time and the tokens that one question has left. `progress` is told of every wait."""

    seconds: float
    answer_tokens: int
    question_tokens: int | None = None
    prompt_price: float | None = None
    completion_price: float | None = None
    progress: Progress = silent
    used: Usage = field(default_factory=Usage)
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = time.monotonic() + self.seconds

    @classmethod
    def of(cls, settings: Settings, *, progress: Progress = silent) -> Allowance:
        """A fresh one, as the settings have it."""
        return cls(
            seconds=settings.deadline,
            answer_tokens=settings.answer_tokens,
            question_tokens=settings.question_tokens,
            prompt_price=settings.prompt_price,
            completion_price=settings.completion_price,
            progress=progress,
        )

    def seconds_left(self) -> float:
        """Seconds until the deadline, 0 where it has passed."""
        return max(0.0, self.ends - time.monotonic())

    def tokens_left(self) -> int | None:
        """Tokens until the cap, None without one."""
        if self.question_tokens is None:
            return None
        return max(0, self.question_tokens - self.used.prompt_tokens - self.used.completion_tokens)

    def reply_tokens(self, prompt: int) -> int:
        """The most tokens that the reply to a prompt of so many may have; 0 where the cap leaves no room for one."""
        left = self.tokens_left()
        return self.answer_tokens if left is None else max(0, min(self.answer_tokens, left - prompt))

    def check(self, prompt: int) -> None:
        """Raise `ModelError` where a prompt of so many tokens may not be sent."""
        if not self.reply_tokens(prompt):
            raise ModelError(
                f"The question would take more than its {self.question_tokens} tokens: {self.tokens_left()} are left, "
                f"the next prompt has about {prompt}. Raise PILCROW_QUESTION_TOKENS."
            )

    def spend(self, usage: Usage) -> Usage:
        """Count a reply's tokens; returns them with their cost."""
        usage = self.priced(usage)
        self.used = self.used + usage
        return usage

    def priced(self, usage: Usage) -> Usage:
        """The same tokens with their cost, where both prices are set."""
        if self.prompt_price is None or self.completion_price is None:
            return usage
        cost = usage.prompt_tokens * self.prompt_price + usage.completion_tokens * self.completion_price
        return Usage(usage.prompt_tokens, usage.completion_tokens, cost / PER_MILLION)


def paragraph_tokens(settings: Settings, *, context: int | None, allowance: Allowance, around: int) -> int:
    """The token budget for paragraphs: as set, and so that prompt and reply stay within the context and the cap.

    `around` counts what the prompt holds besides paragraphs; `context` is the model's, where it is known. A reply is
    left half of what is there, at most.
    """
    budget = settings.prompt_tokens
    for whole in (context, allowance.tokens_left()):
        if whole is not None:
            reply = min(allowance.answer_tokens, whole // 2)
            budget = min(budget, int(whole * (1 - MARGIN)) - reply - around)
    return max(0, budget)
