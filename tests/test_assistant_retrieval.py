"""Retrieval over both editions."""

from __future__ import annotations

import pytest

from assistant import Assistant
from ingest.catalogue import Filter


@pytest.mark.parametrize(
    ("question", "reference"),
    [
        ("Which group in Estonia did the spy agency join?", "koreapro-2197111 ¶13"),
        ("What label did the Kremlin attach to the ROK?", "koreapro-2197111 ¶12"),
        ("Who signed the cable?", "06SEOUL1789 header"),
        ("Who edited the article?", "koreapro-2197111 header"),
        ("What did Kang predict of Southeast Asian reactions?", "06SEOUL1789 ¶4"),
    ],
)
def test_the_paragraph_is_among_the_first_five(assistant: Assistant, question: str, reference: str) -> None:
    assert reference in [passage.reference for passage in assistant.search(question, limit=5)]


def test_a_comparison_finds_both_documents(assistant: Assistant) -> None:
    found = assistant.search("Compare what worried Seoul about NATO in 2006 with the risks in 2022.", limit=4)
    assert [passage.document.document_id for passage in found].count("06SEOUL1789") == 2


@pytest.mark.parametrize(
    "within",
    [Filter(documents=("06SEOUL1789",)), Filter(before="2010-01-01"), Filter(section="summary")],
    ids=["document", "date", "section"],
)
def test_a_search_can_be_narrowed(assistant: Assistant, within: Filter) -> None:
    found = assistant.search("spy agency and cyber defence", within=within)
    assert {passage.document.document_id for passage in found} == {"06SEOUL1789"}


def test_a_filter_that_lets_nothing_through_finds_nothing(assistant: Assistant) -> None:
    nothing = Filter(documents=("none",))
    assert assistant.search("rain", within=nothing) == []
    assert assistant.ask("Who signed the cable?", within=nothing).status == "abstained"


def test_scores_say_why_a_paragraph_was_found(assistant: Assistant) -> None:
    passage = assistant.search("Who signed the cable?", limit=1)[0]
    assert set(passage.scores) == {"paragraph", "sentence", "lexical", "token"}
