"""Short texts about two of a kind, made by rule, and claims about them: who did what to whom, who gave, who is older.

Each true claim has a twin with the two exchanged. Both tell it in another way than the text does, or in the same:
active, passive, by the converse verb (`beat`, `lost to`), with the other in front. What readers get right by their
likeness in words, they get half wrong here (McCoy et al. 2019, arXiv:1902.01007); short sentences of a few patterns
teach an encoder to heed the order of words (Min et al. 2020, arXiv:2004.11999). The words are in `roles.json`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any

from assistant.types import Label

WORDS: dict[str, Any] = json.loads(resources.files("evals").joinpath("roles.json").read_text(encoding="utf8"))
NEGATED = 0.15  # of what one did to another
BESIDE_THE_POINT = 0.3  # of the texts, that have a sentence about neither
MOST_EVENTS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A text, a claim that it bears out and one, its twin, that it does not."""

    text: str
    true: str
    false: str
    label: Label  # of the false one


@dataclass(frozen=True, slots=True)
class _Event:
    """What happened between two: of what matter it is, every way to tell it in a text, the claims that this bears out
    and those that it does not."""

    matter: str
    ways: Sequence[str]
    true: Sequence[str]
    false: Sequence[str]
    label: Label = "contradicted"


def told(count: int, chance: random.Random) -> Iterator[Told]:
    """So many texts of one to three events among the same two, three or four."""
    for _ in range(count):
        cast = _cast(chance)
        events = [_event(cast, chance) for _ in range(chance.randint(1, MOST_EVENTS))]
        said = [chance.choice(event.ways) for event in events]
        if chance.random() < BESIDE_THE_POINT:
            said.insert(chance.randrange(len(said) + 1), chance.choice(WORDS["others"]))
        event = chance.choice(events)
        if len({event.matter for event in events}) == len(events):
            text = " ".join(_opened(way) for way in said)
            yield Told(text, _opened(chance.choice(event.true)), _opened(chance.choice(event.false)), event.label)


def _cast(chance: random.Random) -> list[str]:
    """Two to four of one kind."""
    kind = chance.choice(["people", "people", "surnames", "titles", "states", "bodies"])
    return chance.sample(WORDS[kind], chance.randint(2, 4))


def _event(cast: Sequence[str], chance: random.Random) -> _Event:
    """Something between two of them."""
    one, other = chance.sample(cast, 2)
    make = chance.choice([_act, _act, _act, _act, _gift, _compared, _done, _mutual])
    return make(one, other, chance)


def _act(one: str, other: str, chance: random.Random) -> _Event:
    act = chance.choice(WORDS["acts"])
    when = chance.choice(WORDS["adjuncts"])
    if chance.random() < NEGATED:
        return _denied_act(one, other, act)
    return _turnable(act["base"], partial(_ways, act=act, when=when), one, other)


def _ways(one: str, other: str, *, act: dict[str, str], when: str) -> list[str]:
    past, participle, base, converse = act["past"], act["participle"], act["base"], act["converse"]
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


def _denied_act(one: str, other: str, act: dict[str, str]) -> _Event:
    """Who did not, and, for a twin, who did."""
    participle, base = act["participle"], act["base"]
    ways = [
        f"{one} did not {base} {other}.",
        f"{other} was not {participle} by {one}.",
        f"{one} never {act['past']} {other}.",
    ]
    return _Event(base, ways, ways, _ways(one, other, act=act, when=""))


def _gift(one: str, other: str, chance: random.Random) -> _Event:
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

    return _turnable(thing, ways, one, other)


def _compared(one: str, other: str, chance: random.Random) -> _Event:
    more, less = chance.choice(WORDS["compared"])

    def ways(first: str, second: str) -> list[str]:
        return [
            f"{first} is {more} than {second}.",
            f"{second} is {less} than {first}.",
            f"Of {first} and {second}, {first} is the {more} one.",
            f"Of {first} and {second}, {second} is the {less} one.",
            f"It is {first} that is {more}, not {second}.",
        ]

    return _turnable(more, ways, one, other)


def _done(one: str, other: str, chance: random.Random) -> _Event:
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

    return _Event(verb, ways(one, other), claims(one, other), claims(other, one))


def _mutual(one: str, other: str, chance: random.Random) -> _Event:
    """What is as true the other way round; its twin is another thing of the kind, which is not said."""
    (verb, same), (another, _) = chance.sample(WORDS["mutual"], 2)
    ways = [f"{a} {way} {b}." for way in (verb, same) for a, b in ((one, other), (other, one))]
    return _Event("mutual", ways, ways, [f"{a} {another} {b}." for a, b in ((one, other), (other, one))], "unsupported")


def _turnable(matter: str, ways: Callable[[str, str], list[str]], one: str, other: str) -> _Event:
    """What is false the other way round, so that its twin is told in the same ways with the two exchanged."""
    return _Event(matter, ways(one, other), ways(one, other), ways(other, one))


def _opened(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
