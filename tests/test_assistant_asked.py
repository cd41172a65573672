"""What kind of thing a question asks for, and whether a text holds one."""

import pytest

from assistant.asked import kind_is_there, quantity_missing
from assistant.query import asked_parts


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("When did it rain?", "It rained on Monday.", True),
        ("When did it rain?", "It rained hard.", False),
        ("How many came?", "Some 25 came.", True),
        ("How many came?", "Many came.", False),
        ("Who signed?", "It was signed by Verdi.", True),
        ("Who is Verdi?", "That is Verdi.", False),
        ("Why did it rain?", "It rained.", True),
    ],
)
def test_the_kind_of_answer_that_is_asked_for(question: str, sentence: str, expected: bool) -> None:
    assert kind_is_there(question, sentence) is expected


@pytest.mark.parametrize(
    ("question", "paragraph", "missing"),
    [
        ("How many soldiers went?", "Soldiers went in 2006.", "number"),
        ("How many soldiers went?", "Some 300 went.", None),
        ("How many soldiers went?", "Two battalions went.", None),
        ("How many of the 28 members agreed?", "Of the 28 members most agreed.", "number"),  # the question's own
        ("How long did they talk?", "They talked on Monday.", "length of time"),
        ("How long did they talk?", "They talked for two hours.", None),
        ("For how many minutes did they talk?", "All 25 talked.", "length of time"),
        ("What annual fee does it pay?", "It joined in May 2022.", "amount"),
        ("What annual fee does it pay?", "It pays $5 million.", None),
        ("By what margin did he win?", "He won by 0.7 percent.", None),
        ("Which announcement does he rate the highest?", "It joined.", None),  # rates, but asks for no amount
        ("Who won?", "Nobody.", None),
    ],
)
def test_a_quantity_that_no_paragraph_gives(question: str, paragraph: str, missing: str | None) -> None:
    assert quantity_missing(question, [paragraph]) == missing


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who signed it?", ("Who signed it",)),
        ("Who signed it, and in what year?", ("Who signed it", "in what year")),
        ("Where is it and how many lead it?", ("Where is it", "how many lead it")),
        ("Which bread and butter do they eat?", ("Which bread and butter do they eat",)),
    ],
)
def test_the_questions_in_a_question(question: str, parts: tuple[str, ...]) -> None:
    assert asked_parts(question) == parts
