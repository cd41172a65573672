"""Numbers of a claim -> those that the paragraph does not have: digits, words, ordinals, percentages, identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from assistant.checks.finding import Finding, Reason
from assistant.checks.reading import lower_of

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
WORDS = {word: number for number, word in enumerate(UNITS)} | TENS | {"dozen": 12}
WORD_OF = {float(number): word for word, number in WORDS.items()}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 10**12}
BASIC_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
TEENTHS = ("tenth", "eleventh", "twelfth", *(f"{word}th" for word in UNITS[13:20]))
TENTHS = ("twentieth", *(f"{word[:-1]}ieth" for word in TENS))
ORDINALS = {
    **{word: number for number, word in enumerate((*BASIC_ORDINALS, *TEENTHS), 1)},
    **{word: 10 * number for number, word in enumerate(TENTHS, 2)},
    "hundredth": 100,
}
ALSO = {
    "one": 1,
    "single": 1,
    "both": 2,
    "pair": 2,
    "twice": 2,
    "double": 2,
    "twofold": 2,
    "couple": 2,
    "half": 0.5,
    "trilateral": 3,
    "bilateral": 2,
    "two-fold": 2,
    "three-fold": 3,
}
SHORT = {"k": 1_000, "mn": 1_000_000, "mln": 1_000_000, "bn": 1_000_000_000, "tn": 10**12}
MONEY_SHORT = SHORT | {"m": 1_000_000, "b": 1_000_000_000}
PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
CURRENCIES = {
    **{"$": "dollar", "usd": "dollar", "dollar": "dollar", "€": "euro", "eur": "euro", "euro": "euro"},
    **{"£": "pound", "gbp": "pound", "pound": "pound", "¥": "yen", "jpy": "yen", "yen": "yen"},
    **{"₩": "won", "krw": "won", "rub": "ruble", "ruble": "ruble", "rouble": "ruble", "yuan": "yuan", "cny": "yuan"},
}
SIGNS = "$€£₩¥"
MONEY_BEFORE = re.compile(rf"(?:([{SIGNS}])|\b(EUR|USD|GBP|JPY|KRW|RUB|CNY))[ -]?$")
MONEY_AFTER = re.compile(r"[ -](?:(?:[A-Z][a-z]+|U\.?S\.?) )?(dollar|euro|pound|yen|ro?uble|yuan)s?\b")
TOLERANCE = 0.05  # how far from a number what it rounds may lie
ABOUT = re.compile(r"\b(?:about|around|some|roughly|approximately)$", re.IGNORECASE)
ABOVE = re.compile(
    r"\b(?:over|(?<!no )(?<!not )more than|(?:no|not) (?:less|fewer) than|at least|exceeding)$", re.IGNORECASE
)
BELOW = re.compile(
    r"\b(?:nearly|almost|under|(?<!no )(?<!not )(?:less|fewer) than|(?:no|not) more than|at most|up to)$", re.IGNORECASE
)
EXACTLY = re.compile(r"\b(?:exactly|precisely)$", re.IGNORECASE)
PLURAL = (
    r" (?!(?:was|is|has|as|its|his|this|does|across|towards|thus|always|perhaps|sometimes|plus|marks)\b)"
    r"(?:people|men|women|children|[a-z]+s)\b"
)
EVENTS = "elections|talks|games|protests|sanctions|results|figures|levels|estimates|negotiations|attacks|floods"
COUNTED = re.compile(rf"(?! (?:{EVENTS})\b){PLURAL}")
YEAR_BEFORE = re.compile(
    r"(?:\b(?i:in|since|during|until|by|from|of|before|after|for|to|and|the|an?|its|his|her|their|our|this|early|late|mid)"
    r"|['’]s?|\b[A-Z]\w+\.?)[ -]$"
)
CLEARLY_YEAR = re.compile(r"\b(?:in|since|during|until) $", re.IGNORECASE)
SPOKEN = "|".join([*WORDS, *SCALES])
PERCENT = r"\s?(?:%|(?:percentage points?|percent|per cent)\b)"
PART = "|".join(PARTS)
PART_ENDS = r"(?= (?:of|in|from|since|to|over|last|this|and|as)\b|[.,;]|$)"
NUMBER = re.compile(
    r"(?P<sign>(?<=[A-Za-z] )[-−](?=\d))?(?<![\w.])(?<![A-Za-z]-)(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<attached>(?!s\b|Z\b)[A-Za-z]{1,3})?\b)"
    rf"(?P<tail>{PERCENT}|[\s-]?(?:{'|'.join(SCALES)})\b|\s(?:mn|mln|bn|tn)\b)?"
    rf"|\b(?P<fraction>one[ -](?:{PART})|(?:{'|'.join(UNITS[2:10])})[ -](?:{PART})s"
    rf"|an?[ -](?:{PART}){PART_ENDS}|half(?= of\b| the\b)|(?<=\bby )half)\b(?! of an hour)"
    r"|\b(?P<spoken>(?:(?:half[ -](?:an?[ -])?|an?[ -](?:half[ -])?)(?=hundred|thousand|million|billion|dozen))?"
    rf"(?:{SPOKEN})(?:(?:[ -]|[ ]and[ ])(?:{SPOKEN}))*)\b"
    rf"(?:-(?P<last>{'|'.join(BASIC_ORDINALS)})\b)?(?P<share>{PERCENT})?"
    rf"|\b(?P<place>{'|'.join(ORDINALS)})\b",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])(?!\d+(?:st|nd|rd|th|s|Z)\b)\w{3,}\b")
AMOUNT = re.compile(r"\d+(?:k|m|b|mn|mln|bn|tn)", re.IGNORECASE)
TYPE = re.compile(r"\b[A-Z]{1,5}-?\d{1,4}[A-Z]?\b")  # F-35, K9
LONG = re.compile(r"\b\d{16,}\b")  # more digits than a float tells apart
HUGEST = 1e300  # beyond it, all numbers are this one
RANGE = re.compile(rf"\s*(?:to|and|or|-|–)\s*[{SIGNS}]?")
NUMBERED = re.compile(r"(?:\b(?:No|Nos|Art|Number|Article|Chapter|Round|Phase)\b\.?|[#§])\s*$", re.IGNORECASE)
SINKING = re.compile(
    r"\b(?:f[ae]ll\w*|declin\w*|shr[aiu]nk\w*|contract\w*|drop\w*|decreas\w*|los[set]\w*|reduc\w*|negative|minus)\b",
    re.IGNORECASE,
)
# By months of 30, so that lengths in other units are equal.
COUNTED_DAYS_IN = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 360, "decade": 3600, "century": 36000}
LENGTH = re.compile(r"[ -](day|week|fortnight|month|year|decade|century|centurie)s?\b")
ONE_LENGTH = re.compile(r"\b(half )?an? (week|fortnight|month|year|decade|century)\b", re.IGNORECASE)
SMALL = 3
BARE_YEAR = 4  # characters: `2000` may be a count


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, its value, what it counts in (`%`, `th`, `/` for a fraction, or nothing), and its place; the
    scale (`million`) and the currency that its value is told in.
    """

    text: str
    value: float
    unit: str
    start: int
    scale: int = 1
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a paragraph and its context tell: numbers, the numerals that stand for ordinals, lengths of time in days,
    and their text."""

    numbers: tuple[Number, ...]
    numerals: frozenset[float]
    lengths: frozenset[float]
    text: str


def check_numbers(
    claim: str,
    paragraph: str,
    *,
    context: str = "",
    skip: tuple[tuple[int, int], ...] = (),
    years: str = "",
    dates: tuple[tuple[int, int], ...] = (),
) -> Finding:
    """`missing_number`: a number of the claim that the paragraph and its context do not have; `missing_figure`: that,
    written in digits, and so no count of what the paragraph lists; `missing_ordinal`: an ordinal it does not have. Two
    or three things need no number: the paragraph may name them.

    `skip` are places in the claim that were read as dates, `dates` such places in the paragraph; `years` is the year
    of the document.
    """
    told = _read(paragraph, context, dates)
    missing = [
        number
        for number in numbers(claim, skip=skip)
        if not _is_told(number, claim, told)
        and not (number.text == years and not counts_something(claim, number.start, number.start + len(years)))
    ]
    codes = [code for code in _codes(claim) if not _is_written(code, told.text)]
    ordinals = [number for number in missing if number.unit == "th"]
    big = [number for number in missing if number.unit != "th" and not _may_be_listed(number)]
    measures = {
        "missing_number": float(bool(big or codes)),
        "missing_figure": float(
            any(not _is_kind(code, claim) for code in codes) or any(re.match(r"[-−]?\d", number.text) for number in big)
        ),
        "missing_ordinal": float(bool(ordinals)),
    }
    reasons = [
        *(
            _reason(number.text, "missing_ordinal" if number.unit == "th" else "missing_number")
            for number in missing
            if number in ordinals or number in big
        ),
        *(_reason(code, "missing_number") for code in codes),
    ]
    return Finding(measures, tuple(reasons))


def counts_something(text: str, start: int, end: int) -> bool:
    """Whether four digits are a count and no year: `some 2022 soldiers`, `$2000`, `2000 dollars`, but `in 2022 soldiers
    died` and `the 2022 elections`."""
    before = text[:start]
    if MONEY_BEFORE.search(before):
        return True
    hedge = next((found for hedge in (ABOUT, ABOVE, BELOW) if (found := hedge.search(before.rstrip()))), None)
    if hedge:
        return not YEAR_BEFORE.search(before[: hedge.start()])
    return bool(COUNTED.match(text, end)) and not YEAR_BEFORE.search(before)


def _read(paragraph: str, context: str, dates: tuple[tuple[int, int], ...]) -> Told:
    certain = tuple(
        (start, end) for start, end in dates if end - start > BARE_YEAR or CLEARLY_YEAR.search(paragraph[:start])
    )
    written = (*numbers(paragraph, skip=certain), *numbers(context))
    text = f"{paragraph} {context}".lower()
    spelled = set(re.findall(r"[a-z]+(?:-[a-z]+)*", text))
    also = (Number(word, value, "", -1) for word, value in ALSO.items() if word in spelled)
    numerals = (
        number.value
        for number in numbers(paragraph)
        if not number.unit
        and (
            NUMBERED.search(paragraph[: number.start])
            or paragraph.startswith(" century", number.start + len(number.text))
        )
    )
    return Told((*written, *also), frozenset(numerals), frozenset(_lengths(paragraph)), text)


def _is_told(number: Number, claim: str, told: Told) -> bool:
    """Whether what is told has a number of a claim, in its unit and currency."""
    if number.unit == "th" and (number.value in told.numerals or (number.value == 1 and "original" in told.text)):
        return True
    if _length(number, claim) in told.lengths:
        return True
    if number.unit == "/" and not _is_comparable(number, claim, told):
        return True
    low, high = _allowed(number, claim)
    rough = _rounded_to(number, claim)
    alike = [other for item in told.numbers if (other := _alike(item, number)) is not None]
    turned = [replace(other, value=-other.value) for other in alike if _are_turned(other, number, claim, told.text)]
    return any(low <= other.value <= high or _rounds(number, other, rough) for other in (*alike, *turned))


def _rounded_to(number: Number, claim: str) -> float | None:
    """To what a number of a claim may have been rounded; None for a bound, one that is said to be exact, or a name."""
    before = _before(number, claim)
    if any(found.search(before) for found in (ABOVE, BELOW, EXACTLY, NUMBERED)):
        return None
    return _step(number)


def _rounds(number: Number, other: Number, rough: float | None) -> bool:
    """Whether a number that may be rounded to `rough` is another, told less precisely: `76%` of `76.3%`. One that
    leaves out more than a little is not, such as `1 million` of `1.4 million`."""
    fine = _step(other)
    if rough is None or fine is None or fine >= rough:
        return False
    off = abs(number.value - other.value)
    return off <= (0.5 + 1e-9) * rough and off <= TOLERANCE * abs(other.value)


def _step(number: Number) -> float | None:
    """What one more in a number's last decimal comes to; None where it is not written in digits."""
    digits = re.fullmatch(r"[-−]?\d[\d,]*(?:\.(\d+))?\D*", number.text)
    return number.scale / 10 ** len(digits[1] or "") if digits else None


