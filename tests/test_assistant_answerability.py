"""Names and numbers of a question that the documents lack: told whole, and not where another name stands there."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.answerability import absent_words


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("What did Wittgenstein say about Peru?", ("Wittgenstein", "Peru")),
        ("Who is the President of Peru?", ("Peru",)),
        ("Ludwig Wittgenstein met whom?", ("Ludwig Wittgenstein",)),
        ("Wittgenstein's view of NATO?", ("Wittgenstein",)),
        ("Compare Wittgenstein and Kant.", ("Wittgenstein", "Kant")),
        ("What is 'Tractatus' about?", ("Tractatus",)),
        ("Did Dr. Wittgenstein write in 1921?", ("Dr. Wittgenstein", "1921")),
    ],
    ids=["names", "an office", "whole", "possessive", "behind a verb", "quoted", "title and year"],
)
def test_names_and_numbers_that_are_nowhere(bundled_assistant: Assistant, question: str, absent: tuple[str]) -> None:
    assert absent_words(question, bundled_assistant.index) == absent


@pytest.mark.parametrize(
    "question",
    [
        "Who is the president of the United States?",
        "What did the Blue House say?",
        "Summarize the cable.",
        "Que craignait Séoul ?",
        "Didn't Kang speak? Rank his reasons.",
        "What Did The Quiet Wittgenstein Say?",
        "Which embassies received 06SEOUL1789 in June or on a Monday?",
    ],
)
def test_no_absence_is_told_without_need(bundled_assistant: Assistant, question: str) -> None:
    assert absent_words(question, bundled_assistant.index) == ()
