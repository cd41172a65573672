"""Short texts made by rule, and for each a claim that it bears out and a twin that it does not.

They are of what happens between two (`evals.roles`) and of what is said to have happened and what is not
(`evals.asserted`). One claim is as like the text in its words as the other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.types import Label
from evals import asserted, roles
from evals.roles import WORDS, Event

BESIDE_THE_POINT = 0.3  # of the texts, that have a sentence about something else
MOST_EVENTS = 3
MAKERS = [
    *([roles.act] * 4),
    roles.gift,
    roles.compared,
    roles.done,
    roles.mutual,
    *([asserted.condition] * 2),
    *([asserted.deed] * 2),
    *([asserted.stated] * 2),
    asserted.told_how_far,
    asserted.possible,
    asserted.how_many,
    asserted.bounded,
    asserted.changed,
    asserted.ordered,
    asserted.caused,
    asserted.chosen,
    asserted.together,
]


@dataclass(frozen=True, slots=True)
class Told:
    """A text, a claim that it bears out and one, its twin, that it does not."""

    text: str
    true: str
    false: str
    label: Label  # of the false one


def told(count: int, chance: random.Random) -> Iterator[Told]:
    """Up to so many texts of one to three events, each of another matter, among the same two, three or four."""
    for _ in range(count):
        cast = _cast(chance)
        events = [_event(cast, chance) for _ in range(chance.randint(1, MOST_EVENTS))]
        said = [chance.choice(event.ways) for event in events]
        if chance.random() < BESIDE_THE_POINT:
            said.insert(chance.randrange(len(said) + 1), chance.choice(WORDS["others"]))
        event = chance.choice(events)
        if len({event.matter for event in events}) == len(events):
            text = " ".join(_opened(way) for way in said)
            true = chance.choice([claim for claim in event.true if claim not in said] or event.true)
            yield Told(text, _opened(true), _opened(chance.choice(event.false)), event.label)


def _cast(chance: random.Random) -> list[str]:
    """Two to four of one kind."""
    kind = chance.choice(["people", "people", "surnames", "titles", "states", "bodies"])
    return chance.sample(WORDS[kind], chance.randint(2, 4))


def _event(cast: Sequence[str], chance: random.Random) -> Event:
    """Something between two of them."""
    one, other = chance.sample(cast, 2)
    return chance.choice(MAKERS)(one, other, chance)


def _opened(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
