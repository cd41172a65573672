"""A text as words that know their sentence, their clause, and whether something before them denies or weakens them.

There is no parser: a denier (`not`, `declined to`) or a weakener (`could`, `plans to`) reaches from where it stands to
the end of its clause, as in NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from ingest.analyser import stem
from ingest.sentences import sentence_spans


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(words.split())


PIECE = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:[.,]\d+)*(?:['’][^\W_]+)*|[-.,;:()–—/%$“”\"?!]+")
BREAKS = frozenset(";:()")
CLAUSE_WORDS = listed(
    """but while although though whereas because unless however nevertheless nonetheless which who whom whose where
    when after before since if given"""
)
REACH = 16  # words
BACKWARD = frozenset(["unlikely", "doubtful", "improbable"])  # what they are said of stands before them
BE = listed("is are was were be been being got")
CLOSINGS = frozenset([",”", "”,", ',"', '",'])  # of what somebody said
LATIN = {  # letters with marks -> without: both of `Erdoğan` and `Erdogan` are written
    code: "".join(letter for letter in unicodedata.normalize("NFKD", chr(code)) if not unicodedata.combining(letter))
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
} | str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"}
)
NEVER_NAMES = listed("no not never without neither nor none nobody nothing cannot hardly")  # in a headline, capitalised
ASIDES = listed("however though therefore moreover nevertheless nonetheless then too also indeed")
ENDS_REACH = listed("nor but while although though whereas yet")
DETERMINERS = listed("neither no none nothing nobody little few")  # `seeks no war` denies `seeks` too
CERTAIN, EXPECTED, POSSIBLE = 3, 2, 1
WEAKENERS = {
    **dict.fromkeys(
        listed(
            """could may might perhaps possible possibly possibility potential potentially if whether can seem seems
            appear appears unclear speculate"""
        ),
        POSSIBLE,
    ),
    **dict.fromkeys(
        listed(
            """will would shall should must expect expected expects predict predicted predicts prediction plan plans
            planned planning hope hopes hoped intend intends intended decision decided decides propose proposed proposes
            proposal seek seeks sought seeking want wants wanted discuss discussed discusses discussing consider
            considered considers considering set upcoming likely unlikely about ready willing prepared urge urged wish
            wished aim aims aimed forecast forecasts attempt attempts effort efforts push talked stood demand demanded
            concern concerned worry worried fear feared scheduled due going"""
        ),
        EXPECTED,
    ),
}
PASTS = dict(
    pair.split(":")
    for pair in listed(
        """ate:eat arose:arise beheld:behold befell:befall began:begin became:become bent:bend bit:bite bled:bleed
        blew:blow bore:bear bought:buy bred:breed broke:break brought:bring built:build burnt:burn came:come
        caught:catch chose:choose clung:cling crept:creep dealt:deal drank:drink dreamt:dream drew:draw
        drove:drive dug:dig dwelt:dwell fed:feed fell:fall felt:feel fled:flee flew:fly flung:fling
        forbade:forbid foresaw:foresee foretold:foretell forgave:forgive forgot:forget fought:fight found:find
        froze:freeze gave:give got:get grew:grow heard:hear held:hold hid:hide hung:hang kept:keep knelt:kneel
        knew:know laid:lay learnt:learn led:lead left:leave lent:lend lit:light lost:lose made:make meant:mean
        met:meet misled:mislead mistook:mistake outgrew:outgrow overcame:overcome oversaw:oversee
        overthrew:overthrow overtook:overtake paid:pay ran:run rang:ring rebuilt:rebuild repaid:repay
        retook:retake rewrote:rewrite rode:ride rose:rise said:say sang:sing sank:sink sat:sit saw:see sent:send
        shone:shine shook:shake shot:shoot shrank:shrink slept:sleep slid:slide sold:sell sought:seek sped:speed
        spent:spend spoilt:spoil spoke:speak sprang:spring spun:spin stole:steal stood:stand strode:stride
        strove:strive struck:strike stuck:stick swam:swim swept:sweep swore:swear swung:swing taught:teach
        tore:tear told:tell took:take thought:think threw:throw trod:tread understood:understand
        undertook:undertake underwent:undergo upheld:uphold went:go wept:weep withdrew:withdraw withheld:withhold
        withstood:withstand woke:wake won:win wore:wear wove:weave wrote:write"""
    )
)
PARTICIPLES = dict(
    pair.split(":")
    for pair in listed(
        """arisen:arise beaten:beat begun:begin bitten:bite blown:blow borne:bear broken:break chosen:choose
        drawn:draw driven:drive eaten:eat fallen:fall flown:fly forbidden:forbid foreseen:foresee
        forgiven:forgive forgotten:forget frozen:freeze given:give gone:go gotten:get grown:grow hidden:hide
        known:know outgrown:outgrow overseen:oversee overtaken:overtake overthrown:overthrow proven:prove
        retaken:retake rewritten:rewrite ridden:ride risen:rise rung:ring seen:see shaken:shake shown:show
        shrunk:shrink sown:sow spoken:speak sprung:spring stolen:steal sung:sing sunk:sink swollen:swell
        sworn:swear swum:swim taken:take thrown:throw torn:tear trodden:tread undergone:undergo undertaken:undertake
        withdrawn:withdraw woken:wake worn:wear woven:weave written:write"""
    )
)
ADJECTIVES = listed(
    """great strong weak close large small soft hard harsh high low near few wide deep broad rich poor fast slow late
    early old young new safe warm cool tight loose firm heavy light easy tough keen bleak long short cheap loud quick
    strict mild friendly cold dark bright clear grave severe big hot thin sad"""
)


def _compared(adjective: str, ending: str) -> str:
    """An adjective's comparative or superlative: `greater`, `bigger`, `easier`."""
    if re.fullmatch(r"[^aeiou]*[aeiou][gdtn]", adjective):
        return f"{adjective}{adjective[-1]}{ending}"
    return re.sub("y$", "i", adjective.removesuffix("e")) + ending


