"""Does the paragraph say the opposite? The words that claim and sentences share, denied on one side and not the other,
and words that pull opposite ways (`opposites.json`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.checks.finding import Finding, Reason
from assistant.checks.reading import Reading, Word, opposites, read_words
from ingest.analyser import stem

MEASURES = ("opposite", "agreeing", "flipped", "flipped_most", "valence_turned")
ALIKE_FROM = 7  # letters: `enthusiasm` is of `enthusiastic`
PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "anti")
HALF = 0.5
LONG = 6  # letters after a prefix that are surely a word of their own, where the other text has it
AROUND = 5  # words on either side that tell which of several places speaks of the same


@dataclass(frozen=True, slots=True)
class Pull:
    """A word or phrase that pulls one way: in the pair `axis`, `side` is +1 or -1, and `sign` so after all denials."""

    axis: str
    side: int
    sign: int
    text: str
    first: int
    last: int


def check_polarity(claim: Reading, zone: Reading, weights: Mapping[str, float]) -> Finding:
    """`opposite` and `agreeing`: how many of the claim's pulling words the zone turns round, and agrees with;
    `flipped`: weight of the shared words that are denied on one side only; `flipped_most`: that is more than half.

    `zone` is the part of the paragraph that speaks of the same; `weights` are the IDF of the terms.
    """
    reasons: list[Reason] = []
    if _says_first(claim, zone):
        return Finding(dict.fromkeys(MEASURES, 0.0))
    turned, agreed = _opposites(claim, zone)
    for mine, theirs in turned:
        reasons.append(Reason("conflict", _apart(mine, theirs), "opposite"))
    flipped, kept, word = _flips(claim, zone, weights)
    share = flipped / (flipped + kept) if flipped + kept else 0.0
    if share > 0 and word:
        denier = _denier_of(zone, claim, word)
        if denier:
            reasons.append(
                Reason(
                    "conflict", f"{denier[0]} {denier[1]} “{word}” with “{denier[2]}”, the other does not", "flipped"
                )
            )
    excused = any(_in_other_words(pull, zone) for pull in agreed)
    measures = {
        "opposite": min(1.0, len(turned) / 2),
        "agreeing": min(1.0, len(agreed) / 2),
        "flipped": share,
        "flipped_most": float(not excused and (share > 0.5 or _flips_at_denier(claim, zone))),
        "valence_turned": _valence_turned(claim, zone),
    }
    if measures["flipped_most"] and not reasons:
        reasons.append(Reason("conflict", "one of the claim and {place} denies what the other says", "flipped"))
    return Finding(measures, tuple(reasons))


def pulls(reading: Reading) -> tuple[Pull, ...]:
    """The pulling words of a text with their sign after denials."""
    return _pulls_of(reading.text)


@lru_cache(maxsize=4096)
def _pulls_of(text: str) -> tuple[Pull, ...]:
    words = read_words(text).words
    found: list[Pull] = []
    at = 0
    while at < len(words):
        size, listed = _longest_at(words, at)
        for axis, side in listed:
            sign = -side if words[at].denied != _denies_what_follows(words, at, size) else side
            found.append(Pull(axis, side, sign, text[words[at].start : words[at + size - 1].end], at, at + size - 1))
        at += size
    return tuple(found)


def _denies_what_follows(words: Sequence[Word], at: int, size: int) -> bool:
    """Whether `not` comes right after an adverb: `probably not` is `unlikely`."""
    following = words[at + size].lower if at + size < len(words) else ""
    return following == "not" and words[at].lower.endswith("ly")


def _longest_at(words: Sequence[Word], at: int) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Words in the longest listed phrase that begins here, and its pairs and sides; (1, ()) for none."""
    word = words[at]
    if word.proper:
        return 1, ()
    table, longest = _pairs(), _longest_from()
    most = max(longest.get("=" + word.lower, 1), longest.get(_key(word), 1))
    for size in range(min(most, len(words) - at), 1, -1):
        run = words[at : at + size]
        listed = table.get("=" + " ".join(word.lower for word in run)) or table.get(" ".join(map(_key, run)))
        if listed:
            return size, listed
    return 1, _listed(word.lower, _key(word))


@lru_cache(maxsize=16384)
def _listed(lower: str, key: str) -> tuple[tuple[str, int], ...]:
    """The pairs that a word belongs to and its sides: as it stands, without its prefix, or by how it begins."""
    table = _pairs()
    if listed := table.get("=" + lower) or table.get(key):
        return listed
    for rest in without_prefix(lower):
        listed = table.get("=" + rest) or table.get(stem(rest) or rest)
        if listed:
            return tuple((axis, -side) for axis, side in listed)
    return _pairs_by_start().get(lower[:ALIKE_FROM], ()) if len(lower) > ALIKE_FROM else ()


