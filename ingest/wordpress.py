"""The JSON of WordPress's REST API, a post or an array of posts -> of each a Document, a header unit, its paragraphs.

Reads the HTML of `content.rendered` also where opening tags are lost and only the closing ones stay: a block ends where
a block's tag closes, and its text is what stands before. https://developer.wordpress.org/rest-api/reference/posts/
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import urlsplit

from ingest.canonical import canonical, day, slug
from ingest.errors import SourceError
from ingest.types import Document, Paragraph, ParagraphKind, ParsedDocument, Place

_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_LEAVES = _HEADINGS | {"p", "pre", "figcaption", "dt", "dd", "address"}
_SECTIONS = frozenset(["article", "aside", "body", "footer", "header", "html", "main", "nav", "section"])
_GROUPS = frozenset(["blockquote", "center", "details", "div", "dl", "fieldset", "figure", "form", "hr", "summary"])
_CONTAINERS = _LEAVES | _SECTIONS | _GROUPS
_CELLS = frozenset(["td", "th", "caption"])
_CAPTION_CLASSES = frozenset(["wp-caption", "wp-caption-text", "wp-element-caption", "gallery-caption"])
_CODE = frozenset(["script", "style", "noscript"])
_NOT_TEXT = _CODE | {"template", "iframe", "svg", "audio", "video", "canvas", "object", "select", "button"}
# Comments, and marked sections, which HTML also takes for comments: HTMLParser fails at some, and its versions differ.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[[^>]*>?", re.DOTALL)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LOST_IMAGE = re.compile(r'\s*""[^\S\n]*(?:\n\s*|$)')
_BETWEEN_LINKS = " \t\r\n\xa0,;|/•·"
_LONGEST_HEADING = 12  # words: a paragraph in bold from end to end that has more is no heading
_EDITOR = re.compile(r"Edited by (?P<name>[^!?:]{2,60})")
_CLOSER = re.compile(r"</([a-zA-Z]+)")
_TAG = re.compile(r"<[^>]*>")


def is_post(text: str) -> bool:
    """Whether the text looks like a post or an array of posts, whole or cut off."""
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) and '"content"' in text and '"rendered"' in text


def parse_posts(text: str, *, path: str, sha256: str) -> tuple[ParsedDocument, ...]:
    """Read a post or an array of posts; raw line breaks inside JSON strings pass. `path` is for Document and messages.

    Anchors are `header`, `¶1` … of the body in reading order (of a list each item, of a table the whole) and
    `caption 1` …; a place's order counts every block. Raises SourceError where the JSON is damaged or no post, or a
    post has no text.
    """
    value = _load(text, path=path)
    if not isinstance(value, list):
        return (_parse_post(value, name=path, path=path, sha256=sha256, pointer=""),)
    if not value:
        raise SourceError(f"{path}: an array with no posts. Ask the site for a page of posts that has some.")
    return tuple(
        _parse_post(
            post,
            name=f"{path}: post {index + 1} of {len(value)} (id {canonical(str(_at(post, 'id') or 'unknown'))})",
            path=path,
            sha256=sha256,
            pointer=f"/{index}",
        )
        for index, post in enumerate(value)
    )


def _load(text: str, *, path: str) -> Any:
    try:
        return json.loads(text.removeprefix("\ufeff"), strict=False)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{path}: damaged or cut-off JSON at line {error.lineno}, column {error.colno} ({error.msg}). "
            "Save the post again."
        ) from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: JSON that cannot be read ({error}). Save the post again.") from error


def _parse_post(post: Any, *, name: str, path: str, sha256: str, pointer: str) -> ParsedDocument:
    content = _content(post, name=name)
    link = _string(_at(post, "link"))
    document_id = f"{_site(link or _string(_at(post, 'guid', 'rendered')))}-{post['id']}"
    document = Document(
        document_id=document_id,
        title=_string(_at(post, "title", "rendered")) or _string(_at(post, "slug")) or document_id,
        date=day(_string(_at(post, "date"))),
        kind="article",
        path=path,
        sha256=sha256,
        url=link or None,
        note=_string(_at(post, "note")) or None,
        author=_author(post) or None,
    )
    blocks, lost = _blocks(content)
    paragraphs = _paragraphs(blocks, document_id=document_id, pointer=f"{pointer}/content/rendered")
    if not any(paragraph.kind == "body" for paragraph in paragraphs):
        raise SourceError(f"{name}: a post with no paragraph of text. Leave it out, or save it again with its text.")
    header = Paragraph(
        document_id=document_id,
        anchor="header",
        text=_header_text(post, document, blocks),
        kind="header",
        section=None,
        place=Place(pointer=pointer),
    )
    notes = (f"Blocks whose opening tag is lost, read up to their closing tag: {lost}.",) if lost else ()
    return ParsedDocument(document, (header, *paragraphs), notes)


def _content(post: Any, *, name: str) -> str:
    """The HTML of a post, or a SourceError that says what the value is instead."""
    rendered, number = _at(post, "content", "rendered"), _at(post, "id")
    if isinstance(_at(post, "code"), str) and isinstance(_at(post, "message"), str):
        raise SourceError(
            f"{name}: an error of the site, not a post ({_string(post['code'])}: {_string(post['message'])}). "
            "Save the answer of /wp-json/wp/v2/posts/ID."
        )
    is_number = (isinstance(number, int) and not isinstance(number, bool)) or (
        isinstance(number, str) and number.isascii() and number.isdigit()
    )
    if not isinstance(rendered, str) or not is_number:
        raise SourceError(
            f"{name}: JSON that is no WordPress post (no id, or no content.rendered). "
            "Save the answer of /wp-json/wp/v2/posts/ID."
        )
    if not rendered.strip():
        if _at(post, "content", "protected") is True:
            raise SourceError(f"{name}: a post protected by a password, without its text. Save it with the password.")
        raise SourceError(f"{name}: a post whose content is empty. Leave it out, or save it again with its text.")
    return rendered


def _at(value: Any, *keys: str | int) -> Any:
    """What stands under the keys, or None where one of them leads nowhere."""
    for key in keys:
        if isinstance(key, str) and isinstance(value, dict):
            value = value.get(key)
        elif isinstance(key, int) and isinstance(value, list) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def _string(value: Any) -> str:
    """Canonical text of a string of JSON that may hold entities or tags; empty for any other value."""
    return canonical(html.unescape(_TAG.sub("", value))) if isinstance(value, str) else ""


def _strings(value: Any) -> list[str]:
    return [text for item in (value if isinstance(value, list) else [value]) if (text := _string(item))]


def _site(link: str) -> str:
    """The first label of the address's host that is not `www`: `koreapro` of https://koreapro.org/…"""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        host = ""
    return slug(host.removeprefix("www.").split(".")[0]) if host else "post"


