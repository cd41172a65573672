"""Names of a claim -> those that neither the paragraph nor its document has, by any of their names.

A country is also its people's adjective, its capital and its seat of government (`names.tsv`); a long name is its
acronym where the text says so: `Ministry of Foreign Affairs and Trade (MOFAT)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from assistant.checks.finding import Finding, Reason
from assistant.checks.numbers import SCALES
from assistant.checks.numbers import WORDS as NUMBER_WORDS
from assistant.checks.reading import Reading, Word, listed, lower_of, read_words
from ingest.analyser import stem

ACRONYM = re.compile(
    r"(?<![\w'’-])((?:[A-Z][\w'’-]++(?:\s+(?:of|and|for|the|on|in)\s+|\s+)?){2,8})\(([A-Z][A-Za-z.&-]{1,9})\)"
)
INITIALS = re.compile(r"\b[A-Z]{2,6}\b")
CODE = re.compile(r"[A-Z0-9.-]{1,7}s?|[\w.-]*\d[\w.-]*")
LINKS = frozenset(["of", "and", "for", "the", "&"])
WEEKDAYS = listed("monday tuesday wednesday thursday friday saturday sunday")
MONTHS = listed(
    """january february march april may june july august september october november december jan feb mar apr jun
    jul aug sep sept oct nov dec"""
)
OF_DATES = WEEKDAYS | MONTHS
FOLLOWS_NAME = listed(
    """is was has had will would could should may might can does did says said told wants plans faces seeks met"""
)
OPENERS = listed(
    """police people troops staff government parliament there here most few many both all each either neither none what
    another who which where when how why several some any much more less last next"""
) | {*NUMBER_WORDS, *SCALES}
COMMON_ENDINGS = ("s", "tion", "ment", "ity", "ing", "ly", "ness", "ship", "ance", "ence", "one", "body", "ism")
TITLES = listed(
    """mr mrs ms dr prof president minister ambassador director general lt col gen secretary prime first lady
    foreign chief assistant officer deputy vice king queen senator governor chairman chairwoman professor madam
    sir sen rep gov amb pres adm capt maj sgt cpl hon rev admiral captain major colonel lieutenant commander lord
    prince princess pope chancellor premier"""
)
SURROUNDING = listed("cable embassy article paper post document report author text headline subject")
BODIES = listed("cabinet government parliament ministry army navy treasury court council committee board")
PLACING = listed("in at to from near into for around the")
PEOPLE = listed("""leader president premier chancellor king queen minister chief chairman counterpart director""")
GENERIC = listed(
    """south north east west new united ministry national international assembly security council foreign defense
    defence general house party bank university institute group force air base summit war island islands"""
)
REGIONS = frozenset(
    [
        *("asia", "east asia", "southeast asia", "south asia", "central asia", "europe", "africa", "north america"),
        *("latin america", "middle east", "atlantic", "pacific", "baltic", "baltics", "nordic", "scandinavia"),
        *("scandinavian", "balkan", "balkans"),
    ]
)
STAND_FOR = {  # beside what `names.tsv` has: seats of bodies, and names of two countries at once
    "brussels": frozenset(["european union", "nato"]),
    "koreas": frozenset(["south korea", "north korea"]),
}
GLOSSARY = {  # of diplomatic cables
    "poloff": "embassy political officer U.S. diplomat",
    "econoff": "embassy economic officer U.S. diplomat",
    "emboff": "embassy officer U.S. diplomat",
    "noforn": "not released to foreigners foreign nationals",
    "amembassy": "U.S. embassy",
    "secstate": "Secretary of State",
    "rokg": "government",
}
COMBINING = {
    "sino": "china",
    "franco": "france",
    "anglo": "united kingdom",
    "russo": "russia",
    "euro": "europe",
    "afro": "africa",
}
PREFIXES = listed("pro anti non ex trans pan post pre")
MEASURES = ("foreign_name", "foreign_code", "foreign_opener", "absent_name", "absent_place", "described_name")
IMPLIED = {
    "the south": "south korea",
    "the north": "north korea",
    "the alliance": "nato",
    "the bloc": "european union",
    "the union": "european union",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text: what it stands for (`key`), as written, and its place."""

    key: str
    text: str
    start: int
    end: int
    sentence: int
    clause: int
    first: int
    last: int
    listed: bool