def _is_comparable(number: Number, claim: str, told: Told) -> bool:
    """Whether a fraction can be held against others: `more than half` may be reckoned from any two counts."""
    rounded = re.search(
        r"\b(?:than|of|to|about|over|almost|nearly|roughly|around)$", claim[: number.start].rstrip(), re.IGNORECASE
    )
    return rounded is None and any(other.unit == "/" for other in told.numbers)


def _alike(other: Number, number: Number) -> Number | None:
    """A number that is told, in the unit of a claim's, or None where it counts in something else."""
    if other.currency and number.currency and other.currency != number.currency:
        return None
    if {other.unit, number.unit} == {"/", "%"} or (number.unit == "/" and other.text == "half"):
        near = abs(_percentage(other) - _percentage(number)) < 1
        return replace(number, start=other.start) if near else replace(other, value=_scaled_to(other, number))
    same = other.unit == number.unit or (not number.unit and (other.unit == "th" or "point" in other.text))
    return other if same else None


def _percentage(number: Number) -> float:
    return number.value if number.unit == "%" else 100 * number.value


def _scaled_to(other: Number, number: Number) -> float:
    """The value of a share in the unit of another: percent or a fraction."""
    return _percentage(other) if number.unit == "%" else _percentage(other) / 100


def _are_turned(other: Number, number: Number, claim: str, text: str) -> bool:
    """Whether one is told with a minus and the other as a fall: `-5 percent`, `fell by 5 percent`."""
    return (number.value < 0 < other.value and SINKING.search(text) is not None) or (
        other.value < 0 < number.value and SINKING.search(claim) is not None
    )


