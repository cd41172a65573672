"""Replies as they grow: whatever a model writes and wherever the pieces end, the same claims come out."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.reply_reader import ReplyReader
from assistant.written import WrittenCitation, WrittenClaim


def read(pieces: list[str], *, finished: bool = True) -> tuple[list[WrittenClaim], ReplyReader]:
    reader = ReplyReader()
    claims = [claim for piece in pieces for claim in reader.feed(piece)]
    return [*claims, *reader.close(finished=finished)], reader


def split_at(text: str, cuts: list[int]) -> list[str]:
    bounds = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


def claim(text: str, *citations: tuple[int, str | None]) -> WrittenClaim:
    cited = tuple(WrittenCitation(paragraph=number, quote=quote) for number, quote in citations)
    return WrittenClaim(text=text, citations=cited)


AWKWARD = st.text(alphabet='ab "\\{}[]:,\n¶【】—é한😀1', max_size=30)
CLAIMS = st.lists(
    st.fixed_dictionaries(
        {
            "text": AWKWARD,
            "citations": st.lists(
                st.fixed_dictionaries({"paragraph": st.integers(-1, 99), "quote": AWKWARD}), max_size=3
            ),
        }
    ),
    max_size=4,
)
CUTS = st.lists(st.integers(0, 5000), max_size=12)


@given(claims=CLAIMS, missing=st.lists(AWKWARD, max_size=2), ascii_only=st.booleans(), cuts=CUTS)
def test_json_is_read_the_same_wherever_it_is_split(
    claims: list[dict[str, Any]], missing: list[str], ascii_only: bool, cuts: list[int]
) -> None:
    text = json.dumps({"claims": claims, "missing": missing}, ensure_ascii=ascii_only)
    found, reader = read(split_at(text, cuts))
    assert found == [WrittenClaim.model_validate(item) for item in claims]
    assert reader.missing == tuple(item.strip() for item in missing if item.strip())
    assert (reader.problems, reader.understood) == ([], True)


REPLIES = st.lists(
    st.sampled_from(
        [
            "Kang declined to speculate.",
            " [3]",
            ' [12] "declined to speculate"',
            "[1][2]",
            "【4】",
            "\n",
            "\n\n",
            "- ",
            "MISSING: the date",
            "<think>",
            "</think>",
            "```json\n",
            '{"claims": [',
            '{"text": "a [9]", "citations": [{"paragraph": 1, "quote": "b"}]}',
            ", ",
            "]}",
            "“quoted”",
            "Sure: ",
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=300)
@given(text=REPLIES, cuts=CUTS, finished=st.booleans())
def test_any_reply_is_read_the_same_wherever_it_is_split(text: str, cuts: list[int], finished: bool) -> None:
    whole, reader = read([text], finished=finished)
    pieces, other = read(split_at(text, cuts), finished=finished)
    assert pieces == whole
    assert (other.missing, other.problems, other.understood) == (reader.missing, reader.problems, reader.understood)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('One. [3] "a b"', [claim("One.", (3, "a b"))], id="one"),
        pytest.param('One. [3] "a b" [4] “c”', [claim("One.", (3, "a b"), (4, "c"))], id="two citations"),
        pytest.param("One. [3]", [claim("One.", (3, None))], id="no quote"),
        pytest.param("One [3]. Two [4].", [claim("One", (3, None)), claim("Two", (4, None))], id="inline"),
        pytest.param('1. One. [3] "a"\n2. Two. [4] "b"', [claim("One.", (3, "a")), claim("Two.", (4, "b"))], id="list"),
        pytest.param('One.\n[3] "a"', [claim("One.", (3, "a"))], id="citation on its own line"),
        pytest.param("One. [1, 2]", [claim("One.", (1, None), (2, None))], id="several numbers"),
        pytest.param("One. 【3†source】", [claim("One.", (3, None))], id="other brackets"),
        pytest.param(
            'Here you go:\nOne. [3] "he said "no" to it"', [claim("One.", (3, 'he said "no" to it'))], id="inner"
        ),
        pytest.param("One.", [claim("One.")], id="no citation"),
        pytest.param('MISSING: two\nOne. [1] "a"', [claim("One.", (1, "a"))], id="missing before"),
    ],
)
def test_plain_text_is_read(text: str, expected: list[WrittenClaim]) -> None:
    found, _ = read([text])
    assert found == expected


def test_missing_lines_are_kept() -> None:
    found, reader = read(['One. [1] "a"\nMISSING: the date.\n- **Missing**: the place'])
    assert len(found) == 1
    assert reader.missing == ("the date.", "the place")


def test_a_claim_of_plain_text_comes_when_the_next_begins() -> None:
    reader = ReplyReader()
    assert reader.feed('One. [3] "a"\n') == []
    assert reader.feed("Two. [4]\n") == [claim("One.", (3, "a"))]


def test_a_json_claim_comes_with_its_last_brace() -> None:
    reader = ReplyReader()
    text = '{"claims": [{"text": "One.", "citations": [{"paragraph": 3, "quote": "a"}]}, {"te'
    found = [reader.feed(character) for character in text]
    assert found[text.index("}]}, ") + 2] == [claim("One.", (3, "a"))]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"claims": [{"text": "One."', 'The reply is not the JSON asked for: it ends inside {"text": "One.".'),
        ('{"claims": [{"text": 3}], "missing": []}', "A claim cannot be read (text: Input should be a valid string)"),
        ('{"claims": [], "missing": "all"}', '"missing" in the reply is not a list of strings.'),
        ('{"answer": "One."}', 'The reply has no list of "claims".'),
        ("{'claims': []}", "The reply is not the JSON asked for."),
    ],
)
def test_what_cannot_be_read_is_told(text: str, problem: str) -> None:
    _, reader = read([text])
    assert len(reader.problems) == 1
    assert reader.problems[0].startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        '{"claims": [{"text": "One.", "citations": []},], "missing": ["b"],}',
        '```json\n{"claims": [{"text": "One.", "citations": []}], "missing": ["b"]}\n```\nDone.',
        '<think>{"claims": [{"text": "No."}]}</think>{"claims": [{"text": "One."}], "missing": ["b"]}',
        '{"missing": ["b"], "claims": [{"text": "One.", "citations": null}, {"text": "One.", "citations": []}]}',
    ],
    ids=["trailing commas", "fence", "thoughts", "a claim of the wrong form"],
)
def test_json_with_something_wrong_around_it_is_read(text: str) -> None:
    found, reader = read([text])
    assert found == [claim("One.")]
    assert reader.missing == ("b",)


def test_the_last_claim_of_an_unfinished_reply_is_left_out() -> None:
    found, reader = read(['One. [1] "a"\nTwo, as lo'], finished=False)
    assert found == [claim("One.", (1, "a"))]
    assert reader.problems == []
