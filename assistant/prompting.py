"""A question and its passages in, the messages to a model out. What documents say stands between lines with a nonce."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from assistant.citations import STRAY_MARK
from assistant.exchange import Message, Structured
from assistant.types import History, Passage
from assistant.written import ANSWER_SCHEMA
from prompts import fill


def answer_prompt(question: str, passages: Sequence[Passage], *, form: str = "answer") -> str:
    """The prompt `answer` or `answer_plain` over these passages, numbered from 1 in the order given."""
    return fill(form, nonce=_nonce(), paragraphs=_numbered(passages), question=_one_line(question))


def answer_messages(
    question: str, passages: Sequence[Passage], *, history: History = ()
) -> tuple[tuple[Message, ...], Structured]:
    """What to ask a model in plain text, and what to ask one that can be held to JSON."""
    before = conversation(history)
    plain = (*before, Message("user", answer_prompt(question, passages, form="answer_plain")))
    structured = (*before, Message("user", answer_prompt(question, passages)))
    return plain, Structured(structured, ANSWER_SCHEMA)


def repair_messages(asked: Sequence[Message], said: str, *, problems: Sequence[str]) -> tuple[Message, ...]:
    """The conversation so far, the model's reply, and what of it could not be used."""
    listed = "\n".join(f"- {problem}" for problem in problems)
    return (*asked, Message("assistant", said), Message("user", fill("repair", problems=listed)))


def condense_messages(question: str, history: History) -> tuple[Message, ...]:
    """The prompt `condense` over the conversation so far."""
    turns = "\n".join(f"{message.role}: {_one_line(message.text)}" for message in conversation(history))
    return (Message("user", fill("condense", nonce=_nonce(), history=turns, question=_one_line(question))),)


def split_messages(question: str) -> tuple[Message, ...]:
    """The prompt `split`."""
    return (Message("user", fill("split", nonce=_nonce(), question=_one_line(question))),)


def rerank_messages(question: str, passages: Sequence[Passage]) -> tuple[Message, ...]:
    """The prompt `rerank` over these passages, numbered from 1 in the order given."""
    prompt = fill("rerank", nonce=_nonce(), paragraphs=_numbered(passages), question=_one_line(question))
    return (Message("user", prompt),)


def support_messages(claim: str, paragraph: str) -> tuple[Message, ...]:
    """The prompt `support` over a claim and the paragraph it cites."""
    return (Message("user", fill("support", nonce=_nonce(), paragraph=paragraph, claim=claim)),)


def conversation(history: History) -> list[Message]:
    """Earlier questions and answers, without the marks of citations that are not there any more."""
    return [
        Message(role, text)
        for question, answer in history
        for role, text in (("user", question), ("assistant", STRAY_MARK.sub("", answer)))
    ]


def _numbered(passages: Sequence[Passage]) -> str:
    return "\n\n".join(
        f"[{number}] {_heading(passage)}\n{passage.paragraph.text}" for number, passage in enumerate(passages, start=1)
    )


def _nonce() -> str:
    return f"=== {secrets.token_hex(8)} ==="


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _heading(passage: Passage) -> str:
    parts = (passage.reference, passage.document.date, passage.document.title, passage.paragraph.section)
    return " | ".join(part for part in parts if part)
