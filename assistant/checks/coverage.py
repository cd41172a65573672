"""How much of a claim the paragraph has: its words by weight, the stretch it lacks, which sentences say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.checks.finding import ALIKE, Finding, Reason
from assistant.checks.names import Name, names_of, spelled_out
from assistant.checks.polarity import pulls
from assistant.checks.reading import Reading, listed, read_words
from ingest.analyser import terms

LIGHT = listed(
    """given right now since despite go goes going went come comes came take takes took get gets got make makes
    made give gives article cable paper document report headline such said say says according may might also
    still yet even already thing things way"""
)
ADDS = 0.22
NEAR = 1.2  # weight of how near a sentence comes to the claim, beside the share of its words
AROUND = 3  # sentences
LONGEST_AROUND = 90  # words of them together
NAME_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A content word or a name of a claim with its weight, and how far (0 to 1) the paragraph has it."""

    text: str
    weight: float
    told: float


@dataclass(frozen=True, slots=True)
class Zone:
    """The sentences of a paragraph that speak of a claim's matter, as one text, and the place in the paragraph where
    they start; the best one's number; `around` is the text of it and of two more that add most."""

    reading: Reading
    start: int
    best: int
    around: str


def find_zone(
    claim: Reading,
    paragraph: Reading,
    weights: Mapping[str, float],
    heard: Sequence[float],
    learned: tuple[tuple[str, str], ...] = (),
) -> Zone:
    """The sentence that covers most of the claim and comes nearest to it, with the one that adds most to it; `heard` is
    how near each comes."""
    wanted = _items(claim, weights, learned)
    total = sum(wanted.values()) or 1.0
    held = [_held_items(paragraph.sentence(number), learned) for number in range(len(paragraph.sentences))]
    scores = [
        sum(weight for item, weight in wanted.items() if item in items) / total
        + NEAR * (heard[number] if heard else 0.0)
        for number, items in enumerate(held)
    ]
    ranked = sorted(range(len(scores)), key=lambda number: (-round(scores[number], 6), number))
    best = ranked[0]
    gains = [sum(weight for item, weight in wanted.items() if item in items - held[best]) / total for items in held]
    second = max(range(len(gains)), key=lambda number: (round(gains[number], 6), -number))
    numbers = (best, second) if gains[second] >= ADDS else (best,)
    around = _fitting(paragraph, list(dict.fromkeys([*numbers, *ranked]))[:AROUND])
    start = paragraph.sentences[min(numbers)][0]
    return Zone(read_words(_joined(paragraph, numbers)), start, best, _joined(paragraph, around))


def _fitting(paragraph: Reading, ranked: Sequence[int]) -> list[int]:
    """The best sentence, and of the next those that `LONGEST_AROUND` leaves room for."""
    found = list(ranked[:1])
    for number in ranked[1:]:
        if sum(len(paragraph.sentence(other).split()) for other in (*found, number)) <= LONGEST_AROUND:
            found.append(number)
    return found


def _joined(paragraph: Reading, numbers: Iterable[int]) -> str:
    return " ".join(paragraph.sentence(number) for number in sorted(set(numbers)))


def check_coverage(
    claim: Reading,
    paragraph: Reading,
    weights: Mapping[str, float],
    *,
    learned: tuple[tuple[str, str], ...] = (),
    context: str = "",
    skip: tuple[tuple[int, int], ...] = (),
) -> Finding:
    """`coverage`: weighted share of the claim's words and names that the paragraph has; `gap`: share of the heaviest
    stretch that it lacks; `tail_verbatim`: that stretch is long, and the rest of the claim is there.

    `skip` are places in the claim that other layers read.
    """
    units = measure_units(claim, paragraph, weights, learned=learned, context=context, skip=skip)
    total = sum(unit.weight for unit in units) or 1.0
    told = sum(unit.weight * unit.told for unit in units) / total
    gap, stretch = _widest_gap(units)
    rest = total - gap
    rest_told = sum(unit.weight * unit.told for unit in units if unit.text not in stretch) / rest if rest > 0 else 0.0
    reasons = []
    if stretch:
        reasons.append(Reason("missing", f"not in {{place}}: {', '.join(stretch)}", "gap"))
    measures = {
        "coverage": told,
        "gap": gap / total,
        "tail_verbatim": max(0.0, rest_told - 0.5) * min(3, len(stretch)),
    }
    return Finding(measures, tuple(reasons))


