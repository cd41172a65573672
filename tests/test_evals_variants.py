"""What is made of a sentence: each rule changes what it says it changes."""

import pytest

from evals.variants import Variant, variants

SENTENCE = "Norway said that most of the 12 ships would leave Chile in May 2011."
AROUND = "Norway and Chile met in Oslo. Peru and Japan did not come."


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("negation", "Norway did not say that most of the 12 ships would leave Chile in May 2011."),
        ("name", "Norway said that most of the 12 ships would leave Peru in May 2011."),
        ("number", "Norway said that most of the 25 ships would leave Chile in May 2011."),
        ("date", "Norway said that most of the 12 ships would leave Chile in May 2041."),
        ("relation", "Chile said that most of the 12 ships would leave Norway in May 2011."),
        ("modality", "Norway said that most of the 12 ships has already leaved Chile in May 2011."),
        ("quantifier", "Norway said that all the 12 ships would leave Chile in May 2011."),
        ("in_words", "Norway said that most of the twelve ships would leave Chile in May 2011."),
    ],
)
def test_one_change_of_each_kind(kind: str, text: str) -> None:
    assert Variant(text, kind, kind == "in_words") in variants(SENTENCE, AROUND)


def test_a_denial_is_taken_out() -> None:
    texts = [variant.text for variant in variants("The board did not pay.", "") if variant.kind == "negation"]
    assert texts == ["The board paid."]


def test_names_that_are_listed_do_not_change_places() -> None:
    assert [item for item in variants("Norway and Chile met.", "") if item.kind == "relation"] == []


def test_the_same_sentence_gives_the_same_variants() -> None:
    assert variants(SENTENCE, AROUND) == variants(SENTENCE, AROUND)
