"""What a model writes: claims with the paragraphs and quotes they rest on, and the JSON schema that asks for them."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

NUMBER = re.compile(r"\[?\s*(\d+)\s*\]?")


class WrittenCitation(BaseModel):
    """What a model says a claim rests on: the number of a paragraph it was given, and words of it.

    `quote` is None where the model gave a number alone.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    paragraph: int
    quote: str | None = None

    @field_validator("paragraph", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        """`"[3]"` for 3, as models write it that are not held to a schema."""
        found = NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
        return found[1] if found else value


class WrittenClaim(BaseModel):
    """One claim as a model writes it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    citations: tuple[WrittenCitation, ...] = ()


class WrittenAnswer(BaseModel):
    """The reply that the prompt `answer` asks for, its claims aside: these are read one by one."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    missing: tuple[str, ...] = Field(default=())


ANSWER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["claims", "missing"],
    "properties": {
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["text", "citations"],
                "properties": {
                    "text": {"type": "string"},
                    "citations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["paragraph", "quote"],
                            "properties": {"paragraph": {"type": "integer"}, "quote": {"type": "string"}},
                        },
                    },
                },
            },
        },
        "missing": {"type": "array", "items": {"type": "string"}},
    },
}
