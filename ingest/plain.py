"""Plain text or Markdown -> a Document and its paragraphs `¶1`, `¶2` … in reading order, placed by source line.

Plain text has paragraphs between blank lines. Of Markdown (CommonMark, with tables and front matter as GitHub reads
them) headings become sections, inline marks go, and each item of a list, each table and each code block is a paragraph.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from ingest.canonical import canonical, day, slug
from ingest.errors import SourceError
from ingest.types import Document, Paragraph, ParsedDocument, Place

_LONGEST_WRAPPED = 200  # characters: a longer line was not wrapped by hand, so its break ends a paragraph

_FIELD = re.compile(r"(?P<key>[\w-]+)\s*:\s*(?P<value>.*)")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6})(?:[ \t]+(?P<text>.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:(?P<first>=+)|-+)[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})[^`]*")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-*+]|(?P<number>\d{1,9})[.)])(?:[ \t]+(?P<text>.*))?")
_QUOTE = re.compile(r"(?: {0,3}>[ \t]?)+")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_DEFINITION = re.compile(
    r""" {0,3}\[[^\]^][^\]]*\]:[ \t]*(?:<[^<>]*>|[^\s<]\S*)(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*"""
)
_COMMENT_FIRST = re.compile(r" {0,3}<!--")

_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.{1,2000}?)(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_COMMENT = re.compile(rf"(?P<kept>{_CODE.pattern})|<!--(?:-?>|.{{0,2000}}?-->)", re.DOTALL)
_LINK = re.compile(r"!?\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]]*\])")
_AUTOLINK = re.compile(r"<(?P<address>(?:https?://|mailto:)[^<>\s]+)>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_EMPHASIS = (
    re.compile(r"(?P<mark>\*{1,3})(?=[^\s*])(?P<text>.{1,1000}?)(?<=[^\s*])(?P=mark)(?!\*)", re.DOTALL),
    re.compile(r"(?<!\w)(?P<mark>_{1,3})(?=[^\s_])(?P<text>.{1,1000}?)(?<=[^\s_])(?P=mark)(?!\w)", re.DOTALL),
    re.compile(r"(?P<mark>~~)(?=\S)(?P<text>.{1,1000}?)(?<=\S)~~", re.DOTALL),
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def parse_text(text: str, *, path: str, sha256: str) -> ParsedDocument:
    """Read plain text: a paragraph ends at a blank line, or at the end of a line too long to be wrapped by hand.

    The document's id is the slug of the path's stem, its title the stem. Raises SourceError where there is no text.
    """
    pieces: list[_Piece] = []
    for lines in _between_blank_lines(_lines(text)):
        unwrapped = any(len(line.text) > _LONGEST_WRAPPED for line in lines)
        for group in [[line] for line in lines] if unwrapped else [lines]:
            pieces.append(_Piece(canonical("\n".join(line.text for line in group)), None, _span(group)))
    return _parsed(_Reading(pieces), path=path, sha256=sha256)


def parse_markdown(text: str, *, path: str, sha256: str) -> ParsedDocument:
    """Read Markdown: the first heading of level 1, or else the first, is the title; front matter goes before it.

    Front matter is one `header` unit. Raises SourceError where there is no text beside the headings.
    """
    lines = _without_comments(_lines(text))
    reading = _Reading()
    start = _read_front_matter(lines, reading)
    _read_blocks(lines, start, reading)
    return _parsed(reading, path=path, sha256=sha256)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph to be: canonical text, section, first and last line."""

    text: str
    section: str | None
    lines: tuple[int, int]


@dataclass(slots=True)
class _Reading:
    """What was found so far; headings are (level, text)."""

    pieces: list[_Piece] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    fields_at: tuple[int, int] = (1, 1)
    section: str | None = None


def _lines(text: str) -> list[_Line]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return [_Line(number, line) for number, line in enumerate(text.split("\n"), start=1)]


def _span(lines: Sequence[_Line]) -> tuple[int, int]:
    return lines[0].number, lines[-1].number


def _between_blank_lines(lines: Sequence[_Line]) -> list[list[_Line]]:
    groups: list[list[_Line]] = [[]]
    for line in lines:
        if canonical(line.text):
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _without_comments(lines: Sequence[_Line]) -> list[_Line]:
    """The lines without comments that begin one, outside code; an unclosed one goes to the end (CommonMark 4.6)."""
    kept: list[_Line] = []
    fence, commented = "", False
    for line in lines:
        text = line.text
        if fence:
            fence = "" if _closes(text, fence) else fence
        elif commented or _COMMENT_FIRST.match(text):
            _, closed, text = text.partition("-->")
            commented = not closed
        elif opening := _FENCE.fullmatch(text):
            fence = opening["fence"]
        kept.append(_Line(line.number, text))
    return kept


def _closes(text: str, fence: str) -> bool:
    """Whether a line closes the code block that `fence` opens."""
    return text.strip().startswith(fence) and set(text.strip()) == {fence[0]}


def _read_front_matter(lines: Sequence[_Line], reading: _Reading) -> int:
    """Read `key: value` lines between two lines of dashes at the top. Returns the index of the first line below."""
    if lines[0].text.rstrip() != "---":
        return 0
    end = next((at for at in range(1, len(lines)) if lines[at].text.rstrip() in ("---", "...")), None)
    if end is None or not any(_FIELD.fullmatch(line.text.rstrip()) for line in lines[1:end]):
        return 0
    key = ""
    for line in lines[1:end]:
        matched = _FIELD.fullmatch(line.text.rstrip())
        if matched:
            key = matched["key"].lower()
            reading.fields[key] = _bare(matched["value"])
        elif key and line.text.strip():
            values = [reading.fields[key], _bare(line.text.strip().removeprefix("- "))]
            reading.fields[key] = ", ".join(value for value in values if value)
    reading.fields_at = (lines[0].number, lines[end].number)
    return end + 1


def _bare(value: str) -> str:
    """A value without its quotes or the brackets and quotes of a list."""
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(_bare(item) for item in value[1:-1].split(",") if item.strip())
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return canonical(value[1:-1] if quoted else value)


def _read_blocks(lines: Sequence[_Line], start: int, reading: _Reading) -> None:
    at = start
    while at < len(lines):
        text = lines[at].text
        heading = _HEADING.fullmatch(text)
        if not text.strip() or _DEFINITION.fullmatch(text) or (_RULE.fullmatch(text)):
            at += 1
        elif heading:
            _add_heading(reading, len(heading["level"]), heading["text"] or "")
            at += 1
        elif _FENCE.fullmatch(text):
            at = _read_code(lines, at, reading)
        elif _QUOTE.match(text):
            at = _read_quote(lines, at, reading)
        elif _ITEM.fullmatch(text):
            at = _read_list(lines, at, reading)
        elif _is_table(lines, at):
            at = _read_table(lines, at, reading)
        else:
            at = _read_paragraph(lines, at, reading)


def _add_heading(reading: _Reading, level: int, text: str) -> None:
    text = _inline(text)
    if text:
        reading.headings.append((level, text))
        is_title = level == 1 and sum(1 for other, _ in reading.headings if other == 1) == 1
        reading.section = None if is_title else text


def _add(reading: _Reading, lines: Sequence[_Line], text: str) -> None:
    if text:
        reading.pieces.append(_Piece(text, reading.section, _span(lines)))


def _read_code(lines: Sequence[_Line], at: int, reading: _Reading) -> int:
    opening = _FENCE.fullmatch(lines[at].text)
    fence = opening["fence"] if opening else "```"
    end = at + 1
    while end < len(lines) and not _closes(lines[end].text, fence):
        end += 1
    code = lines[at + 1 : end]
    _add(reading, lines[at : min(end + 1, len(lines))], canonical("\n".join(line.text for line in code)))
    return end + 1


def _read_quote(lines: Sequence[_Line], at: int, reading: _Reading) -> int:
    """A block quote is body; the line after it that goes on without a mark is still of its last paragraph."""
    end = at
    while end < len(lines) and (_QUOTE.match(lines[end].text) or (end > at and _continues(lines, end))):
        end += 1
    quoted = _without_comments([_Line(line.number, _QUOTE.sub("", line.text, count=1)) for line in lines[at:end]])
    for group in _between_blank_lines(quoted):
        _add(reading, group, _inline("\n".join(line.text for line in group)))
    return end


def _read_list(lines: Sequence[_Line], at: int, reading: _Reading) -> int:
    """Each item at the list's own indent is a paragraph; what is nested goes into it behind `•`."""
    first = _ITEM.fullmatch(lines[at].text)
    indent = len(first["indent"].expandtabs(4)) if first else 0
    item: list[_Line] = []
    texts: list[str] = []
    while at < len(lines):
        line = lines[at]
        matched = None if _RULE.fullmatch(line.text) else _ITEM.fullmatch(line.text)
        if matched and len(matched["indent"].expandtabs(4)) <= indent + 1:
            _add(reading, item or [line], _inline("\n".join(texts)))
            item, texts = [line], [_item_text(matched)]
        elif matched:
            item.append(line)
            texts.append(f"• {_item_text(matched)}")
        elif line.text.strip() and (line.text.startswith((" ", "\t")) or _continues(lines, at)):
            item.append(line)
            texts.append(line.text)
        elif line.text.strip() or not _goes_on(lines, at):
            break
        at += 1
    _add(reading, item, _inline("\n".join(texts)))
    return at


def _item_text(item: re.Match[str]) -> str:
    """An item without its bullet; a number stays, since text may refer to it."""
    text = item["text"] or ""
    return f"{item['number']}. {text}" if item["number"] and text else text


def _goes_on(lines: Sequence[_Line], at: int) -> bool:
    """Whether a list goes on below the blank line at `at`: with another item, or indented."""
    below = next((lines[after].text for after in range(at, len(lines)) if lines[after].text.strip()), "")
    return bool(below) and not _RULE.fullmatch(below) and bool(_ITEM.fullmatch(below) or below.startswith(("  ", "\t")))


def _continues(lines: Sequence[_Line], at: int) -> bool:
    """Whether a line goes on with the paragraph above it; of numbered items only a first one interrupts that."""
    text = lines[at].text
    item = _ITEM.fullmatch(text)
    begins = (
        _HEADING.fullmatch(text)
        or _RULE.fullmatch(text)
        or _FENCE.fullmatch(text)
        or _QUOTE.match(text)
        or (item and item["text"] and item["number"] in (None, "1"))
    )
    return bool(text.strip() and lines[at - 1].text.strip() and not begins)


def _is_table(lines: Sequence[_Line], at: int) -> bool:
    return "|" in lines[at].text and at + 1 < len(lines) and bool(_TABLE_RULE.fullmatch(lines[at + 1].text))


def _read_table(lines: Sequence[_Line], at: int, reading: _Reading) -> int:
    """A table is one paragraph: cells between ` | `, rows between `; `."""
    end = at
    while end < len(lines) and "|" in lines[end].text:
        end += 1
    rows = [line.text.strip().strip("|").split("|") for line in [lines[at], *lines[at + 2 : end]]]
    cells = [[cell for value in row if (cell := _inline(value))] for row in rows]
    _add(reading, lines[at:end], "; ".join(" | ".join(row) for row in cells if row))
    return max(end, at + 2)


def _read_paragraph(lines: Sequence[_Line], at: int, reading: _Reading) -> int:
    """A paragraph, or with an underline of `=` or `-` a heading."""
    end = at + 1
    while end < len(lines) and lines[end].text.strip():
        underline = _UNDERLINE.fullmatch(lines[end].text)
        if underline:
            _add_heading(reading, 1 if underline["first"] else 2, "\n".join(line.text for line in lines[at:end]))
            return end + 1
        if not _continues(lines, end) or _is_table(lines, end):
            break
        end += 1
    _add(reading, lines[at:end], _inline("\n".join(line.text for line in lines[at:end])))
    return end


def _inline(text: str) -> str:
    """The text without inline marks: emphasis, links, images, tags, comments; code stays as it is written."""
    text = _COMMENT.sub(lambda found: found["kept"] or "", text)
    parts: list[str] = []
    start = 0
    for code in _CODE.finditer(text):
        parts += [_unmarked(text[start : code.start()]), code["code"]]
        start = code.end()
    return canonical("".join([*parts, _unmarked(text[start:])]))


def _unmarked(text: str) -> str:
    text = _ESCAPE.sub(lambda escaped: f"&#{ord(escaped[1])};", text)
    text = _AUTOLINK.sub(lambda link: link["address"], text)
    text = _LINK.sub(lambda link: link["text"], _LINK.sub(lambda link: link["text"], text))
    for pattern in (*_EMPHASIS, _EMPHASIS[0]):
        text = pattern.sub(lambda emphasis: emphasis["text"], text)
    return html.unescape(_TAG.sub("", _BREAK.sub(" ", text)))


def _parsed(reading: _Reading, *, path: str, sha256: str) -> ParsedDocument:
    if not reading.pieces:
        raise SourceError(f"{path}: no paragraph of text. Give a file that has some.")
    stem = PurePath(path).stem
    document_id = slug(stem)
    headings = [text for level, text in sorted(reading.headings, key=lambda heading: heading[0] > 1)]
    document = Document(
        document_id=document_id,
        title=next(iter([title for title in (reading.fields.get("title"), *headings) if title]), canonical(stem)),
        date=day(reading.fields.get("date", "")),
        kind="text",
        path=path,
        sha256=sha256,
        url=reading.fields.get("url") or None,
        note=reading.fields.get("note") or None,
        author=reading.fields.get("author") or reading.fields.get("by") or None,
    )
    body = [
        Paragraph(document_id, f"¶{number}", piece.text, "body", piece.section, Place(lines=piece.lines))
        for number, piece in enumerate(reading.pieces, start=1)
    ]
    said = [
        f"{key.replace('_', ' ').replace('-', ' ').capitalize()}: {value.rstrip('.')}."
        for key, value in reading.fields.items()
        if value
    ]
    header = Paragraph(document_id, "header", " ".join(said), "header", None, Place(lines=reading.fields_at))
    return ParsedDocument(document, (header, *body) if said else tuple(body))
