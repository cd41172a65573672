"""What an answer rests on and the other passages in, Conflicts out: where two documents disagree, or differ over time.

Two sentences of different documents are compared where they speak of the same: most of the words and names of the
shorter stand in the other. They conflict where one has another number of the same thing, where one says the opposite
of the other, or where they name two for the same office. Where each tells a time of its own, they differ over time.
A different date alone is no conflict, nor is what only one of them says: better none told than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import dropwhile, takewhile

from assistant.checks.bindings import check_bindings
from assistant.checks.dates import YEAR, Time, day_of, times
from assistant.checks.names import PEOPLE, TITLES, Name, is_same, learn_aliases, names_of
from assistant.checks.numbers import SCALES, WORDS
from assistant.checks.polarity import check_polarity
from assistant.checks.quantities import PREPOSITIONS, quantities_of
from assistant.checks.reading import Reading, listed, read_words
from assistant.citations import CitationList
from assistant.types import Citation, Conflict, Draft, Passage
from ingest.analyser import terms
from ingest.sentences import sentence_spans

SAME_MATTER = 0.6  # share of the shorter sentence's words and names that the other has
FEWEST = 3  # words and names that both must have
FEWEST_ALL = 2  # that, where neither has any other
ASKED = 0.5  # share of the question's words, names aside, of which each must have more
ASKING = frozenset(terms("many much tell please know say said document"))  # of a question, but not what is asked
PART_OF_NUMBER = {*WORDS, *SCALES, "percent", "per", "cent"}
SCOPES = frozenset(
    terms(
        """summer winter spring autumn season weekday weekend night morning evening hour day week month year decade
        hourly daily weekly monthly yearly annually annual minute second celsius fahrenheit average maximum minimum"""
    )
)
PAIRED = {"open": "closed", "empty": "full", "vacant": "occupied", "alive": "dead", "legal": "illegal"}
STATES = {"shut": "open"} | PAIRED | {state: opposite for opposite, state in PAIRED.items()}
STATE = re.compile(
    r"\b(?:(?P<now>is|are|remains?|stays?)|was|were|remained|stayed) (?:(?:still|now|again|currently) )?"
    rf"(?P<state>{'|'.join(STATES)})\b"
)
FEWEST_OF_OFFICE = 2  # words that tell which office it is: `director`, `harbour`
IS = r"(?:,|,? (?:is|was|remains))"
BEFORE_HOLDER = re.compile(rf"\b[Tt]he (?P<office>[^,;:()]+?){IS} $")
AFTER_HOLDER = re.compile(rf"{IS} (?:the )?(?P<office>[^,;:.()]+)")
ENDS_OFFICE = re.compile(r" (?:who|and|since|from|until|when|while|after|before|said|says|told)\b")
NOT_THE_OFFICE = frozenset(["the", "a", "an", "one", "former", "then", "acting"])
Dates = tuple[str | None, str | None]
OFFICES = TITLES | PEOPLE | listed("head mayor captain chair chief commander spokesman founder owner author")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage and its place there."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.passage.paragraph.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sentences differ in, in the words of each, and whether that is because they tell of different times."""

    one: str
    other: str
    over_time: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence that differs from others, and its words that do; none where it is the whole."""

    sentence: Sentence
    words: str


def with_conflicts(draft: Draft, question: str, passages: Sequence[Passage]) -> Draft:
    """The draft with what its documents disagree on of what is asked, or tell of different times, and the citations of
    all sides.

    `passages` are those that the answer was made from. What differs from the same words of a sentence of the answer is
    told in one conflict.
    """
    numbered = CitationList.of(draft.citations)
    asked = _content(question) - ASKING
    sentences = [item for passage in passages for item in _sentences(passage) if asked & _content(item.text)]
    conflicts: list[Conflict] = []
    for mine in _cited(draft):
        for over_time, sides in _differing(mine, sentences, asked):
            conflict = _conflict(sides, numbered, over_time=over_time)
            if not any(set(conflict.citations) <= set(told.citations) for told in conflicts):
                conflicts.append(conflict)
    if not conflicts:
        return draft
    return draft.with_conflicts(tuple(conflicts), numbered.all())


def difference(one: str, other: str, *, dates: Dates = (None, None)) -> Difference | None:
    """What two sentences disagree on, or tell of two times; None where they do not, or do not speak of the same.

    `dates` are those of their documents, from which `last year` is reckoned.
    """
    mine, theirs = read_words(one), read_words(other)
    if _of_other_scope(mine, theirs):
        return None
    found = _other_state(one, other)
    same = _same_matter(mine, theirs)
    if found is None and (same or _same_words(one, other)):
        found = _other_number(one, other)
    if found is None and same:
        found = _opposite(mine, theirs) or _other_holder(mine, theirs) or _other_name(mine, theirs)
    return found and replace(found, over_time=_are_apart(one, other, dates))


def _differing(
    mine: Sentence, sentences: Sequence[Sentence], asked: frozenset[str]
) -> Iterator[tuple[bool, list[Side]]]:
    """The sides of each conflict of a sentence, one of a document, and whether they differ over time."""
    found: dict[tuple[bool, str], dict[str, Side]] = {}
    own = mine.passage.document
    for other in sentences:
        theirs = other.passage.document
        if own.document_id == theirs.document_id:
            continue
        told = difference(mine.text, other.text, dates=(own.date, theirs.date))
        if told and all(_is_asked(sentence, told, asked) for sentence in (mine, other)):
            sides = found.setdefault((told.over_time, told.one), {own.document_id: Side(mine, told.one)})
            sides.setdefault(theirs.document_id, Side(other, told.other))
    for (over_time, _), sides in found.items():
        yield over_time, list(sides.values())


def _is_asked(sentence: Sentence, told: Difference, asked: frozenset[str]) -> bool:
    """Whether a sentence speaks of what is asked, and not only of the same name; `open` is asked with `closed`."""
    words = _content(sentence.text) | _content(told.one.lower()) | _content(told.other.lower())
    return len(asked & words) > ASKED * len(asked)


def _cited(draft: Draft) -> Iterator[Sentence]:
    """The sentences that the answer's claims cite."""
    for citation in draft.citations:
        passage = Passage(citation.document, citation.paragraph, 0, 0.0)
        for start, end in sentence_spans(citation.paragraph.text):
            if start < citation.end and citation.start < end:
                yield Sentence(passage, start, end)


