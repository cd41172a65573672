"""A question and its passages in, a Draft out, by a model whose claims are checked, repaired once, or dropped."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.citations import CitationList, locate
from assistant.model import ChatModel, Message, Reply
from assistant.support import check_support
from assistant.types import Claim, Draft, Event, History, Passage, Usage, Verdict
from prompts import fill

CHARACTERS_PER_TOKEN = 3
STRAY_MARK = re.compile(r"\s*(?:\[\s*¶?\d+(?:\s*[,–-]\s*\d+)*\s*\]|【[^】]*】)")


class QuotedParagraph(BaseModel):
    """What a model says a claim rests on: the number of a paragraph it was given, and words of it."""

    model_config = ConfigDict(extra="ignore")

    paragraph: int
    quote: str


class ModelClaim(BaseModel):
    """One claim as a model writes it."""

    model_config = ConfigDict(extra="ignore")

    text: str
    citations: list[QuotedParagraph] = Field(default_factory=list)


class ModelAnswer(BaseModel):
    """The reply that the prompt `answer` asks for."""

    model_config = ConfigDict(extra="ignore")

    claims: list[ModelClaim] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)


@dataclass(slots=True)
class Checked:
    """Claims that hold, and a line for each thing in the reply that does not."""

    claims: list[tuple[str, list[tuple[Passage, int, int]]]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class GenerativeAnswerer:
    """Asks a model, and lets nothing through that the passages do not hold."""

    def __init__(self, model: ChatModel, *, prompt_tokens: int) -> None:
        self.model = model
        self.prompt_tokens = prompt_tokens

    def answer(
        self, question: str, passages: Sequence[Passage], *, history: History = (), stream: bool = False
    ) -> Draft:
        """The model's answer as far as it is borne out. Raises `ModelError` where the model cannot be asked."""
        numbered = reading_order(within_budget(passages, self.prompt_tokens))
        messages = [*_conversation(history), Message("user", answer_prompt(question, numbered))]
        reply = self._ask(messages, stream=stream)
        events: list[Event] = []
        usage = reply.usage
        checked = check_reply(reply.text, numbered)
        if checked.problems and reply.finished:
            events += [Event("repair", problem) for problem in checked.problems]
            messages += [
                Message("assistant", reply.text),
                Message("user", fill("repair", problems="\n".join(f"- {item}" for item in checked.problems))),
            ]
            reply = self._ask(messages, stream=stream)
            usage = Usage(
                usage.prompt_tokens + reply.usage.prompt_tokens,
                usage.completion_tokens + reply.usage.completion_tokens,
            )
            checked = check_reply(reply.text, numbered)
        events += [Event("dropped", problem) for problem in checked.problems]
        if not reply.finished:
            events.append(Event("incomplete", "The model's reply was cut off before its end."))
        return _draft(question, checked, events, usage)

    def _ask(self, messages: Sequence[Message], *, stream: bool) -> Reply:
        if not stream:
            return self.model.reply(messages)
        *_, last = self.model.stream(messages)
        if not isinstance(last, Reply):
            raise TypeError("A stream ends with its Reply.")
        return last


def within_budget(passages: Sequence[Passage], tokens: int) -> tuple[Passage, ...]:
    """Passages by rank until the token budget is full; at least one. Tokens are counted as three characters each."""
    taken: list[Passage] = []
    used = 0
    for passage in sorted(passages, key=lambda item: item.rank):
        used += len(passage.paragraph.text) // CHARACTERS_PER_TOKEN + 40
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


def answer_prompt(question: str, passages: Sequence[Passage]) -> str:
    """The prompt `answer` over these passages, numbered from 1 in the order given."""
    blocks = [
        f"[{number}] {_heading(passage)}\n{passage.paragraph.text}" for number, passage in enumerate(passages, start=1)
    ]
    nonce = f"=== {secrets.token_hex(8)} ==="
    return fill("answer", nonce=nonce, paragraphs="\n\n".join(blocks), question=question)


def _heading(passage: Passage) -> str:
    parts = (passage.reference, passage.document.date, passage.document.title, passage.paragraph.section)
    return " | ".join(part for part in parts if part)


def check_reply(text: str, passages: Sequence[Passage]) -> Checked:
    """Read a reply and check each quote against the paragraph it names."""
    checked = Checked()
    try:
        reply = ModelAnswer.model_validate_json(_json_object(text))
    except ValidationError as error:
        first = error.errors()[0]
        checked.problems.append(f"The reply is not the JSON asked for: {first['msg']}.")
        return checked
    checked.missing = [item.strip() for item in reply.missing if item.strip()]
    for claim in reply.claims:
        spans: list[tuple[Passage, int, int]] = []
        for citation in claim.citations:
            if not 1 <= citation.paragraph <= len(passages):
                checked.problems.append(f"There is no paragraph {citation.paragraph}: {claim.text}")
                continue
            passage = passages[citation.paragraph - 1]
            span = locate(citation.quote, passage.paragraph.text)
            if span is None:
                checked.problems.append(f'"{citation.quote}" is not in paragraph {citation.paragraph}: {claim.text}')
                continue
            spans.append((passage, *span))
        if spans:
            checked.claims.append((STRAY_MARK.sub("", claim.text).strip(), spans))
        elif not claim.citations:
            checked.problems.append(f"No quote is given for: {claim.text}")
    return checked


def _draft(question: str, checked: Checked, events: list[Event], usage: Usage) -> Draft:
    citations = CitationList()
    claims = []
    for text, spans in checked.claims:
        verdict = _verdict(text, spans)
        if verdict.label in ("contradicted", "unsupported"):
            events.append(Event("dropped_claim", f"{text} ({'; '.join(verdict.reasons)})"))
            continue
        numbers = dict.fromkeys(citations.cite_span(*span) for span in spans)
        claims.append(Claim(text, tuple(numbers), verdict))
    missing = tuple(checked.missing) or (() if claims else (question,))
    best = max((claim.verdict.score for claim in claims), default=0.0)
    return Draft(tuple(claims), citations.all(), missing, tuple(events), usage, confidence=best)


def _verdict(text: str, spans: Sequence[tuple[Passage, int, int]]) -> Verdict:
    """The claim against all that it cites, together."""
    paragraphs = " ".join(dict.fromkeys(passage.paragraph.text for passage, _, _ in spans))
    quotes = " ".join(passage.paragraph.text[start:end] for passage, start, end in spans)
    context = " ".join(f"{passage.document.title} {passage.document.date}" for passage, _, _ in spans)
    return check_support(text, quotes, paragraphs, context=context)


def _conversation(history: History) -> list[Message]:
    return [
        Message(role, text)
        for question, answer in history
        for role, text in (("user", question), ("assistant", STRAY_MARK.sub("", answer)))
    ]


def _json_object(text: str) -> str:
    """The outermost braces of a reply, since models like to put words or a code fence around them."""
    start, end = text.find("{"), text.rfind("}")
    found = text[start : end + 1] if 0 <= start < end else text
    try:
        json.loads(found)
    except ValueError:
        return text
    return found
