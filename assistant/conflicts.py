"""What an answer rests on and the other passages in, Conflicts out: where two documents disagree, or differ over time.

Two sentences of different documents are compared where they speak of the same: most of the words and names of the
shorter stand in the other. They conflict where one has another number of the same thing, where one says the opposite
of the other, or where they name two for the same office. A different date alone is no conflict, nor are figures and
office holders of different times, nor what only one of them says: better none told than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.checks.bindings import check_bindings
from assistant.checks.dates import YEAR, day_of, times
from assistant.checks.names import PEOPLE, TITLES, Name, is_same, learn_aliases, names_of
from assistant.checks.numbers import WORDS, numbers
from assistant.checks.polarity import check_polarity
from assistant.checks.reading import Reading, listed, read_words
from assistant.citations import CitationList
from assistant.types import Citation, Conflict, Draft, Passage
from ingest.analyser import terms
from ingest.sentences import sentence_spans

SAME_MATTER = 0.6  # share of the shorter sentence's words and names that the other has
FEWEST = 3  # words and names that both must have
FEWEST_ALL = 2  # that, where neither has any other
ASKED = 1  # of the question's words that each must have
HEAD = 3  # words after a number among which stands what it counts
SINGLE = frozenset(["th"])  # ordinals count nothing
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


def with_conflicts(draft: Draft, question: str, passages: Sequence[Passage]) -> Draft:
    """The draft with what its documents disagree on of what is asked, and both sides' citations.

    `passages` are those that the answer was made from. Each sentence of an answer is told in one conflict at most.
    """
    numbered = CitationList.of(draft.citations)
    asked = set(terms(question))
    sentences = [sentence for passage in passages for sentence in _sentences(passage) if _speaks_of(sentence, asked)]
    conflicts: dict[frozenset[int], Conflict] = {}
    for mine in _cited(draft):
        for other in sentences:
            if mine.passage.document.document_id == other.passage.document.document_id:
                continue
            dates = (mine.passage.document.date, other.passage.document.date)
            difference = disagreement(mine.text, other.text, dates=dates)
            if difference is not None:
                pair = (_number(mine, numbered), _number(other, numbered))
                conflicts.setdefault(frozenset(pair), _conflict(pair, numbered, difference))
                break
    if not conflicts:
        return draft
    return draft.with_conflicts(tuple(conflicts.values()), numbered.all())


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sentences differ in, in the words of each."""

    one: str
    other: str


def disagreement(one: str, other: str, *, dates: Dates = (None, None)) -> Difference | None:
    """What two sentences disagree on, or None where they do not, or do not speak of the same.

    `dates` are those of their documents, from which `last year` is reckoned.
    """
    mine, theirs = read_words(one), read_words(other)
    same = _same_matter(mine, theirs)
    if not same and not _same_words(one, other):
        return None
    apart = _are_apart(one, other, dates)
    number = None if apart else _other_number(one, other)
    if number or not same:
        return number
    opposite = _opposite(mine, theirs)
    return opposite if opposite or apart else _other_holder(mine, theirs) or _other_name(mine, theirs)


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


def _speaks_of(sentence: Sentence, asked: set[str]) -> bool:
    return len(asked & set(terms(sentence.text))) >= ASKED


def _same_matter(one: Reading, other: Reading) -> bool:
    """Whether most of what the shorter sentence speaks of the other speaks of too; numbers and dates aside."""
    mine, theirs = _matter(one.text), _matter(other.text)
    shared = mine & theirs
    return len(shared) >= FEWEST and len(shared) >= SAME_MATTER * min(len(mine), len(theirs))


def _same_words(one: str, other: str) -> bool:
    """Whether two sentences speak of just the same, however short they are."""
    return len(_matter(one)) >= FEWEST_ALL and _matter(one) == _matter(other)


