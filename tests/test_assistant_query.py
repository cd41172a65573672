"""A question as it is searched for."""

from __future__ import annotations

import pytest

from assistant.query import compares, documents_of, parts_of, without_years
from ingest.types import Document

CABLE = Document("06OSLO1", "Rain", "2006-05-26", "cable", "a", "0")
ARTICLE = Document("news-7", "Snow", "2022-06-28", "article", "b", "0")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        pytest.param("Who signed the cable?", (), id="one thing"),
        pytest.param(
            "Who met the minister in Oslo, and which common threats did they discuss?",
            ("Who met the minister in Oslo", "which common threats did they discuss"),
            id="two questions",
        ),
        pytest.param("Rain, snow and hail?", (), id="a list is no second question"),
    ],
)
def test_parts(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How did Seoul's view change between 2006 and 2022? Compare.", True),
        ("Contrast the two documents.", True),
        ("How does each document bring up the rain?", True),
        ("Who signed the cable?", False),
    ],
)
def test_comparisons_are_seen(question: str, expected: bool) -> None:
    assert compares(question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("What did the embassy report?", ("06OSLO1",), id="kind"),
        pytest.param("What was said in 2022?", ("news-7",), id="year"),
        pytest.param("Compare 2006 with what the author says", ("06OSLO1", "news-7"), id="both"),
        pytest.param("What does news-7 say?", ("news-7",), id="id"),
        pytest.param("Where did it rain?", (), id="none"),
    ],
)
def test_the_documents_that_a_question_speaks_of(question: str, expected: tuple[str, ...]) -> None:
    assert documents_of(question, [CABLE, ARTICLE]) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("In 2006, who signed it?", ", who signed it?"),
        ("Who is the writer of the 2022 one?", "Who is the writer of the one?"),
        ("What did it say by mid-2022?", "What did it say ?"),
        ("Did it rain in 1999?", "Did it rain in 1999?"),  # no document is of that year
        ("2006?", "2006?"),  # nothing else is asked
    ],
)
def test_years_that_only_name_a_document_are_not_embedded(question: str, expected: str) -> None:
    assert without_years(question, {"2006", "2022"}) == expected