@lru_cache(maxsize=16384)
def without_prefix(lower: str) -> tuple[str, ...]:
    """What a word denies by its prefix: `happy` of `unhappy`. Only a guess: `interest` has no `terest`."""
    return tuple(
        lower[len(prefix) :].lstrip("-")
        for prefix in PREFIXES
        if lower.startswith(prefix) and len(lower) > len(prefix) + 3
    )


def _says_first(claim: Reading, zone: Reading) -> bool:
    """Whether one side says `first` and the other `no … before`: the same, though only one denies."""
    sides = [{word.lower for word in reading.words} for reading in (claim, zone)]
    return any(
        "first" in one - other
        and other & {"no", "not", "never", "none"}
        and other & {"before", "earlier", "previous", "ever", "since"}
        for one, other in (sides, sides[::-1])
    )


def _opposites(claim: Reading, zone: Reading) -> tuple[list[tuple[Pull, Pull]], list[Pull]]:
    """The claim's pulls that some pull of the zone turns round and none agrees with, and those agreed with."""
    theirs = pulls(zone)
    turned: dict[int, tuple[Pull, Pull]] = {}
    agreed: dict[int, Pull] = {}
    mine = pulls(claim)
    for pull in mine:
        for other in theirs:
            if other.axis == pull.axis and other.sign == pull.sign:
                agreed[pull.first] = pull
            elif other.axis == pull.axis:
                turned.setdefault(pull.first, (pull, other))
    return [pair for first, pair in turned.items() if first not in agreed], list(agreed.values())


def _apart(mine: Pull, theirs: Pull) -> str:
    """What a word of the claim and one of the place come to beside each other, in plain words."""
    if stem(theirs.text.lower()) == stem(mine.text.lower()):
        return f"of the claim and {{place}} one denies “{mine.text}”, the other does not"
    if mine.side != theirs.side:
        return f"{{place}} says the opposite: “{theirs.text}”, not “{mine.text}”"
    if mine.sign != mine.side:
        return f"the claim denies “{mine.text}”, {{place}} says “{theirs.text}”"
    return f"{{place}} denies “{theirs.text}”, the claim says “{mine.text}”"


def _in_other_words(pull: Pull, zone: Reading) -> bool:
    """Whether one side denies a good word and the other has a bad one: `not welcome` and `unwelcome`."""
    same = [other for other in pulls(zone) if other.axis == pull.axis and other.sign == pull.sign]
    return pull.sign < 0 and (pull.side > 0 or any(other.side > 0 for other in same))


def _flips(claim: Reading, zone: Reading, weights: Mapping[str, float]) -> tuple[float, float, str]:
    """Weight of the shared terms denied on one side only, weight of the others, and the heaviest flipped word.

    Where the zone has a word several times, the place counts whose surroundings share most with the claim's.
    """
    mine = {word.term for word in claim.words if word.term}
    theirs = _occurrences(zone, mine)
    flipped = kept = heaviest = 0.0
    shown = ""
    for at, word in enumerate(claim.words):
        if word.term is None or word.text[0].isupper():
            continue
        found = _counterpart(claim, at, zone, theirs)
        if found is None:
            continue
        weight = weights.get(word.term, 1.0)
        if not found:
            kept += weight
            continue
        flipped += weight
        if weight > heaviest:
            heaviest, shown = weight, word.lower
    return flipped, kept, shown


def _occurrences(reading: Reading, wanted: set[str]) -> dict[str, list[tuple[int, bool]]]:
    """Places of each term, and whether it is denied there; under `happy` also `unhappy`, where that is wanted."""
    found: dict[str, list[tuple[int, bool]]] = {}
    for at, word in enumerate(reading.words):
        if not word.term:
            continue
        found.setdefault(word.term, []).append((at, word.denied))
        for rest in without_prefix(word.lower):
            bare = stem(rest)
            if bare in wanted and word.term not in wanted:
                found.setdefault(str(bare), []).append((at, not word.denied))
    return found


def _counterpart(claim: Reading, at: int, zone: Reading, theirs: Mapping[str, list[tuple[int, bool]]]) -> bool | None:
    """Whether the zone's counterpart of a claim's word is denied where the word is not, or the reverse; None where it
    has none."""
    word = claim.words[at]
    tries = [(str(word.term), word.denied)]
    tries += [(str(stem(rest)), not word.denied) for rest in without_prefix(word.lower)]
    for term, denied in tries:
        if term in theirs:
            around = _terms_around(claim, at)
            places = theirs[term]
            most = max(len(around & _terms_around(zone, place)) for place, _ in places)
            return all(denied != other for place, other in places if len(around & _terms_around(zone, place)) == most)
    return None