def check_names(
    claim: Reading,
    paragraph: Reading,
    *,
    context: str = "",
    learned: tuple[tuple[str, str], ...] = (),
    elsewhere: frozenset[str] = frozenset(),
) -> Finding:
    """`foreign_name`: a name that is not in the paragraph or its document; `foreign_code`: that, where it is an acronym
    or has digits; `foreign_opener`: that, where it is a lone word that opens a sentence and so may be none;
    `absent_name`: one that is in the document only; `absent_place`: that, as the place of something; `described_name`:
    that, where the paragraph has a title without a name, which may be theirs. Parts of the world are not looked for.

    `learned` are aliases that hold here, `elsewhere` the keys of the document's names."""
    told = (paragraph, read_words(context), read_words(spelled_out(paragraph)))
    known = {name.key for reading in told for name in names_of(reading, learned)}
    spelled = frozenset[str]().union(*(_spellings(reading.text) for reading in told))
    absent: list[Name] = []
    named = names_of(claim, learned)
    inside = {at for item in named for at in range(item.first, item.last + 1)}
    for name in (*named, *_openers(claim, elsewhere, inside)):
        if (
            name.key in known
            or name.key in REGIONS
            or known & STAND_FOR.get(lower_of(name.text), frozenset())
            or _spelled(name, spelled)
            or _part_of(name, paragraph.text, context)
        ):
            continue
        if name.key not in {other.key for other in absent}:
            absent.append(name)
    absent = [name for name in absent if not (CODE.fullmatch(name.text) and claim.text[: name.start].endswith("("))]
    measures = dict.fromkeys(MEASURES, 0.0)
    absent = [name for name in absent if bare(lower_of(name.text)) not in SURROUNDING | BODIES]
    reasons = []
    for name in absent:
        known_there = any(is_same(name.key, key) for key in elsewhere)
        measure = _measure(name, claim, paragraph, known=known_there)
        measures[measure] = 1.0
        reasons.append(Reason("missing", f"{name.text} is not in {{place}}", measure))
    return Finding(measures, tuple(reasons))


def _measure(name: Name, claim: Reading, paragraph: Reading, *, known: bool) -> str:
    """Which measure a name that the paragraph lacks counts for."""
    if not known and not name.listed and CODE.fullmatch(name.text):
        return "foreign_code"
    if not known:
        alone = name.first == name.last and not name.listed and _opens_sentence(claim.words, name.first, claim.text)
        return "foreign_opener" if alone else "foreign_name"
    before = claim.words[name.first - 1].lower if name.first else ""
    if name.listed:
        return "absent_place" if before in PLACING and bare(name.text.lower()) != name.key else "absent_name"
    return "described_name" if has_bare_title(paragraph) else "absent_name"


def has_bare_title(paragraph: Reading) -> bool:
    """Whether the paragraph speaks of someone by title alone: `the South Korean leader also has`."""
    words = paragraph.words
    return any(
        word.lower in PEOPLE and not word.text[0].isupper() and not words[min(at + 1, len(words) - 1)].text[0].isupper()
        for at, word in enumerate(words)
    )


def _openers(claim: Reading, elsewhere: frozenset[str], inside: set[int]) -> tuple[Name, ...]:
    """A word that opens a sentence of the claim and is a name in the document; `inside` are the places of names."""
    known = {part for key in elsewhere for part in key.split()}
    found = []
    for at, word in enumerate(claim.words):
        lower = bare(word.lower)
        if (
            at not in inside
            and word.text[0].isupper()
            and lower in known
            and word.term
            and _opens_sentence(claim.words, at, claim.text)
        ):
            key = _listed().get(lower)
            place = (word.start, word.end, word.sentence, word.clause, at, at)
            found.append(Name(key or lower, word.text, *place, listed=key is not None))
    return tuple(found)


def name_keys(texts: tuple[str, ...]) -> frozenset[str]:
    """The keys of all names in some texts."""
    return frozenset(name.key for text in texts for name in names_of(read_words(text)))


def names_of(reading: Reading, learned: tuple[tuple[str, str], ...] = ()) -> tuple[Name, ...]:
    """The names of a text in order; the longest listed name wins, then runs of capitalised words."""
    return _names_of(reading.text, learned)


