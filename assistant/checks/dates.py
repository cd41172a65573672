"""Times of a claim -> those that no time of the paragraph can be, relative ones reckoned from the document's date.

A time is an interval of days: `mid-June 2022`, `two weeks ago`, `May` (of this year or the one beside it). Two times
agree where their intervals meet.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from assistant.checks.finding import Finding, Reason
from assistant.checks.numbers import WORDS as NUMBER_WORDS

MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
MONTH = (
    r"(?P<month>"
    + "|".join(sorted({name.capitalize() for name in MONTHS} | {n.upper() for n in MONTHS}, key=len, reverse=True))
    + r")\b\.?"
)
PART = r"(?P<part>[Ee]arly|[Mm]id|[Ll]ate|[Tt]he (?:start|beginning|middle|end) of)?[- ]?"
UNIT = r"(?P<unit>day|week|month|year|decade)s?"
COUNT = r"(?P<count>(?i:\d+|an?|a few|a couple of|several|" + "|".join(NUMBER_WORDS) + "))"
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<number>\d\d)-(?P<day>\d\d)\b",
        rf"\b(?P<day>\d\d)\d{{4}}Z {MONTH} (?P<year>\d\d)\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH},?(?: (?P<year>\d{{4}}))?",
        rf"\b{MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,? ?%)(?:,? (?P<year>\d{{4}}))?",
        rf"\b{PART}{MONTH}(?:,? (?P<year>\d{{4}}))?",
        rf"{PART}\b(?P<year>(?:19|20)\d\d)(?P<decade>s)?\b(?!-\d|,\d)",
        rf"\b(?P<which>(?i:last|next|(?:earlier |later )?this|(?:the )?previous|the following|coming)) {UNIT}\b",
        rf"\b{COUNT} {UNIT} (?P<direction>ago|earlier|before|later|from now)\b",
        rf"\b(?P<direction>(?i:in|within)) {COUNT} {UNIT}(?:'s?|’s?)?(?: time)?\b",
        rf"\b(?P<which>(?i:last|this|next|on))? ?(?P<weekday>{'|'.join(calendar.day_name)})\b",
        r"\b(?P<near>[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight)\b",
    )
)
MAY_BEFORE = re.compile(
    r"(?:\b(?:in|of|since|until|by|last|this|next|on|late|early|mid|during|from|to|before|after|for|\d\d?)[ -]|Z )$",
    re.I,
)
YEAR = re.compile(r"\d{4}")
LENGTHS = {"day": 1, "week": 7, "month": 30, "year": 365, "decade": 3650}


@dataclass(frozen=True, slots=True)
class Time:
    """A time as written, its place, and the intervals of days (first, last) that it may be."""

    text: str
    start: int
    end: int
    intervals: tuple[tuple[date, date], ...]

    def meets(self, other: Time) -> bool:
        """Whether the two can be the same."""
        return any(a <= d and c <= b for a, b in self.intervals for c, d in other.intervals)


def check_dates(claim: str, paragraph: str, *, context: str = "", day: str | None = None) -> Finding:
    """`wrong_time`: a time that contradicts the paragraph's; `missing_time`: one where the paragraph gives none.

    `day` is the document's ISO date; without it, relative times are reckoned from a day that cancels out. The
    document's own date is no time of what happened where the paragraph gives one as exact itself, unless the claim
    gives that too: `In 2022 he wrote that it began in May 2021`.
    """
    today = day_of(day)
    told = times(paragraph, today)
    around = times(context, today)
    mine = times(claim, today)
    framed = any(_agree(time, other) for time in mine for other in told)
    wrong = missing = 0
    reasons = []
    for time in mine:
        if any(_agree(time, other) for other in told):
            continue
        if framed or not any(_is_as_exact(other, time) for other in told):
            if any(_agree(time, other) for other in around):
                continue
            if day and not _relative(time) and _covers_today(time, today):
                continue
        nearest = next(iter(told), None)
        if nearest is None:
            missing += 1
            reasons.append(Reason("missing", f"{time.text} is not in {{place}}", "missing_time"))
        else:
            wrong += 1
            reasons.append(Reason("conflict", f"{{place}} says “{nearest.text}”, not “{time.text}”", "wrong_time"))
    return Finding({"wrong_time": float(wrong > 0), "missing_time": float(missing > 0)}, tuple(reasons))


def _agree(time: Time, other: Time) -> bool:
    """Whether two times can be the same; of two of which one has no year, the month and the day decide."""
    if time.meets(other):
        return True
    months = [_month_and_day(item) for item in (time, other)]
    return None not in months and months[0] == months[1] and not (YEAR.search(time.text) and YEAR.search(other.text))


def _is_as_exact(told: Time, time: Time) -> bool:
    """Whether a time that the paragraph gives has a year, or names a day where the claim's does."""
    return YEAR.search(told.text) is not None or (_names_a_day(told) and _names_a_day(time))


def _names_a_day(time: Time) -> bool:
    return any(first == last for first, last in time.intervals)


def _month_and_day(time: Time) -> tuple[int, str] | None:
    """The month named in a time, and the day if there is one."""
    named = [MONTHS[word] for word in re.findall("[a-z]+", time.text.lower()) if word in MONTHS]
    day = re.search(r"\b\d{1,2}(?!\d)", time.text)
    return (named[0], day.group() if day else "") if named else None


def day_of(day: str | None) -> date:
    """The day to reckon from: an ISO date, or for none a day that cancels out."""
    return date.fromisoformat(day) if day else date(2000, 6, 15)


