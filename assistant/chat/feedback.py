"""Judgements on answers, kept beside the index, and exported as gold questions for `evals/`.

`feedback.jsonl` in the index's folder holds one object a line, as `Feedback` describes it.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AssistantError

FILE = "feedback.jsonl"
Reason = Literal["right", "wrong_source", "not_said", "incomplete", "should_abstain", "should_answer", "other"]
_TELLING = re.compile(r"\d[\d.,]*\d|\d|\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_writing = threading.Lock()


class FeedbackError(AssistantError):
    """A judgement that cannot be kept."""


class Feedback(BaseModel):
    """A person's judgement on one answer; `right_answer` and `right_references` are what it should have been."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1, max_length=4_000)
    history: tuple[tuple[str, str], ...] = ()
    answer: str = Field(max_length=100_000)
    quotes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    status: Literal["answered", "partial", "abstained"]
    good: bool
    reason: Reason = "right"
    comment: str = Field(default="", max_length=4_000)
    right_answer: str = Field(default="", max_length=4_000)
    right_references: tuple[str, ...] = ()
    mode: str = ""
    model: str | None = None
    generation: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class GoldExport:
    """Gold questions as JSON lines, how many there are, and how many judgements say too little to be one."""

    lines: str
    questions: int
    left_out: int


def keep(index: Path, given: object) -> None:
    """Check a judgement and add it to the file. Raises `FeedbackError`."""
    try:
        feedback = Feedback.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise FeedbackError(
            f"The feedback cannot be kept: {first['loc'][0] if first['loc'] else ''} {first['msg']}."
        ) from error
    timed = feedback.model_copy(update={"time": datetime.now(UTC).isoformat(timespec="seconds")})
    line = json.dumps(timed.model_dump(mode="json"), ensure_ascii=False) + "\n"
    with _writing, (index / FILE).open("a", encoding="utf8") as file:
        file.write(line)


def gold(index: Path) -> GoldExport:
    """All judgements that say enough, as lines for `evals/gold/questions.jsonl`; the newest on a question counts.

    A good answer gives its own references and wording; a bad one counts where the person said what is right: another
    answer with its paragraphs, or that the documents do not say. Lines are drafts in the `dev` half: look at `facts`.
    """
    judged = {(item.question, item.history): item for item in _load(index / FILE)}
    lines = [line for item in judged.values() if (line := _gold(item)) is not None]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return GoldExport(text, len(lines), len(judged) - len(lines))


def _load(path: Path) -> Iterable[Feedback]:
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf8").split("\n")  # not splitlines: JSON holds U+2028 and the like as they are
    return [Feedback.model_validate_json(line) for line in lines if line]


def _gold(item: Feedback) -> Mapping[str, Any] | None:
    line = {
        "id": "feedback-" + hashlib.sha256(json.dumps([item.question, item.history]).encode()).hexdigest()[:10],
        "split": "dev",
        "question": item.question,
        **({"history": item.history} if item.history else {}),
    }
    if item.reason == "should_abstain" or (item.good and item.status == "abstained"):
        return line | {
            "type": "unanswerable",
            "answer": "The documents do not say.",
            "facts": [],
            "references": [],
            "answerable": False,
            "missing": [item.question],
        }
    answer = item.answer if item.good else item.right_answer
    references = item.references if item.good else item.right_references
    if not answer.strip() or not references:
        return None
    kind = "follow_up" if item.history else "single" if len(set(references)) == 1 else "multi"
    return line | {
        "type": kind,
        "answer": _unmarked(answer),
        "facts": [[fact] for fact in _facts(item.quotes if item.good else (answer,))],
        "references": list(dict.fromkeys(references)),
        "answerable": True,
    }


def _facts(texts: Iterable[str]) -> list[str]:
    """What a right answer has to name: numbers and names, or where there are none the first words."""
    texts = [_unmarked(text) for text in texts]
    found = list(dict.fromkeys(name for text in texts for name in _TELLING.findall(text.partition(" ")[2])))
    return found[:3] or [" ".join(text.split()[:6]) for text in texts[:1]]


def _unmarked(answer: str) -> str:
    return re.sub(r"\s*\[\d+\]", "", answer).strip()
