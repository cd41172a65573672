"""The canonical form of text: what is stored, embedded, quoted and checked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.canonical import canonical, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("one\ntwo", "one two", id="hard break"),
        pytest.param("one \r\n two\rthree", "one two three", id="carriage returns"),
        pytest.param("  a \t b  ", "a b", id="runs and ends"),
        pytest.param("a\u00a0b\u2003c\u3000d", "a b c d", id="no-break, em and ideographic spaces"),
        pytest.param("a\x0bb\x0cc\u2028d\x85e", "a b c d e", id="other breaks"),
        pytest.param("mi\u00adni\u200bmum\ufeff", "minimum", id="soft hyphen, zero-width space, byte order mark"),
        pytest.param("a\x00b\x07c", "abc", id="NUL and bell"),
        pytest.param("a\u202eb\u2066c\U000e0041", "abc", id="direction marks and tags"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiners stay"),
        pytest.param("bad \ud800 half", "bad \ufffd half", id="lone surrogate"),
        pytest.param("e\u0301", "é", id="composed"),
        pytest.param("\u1112\u1161\u11ab", "한", id="Hangul composed"),
        pytest.param("‘a’ “b” — c…", "‘a’ “b” — c…", id="typography stays"),
        pytest.param("AT&amp;T", "AT&amp;T", id="entities are the HTML reader's"),
        pytest.param(" \n\u200b ", "", id="nothing seen"),
    ],
)
def test_text_becomes_one_clean_line(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("counter-\nterrorism", "counter-terrorism", id="compound"),
        pytest.param("U.S.-\n  ROK", "U.S.- ROK", id="after a full stop"),
        pytest.param("short-\nand long-term", "short- and long-term", id="suspended"),
        pytest.param("ready --\nand able", "ready -- and able", id="dash"),
        pytest.param("1950-\n53", "1950-53", id="numbers"),
    ],
)
def test_hyphen_at_a_line_end_is_joined(text: str, expected: str) -> None:
    assert canonical(text) == expected


@settings(deadline=None)
@given(st.text() | st.text(alphabet="a-\n\r \u200b\u0301e\u00a0\ud800\x00"))
def test_canonical_twice_is_canonical_once(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


@settings(deadline=None)
@given(st.text())
def test_canonical_text_can_be_stored(text: str) -> None:
    assert "\x00" not in canonical(text).encode("utf-8").decode("utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("06SEOUL1789", "06SEOUL1789", id="as it is"),
        pytest.param("Notes (May 2006)", "Notes-May-2006", id="spaces and brackets"),
        pytest.param("v1.2_final", "v1.2-final", id="dot stays, underscore not"),
        pytest.param("회의록 2", "회의록-2", id="Hangul"),
        pytest.param("...", "document", id="nothing left"),
    ],
)
def test_slug_keeps_letters_digits_dots(name: str, expected: str) -> None:
    assert slug(name) == expected
