"""Questions about paragraphs, and what the model that reads learns from them."""

from __future__ import annotations

import random

import pytest

from assistant import Assistant
from evals.answered import KEPT_ASKED, UNTOUCHED_ASKED, Pair, Put, asked, asked_sets, pairs, sentences_of
from evals.editions import own_texts, worded
from evals.gold import gold_file, load_asked, load_questions
from evals.scores import auroc

ASKED = {name: load_asked(gold_file(f"asked/{name}")) for name in asked_sets()}
OF_DOCUMENTS = "q24"  # a set about the two documents


@pytest.fixture(scope="module")
def put() -> list[Put]:
    return [*asked("q2")]


@pytest.fixture(scope="module")
def read(put: list[Put]) -> list[Pair]:
    return [*pairs(put[:80], random.Random(0))]  # noqa: S311  # not for secrets


def test_every_question_is_about_sentences_that_there_are(bundled_assistant: Assistant) -> None:
    references = {item.reference for items in ASKED.values() for item in items}
    _, paragraphs = own_texts(references)
    for name, items in ASKED.items():
        for item in items:
            paragraph = (
                bundled_assistant.paragraph(item.reference) if name == OF_DOCUMENTS else paragraphs[item.reference]
            )
            assert max(item.sentences, default=0) <= len(sentences_of(paragraph)), item.id


def test_about_half_of_them_are_answered() -> None:
    items = [item for name, found in ASKED.items() if name != OF_DOCUMENTS for item in found]
    assert 0.49 < sum(bool(item.sentences) for item in items) / len(items) < 0.51


def test_no_gold_question_is_among_them() -> None:
    gold = {worded(item.question) for item in load_questions(gold_file("questions"))}
    assert not gold & {worded(item.question) for items in ASKED.values() for item in items}


def test_no_question_is_learned_that_is_fitted_with_or_measured_on() -> None:
    apart = {worded(item.question) for name in (*KEPT_ASKED, *UNTOUCHED_ASKED) for item in ASKED[name]}
    learned = {name: items for name, items in ASKED.items() if name not in (*KEPT_ASKED, *UNTOUCHED_ASKED)}
    assert not apart & {worded(item.question) for items in learned.values() for item in items}


def test_what_answers_is_read_with_its_question(put: list[Put], read: list[Pair]) -> None:
    answered = {item.question: item.answers for item in put}
    for pair in read:
        whole = all(sentence in pair.text for sentence in answered[pair.question])
        assert pair.answers == (whole and bool(answered[pair.question]))


def test_a_question_left_open_is_read_beside_one_like_it(read: list[Pair]) -> None:
    beside = [pair.origin for pair in read if not pair.answers and pair.origin]
    assert len(beside) > 20
    assert all(origin.answers for origin in beside)


def test_the_model_tells_questions_that_are_answered_from_those_left_open(bundled_assistant: Assistant) -> None:
    items = ASKED[OF_DOCUMENTS][::2]
    odds = []
    for item in items:
        paragraph = bundled_assistant.paragraph(item.reference)
        document = bundled_assistant.retriever.documents[paragraph.document_id]
        odds.append(bundled_assistant.checker.answers(item.question, paragraph, document))
    area = auroc(odds, [bool(item.sentences) for item in items])
    assert area is not None
    assert area > 0.75
