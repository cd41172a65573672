"""The text of a diplomatic cable -> its Document, one header unit, and its numbered paragraphs under their own numbers.

Knows the layout of the U.S. State Department's published cables: an id, title, date and classification; routing lines
(FM, TO, INFO); E.O., TAGS, SUBJECT, Classified By; underlined section heads; `¶1.  (C) text`; the ambassador's name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from ingest.canonical import canonical, slug
from ingest.errors import SourceError
from ingest.types import Document, Paragraph, ParsedDocument, Place

_ID = re.compile(r"(\d{2}[A-Z]{3,}\d+)(?:_[a-z])?")
_DAY = re.compile(r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) [\d:]+ \S+ (?P<year>\d{4})")
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[T ][\d:]+\S*)?")
_SENT = re.compile(r"[OPRZ](?: [OPRZ])? (?P<sent>(?P<day>\d{2})\d{4}Z (?P<month>[A-Z]{3}) (?P<year>\d{2,4}))\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CENTURY_TURNS = 66  # the published cables begin in 1966: 66 is 1966, 65 is 2065

_LEVEL = r"(?:TOP SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED|UNCLAS|LIMITED OFFICIAL USE)"
_CLASSIFICATION = re.compile(rf"{_LEVEL}(?:\s*//?.*| FOR OFFICIAL USE ONLY)?")
_SPACED = re.compile(r"(?:T O P )?(?:C O N F I D E N T I A L|S E C R E T|U N C L A S(?: S I F I E D)?)\b")
_CLASSIFIED_LINE = re.compile(rf"(?:{_SPACED.pattern}|{_LEVEL}\b).*")
_LEVEL_AND_STATION = re.compile(rf"{_LEVEL} .*[A-Z]{{2,}} \d{{3,8}}")
_STATION = re.compile(r"(?P<station>[A-Z]{2,}(?: [A-Z]{2,})*) 0*(?P<number>\d{1,8})$")
_PAGE = re.compile(r"[A-Z]{2,}(?: [A-Z]{2,})* \d{5,8}(?:\.\d)? +\d{3} OF \d{3}")
_HANDLING = re.compile(r"(?:SIPDIS|NOFORN|NODIS|EXDIS|STADIS|LIMDIS|SENSITIVE|ROGER CHANNEL|[ ,/])+")
_ROUTING = re.compile(r"VZCZC|[OPRZ]{2} R[A-Z]|DE R[A-Z]+ |ZN[A-Z] |FM |TO |INFO |[OPRZ](?: [OPRZ])? \d{6}Z ")
_ADDRESSEE = re.compile(
    r"(?:R[A-Z]{3,7}/)?(?P<name>.+?)"
    r"(?: +(?P<precedence>(?:NIACT )?(?:FLASH|IMMEDIATE|PRIORITY|ROUTINE)))?(?: +\d{1,5})?"
)
_SURE_SIGNS = frozenset(["id", "VZ", "DE", "ZN", "classification", "E.O."])
_NOTE = re.compile(r"(?:NOTE|RESTATEMENT):\s*")
_LABELS = (
    (re.compile(r"E\.? ?O\.? ?(?P<number>\d{5})\s*:?\s*"), "E.O."),
    (re.compile(r"TAGS?\b\s*:?\s*"), "Tags"),
    (re.compile(r"SUBJ(?:ECT)?\s*:\s*"), "Subject"),
    (re.compile(r"REF(?:S|TELS?|\([A-Z]\))?\s*:\s*"), "References"),
    (re.compile(r"classified by\b\s*:?\s*", re.IGNORECASE), "Classified By"),
    (re.compile(r"reasons?\s*:\s*", re.IGNORECASE), "Reason"),
)

_MARK = (
    r"(?:TOP SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED|UNCLAS|TS|SBU|FOUO|LOU|S|C|U|R)(?: ?(?://?|-|,) ?[A-Z][A-Z ,/-]*)?"
)
_NUMBERED = re.compile(
    r"(?P<pilcrow>Â?¶)?\s*(?P<number>\d{1,3})\s*(?P<stop>[.)])?(?=[\s(A-Za-z\"“'‘]|$)\s*"
    rf"(?:\( ?(?P<mark>{_MARK}) ?\)\s*)?"
)
_RUN_ON = re.compile(rf"(?<=\S)\s+(?=Â?¶\s*\d{{1,3}}\.\s*\( ?{_MARK} ?\))")
_UNDERLINE = re.compile(r"[-=_~*][-=_~* ]+[-=_~*]")
_KNOWN_HEAD = re.compile(r"(?:summary|comment|introduction|background|conclusion)(?: and comment)?:?", re.IGNORECASE)
_RUN_IN_HEAD = re.compile(r"\(?(SUMMARY(?: AND COMMENT)?|COMMENT)\s*(?:[:.]|-+ )", re.IGNORECASE)
_END_OF_PART = re.compile(r"\bEND (?:OF )?(SUMMARY|COMMENT|INTRODUCTION|BACKGROUND|CONCLUSION)\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][A-Z.'’-]+(?:[ ,]+[A-Z][A-Z.'’-]*){0,3}")
_END_OF_MESSAGE = re.compile(r"BT|NNNN|#\d+")


def is_cable(text: str) -> bool:
    """Whether the text has a cable's first line with any one other sign of a cable, or three signs without it."""
    lines = [line.text for line in _lines(text[:20_000])[:120] if line.text]
    signs = {_sign(line) for line in lines} - {None}
    return bool(signs & _SURE_SIGNS) and len(signs) >= (2 if "id" in signs else 3)


