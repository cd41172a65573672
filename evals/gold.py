"""Gold files in, gold questions and claims out, each line checked."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from rapidfuzz import process

from assistant.assistant import LONGEST_QUESTION
from assistant.types import Label
from evals.errors import GoldError

Split = Literal["dev", "test"]
Asked = Annotated[str, Field(pattern=r"[^\W_]", max_length=LONGEST_QUESTION)]
QuestionType = Literal["single", "header", "multi", "comparison", "false_premise", "unanswerable", "half", "follow_up"]


class GoldQuestion(BaseModel):
    """A question and what a good answer holds.

    `facts` are lists of acceptable wordings, `references` the minimal sufficient set of paragraphs, `also_ok` others
    that may be cited, `missing` what the documents do not say of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    split: Split
    type: QuestionType
    question: Asked
    history: tuple[tuple[str, str], ...] = ()
    answer: str = Field(min_length=1)
    facts: tuple[tuple[str, ...], ...]
    references: tuple[str, ...]
    also_ok: tuple[str, ...] = ()
    answerable: bool
    missing: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.answerable != bool(self.references) or self.answerable != bool(self.facts):
            raise ValueError("an answerable question has references and facts, an unanswerable one has neither")
        if any(not wording.strip() for fact in self.facts for wording in fact) or not all(self.facts):
            raise ValueError("each fact is a list of one or more wordings, none of them empty")
        return self


class GoldClaim(BaseModel):
    """A claim, the paragraph it cites, and whether that paragraph bears it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    split: Split
    claim: Asked
    reference: str = Field(min_length=1)
    label: Label
    kind: str


class AskedQuestion(BaseModel):
    """A question about a paragraph, and the numbers (from 1) of its sentences that answer it; none where none does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    question: Asked
    reference: str = Field(min_length=1)
    sentences: tuple[Annotated[int, Field(ge=1)], ...]


class CompoundQuestion(BaseModel):
    """Two questions in one, and the paragraphs that answer each; none for one that the documents leave open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    split: Split
    question: Asked
    parts: tuple[Asked, Asked]
    references: tuple[tuple[str, ...], tuple[str, ...]]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not all(part in self.question for part in self.parts):
            raise ValueError("each part stands in the question, word for word")
        return self


Item = TypeVar("Item", GoldQuestion, GoldClaim, AskedQuestion, CompoundQuestion)


def gold_file(name: str) -> Path:
    """The path of a gold file that comes with Pilcrow: `questions` or `claims`."""
    return Path(str(resources.files("evals") / "gold" / f"{name}.jsonl"))


def load_questions(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of a JSONL file. Raises `GoldError` that names file and line."""
    return _load(path, GoldQuestion)


def load_claims(path: Path) -> tuple[GoldClaim, ...]:
    """The claims of a JSONL file. Raises `GoldError` that names file and line."""
    return _load(path, GoldClaim)


def load_asked(path: Path) -> tuple[AskedQuestion, ...]:
    """The questions about single paragraphs of a JSONL file. Raises `GoldError` that names file and line."""
    return _load(path, AskedQuestion)


def load_compound(path: Path) -> tuple[CompoundQuestion, ...]:
    """The questions of two parts of a JSONL file. Raises `GoldError` that names file and line."""
    return _load(path, CompoundQuestion)


def check_references(asked: Iterable[tuple[str, str]], known: Iterable[str]) -> None:
    """Raise `GoldError` where one of the (id, reference) pairs names no paragraph, with the nearest that there are."""
    known = sorted(known)
    there = set(known)
    for name, reference in asked:
        if reference not in there:
            nearest = ", ".join(match for match, _, _ in process.extract(reference, known, limit=3))
            raise GoldError(f"{name} refers to {reference}, which the index does not hold. Nearest: {nearest}.")


def _load(path: Path, kind: type[Item]) -> tuple[Item, ...]:
    try:
        lines = path.read_text(encoding="utf8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: cannot be read ({error}). Give a JSONL file in UTF-8.") from error
    items: dict[str, Item] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = kind.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise GoldError(f"{path}, line {number}: {where + ': ' if where else ''}{first['msg']}.") from error
        if item.id in items:
            raise GoldError(f"{path}, line {number}: the id {item.id} occurs before. Give each line its own.")
        items[item.id] = item
    if not items:
        raise GoldError(f"{path}: no questions in it. Give a JSONL file with one object a line.")
    return tuple(items.values())
