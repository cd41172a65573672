"""Plain text and Markdown."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.plain import parse_markdown, parse_text
from ingest.types import Document, Paragraph, ParsedDocument, Place


def text_of(text: str, path: str = "notes/Port notes.txt") -> ParsedDocument:
    return parse_text(text, path=path, sha256="ab12")


def markdown(text: str, path: str = "notes/port.md") -> ParsedDocument:
    return parse_markdown(text, path=path, sha256="ab12")


def units(text: str) -> list[str]:
    return [paragraph.text for paragraph in markdown(text).paragraphs]


def test_text_has_paragraphs_between_blank_lines() -> None:
    parsed = text_of("Fish is\ngood.\n \n\nRice\ntoo.\n")
    assert parsed == ParsedDocument(
        Document("Port-notes", "Port notes", None, "text", "notes/Port notes.txt", "ab12"),
        (
            Paragraph("Port-notes", "¶1", "Fish is good.", "body", None, Place(lines=(1, 2))),
            Paragraph("Port-notes", "¶2", "Rice too.", "body", None, Place(lines=(5, 6))),
        ),
    )


def test_text_in_unwrapped_lines_has_a_paragraph_a_line() -> None:
    long = "fish " * 50 + "end."
    assert [(p.text, p.place.lines) for p in text_of(f"{long}\nShort.\n{long}").paragraphs] == [
        (long, (1, 1)),
        ("Short.", (2, 2)),
        (long, (3, 3)),
    ]


def test_text_keeps_what_markdown_would_take_for_marks() -> None:
    assert [paragraph.text for paragraph in text_of("# 5 *fish*\n\n- rice").paragraphs] == ["# 5 *fish*", "- rice"]


@pytest.mark.parametrize("parse", [parse_text, parse_markdown], ids=["text", "Markdown"])
@pytest.mark.parametrize("text", ["", " \n\n", "\u200b\n"], ids=["empty", "blank lines", "unseen"])
def test_no_paragraph_is_an_error(parse: type, text: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse(text, path="a.md", sha256="ab12")
    assert str(raised.value) == "a.md: no paragraph of text. Give a file that has some."


def test_headings_alone_are_an_error() -> None:
    with pytest.raises(SourceError) as raised:
        markdown("# Fish\n\n## Rice\n")
    assert str(raised.value) == "notes/port.md: no paragraph of text. Give a file that has some."


def test_markdown_has_sections_and_lines() -> None:
    parsed = markdown("# Fish *and* rice\n\nOne.\n\n## Cod ##\nTwo\ngoes on.\n### Old\n\nThree.\n")
    assert parsed == ParsedDocument(
        Document("port", "Fish and rice", None, "text", "notes/port.md", "ab12"),
        (
            Paragraph("port", "¶1", "One.", "body", None, Place(lines=(3, 3))),
            Paragraph("port", "¶2", "Two goes on.", "body", "Cod", Place(lines=(6, 7))),
            Paragraph("port", "¶3", "Three.", "body", "Old", Place(lines=(10, 10))),
        ),
    )


@pytest.mark.parametrize(
    ("text", "title", "sections"),
    [
        pytest.param("Fish\n====\nOne.\n\nRice\n----\nTwo.", "Fish", [None, "Rice"], id="underlined headings"),
        pytest.param("## Rice\nOne.\n# Fish\nTwo.", "Fish", ["Rice", None], id="title below another heading"),
        pytest.param("## Rice\nOne.\n## Cod\nTwo.", "Rice", ["Rice", "Cod"], id="no first level"),
        pytest.param("# Fish\nOne.\n# Rice\nTwo.", "Fish", [None, "Rice"], id="two of the first level"),
        pytest.param("One.\n\nTwo.", "port", [None, None], id="no heading"),
        pytest.param("#Fish\n\nTwo.", "port", [None, None], id="no space after the sign"),
    ],
)
def test_title_and_sections_of_headings(text: str, title: str, sections: list[str | None]) -> None:
    parsed = markdown(text)
    assert (parsed.document.title, [paragraph.section for paragraph in parsed.paragraphs]) == (title, sections)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One\ntwo\n\nthree", ["One two", "three"], id="paragraphs"),
        pytest.param("- one\n- two\n* three\n+ four", ["one", "two", "three", "four"], id="items"),
        pytest.param("1. one\n2) two", ["1. one", "2. two"], id="numbers stay"),
        pytest.param("- one\n  goes on\nand on\n- two", ["one goes on and on", "two"], id="item goes on"),
        pytest.param("- one\n\n  more\n\n- two\n\nend", ["one more", "two", "end"], id="item with paragraphs"),
        pytest.param("- fish\n  - cod\n    1. old\n- rice", ["fish • cod • 1. old", "rice"], id="nested"),
        pytest.param("- one\n\n---\n\ntwo", ["one", "two"], id="rule ends a list"),
        pytest.param("It was\n1969. He left.", ["It was 1969. He left."], id="year at a line's start"),
        pytest.param("As follows:\n1. one\n2. two", ["As follows:", "1. one", "2. two"], id="list under a line"),
        pytest.param("> one\ngoes on\n>\n> > two\n\nend", ["one goes on", "two", "end"], id="quotes"),
        pytest.param("One\n> two", ["One", "two"], id="quote under a line"),
        pytest.param("```py\nx = 1\n\n# no\n```\nend", ["x = 1 # no", "end"], id="code"),
        pytest.param("~~~\nx\n```\ny", ["x ``` y"], id="code never closed"),
        pytest.param("| a | b |\n|---|:-:|\n| 1 | |\n| *2* | 3 |\nend", ["a | b; 1; 2 | 3", "end"], id="table"),
        pytest.param("a | b\n---|---\n1 | 2", ["a | b; 1 | 2"], id="table without edges"),
        pytest.param("One | two\nthree", ["One | two three"], id="bar that is no table"),
        pytest.param("One\n***\nTwo\n\n- - -\n\nThree", ["One", "Two", "Three"], id="rules"),
        pytest.param("One <!-- two\nthree -->four\n\n<!-- five", ["One four"], id="comments"),
        pytest.param("One `<!--` two <!-- `x` -->three\n\nfour", ["One <!-- two three", "four"], id="mark in code"),
        pytest.param("```\n<!-- one\n```\ntwo", ["<!-- one", "two"], id="comment in a code block"),
        pytest.param("One <!-- two\n\nthree", ["One <!-- two", "three"], id="comment never closed within a line"),
        pytest.param("- one\n<!--\n- two\n\n# three\n-->\n- four", ["one", "four"], id="blocks in a comment"),
        pytest.param("> one\n> <!--\n>\n> two", ["one"], id="comment in a quote"),
        pytest.param("[a]: http://b\n\nOne [a].", ["One [a]."], id="definition of a link"),
        pytest.param("[a]: <b c> 'd e'\n[f]: /g \"h i\"\nOne", ["One"], id="definitions with titles"),
        pytest.param("[Kang]: We declined to answer.", ["[Kang]: We declined to answer."], id="speaker in brackets"),
        pytest.param("[^1]: A note.", ["[^1]: A note."], id="footnote"),
    ],
)
def test_blocks_of_markdown(text: str, expected: list[str]) -> None:
    assert units(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("**a** *b* __c__ _d_ ***e*** ~~f~~", "a b c d e f", id="emphasis"),
        pytest.param("**a *b* c**", "a b c", id="emphasis inside emphasis"),
        pytest.param("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4", id="no emphasis"),
        pytest.param("`a *b* &amp; [c](d)` ``x ` y``", "a *b* &amp; [c](d) x ` y", id="code"),
        pytest.param("[a *b*](http://c 'd') [e][f] [g]", "a b e [g]", id="links"),
        pytest.param("[a](http://b/c_(d)_e)", "a", id="brackets in an address"),
        pytest.param("![a](b.png) [![c](d)](e)", "a c", id="images"),
        pytest.param("<https://a.example/b_c> x", "https://a.example/b_c x", id="address"),
        pytest.param(r"\*a\* \[b\] \# 1\. \\", "*a* [b] # 1. \\", id="escapes"),
        pytest.param("a &amp; b &lt;c&gt; &#8212;", "a & b <c> —", id="entities"),
        pytest.param("a<br>b <b>c</b> 1 < 2 > 1", "a b c 1 < 2 > 1", id="tags"),
        pytest.param("a  \nb", "a b", id="hard break"),
    ],
)
def test_inline_marks_go(text: str, expected: str) -> None:
    assert units(text) == [expected]


def test_front_matter_is_title_date_and_header() -> None:
    parsed = markdown(
        "---\ntitle: 'A port'\ndate: 2024-03-05T10:00\ntags:\n  - fish\n  - \"rice\"\nBy_line: [Roe, 'Doe']\n"
        "url: https://a.example/\nnote: In other words.\nempty:\n---\n# Fish\n\nOne.\n"
    )
    assert parsed.document == Document(
        document_id="port",
        title="A port",
        date="2024-03-05",
        kind="text",
        path="notes/port.md",
        sha256="ab12",
        url="https://a.example/",
        note="In other words.",
    )
    assert parsed.paragraphs == (
        Paragraph(
            "port",
            "header",
            "Title: A port. Date: 2024-03-05T10:00. Tags: fish, rice. By line: Roe, Doe. Url: https://a.example/. "
            "Note: In other words.",
            "header",
            None,
            Place(lines=(1, 11)),
        ),
        Paragraph("port", "¶1", "One.", "body", None, Place(lines=(14, 14))),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("---\nOne.\n---\n\nTwo.", ["Two."], id="heading between rules"),
        pytest.param("---\ntitle: One", ["title: One"], id="never closed"),
    ],
)
def test_rule_at_the_top_is_no_front_matter(text: str, expected: list[str]) -> None:
    assert units(text) == expected


def test_date_that_is_none_is_left_out() -> None:
    assert markdown("---\ndate: 2024-02-30\n---\nOne.").document.date is None


@pytest.mark.parametrize(
    ("path", "document_id", "title"),
    [
        pytest.param("a/b/06 Port_notes (2).md", "06-Port-notes-2", "06 Port_notes (2)", id="slugged, case kept"),
        pytest.param("v1.2.md", "v1.2", "v1.2", id="dot"),
        pytest.param("회의록.md", "회의록", "회의록", id="Hangul"),
        pytest.param("___.md", "document", "___", id="nothing left"),
    ],
)
def test_document_id_is_the_stem(path: str, document_id: str, title: str) -> None:
    document = markdown("One.", path).document
    assert (document.document_id, document.title) == (document_id, title)


LINES = (
    st.sampled_from(["# One", "Two", "two.", "---", "===", "- a", "  - b", "1. c", "7. d", "> q", ">", "", " ", "***"])
    | st.sampled_from(["```", "~~~", "| a | b |", "|---|---|", "    x", "\tx", "[a]: b", "key: value", "\\"])
    | st.sampled_from(["**", "*a", "`", "<!--", "-->", "[[]("])
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES | st.text(max_size=8), max_size=15).map("\n".join))
def test_any_markdown_parses_or_is_a_source_error(text: str) -> None:
    count = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    try:
        parsed = markdown(text)
    except SourceError:
        return
    lines = [paragraph.place.lines or (0, 0) for paragraph in parsed.paragraphs]
    assert all(1 <= first <= last <= count for first, last in lines)
    assert lines == sorted(lines)
    assert all(paragraph.text for paragraph in parsed.paragraphs)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_every_word_of_a_text_is_in_a_paragraph(text: str) -> None:
    try:
        parsed = text_of(text)
    except SourceError:
        return
    kept = "".join(paragraph.text for paragraph in parsed.paragraphs)
    assert ascii_letters(kept) == ascii_letters(text)


def ascii_letters(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", unicodedata.normalize("NFD", text))