BASES = {
    **PASTS,
    **PARTICIPLES,
    **{_compared(adjective, ending): adjective for adjective in ADJECTIVES for ending in ("er", "est")},
}
WHEN = listed(
    """last this next yesterday today again once twice week month year weekend summer winter spring autumn in on for
    monday tuesday wednesday thursday friday saturday sunday time times"""
)
NEEDS_TO = listed(
    """set about ready willing prepared seek seeks sought seeking want wants wanted push attempt attempts effort
    efforts plan plans planned hope hopes hoped intend intends intended decision decided decides stood appear
    appears seem seems wish wished aim aims aimed due going likely scheduled demand demanded urge urged"""
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `term` is its stem (None for a stop word), `sentence` and `clause` count from 0.

    `denied` is true inside an odd number of denials; `certainty` is 3 where nothing weakens it, 2 for what is expected,
    1 for what is only possible. `hyphened` words follow a hyphen: `minded` in `like-minded`. `proper` ones are a part
    of a name, by their capitals: `Ban Ki-moon`.
    """

    text: str
    lower: str
    term: str | None
    start: int
    end: int
    sentence: int
    clause: int
    denied: bool
    certainty: int
    hyphened: bool
    proper: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, its words in order, and where its sentences begin and end."""

    text: str
    words: tuple[Word, ...]
    sentences: tuple[tuple[int, int], ...]
    deniers: tuple[tuple[int, str], ...]

    def sentence(self, number: int) -> str:
        """The text of one sentence."""
        start, end = self.sentences[number]
        return self.text[start:end]


@lru_cache(maxsize=2048)
def read_words(text: str) -> Reading:
    """The reading of a text. Kept for the next claim about the same paragraph."""
    pieces = list(PIECE.finditer(text))
    sentences = sentence_spans(text) or ((0, len(text)),)
    places = _places(pieces, sentences)
    lowers = [lower_of(piece.group()) for piece in pieces]
    proper = _proper(pieces, places)
    deniers = _deniers([";" if proper[at] else lower for at, lower in enumerate(lowers)])
    denied = _denied(lowers, places, deniers)
    certainty = _certainty(lowers, places)
    words = tuple(
        Word(
            piece.group(),
            lowers[at],
            stem(BASES.get(lowers[at], lowers[at])),
            piece.start(),
            piece.end(),
            places[at][0],
            places[at][1],
            denied[at],
            certainty[at],
            text[piece.start() - 1 : piece.start()] == "-",
            proper[at],
        )
        for at, piece in enumerate(pieces)
        if piece.group()[0].isalnum()
    )
    return Reading(text, words, sentences, tuple((pieces[at].start(), found) for at, found in deniers))


def lower_of(text: str) -> str:
    """A text in lower case, its Latin letters without marks, its apostrophes straight."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).translate(LATIN).lower().replace("’", "'")


def _places(pieces: list[re.Match[str]], sentences: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Sentence and clause of each piece."""
    places: list[tuple[int, int]] = []
    sentence = clause = 0
    for piece in pieces:
        while sentence + 1 < len(sentences) and piece.start() >= sentences[sentence + 1][0]:
            sentence += 1
            clause += 1
        word = piece.group()
        if not BREAKS.isdisjoint(word) or word in ("--", "–", "—") or "," in word or word.lower() in CLAUSE_WORDS:
            clause += 1
        places.append((sentence, clause))
    return places


def _proper(pieces: list[re.Match[str]], places: list[tuple[int, int]]) -> list[bool]:
    """Whether a piece is capitalised inside a sentence, or opens one before another such or before a verb; no piece of
    a headline in capitals is."""
    capital = [piece.group()[0].isupper() for piece in pieces]
    shouted = sum(piece.group().isupper() for piece in pieces) > len(pieces) / 2
    opens = [
        at == 0 or places[at][0] != places[at - 1][0] or not pieces[at - 1].group()[-1].isalnum()
        for at in range(len(pieces))
    ]
    return [
        is_one
        and not shouted
        and pieces[at].group().lower() not in NEVER_NAMES
        and (not opens[at] or capital[at + 1 : at + 2] == [True] or _is_done(pieces[at + 1 : at + 2]))
        for at, is_one in enumerate(capital)
    ]


def _is_done(following: list[re.Match[str]]) -> bool:
    """Whether what follows is a verb with a subject before it, so that `Ban` in `Ban praised` is no verb."""
    word = following[0].group().lower() if following else ""
    return word in ("said", "told", "was", "is") or bool(re.fullmatch(r"[a-z]{2,}ed", word))


def _deniers(lowers: list[str]) -> list[tuple[int, str]]:
    """Position of the last word of each denier, of the first where its own last word is all that it denies, and the
    denier."""
    phrases, longest = _phrases(), _longest_phrases()
    alone = opposites()["deny nothing further"]
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(lowers):
        for size in range(min(longest.get(lowers[at], 1), len(lowers) - at), 0, -1):
            phrase = " ".join(lowers[at : at + size])
            denies = phrases.get(phrase)
            if denies is None and size == 1:
                denies = phrase.endswith("n't") or _denies_later(lowers, at, phrases) or None
            if denies is not None:
                if denies and not (phrase == "no" and lowers[at + 1 : at + 2] in ([","], ["."], [":"])):
                    found.append((at if phrase in alone else at + size - 1, phrase))
                at += size - 1
                break
        at += 1
    return found


def _denies_later(lowers: list[str], at: int, phrases: dict[str, bool]) -> bool:
    """Whether a word denies by a `to` that comes after when or how: `declined last week to sign`."""
    if not phrases.get(f"{lowers[at]} to"):
        return False
    rest = (word for word in lowers[at + 1 : at + REACH] if word not in WHEN and not word.endswith("ly"))
    return next(rest, None) == "to"


@lru_cache(maxsize=1)
def opposites() -> dict[str, Any]:
    """What `opposites.json` lists: pairs of words that pull opposite ways, and phrases that deny."""
    listed: dict[str, Any] = json.loads(
        (resources.files("assistant.checks") / "opposites.json").read_text(encoding="utf8")
    )
    return listed


@lru_cache(maxsize=1)
def _phrases() -> dict[str, bool]:
    """Each denier, and each phrase that only looks like one."""
    known = opposites()
    shifters = {form: True for phrase in known["shifters"] for form in _inflected(phrase)}
    deniers = [*known["deniers"], *known["deny nothing further"]]
    return {**shifters, **dict.fromkeys(deniers, True), **dict.fromkeys(known["not deniers"], False)}


@lru_cache(maxsize=1)
def _longest_phrases() -> dict[str, int]:
    """How many words the longest of these has, by its first."""
    longest: dict[str, int] = {}
    for phrase in _phrases():
        first, *others = phrase.split()
        longest[first] = max(longest.get(first, 1), 1 + len(others))
    return longest


def _inflected(phrase: str) -> Iterator[str]:
    """A verb, with what belongs to it, in all its forms: `loses`, `lost`, `losing` of `lose`."""
    verb, *rest = phrase.split(" ")
    short = verb.removesuffix("e")
    double = verb + verb[-1] if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", verb) else short
    irregular = {form for form, base in BASES.items() if base == verb}
    past = irregular or {f"{double}ed", f"{verb[:-1]}ied" if verb.endswith("y") else f"{short}ed"}
    for form in (verb, f"{verb}s", f"{double}ing", f"{short}ing", *past):
        yield " ".join((form, *rest))


def _denied(lowers: list[str], places: list[tuple[int, int]], deniers: list[tuple[int, str]]) -> list[bool]:
    denied = [False] * len(lowers)
    alone = opposites()["deny nothing further"]
    for at, phrase in deniers:
        if phrase in alone:  # `no problem working with them`: they do work with them
            denied[at + phrase.count(" ")] = True
            continue
        for other in _reach(at, lowers, places):
            denied[other] = not denied[other]
        if lowers[at].endswith("ed") and any(word in BE for word in lowers[max(0, at - 2) : at]):
            for other in _subject_of(at, lowers, places):  # `the offer was rejected`
                denied[other] = not denied[other]
        if lowers[at] in DETERMINERS and at and places[at - 1] == places[at]:
            denied[at - 1] = not denied[at - 1]
    for at, word in enumerate(lowers):
        if word in BACKWARD:
            for other in {*_reach(at, lowers, places), *_subject_of(at, lowers, places)}:
                denied[other] = not denied[other]
    return denied


def _reach(at: int, lowers: list[str], places: list[tuple[int, int]]) -> list[int]:
    """What follows in the same clause, up to `REACH` words. A comma ends the clause, but for one before the first
    content word or in a list that goes on with `or`."""
    reached: list[int] = []
    content = 0
    clause = places[at][1]
    listing = "or" in lowers[at + 1 : at + 2 * REACH]
    for other in range(at + 1, len(lowers)):
        if places[other][0] != places[at][0] or len(reached) >= REACH:
            break
        if lowers[other] in ENDS_REACH or lowers[other] in CLOSINGS:
            break
        if lowers[other] in ASIDES or ("," in lowers[other] and {*lowers[other - 1 : other + 2]} & ASIDES):
            clause = max(clause, places[other][1])
            continue
        if places[other][1] != clause:
            if content and ("," not in lowers[other] or not listing):
                break
            clause = places[other][1]
        content += stem(lowers[other]) is not None and lowers[other][0].isalnum()
        reached.append(other)
    return reached


def _subject_of(at: int, lowers: list[str], places: list[tuple[int, int]]) -> list[int]:
    """What stands before `is unlikely` in its clause; nothing before `it is unlikely`."""
    aside = any(
        "," in word for word in lowers[max(0, at - 3) : at]
    )  # `a summit with Kishida, his counterpart, appears unlikely`
    before = [
        other
        for other in range(max(0, at - REACH), at)
        if places[other][0] == places[at][0] and (aside or places[other] == places[at])
    ]
    return [] if "it" in lowers[max(0, at - 4) : at] else before


def _certainty(lowers: list[str], places: list[tuple[int, int]]) -> list[int]:
    certainty = [CERTAIN] * len(lowers)
    for at, word in enumerate(lowers):
        level = WEAKENERS.get(word)
        if level is None or (word == "may" and at and lowers[at - 1] in ("in", "on", "since", "until", "by", "last")):
            continue
        if word in NEEDS_TO and "to" not in lowers[at + 1 : at + 8] and "of" not in lowers[at + 1 : at + 2]:
            continue
        start = lowers.index("to", at) if word in NEEDS_TO and "to" in lowers[at + 1 : at + 8] else at
        for other in _reach(start, lowers, places):
            certainty[other] = min(certainty[other], level)
        if word in BACKWARD:
            for other in _subject_of(at, lowers, places):
                certainty[other] = min(certainty[other], level)
    return certainty