def _paragraphs(blocks: Sequence[_Block], *, document_id: str, pointer: str) -> list[Paragraph]:
    """Body and captions with their anchors and the heading they stand under."""
    paragraphs: list[Paragraph] = []
    section: str | None = None
    counts: dict[ParagraphKind, int] = {"body": 0, "caption": 0}
    for order, block in enumerate(blocks, start=1):
        if block.kind == "heading":
            section = block.text
        elif block.kind == "body" or block.kind == "caption":
            counts[block.kind] += 1
            paragraphs.append(
                Paragraph(
                    document_id=document_id,
                    anchor=f"¶{counts['body']}" if block.kind == "body" else f"caption {counts['caption']}",
                    text=block.text,
                    kind=block.kind,
                    section=section,
                    place=Place(pointer=pointer, order=order),
                )
            )
    return paragraphs


def _header_text(post: Any, document: Document, blocks: Sequence[_Block]) -> str:
    """What is known about the post as `Label: value.`, each a sentence that can be quoted."""
    seo = _at(post, "yoast_head_json")
    graph = _at(seo, "schema", "@graph")
    article = next((node for node in graph if _at(node, "articleSection")), None) if isinstance(graph, list) else None
    author, account = document.author or "", _account(post)
    categories = [name for block in blocks if block.kind == "categories" for name in block.links]
    facts = [
        ("Title", document.title),
        ("By", author),
        ("Author account", account if account != author else ""),
        ("Edited by", "; ".join(block.text for block in blocks if block.kind == "editor")),
        ("Published", document.date or ""),
        ("Modified", day(_string(_at(post, "modified"))) or ""),
        ("Site", _string(_at(seo, "og_site_name"))),
        ("Section", "; ".join(_strings(_at(article, "articleSection")))),
        ("Categories", "; ".join(categories or _strings(_at(article, "keywords")))),
        ("Reading time", _string(_at(seo, "twitter_misc", "Est. reading time"))),
    ]
    said = [f"{label}: {value}" for label, value in facts if value]
    said = [fact if fact.endswith((".", "?", "!")) else f"{fact}." for fact in said]
    return canonical(" ".join([*said, *([f"Address: {document.url}"] if document.url else [])]))


