"""Times of a claim -> those that no time of the paragraph can be, relative ones reckoned from the document's date.

A time is an interval of days: `mid-June 2022`, `two weeks ago`, `May` (of this year or the one beside it). Two times
agree where their intervals meet. What is told from another time of its text (`two years later`) is reckoned from each
of those as well.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from assistant.checks.finding import Finding, Reason
from assistant.checks.numbers import PLURAL, counts_something
from assistant.checks.numbers import WORDS as NUMBER_WORDS
from ingest.cable import full_year

MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
MONTH_NAMES = "|".join(
    sorted({name.capitalize() for name in MONTHS} | {n.upper() for n in MONTHS}, key=len, reverse=True)
)
MONTH = rf"(?P<month>{MONTH_NAMES})\b\.?"
PART = r"(?:(?P<part>[Ee]arly|[Mm]id|[Ll]ate|[Tt]he (?:start|beginning|middle|end) of)[- ])?"
UNIT = r"(?P<unit>day|week|month|year|decade)s?"
LONG_UNIT = r"(?P<unit>day|week|month|year|decade|century|centurie)s?"
COUNT = r"(?P<count>(?i:\d{1,6}|an?|a few|a couple of|several|" + "|".join(NUMBER_WORDS) + "))"
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<number>\d\d)-(?P<day>\d\d)\b",
        rf"\b(?P<day>\d\d)\d{{4}}Z {MONTH} (?P<year>\d\d)\b",
        r"\b(?P<year>(?:19|20)\d\d)(?:\s?[-–/]\s?| (?:to|until|through) )(?P<last_year>(?:19|20)\d\d|\d\d)\b(?!-\d)",
        r"\b[Bb]etween (?P<year>(?:19|20)\d\d) and (?P<last_year>(?:19|20)\d\d)\b",
        rf"\b(?:[Ff]rom|[Bb]etween) {MONTH} (?:(?P<year>\d{{4}}) )?(?:to|and|until|through) "
        rf"(?P<last_month>{MONTH_NAMES})\b\.?(?! \d{{1,2}}\b)(?:,? (?P<last_year>\d{{4}}))?",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH},?(?: (?P<year>\d{{4}}))?",
        rf"\b{MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,? ?%)(?:,? (?P<year>\d{{4}}))?",
        rf"\b{PART}{MONTH}(?:,? (?P<year>\d{{4}}))?",
        rf"{PART}\b(?P<year>(?:19|20)\d\d|1[0-8][1-9]0(?=s\b))(?P<decade>s)?\b(?!-\d|,\d)",
        r"\b(?P<which>(?i:last|(?:the )?next|(?:earlier |later )?this|(?:the )?previous|the following|coming)) "
        rf"{UNIT}\b",
        rf"\b(?P<half>[Hh]alf )?{COUNT} {LONG_UNIT} (?P<direction>ago|earlier|(?<!century )before|later|from now)\b",
        rf"\b(?P<direction>(?i:in|within)) {COUNT} {UNIT}(?:'s?|’s?)?(?: time)?\b",
        rf"\b(?P<which>(?i:last|this|next|on))? ?(?P<weekday>{'|'.join(calendar.day_name)})\b",
        r"\b(?P<near>[Tt]he day (?:before yesterday|after tomorrow)|[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight)\b",
    )
)
COUNTABLE = re.compile(PLURAL)
MAY_BEFORE = re.compile(
    r"(?:\b(?:in|of|since|until|by|last|this|next|on|late|early|mid|during|from|to|before|after|for|\d\d?)[ -]|Z )$",
    re.I,
)
YEAR = re.compile(r"\d{4}")
ISO = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?(?=T|\s|$)")
BARE_MONTH = re.compile(r"\bin $", re.IGNORECASE)  # `in May 25 people died`
BEFORE = re.compile(r"\b(?:before|prior to|earlier than) (?:the )?$", re.IGNORECASE)
AFTER = re.compile(r"\b(?:after|later than) (?:the )?$", re.IGNORECASE)
SHIFTS = {"the next": 1, "the following": 1, "the previous": -1, "later": 1, "earlier": -1, "before": -1}
NEAR = {"yesterday": -1, "tomorrow": 1, "the day before yesterday": -2, "the day after tomorrow": 2}
DAYS_IN = {"day": 1, "week": 7, "month": 30, "year": 365, "decade": 3650, "century": 36500}
HALVES = {"century": (50, "year"), "decade": (5, "year"), "year": (6, "month"), "month": (2, "week")}
DAYS_NEAR = 366
MONTHS_IN = {"month": 1, "year": 12, "decade": 120, "century": 1200}
GRAINS = ("day", "week", "month", "year", "decade", "open")
NEAR_YEARS = 2  # how far from its document's date a time that names no year may lie


@dataclass(frozen=True, slots=True)
class Time:
    """A time as written, its place, and the intervals of days (first, last) that it may be.

    `grain` is how exact it is, if that can be told: `day`, `week`, `month`, `year`, `decade` or, for `before 2021`,
    `open`. `shift` is how many of which unit it lies from another time of its text: `two years later`. `spans` tells
    a range: `from 2019 to 2021`.
    """

    text: str
    start: int
    end: int
    intervals: tuple[tuple[date, date], ...]
    grain: str = ""
    shift: tuple[int, str] | None = None
    spans: bool = False

    def meets(self, other: Time) -> bool:
        """Whether the two can be the same; two ranges only where they are."""
        if self.spans and other.spans:
            return not set(self.intervals).isdisjoint(other.intervals)
        return any(a <= d and c <= b for a, b in self.intervals for c, d in other.intervals)


def check_dates(claim: str, paragraph: str, *, context: str = "", day: str | None = None) -> Finding:
    """`wrong_time`: a time that contradicts the paragraph's; `wrong_date`: that, where it is a day of a month and the
    paragraph gives one with its year; `missing_time`: one where the paragraph gives none.

    `day` is the document's ISO date; without it, relative times are reckoned from a day that cancels out. The
    document's own date is no time of what happened where the paragraph gives one as exact itself, unless the claim
    gives that too: `In 2022 he wrote that it began in May 2021`.
    """
    today = day_of(day)
    told = times(paragraph, today)
    around = times(context, today)
    mine = tuple(_from(time, told) for time in times(claim, today))
    reckoned = today if read_day(day) else None
    years = frozenset(YEAR.findall(paragraph))
    agreeing = {time: [other for other in told if _agree(time, other, years, near=reckoned)] for time in mine}
    framed = any(agreeing.values())
    wrong = exact = missing = 0
    reasons = []
    for time in mine:
        if agreeing[time]:
            known = _is_no_finer(time, agreeing[time]) or _stands_around(time, around)
        else:
            known = _is_the_documents(time, told, around, framed=framed, today=reckoned)
        if known:
            continue
        if told and not agreeing[time]:
            wrong += 1
            exact += time.grain == "day" and not _relative(time) and any(map(_is_full_date, told))
            reasons.append(Reason("conflict", f"{{place}} says “{told[0].text}”, not “{time.text}”", "wrong_time"))
        else:
            missing += 1
            reasons.append(Reason("missing", f"{time.text} is not in {{place}}", "missing_time"))
    counts = {"wrong_time": wrong, "wrong_date": exact, "missing_time": missing}
    return Finding({name: float(count > 0) for name, count in counts.items()}, tuple(reasons))


def _is_full_date(time: Time) -> bool:
    return time.grain == "day" and YEAR.search(time.text) is not None


def _agree(time: Time, other: Time, years: frozenset[str] = frozenset(), *, near: date | None = None) -> bool:
    """Whether two times can be the same; of two of which one has no year, the month and the day decide.

    Where the claim's alone has a year, it must be one of `years`, those of the paragraph, or not far from `near`.
    """
    if time.meets(other):
        return True
    months = [_month_and_day(item) for item in (time, other)]
    if None in months or months[0] != months[1] or (YEAR.search(time.text) and YEAR.search(other.text)):
        return False
    year = YEAR.search(time.text)
    if near is None or year is None or year.group() in years:
        return True
    return abs(time.intervals[0][0].year - near.year) <= NEAR_YEARS


def _is_no_finer(time: Time, agreeing: Sequence[Time]) -> bool:
    """Whether a calendar time is told as exactly as the claim gives it: no day where a month is told."""
    if _relative(time) or time.grain not in GRAINS:
        return True
    finest = min(GRAINS.index(other.grain) if other.grain else 0 for other in agreeing)
    return GRAINS.index(time.grain) >= finest


def _stands_around(time: Time, around: Sequence[Time]) -> bool:
    return any(_agree(time, other) for other in around)


def _is_the_documents(
    time: Time, told: Sequence[Time], around: Sequence[Time], *, framed: bool, today: date | None
) -> bool:
    """Whether a time with which the paragraph's do not agree is the document's own, and not that of what happened."""
    if told and not framed:
        if _relative(time) and time.text.split()[-1].lower() not in DAYS:
            return False
        if any(_is_as_exact(other, time) for other in told):
            return False
    if _stands_around(time, around):
        return True
    return today is not None and not _relative(time) and _covers_today(time, today)


def _is_as_exact(told: Time, time: Time) -> bool:
    """Whether a time that the paragraph gives has a year, or is a day, a year or a range where the claim's is."""
    alike = told.grain == time.grain == "year" or (told.spans and time.spans)
    return YEAR.search(told.text) is not None or alike or (_names_a_day(told) and _names_a_day(time))


