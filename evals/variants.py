"""A sentence that holds in, sentences that do not hold and others that still do out: by rule, to fit the support check.

Each rule makes one change of the kind that a wrong claim makes: a denial put in or taken out, another name, number or
time, two names that change places, a hedge taken off, a quantity made total, another speaker, words of another sentence
at the end. Those that still hold lose an aside, name the document or call a country otherwise. What a rule makes may
read badly; it is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.checks.dates import day_of, times
from assistant.checks.names import Name, names_of
from assistant.checks.numbers import WORDS, numbers
from assistant.checks.reading import read_words
from evals.denials import denied

DENIAL = re.compile(
    r"\b(?:is|are|was|were|will|would|can|could|should|must|has|have|had|does|did|do|may|might)(?: not\b|n['’]t\b)"
    r"|\b(?:cannot|never)\b|\bno (?=[a-z])|\bnot (?!only|just|merely)",
    re.I,
)
HEDGES = (
    (re.compile(r"\b(?:would|could|may|might|can) (?!not|have|be\b)([a-z]+)\b"), r"has already \1ed"),
    (re.compile(r"\b(?:would|could|may|might|can|will) be\b"), "was"),
    (re.compile(r"\b(?:is|are|was|were) (?:expected|likely|due|set|planned|scheduled) to ([a-z]+)\b"), r"has \1ed"),
    (re.compile(r"\bwill (?!not|be\b)([a-z]+)\b"), r"has \1ed"),
)
TOTALS = (
    (re.compile(r"\b(many|most|some|several|certain|a number of|a few)(?: of)?\b", re.I), "all"),
    (re.compile(r"\b(usually|often|sometimes|generally|mostly|largely|partly|in part|almost)\b", re.I), "always"),
)
SAID = re.compile(r"\b(?:said|says|noted|declared|stated|predicted|argued|announced|claimed|warned|explained)\b")
AND_LISTED = re.compile(r"\s*(?:,|and|or|&|,\s*and)\s*")
SYMMETRIC = re.compile(r"\b(?:between|and|both|along with|together with|with|alongside)\b", re.I)
ASIDE = re.compile(r", (?:which|who|where|for instance|however|moreover|therefore|including|such as)[^,.;]*(?=[,.;])")
OPENING = re.compile(r"^(?:However|Moreover|Naturally|Furthermore|In addition|Therefore|Thus|Still|Also|Indeed), ")
DATES = (
    (r"\b(?:January|February|March|April|May|June|July)\b(?= \d|,|\.| [a-z])", "November"),
    (r"\b(?:August|September|October|November|December)\b", "February"),
    (r"\b(?:Monday|Tuesday|Wednesday)\b", "Saturday"),
    (r"\b(?:last|next) (year|month|week)\b", r"five \1s ago"),
)
THIRTY = 30  # years by which a year is off
MAXIMUM = 2  # variants of a kind that one sentence gives


@dataclass(frozen=True, slots=True)
class Variant:
    """A sentence made from another, the kind of change, and whether it still holds."""

    text: str
    kind: str
    holds: bool


def variants(sentence: str, around: str) -> list[Variant]:
    """Up to two of each kind. `around` is the sentence's document, whose names and numbers stand in for its own."""
    rules: tuple[tuple[str, bool, Callable[[], Iterator[str]]], ...] = (
        ("negation", False, lambda: filter(None, [denied(sentence)])),
        ("name", False, lambda: _renamed(sentence, around)),
        ("number", False, lambda: _renumbered(sentence)),
        ("date", False, lambda: _redated(sentence)),
        ("relation", False, lambda: exchanged(sentence)),
        ("modality", False, lambda: _done(sentence)),
        ("quantifier", False, lambda: _total(sentence)),
        ("speaker", False, lambda: _said_by_another(sentence, around)),
        ("shortened", True, lambda: _shortened(sentence)),
        ("attributed", True, lambda: _attributed(sentence)),
        ("alias", True, lambda: _called_otherwise(sentence)),
        ("in_words", True, lambda: _in_words(sentence)),
    )
    made: dict[str, Variant] = {}
    for kind, holds, rule in rules:
        found = [text for text in rule() if text != sentence]
        for text in found[:MAXIMUM]:
            made.setdefault(text, Variant(text, kind, holds))
    return list(made.values())


def _renamed(sentence: str, around: str) -> Iterator[str]:
    names = names_of(read_words(sentence))
    there = {name.key for name in names}
    rivals = [name for name in names_of(read_words(around)) if name.key not in there]
    for name in names[::-1]:
        alike = [rival for rival in rivals if rival.listed == name.listed and _alike(rival, name)]
        if alike:
            rival = alike[(name.start + len(sentence)) % len(alike)]
            yield _replaced(sentence, name, rival.text)


def _alike(rival: Name, name: Name) -> bool:
    """Whether one may stand where the other does: both or neither an adjective such as `Danish`, of as many words."""
    endings = ("an", "ish", "ese", "ch", "ans")
    return rival.text.endswith(endings) == name.text.endswith(endings) and len(rival.text.split()) == len(
        name.text.split()
    )