def _author(post: Any) -> str:
    """The byline where there is one, else the account that posted."""
    return _string(_at(post, "yoast_head_json", "twitter_misc", "Written by")) or _account(post)


def _account(post: Any) -> str:
    author = _string(_at(post, "yoast_head_json", "author"))
    return author or _string(_at(post, "_embedded", "author", 0, "name"))


BlockKind = Literal["body", "heading", "caption", "editor", "links", "categories"]


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of HTML in canonical text; `links` are the texts of its links."""

    kind: BlockKind
    text: str
    links: tuple[str, ...] = ()


def _blocks(rendered: str) -> tuple[tuple[_Block, ...], int]:
    """The blocks of a post's HTML in reading order, and how many of them had lost their opening tag."""
    reader = _BlockReader(rendered)
    reader.feed(_COMMENT.sub("", rendered))
    reader.close()
    reader.flush()
    blocks = [_editor(block) or block for block in reader.blocks]
    last_text = max((at for at, block in enumerate(blocks) if block.kind == "body"), default=-1)
    kinds: list[BlockKind] = ["body" if at < last_text else "categories" for at in range(len(blocks))]
    blocks = [replace(block, kind=kinds[at]) if block.kind == "links" else block for at, block in enumerate(blocks)]
    return tuple(blocks), reader.lost


def _editor(block: _Block) -> _Block | None:
    """The editor's name, where the block is the line `Edited by …`."""
    line = _EDITOR.fullmatch(block.text) if block.kind == "body" and len(block.text.split()) <= 8 else None
    return _Block("editor", line["name"].rstrip(". ")) if line else None