def parse_cable(text: str, *, path: str, sha256: str) -> ParsedDocument:
    """Read a cable; `path` is for its Document, for messages and, where the text has no id at all, for its id.

    Anchors are `header` and the source's numbers (`¶3`); a number that comes again is `¶3 (2)`, and text that has a
    head but no number is `before ¶1` or `after ¶4`. Raises SourceError where no paragraph is numbered.
    """
    lines = _lines(text)
    starts = _starts(lines)
    if not starts:
        raise SourceError(
            f"{path}: a cable with no numbered paragraph (¶1. …). Give the whole cable, or number its paragraphs."
        )
    heads = _heads(lines, starts)
    first = min([starts[0].index, *(head.index for head in heads)])
    header = _read_header(lines[:first])
    end, signature = _signature(lines, after=starts[-1].index)
    kept = _without_page_heads(lines[:end], after=first)
    document = _document(header, path=path, sha256=sha256)
    heads = [head for head in heads if head.index < end]
    body = _paragraphs(kept, starts, heads, document_id=document.document_id)
    unit = Paragraph(
        document_id=document.document_id,
        anchor="header",
        text=_header_text(document, header, signature),
        kind="header",
        section=None,
        place=Place(lines=header.lines),
    )
    return ParsedDocument(document, (unit, *body), _notes(starts, body))


def full_year(written: str) -> int:
    """A year, that of two digits in the century of the published cables."""
    year = int(written)
    return year if year >= 100 else year + (1900 if year >= _CENTURY_TURNS else 2000)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the source, stripped; a line on which two paragraphs run on gives two of the same number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Start:
    """The line on which a numbered paragraph may begin: nothing stands right above it (`apart`), or a whole sentence
    does (`closed`)."""

    index: int
    number: int
    mark: str | None
    pilcrow: bool
    apart: bool
    closed: bool
    rest: str


@dataclass(frozen=True, slots=True)
class _Head:
    """A section head: `index` is its first line, `after` the first line behind it and its underline."""

    index: int
    after: int
    text: str


@dataclass(slots=True)
class _Anchors:
    """Gives each paragraph an anchor of its own."""

    first: int
    last: int | None = None
    taken: Counter[str] = field(default_factory=Counter)

    def take(self, *, numbered: bool) -> str:
        anchor = (
            f"¶{self.last}" if numbered else f"before ¶{self.first}" if self.last is None else f"after ¶{self.last}"
        )
        self.taken[anchor] += 1
        return anchor if self.taken[anchor] == 1 else f"{anchor} ({self.taken[anchor]})"


@dataclass(slots=True)
class _Header:
    """What the header says, by label: values, each as the pieces of text it was put together from."""

    values: dict[str, list[list[str]]] = field(default_factory=dict)
    lines: tuple[int, int] = (1, 1)

    def add(self, label: str, value: str) -> None:
        if value.strip():
            self.values.setdefault(label, []).append([value])

    def extend(self, label: str, value: str) -> None:
        """Continue the label's last value on another line."""
        self.values.setdefault(label, [[]])[-1].append(value)

    def all(self, label: str) -> list[str]:
        """The label's values, each once."""
        return list(dict.fromkeys(canonical("\n".join(pieces)) for pieces in self.values.get(label, [])))

    def first(self, label: str) -> str:
        return next(iter(self.all(label)), "")

    def get(self, label: str, separator: str = " ") -> str:
        return separator.join(self.all(label))


