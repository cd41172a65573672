"""Numbers of a claim -> those that the paragraph does not have: digits, words, ordinals, percentages, identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.checks.finding import Finding, Reason

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
WORDS = {word: number for number, word in enumerate(UNITS)} | TENS | {"dozen": 12}
WORD_OF = {float(number): word for word, number in WORDS.items()}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 10**12}
ORDINALS = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8},
    **{"ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12},
}
ALSO = {
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
SHORT = {"k": 1_000, "mn": 1_000_000, "bn": 1_000_000_000, "tn": 10**12}
MONEY_SHORT = SHORT | {"m": 1_000_000, "b": 1_000_000_000}
SPOKEN = "|".join([*WORDS, *SCALES])
PERCENT = r"\s?(?:%|(?:percent|per cent)\b)"
NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<attached>(?!s\b|Z\b)[A-Za-z]{1,3})?\b)"
    rf"(?P<tail>{PERCENT}|\s?(?:{'|'.join(SCALES)})\b)?"
    r"|\b(?P<spoken>(?:an?[ -](?=hundred|thousand|million|billion|dozen))?"
    rf"(?:{SPOKEN})(?:(?:[ -]|[ ]and[ ])(?:{SPOKEN}))*)\b"
    rf"(?:-(?P<last>{'|'.join(ORDINALS)})\b)?(?P<share>{PERCENT})?"
    rf"|\b(?P<place>{'|'.join(ORDINALS)})\b",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])(?!\d+(?:st|nd|rd|th|s|Z)\b)\w{3,}\b")
TYPE = re.compile(r"\b[A-Z]{1,5}-?\d{1,4}[A-Z]?\b")  # F-35, K9
RANGE = re.compile(r"\s*(?:to|and|or|-|–)\s*")
SMALL = 3
BARE_YEAR = 4  # characters: `2000` may be a count


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, its value, what it counts in (`%`, `th` or nothing), and its place."""

    text: str
    value: float
    unit: str
    start: int


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
    exact = tuple((start, end) for start, end in dates if end - start > BARE_YEAR)
    told = [*numbers(paragraph, skip=exact), *numbers(context)]
    values = {number.value for number in told} | ({float(years)} if years.isdigit() else set())
    ordinals = {number.value for number in told if number.unit == "th"}
    shares = {number.value for number in told if number.unit == "%"}
    lowered = f"{paragraph} {context}".lower()
    spelled = set(re.findall(r"[a-z]+(?:-[a-z]+)*", lowered))
    values |= {value for word, value in ALSO.items() if word in spelled}
    big = first = figures = 0
    reasons = []
    for number in numbers(claim):
        if any(start <= number.start < end for start, end in skip):
            continue
        if number.value in {"%": shares, "th": values - {2.0, 3.0}}.get(number.unit, values):
            continue
        if number.unit == "th" and (number.value in ordinals or (number.value == 1 and "original" in lowered)):
            continue
        if number.unit == "th":
            first += 1
        elif number.value <= SMALL and number.text.isalpha():  # `the two leaders`, whom the paragraph names
            continue
        else:
            big += 1
            figures += number.text[0].isdigit()
        reasons.append(
            Reason(
                "missing",
                f"{number.text} is not in {{place}}",
                "missing_ordinal" if number.unit == "th" else "missing_number",
            )
        )
    for code in _codes(claim):
        if code.lower().replace("-", "") not in lowered.replace("-", ""):
            big += 1
            figures += 1
            reasons.append(Reason("missing", f"{code} is not in {{place}}", "missing_number"))
    measures = {
        "missing_number": float(big > 0),
        "missing_figure": float(figures > 0),
        "missing_ordinal": float(first > 0),
    }
    return Finding(measures, tuple(reasons))


def _codes(text: str) -> list[str]:
    """Names of things that have digits in them: `06SEOUL1789`, `F-35`."""
    long = [match.group() for match in IDENTIFIER.finditer(text)]
    types = [match.group() for match in TYPE.finditer(text)]
    return [*(code for code in long if sum(map(str.isdigit, code)) >= SMALL and code not in types), *types]


def numbers(text: str, *, skip: tuple[tuple[int, int], ...] = ()) -> tuple[Number, ...]:
    """The numbers of a text in order. `one` by itself is a pronoun too often to count."""
    found: list[Number] = []
    for match in NUMBER.finditer(text):
        if match["digits"]:
            found.append(_in_digits(match))
        elif match["place"]:
            found += _ordinal(match, text)
        else:
            found += _in_words(match)
    for at, (one, other) in enumerate(pairwise(found)):  # `25 to 30 percent`
        if other.unit == "%" and not one.unit and RANGE.fullmatch(text[one.start + len(one.text) : other.start]):
            found[at] = replace(one, unit="%")
    return tuple(number for number in found if not any(start <= number.start < end for start, end in skip))


def _in_digits(match: re.Match[str]) -> Number:
    """`25`, `25th`, `25 million`, `$4bn`, `10mg`, `25 per cent`."""
    tail = (match["tail"] or "").strip().lower()
    attached = (match["attached"] or "").lower()
    money = match.string[match.start() - 1 : match.start()] in tuple("$€£₩¥")
    value = float(match["digits"].replace(",", ""))
    value *= SCALES.get(tail, 1) * (MONEY_SHORT if money else SHORT).get(attached, 1)
    unit = "th" if match["ordinal"] else "%" if tail.startswith(("%", "per")) else ""
    return Number(match.group().strip(), value, unit, match.start())


def _ordinal(match: re.Match[str], text: str) -> list[Number]:
    word = match["place"].lower()
    if text[: match.start()].endswith(("without ", "at ", "when ")):
        return []
    if word == "second" and not re.match(r" [a-z]*[A-Za-z]{3}", text[match.end() :]):  # a second of time
        return []
    return [Number(match.group(), float(ORDINALS[word]), "th", match.start())]


def _in_words(match: re.Match[str]) -> list[Number]:
    """`twenty-five`, `a hundred and six`, `two dozen`, `twenty-first`; several where the words make no one number."""
    said = re.findall("[a-z]+", match["spoken"].lower())
    if (said == ["one"] and not match["last"]) or (said[0] in SCALES and len(said) == 1):  # `several hundred`
        return []
    values = _spoken([word for word in said if word not in ("a", "an", "and")])
    if match["last"]:
        return [Number(match.group(), values[-1] + ORDINALS[match["last"].lower()], "th", match.start())]
    unit = "%" if match["share"] else ""
    if len(values) == 1:
        return [Number(match["spoken"], values[0], unit, match.start())]
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
    return [*done, total + (current or 0)]


def _goes_on(current: float, added: int) -> bool:
    """Whether a number word is a part of the number before it: `five` after `twenty`, `six` after `hundred`."""
    if current >= SCALES["hundred"]:
        return current % SCALES["hundred"] == 0 and added < SCALES["hundred"]
    return current in (20, *TENS.values()) and 0 < added < UNITS.index("ten")
