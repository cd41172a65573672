"""Of whom is it said? For each name of a claim the words around it, and which name has those words around it in the
paragraph. `alliance with Beijing … partnership with Washington` has the same names and words as its opposite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.checks.finding import Finding, Reason
from assistant.checks.names import GENERIC, LINKS, REGIONS, TITLES, Name, has_bare_title, is_same, names_of
from assistant.checks.polarity import pulls
from assistant.checks.reading import BE, Reading, Word, listed

LISTING = re.compile(r"[\s,]*(?:and|or|&)?\s*(?:the\s+)?|[-–/]")
PRONOUNS = listed("he she his her they their who")
SPAN = 4  # content words on either side
LIGHT = listed(
    """also however even still already other most more much many including according part long far hand say said says
    note noted take took taking"""
)
FEWEST = 2  # words that must be shared where only one name's surroundings speak against it
NEAR = 0.5  # share of a name's surroundings that another name must have
LEAD = 0.3  # by which it must have more of them than the claim's own name


@dataclass(frozen=True, slots=True)
class Bound:
    """A name with the terms before and after it in its sentence, the nearest first."""

    name: Name
    before: tuple[str, ...]
    after: tuple[str, ...]


def check_bindings(
    claim: Reading, zone: Reading, weights: Mapping[str, float], learned: tuple[tuple[str, str], ...] = ()
) -> Finding:
    """`exchanged`: what the claim says of one name the zone says of another that the claim has elsewhere, and the
    reverse; `taken`: that, one way only; `renamed`: the zone says it of a name that the claim does not have;
    `displaced`: the zone lacks a name of the claim, and the claim one of the zone's of the same sort.

    Each is the share, by weight and nearness, of the words around the name by which the other one leads. `weights` are
    the IDF of the terms.
    """
    mine, theirs = _bound(claim, learned), _bound(zone, learned)
    here, there = [item.name.key for item in mine], [item.name.key for item in theirs]
    measures = dict.fromkeys(("exchanged", "taken", "renamed", "displaced"), 0.0)
    reasons: list[Reason] = []
    words = {word.lower for word in zone.words}
    anyone = bool(words & PRONOUNS) or has_bare_title(zone)
    for item in mine:
        own = max((_likeness(item, other, weights) for other in theirs if _is_same(item, other)), default=0.0)
        region, named_there = item.name.key in REGIONS, _among(item.name.key, there)
        meant = _is_spelled(item.name, words) or (anyone and not item.name.listed)  # perhaps, as `he` or `the leader`
        lacking = not (region or named_there or meant)
        if not (lacking or region or named_there):
            continue
        beside = _listed_with(item, mine, claim.text)
        for rival in theirs:
            if _is_same(item, rival) or not _alike(item, rival) or rival.name.key in beside:
                continue
            free = not _among(rival.name.key, here)
            if rival.name.key not in REGIONS:
                measures["displaced"] = max(measures["displaced"], float(lacking and free))
            near = _likeness(item, rival, weights)
            if near < NEAR or near - own < LEAD:
                continue
            if not free and _leads_back(item, rival, mine, theirs, weights):
                measure = "exchanged"
            elif not {item.name.key, rival.name.key} & REGIONS and _likeness(item, rival, weights, fewest=FEWEST):
                measure = "renamed" if free else "taken"
            else:
                continue
            measures[measure] = max(measures[measure], near - own)
            said = f"{{place}} says so of {rival.name.text}, not of {item.name.text}"
            reasons.append(Reason("conflict", said, measure))
    return Finding(measures, tuple(reasons))


def _is_spelled(name: Name, words: set[str]) -> bool:
    """Whether all words of a name that is no country stand in the zone."""
    return not name.listed and all(part in words for part in re.split(r"[\s-]+", name.text.lower()))


def _listed_with(item: Bound, others: Sequence[Bound], text: str) -> set[str]:
    """Keys of the names that are listed together with one: what is said of one is said of all."""
    found = set()
    for other in others:
        first, last = sorted((item.name, other.name), key=lambda name: name.start)
        if first is not last and LISTING.fullmatch(text[first.end : last.start]):
            found.add(other.name.key)
    return found


def _leads_back(
    item: Bound, rival: Bound, mine: Sequence[Bound], theirs: Sequence[Bound], weights: Mapping[str, float]
) -> bool:
    """Whether what the claim says of the rival the zone says rather of the item."""
    for other in mine:
        if _is_same(other, rival):
            own = max((_likeness(other, one, weights) for one in theirs if _is_same(other, one)), default=0.0)
            if any(_likeness(other, one, weights) > own for one in theirs if _is_same(one, item)):
                return True
    return False


def _is_same(one: Bound, other: Bound) -> bool:
    return is_same(one.name.key, other.name.key)


def _among(key: str, keys: Iterable[str]) -> bool:
    return any(is_same(key, other) for other in keys)


def _alike(one: Bound, other: Bound) -> bool:
    """Whether two names can stand for one another: both countries or bodies, or both neither."""
    return one.name.listed == other.name.listed or {one.name.key, other.name.key} & REGIONS != set()


def _likeness(item: Bound, other: Bound, weights: Mapping[str, float], *, fewest: int = 1) -> float:
    """Share, by weight and nearness, of the terms around one name that stand as near on the same side of the other; the
    nearest of both may stand on either side: `South Korea's government`, `the government of South Korea`."""
    total = shared = 0.0
    count = 0
    for side, across, opposite in (
        (item.before, other.before, other.after),
        (item.after, other.after, other.before),
    ):
        for at, term in enumerate(side):
            weight = weights.get(term, 1.0)
            total += weight / (at + 1)
            if term in across:
                count += 1
                shared += weight / (max(at, across.index(term)) + 1)
            elif at == 0 and opposite[:1] == (term,):
                count += 1
                shared += weight
    return shared / total if total and count >= fewest else 0.0


def _bound(reading: Reading, learned: tuple[tuple[str, str], ...]) -> list[Bound]:
    names = [name for name in names_of(reading, learned) if name.listed or not _is_thing(name)]
    inside = {at for name in names for at in range(name.first, name.last + 1)}
    axes = {pull.first: f"{pull.axis} {pull.side}" for pull in reversed(pulls(reading))}
    found = []
    for name in names:
        before = _terms(reading.words, range(name.first - 1, -1, -1), inside, name, axes)
        after = _terms(reading.words, range(name.last + 1, len(reading.words)), inside, name, axes)
        if any(word.lower == "by" for word in reading.words[max(0, name.first - 2) : name.first]):
            before, after = (), (*before, *after)
        elif _is_passive_subject(reading.words, name):
            before, after = (*before, *after), ()
        found.append(Bound(name, before, after))
    return found


def _is_thing(name: Name) -> bool:
    """Whether a name is of words that stand for no one in particular: `Air Base`, `Assistant Director`."""
    return all(part in TITLES or part in GENERIC or part in LINKS for part in re.split(r"[\s-]+", name.text.lower()))


def _terms(
    words: Sequence[Word], places: range, inside: set[int], name: Name, axes: Mapping[int, str]
) -> tuple[str, ...]:
    """Content words in the order of `places` within the name's sentence; `supply` and `provide` are one."""
    found: list[str] = []
    for at in places:
        if words[at].sentence != name.sentence or len(found) >= SPAN:
            break
        term = words[at].term
        if term and at not in inside and words[at].lower not in LIGHT:
            found.append(axes.get(at, term))
    return tuple(found)


def _is_passive_subject(words: Sequence[Word], name: Name) -> bool:
    """Whether `was …ed` follows the name."""
    following = words[name.last + 1 : name.last + 4]
    return any(one.lower in BE and other.lower.endswith(("ed", "en")) for one, other in pairwise(following))
