"""Who says so: the speaker that a claim names, and the speaker of the sentences that speak of the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.attribution import in_comment
from assistant.checks.finding import Finding, Reason
from assistant.checks.names import REGIONS, Name, bare, is_same, names_of
from assistant.checks.reading import Reading, Word, listed, read_words

SAYING = listed(
    """say says said note notes noted predict predicts predicted state states stated declare declares declared tell
    tells told claimed believe believes believed judge judges judged think thinks thought announce
    announces announced argue argues argued warn warns warned describe describes described deny denies denied
    denounce denounces denounced complain complained calls called insist insists insisted explain explained
    added assert asserts asserted acknowledge acknowledged concede conceded admit admitted promise promised
    commented remarked expect expects expected forecast forecasts cites cited quoted"""
)
OWNED = listed(
    """view views words opinion judgment judgement forecast prediction assessment comment statement account eyes
    analysis belief estimate reading"""
)
VIEWING = listed(
    """see sees saw seen seeing view views viewed regard regards regarded consider considers perceive perceived feels
    felt"""
)
KINDS = {
    "embassy": listed("embassy poloff diplomats diplomat ambassador comment ambassadors"),
    "document": listed(
        """article cable author paper report document writer study headline line text post abstract heading"""
    ),
    "officials": listed(
        """officials official ministry contacts interlocutors spokesman spokesperson spokeswoman administration
    government"""
    ),
}
PREPOSITIONS = listed("of in at from with to for on by between over against toward among about")
LINKING = frozenset(["the", "a", "an", "its", "their", "our", "and", "or"])
PRONOUN = "he"
Aliases = tuple[tuple[str, str], ...]


def check_speakers(
    claim: Reading, zone: Reading, paragraph: Reading, learned: Aliases = (), *, place: int = 0
) -> Finding:
    """`other_speaker`: the claim names a speaker, and the zone another; `added_speaker`: the claim names one and the
    zone none. `place` is where in the paragraph the zone begins."""
    mine = speakers(claim, learned) - {PRONOUN}
    theirs = _speakers_here(zone, paragraph, learned, place)
    shared = any(is_same(key, other) for key in mine for other in theirs)
    shared = shared or _agree(mine, theirs, {name.key for name in names_of(zone, learned)})
    silent = _views(mine, zone, learned)
    other = bool(mine and theirs and not shared and not silent)  # `In Beijing's eyes` of what Beijing `has long seen`
    added = bool(mine and not theirs and not mine <= {"document"})
    reasons = []
    if other:
        said = f"{{place}} has {_listed(theirs, paragraph)} say so, not {_listed(mine, claim)}"
        reasons.append(Reason("conflict", said, "other_speaker"))
    elif added:
        reasons.append(Reason("missing", f"{{place}} does not have {_listed(mine, claim)} say so", "added_speaker"))
    measures = {
        "other_speaker": float(other),
        "added_speaker": float(added),
        "same_speaker": float(bool(shared)),
    }
    return Finding(measures, tuple(reasons))


def _views(mine: frozenset[str], zone: Reading, learned: Aliases) -> bool:
    """Whether the zone tells how the claim's speaker sees it, and lets nobody speak: `has long seen … as`."""
    if speakers(zone, learned) or not any(word.lower in VIEWING for word in zone.words):
        return False
    return any(is_same(key, name.key) for key in mine for name in names_of(zone, learned))


def speakers(reading: Reading, learned: Aliases = ()) -> frozenset[str]:
    """The keys of those whom a text lets speak: a name's, `embassy`, `officials`, `document`, or `he` for a pronoun."""
    return _speakers_of(reading.text, learned)


