"""What only stands in a clause that supposes, asks, hopes or fears it."""

from __future__ import annotations

import pytest

from assistant.checks.assertion import check_assertion
from assistant.checks.reading import read_words
from assistant.entailment import Entailment
from assistant.support import Surroundings, check_support

SURE = Surroundings(entailment=lambda *_: Entailment(0.998, 0.001, 0.001))


def _supposed(claim: str, paragraph: str) -> float:
    return check_assertion(read_words(claim), read_words(paragraph)).measures["supposed"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "The mayor asked whether the bridge was closed.",
        "Nobody could say if the bridge was closed.",
        "The mayor hopes that the bridge is closed.",
        "Some were afraid that the bridge was closed.",
        "If the bridge was closed, the ferry would have to run.",
        "Unless the bridge is closed, nobody will pay.",
        "The rumour that the bridge was closed spread fast.",
        "It is possible that the bridge was closed. The mayor left.",
        "The board wants proof that the bridge was closed.",
    ],
)
def test_what_is_only_supposed_is_never_supported(paragraph: str) -> None:
    assert _supposed("The bridge was closed.", paragraph) == 1.0
    assert check_support("The bridge was closed.", paragraph, paragraph, surroundings=SURE).label != "supported"


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("The bridge was closed.", "The mayor regretted that the bridge was closed."),
        ("The bridge was closed.", "The bridge was closed. The mayor asked whether the bridge was closed."),
        ("The bridge was closed.", "The bridge was closed even if nobody said so."),
        ("The mayor asked whether the bridge was closed.", "The mayor asked whether the bridge was closed."),
        ("The ferry ran.", "If anyone asked, the ferry ran."),
        ("The bridge is old.", "The mayor hopes that the bridge is closed."),
    ],
    ids=["regretted", "asserted elsewhere", "even if", "asked too", "the main clause", "another word"],
)
def test_what_is_asserted_is_not_supposed(claim: str, paragraph: str) -> None:
    assert _supposed(claim, paragraph) == 0.0


def test_after_which_words_it_stands_is_told() -> None:
    verdict = check_support("The bridge was closed.", "", "The mayor asked whether the bridge was closed.")
    assert "the cited paragraph says that only after “whether”, which asserts nothing" in verdict.reasons
