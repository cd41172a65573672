"""What is said to have happened and what is not, for short texts made by rule: conditions, attempts, statements that
someone declined to make, how many, what came first and what it led to.

The words of a claim are nearly all in its text; what tells the true one from its twin is a small word (`unless`,
`only if`, `failed to`, `whether`, `not all`) or which side of it something stands (implicative verbs: Karttunen 1971).
The words are in `asserted.json`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

from evals.roles import Event, turnable
from evals.words import load_words

WORDS: dict[str, Any] = load_words("asserted")
OPEN = 0.5  # of the conditional and of what was left open, whose twin has it as a fact


def condition(_one: str, _other: str, chance: random.Random) -> Event:
    """What happens if something does, or only then; a twin has it the other way round or as a fact."""
    met, unmet = chance.sample(chance.choice(WORDS["conditions"]), 2)
    then, otherwise, came = chance.choice(WORDS["outcomes"])
    enough = [*_if(met, unmet, then), f"In case {met}, {then}.", f"Provided that {met}, {then}."]
    needed = [*_if(unmet, met, otherwise), f"{then} only if {met}.", f"Only if {met} is it that {then}."]
    against = _if(unmet, met, then)
    facts = [f"{then}.", f"{came}.", f"{met}, and {then}.", f"Since {met}, {then}."]
    said, unsaid = chance.sample([enough, needed], 2)
    if chance.random() < OPEN:
        return Event(then, said, said, [*facts, chance.choice(unsaid)], "unsupported")
    return Event(then, said, said, against)


def _if(met: str, unmet: str, then: str) -> list[str]:
    return [f"If {met}, {then}.", f"{then} if {met}.", f"Unless {unmet}, {then}.", f"{then} unless {unmet}."]


def deed(one: str, _other: str, chance: random.Random) -> Event:
    """What someone did, did not do, or only meant to."""
    base, past = chance.choice(WORDS["deeds"])
    happened, failed = ([f"{one} {how} {base}." for how in WORDS[kind]] for kind in ("managed", "failed"))
    did, did_not = [f"{one} {past}."], [f"{one} did not {base}.", f"{one} never {past}."]
    failed += [f"{one} almost {past}.", f"{one} came close, but did not {base}."]
    if chance.random() < OPEN:
        meant, another = _two(WORDS["intended"], lambda how: f"{one} {how} {base}.", chance)
        return Event(base, meant, meant, chance.choice([did, did_not, happened, another]), "unsupported")
    if chance.random() < 1 / 2:
        return Event(base, happened + did, happened + did, did_not + failed)
    return Event(base, failed, did_not + failed, did + happened)


def possible(one: str, _other: str, chance: random.Random) -> Event:
    """What someone may, will, has to or cannot do."""
    base, _past = chance.choice(WORDS["deeds"])
    said, another = _two(WORDS["modal"], lambda how: f"{one} {how} {base}.", chance)
    return Event(base, said, said, another, "unsupported")


def stated(one: str, other: str, chance: random.Random) -> Event:
    """Who said something, denied it, asked for it or would not say."""
    that, denied = chance.choice(WORDS["statements"])
    fill = {"one": one, "other": other, "that": that, "not": denied}
    said, another = _two(WORDS["stances"], lambda way: way.format(**fill), chance)
    return Event(that, said, said, another)


def told_how_far(one: str, _other: str, chance: random.Random) -> Event:
    """Who said that something would be and not when, where, why or how far; or said this too."""
    that, which, rest = chance.choice(WORDS["questions"])
    question = f"{which} {that}"
    but_not = [f"{one} said that {that} but not {which}.", f"{one} said that {that}, without saying {which}."]
    silent = [
        f"{one} did not say {question}.",
        f"{one} would not say {question}.",
        f"Asked {question}, {one} gave no answer.",
        f"{one} left open {question}.",
    ]
    told = [f"{one} said that {that} {rest}.", f"According to {one}, {that} {rest}.", f"{rest}, {one} said, {that}."]
    said = [f"{one} said {question}.", f"{one} told {question}.", f"{one} made clear {question}."]
    if chance.random() < OPEN:
        return Event(that, but_not + silent, silent, said + told)
    return Event(that, told, said + told, silent)


def how_many(_one: str, _other: str, chance: random.Random) -> Event:
    """All, most, few or none of some."""
    some, did = chance.choice(WORDS["members"]), chance.choice(WORDS["predicates"])
    lots = [[f"{how} {some} {did}." for how in lot] for lot in WORDS["quantities"]]
    every, most, *_, all_but_one = lots
    pairs = [pair for pair in permutations(lots, 2) if most not in pair or all_but_one not in pair]
    said, another = chance.choice(pairs)
    not_all = [f"Not every one of {some} {did}."]
    if said == every:
        return Event(some, said, said, not_all + another)
    return Event(some, said, said + not_all, chance.choice([every, another]))


def bounded(_one: str, _other: str, chance: random.Random) -> Event:
    """At least, at most or exactly so many."""
    number, (thing, did) = chance.randint(12, 900), chance.choice(WORDS["counted"])
    said, another = _two(chance.choice(WORDS["bounds"]), lambda how: f"{how} {number} {thing} {did}.", chance)
    return Event(thing, said, said, another)


def changed(_one: str, _other: str, chance: random.Random) -> Event:
    """From one figure to another; its twin goes the other way."""
    what, (low, high) = chance.choice(WORDS["measured"]), sorted(chance.sample(range(11, 99), 2))
    rise = [
        f"{what} rose from {low} to {high}.",
        f"{what} went up to {high} from {low}.",
        f"{what} stood at {high}, up from {low}.",
        f"{what} was {low} before and {high} after.",
        f"{what} had been {low} and was now {high}.",
    ]
    fall = [
        f"{what} fell from {high} to {low}.",
        f"{what} went down to {low} from {high}.",
        f"{what} stood at {low}, down from {high}.",
        f"{what} was {high} before and {low} after.",
        f"{what} had been {high} and was now {low}.",
    ]
    up = [*rise, f"{what} rose.", f"{what} was higher than before."]
    down = [*fall, f"{what} fell.", f"{what} was lower than before."]
    return Event(what, rise, up, down) if chance.random() < 1 / 2 else Event(what, fall, down, up)


def ordered(_one: str, _other: str, chance: random.Random) -> Event:
    """What came first."""
    return _exchanged("orders", chance)


def caused(_one: str, _other: str, chance: random.Random) -> Event:
    """What led to what."""
    return _exchanged("causes", chance)


def _exchanged(kind: str, chance: random.Random) -> Event:
    first, second = chance.sample(WORDS["happenings"], 2)

    def ways(one: str, other: str) -> list[str]:
        return [way.format(one=one, other=other) for way in WORDS[kind]]

    return turnable(kind, ways, first, second)


def chosen(one: str, _other: str, chance: random.Random) -> Event:
    """One thing rather than another."""
    taken, left = chance.sample(chance.choice(WORDS["choices"]), 2)

    def ways(this: str, that: str) -> list[str]:
        return [way.format(one=one, this=this, that=that) for way in WORDS["choosing"]]

    def claims(this: str, that: str) -> list[str]:
        return [*ways(this, that), f"{one} chose {this}.", f"{one} did not choose {that}."]

    return turnable("choice", ways, taken, left, claims)


def together(one: str, other: str, chance: random.Random) -> Event:
    """Both, neither, or one of the two."""
    base, past = chance.choice(WORDS["deeds"])
    both = [f"Both {one} and {other} {past}.", f"{one} {past}, and so did {other}.", f"{other} {past}, as {one} did."]
    neither = [
        f"Neither {one} nor {other} {past}.",
        f"{one} did not {base}, and neither did {other}.",
        f"{other} did not {base}, nor did {one}.",
    ]
    either = [
        f"Either {one} or {other} {past}.",
        f"{one} {past}, or else {other} did.",
        f"It was {one} or {other} that {past}.",
    ]
    but = [
        f"{one} {past}, but {other} did not.",
        f"Unlike {other}, {one} {past}.",
        f"{other} did not {base}, though {one} did.",
    ]
    one_did, one_not = [f"{one} {past}."], [f"{one} did not {base}."]
    other_did, other_not = [f"{other} {past}."], [f"{other} did not {base}."]
    none: list[str] = []
    ways, more, false = chance.choice(
        [
            (both, one_did + other_did, one_not + other_not + neither + but),
            (neither, one_not + other_not, one_did + other_did + both + but),
            (either, none, one_did + other_did + both + neither),
            (but, one_did + other_not, one_not + other_did + both + neither),
        ]
    )
    return Event(base, ways, ways + more, false, "unsupported" if ways == either else "contradicted")


def _two(lots: Sequence[Sequence[str]], tell: Callable[[str], str], chance: random.Random) -> list[list[str]]:
    """Two of the lots of words, those of a lot meaning the same, each told in all its ways."""
    return [[tell(how) for how in lot] for lot in chance.sample(lots, 2)]