def _lines(text: str) -> list[_Line]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return [
        _Line(number, piece.strip())
        for number, line in enumerate(text.split("\n"), start=1)
        for piece in _RUN_ON.split(line)
    ]


def _sign(line: str) -> str | None:
    """The kind of sign of a cable that a line is, if any."""
    if _ID.fullmatch(line):
        return "id"
    routing = _ROUTING.match(line)
    if routing:
        return routing.group()[:2]
    if _SPACED.match(line):
        return "classification"
    numbered = _NUMBERED.match(line)
    if numbered and (numbered["mark"] or numbered["pilcrow"]):
        return "numbered"
    return _label(line)


def _label(line: str) -> str | None:
    return next((label for pattern, label in _LABELS if pattern.match(line)), None)


def _starts(lines: Sequence[_Line]) -> list[_Start]:
    """Where numbered paragraphs begin.

    In a cable with portion marks, or else with ¶ signs, those lines are sure. Another numbered line is a paragraph
    where it continues the count, stands apart, and no sure line has its number: otherwise it is an item of a list.
    """
    candidates = [start for index in range(len(lines)) if (start := _candidate(lines, index))]
    marked = any(start.mark for start in candidates)
    sure = {start.index: start.number for start in candidates if (start.mark if marked else start.pilcrow)}
    sure_numbers = frozenset(sure.values())
    latest = {start.number: start.index for start in candidates}
    found: list[_Start] = []
    last = item = 0
    for start in candidates:
        in_list = start.number == item + 1 and item > 0
        follows = (
            start.number not in sure_numbers
            and last < start.number <= last + (1 if in_list else 3)
            and (start.apart or start.pilcrow or (not in_list and (start.closed or last == 0)))
            and not (in_list and latest[start.number] > start.index)
        )
        if start.index in sure or follows:
            found.append(start)
            last, item = start.number, 0
        else:
            item = start.number
    return found


def _candidate(lines: Sequence[_Line], index: int) -> _Start | None:
    text = lines[index].text
    match = _NUMBERED.match(text)
    if match is None or not (match["stop"] or (match["pilcrow"] and match["mark"])):
        return None
    above = lines[index - 1].text if index else ""
    return _Start(
        index=index,
        number=int(match["number"]),
        mark=canonical(match["mark"]) if match["mark"] else None,
        pilcrow=bool(match["pilcrow"]),
        apart=not above or bool(_UNDERLINE.fullmatch(above) or _PAGE.fullmatch(above)),
        closed=above.endswith((".", "!", "?", ":", ")", '"')),
        rest=text[match.end() :],
    )


def _heads(lines: Sequence[_Line], starts: Sequence[_Start]) -> list[_Head]:
    """Underlined heads below the header's labels, and heads in capitals alone above a numbered paragraph."""
    numbered = {start.index for start in starts}
    labels = [index for index in range(starts[0].index) if _label(lines[index].text)]
    floor = labels[-1] + 1 if labels else 0
    heads: list[_Head] = []
    for index in range(floor, len(lines)):
        if _UNDERLINE.fullmatch(lines[index].text):
            head = _underlined(lines, index, numbered)
        elif index in numbered:
            head = _bare(lines, index, numbered)
        else:
            head = None
        if head and head.index >= (heads[-1].after if heads else floor):
            heads.append(head)
    return heads


def _underlined(lines: Sequence[_Line], index: int, numbered: set[int]) -> _Head | None:
    """The head above an underline. Under a table's heading row its rows follow at once, under a head they do not."""
    in_rows = index + 1 < len(lines) and bool(lines[index + 1].text) and index + 1 not in numbered
    if in_rows and (" " in lines[index].text or index == 0 or not _looks_like_head(lines[index - 1].text)):
        return None
    first = index
    while first > 0 and lines[first - 1].text and not _UNDERLINE.fullmatch(lines[first - 1].text):
        first -= 1
        if first in numbered or index - first > 3:  # a paragraph stands right above; the head is its last line at most
            first = index - 1
            text = lines[first].text
            return _Head(first, index + 1, _head_text(lines[first:index])) if _looks_like_head(text) else None
    if first == index:
        return None
    text = _head_text(lines[first:index])
    if first > 0 and _UNDERLINE.fullmatch(lines[first - 1].text):
        first -= 1
    return _Head(first, index + 1, text)