def _sentences(passage: Passage) -> Iterator[Sentence]:
    for start, end in sentence_spans(passage.paragraph.text) if passage.paragraph.kind != "header" else ():
        yield Sentence(passage, start, end)


def _same_matter(one: Reading, other: Reading) -> bool:
    """Whether most of what the shorter sentence speaks of the other speaks of too; numbers and dates aside."""
    mine, theirs = _matter(one.text), _matter(other.text)
    shared = mine & theirs
    return len(shared) >= FEWEST and len(shared) >= SAME_MATTER * min(len(mine), len(theirs))


def _same_words(one: str, other: str) -> bool:
    """Whether two sentences speak of just the same, however short they are."""
    return len(_matter(one)) >= FEWEST_ALL and _matter(one) == _matter(other)


def _matter(text: str) -> frozenset[str]:
    """Names by their keys and the stems of the other content words, without numbers and times."""
    return _content(text) | {name.key for name in names_of(read_words(text), learn_aliases(text))}


@lru_cache(maxsize=4096)
def _content(text: str) -> frozenset[str]:
    """The stems of the content words of a text, without names, numbers and times."""
    reading = read_words(text)
    inside = {at for name in names_of(reading, learn_aliases(text)) for at in range(name.first, name.last + 1)}
    skip = [(time.start, time.end) for time in times(text, day_of(None))]
    return frozenset(
        word.term
        for at, word in enumerate(reading.words)
        if word.term
        and at not in inside
        and not word.text[0].isdigit()
        and word.lower not in PART_OF_NUMBER
        and not any(start <= word.start < end for start, end in skip)
    )


