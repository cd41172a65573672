"""Who did what to whom: for each verb that claim and zone share, the names on either side of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.checks.finding import Finding, Reason
from assistant.checks.names import Name, is_same, names_of
from assistant.checks.polarity import pulls
from assistant.checks.reading import BE, Reading, Word, listed

BEFORE_VERB = listed(
    """to will would could may might can should has have had is are was were not it he she they which who"""
)
THINGS = listed("""war house islands islet islets eyes air base session division subject summit treaty act era""")
ADVERBS = listed("also even still already perhaps again together")
CLOSE = 4  # words
JOINS = frozenset(["and", "or", "as", "well"])


@dataclass(frozen=True, slots=True)
class Sides:
    """The names next before and next after a word of a sentence; several where they are listed together. `keys` are
    its stem and the pairs of opposites it belongs to with its side."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    word: str
    keys: tuple[str, ...]
    verb: bool
    close: bool


def check_relations(claim: Reading, zone: Reading, learned: tuple[tuple[str, str], ...] = ()) -> Finding:
    """`swapped`: the names around a shared word have changed places; `other_subject`: another name of the zone stands
    before a shared verb; `same_sides`: the share of shared words with the same names.

    A word is shared where the zone has it, or a word that pulls the same way.
    """
    mine, theirs = _agents(claim, learned), _agents(zone, learned)
    there: dict[str, list[Sides]] = {}
    for sides in _sides(zone, theirs):
        for key in sides.keys:
            there.setdefault(key, []).append(sides)
    counts = {"swapped": 0, "other_subject": 0, "same_sides": 0}
    reasons: list[Reason] = []
    total = 0
    for sides in _sides(claim, mine):
        others = next((there[key] for key in sides.keys if key in there), None)
        if others is None or not (sides.before or sides.after):
            continue
        total += 1
        for measure, other in _compare(sides, others, [name.key for name in theirs]):
            counts[measure] += 1
            if measure != "same_sides":
                reasons.append(Reason("conflict", _told_apart(sides, other, mine, theirs), measure))
    measures = {name: float(count > 0) for name, count in counts.items()}
    return Finding({**measures, "same_sides": counts["same_sides"] / (total or 1)}, tuple(reasons))


def _compare(sides: Sides, others: Sequence[Sides], present: Sequence[str]) -> list[tuple[str, Sides]]:
    """The measures that a shared word counts for, each with the place in the zone that shows it."""
    subject_differs = _differs(sides.before, [item.before for item in others], present)
    object_differs = _differs(sides.after, [item.after for item in others], present)
    if not subject_differs and not object_differs:
        return [("same_sides", others[0])]
    for other in others:
        turned = _meets(other.before, sides.after) and _meets(other.after, sides.before)
        firm = (sides.verb or sides.close) and (other.verb or other.close)
        if turned and firm and subject_differs and object_differs:
            return [("swapped", other)]
    found = []
    verbs = [item for item in others if item.verb]
    if subject_differs and sides.verb and verbs:
        found.append(("other_subject", verbs[0]))
    return found


def _agents(reading: Reading, learned: tuple[tuple[str, str], ...]) -> list[Name]:
    """The names of a text that can act."""
    return [name for name in names_of(reading, learned) if name.listed or not set(name.key.split()) & THINGS]


def _sides(reading: Reading, names: Sequence[Name]) -> list[Sides]:
    """The sides of each content word that is no name and no number."""
    inside = {at for name in names for at in range(name.first, name.last + 1)}
    groups = _groups(reading, names)
    axes: dict[int, list[str]] = {}
    for pull in pulls(reading):
        axes.setdefault(pull.first, []).append(f"{pull.axis} {pull.side}")
    found = []
    for at, word in enumerate(reading.words):
        if word.term is None or at in inside or word.text[0].isdigit() or word.text[0].isupper():
            continue
        if word.lower.endswith("ly") or word.lower in ADVERBS:
            continue
        before = next((group for group in reversed(groups) if group[-1].last < at), None)
        after = next((group for group in groups if group[0].first > at), None)
        before = before if before and before[-1].sentence == word.sentence else None
        after = after if after and after[0].sentence == word.sentence else None
        if _is_passive(reading.words, at):
            by = after is not None and any(item.lower == "by" for item in reading.words[at + 1 : after[0].first])
            before, after = (after if by else None), before
        close = bool(before and after and _owns(reading, before[-1], at) and after[0].first - at <= CLOSE)
        aside = [
            group
            for group in groups
            if before and group[-1].last < before[0].first and _has_aside(reading, group, word)
        ]
        sides = Sides(
            _keys(before) + tuple(key for group in aside for key in _keys(group)),
            _keys(after),
            word.lower,
            (word.term, *axes.get(at, ())),
            _is_verb(reading.words, at),
            close,
        )
        found.append(sides)
    return found


def _has_aside(reading: Reading, group: Sequence[Name], word: Word) -> bool:
    """Whether a group in the word's sentence is followed by a comma, so that the word may be said of it too."""
    following = reading.text[group[-1].end : group[-1].end + 2]
    return group[-1].sentence == word.sentence and following.startswith(",")


def _owns(reading: Reading, name: Name, at: int) -> bool:
    """Whether a word is a name's own, as in `Ukraine's invasion`."""
    return at - name.last <= CLOSE and reading.words[name.last].lower.endswith(("'s", "s'"))


def _groups(reading: Reading, names: Sequence[Name]) -> list[list[Name]]:
    """Names that are listed together (`Japan, Australia and New Zealand`) as one."""
    groups: list[list[Name]] = []
    for name in names:
        between = reading.words[groups[-1][-1].last + 1 : name.first] if groups else ()
        if groups and groups[-1][-1].sentence == name.sentence and all(word.lower in JOINS for word in between):
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _keys(group: list[Name] | None) -> tuple[str, ...]:
    return tuple(name.key for name in group or ())


def _is_verb(words: Sequence[Word], at: int) -> bool:
    place = at - 1
    while place >= 0 and (words[place].lower.endswith("ly") or words[place].lower in ADVERBS):
        place -= 1
    return words[at].lower.endswith(("ed", "ing")) or (place >= 0 and words[place].lower in BEFORE_VERB)


def _is_passive(words: Sequence[Word], at: int) -> bool:
    if not words[at].lower.endswith(("ed", "en", "wn", "lt", "de")):
        return False
    helped = any(word.lower in ("has", "have", "had") for word in words[max(0, at - 2) : at])
    by = not helped and any(word.lower == "by" for word in words[at + 1 : at + 6] if word.clause == words[at].clause)
    return by or any(word.lower in BE for word in words[max(0, at - 2) : at])


def _meets(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    return any(is_same(key, other) for key in mine for other in theirs)


def _differs(mine: tuple[str, ...], theirs: Sequence[tuple[str, ...]], present: Sequence[str]) -> bool:
    """Whether the zone has these names, but always others in this place."""
    return bool(mine) and _meets(mine, present) and all(other and not _meets(mine, other) for other in theirs)


def _told_apart(sides: Sides, other: Sides, mine: Sequence[Name], theirs: Sequence[Name]) -> str:
    def written(keys: tuple[str, ...], names: Sequence[Name]) -> str:
        return next((name.text for name in names if name.key in keys), "…")

    there = f"{written(other.before, theirs)} {other.word} {written(other.after, theirs)}"
    here = f"{written(sides.before, mine)} {sides.word} {written(sides.after, mine)}"
    return f"{{place}} has “{there}”, not “{here}”"