def _names_a_day(time: Time) -> bool:
    return any(first == last for first, last in time.intervals)


def _month_and_day(time: Time) -> tuple[int, str] | None:
    """The month named in a time, and the day if there is one; a range is no one month."""
    if time.spans:
        return None
    named = [MONTHS[word] for word in re.findall("[a-z]+", time.text.lower()) if word in MONTHS]
    day = re.search(r"\b\d{1,2}(?!\d)", time.text)
    return (named[0], day.group() if day else "") if named else None


def day_of(day: str | None) -> date:
    """The day to reckon from: an ISO date, or for none a day that cancels out."""
    return read_day(day) or date(2000, 6, 15)


def read_day(written: str | None) -> date | None:
    """The day of an ISO date or time, the first of a mere year or month; None where it cannot be read."""
    match = ISO.match(written or "")
    if not match:
        return None
    try:
        return date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        return None


def day_in_words(written: str | None) -> str:
    """An ISO date as it is read, `26 May 2006`, with no more of it than it has; '' where it cannot be read."""
    match, day = ISO.match(written or ""), read_day(written)
    if not (match and match.lastindex and day):
        return ""
    return f"{day:{('%Y', '%B %Y', '%d %B %Y')[match.lastindex - 1]}}".lstrip("0")


@lru_cache(maxsize=2048)
def times(text: str, today: date) -> tuple[Time, ...]:
    """The times of a text in order, the longest reading of each."""
    found: list[Time] = []
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            groups = match.groupdict()
            if _is_may_the_verb(match, groups, text) or _is_count(match, groups, text):
                continue
            time = _time(match, groups, today)
            if time.intervals:
                found.append(_opened(time, text))
    return tuple(_from(time, found) for time in sorted(found, key=lambda time: time.start))


