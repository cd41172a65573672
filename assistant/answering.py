"""One question on its way to an answer: requests out, pieces of replies in, checked claims out. It does no I/O.

What holds is kept as it comes. What does not, or in part only, is sent back once, alone; then it is dropped and told,
or shown as the part it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.budget import Allowance, paragraph_tokens, reading_order, token_count, within_budget
from assistant.checker import Checker
from assistant.checking import CheckedClaim, check_claim
from assistant.citations import CitationList
from assistant.dialect import Dialect
from assistant.errors import ModelError
from assistant.exchange import Message, Reply, Structured
from assistant.failures import ContextTooLongError
from assistant.prompting import answer_messages, repair_messages
from assistant.reply_reader import ReplyReader
from assistant.rewriting import Lookup
from assistant.settings import Settings
from assistant.types import Claim, Draft, Event, Passage, Usage
from assistant.written import ANSWER_SCHEMA, WrittenClaim

SAME_SENTENCE = 70.0
"""Words shared by a claim that failed and one that was sent in its place, by rapidfuzz's token_set_ratio."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A claim that did not hold, or, without a sentence, a part of a reply that could not be read."""

    problem: str
    sentence: str = ""

    def event(self) -> Event:
        """What became of it."""
        return Event("dropped_claim" if self.sentence else "dropped", self.problem)