def _looks_like_head(text: str) -> bool:
    """Whether a line is in capitals without a sentence's end, or a usual word for a section."""
    in_capitals = text.isupper() and not text.endswith((".", ",", ")", '"')) and not _PAGE.fullmatch(text)
    return (in_capitals or bool(_KNOWN_HEAD.fullmatch(text))) and not _candidate([_Line(0, text)], 0)


def _bare(lines: Sequence[_Line], index: int, numbered: set[int]) -> _Head | None:
    """The head of one or two lines alone above the numbered paragraph at `index`."""
    last = index - 1
    while last >= 0 and not lines[last].text:
        last -= 1
    if last < 0 or last == index - 1:
        return None
    first = last
    while first > 0 and lines[first - 1].text and last - first < 2:
        first -= 1
    text = _head_text(lines[first : last + 1])
    if last - first > 1 or not numbered.isdisjoint(range(first, last + 1)) or not _looks_like_head(text):
        return None
    if text.startswith(("END ", "-", "NOTE:")) or _HANDLING.fullmatch(text) or _CLASSIFIED_LINE.fullmatch(text):
        return None
    return _Head(first, last + 1, text)


def _head_text(lines: Sequence[_Line]) -> str:
    return canonical("\n".join(line.text for line in lines)).rstrip(" :")


def _read_header(lines: Sequence[_Line]) -> _Header:
    header = _Header()
    lines = _take_note(lines, header)
    written = [line.number for line in lines if line.text]
    if written:
        header.lines = (written[0], written[-1])
    split = next((at for at, line in enumerate(lines) if _begins_routing(line.text)), len(lines))
    _read_preamble([line.text for line in lines[:split] if line.text], header)
    current = ""
    for line in lines[split:]:
        spaced = _SPACED.search(line.text) if current in ("To", "Info") else None
        at = spaced.start() if spaced else len(line.text)
        current = _read_header_line(line.text[:at].strip(), header, current)
        if spaced:
            current = _read_header_line(line.text[at:], header, current)
    return header


def _take_note(lines: Sequence[_Line], header: _Header) -> list[_Line]:
    """The lines without the note that someone put in: `NOTE:` or `RESTATEMENT:` up to a blank or a known line."""
    rest: list[_Line] = []
    in_note = False
    for line in lines:
        opening = _NOTE.match(line.text)
        known = _ID.fullmatch(line.text) or _DAY.fullmatch(line.text) or _begins_routing(line.text)
        in_note = bool(opening) or (in_note and bool(line.text) and not known)
        if opening:
            header.add("note", line.text[opening.end() :])
        elif in_note:
            header.extend("note", line.text)
        else:
            rest.append(line)
    return rest


def _begins_routing(text: str) -> bool:
    return bool(
        _ROUTING.match(text)
        or _SPACED.match(text)
        or _LEVEL_AND_STATION.fullmatch(text)
        or _label(text)
        or (text and _HANDLING.fullmatch(text))
    )


def _read_preamble(texts: Sequence[str], header: _Header) -> None:
    """The lines above the routing: id, title, date, classification, embassy, in this order."""
    title: list[str] = []
    for text in texts:
        if "id" not in header.values and (named := _ID.fullmatch(text)):
            header.add("id", named[1])
        elif "day" not in header.values and (day := _day(_DAY.fullmatch(text) or _ISO_DAY.fullmatch(text))):
            header.add("day", day)
        elif "classification" not in header.values and _CLASSIFICATION.fullmatch(text):
            header.add("classification", text)
        elif "day" in header.values or "classification" in header.values:
            header.add("embassy", text)
        else:
            title.append(text)
    header.add("title", " ".join(title))


