"""Text in, index terms out: the one analyser for stored paragraphs and for questions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’][^\W_]+)*")
STOPWORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between both
    but by can could d did do does doing during each few for from further had has have having he her here hers him
    his how i if in into is it its itself just ll m me more most my no nor not o of off on once only or other our
    ours out over own re s same she should so some such t than that the their theirs them then there these they
    this those through to too under until up upon us ve very was we were what when where which while who whom
    whose why will with would y you your
    """.split()  # noqa: SIM905  # a list of 170 quoted words is harder to read
)


def terms(text: str) -> list[str]:
    """Stemmed content words in order; `U.S.` is one term (`u.s`), a possessive loses its ending, stop words go."""
    return [term for word in words(text) if (term := stem(word)) is not None]


def words(text: str) -> list[str]:
    """Lower-case words of the text with compatibility forms folded; hyphens and slashes divide."""
    return [match.group().lower() for match in WORD.finditer(unicodedata.normalize("NFKC", text))]


@lru_cache(maxsize=65536)
def stem(word: str) -> str | None:
    """The index term of a lower-case word, or None for a stop word."""
    word = re.sub(r"['’](?:s|d|ll|re|ve|t)$|['’]$", "", word)
    if word.endswith("."):
        return word.rstrip(".")
    if word in STOPWORDS or not word:
        return None
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