class Answering:
    """At most two requests, and one more where the first prompt was too long for the model."""

    def __init__(
        self,
        lookup: Lookup,
        passages: Sequence[Passage],
        *,
        settings: Settings,
        dialect: Dialect,
        allowance: Allowance,
        address: str,
        checker: Checker | None = None,
    ) -> None:
        self.allowance = allowance
        self.structured: Structured | None = None
        self._lookup = lookup
        self._settings = settings
        self._dialect = dialect
        self._address = address
        self._checker = checker
        self._passages = tuple(passages)
        self._messages: tuple[Message, ...] | None = None
        self._rounds = 0
        self._shrunk = False
        self._tries_plain = False
        self._reader = ReplyReader()
        self._citations = CitationList()
        self._claims: list[Claim] = []
        self._failed: list[Failed] = []
        self._sent_back: list[Failed] = []
        self._seen: list[str] = []
        self._missing: list[str] = []
        self._events: list[Event] = list(lookup.events)
        self._usage: Usage = lookup.usage
        self._fill(self._budget())

    def request(self) -> Sequence[Message] | None:
        """What to ask next: the question, then what has to be mended, then nothing."""
        return self._messages

    def feed(self, piece: str) -> list[Claim]:
        """The claims that a piece of the reply completes, checked."""
        return self._take(self._reader.feed(piece))

    def finish(self, reply: Reply) -> list[Claim]:
        """The claims that the end of the reply completes, and the next request where something has to be mended."""
        claims = self._take(self._reader.close(finished=reply.finished))
        self._failed += [Failed(problem) for problem in self._reader.problems]
        self._missing += [item for item in self._reader.missing if item not in self._missing]
        self._usage = self._usage + reply.usage
        self._events += reply.events
        self._rounds += 1
        self._messages = None
        if not reply.finished:
            self._stop_early(reply)
        elif self._rounds == 1 and not self._claims and not self._reader.understood:
            self._ask_in_another_form(reply)
        elif self._rounds == 1 and self._failed:
            self._ask_to_mend(reply)
        elif self._tries_plain and self._reader.understood:
            self._dialect.form = "text"
        self._reader = ReplyReader()
        return claims

    def fail(self, error: ModelError) -> None:
        """Give fewer paragraphs, once; keep what holds where only the mending failed."""
        if self._rounds:
            if not self._claims:
                raise error
            self._messages = None
            self._failed += self._sent_back
            self._events.append(Event("not_repaired", str(error)))
        elif isinstance(error, ContextTooLongError) and not self._shrunk and len(self._given) > 1:
            self._shrink(error.size)
        else:
            raise error

    def draft(self) -> Draft:
        """The claims that hold with their citations, and an event for everything else."""
        left_out = [item for item in self._sent_back if item.sentence and not self._came_back(item.sentence)]
        dropped = dict.fromkeys(item.event() for item in (*left_out, *self._failed))
        missing = tuple(self._missing) or (() if self._claims else (self._lookup.asked,))
        best = max((claim.verdict.score for claim in self._claims), default=0.0)
        return Draft(
            tuple(self._claims),
            self._citations.all(),
            missing,
            (*self._events, *dropped),
            self._usage,
            confidence=best,
        )

    def _budget(self) -> int:
        context = self._settings.context_tokens or self._dialect.context
        around = sum(token_count(message.text) for message in self._first(())[1].messages)
        return paragraph_tokens(self._settings, context=context, allowance=self.allowance, around=around)

    def _fill(self, tokens: int) -> None:
        """Make the first request over as many paragraphs as the budget takes."""
        self._given = reading_order(within_budget(self._passages, tokens))
        self._messages, self.structured = self._first(self._given)

    def _first(self, passages: Sequence[Passage]) -> tuple[tuple[Message, ...], Structured]:
        return answer_messages(self._lookup.asked, passages, history=self._lookup.history)

    def _shrink(self, size: int | None) -> None:
        """Fewer paragraphs and a shorter reply: what fits the size that the server named, or half."""
        self._shrunk = True
        before = len(self._given)
        if size is None:
            self.allowance.answer_tokens = max(1, self.allowance.answer_tokens // 2)
            self._fill(sum(token_count(item.paragraph.text) for item in self._given) // 2)
        else:
            self.allowance.answer_tokens = min(self.allowance.answer_tokens, size // 2)
            self._fill(self._budget())
        line = f"The prompt was too long for the model: {len(self._given)} of {before} paragraphs were given."
        self.allowance.progress(line)
        self._events.append(Event("fewer_paragraphs", line))

    def _take(self, written: Sequence[WrittenClaim]) -> list[Claim]:
        claims = []
        for sentence in self._checked(written):
            if any(claim.text == sentence.text for claim in self._claims):
                continue
            if self._rounds:
                self._seen.append(sentence.text)
            if sentence.verdict.label == "supported" or (self._rounds and sentence.holds):
                claims.append(self._keep(sentence))
            elif sentence.mendable:
                self._failed.append(Failed(sentence.why_not, sentence.text))
            else:
                self._events.append(Event("dropped_claim", sentence.why_not))
        return claims

    def _checked(self, written: Sequence[WrittenClaim]) -> Iterator[CheckedClaim]:
        for claim in written:
            for sentence in check_claim(claim, self._given, checker=self._checker, allowance=self.allowance):
                self._usage = self._usage + sentence.verdict.usage
                yield sentence

    def _keep(self, sentence: CheckedClaim) -> Claim:
        numbers = [self._citations.cite_span(span.passage, span.start, span.end) for span in sentence.spans]
        claim = Claim(sentence.text, tuple(dict.fromkeys(numbers)), sentence.verdict)
        self._claims.append(claim)
        self._events += [Event("dropped_citation", problem) for problem in sentence.problems]
        return claim

    def _ask_in_another_form(self, reply: Reply) -> None:
        """A reply without the form of an answer: ask for plain text, or where that was asked, say what was expected."""
        if not self._failed:
            self._failed.append(Failed("The reply is neither claims with citations nor what is missing."))
        plain = self._first(self._given)[0]
        if reply.form == "text":
            self._ask_to_mend(reply)
        elif self._affords(plain):
            self._send_back()
            self._messages, self.structured = plain, None
            self._tries_plain = True

    def _ask_to_mend(self, reply: Reply) -> None:
        """Ask once more, for what failed alone."""
        plain, structured = self._first(self._given)
        asked = plain if reply.form == "text" else structured.messages
        messages = repair_messages(asked, reply.text or "(nothing)", problems=[item.problem for item in self._failed])
        if self._affords(messages):
            self._send_back()
            self._messages = messages
            self.structured = None if reply.form == "text" else Structured(messages, ANSWER_SCHEMA)

    def _affords(self, messages: Sequence[Message]) -> bool:
        """Whether the cap and the deadline leave room for one more request."""
        prompt = sum(token_count(message.text) for message in messages)
        if self.allowance.reply_tokens(prompt) and self.allowance.seconds_left():
            return True
        self._events.append(Event("not_repaired", "The question's tokens or its time are used up."))
        return False

    def _send_back(self) -> None:
        self._events += [Event("repair", item.problem) for item in self._failed]
        self._sent_back, self._failed = self._failed, []

    def _came_back(self, sentence: str) -> bool:
        """Whether the model sent a sentence in its place, which then was kept or failed in its own right."""
        return any(fuzz.token_set_ratio(sentence, said) >= SAME_SENTENCE for said in self._seen)

    def _stop_early(self, reply: Reply) -> None:
        """Keep what holds of a reply that was cut, and mark the answer; nothing held, there is no answer."""
        if not self._claims:
            raise ModelError(
                f"The model server at {self._address} ended its reply before a first claim: {reply.reason}. Ask again."
            )
        self._events.append(Event("incomplete", f"The model's reply was cut off: {reply.reason}."))
