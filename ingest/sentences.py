"""Canonical text -> the offsets of its sentences, by rule: no model, the same spans on every machine.

Where a full stop could be an abbreviation's or a sentence's, the next word decides; in doubt the sentence goes on,
since a quote that is too long is still a quote, and half a sentence may say something else.
"""

from __future__ import annotations

import re
from functools import lru_cache


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# A stop with what closes after it (quotes, brackets, `[1]` marks), or a bullet inside reflowed text.
_MARK = re.compile(
    r"""(?P<stop>[.!?…。！？｡]+)(?P<close>(?:["'”’»)\]}›」』】）〉》]|\[\w[^\[\]]{0,30}\])*)|(?<=\s)(?P<bullet>[•‣◦▪●])\s"""
)
_WORD = re.compile(r"\w[\w'’-]*")
_LETTERS = re.compile(r"[^\W\d_]+")
_FARTHEST_WORD = 200  # characters of signs without a word after which the sentence goes on
_BREAKS_PIECE = frozenset(" \n\t-–—/\"'“”‘’«([{")

_LIST_NUMBER = re.compile(r"\d{1,3}|[A-Za-z]|[ivxIVX]{1,5}")
_ROMAN = re.compile(r"[IVXLC]+")
_DOTTED = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}")  # U.S, E.O, a.m, Ph.D: what stands before the last stop
_CABLE_STARTER = re.compile(r"(?:END|BEGIN) [A-Z]|(?:COMMENT|NOTE|SUMMARY)\b")

_TITLES = _words(
    "mr mrs ms mx dr prof gen lt col maj capt cpt cmdr cdr adm vadm radm sgt brig sen rep reps gov pres amb rev hon "
    "messrs mme mlle supt insp det pvt cpl spc asst assoc dep min sec"
)
_NEVER_LAST = _words("e.g i.e vs cf viz approx ca esp incl")
_BEFORE_NUMBER = _words(
    "no nos vol vols fig figs p pp art arts secs ch chap para paras pt sect eq app ref refs b c d fl"
)
_MONTHS = _words("jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri")
_PERHAPS_LAST = _words(
    "inc ltd co corp llc plc bros jr sr al dept div dist est ave blvd rd st ste ft mt univ assn intl"
)

# Words that begin a sentence far more often than they follow an abbreviation inside one.
_STARTERS = _words(
    "a according after all also although among an and another any as at because before between both but by despite "
    "during each even every few finally first for from further furthermore given he hence her here his how however i "
    "if in indeed instead it its last later like many meanwhile more moreover most much my neither nevertheless next "
    "no nonetheless nor not now of on once one only or other others our over perhaps several she similarly since so "
    "some still such than that the their then there therefore these they this those though thus to today two under "
    "unless unlike until we were what when where whereas whether which while who whose why will with without yet "
    "you your"
)
# After an initial these may be a surname: Joseph Y. So, J. An, K. In.
_SURNAMES = _words("a an any he her his how i in like no now of on one she so still such to will yet you")


@lru_cache(maxsize=4096)  # a paragraph is taken apart by whoever looks at its sentences
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each sentence in reading order; they do not overlap and leave out white space only.

    A semicolon or a colon ends nothing; closing quotes, brackets and `[1]` marks stay with the sentence they close.
    """
    spans: list[tuple[int, int]] = []
    start = _skip_space(text, 0)
    for mark in _MARK.finditer(text):
        if mark["bullet"]:
            cut = mark.start()
        elif _ends(text, start, mark):
            cut = mark.end()
        else:
            continue
        end = start + len(text[start:cut].rstrip())
        if end > start:
            spans.append((start, end))
        start = _skip_space(text, cut)
    end = len(text.rstrip())
    if start < end:
        spans.append((start, end))
    return tuple(spans)


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _ends(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether the stop at `mark` ends the sentence that began at `start`."""
    stop, close, end = mark["stop"], mark["close"], mark.end()
    following = _WORD.search(text, end, end + _FARTHEST_WORD)
    if following is None:
        return False
    if stop[-1] in "。！？｡":
        return not (close.endswith(("」", "』")) and text.startswith("と", end))
    if not text[end].isspace() or following.group()[0].islower() or _closes_aside(text, start, mark):
        return False
    if "?" in stop or "!" in stop:
        return True
    piece = _piece_before(text, start, mark.start())
    if stop != ".":
        return bool(piece)
    label_at = mark.start() - len(piece)
    if label_at - start < 2 and text[start:label_at] in ("", "(", "[") and _LIST_NUMBER.fullmatch(piece):
        return False
    return _full_stop_ends(piece, following)


def _closes_aside(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether a bracket that opened inside this sentence closes at `mark`: an aside, and the sentence goes on."""
    if not mark["close"].startswith(")"):
        return False
    opened = text.rfind("(", start, mark.start())
    return opened > start and text.find(")", opened, mark.start()) < 0


def _piece_before(text: str, start: int, end: int) -> str:
    """The last piece of a word before `end`: `U.K` of `U.S.-U.K`."""
    at = end
    while at > start and text[at - 1] not in _BREAKS_PIECE:
        at -= 1
    return text[at:end]


def _full_stop_ends(piece: str, following: re.Match[str]) -> bool:
    """Whether one full stop between `piece` and the word that follows ends a sentence."""
    lower = piece.lower()
    if lower in _NEVER_LAST or (lower in _TITLES and piece[0].isupper()):
        return False
    if lower in _BEFORE_NUMBER:
        word = following.group()
        return not (word[0].isdigit() or _ROMAN.fullmatch(word))
    if len(piece) == 1 and piece.isupper():
        return _is_starter(following, but=_SURNAMES)
    if lower in _PERHAPS_LAST or _DOTTED.fullmatch(piece) or (lower in _MONTHS and piece[0].isupper()):
        return _is_starter(following)
    return True


def _is_starter(following: re.Match[str], *, but: frozenset[str] = frozenset()) -> bool:
    """Whether a word most likely begins a sentence: not an initial (`A.`), not a word of a text in capitals."""
    letters = _LETTERS.match(following.group())
    if letters is None:
        return False
    word = letters.group()
    if _CABLE_STARTER.match(following.string, following.start()):
        return True
    if len(word) == 1:
        if following.string.startswith(".", following.end()):
            return False
    elif word.isupper():
        return False
    return word[0].isupper() and word.lower() in _STARTERS - but