def _allowed(number: Number, claim: str) -> tuple[float, float]:
    """From where to where what was counted may lie: a little around `about 50`, above `over 50`, below `nearly 50`."""
    before = _before(number, claim)
    room = abs(number.value) * TOLERANCE
    low = room if ABOUT.search(before) or BELOW.search(before) else 0.0
    high = room if ABOUT.search(before) or ABOVE.search(before) else 0.0
    return number.value - low, number.value + high


def _before(number: Number, claim: str) -> str:
    """The claim up to a number, its currency aside."""
    return re.sub(rf"[\s{SIGNS}]+$", "", claim[: number.start])


def _reason(text: str, measure: str) -> Reason:
    return Reason("missing", f"{text} is not in {{place}}", measure)


def _may_be_listed(number: Number) -> bool:
    """Whether the paragraph may name what is counted: `the two leaders`."""
    return number.value <= SMALL and number.text.isalpha() and number.unit != "/"


def _lengths(text: str) -> list[float]:
    """Lengths of time in days, by months of 30: `14 days`, `a decade`, `half a century`."""
    counted = [length for number in numbers(text) if (length := _length(number, text)) is not None]
    alone = [COUNTED_DAYS_IN[match[2].lower()] * (0.5 if match[1] else 1.0) for match in ONE_LENGTH.finditer(text)]
    return [*counted, *alone]