def _replaced(sentence: str, name: Name, text: str) -> str:
    owned = re.search(r"['’]s?$", sentence[name.start : name.end])
    return f"{sentence[: name.start]}{text}{owned.group() if owned else ''}{sentence[name.end :]}"


def _renumbered(sentence: str) -> Iterator[str]:
    skip = tuple((time.start, time.end) for time in times(sentence, day_of(None)))
    for number in numbers(sentence, skip=skip):
        if number.value < 2 or " " in number.text:
            continue
        if number.text.isalpha():
            other = "seven" if number.value != 7 else "four"
            if number.unit == "th":
                other = "fourth" if number.value != 4 else "third"
        else:
            other = re.sub(r"\d+", lambda match: str(int(match.group()) * 2 + 1), number.text, count=1)
        yield f"{sentence[: number.start]}{other}{sentence[number.start + len(number.text) :]}"


def _redated(sentence: str) -> Iterator[str]:
    for pattern, other in DATES:
        match = re.search(pattern, sentence)
        if match:
            yield f"{sentence[: match.start()]}{match.expand(other)}{sentence[match.end() :]}"
    year = re.search(r"\b(?:1[5-9]|20)\d\d\b", sentence)
    if year:
        yield f"{sentence[: year.start()]}{int(year.group()) + THIRTY}{sentence[year.end() :]}"


def exchanged(sentence: str) -> Iterator[str]:
    """Two names change places, unless they are listed together or what links them goes both ways."""
    names = names_of(read_words(sentence))
    for one, other in pairwise(names):
        between = sentence[one.end : other.start]
        listing = AND_LISTED.fullmatch(between) or SYMMETRIC.search(sentence[max(0, one.start - 12) : other.start])
        if one.key == other.key or one.sentence != other.sentence or listing:
            continue
        swapped = _replaced(sentence, other, one.text)
        yield _replaced(swapped, one, other.text)


def _done(sentence: str) -> Iterator[str]:
    if DENIAL.search(sentence):
        return
    for pattern, done in HEDGES:
        match = pattern.search(sentence)
        if match:
            yield f"{sentence[: match.start()]}{match.expand(done).replace('eed', 'ed')}{sentence[match.end() :]}"


def _total(sentence: str) -> Iterator[str]:
    for pattern, total in TOTALS:
        match = pattern.search(sentence)
        if match:
            yield f"{sentence[: match.start()]}{total}{sentence[match.end() :]}"
    names = names_of(read_words(sentence))
    if names and names[0].start == 0 and not re.match(r"\s*(?:,|and\b)", sentence[names[0].end :]):
        yield f"Only {sentence}"


def _said_by_another(sentence: str, around: str) -> Iterator[str]:
    names = names_of(read_words(sentence))
    rivals = [name for name in names_of(read_words(around)) if name.key not in {own.key for own in names}]
    for match in SAID.finditer(sentence):
        speaker = next((name for name in reversed(names) if name.end <= match.start()), None)
        if speaker and match.start() - speaker.end < 3 and rivals:
            yield _replaced(sentence, speaker, rivals[len(sentence) % len(rivals)].text)


def _shortened(sentence: str) -> Iterator[str]:
    short = OPENING.sub("", ASIDE.sub("", sentence))
    if len(read_words(short).words) >= 5:
        yield short[0].upper() + short[1:]


def _attributed(sentence: str) -> Iterator[str]:
    words = read_words(sentence).words
    if words and (words[0].term is None or not words[0].text[1:].islower()) and words[0].lower not in ("he", "she"):
        first = words[0].text if words[0].text.isupper() or words[0].term else words[0].lower
        yield f"According to the document, {first}{sentence[words[0].end :]}"


def _called_otherwise(sentence: str) -> Iterator[str]:
    for names in ALIASES:
        for one, other in zip(names, (*names[1:], names[0]), strict=True):
            if re.search(rf"\b{one}\b", sentence):
                yield re.sub(rf"\b{one}\b", other, sentence)
                break


ALIASES = (
    ("South Korea", "the ROK"),
    ("South Korean", "Korean"),
    ("North Korea", "the DPRK"),
    ("China", "Beijing"),
    ("Japan", "Tokyo"),
    ("Russia", "Moscow"),
    ("the United States", "America"),
    ("the U.S.", "Washington"),
    ("Germany", "the Federal Republic of Germany"),
    ("the United Kingdom", "Britain"),
)


def _in_words(sentence: str) -> Iterator[str]:
    by_value = {value: word for word, value in WORDS.items() if value > 1 and word != "dozen"}
    skip = tuple((time.start, time.end) for time in times(sentence, day_of(None)))
    for number in numbers(sentence, skip=skip):
        if number.text.isdigit() and number.value in by_value:
            word, end = by_value[int(number.value)], number.start + len(number.text)
            yield f"{sentence[: number.start]}{word}{sentence[end:]}"
