"""Other names for the same thing: of countries, from a table; of what a document abbreviates, from itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

ACRONYM = re.compile(r"\(([A-Z][A-Z&]{1,9})\)")
FEWEST_INITIALS = 3  # of a name that people may call by them
NAMING = r"(?!(?:The|A|An|In|On|At|By|For|From|But|If|As|It|This|That)\b)(?:(?:[A-Z]\.){2,}|[A-Z][a-z]+)"
SPELLED_OUT = re.compile(rf"(?<![\w.]){NAMING}(?:(?: (?:of(?: the)?|and|for|on|de|la))?[ -]{NAMING})+")
SMALL_WORDS = frozenset(["and", "of", "the", "for", "to", "in", "on", "de", "la"])


def places(text: str) -> list[str]:
    """A term for each mention of a country, its people, its capital or its government: `@south korea` for Seoul's."""
    known = _countries()
    return [f"@{known[match.group()].lower()}" for match in _mentions().finditer(text)]


def spelled_out(text: str) -> str:
    """The text with abbreviations of countries written out, since a language model may not know that ROK is Korea."""
    short = _abbreviations()
    return _abbreviated().sub(lambda match: short[match.group()], text)


def defined_acronyms(texts: Iterable[str]) -> dict[str, str]:
    """Acronyms that the texts define, `… Foreign Affairs and Trade (MOFAT)`, with what they stand for."""
    found: dict[str, str] = {}
    for text in texts:
        for match in ACRONYM.finditer(text):
            words = text[: match.start()].split()[-2 * len(match[1]) :]
            expansion = _expansion(match[1], words)
            if expansion:
                found.setdefault(match[1], expansion)
    return found


def initials_of(texts: Iterable[str]) -> dict[str, str]:
    """The initials of names that the texts spell out, with the name: `UNSC` of `U.N. Security Council`."""
    found: dict[str, str] = {}
    for text in texts:
        for match in SPELLED_OUT.finditer(text):
            letters = re.sub("[^A-Z]", "", match.group())
            if len(letters) >= FEWEST_INITIALS:
                found.setdefault(letters, match.group())
    return found


def expanded(text: str, acronyms: Mapping[str, str], initials: Mapping[str, str]) -> str:
    """The text with, at its end, what its acronyms stand for, or else its initials, and the acronyms of what it spells
    out."""
    lower = text.lower()
    words = set(re.findall(r"\w+", text))
    added = [
        other
        for acronym, expansion in acronyms.items()
        for other in ([expansion] if acronym in words else [acronym] if expansion.lower() in lower else [])
    ]
    added += [initials[word] for word in sorted(words - acronyms.keys()) if word in initials]
    return " ".join([text, *added])


def _expansion(acronym: str, words: list[str]) -> str | None:
    """The last words whose initials spell the acronym."""
    letters = acronym.replace("&", "")
    for first in range(len(words) - 1, -1, -1):
        if words[first][:1].upper() == letters[0] and _spells(letters, words[first:]):
            return " ".join(words[first:]).strip(",;:()\"'“”")
    return None


def _spells(letters: str, words: list[str]) -> bool:
    """Whether the words' initials are the letters, in order; a small word such as `of` may be left out."""
    if not words:
        return not letters
    word, rest = words[0], words[1:]
    taken = letters[:1] == word[:1].upper() and _spells(letters[1:], rest)
    return taken or (word.lower() in SMALL_WORDS and _spells(letters, rest))


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """Each country with its abbreviations and its other names, from `places.txt`."""
    rows = []
    for line in (resources.files("ingest") / "places.txt").read_text(encoding="utf8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, *fields = (field.strip() for field in line.split(";"))
            others = [[item.strip() for item in field.split(",") if item.strip()] for field in fields]
            short = tuple(item for item in others[0] if item.isupper() and len(item) <= 5)
            rows.append((name, short, tuple(item for group in others for item in group)))
    return tuple(rows)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    return {item: name for name, _, others in _table() for item in (name, *others)}


@lru_cache(maxsize=1)
def _mentions() -> re.Pattern[str]:
    names = sorted(_countries(), key=len, reverse=True)
    return re.compile(r"(?<![\w.])(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")


@lru_cache(maxsize=1)
def _abbreviations() -> dict[str, str]:
    """Abbreviations that a language model is not sure to know; `U.S.`, `UK` and the like it does."""
    familiar = {"US", "U.S.", "USA", "UK", "U.K.", "UN", "U.N.", "EU", "E.U.", "UAE", "USSR"}
    return {item: name for name, short, _ in _table() for item in short if item not in familiar}


@lru_cache(maxsize=1)
def _abbreviated() -> re.Pattern[str]:
    return re.compile(r"(?<![\w.])(?:" + "|".join(map(re.escape, _abbreviations())) + r")(?!\w)")