class _BlockReader(HTMLParser):
    """Gathers text until a block ends, then makes a block of it; an item of a list and a table stay whole."""

    def __init__(self, rendered: str) -> None:
        super().__init__(convert_charrefs=True)
        self._closers = Counter(name.lower() for name in _CLOSER.findall(rendered))
        self.blocks: list[_Block] = []
        self.lost = 0
        self._open: list[tuple[str, bool]] = []  # containers, with whether their text is a caption
        self._lists: list[bool] = []  # of each open list, whether an item is open
        self._tables = 0
        self._skipped: list[str] = []
        self._buffer: list[str] = []
        self._length = 0
        self._opened: dict[str, list[int]] = {"b": [], "a": []}
        self._spans: dict[str, list[tuple[int, int]]] = {"b": [], "a": []}
        self._after_image = False

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._buffer.append(data)
            self._length += len(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_TEXT and self._closers[tag] > self._skipped.count(tag):
            self._skipped.append(tag)
        if self._skipped:
            return
        if tag in ("b", "strong", "a"):
            self._opened["a" if tag == "a" else "b"].append(self._length)
        elif tag == "br":
            self.handle_data(" ")
        elif tag in ("ul", "ol"):
            self._break()
            self._lists.append(False)
        elif tag == "li":
            self._open_item()
        elif tag == "table":
            self._break()
            self._tables += 1
        elif tag in _CONTAINERS:
            self._open_container(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._closers[tag] -= 1
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.pop()
            return
        if tag in ("b", "strong", "a"):
            self._close_inline("a" if tag == "a" else "b")
        elif tag in _CODE:
            self._clear()
        elif tag in ("ul", "ol", "li"):
            self._close_list(tag)
        elif tag in _CELLS:
            self.handle_data(" | ")
        elif tag == "tr" and self._tables:
            self.handle_data("; ")
        elif tag in ("table", "tr"):
            self._tables = max(0, self._tables - 1)
            if self._held():
                self.handle_data(" ")
            else:
                self.flush(tag="table")
        elif tag in _CONTAINERS:
            self._close_container(tag)

    def flush(self, *, tag: str = "", stray: bool = False) -> None:
        """Make blocks of the text gathered so far; `stray` says that `tag` closed what never opened."""
        raw = "".join(self._buffer)
        if raw.strip():
            self._after_image = False
            innermost = self._open[-1][0] if self._open else ""
            pieces = [(0, len(raw))] if innermost in _LEAVES or self._held() else _pieces(raw)
            for start, end in pieces[:-1]:
                self._add(raw, start, end, tag="", stray=False)
            self._add(raw, *pieces[-1], tag=tag or innermost, stray=stray)
        self._clear()

    def _add(self, raw: str, start: int, end: int, *, tag: str, stray: bool) -> None:
        image = _LOST_IMAGE.match(raw, start, end)
        if image:
            start = image.end()
            self._after_image = True
        text = canonical(raw[start:end])
        if tag in ("table", *_CELLS):
            text = _without_empty_cells(text)
        if not any(letter.isalnum() for letter in text):
            return
        links = tuple(
            link
            for first, last in self._spans["a"]
            if first < end and start < last and (link := canonical(raw[max(first, start) : min(last, end)]))
        )
        self.blocks.append(_Block(self._kind(raw, text, (start, end), tag), text, links))
        self.lost += stray

    def _kind(self, raw: str, text: str, span: tuple[int, int], tag: str) -> BlockKind:
        if tag == "figcaption" or any(caption for _, caption in self._open):
            return "caption"
        if tag in _HEADINGS:
            return "heading"
        if tag == "div" and not _outside(raw, span, self._spans["a"]).strip(_BETWEEN_LINKS):
            return "links"
        unstopped = text.isupper() or not text.endswith((".", "!", ",", ";", ":"))
        short = len(text.split()) <= _LONGEST_HEADING and tag not in ("li", "table")
        if short and unstopped and not _outside(raw, span, self._spans["b"]).strip():
            return "heading"
        return "body"

    def _held(self) -> bool:
        """Whether blocks inside belong to a whole: the item of a list, or a table."""
        return any(self._lists) or self._tables > 0

    def _break(self) -> None:
        if self._held():
            self.handle_data(" ")
        else:
            self.flush()

    def _open_item(self) -> None:
        if len(self._lists) > 1:
            self.handle_data(" • ")
        else:
            self.flush(tag="li")
        if self._lists:
            self._lists[-1] = True

    def _close_list(self, tag: str) -> None:
        if len(self._lists) <= 1:
            self.flush(tag="li", stray=not self._lists)
        if self._lists and tag == "li":
            self._lists[-1] = False
        elif self._lists:
            self._lists.pop()

    def _open_container(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break()
        if self._open and self._open[-1][0] in _LEAVES:
            self._open.pop()
        if tag != "hr":
            classes = (dict(attrs).get("class") or "").split()
            self._open.append((tag, tag == "figcaption" or not _CAPTION_CLASSES.isdisjoint(classes)))

    def _close_container(self, tag: str) -> None:
        depth = next((at for at in reversed(range(len(self._open))) if self._open[at][0] == tag), None)
        if self._held():
            self.handle_data(" ")
        elif depth is None and self._ends_lost_figure(tag):
            self.blocks[-1] = replace(self.blocks[-1], kind="caption")
            self._after_image = False
        else:
            self.flush(tag=tag, stray=depth is None)
        if depth is not None:
            del self._open[depth:]

    def _ends_lost_figure(self, tag: str) -> bool:
        """Whether the tag closes a figure of which the opening tag is lost, and the last block is its caption."""
        after_image = self._after_image and bool(self.blocks)
        return after_image and tag in ("div", "figure") and not "".join(self._buffer).strip()

    def _close_inline(self, name: str) -> None:
        """Close a link or bold text; where its opening tag is lost, it begins where the last of its kind ended."""
        spans = self._spans[name]
        start = self._opened[name].pop() if self._opened[name] else spans[-1][1] if spans else 0
        spans.append((start, self._length))

    def _clear(self) -> None:
        self._buffer.clear()
        self._length = 0
        for name in ("a", "b"):
            self._opened[name] = [0] * len(self._opened[name])
            self._spans[name] = []


def _pieces(raw: str) -> list[tuple[int, int]]:
    """Where the parts between blank lines begin and end: they are the paragraphs of text that no tag encloses."""
    cuts = [match.span() for match in _BLANK_LINE.finditer(raw)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(raw)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if raw[start:end].strip()]


def _outside(raw: str, span: tuple[int, int], covers: Sequence[tuple[int, int]]) -> str:
    """The text of the span that no cover has."""
    start, end = span
    outside: list[str] = []
    for first, last in sorted(covers):
        outside.append(raw[start : max(start, min(first, end))])
        start = max(start, last)
    return "".join([*outside, raw[min(start, end) : end]])


def _without_empty_cells(text: str) -> str:
    """`a | b |; c | |;` is `a | b; c`."""
    rows = [[cell.strip() for cell in row.split(" |")] for row in f"{text} ".split("; ")]
    return "; ".join(" | ".join(cell for cell in row if cell) for row in rows if any(row))
