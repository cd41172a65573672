"""Who says it, and as of when: a place in a paragraph in, a heading such as `Cable of Embassy Seoul, 26 May 2006` out.

And what a quoted sentence leans on: whom its `he` means, or the sentence before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.checks.dates import day_in_words
from ingest.aliases import places
from ingest.sentences import sentence_spans
from ingest.types import Document, Paragraph

FARTHEST = 3  # sentences before the one that leans
COMMENT = re.compile(r"\(?\b(?:COMMENT|BEGIN COMMENT)\b:?.*?(?:END[A-Z ]*COMMENT|\Z)", re.DOTALL)
PERSON = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,3}"
SAYS = (
    r"(?:said|says|noted|notes|added|adds|predicted|predicts|warned|warns|argued|argues|told|tells|stated|states|explained"
    r"|explains|pointed|points|declined|declines|believed|believes|thought|thinks|insisted|insists|observed|observes"
    r"|replied|stressed|stresses|remarked|asked|asks|wrote|writes|denied|denies|acknowledged|acknowledges|claimed|claims)"
)
SPEAKER = re.compile(
    rf"(?<![\w-])(?P<before>{PERSON})(?:, [^,.;]{{3,80}},)? (?:also |then |further |later )?{SAYS}\b"
    rf"|\b[Aa]ccording to (?P<after>{PERSON})"
)
HE_SAYS = re.compile(rf"(?<![\w-])(?P<pronoun>[Hh]e|[Ss]he) (?:also |then |further |later )?{SAYS}\b")
LEANS = re.compile(
    r"(?:(?:But|And|Yet|Still|However|Moreover|Also),? )?(?:It|They|He|She|This|That|These|Those|Such|Both|The latter"
    r"|The former|For that reason|For this reason|Therefore|As a result|If so|Otherwise|Instead)\b(?! is why\b)",
    re.IGNORECASE,
)
NOT_A_PERSON = frozenset(
    """He She It They We I The This That These Those There And But Yet So As In On At For If When While Some Many Most
    Officials Government Ministry Embassy Parliament Congress Council Party Agency Department January February March
    April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday""".split()  # noqa: SIM905  # a list of words reads better so
)


@dataclass(frozen=True, slots=True)
class Referent:
    """Whom a pronoun means: where it stands in the paragraph's text, the name, and the sentence that gives the name."""

    start: int
    end: int
    name: str
    sentence: tuple[int, int]


def attribution(document: Document, paragraph: Paragraph, start: int) -> str:
    """Where a quote is from and when that was, as a heading: `Cable of Embassy Seoul, 26 May 2006`."""
    kind = {"cable": "Cable of", "article": "Article by"}.get(document.kind)
    named = f"{kind} {document.author}" if kind and document.author else document.title
    day = day_in_words(document.date)
    dated = f", {day}" if day else ""
    comment = document.kind == "cable" and in_comment(paragraph.text, start)
    return f"{named}{dated}{', in its own comment' if comment else ''}"


def in_comment(text: str, start: int) -> bool:
    """Whether what starts there stands in what the text marks as its writer's comment."""
    return any(match.start() <= start < match.end() for match in COMMENT.finditer(text))


def referent(text: str, span: tuple[int, int]) -> Referent | None:
    """Whom `he said` or `she said` in the sentence means: the one speaker of the nearest sentence before it that has
    any. None where there is no such pronoun, the sentence names a speaker itself, or more than one may be meant."""
    sentence = text[slice(*span)]
    pronoun = HE_SAYS.search(sentence)
    if pronoun is None or _speakers(sentence[: pronoun.start()]):
        return None
    before = [other for other in sentence_spans(text) if other[1] <= span[0]][-FARTHEST:]
    for other in reversed(before):
        speakers = _speakers(text[slice(*other)])
        if speakers:
            start = span[0] + pronoun.start("pronoun")
            end = span[0] + pronoun.end("pronoun")
            return Referent(start, end, speakers[0], other) if len(set(speakers)) == 1 else None
    return None


def leans_from(text: str, span: tuple[int, int]) -> int:
    """Where a quote of the sentence should begin: one sentence earlier where it begins with a word that points back,
    such as `This`."""
    if LEANS.match(text[slice(*span)]):
        for before, own in pairwise(sentence_spans(text)):
            if own == span:
                return before[0]
    return span[0]


def _speakers(sentence: str) -> Sequence[str]:
    found = [match["before"] or match["after"] for match in SPEAKER.finditer(sentence)]
    return [name for name in found if not (NOT_A_PERSON & set(name.split()) or name.isupper() or places(name))]
