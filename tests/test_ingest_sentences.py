"""Sentence offsets by rule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.canonical import canonical
from ingest.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(["The ship left.", "It came back."], id="full stops"),
        pytest.param(["Who left?", "Nobody!", "Really?!", "Yes."], id="question and exclamation"),
        pytest.param(["We stay “here.”", "They left."], id="curly quote"),
        pytest.param(['It may go "any place."', "Next it may not."], id="straight quote"),
        pytest.param(["(COMMENT: We agree.", "END COMMENT.)", "The next one."], id="bracket closes with it"),
        pytest.param(["He agreed.[1][2]", "She did not."], id="reference marks"),
        pytest.param(["He agreed.[citation needed]", "She did not."], id="reference in words"),
        pytest.param(["He trailed off…", "Then he spoke."], id="ellipsis character"),
        pytest.param(["He trailed off...", "Then he spoke."], id="three dots"),
        pytest.param(["He said no.", "The end."], id="no as a word"),
        pytest.param(["It was 2006.", "A year went by."], id="year"),
        pytest.param(["They shipped fish, rice, et cetera.", "Nobody ate."], id="et cetera"),
        pytest.param(["He left.", "“Why?” she asked."], id="opening quote"),
        pytest.param(["One ended.", "-- Two began."], id="dash after the stop"),
        pytest.param(["The harbour closed.", "25 ships waited."], id="number begins"),
    ],
)
def test_sentences_end_at_their_stop(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(["He lives in the U.S.", "The rest do not."], id="U.S. The"),
        pytest.param(["That suits the U.K.", "But the U.N. disagrees."], id="U.K. But"),
        pytest.param(["They met at 5 p.m.", "It rained."], id="p.m. It"),
        pytest.param(["He left in Dec.", "While he was away, it snowed."], id="Dec. While"),
        pytest.param(["It belongs to Acme Inc.", "This is known."], id="Inc. This"),
        pytest.param(["He chose plan B.", "The plan failed."], id="single letter, The"),
        pytest.param(["He wrote for the U.S.", "END SUMMARY."], id="cable's end of a part"),
    ],
)
def test_abbreviation_before_a_sentence_starter_ends(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The U.S. President spoke to the U.N. Security Council in the U.K. House.", id="dotted"),
        pytest.param("A U.S.-ROK paper cites E.O. 12958 and the U.S.-U.K. Treaty.", id="dotted with hyphen, number"),
        pytest.param("Lt. Gen. Park met Mr. Kim, Dr. Lee and Sen. Roe.", id="titles"),
        pytest.param("By order of MR. KIM AND GEN. PARK.", id="titles in capitals"),
        pytest.param("It was signed by Joseph Y. Yun and J. F. K. Smith.", id="initials"),
        pytest.param("Signed by Joseph Y. So for K. In and J. A. Doe.", id="initials before short surnames"),
        pytest.param("See No. 5, Nos. 6 and 7, p. 12, fig. 3 and Art. VII (c. 1455).", id="before numbers"),
        pytest.param(
            "It rose 3.5 percent to 1,200.75 at 10.30 on Jan. 5 at 9 a.m. Monday.", id="decimals, time, month"
        ),
        pytest.param("Cold places, e.g. Norway, i.e. Oslo vs. Rome, approx. Five.", id="never last"),
        pytest.param("They left; nobody stayed: the end.", id="semicolon and colon"),
        pytest.param("“Why not?” he asked, and “no way!” she said.", id="small letter after a quote"),
        pytest.param("He said that “we […] Agree” with [...] Others.", id="elision"),
        pytest.param("He … Agreed.", id="detached ellipsis"),
        pytest.param("The word (sic!) Kang used.", id="aside"),
        pytest.param("1. Peace and trade.", id="list number"),
        pytest.param("(b) Peace. ", id="list letter in brackets"),
        pytest.param("IV. Findings of the court", id="Roman number"),
        pytest.param("Visit www.example.org/a.b.c for v1.2.3 of it", id="address and version"),
        pytest.param("AMONG THE U.S. AND JAPAN NOTHING CHANGED.", id="all in capitals"),
    ],
)
def test_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == [text.strip()]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(["한국은 참가했다.", "일본도 참가했다."], id="Korean"),
        pytest.param(["他来了。", "他走了！", "真的？", "是的。"], id="Chinese, no spaces"),
        pytest.param(["他说：“好。”", "她走了。"], id="Chinese quote"),
        pytest.param(["「はい。」と言った。", "終わり。"], id="Japanese quote goes on"),
    ],
)
def test_east_asian_stops(parts: list[str]) -> None:
    joined = " " if parts[0].startswith("한") else ""
    assert sentences(joined.join(parts)) == parts


def test_bullet_begins_a_sentence() -> None:
    assert sentences("Areas: • peace • trade, etc. • fish") == ["Areas:", "• peace", "• trade, etc.", "• fish"]


def test_list_numbers_stay_with_their_items() -> None:
    assert sentences("1. Fish is good. 2. Rice is too.") == ["1. Fish is good.", "2. Rice is too."]


@pytest.mark.parametrize("text", ["", " ", "\n\t"], ids=["empty", "space", "breaks"])
def test_no_text_has_no_sentence(text: str) -> None:
    assert sentence_spans(text) == ()


def test_text_without_a_stop_is_one_sentence() -> None:
    assert sentence_spans(" no stop here ") == ((1, 13),)


PIECES = st.sampled_from(
    ["The ", "U.S. ", "Mr. ", "Kim. ", "“Yes.” ", "(No!) ", "… ", "... ", "3.5 ", "No. 5 ", "。", "」と"]
) | st.sampled_from(["• ", " -- ", "a.m. ", "[1] ", ".[1] ", "?", "! ", "et al. ", "한국. ", "\n", "1. ", ") ", "("])


@settings(deadline=None)
@given(st.text() | st.lists(PIECES).map("".join))
def test_spans_leave_out_white_space_only(text: str) -> None:
    spans = sentence_spans(text)
    at = 0
    for start, end in spans:
        assert text[at:start].strip() == ""
        assert text[start:end] == text[start:end].strip() != ""
        at = end
    assert text[at:].strip() == ""


@settings(deadline=None)
@given(st.lists(PIECES).map("".join).map(canonical))
def test_a_sentence_is_no_less_than_its_own_sentences(text: str) -> None:
    for start, end in sentence_spans(text):
        assert sentence_spans(text[start:end])[0][0] == 0
        assert sentence_spans(text[start:end])[-1][1] == end - start
