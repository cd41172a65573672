"""What happens between two of a kind, for short texts made by rule: who did what to whom, who gave, who is older.

Each true claim has a twin with the two exchanged. Both tell it in another way than the text does, or in the same:
active, passive, by the converse verb (`beat`, `lost to`), with the other in front. What readers get right by their
likeness in words, they get half wrong here (McCoy et al. 2019, arXiv:1902.01007); short sentences of a few patterns
teach an encoder to heed the order of words (Min et al. 2020, arXiv:2004.11999). The words are in `roles.json`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from assistant.types import Label
from evals.words import load_words

WORDS: dict[str, Any] = load_words("roles")
NEGATED = 0.15  # of what one did to another
_Ways = Callable[[str, str], list[str]]  # to tell of one and another


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, or did not: of what matter it is, every way to tell it in a text, the claims that this bears out
    and those that it does not."""

    matter: str
    ways: Sequence[str]
    true: Sequence[str]
    false: Sequence[str]
    label: Label = "contradicted"


def act(one: str, other: str, chance: random.Random) -> Event:
    what = chance.choice(WORDS["acts"])
    when = chance.choice(WORDS["adjuncts"])
    if chance.random() < NEGATED:
        return _denied_act(one, other, what)
    return turnable(what["base"], partial(_ways, what=what, when=when), one, other)


def _ways(one: str, other: str, *, what: dict[str, str], when: str) -> list[str]:
    past, participle, base, converse = what["past"], what["participle"], what["base"], what["converse"]
    ways = [
        f"{one} {past} {other}{when}.",
        f"{other} was {participle} by {one}{when}.",
        f"It was {one} that {past} {other}{when}.",
        f"It was {other} that {one} {past}{when}.",
        f"The one who {past} {other} was {one}.",
        f"The one whom {one} {past} was {other}.",
        f"What {one} did was to {base} {other}{when}.",
        f"It is {other} that was {participle} by {one}.",
    ]
    return ways + [f"{other} {converse} {one}{when}."] * (2 if converse else 0)


def _denied_act(one: str, other: str, what: dict[str, str]) -> Event:
    """Who did not, and, for a twin, who did."""
    participle, base = what["participle"], what["base"]
    ways = [
        f"{one} did not {base} {other}.",
        f"{other} was not {participle} by {one}.",
        f"{one} never {what['past']} {other}.",
    ]
    return Event(base, ways, ways, _ways(one, other, what=what, when=""))


def gift(one: str, other: str, chance: random.Random) -> Event:
    thing = chance.choice(WORDS["things"])
    gave, given, got = chance.choice(WORDS["gifts"])

    def ways(giver: str, taker: str) -> list[str]:
        return [
            f"{giver} {gave} {thing} to {taker}.",
            f"{giver} {gave} {taker} {thing}.",
            f"{taker} {got} {thing} from {giver}.",
            f"{taker} was {given} {thing} by {giver}.",
            f"It was from {giver} that {taker} {got} {thing}.",
            f"It was to {taker} that {giver} {gave} {thing}.",
        ]

    return turnable(thing, ways, one, other)


def compared(one: str, other: str, chance: random.Random) -> Event:
    more, less = chance.choice(WORDS["compared"])

    def ways(first: str, second: str) -> list[str]:
        return [
            f"{first} is {more} than {second}.",
            f"{second} is {less} than {first}.",
            f"Of {first} and {second}, {first} is the {more} one.",
            f"Of {first} and {second}, {second} is the {less} one.",
            f"It is {first} that is {more}, not {second}.",
        ]

    return turnable(more, ways, one, other)


def done(one: str, other: str, chance: random.Random) -> Event:
    """The same done by both, in two ways; a claim is of one of them or of both."""
    verb, how, otherwise = chance.choice(WORDS["done"])

    def ways(first: str, second: str) -> list[str]:
        return [
            f"{first} {verb} {how}, {second} {otherwise}.",
            f"{second} {verb} {otherwise} and {first} {how}.",
            f"{first} {verb} {how}, but {second} {otherwise}.",
            f"It was {first} that {verb} {how}; {second} {verb} {otherwise}.",
        ]

    def claims(first: str, second: str) -> list[str]:
        alone = [f"{first} {verb} {how}.", f"{second} {verb} {otherwise}.", f"It was {first} that {verb} {how}."]
        return [*ways(first, second), *alone]

    return turnable(verb, ways, one, other, claims)


def mutual(one: str, other: str, chance: random.Random) -> Event:
    """What is as true the other way round; its twin is another thing of the kind, which is not said."""
    (verb, same), (another, _) = chance.sample(WORDS["mutual"], 2)
    ways = [f"{a} {way} {b}." for way in (verb, same) for a, b in ((one, other), (other, one))]
    return Event("mutual", ways, ways, [f"{a} {another} {b}." for a, b in ((one, other), (other, one))], "unsupported")


def turnable(matter: str, ways: _Ways, one: str, other: str, claims: _Ways | None = None) -> Event:
    """What is false the other way round: a twin is told as the true claim is, with the two exchanged. Claims are told
    as the text is, where they are not given."""
    claims = claims or ways
    return Event(matter, ways(one, other), claims(one, other), claims(other, one))