def _read_header_line(text: str, header: _Header, current: str) -> str:
    """Put a line where it belongs. Returns the label that the next line may continue, or an empty string."""
    label = next(((match, name) for pattern, name in _LABELS if (match := pattern.match(text))), None)
    if not text:
        return ""
    if label:
        match, name = label
        name = f"E.O. {match['number']}" if name == "E.O." else name
        header.add(name, text[match.end() :])
        return name
    if current not in ("", "To", "Info"):
        header.extend(current, text)
        return current
    if sent := _SENT.match(text):
        header.add("Sent", sent["sent"])
        header.add("day", _day(sent) or "")
    elif station := re.match(r"DE R[A-Z]+ #(\d+)", text):
        header.add("number", str(int(station[1])))
    elif text.startswith("FM "):
        header.add("origin", text[3:])
    elif text.startswith(("TO ", "INFO ")) or (current in ("To", "Info") and not _CLASSIFIED_LINE.fullmatch(text)):
        current = {"TO": "To", "INFO": "Info"}.get(text.split(" ")[0], current)
        header.add(current, _addressee(text.removeprefix("TO ").removeprefix("INFO ")))
        return current
    elif _HANDLING.fullmatch(text):
        for word in re.split(r"[ ,/]+", text):
            header.add("Handling", word)
    elif _CLASSIFIED_LINE.fullmatch(text) and "Subject" not in header.values:
        _read_classified_line(text, header)
    elif not _ROUTING.match(text):
        _add_loose(text, header)
    return ""


def _read_classified_line(text: str, header: _Header) -> None:
    """`C O N F I D E N T I A L SECTION 01 OF 02 SEOUL 001789`: the classification, the station and its number."""
    spaced = _SPACED.match(text)
    words = spaced.group().replace(" ", "") + text[spaced.end() :] if spaced else text
    level = re.match(_LEVEL, words.replace("TOPSECRET", "TOP SECRET"))
    if level:
        header.add("level", level.group())
    rest = re.sub(rf"{_LEVEL}\b|SECTION \d+ OF \d+", "", words)
    if station := _STATION.search(rest.strip()):
        header.add("station", station["station"].replace(" ", ""))
        header.add("number", str(int(station["number"])))


def _add_loose(text: str, header: _Header) -> None:
    """A line without a label: who should get the cable where it stands above the subject, else a remark."""
    label = "Other" if "Subject" in header.values else "For"
    if label in header.values and header.values[label][-1][-1].endswith(","):
        header.extend(label, text)
    else:
        header.add(label, text)


def _addressee(text: str) -> str:
    """`RUEHC/SECSTATE WASHDC IMMEDIATE 8151` is `SECSTATE WASHDC (IMMEDIATE)`."""
    match = _ADDRESSEE.fullmatch(text)
    if match is None:
        return text
    return f"{match['name']} ({match['precedence']})" if match["precedence"] else match["name"]


def _day(match: re.Match[str] | None) -> str | None:
    """The ISO day of a match that names year, month and day, if there is such a day."""
    if match is None:
        return None
    month = match["month"].lower()
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
        return date(full_year(match["year"]), number, int(match["day"])).isoformat()
    except ValueError:
        return None


def _document(header: _Header, *, path: str, sha256: str) -> Document:
    document_id = header.first("id") or _built_id(header) or slug(PurePath(path).stem)
    title, subject = header.get("title"), header.get("Subject")
    cut = title.endswith(",") or subject.casefold().startswith(title.casefold())
    return Document(
        document_id=document_id,
        title=(subject if cut else title) or title or document_id,
        date=header.first("day") or None,
        kind="cable",
        path=path,
        sha256=sha256,
        note=header.get("note") or None,
        author=header.get("embassy", "; ") or header.get("origin") or None,
    )


def _built_id(header: _Header) -> str | None:
    """Year, station and number as the archive would join them: 06SEOUL1789."""
    day, numbers = header.first("day"), header.all("number")
    station = header.first("station") or header.first("origin").split(" ", 1)[-1].replace(" ", "")
    return f"{day[2:4]}{slug(station)}{numbers[-1]}" if day and numbers and station else None


def _header_text(document: Document, header: _Header, signature: str) -> str:
    """The header's facts as `Label: value.`, each a sentence that can be quoted."""
    origin, embassy = header.get("origin"), header.get("embassy", "; ")
    orders = [label for label in header.values if label.startswith("E.O. ")]
    facts = [
        ("Cable", document.document_id),
        ("Title", document.title),
        ("Date", document.date or ""),
        ("Classification", header.get("classification") or header.get("level")),
        ("From", f"{origin} ({embassy})" if origin and embassy else origin or embassy),
        *((label, header.get(label, "; ")) for label in ("To", "Info", "Sent")),
        ("Handling", header.get("Handling", ", ")),
        ("For", header.get("For", "; ")),
        *((label, header.get(label, "; ")) for label in orders),
        *(
            (label, header.get(label))
            for label in ("Tags", "References", "Subject", "Classified By", "Reason", "Other")
        ),
        ("Signed", signature),
    ]
    said = (f"{label}: {value}" for label, value in facts if value)
    return canonical(" ".join(fact if fact.endswith((".", "?", "!")) else f"{fact}." for fact in said))