@lru_cache(maxsize=4096)
def _matter(text: str) -> frozenset[str]:
    """Names by their keys and the stems of the other content words, without numbers and times."""
    reading = read_words(text)
    names = names_of(reading, learn_aliases(reading.text))
    inside = {at for name in names for at in range(name.first, name.last + 1)}
    skip = [(time.start, time.end) for time in times(reading.text, day_of(None))]
    words = {
        word.term
        for at, word in enumerate(reading.words)
        if word.term
        and at not in inside
        and not word.text[0].isdigit()
        and word.lower not in WORDS
        and not any(start <= word.start < end for start, end in skip)
    }
    return frozenset(words | {name.key for name in names})


def _other_number(one: str, other: str) -> Difference | None:
    """Two numbers of the same thing, where neither sentence has the other's."""
    mine, theirs = _quantities(one), _quantities(other)
    values = [{quantity.value for quantity in side} for side in (mine, theirs)]
    for quantity in mine:
        for counterpart in theirs:
            same_thing = quantity.unit == counterpart.unit and quantity.counted & counterpart.counted
            if same_thing and quantity.value not in values[1] and counterpart.value not in values[0]:
                return Difference(quantity.text, counterpart.text)
    return None


def _are_apart(one: str, other: str, dates: Dates) -> bool:
    """Whether each of two sentences gives a time of its own that the other does not. Where a document has no date, a
    time without a year is compared with such a one only."""
    mine, theirs = times(one, day_of(dates[0])), times(other, day_of(dates[1]))
    pairs = [
        (time, rival)
        for time in mine
        for rival in theirs
        if None not in dates or bool(YEAR.search(time.text)) == bool(YEAR.search(rival.text))
    ]
    shared = {time for pair in pairs if pair[0].meets(pair[1]) for time in pair}
    return any(shared.isdisjoint(pair) for pair in pairs)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, the words that tell what it counts, and how it is written with them."""

    value: float
    unit: str
    counted: frozenset[str]
    text: str


def _quantities(text: str) -> list[Quantity]:
    skip = tuple((time.start, time.end) for time in times(text, day_of(None)))
    found = []
    for number in numbers(text, skip=skip):
        following = re.findall(r"[^\W\d_][\w'’-]*", re.split(r"[.,;:]\s", text[number.start + len(number.text) :])[0])
        counted = frozenset(terms(" ".join(following[:HEAD])))
        if number.unit not in SINGLE and counted:
            found.append(Quantity(number.value, number.unit, counted, " ".join([number.text, *following[:1]])))
    return found


def _opposite(one: Reading, other: Reading) -> Difference | None:
    """Words by which one sentence says the opposite of the other."""
    finding = check_polarity(one, other, {})
    if not (finding.measures["opposite"] > 0 or finding.measures["flipped_most"] > 0):
        return None
    turned = next((reason for reason in finding.reasons if reason.measure == "opposite"), None)
    quoted = re.findall(r"“([^”]*)”", turned.text) if turned else []
    return Difference(quoted[1], quoted[0]) if len(quoted) == len(("theirs", "mine")) else Difference("", "")


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


def _number(sentence: Sentence, numbered: CitationList) -> int:
    """The number of the citation that holds the sentence, a new one where none does."""
    for citation in numbered.all():
        same = citation.reference == sentence.passage.reference
        if same and citation.start <= sentence.start and sentence.end <= citation.end:
            return citation.number
    return numbered.cite_span(sentence.passage, sentence.start, sentence.end)


def _conflict(pair: tuple[int, int], numbered: CitationList, difference: Difference) -> Conflict:
    """Both sides in words, the earlier document first."""
    sides = sorted(
        zip(pair, (difference.one, difference.other), strict=True),
        key=lambda side: (numbered[side[0]].document.date or "", side[0]),
    )
    told = " and ".join(_side(numbered[number], words) for number, words in sides)
    how = "differ" if difference.one else "say the opposite of each other"
    return Conflict(f"The documents {how}: {told}.", tuple(number for number, _ in sides))


def _side(citation: Citation, words: str) -> str:
    dated = f"{citation.document.document_id} ({citation.document.date or 'no date'})"
    return f"{dated} has “{words}”" if words else f"{dated} in {citation.paragraph.anchor}"
