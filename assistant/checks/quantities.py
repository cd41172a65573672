"""A text -> its quantities: numbers as the intervals that they can be, with their units and what they count."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from assistant.checks.dates import day_of, times
from assistant.checks.numbers import HUGEST, SIGNS, Number, numbers
from assistant.checks.reading import CERTAIN, listed, read_words
from ingest.analyser import terms

SAME_SUBJECT = 0.6  # share of the words before the one number that stand before the other too
HEAD = 3  # words after a number among which stands what it counts
SINGLE = frozenset(["th"])  # ordinals count nothing
FEW = 100  # below it, things are counted exactly
ROUNDED, ABOUT = 0.05, 0.1  # share of a number by which it may be rounded, and that with `about`
HALF_A_STEP = 0.49  # of the last digit that is written: what rounds to it
BEFORE_NUMBER = re.compile(
    r"\b(?:(?P<about>about|around|approximately|roughly|some|nearly|almost|circa|close to|(?:an )?estimated)"
    r"|(?P<least>at least|more than|over|above|no (?:fewer|less) than|not (?:fewer|less) than|exceed(?:s|ed|ing)?)"
    r"|(?P<most>at most|up to|less than|fewer than|under|below|no more than|not more than|as many as|as much as)"
    rf"|between|from) [{SIGNS}]?$",
    re.IGNORECASE,
)
AFTER_NUMBER = re.compile(r"(?P<least>\+| or more\b)|(?P<most> or (?:less|fewer)\b)|(?P<about> or so\b)")
PARTLY = re.compile(r" of (?:the|its|his|her|their|these|those)\b")
AGE = re.compile(r"[ -]years?[ -]old\b")  # what everyone has another of next year
RANGE = re.compile(rf"(?: ?[a-z%]+)? ?(?:to|or|and|-|–) ?[{SIGNS}]?")
UNITS_OF_LENGTH = (
    ("millimetres millimeters mm", 0.001),
    ("centimetre centimeter centimetres centimeters cm", 0.01),
    ("metre meter metres meters m", 1.0),
    ("kilometre kilometer kilometres kilometers km", 1000.0),
    ("mile miles", 1609.344),
    ("foot feet ft", 0.3048),
)
OTHER_MEASURES = (
    ("kilogram kilograms kilogramme kilogrammes kg", "mass", 1.0),
    ("tonne tonnes", "mass", 1000.0),
    ("ton tons", "ton", 1.0),
    ("hectare hectares", "area", 1.0),
    ("acre acres", "area", 0.404686),
    ("dollar dollars", "$", 1.0),
    ("euro euros", "€", 1.0),
    ("won", "₩", 1.0),
    ("yen", "¥", 1.0),
)
MEASURES = {word: ("length", factor) for words, factor in UNITS_OF_LENGTH for word in words.split()} | {
    word: (kind, factor) for words, kind, factor in OTHER_MEASURES for word in words.split()
}
POWERS = {"square": 2, "cubic": 3}
WORD = re.compile(r"[^\W\d_][\w'’-]*")
PREPOSITIONS = listed("in at on for of to by from with without under during near per among between")
LEADING = PREPOSITIONS | listed("the a an its his her their these those")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the interval of what it can be, its unit, and where it stands.

    `counted` are the terms after it that tell what it counts, and where each ends; `before` are those before it, and
    `subject` is `before` without the last, mostly a verb.
    """

    low: float
    high: float
    unit: str
    certainty: int
    counted: Mapping[str, int]
    before: frozenset[str]
    subject: frozenset[str]
    start: int
    end: int

    def meets(self, other: Quantity) -> bool:
        """Whether the two can be the same."""
        return self.unit == other.unit and self.low <= other.high and other.low <= self.high

    def shared(self, other: Quantity) -> frozenset[str] | None:
        """The terms after both by which they count the same, none where those before do; None where neither do."""
        if (self.unit, self.certainty) != (other.unit, other.certainty):
            return None
        after = frozenset(self.counted.keys() & other.counted.keys())
        if after or (self.counted and other.counted):
            return after or None
        fewest = min(len(self.before), len(other.before))
        return after if fewest and len(self.before & other.before) >= SAME_SUBJECT * fewest else None

    def span(self, shared: frozenset[str]) -> tuple[int, int]:
        """Start and end of the number with the first of the shared terms after it."""
        return self.start, min((self.counted[term] for term in shared), default=self.end)


