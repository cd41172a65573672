"""A statement in; out come sentences that reject it, leave it open or assert it, made by rule.

`The mayor was afraid that the bridge was closed` does not say that it was, though it has every word of that; `It came
to light that the bridge was closed` does (non-factive and factive predicates: Kiparsky and Kiparsky 1970). The support
check must tell them apart. The frames that it has learned from and those that it is measured with are kept apart in
`frames.json`. A statement that is put into a frame may read badly.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.checks.names import names_of
from assistant.checks.reading import read_words
from assistant.types import Label
from evals.words import load_words

CAPITALS = re.compile(r"I\b|[A-Z][A-Z.]")  # that stay what they are within a sentence
Lot = Literal["learned", "measured"]

FRAMES: dict[str, dict[str, list[str]]] = load_words("frames")
LABEL_OF: dict[str, Label] = {"rejected": "contradicted", "open": "unsupported", "asserted": "supported"}


@dataclass(frozen=True, slots=True)
class Framed:
    """A sentence with a statement in it; `kind` is what it does with the statement, `label` whether it bears it out."""

    sentence: str
    kind: str
    label: Label


def framed(statement: str, lot: Lot) -> Iterator[Framed]:
    """The statement rejected, left open and asserted, each in one frame of the lot; which one, its letters decide."""
    clause = _as_clause(statement)
    for kind, label in LABEL_OF.items():
        frames = FRAMES[lot][kind]
        chosen = frames[zlib.crc32(statement.encode()) % len(frames)]
        yield Framed(chosen.format(clause), kind, label)


def _as_clause(statement: str) -> str:
    """The statement as it stands within another sentence: no stop, and no capital but a name's."""
    said = statement.strip().rstrip(".!")
    names = names_of(read_words(said))
    keeps = bool(names and names[0].start == 0) or CAPITALS.match(said)
    return said if keeps else said[:1].lower() + said[1:]
