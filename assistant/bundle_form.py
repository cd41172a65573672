"""A bundle in, its well-formed parts out, with a Problem for each field that is missing or of the wrong kind.

A part that is not as it must be is left out alone, so that all others can still be checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from assistant.types import Label, Status

Part = Mapping[str, Any]
Parts = Mapping[int, Part]


@dataclass(frozen=True, slots=True)
class Problem:
    """A field of the bundle, as a JSON pointer, and what is wrong with it, or that its source is not found."""

    field: str
    detail: str
    kind: Literal["altered", "not_found"] = "altered"

    def __str__(self) -> str:
        return shown(f"{self.field}: {self.detail}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The well-formed parts of a bundle, each under its place in its list, and what is wrong with the others' form."""

    claims: Parts
    conflicts: Parts
    citations: Parts
    documents: Parts
    paragraphs: Parts
    problems: tuple[Problem, ...]

    def sound(self, *pointers: str) -> bool:
        """Whether all that lies at these pointers, and what they lie in, is there and of the right kind."""
        return not any(_touch(problem.field, pointer) for problem in self.problems for pointer in pointers)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value must be, in words and as a test."""

    told: str
    fits: Callable[[object], bool]


Form: TypeAlias = "Kind | Sequence[Form] | Mapping[str, Form]"
"""A kind of value; a list of one form; or an object's fields, where `name?` may be missing."""

SHA256 = re.compile(r"[0-9a-f]{64}")


def is_whole(value: object, *, least: int) -> bool:
    """Whether a value is a whole number, neither `true` nor `1.0`, and no less than that."""
    return type(value) is int and value >= least


def _is_lines(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(is_whole(line, least=1) for line in value)


def _one_of(names: Sequence[str]) -> Kind:
    return Kind(f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in names)


TEXT = Kind("text", lambda value: isinstance(value, str))
TEXT_OR_NULL = Kind("text or null", lambda value: value is None or isinstance(value, str))
HASH = Kind("a SHA-256: 64 digits from 0 to f", lambda value: isinstance(value, str) and bool(SHA256.fullmatch(value)))
OFFSET = Kind("a whole number", lambda value: is_whole(value, least=0))
COUNT = Kind("a whole number from 1 on", lambda value: is_whole(value, least=1))
PLACE: Mapping[str, Form] = {
    "lines?": Kind("two whole numbers, the first line and the last", _is_lines),
    "pointer?": TEXT,
    "order?": COUNT,
    "page?": COUNT,
}
CLAIM: Form = {"text": TEXT, "citations": [COUNT], "verdict": _one_of(get_args(Label)), "reasons": [TEXT]}
CITATION: Form = {
    "number": COUNT,
    **dict.fromkeys(("reference", "document_id", "anchor", "title", "attribution", "quote"), TEXT),
    **dict.fromkeys(("date", "section", "url"), TEXT_OR_NULL),
    "start": OFFSET,
    "end": COUNT,
    "source": {"path": TEXT, **PLACE},
    "source_sha256": HASH,
}
DOCUMENT: Form = {
    **dict.fromkeys(("document_id", "title", "kind", "path"), TEXT),
    **dict.fromkeys(("date", "url", "note", "author"), TEXT_OR_NULL),
    "sha256": HASH,
}
PARAGRAPH: Form = {
    **dict.fromkeys(("reference", "document_id", "anchor", "kind", "text"), TEXT),
    "section": TEXT_OR_NULL,
    "place": PLACE,
}
BUNDLE: Form = {
    "pilcrow": TEXT,
    "answer": {
        "question": TEXT,
        "status": _one_of(get_args(Status)),
        "answer": TEXT,
        "claims": [CLAIM],
        "citations": [CITATION],
        "missing": [TEXT],
        "conflicts?": [{"text": TEXT, "citations": [COUNT]}],
        "events?": [{"kind": TEXT, "detail": TEXT}],
    },
    "documents": [DOCUMENT],
    "paragraphs": [PARAGRAPH],
}


def read_evidence(bundle: Part) -> Evidence:
    """The parts of a bundle that are of the right form, and a problem for each field that is not."""
    problems = tuple(_problems(bundle, BUNDLE, ""))
    answer = bundle.get("answer")
    told = answer if isinstance(answer, Mapping) else {}
    return Evidence(
        claims=_sound_items(told.get("claims"), "/answer/claims", problems),
        conflicts=_sound_items(told.get("conflicts"), "/answer/conflicts", problems),
        citations=_sound_items(told.get("citations"), "/answer/citations", problems),
        documents=_sound_items(bundle.get("documents"), "/documents", problems),
        paragraphs=_sound_items(bundle.get("paragraphs"), "/paragraphs", problems),
        problems=problems,
    )


def shown(text: str) -> str:
    """Text that may be anybody's as a terminal can show it: on one line, what cannot be seen or commands it escaped."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


def _problems(value: object, form: Form, pointer: str) -> Iterator[Problem]:
    if isinstance(form, Kind):
        if not form.fits(value):
            yield Problem(pointer, f"must be {form.told}")
    elif isinstance(form, Mapping):
        yield from _object_problems(value, form, pointer)
    elif not isinstance(value, list):
        yield Problem(pointer, "must be a list")
    else:
        for place, item in enumerate(value):
            yield from _problems(item, form[0], f"{pointer}/{place}")


def _object_problems(value: object, form: Mapping[str, Form], pointer: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(pointer, "must be an object")
        return
    for name, inner in form.items():
        field = name.removesuffix("?")
        if field in value:
            yield from _problems(value[field], inner, f"{pointer}/{field}")
        elif field == name:
            yield Problem(f"{pointer}/{field}", "is missing")


def _sound_items(items: object, pointer: str, problems: Sequence[Problem]) -> dict[int, Part]:
    """The items of a list that no problem names, by their places."""
    inside = [problem.field for problem in problems if problem.field.startswith(f"{pointer}/")]
    bad = {field.removeprefix(f"{pointer}/").split("/")[0] for field in inside}
    return {place: item for place, item in enumerate(items if isinstance(items, list) else ()) if str(place) not in bad}


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