def quantities_of(text: str) -> list[Quantity]:
    """The quantities of a text, a range as one."""
    skip = tuple((time.start, time.end) for time in times(text, day_of(None)))
    found = [number for number in numbers(text, skip=skip) if _is_quantity(number, text)]
    quantities: list[Quantity] = []
    from_here = at = 0
    while at < len(found):
        last = at + (at + 1 < len(found) and _is_range(text, found[at], found[at + 1]))
        quantities.append(_quantity(text, found[at], found[last], from_here, skip))
        from_here = quantities[-1].end
        at = last + 1
    return quantities


def _is_quantity(number: Number, text: str) -> bool:
    return number.unit not in SINGLE and not AGE.match(text, number.start + len(number.text))


def _is_range(text: str, first: Number, last: Number) -> bool:
    """`10 to 12`, `10–12`, `between 10 and 12`, `from 10 km to 12 km`."""
    between = text[first.start + len(first.text) : last.start]
    before = text[: first.start].rstrip(f"{SIGNS} ").lower()
    rises = first.value <= last.value or before.endswith("from")  # `12 to 3` are votes
    is_range = RANGE.fullmatch(between) is not None and rises
    return is_range and ("and" not in between.split() or before.endswith("between"))


def _quantity(text: str, first: Number, last: Number, from_here: int, skip: tuple[tuple[int, int], ...]) -> Quantity:
    """What is said to be from the first to the last number; `from_here` begins what may tell of what."""
    end = last.start + len(last.text)
    hedge, after = BEFORE_NUMBER.search(text[: first.start]), AFTER_NUMBER.match(text, end)
    sign = text[first.start - 1 : first.start] if first.start and text[first.start - 1] in SIGNS else ""
    start = hedge.start() if hedge else first.start - len(sign)
    end = after.end() if after else end
    unit, factor, words_from = _measure(text, last, end)
    unit = (sign or unit or last.unit) + " of" * (PARTLY.match(text, words_from) is not None)
    hedges = {name for match in (hedge, after) if match for name, said in match.groupdict().items() if said}
    lowest, highest = sorted((first, last), key=lambda number: number.value)
    less, more = (_slack(number, unit, about="about" in hedges) for number in (lowest, highest))
    clause = re.split(r"[.,;:]\s", text[from_here:start])[-1]
    before = [term for term in terms(clause) if not term.isdigit()]
    measured = words_from if words_from > end else None
    certainty = min((word.certainty for word in read_words(text).words if word.start == first.start), default=CERTAIN)
    return Quantity(
        -math.inf if "most" in hedges else (lowest.value - less) * factor,
        math.inf if "least" in hedges else (highest.value + more) * factor,
        unit,
        certainty,
        _counted(text, words_from, skip, measured),
        frozenset(before),
        frozenset(before[:-1]),
        start,
        words_from,
    )


def _measure(text: str, number: Number, end: int) -> tuple[str, float, int]:
    """The kind of measure that a number is in, its size in the kind's unit, and where its word ends."""
    attached = re.search(r"[A-Za-z]+$", number.text)
    if attached and attached.group() in MEASURES and len(attached.group()) > 1:
        return (*MEASURES[attached.group()], end)
    found = re.compile(r"[ -](?:(square|cubic|nautical) )?([A-Za-z]+)").match(text, end)
    if not found or found[2].lower() not in MEASURES:
        return "", 1.0, end
    kind, factor = MEASURES[found[2].lower()]
    return (f"{found[1]} {kind}" if found[1] else kind), factor ** POWERS.get(found[1], 1), found.end()


def _slack(number: Number, unit: str, *, about: bool) -> float:
    """By how much a number may be rounded, as its last digit tells."""
    room = ABOUT * number.value if about else 0.0
    digits = re.match(r"\d[\d,]*(?:\.\d+)?", number.text)
    if not digits or not 0 < abs(number.value) < HUGEST or (not unit and number.value < FEW):
        return room
    written = digits.group().replace(",", "")
    decimals = len(written.partition(".")[2])
    zeros = 0 if decimals else len(written) - len(written.rstrip("0"))
    step = number.value / float(written) * 10.0 ** (zeros - decimals)
    return max(room, min(step * HALF_A_STEP, ROUNDED * number.value))


def _counted(text: str, start: int, skip: tuple[tuple[int, int], ...], measured: int | None) -> dict[str, int]:
    """The terms that follow a number up to the next stop word, and where each ends: for a measure, at its unit."""
    clause = re.split(r"[.,;:](?:\s|$)", text[start:])[0]
    words = list(dropwhile(lambda word: word.group().lower() in LEADING, WORD.finditer(clause)))
    following = list(takewhile(lambda word: terms(word.group()), words))[:HEAD]
    return {
        term: measured or start + word.end()
        for word in following
        if not any(first <= start + word.start() < last for first, last in skip)
        for term in terms(word.group())
    }
