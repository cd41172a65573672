"""Questions about paragraphs, and what the model that reads learns from them."""

from __future__ import annotations

import random
from functools import cache

import pytest

from evals.answered import (
    KEPT_ASKED,
    OF_DOCUMENTS,
    UNTOUCHED_ASKED,
    Pair,
    Put,
    asked,
    asked_sets,
    pairs,
)
from evals.editions import worded
from evals.gold import AskedQuestion, gold_file, load_asked, load_questions
from evals.scores import auroc


@cache
def questions_of(name: str) -> tuple[AskedQuestion, ...]:
    return load_asked(gold_file(f"asked/{name}"))


def worded_of(*names: str) -> set[str]:
    return {worded(item.question) for name in names for item in questions_of(name)}


@pytest.fixture(scope="module")
def put() -> list[Put]:
    return [*asked("q2")]


@pytest.fixture(scope="module")
def read(put: list[Put]) -> list[Pair]:
    return [*pairs(put[:80], random.Random(0))]  # noqa: S311  # not for secrets


@pytest.mark.parametrize("name", asked_sets())
def test_every_question_is_about_sentences_that_there_are(name: str) -> None:
    put = [*asked(name)]
    assert [item.question for item in put] == [item.question for item in questions_of(name)]
    assert all(len(item.answers) == len(row.sentences) for item, row in zip(put, questions_of(name), strict=True))


def test_about_half_of_them_are_answered() -> None:
    items = [item for name in asked_sets() if name not in OF_DOCUMENTS for item in questions_of(name)]
    assert 0.49 < sum(bool(item.sentences) for item in items) / len(items) < 0.51


def test_no_gold_question_is_among_them() -> None:
    gold = {worded(item.question) for item in load_questions(gold_file("questions"))}
    assert not gold & worded_of(*asked_sets())


def test_no_question_is_learned_that_is_fitted_with_or_measured_on() -> None:
    apart = {*KEPT_ASKED, *UNTOUCHED_ASKED}
    assert not worded_of(*apart) & worded_of(*(name for name in asked_sets() if name not in apart))


def test_what_answers_is_read_with_its_question(put: list[Put], read: list[Pair]) -> None:
    answered = {item.question: item.answers for item in put}
    for pair in read:
        whole = all(sentence in pair.text for sentence in answered[pair.question])
        assert pair.answers == (whole and bool(answered[pair.question]))


def test_a_question_left_open_is_read_beside_one_like_it(read: list[Pair]) -> None:
    beside = [pair.origin for pair in read if not pair.answers and pair.origin]
    assert len(beside) > 20
    assert all(origin.answers for origin in beside)


def test_the_model_tells_questions_that_are_answered_from_those_left_open() -> None:
    put = [item for name in OF_DOCUMENTS for item in asked(name)][::2]
    odds = [item.edition.checker.answers(item.question, item.paragraph, item.document) for item in put]
    area = auroc(odds, [bool(item.answers) for item in put])
    assert area is not None
    assert area > 0.75
