"""Answers in the documents' own sentences."""

from __future__ import annotations

from itertools import islice

import pytest

from assistant import Assistant
from assistant.query import asks
from evals.gold import gold_file, load_asked

PAIRS = 20


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Who signed the cable?", "VERSHBOW"),
        ("Who edited the article?", "Bryan Betts"),
        ("When did Poloff meet Kang?", "May 25"),
        ("Which group did the spy agency join?", "cyber defense group"),
    ],
)
def test_the_answer_holds_the_fact(assistant: Assistant, question: str, held: str) -> None:
    assert held in assistant.ask(question).answer


def test_every_claim_is_a_sentence_of_its_paragraph(assistant: Assistant) -> None:
    answer = assistant.ask("What did Kang say of Japan?")
    for claim in answer.claims:
        (number,) = claim.citations
        assert claim.text == answer.citations[number - 1].quote


def test_a_comparison_answers_for_both_documents(assistant: Assistant) -> None:
    answer = assistant.ask("Compare Seoul's stance toward NATO in 2006 and in 2022.")
    assert {citation.document.document_id for citation in answer.citations} == {"06SEOUL1789", "koreapro-2197111"}


def test_a_follow_up_leans_on_the_question_before(assistant: Assistant) -> None:
    history = [("What classification does the 2006 cable carry?", "CONFIDENTIAL//NOFORN. [1]")]
    answer = assistant.ask("And who signed it?", history=history)
    assert answer.standalone_question == "What classification does the 2006 cable carry? And who signed it?"
    assert {citation.reference for citation in answer.citations} == {"06SEOUL1789 header"}


def test_an_unknown_name_is_named_as_missing(assistant: Assistant) -> None:
    answer = assistant.ask("What did Wittgenstein write about Heidegger and Schopenhauer?")
    assert answer.status == "abstained"
    assert "Nothing in the documents mentions Wittgenstein." in answer.missing


def test_half_an_answer_says_which_half_is_missing(assistant: Assistant) -> None:
    answer = assistant.ask("Where is NATO's cyber group located, and what annual fee does Seoul pay to belong?")
    assert answer.status == "partial"
    assert answer.missing == ("what annual fee does Seoul pay to belong: no amount is given.",)
    assert "koreapro-2197111 ¶13" in {citation.reference for citation in answer.citations}


def test_the_half_that_is_answered_by_itself_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("Did Seoul give arms for Ukraine, and how many soldiers did it send to Iraq?")
    assert answer.status == "partial"
    assert answer.missing == ("how many soldiers did it send to Iraq: no number is given.",)
    assert "koreapro-2197111 ¶13" in {citation.reference for citation in answer.citations}


def test_of_two_questions_in_one_the_one_left_open_is_told(bundled_assistant: Assistant) -> None:
    items = [item for item in load_asked(gold_file("asked/q24")) if asks(item.question)]
    answered, left_open = ([item.question for item in items if bool(item.sentences) is told] for told in (True, False))
    told = wrongly = 0
    for known, unknown in islice(zip(answered[::3], left_open[::3], strict=False), PAIRS):
        missing = bundled_assistant.ask(f"{known.rstrip('?')}, and {unknown[0].lower()}{unknown[1:]}").missing
        told += any(unknown[1:20] in part for part in missing)
        wrongly += any(part in known for part in missing)
    assert told >= PAIRS / 2
    assert wrongly <= PAIRS / 10


def test_a_quantity_that_is_nowhere_near_is_told_as_missing(assistant: Assistant) -> None:
    answer = assistant.ask("By what margin did Yoon win the presidential election?")
    assert answer.status == "abstained"
    assert answer.missing == ("The nearest paragraphs give no amount.",)


@pytest.mark.parametrize(
    "question",
    [
        "How many soldiers did the ROK have in Iraq in 2006?",
        "Who will be South Korea's ambassador at the new mission to NATO?",
        "Does NATO intend to open a liaison office in Tokyo?",
        "What did Lt. Gen. Park Jeong-hwan tell his counterparts at the Chiefs of Defense session?",
    ],
    ids=["a number", "a name", "whether", "what was said"],
)
def test_a_question_on_the_matter_that_is_left_open_is_abstained(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status == "abstained"