def _length(number: Number, text: str) -> float | None:
    unit = LENGTH.match(text, number.start + len(number.text))
    return number.value * COUNTED_DAYS_IN[unit[1].replace("centurie", "century")] if unit and not number.unit else None


def _codes(text: str) -> list[str]:
    """Names of things that have digits in them: `06SEOUL1789`, `F-35`, an account, but not amounts such as `100m`, nor
    what stands in brackets after its long form: `vitamin B6 (VB6)`."""
    long = [match.group() for match in IDENTIFIER.finditer(text) if not AMOUNT.fullmatch(match.group())]
    types = [match.group() for match in TYPE.finditer(text) if not text.endswith("(", 0, match.start())]
    named = [code for code in long if sum(map(str.isdigit, code)) >= SMALL and code not in types]
    return [*named, *types, *LONG.findall(text)]


def _is_kind(code: str, text: str) -> bool:
    """Whether a code only tells a kind, which has other names: `M2-like`."""
    return re.search(rf"\b{re.escape(code)}-[a-z]{{3,}}", text) is not None


def _is_written(code: str, text: str) -> bool:
    """Whether a code is in a lower-case text, its hyphen or, after digits, its space aside: `500km`, `500 km`."""
    gaps = r"[\s-]" if code[0].isdigit() else "-"
    wanted = re.escape(code.lower().replace("-", ""))
    return re.search(rf"(?<!\d){wanted}(?!\d)", re.sub(gaps, "", text)) is not None


def numbers(text: str, *, skip: tuple[tuple[int, int], ...] = ()) -> tuple[Number, ...]:
    """The numbers of a text in order. `one` by itself is a pronoun too often to count."""
    return tuple(number for number in _all(text) if not any(start <= number.start < end for start, end in skip))


@lru_cache(maxsize=2048)
def _all(text: str) -> tuple[Number, ...]:
    """Every number of a text; a paragraph is read for many claims."""
    found: list[Number] = []
    for match in NUMBER.finditer(text):
        if match["digits"]:
            found.append(_in_digits(match))
        elif match["fraction"]:
            found.append(_fraction(match))
        elif match["place"]:
            found += _ordinal(match, text)
        else:
            found += _in_words(match)
    for at in reversed(range(len(found) - 1)):
        found[at] = _as_in_range(found[at], found[at + 1], text)
    return tuple(found)