def _of_other_scope(one: Reading, other: Reading) -> bool:
    """Whether each has a place or circumstance that the other has not, or one is of a season or a rate of its own."""
    if SCOPES & (_matter(one.text) ^ _matter(other.text)):
        return True
    return _is_elsewhere(one, other) and _is_elsewhere(other, one)


def _is_elsewhere(one: Reading, other: Reading) -> bool:
    """Whether a sentence has an `in …`, `of …` or the like of which the other has no word."""
    mine, theirs = _matter(one.text), {word.term for word in other.words}
    names = {word.term for word in one.words if word.proper}
    for at, word in enumerate(one.words):
        if word.lower in PREPOSITIONS:
            rest = dropwhile(lambda item: item.term is None, one.words[at + 1 :])
            phrase = {item.term for item in takewhile(lambda item: item.term, rest)} & (mine | names)
            if phrase and phrase.isdisjoint(theirs):
                return True
    return False


def _other_state(one: str, other: str) -> Difference | None:
    """`is open` and `is closed` of the same thing, where that is all they differ in."""
    mine, theirs = STATE.search(one), STATE.search(other)
    if not mine or not theirs or bool(mine["now"]) != bool(theirs["now"]):
        return None
    turned = STATES[mine["state"]] == theirs["state"] or STATES[theirs["state"]] == mine["state"]
    left, right = (_matter(text) - set(terms(" ".join(STATES))) for text in (one, other))
    same = len(left) >= FEWEST_ALL and (left <= right or right <= left) and len(right) >= FEWEST_ALL
    return Difference(mine["state"], theirs["state"]) if turned and same else None


def _other_number(one: str, other: str) -> Difference | None:
    """Two numbers of the same thing, where neither sentence has the other's or one that it can be."""
    mine, theirs = quantities_of(one), quantities_of(other)
    words = [frozenset(terms(text)) for text in (one, other)]
    for quantity in mine:
        for counterpart in theirs:
            shared = quantity.shared(counterpart)
            others = quantity.subject - words[1] and counterpart.subject - words[0]
            told = any(map(quantity.meets, theirs)) or any(map(counterpart.meets, mine))
            if shared is not None and not others and not told:
                return Difference(one[slice(*quantity.span(shared))], other[slice(*counterpart.span(shared))])
    return None


def _are_apart(one: str, other: str, dates: Dates) -> bool:
    """Whether each of two sentences gives a time of its own that the other does not. Where a document has no date, a
    time without a year is compared with such a one only. A year is compared with the date of the other document, where
    that gives no time."""
    mine, theirs = times(one, day_of(dates[0])), times(other, day_of(dates[1]))
    mine, theirs = mine or _written(dates[0], theirs), theirs or _written(dates[1], mine)
    pairs = [
        (time, rival)
        for time in mine
        for rival in theirs
        if None not in dates or bool(YEAR.search(time.text)) == bool(YEAR.search(rival.text))
    ]
    shared = {time for pair in pairs if pair[0].meets(pair[1]) for time in pair}
    return any(shared.isdisjoint(pair) for pair in pairs)


def _written(date: str | None, others: tuple[Time, ...]) -> tuple[Time, ...]:
    """The date of a document as a time, where the others have a year to compare it with."""
    return times(date, day_of(date)) if date and any(YEAR.search(time.text) for time in others) else ()