@lru_cache(maxsize=4096)
def _names_of(text: str, learned: tuple[tuple[str, str], ...]) -> tuple[Name, ...]:
    reading = read_words(text)
    words = reading.words
    aliases = _aliases(learned)
    shouted = sum(word.text.isupper() for word in words) > len(words) / 2
    names: list[Name] = []
    at = 0
    while at < len(words):
        size, key, listed = _name_at(words, at, aliases, reading.text, shouted=shouted)
        if size:
            last = at + size - 1
            first = words[at]
            written = reading.text[first.start : words[last].end]
            names.append(
                Name(
                    key,
                    re.sub(r"['’]s?$", "", written),
                    first.start,
                    words[last].end,
                    first.sentence,
                    first.clause,
                    at,
                    last,
                    listed,
                )
            )
        at += max(1, size)
    return tuple(names)


@dataclass(frozen=True, slots=True)
class _Aliases:
    """What each name stands for, and how many words the longest name has that begins with a word."""

    keys: Mapping[str, str]
    longest: Mapping[str, int]


@lru_cache(maxsize=256)
def _aliases(learned: tuple[tuple[str, str], ...]) -> _Aliases:
    keys = {**_listed(), **dict(learned)}
    longest: dict[str, int] = {}
    for phrase in keys:
        first, *others = phrase.split()
        longest[first] = max(longest.get(first, 0), 1 + len(others))
    return _Aliases(keys, longest)


def _name_at(words: tuple[Word, ...], at: int, aliases: _Aliases, text: str, *, shouted: bool) -> tuple[int, str, bool]:
    longest = aliases.longest.get(bare(words[at].lower), 0)
    for size in range(min(longest, len(words) - at), 0, -1):
        run = words[at : at + size]
        phrase = " ".join(bare(word.lower) for word in run)
        key = aliases.keys.get(phrase)
        if key and _is_written_as_name(run, phrase):
            return size, key, True
    word = words[at]
    before_hyphen = at + 1 < len(words) and words[at + 1].hyphened
    if before_hyphen and bare(word.lower) in COMBINING:
        return 1, COMBINING[bare(word.lower)], True
    if before_hyphen and word.lower in PREFIXES:
        return 0, "", False
    implied = aliases.keys.get(f"the {bare(word.lower)}")
    if implied and at and words[at - 1].lower == "the" and not text[word.end :].lstrip()[:1].isupper():
        return 1, implied, True
    if shouted or not _capitalised(word) or bare(word.lower) in OF_DATES:
        return 0, "", False
    size = 1
    while (
        at + size < len(words)
        and _continues(words, at + size, text)
        and bare(words[at + size].lower) not in OF_DATES
        and (text[words[at + size].start - 1] == "-" or not aliases.keys.get(bare(words[at + size].lower)))
    ):
        size += 1
    if _opens_sentence(words, at, text) and (
        not _surely_name(words, at) if size == 1 else words[at + 1].hyphened and words[at + 1].text.islower()
    ):
        return 0, "", False
    return size, bare(word.lower) if size == 1 else " ".join(bare(item.lower) for item in words[at : at + size]), False


def _is_written_as_name(run: tuple[Word, ...], phrase: str) -> bool:
    """Whether a listed phrase is capitalised here, and an acronym that is also a word (US, WHO) in capitals."""
    if phrase in ("us", "who", "un", "mod", "mou", "eu"):
        return run[0].text.rstrip("'’s").isupper()
    return run[0].text[0].isupper() and not run[-1].text.islower()


def _continues(words: tuple[Word, ...], at: int, text: str) -> bool:
    gap = text[words[at - 1].end : words[at].start]
    return (
        gap in (" ", "-", ". ") and not words[at - 1].lower.endswith("'s") and (_capitalised(words[at]) or gap == "-")
    )


def _capitalised(word: Word) -> bool:
    return word.text[0].isupper() and (word.term is not None or len(word.text) > 4)


def _opens_sentence(words: tuple[Word, ...], at: int, text: str) -> bool:
    return at == 0 or words[at - 1].sentence != words[at].sentence or text[words[at].start - 1] in '"“'


def _surely_name(words: tuple[Word, ...], at: int) -> bool:
    """Whether a lone capitalised word that opens a sentence is a name: a verb's subject, or the owner of a noun."""
    word = words[at]
    if word.lower.endswith(("'s", "ing", "ed")) or at + 1 >= len(words):
        return word.lower.endswith("'s")
    following = words[at + 1].lower
    if word.lower.endswith(COMMON_ENDINGS) or word.lower in OPENERS:
        return False
    return following in FOLLOWS_NAME or (following.endswith("ed") and word.term is not None)