def _time(match: re.Match[str], groups: dict[str, str | None], today: date) -> Time:
    start = match.start() + len(match.group()) - len(match.group().lstrip())
    return Time(
        match.group().strip(),
        start,
        match.end(),
        _intervals(groups, today),
        _grain(groups),
        _shift(groups),
        bool(groups.get("last_year") or groups.get("last_month")),
    )


def _grain(groups: dict[str, str | None]) -> str:
    """How exact a time is, or nothing for a range, a weekday, and what is counted off."""
    if groups.get("last_year") or groups.get("last_month") or groups.get("weekday") or groups.get("count"):
        return ""
    if groups.get("unit"):
        return str(groups["unit"])
    if groups.get("day") or groups.get("near"):
        return "day"
    if groups.get("month"):
        return "month"
    return "decade" if groups.get("decade") else "year"


def _shift(groups: dict[str, str | None]) -> tuple[int, str] | None:
    """How far a time lies from another in its text, where it is told from that: `the next day`, `two years later`."""
    sign = SHIFTS.get((groups.get("direction") or groups.get("which") or "").lower())
    if not sign:
        return None
    if groups.get("which"):
        return sign, str(groups["unit"])
    number, unit = _counted(groups)
    return sign * number, unit


def _opened(time: Time, text: str) -> Time:
    """A time with its year, up to which or from which on all is meant: `before 2021`, `after 2010`."""
    if not YEAR.search(time.text) or time.spans:
        return time
    first, last = time.intervals[0]
    if BEFORE.search(text[: time.start]):
        return replace(time, intervals=((date.min, last),), grain="open")
    if AFTER.search(text[: time.start]):
        return replace(time, intervals=((first, date.max),), grain="open")
    return time


def _from(time: Time, others: Sequence[Time]) -> Time:
    """A time that is told from another, reckoned from each of the others as well."""
    if time.shift is None:
        return time
    anchors = [other for other in others if other.shift is None and other.grain not in ("", "open")]
    shifted = [_shifted(interval, time.shift) for other in anchors for interval in other.intervals]
    return replace(time, intervals=(*time.intervals, *filter(None, shifted)))


