"""Numbers of a claim -> those that the paragraph does not have: digits, words, ordinals, percentages, identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.checks.finding import Finding, Reason

UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
WORDS = {word: number for number, word in enumerate(UNITS)} | TENS | {"dozen": 12}
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
NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)(?P<ordinal>st|nd|rd|th)?\b"
    r"(?P<tail>\s?(?:%|(?:percent|per cent|hundred|thousand|million|billion|trillion)\b))?"
    r"|(?P<word>[A-Za-z]+)"
)
IDENTIFIER = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])(?!\d+(?:st|nd|rd|th|s|Z)\b)\w{3,}\b")
SMALL = 3


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
    told = [*numbers(paragraph, skip=dates), *numbers(context)]
    values = {number.value for number in told} | ({float(years)} if years.isdigit() else set())
    ordinals = {number.value for number in told if number.unit == "th"}
    lowered = f"{paragraph} {context}".lower()
    values |= {value for word, value in ALSO.items() if word in lowered}
    big = first = figures = 0
    reasons = []
    for number in numbers(claim):
        if any(start <= number.start < end for start, end in skip) or number.value in values - (
            {2.0, 3.0} if number.unit == "th" else set()
        ):
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
    for match in IDENTIFIER.finditer(claim):
        if match.group().lower() not in lowered and sum(character.isdigit() for character in match.group()) >= SMALL:
            big += 1
            figures += 1
            reasons.append(Reason("missing", f"{match.group()} is not in {{place}}", "missing_number"))
    measures = {
        "missing_number": float(big > 0),
        "missing_figure": float(figures > 0),
        "missing_ordinal": float(first > 0),
    }
    return Finding(measures, tuple(reasons))


def numbers(text: str, *, skip: tuple[tuple[int, int], ...] = ()) -> tuple[Number, ...]:
    """The numbers of a text in order. `one` is a pronoun too often to count."""
    found = []
    for match in NUMBER.finditer(text):
        word = (match["word"] or "").lower()
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            tail = (match["tail"] or "").strip().lower()
            value *= SCALES.get(tail, 1)
            unit = "th" if match["ordinal"] else "%" if tail.startswith(("%", "per")) else ""
            found.append(Number(match.group().strip(), value, unit, match.start()))
        elif word in WORDS and word != "one":
            found.append(Number(match.group(), float(WORDS[word]), "", match.start()))
        elif word in ORDINALS and not text[: match.start()].endswith(("without ", "at ", "when ")):
            if word == "second" and not re.match(r" [a-z]*[A-Za-z]{3}", text[match.end() :]):  # a second of time
                continue
            found.append(Number(match.group(), float(ORDINALS[word]), "th", match.start()))
        elif word in SCALES and found and match.start() - found[-1].start - len(found[-1].text) <= 1:
            last = found.pop()
            found.append(Number(f"{last.text} {word}", last.value * SCALES[word], "", last.start))
    return tuple(number for number in found if not any(start <= number.start < end for start, end in skip))