def _terms_around(reading: Reading, at: int) -> frozenset[str]:
    near = reading.words[max(0, at - AROUND) : at + AROUND + 1]
    return frozenset(word.term for word in near if word.term and word is not reading.words[at])


def _valence_turned(claim: Reading, zone: Reading) -> float:
    """How much of what stands around a word that pulls one way in the claim stands around one of another pair that
    pulls the other way in the zone, where neither word has a counterpart: `with enthusiasm`, `with skepticism`."""
    mine, theirs = _without_counterpart(claim, zone), _without_counterpart(zone, claim)
    turned = 0.0
    for pull in mine:
        around = _terms_around(claim, pull.first)
        for other in theirs:
            if around and other.sign != pull.sign:
                turned = max(turned, len(around & _terms_around(zone, other.first)) / len(around))
    return turned if turned >= HALF else 0.0


def _without_counterpart(reading: Reading, other: Reading) -> list[Pull]:
    """The good and bad words of a text which the other text has neither as they are nor by their pair."""
    terms = {word.term for word in other.words if word.term}
    axes = {pull.axis for pull in pulls(other)}
    own = pulls(reading)
    known = {pull.first for pull in own if pull.axis in axes or reading.words[pull.first].term in terms}
    return [pull for pull in own if pull.first not in known and pull.axis in _valenced()]


def _flips_at_denier(claim: Reading, zone: Reading) -> bool:
    """Whether the very word that one side denies stands on the other, and is not denied anywhere there."""
    return any(
        (_denied_first(one) | _denied_by_prefix(one, other)) & _never_denied(other)
        for one, other in ((claim, zone), (zone, claim))
    )


def _denied_by_prefix(reading: Reading, other: Reading) -> set[str]:
    """What long words deny by their prefix: `incentive` of `disincentive`, unless `disincentive` is denied itself or
    stands in the other text as well."""
    shared = {word.lower for word in other.words} | {"information"}
    words = [word for word in reading.words if not word.denied and not word.proper and word.lower not in shared]
    return {str(stem(rest)) for word in words for rest in without_prefix(word.lower) if len(rest) >= LONG}


def _denied_first(reading: Reading) -> set[str]:
    """The term after each denier: what it denies before all else."""
    found = set()
    for start, _ in reading.deniers:
        denied = (word for word in reading.words if word.start > start and word.denied and word.term)
        following = next((word for word in denied if not word.proper), None)
        if following is not None and following.term:
            found.add(following.term)
    return found


def _never_denied(reading: Reading) -> set[str]:
    denied = {word.term for word in reading.words if word.denied}
    return {word.term for word in reading.words if word.term and word.term not in denied}


def _denier_of(zone: Reading, claim: Reading, word: str) -> tuple[str, str, str] | None:
    """Which side denies the word, and by what."""
    for side, reading in (("the claim", claim), ("{place}", zone)):
        for item in reading.words:
            if item.lower != word and item.term != stem(word):
                continue
            before = [text for start, text in reading.deniers if start < item.start]
            if item.denied and before:
                return side, "denies", before[-1]
    return None


def _key(word: Word) -> str:
    return word.term or stem(word.lower) or word.lower


@lru_cache(maxsize=1)
def _valenced() -> frozenset[str]:
    """The pairs of which one side is good news and the other bad."""
    return frozenset(opposites()["good and bad"])


@lru_cache(maxsize=1)
def _pairs_by_start() -> dict[str, tuple[tuple[str, int], ...]]:
    """The pairs by the first letters of a long word, where all words that begin so agree."""
    found: dict[str, set[tuple[tuple[str, int], ...]]] = {}
    for key, listed in _pairs().items():
        if len(key) >= ALIKE_FROM and " " not in key and not key.startswith("="):
            found.setdefault(key[:ALIKE_FROM], set()).add(listed)
    return {start: next(iter(several)) for start, several in found.items() if len(several) == 1}


@lru_cache(maxsize=1)
def _pairs() -> dict[str, tuple[tuple[str, int], ...]]:
    """Stemmed word or phrase -> the pairs it belongs to and its side."""
    table: dict[str, dict[str, int]] = {}
    for axis, sides in opposites()["pairs"].items():
        for sign, side in zip((1, -1), sides, strict=True):
            for phrase in side:
                key = (
                    phrase
                    if phrase.startswith("=")
                    else " ".join(stem(word) or word for word in re.split("[- ]", phrase))
                )
                table.setdefault(key, {}).setdefault(axis, sign)
    return {key: tuple(axes.items()) for key, axes in table.items()}


@lru_cache(maxsize=1)
def _longest_from() -> dict[str, int]:
    """How many words the longest phrase of the pairs has, by its first."""
    longest: dict[str, int] = {}
    for phrase in _pairs():
        first, *others = phrase.split()
        longest[first] = max(longest.get(first, 1), 1 + len(others))
    return longest
