"""Answers in the documents' own sentences."""

from __future__ import annotations

from statistics import mean

import pytest

from assistant import Assistant
from evals.gold import gold_file, load_compound

COMPOUND = 30  # questions of two parts


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
    items = [item for item in load_compound(gold_file("compound")) if item.split == "test"][:COMPOUND]
    told: dict[bool, list[bool]] = {True: [], False: []}
    for item in items:
        missing = " | ".join(bundled_assistant.ask(item.question).missing)
        for part, references in zip(item.parts, item.references, strict=True):
            told[bool(references)].append(part in missing)
    assert mean(told[False]) > 0.4
    assert mean(told[True]) < 0.1


def test_a_question_after_another_is_not_answered_with_what_answered_that(bundled_assistant: Assistant) -> None:
    asked = "Who did Poloff meet on May 25?"
    answer = bundled_assistant.ask("How old was he?", history=((asked, bundled_assistant.ask(asked).answer),))
    assert answer.missing == ("How old was he?",)


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
