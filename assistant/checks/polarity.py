"""Does the paragraph say the opposite? The words that claim and sentences share, denied on one side and not the other,
and words that pull opposite ways (`opposites.json`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assistant.checks.finding import Finding, Reason
from assistant.checks.reading import Reading, Word, read_words
from ingest.analyser import stem

MEASURES = ("opposite", "agreeing", "flipped", "flipped_most")


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
        reasons.append(
            Reason("conflict", f"{{place}} says the opposite: “{theirs.text}”, not “{mine.text}”", "opposite")
        )
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
    excused = any(pull.sign < 0 for pull in agreed)  # `not welcome` and `unwelcome`: both deny, in other words
    measures = {
        "opposite": min(1.0, len(turned) / 2),
        "agreeing": min(1.0, len(agreed) / 2),
        "flipped": share,
        "flipped_most": float(not excused and (share > 0.5 or _flips_at_denier(claim, zone))),
    }
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
            sign = -side if words[at].denied else side
            found.append(Pull(axis, side, sign, text[words[at].start : words[at + size - 1].end], at, at + size - 1))
        at += size
    return tuple(found)


def _longest_at(words: Sequence[Word], at: int) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Words in the longest listed phrase that begins here, and its pairs and sides; (1, ()) for none."""
    table, longest = _pairs()
    for size in range(min(longest, len(words) - at), 0, -1):
        run = words[at : at + size]
        listed = table.get("=" + " ".join(word.lower for word in run)) or table.get(" ".join(map(_key, run)))
        if listed:
            return size, listed
    return 1, ()


def _says_first(claim: Reading, zone: Reading) -> bool:
    """Whether one side says `first` and the other `no … before`: the same, though only one denies."""
    sides = [{word.lower for word in reading.words} for reading in (claim, zone)]
    return any(
        "first" in one and "no" in other and other & {"before", "earlier", "previous", "ever"}
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


def _flips(claim: Reading, zone: Reading, weights: Mapping[str, float]) -> tuple[float, float, str]:
    """Weight of the shared terms denied on one side only, weight of the others, and the heaviest flipped word."""
    theirs: dict[str, set[bool]] = {}
    for word in zone.words:
        if word.term:
            theirs.setdefault(word.term, set()).add(word.denied)
    flipped = kept = heaviest = 0.0
    shown = ""
    for word in claim.words:
        if word.term is None or word.term not in theirs or word.text[0].isupper():
            continue
        weight = weights.get(word.term, 1.0)
        if word.denied in theirs[word.term]:
            kept += weight
            continue
        flipped += weight
        if weight > heaviest:
            heaviest, shown = weight, word.lower
    return flipped, kept, shown


def _flips_at_denier(claim: Reading, zone: Reading) -> bool:
    """Whether the very word that one side denies stands on the other, and is not denied anywhere there."""
    return any(_denied_first(one) & _never_denied(other) for one, other in ((claim, zone), (zone, claim)))


def _denied_first(reading: Reading) -> set[str]:
    """The term after each denier: what it denies before all else."""
    found = set()
    for start, _ in reading.deniers:
        following = next((word for word in reading.words if word.start > start and word.denied and word.term), None)
        if following is not None and following.term:
            found.add(following.term)
    return found


def _never_denied(reading: Reading) -> set[str]:
    terms = {word.term for word in reading.words if word.term}
    return {term for term in terms if not any(word.denied for word in reading.words if word.term == term)}


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
    return stem(word.lower) or word.lower


@lru_cache(maxsize=1)
def _pairs() -> tuple[dict[str, tuple[tuple[str, int], ...]], int]:
    """Stemmed word or phrase -> the pairs it belongs to and its side, and the length of the longest phrase."""
    listed = json.loads((resources.files("assistant.checks") / "opposites.json").read_text(encoding="utf8"))
    table: dict[str, dict[str, int]] = {}
    for axis, sides in listed["pairs"].items():
        for sign, side in zip((1, -1), sides, strict=True):
            for phrase in side:
                key = (
                    phrase
                    if phrase.startswith("=")
                    else " ".join(stem(word) or word for word in re.split("[- ]", phrase))
                )
                table.setdefault(key, {}).setdefault(axis, sign)
    return {key: tuple(axes.items()) for key, axes in table.items()}, max(len(key.split()) for key in table)