def measure_units(
    claim: Reading,
    paragraph: Reading,
    weights: Mapping[str, float],
    *,
    learned: tuple[tuple[str, str], ...] = (),
    context: str = "",
    skip: tuple[tuple[int, int], ...] = (),
) -> tuple[Unit, ...]:
    """The claim's content words and names in order, with how far each is told."""
    held = _held(read_words(f"{paragraph.text} . {context}"), learned)
    names = names_of(claim, learned)
    at_name = {name.first: name for name in names}
    inside = {at for name in names for at in range(name.first, name.last + 1)}
    axes = {at: pull.axis for pull in pulls(claim) for at in range(pull.first, pull.last + 1)}
    units = []
    for at, word in enumerate(claim.words):
        if at in at_name:
            name = at_name[at]
            units.append(Unit(name.text, NAME_WEIGHT, _has_name(name, held)))
        elif at not in inside and word.term is not None and word.lower not in LIGHT and not _within(word.start, skip):
            told = _has_word(word.term, axes.get(at), held)
            units.append(Unit(word.text, weights.get(word.term, 1.0), told))
    return tuple(units)


@dataclass(frozen=True, slots=True)
class _Held:
    terms: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    axes: frozenset[str]


def _held(reading: Reading, learned: tuple[tuple[str, str], ...]) -> _Held:
    return _Held(
        frozenset([*(word.term for word in reading.words if word.term), *terms(spelled_out(reading))]),
        frozenset(word.lower for word in reading.words if word.term),
        frozenset(name.key for name in names_of(reading, learned)),
        frozenset(pull.axis for pull in pulls(reading)),
    )


def _has_name(name: Name, side: _Held) -> float:
    if name.key in side.names:
        return 1.0
    parts = name.key.split()
    present = sum(any(part in other.split() for other in side.names) or part in side.words for part in parts)
    return 0.0 if name.listed else present / len(parts)


def _has_word(term: str, axis: str | None, side: _Held) -> float:
    if term in side.terms:
        return 1.0
    if len(term) > 4 and any(other.startswith(term[:5]) for other in side.terms):
        return 0.8
    return ALIKE if axis in side.axes else 0.0


def _within(start: int, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= start < end for first, end in spans)


def _items(reading: Reading, weights: Mapping[str, float], learned: tuple[tuple[str, str], ...]) -> dict[str, float]:
    """Names, terms and pairs of opposites of a text with their weights."""
    names = names_of(reading, learned)
    inside = {at for name in names for at in range(name.first, name.last + 1)}
    items = {f"={name.key}": 1.5 for name in names}
    items |= {
        word.term: weights.get(word.term, 1.0)
        for at, word in enumerate(reading.words)
        if word.term and at not in inside
    }
    items |= {f"~{pull.axis}": 1.5 for pull in pulls(reading)}
    return items


@lru_cache(maxsize=4096)
def _held_items(text: str, learned: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """Names, terms and pairs of opposites of a text. Kept for the next claim about the same paragraph."""
    return frozenset(_items(read_words(text), {}, learned))


def _widest_gap(units: tuple[Unit, ...]) -> tuple[float, tuple[str, ...]]:
    """The heaviest stretch of units that are not told; one that is half told does not break it."""
    widest: tuple[float, tuple[str, ...]] = (0.0, ())
    weight = 0.0
    words: list[str] = []
    for unit in (*units, Unit("", 0.0, 1.0)):
        if unit.told >= ALIKE:
            if weight > widest[0]:
                widest = (weight, tuple(words))
            weight, words = 0.0, []
        else:
            weight += unit.weight * (1 - unit.told)
            words.append(unit.text)
    return widest