def _opposite(one: Reading, other: Reading) -> Difference | None:
    """Words by which one sentence says the opposite of the other; none where one denies what both say at length."""
    finding = check_polarity(one, other, {})
    if not (finding.measures["opposite"] > 0 or finding.measures["flipped_most"] > 0):
        return None
    turned = next((reason for reason in finding.reasons if reason.measure == "opposite"), None)
    quoted = re.findall(r"“([^”]*)”", turned.text) if turned else []
    if len(quoted) == len(("theirs", "mine")):
        return Difference(quoted[1], quoted[0])
    left, right = _matter(one.text), _matter(other.text)
    return Difference("", "") if len(left & right) >= SAME_MATTER * max(len(left), len(right)) else None


def _other_holder(one: Reading, other: Reading) -> Difference | None:
    """Two that hold the same office by `The director of the harbour is …` or `…, director of the harbour`, each in a
    sentence without the other's name."""
    learned = learn_aliases(f"{one.text} {other.text}")
    mine, theirs = names_of(one, learned), names_of(other, learned)
    for name in mine:
        for rival in theirs:
            shared = _office_of(name, one.text) & _office_of(rival, other.text)
            told = [*((name.key, item.key) for item in theirs), *((rival.key, item.key) for item in mine)]
            if shared and not any(is_same(*keys) for keys in told):
                return Difference(name.text, rival.text)
    return None


def _office_of(name: Name, text: str) -> frozenset[frozenset[str]]:
    """The office that a sentence says someone holds, as the words that tell which it is; none for a country's name."""
    found = (BEFORE_HOLDER.search(text[: name.start]), AFTER_HOLDER.match(text[name.end :]))
    offices = [ENDS_OFFICE.split(match["office"])[0].lower() for match in found if match and not name.listed]
    return frozenset(frozenset(terms(office)) for office in offices if _is_an_office(office))


def _is_an_office(phrase: str) -> bool:
    """Whether a phrase is of one office at a time, with the words that tell which."""
    title = set(re.split(r" (?:of|for|at|in) ", phrase)[0].split())
    return bool(title & OFFICES) and not title & NOT_THE_OFFICE and len(set(terms(phrase))) >= FEWEST_OF_OFFICE


def _other_name(one: Reading, other: Reading) -> Difference | None:
    """Two names for the same office, where neither sentence has the other's."""
    learned = learn_aliases(f"{one.text} {other.text}")
    offices = {word.lower for word in one.words} & {word.lower for word in other.words} & OFFICES
    both = (check_bindings(one, other, {}, learned), check_bindings(other, one, {}, learned))
    if not offices or not all(finding.measures["renamed"] > 0 for finding in both):
        return None
    told = next(reason.text for reason in both[0].reasons if reason.measure == "renamed")
    found = re.search(r"says so of (.*), not of (.*)$", told)
    return Difference(found[2], found[1]) if found else None


def _conflict(sides: Sequence[Side], numbered: CitationList, *, over_time: bool) -> Conflict:
    """All sides in words, the earliest document first."""
    ordered = sorted(sides, key=lambda side: side.sentence.passage.document.date or "")
    marks = tuple(_number(side, numbered) for side in ordered)
    told = [_side(numbered[mark], side.words) for mark, side in zip(marks, ordered, strict=True)]
    how = "differ" if ordered[0].words else "say the opposite of each other"
    how = "differ over time" if over_time else how
    return Conflict(f"The documents {how}: {', '.join(told[:-1])} and {told[-1]}.", marks)


def _number(side: Side, numbered: CitationList) -> int:
    """The number of the citation that holds the side's words in its sentence, a new one where none does."""
    sentence = side.sentence
    for citation in numbered.all():
        if citation.reference == sentence.passage.reference:
            first, last = max(citation.start, sentence.start), min(citation.end, sentence.end)
            quoted = citation.paragraph.text[first:last]
            if side.words in quoted if side.words else quoted == sentence.text:
                return citation.number
    return numbered.cite_span(sentence.passage, sentence.start, sentence.end)


def _side(citation: Citation, words: str) -> str:
    dated = f"{citation.document.document_id} ({citation.document.date or 'no date'})"
    return f"{dated} has “{words}”" if words else f"{dated} in {citation.paragraph.anchor}"
