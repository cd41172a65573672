"""A question with its history in, what to look up out: one question that stands alone, and its parts.

A model is asked at most twice, by small prompts, and only where there are earlier questions or the question has several
parts. Where its reply cannot be used, the question is looked up as it is and an event says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.budget import Allowance
from assistant.citations import STRAY_MARK
from assistant.errors import ModelError
from assistant.exchange import Message, Reply
from assistant.failures import ContextTooLongError
from assistant.prompting import condense_messages, split_messages
from assistant.types import Event, History, Usage

LONGEST_TURNS = 6
LONGEST_LINE = 600
MOST_PARTS = 4
PREFIX = re.compile(r"^(?:\W*(?:[-*•]|\d{1,2}[.)])\s+|(?:follow-up |standalone )?question\s*:\s*)", re.IGNORECASE)
COMPARES = re.compile(
    r"\b(?:compar\w+|contrast\w*|differ\w*|versus|vs|side by side|both|respectively|set .{3,80} against"
    r"|in the days of|then and (?:now|in))\b",
    re.IGNORECASE,
)
ASKING = r"(?:who|whom|whose|what|when|where|which|why|how)"
SEVERAL = re.compile(rf"\b{ASKING}\b.*(?:,|;|:|\band\b|\bor\b|\?).{{0,40}}\b{ASKING}\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What to look up: the question as it stands alone, its parts where it has several, and what happened on the way.

    `asked` is what the answering model is asked, after the turns of `history` where the question still leans on them.
    """

    question: str
    asked: str
    parts: tuple[str, ...] = ()
    history: History = ()
    events: tuple[Event, ...] = ()
    usage: Usage = field(default_factory=Usage)

    @property
    def questions(self) -> tuple[str, ...]:
        """All that is looked up, the whole question first."""
        return tuple(dict.fromkeys((self.question, *self.parts)))


class Rewriting:
    """The small requests that make a question fit to look up, one after the other: `request`, then `finish`."""

    structured = None

    def __init__(self, question: str, history: History, *, fallback: str, allowance: Allowance) -> None:
        self.allowance = allowance
        self._asked = " ".join(question.split())
        self._history = history[-LONGEST_TURNS:]
        self._question = fallback if history else self._asked
        self._parts: tuple[str, ...] = ()
        self._condensed = not history
        self._split = False
        self._kept: History = ()
        self._events: list[Event] = []
        self._usage = Usage()

    def request(self) -> tuple[Message, ...] | None:
        """What to ask next, None where there is nothing to ask."""
        if not self._condensed:
            return condense_messages(self._asked, self._history)
        if not self._split and not self._kept and has_parts(self._question):
            return split_messages(self._question)
        return None

    def feed(self, piece: str) -> list[str]:  # noqa: ARG002  # the signature is Dialogue's
        """Nothing can be told before the reply is whole."""
        return []

    def finish(self, reply: Reply) -> list[str]:
        """Take the reply to the last request."""
        self._usage = self._usage + reply.usage
        self._events += reply.events
        lines = _lines(reply.text) if reply.finished else []
        if not self._condensed:
            self._condensed = True
            self._take_question(lines)
        else:
            self._split = True
            self._take_parts(lines)
        return []

    def fail(self, error: ModelError) -> None:
        """A conversation too long for the model is no reason not to answer; any other failure is."""
        if not isinstance(error, ContextTooLongError):
            raise error
        self.finish(Reply("", Usage(), finished=False))

    def lookup(self) -> Lookup:
        """What came of it."""
        asked = self._asked if self._kept else self._question
        return Lookup(self._question, asked, self._parts, self._kept, tuple(self._events), self._usage)

    def _take_question(self, lines: list[str]) -> None:
        if len(lines) == 1:
            self._question = lines[0]
            return
        self._kept = self._history
        self._events.append(
            Event("not_condensed", f"The follow-up was looked up as it is: the model gave {len(lines)} lines for one.")
        )

    def _take_parts(self, lines: list[str]) -> None:
        if 1 <= len(lines) <= MOST_PARTS:
            self._parts = tuple(lines) if len(lines) > 1 else ()
            return
        self._events.append(
            Event("not_split", f"The question was looked up whole: the model gave {len(lines)} parts for 2 to 4.")
        )


def has_parts(question: str) -> bool:
    """Whether a question likely asks several things, or compares: by its words alone."""
    return question.count("?") > 1 or bool(COMPARES.search(question) or SEVERAL.search(question))


def _lines(text: str) -> list[str]:
    """The lines that may be a question; none where one of them can be none."""
    lines = [PREFIX.sub("", STRAY_MARK.sub("", line)).strip().strip('"“”') for line in text.splitlines()]
    lines = [line for line in lines if line]
    if any(len(line) > LONGEST_LINE or not any(map(str.isalnum, line)) for line in lines):
        return []
    return lines
