"""What kind of thing a question asks for (a person, a time, a place, a quantity), and whether a text holds one.

The coarse answer types of Li and Roth (2002, "Learning question classifiers"), by the question's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ingest.analyser import words

CAPITALISED = re.compile(r"(?<=[\w,;:)] )[A-Z][a-z]+")
WHEN = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday"
    r"|Thursday|Friday|Saturday|Sunday|today|yesterday|(?:this|next|last|earlier|ago|week|month|year)s?|\d{4})\b"
)
QUANTITY = re.compile(
    r"\b(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
ASKED = (
    (re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE), CAPITALISED),
    (re.compile(r"\b(?:when|(?:what|which) (?:year|date|day|month))\b", re.IGNORECASE), WHEN),
    (re.compile(r"\b(?:how (?:many|much|large|old|far)|what (?:number|percentage|share|amount))\b", re.I), QUANTITY),
    (re.compile(r"\b(?:where|(?:what|which) (?:country|city|place|nation|state))\b", re.IGNORECASE), CAPITALISED),
)
SPANS = "second|minute|hour|day|night|week|weekend|month|quarter|season|year|decade|century|centurie"
A_NUMBER = (  # which is not a year
    r"(?<![\d.,])(?!(?:1\d|20)\d\d\b)\d[\d.,]*"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|million|billion)\b"
)
QUANTITIES: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "length of time": (
        re.compile(rf"\bhow long\b(?! ago)|\bhow many (?:{SPANS})s?\b", re.IGNORECASE),
        re.compile(rf"\b\w+[ -](?:{SPANS})s?\b|\bsince\b|\buntil\b", re.IGNORECASE),
    ),
    "number": (
        re.compile(rf"\bhow many\b(?! (?:{SPANS})s?\b)", re.IGNORECASE),
        re.compile(A_NUMBER, re.IGNORECASE),
    ),
    "amount": (
        re.compile(
            r"\bhow much\b|\b(?:what|which|how (?:big|large|high|small|low)|by what)\b[^,;?]*"
            r"\b(?:budget|price|cost|fees?|percentage|percent|share|rating|margin|salary|revenue|turnout)\b",
            re.IGNORECASE,
        ),
        re.compile(rf"[$€£₩%]|\b(?:per ?cent|half)\b|{A_NUMBER}", re.IGNORECASE),
    ),
}
"""What a question may ask a quantity of: its words for that, and what a text that gives one holds."""


def kind_is_there(question: str, sentence: str) -> bool:
    """Whether the sentence holds a person, time, quantity or place that the question asks for and does not name."""
    asked = set(words(question))
    return all(
        any(match.group().lower() not in asked for match in held.finditer(sentence))
        for pattern, held in ASKED
        if pattern.search(question)
    )


def quantity_missing(question: str, paragraphs: Iterable[str]) -> str | None:
    """The quantity that is asked for and that none of the paragraphs gives: `number`, `amount`, `length of time`.

    None where they give one, be it another's, or where none is asked for. One that the question has itself is none.
    """
    asked = set(words(question))
    paragraphs = list(paragraphs)
    for name, (asks, gives) in QUANTITIES.items():
        if asks.search(question):
            given = (match.group().lower() for text in paragraphs for match in gives.finditer(text))
            return None if any(found not in asked for found in given) else name
    return None