@lru_cache(maxsize=4096)
def _speakers_of(text: str, learned: Aliases) -> frozenset[str]:
    reading = read_words(text)
    words = reading.words
    names = {at: name for name in names_of(reading, learned) for at in range(name.first, name.last + 1)}
    found: set[str | None] = set()
    for at, word in enumerate(words):
        before = words[at - 1].lower if at else ""
        if word.lower in SAYING and before not in ("to", "the", "a", "an") and not before.endswith("'s"):
            speaker = _before(reading, at, names)
            if speaker is None and word.lower in ("said", "says") and at + 1 < len(words):
                speaker = _at(reading, at + 1, names)
            found |= {speaker, *(() if _follows_name(words, at, names) else _with_aside(reading, at, names))}
        elif word.lower == "to" and before == "according":
            found.add(
                next(
                    (
                        key
                        for key in (_at(reading, other, names) for other in range(at + 1, min(at + 7, len(words))))
                        if key
                    ),
                    None,
                )
            )
        elif (
            word.lower in OWNED
            and at
            and (before == "own" or "in" in [item.lower for item in words[max(0, at - 4) : at]])
        ):
            owner = _at(reading, at - 1, names) or (
                _at(reading, at - 2, names) if at > 1 and before in ("own", "new") else None
            )
            found.add(
                "embassy"
                if before == "our"
                else owner
                if words[at - 1].lower.endswith(("'s", "s'")) or before == "own"
                else None
            )
    return frozenset(key for key in found if key)


def _before(reading: Reading, at: int, names: dict[int, Name]) -> str | None:
    """Whom a verb of saying has before it in its sentence: the nearest who does not hang on a preposition."""
    words = reading.words
    place = at - 1
    while place >= 0 and words[place].sentence == words[at].sentence and at - place < 12:
        word = words[place]
        if word.lower in ("he", "she"):
            return PRONOUN
        if word.lower in SAYING and at - place > 1:
            return None
        key = _at(reading, place, names)
        if key:
            first = names[place].first if place in names else place
            while first and (
                words[first - 1].lower in LINKING or (first - 1 in names and words[first].lower in LINKING)
            ):
                first -= 1
            if not (first and words[first - 1].lower in PREPOSITIONS):
                return key
            place = first - 1
        place -= 1
    return None


def _follows_name(words: Sequence[Word], at: int, names: dict[int, Name]) -> bool:
    return at - 1 in names and words[at - 1].clause == words[at].clause


def _with_aside(reading: Reading, at: int, names: dict[int, Name]) -> set[str]:
    """Names of the verb's sentence that are followed by a comma: the verb after the aside may be theirs."""
    return {
        name.key
        for place, name in names.items()
        if place < at and name.sentence == reading.words[at].sentence and reading.text[name.end : name.end + 1] == ","
    }


def _at(reading: Reading, at: int, names: dict[int, Name]) -> str | None:
    """The speaker that a word is, as a noun of a kind or as a part of a name."""
    lower = bare(reading.words[at].lower)
    kind = next((kind for kind, members in KINDS.items() if lower in members), None)
    owner = names.get(at - 1)
    if kind and owner and owner.listed and owner.key != "united states" and kind != "document":
        return owner.key
    if kind:
        return kind
    return names[at].key if at in names and names[at].key not in REGIONS else None


def _speakers_here(zone: Reading, paragraph: Reading, learned: Aliases, place: int) -> frozenset[str]:
    """The zone's speakers; the embassy for a comment; for a pronoun those of the sentences before."""
    if in_comment(paragraph.text, place):
        return frozenset(["embassy"])
    found = set(speakers(zone, learned))
    if PRONOUN in found:
        found.discard(PRONOUN)
        for number in reversed(range(len(paragraph.sentences))):
            if paragraph.sentences[number][0] < place:
                earlier = speakers(read_words(paragraph.sentence(number)), learned) - {PRONOUN}
                if earlier:
                    found |= earlier
                    break
    return frozenset(found or speakers(paragraph, learned) - {PRONOUN})


def _agree(mine: frozenset[str], theirs: frozenset[str], named: set[str]) -> bool:
    """Whether the claim's speaker is the document itself, or officials stand for their ministry or country.

    One whom the zone names without letting them speak is not the officials' country.
    """
    if mine and mine <= {"document"}:
        return True
    ours, others = mine - {"embassy", "document"}, theirs - {"embassy", "document"}
    if "foreign ministry" in mine | theirs and "officials" in mine | theirs and "embassy" not in mine | theirs:
        return True
    return ("officials" in theirs and bool(ours - named)) or ("officials" in mine and bool(others))


def _listed(keys: frozenset[str], text: Reading) -> str:
    """The speakers as the text writes them, where it does not call them by another name or by what is theirs."""
    named = {name.key: name.text for name in names_of(text) if name.text.lower() == name.key}
    named |= {"document": "the document itself", "embassy": "the embassy", "officials": "officials"}
    return " and ".join(sorted(named.get(key, key.title()) for key in keys))