def is_same(key: str, other: str) -> bool:
    """Whether two keys can name the same: equal, or sharing a word of a person's name."""
    if key == other or key in _keys() or other in _keys():
        return key == other
    return not _telling(key).isdisjoint(_telling(other))


@lru_cache(maxsize=4096)
def _telling(key: str) -> frozenset[str]:
    """The words of a name that tell whose it is."""
    return frozenset(key.split()) - TITLES - LINKS - GENERIC


@lru_cache(maxsize=1)
def _keys() -> frozenset[str]:
    return frozenset(_listed().values())


def bare(lower: str) -> str:
    """A lower-case word without a possessive ending."""
    return lower.removesuffix("s").rstrip("'’") if lower.endswith(("'s", "’s", "'", "’")) else lower


@lru_cache(maxsize=16384)
def forms(lower: str) -> frozenset[str]:
    """A word, without its possessive, and its stem."""
    short = bare(lower)
    return frozenset((short, stem(short) or short))


@lru_cache(maxsize=1024)
def _spellings(text: str) -> frozenset[str]:
    """The words of a text in all their forms, and those around a hyphen as one."""
    words = read_words(text).words
    joined = (one.lower + other.lower for one, other in pairwise(words) if other.hyphened)
    return frozenset(joined).union(*(forms(word.lower) for word in words))


def spelled_out(reading: Reading) -> str:
    """What the short words of a cable stand for."""
    return " ".join(GLOSSARY[word.lower] for word in reading.words if word.lower in GLOSSARY)


def _spelled(name: Name, spelled: frozenset[str]) -> bool:
    """Whether all the words of an unlisted name, its titles aside, stand in the paragraph."""
    if name.listed:
        return False
    written = [
        part
        for part in re.split(r"[\s-]+", name.text)
        if part[:1].isupper() and lower_of(part).rstrip(".") not in TITLES
    ]
    parts = [lower_of(part) for part in written]
    return all(forms(part) & spelled for part in parts) or (len(parts) == 1 and parts[0] in SURROUNDING)


def _part_of(name: Name, paragraph: str, context: str) -> bool:
    """Whether a listed name stands there in its own words, as in `AMEMBASSY SEOUL`."""
    return name.listed and re.search(rf"\b{re.escape(name.text)}\b", f"{paragraph} {context}") is not None


@lru_cache(maxsize=1024)
def learn_aliases(text: str) -> tuple[tuple[str, str], ...]:
    """(alias, key) pairs that a text teaches: the long name and its acronym by `Long Name (LN)`, and what `the
    alliance`, `the South` and `the North` must mean in it."""
    keys = {name.key for name in names_of(read_words(text))}
    learned = [(alias, key) for alias, key in IMPLIED.items() if key in keys]
    for match in ACRONYM.finditer(text):
        words = match.group(1).split()
        letters = re.sub(r"[^A-Z]", "", match.group(2))
        for first in range(len(words)):
            initials = "".join(word[0] for word in words[first:] if word[0].isupper())
            if len(letters) > 1 and initials.startswith(letters[:2]):
                long, short = " ".join(words[first:]).lower(), match.group(2).lower()
                key = _listed().get(long) or _listed().get(short) or long
                learned += [(long, key), (short, key)]
                break
    return tuple(learned)


def learn_initials(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """(acronym, key) pairs where one of two texts has the acronym and the other a name with these initials."""
    found: list[tuple[str, str]] = []
    for text, elsewhere in ((one, other), (other, one)):
        acronyms = [acronym for acronym in dict.fromkeys(INITIALS.findall(text)) if acronym.lower() not in _listed()]
        names = names_of(read_words(elsewhere)) if acronyms else ()
        named = {"".join(re.findall(r"\b[A-Z]", name.text)): name.key for name in names}
        found += [(acronym.lower(), named[acronym]) for acronym in acronyms if acronym in named]
    return tuple(found)


@lru_cache(maxsize=1)
def _listed() -> dict[str, str]:
    """Every listed name in lower case, and the key it stands for."""
    table: dict[str, str] = {}
    lines = (resources.files("assistant.checks") / "names.tsv").read_text(encoding="utf8").splitlines()
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        name, *others = line.split("|")
        key = name.lower()
        for alias in [name, *(item for field in others for item in field.split(",") if item)]:
            table[" ".join(bare(word.lower) for word in read_words(alias).words)] = key
    return table