def _as_in_range(one: Number, other: Number, text: str) -> Number:
    """The first number of a range in the unit and scale of the second: `25 to 30 percent`, `5 and 6 billion`."""
    if not RANGE.fullmatch(text[one.start + len(one.text) : other.start]) or one.unit:
        return one
    if other.unit == "%":
        return replace(one, unit="%")
    if other.scale > 1 == one.scale and one.value < other.value / other.scale:
        return replace(one, value=one.value * other.scale, scale=other.scale)
    return one


def _in_digits(match: re.Match[str]) -> Number:
    """`25`, `25th`, `25 million`, `$4bn`, `10mg`, `25 per cent`, `-5 percent`."""
    tail, attached = (lower_of(match[part] or "").strip(" -\n") for part in ("tail", "attached"))
    currency = _currency(match)
    money = currency or COUNTED.match(match.string, match.end())
    scale = (SCALES | SHORT).get(tail, 1) * (MONEY_SHORT if money else SHORT).get(attached, 1)
    value = min(float(Decimal(match["digits"].replace(",", "")) * scale), HUGEST) * (-1 if match["sign"] else 1)
    unit = "th" if match["ordinal"] else "%" if tail.startswith(("%", "per")) else ""
    return Number(match.group().strip(), value, unit, match.start(), scale, currency)


def _currency(match: re.Match[str]) -> str:
    """The currency that a number is told in, if any."""
    before = MONEY_BEFORE.search(match.string[: match.start()])
    after = MONEY_AFTER.match(match.string, match.end())
    written = next((name for found in (before, after) if found for name in found.groups() if name), "")
    return CURRENCIES.get(written.lower(), "")


def _fraction(match: re.Match[str]) -> Number:
    """`two-thirds`, `a quarter`, `half`."""
    *counts, part = re.findall("[a-z]+", lower_of(match["fraction"]))
    count = WORDS.get(counts[0], 1) if counts else 1
    parts = PARTS[part.rstrip("s")]
    if count >= parts:  # `for seven quarters`
        return Number(match.group(), count, "", match.start())
    return Number(match.group(), count / parts, "/", match.start())


def _ordinal(match: re.Match[str], text: str) -> list[Number]:
    word = lower_of(match["place"])
    if text[: match.start()].endswith(("without ", "at ", "when ")):
        return []
    if word == "second" and not re.match(r" [a-z]*[A-Za-z]{3}", text[match.end() :]):  # a second of time
        return []
    return [Number(match.group(), float(ORDINALS[word]), "th", match.start())]


def _in_words(match: re.Match[str]) -> list[Number]:
    """`twenty-five`, `a hundred and six`, `half a million`, `twenty-first`; several where the words make no one."""
    said = re.findall("[a-z]+", lower_of(match["spoken"]))
    if (said == ["one"] and not match["last"] and not match["share"]) or (said[0] in SCALES and len(said) == 1):
        return []  # `one of them`, `several hundred`
    values = _spoken([word for word in said if word not in ("a", "an", "and", "half")])
    if match["last"]:
        return [Number(match.group(), values[-1] + ORDINALS[lower_of(match["last"])], "th", match.start())]
    unit = "%" if match["share"] else ""
    scale = SCALES.get(said[-1], 1)
    if len(values) == 1:
        value = values[0] / 2 if "half" in said else values[0]
        return [Number(match["spoken"], value, unit, match.start(), scale, _currency(match))]
    values = [value * scale if value < values[-1] / scale else value for value in values]
    return [Number(WORD_OF.get(value, match["spoken"]), value, unit, match.start()) for value in values]


def _spoken(words: list[str]) -> list[float]:
    """The values of number words one after the other."""
    done: list[float] = []
    total: float = 0
    current: float | None = None
    for word in words:
        if word in SCALES or word == "dozen":
            scale = SCALES.get(word, 12)
            current = (1 if current is None else current) * scale
            if scale > SCALES["hundred"]:
                total, current = total + current, None
        elif current is None or _goes_on(current, WORDS[word]):
            current = (current or 0) + WORDS[word]
        else:
            done.append(total + current)
            total, current = 0, WORDS[word]
    return [float(min(value, HUGEST)) for value in (*done, total + (current or 0))]


def _goes_on(current: float, added: int) -> bool:
    """Whether a number word is a part of the number before it: `five` after `twenty`, `six` after `hundred`."""
    if current >= SCALES["hundred"]:
        return current % SCALES["hundred"] == 0 and added < SCALES["hundred"]
    return current in (20, *TENS.values()) and 0 < added < UNITS.index("ten")