def _signature(lines: Sequence[_Line], *, after: int) -> tuple[int, str]:
    """Where the last paragraph's lines end, and the names in capitals under it, if any."""
    end = len(lines)
    while end > after + 1 and (not lines[end - 1].text or _ends_message(lines[end - 1].text)):
        end -= 1
    first = end
    while first > after + 1 and end - first < 3 and _is_name(lines[first - 1].text):
        first -= 1
    above = next((line.text for line in reversed(lines[after:first]) if line.text), "")
    apart = not lines[first - 1].text or above.endswith((".", "!", "?", '"', "”", ")", ":"))
    if first == end or not apart:
        return end, ""
    return first, ", ".join(line.text for line in lines[first:end])


def _ends_message(text: str) -> bool:
    return bool(
        _END_OF_MESSAGE.fullmatch(text)
        or _UNDERLINE.fullmatch(text)
        or _CLASSIFICATION.fullmatch(text)
        or _SPACED.fullmatch(text)
    )


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not text.startswith("END ") and not text.endswith(".")


def _without_page_heads(lines: Sequence[_Line], *, after: int) -> list[_Line]:
    """Blank out what a page break puts inside a paragraph: page numbers, and the header's lines said again."""
    header = {line.text for line in lines[:after] if len(line.text) > 3}
    kept: list[_Line] = []
    repeats = False
    for index, line in enumerate(lines):
        text = line.text
        if index >= after and text:
            opens = bool(_PAGE.fullmatch(text) or _SPACED.match(text) or _CLASSIFICATION.fullmatch(text))
            repeats = opens or (repeats and (text in header or bool(_HANDLING.fullmatch(text))))
            text = "" if repeats or _UNDERLINE.fullmatch(text) else text
        kept.append(_Line(line.number, text))
    return kept


def _paragraphs(
    lines: Sequence[_Line], starts: Sequence[_Start], heads: Sequence[_Head], *, document_id: str
) -> list[Paragraph]:
    """The body in reading order: from each number or head to the next; text under a head alone is the head's."""
    events: list[_Start | _Head] = sorted([*starts, *heads], key=_index)
    ends = [*(event.index for event in events[1:]), len(lines)]
    anchors = _Anchors(starts[0].number)
    paragraphs: list[Paragraph] = []
    section: str | None = None
    for event, end in zip(events, ends, strict=True):
        if isinstance(event, _Head):
            section, mark = event.text or None, None
            piece = [line for line in lines[event.after : end] if line.text]
        else:
            mark, anchors.last = event.mark, event.number
            piece = [_Line(lines[event.index].number, event.rest), *lines[event.index + 1 : end]]
        written = [line for line in piece if line.text]
        if not written:
            continue
        text = canonical("\n".join(line.text for line in written))
        run_in = _RUN_IN_HEAD.match(text)
        paragraphs.append(
            Paragraph(
                document_id=document_id,
                anchor=anchors.take(numbered=isinstance(event, _Start)),
                text=text,
                kind="body",
                section=run_in[1].upper() if run_in else section,
                place=Place(lines=(piece[0].number, written[-1].number)),
                mark=mark,
            )
        )
        ended = {word.lower() for word in _END_OF_PART.findall(text)}
        if section and section.split()[0].lower() in ended:
            section = None
    return paragraphs


def _index(event: _Start | _Head) -> int:
    return event.index


def _notes(starts: Sequence[_Start], body: Sequence[Paragraph]) -> tuple[str, ...]:
    """What the numbers leave to say: some missing, begun again, without text; and text without a number."""
    notes: list[str] = []
    last = 0
    for start in starts:
        if start.number > last + 1:
            missing = f"¶{last + 1}" if start.number == last + 2 else f"¶{last + 1} to ¶{start.number - 1}"
            notes.append(f"The source has no {missing}.")
        elif start.number <= last:
            notes.append(f"The source's numbers begin again at ¶{start.number} after ¶{last}.")
        last = start.number
    empty = len(starts) - sum(1 for paragraph in body if paragraph.anchor.startswith("¶"))
    if empty:
        notes.append(f"Numbered paragraphs without text, left out: {empty}.")
    notes += [
        f"Text without a number is cited as '{paragraph.anchor}'."
        for paragraph in body
        if not paragraph.anchor.startswith("¶")
    ]
    return tuple(notes)