def _shifted(interval: tuple[date, date], shift: tuple[int, str]) -> tuple[date, date] | None:
    """An interval so much later or earlier, with some room where the unit is coarser than it; None outside of all
    calendars."""
    number, unit = shift
    length = (interval[1] - interval[0]).days + 1
    room = timedelta(DAYS_IN[unit] // 2 if length < min(DAYS_IN[unit], 28) else 0)
    try:
        first, last = (_moved(day, number, unit) for day in interval)
        return first - room, last + room
    except (ValueError, OverflowError):
        return None


def _moved(day: date, number: int, unit: str) -> date:
    if unit not in MONTHS_IN:
        return day + timedelta(number * DAYS_IN[unit])
    year, month = divmod(day.year * 12 + day.month - 1 + number * MONTHS_IN[unit], 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _is_count(match: re.Match[str], groups: dict[str, str | None], text: str) -> bool:
    """Whether what looks like a year or a day of the month counts something: `2022 soldiers`, `in May 25 people`."""
    if groups.get("day") and groups.get("month"):
        bare = BARE_MONTH.search(text[: match.start()]) and match.start() == match.start("month")
        return bool(bare and not groups.get("year") and COUNTABLE.match(text, match.end()))
    is_bare = len(match.group().strip()) == len("2022") and groups.get("year")
    return bool(is_bare) and counts_something(text, match.start("year"), match.end("year"))


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
            shift = NEAR.get(str(groups["near"]).lower(), 0)
            return ((today + timedelta(shift), today + timedelta(shift)),)
        if groups.get("unit"):
            return _relative_interval(groups, today)
        if groups.get("last_year") or groups.get("last_month"):
            return _range_intervals(groups, today)
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
            -1
            if "last" in which or "previous" in which
            else 1
            if which in ("next", "the next", "coming", "the following")
            else 0
        )
        first, last = _span_of(unit, step, today)
        if which.startswith("earlier"):
            last = min(last, today)
        if which.startswith("later"):
            first = max(first, today)
        return ((first, last),)
    number, unit = _counted(groups)
    direction = str(groups.get("direction")).lower()
    signs = (1, -1) if direction in ("in", "within") else (1,) if direction in ("later", "from now") else (-1,)
    slack = timedelta(max(DAYS_IN[unit] * (0.5 if unit != "day" else 0), number * DAYS_IN[unit] // 6))
    middles = [today + timedelta(sign * number * DAYS_IN[unit]) for sign in signs]  # `the first in five years` is past
    return tuple((middle - slack, middle + slack) for middle in middles)


def _counted(groups: dict[str, str | None]) -> tuple[int, str]:
    """How many of which unit: half a century is 50 years."""
    count, unit = str(groups["count"]).lower(), str(groups["unit"]).replace("centurie", "century")
    if groups.get("half"):
        return HALVES.get(unit, (1, unit))
    return int(count) if count.isdigit() else NUMBER_WORDS.get(count, 1 if count in ("a", "an") else 3), unit


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


def _range_intervals(groups: dict[str, str | None], today: date) -> tuple[tuple[date, date], ...]:
    """`2019–21`, `from March to May`: from the first day to the last; nothing where it would run backwards."""
    first_month = MONTHS.get((groups.get("month") or "").lower(), 1)
    last_month = MONTHS.get((groups.get("last_month") or "").lower(), 12)
    first, last = groups.get("year"), groups.get("last_year")
    if last and len(last) == 2:
        last = f"{str(first)[:2]}{last}"
    written = first or last
    years = [int(written)] if written else [today.year - 1, today.year, today.year + 1]
    spans = [(_month(year, first_month)[0], _month(int(last or year), last_month)[1]) for year in years]
    return tuple(span for span in spans if span[0] < span[1] and (written or abs((span[0] - today).days) < DAYS_NEAR))


def _calendar_intervals(groups: dict[str, str | None], today: date) -> tuple[tuple[date, date], ...]:
    month = MONTHS.get((groups.get("month") or "").lower()) or int(groups.get("number") or 0)
    day = int(groups.get("day") or 0)
    written = groups.get("year")
    leap_day = not written and (month, day) == (2, 29)
    years = [today.year - 1, today.year, today.year + 1]
    if written:
        years = [full_year(written)]
    elif leap_day:
        years = [year for year in range(today.year - 4, today.year + 5) if calendar.isleap(year)]
    spans = []
    for year in years:
        if day and month:
            spans.append((date(year, month, day), date(year, month, day)))
        elif month:
            spans.append(_part(groups.get("part"), *_month(year, month)))
        elif groups.get("decade"):
            spans.append(_part(groups.get("part"), date(year, 1, 1), date(year + 9, 12, 31)))
        else:
            spans.append(_part(groups.get("part"), date(year, 1, 1), date(year, 12, 31)))
    if not written and not leap_day:  # the last such time or the next, whichever lies nearer than a year
        spans = [span for span in spans if abs((span[0] - today).days) < DAYS_NEAR]
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
    return (
        not any(character.isdigit() for character in time.text)
        and time.text.rstrip(".").split()[-1].lower() not in MONTHS
    )


def _covers_today(time: Time, today: date) -> bool:
    """Whether a date with its year is just when the document was written: `in 2022` of an article of 2022."""
    return any(first <= today <= last for first, last in time.intervals) and YEAR.search(time.text) is not None