@lru_cache(maxsize=2048)
def times(text: str, today: date) -> tuple[Time, ...]:
    """The times of a text in order, the longest reading of each."""
    found: list[Time] = []
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            groups = match.groupdict()
            if _is_may_the_verb(match, groups, text):
                continue
            intervals = _intervals(groups, today)
            if intervals:
                start = match.start() + len(match.group()) - len(match.group().lstrip())
                found.append(Time(match.group().strip(), start, match.end(), intervals))
    return tuple(sorted(found, key=lambda time: time.start))


def _is_may_the_verb(match: re.Match[str], groups: dict[str, str | None], text: str) -> bool:
    if (
        (groups.get("month") or "").lower() not in ("may", "march", "mar", "jan", "dec", "sun")
        or groups.get("day")
        or groups.get("year")
    ):
        return False
    return not MAY_BEFORE.search(text[: match.start("month")]) and not groups.get("part")


def _intervals(groups: dict[str, str | None], today: date) -> tuple[tuple[date, date], ...]:
    try:
        if groups.get("weekday"):
            return _weekday(str(groups["weekday"]), groups.get("which"), today)
        if groups.get("near"):
            shift = {"yesterday": -1, "tomorrow": 1}.get(str(groups["near"]).lower(), 0)
            return ((today + timedelta(shift), today + timedelta(shift)),)
        if groups.get("unit"):
            return _relative_interval(groups, today)
        return _calendar_intervals(groups, today)
    except (ValueError, OverflowError):
        return ()


def _weekday(name: str, which: str | None, today: date) -> tuple[tuple[date, date], ...]:
    back = (today.weekday() - DAYS[name.lower()]) % 7
    last, coming = today - timedelta(back), today + timedelta((-back) % 7 or 7 * (back == 0))
    if (which or "").lower() == "next":
        return ((coming, coming + timedelta(7)),)
    if (which or "").lower() == "last":
        return ((last - timedelta(7), last),)
    return ((last, last), (coming, coming))


def _relative_interval(groups: dict[str, str | None], today: date) -> tuple[tuple[date, date], ...]:
    unit = str(groups["unit"])
    if groups.get("which"):
        which = str(groups["which"]).lower()
        step = (
            -1 if "last" in which or "previous" in which else 1 if which in ("next", "coming", "the following") else 0
        )
        first, last = _span_of(unit, step, today)
        if which.startswith("earlier"):
            last = min(last, today)
        if which.startswith("later"):
            first = max(first, today)
        return ((first, last),)
    count = str(groups["count"]).lower()
    number = int(count) if count.isdigit() else NUMBER_WORDS.get(count, 1 if count in ("a", "an") else 3)
    direction = str(groups.get("direction")).lower()
    signs = (1, -1) if direction in ("in", "within") else (1,) if direction in ("later", "from now") else (-1,)
    slack = timedelta(max(LENGTHS[unit] * (0.5 if unit != "day" else 0), number * LENGTHS[unit] // 6))
    middles = [today + timedelta(sign * number * LENGTHS[unit]) for sign in signs]  # `the first in five years` is past
    return tuple((middle - slack, middle + slack) for middle in middles)


def _span_of(unit: str, step: int, today: date) -> tuple[date, date]:
    """The day, week, month, year or decade `step` away from today's."""
    if unit == "day":
        return today + timedelta(step), today + timedelta(step)
    if unit == "week":
        monday = today - timedelta(today.weekday()) + timedelta(7 * step)
        return monday - timedelta(1), monday + timedelta(6)
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
        return _month(year, month + 1)
    years = 10 if unit == "decade" else 1
    return date(today.year + step * years, 1, 1), date(today.year + step * years + years - 1, 12, 31)


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _calendar_intervals(groups: dict[str, str | None], today: date) -> tuple[tuple[date, date], ...]:
    month = MONTHS.get((groups.get("month") or "").lower()) or int(groups.get("number") or 0)
    day = int(groups.get("day") or 0)
    written = groups.get("year")
    years = [today.year - 1, today.year, today.year + 1]
    if written:
        years = [int(written) if len(written) == 4 else 2000 + int(written)]
    spans = []
    for year in years:
        if day and month:
            spans.append((date(year, month, day), date(year, month, day)))
        elif month:
            spans.append(_part(groups.get("part"), *_month(year, month)))
        elif groups.get("decade"):
            spans.append((date(year, 1, 1), date(year + 9, 12, 31)))
        else:
            spans.append(_part(groups.get("part"), date(year, 1, 1), date(year, 12, 31)))
    if len(spans) == 3:  # without a year: the last such time or the next, whichever lies nearer than a year
        spans = [span for span in spans if abs((span[0] - today).days) < 366]
    return tuple(spans)


def _part(part: str | None, first: date, last: date) -> tuple[date, date]:
    """Early, middle or late in an interval, with some room."""
    third = (last - first) / 3
    word = (part or "").lower()
    if word.startswith("early") or "start" in word or "beginning" in word:
        return first, first + third + third / 2
    if word.startswith("mid") or "middle" in word:
        return first + third - third / 4, last - third + third / 2
    if word.startswith("late") or "end" in word:
        return last - third - third / 4, last
    return first, last


def _relative(time: Time) -> bool:
    return not any(character.isdigit() for character in time.text) and time.text.split()[-1].lower() not in MONTHS


def _covers_today(time: Time, today: date) -> bool:
    """Whether a date with its year is just when the document was written: `in 2022` of an article of 2022."""
    return any(first <= today <= last for first, last in time.intervals) and YEAR.search(time.text) is not None
