"""Retrieval over both editions."""

from __future__ import annotations

import pytest

from assistant import Assistant
from assistant.errors import FilterError
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


@pytest.mark.parametrize(
    ("within", "message"),
    [
        pytest.param(
            Filter(documents=("06SEOUL1789", "nope")),
            "No document nope. The index holds: 06SEOUL1789, koreapro-2197111.",
            id="document",
        ),
        pytest.param(
            Filter(after="2022-01-02", before="2022-01-01"),
            "No day is from 2022-01-02 to 2022-01-01. Give the earlier day first.",
            id="days in the wrong order",
        ),
        pytest.param(
            Filter(after="2030-01-01"),
            "No document is dated from 2030-01-01. There are the days: 2006-05-26, 2022-06-28.",
            id="days",
        ),
        pytest.param(
            Filter(documents=("06SEOUL1789",), section="nope"),
            "No section nope. There are the sections: SUMMARY, BIGGEST CONCERN IS DPRK'S SUSPICION OF ROK-NATO TIES, "
            "ROK KEENER ON GLOBAL THAN ON BILATERAL/REGIONAL COOP.",
            id="section",
        ),
        pytest.param(
            Filter(documents=("06SEOUL1789",), kind="caption"),
            "No paragraph of the kind caption. There are the kinds: body, header.",
            id="kind",
        ),
        pytest.param(
            Filter(section="summary", after="2022-01-01"),
            "No paragraph is within all of these filters together. Leave one of them out.",
            id="together",
        ),
    ],
)
def test_a_filter_that_nothing_is_within_says_what_there_is(
    bundled_assistant: Assistant, within: Filter, message: str
) -> None:
    for ask in (bundled_assistant.ask, bundled_assistant.search):
        with pytest.raises(FilterError) as caught:
            ask("Who signed the cable?", within=within)
        assert str(caught.value) == message


def test_scores_say_why_a_paragraph_was_found(assistant: Assistant) -> None:
    passage = assistant.search("Who signed the cable?", limit=1)[0]
    assert set(passage.scores) == {"paragraph", "sentence", "lexical", "token"}
