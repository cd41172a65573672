"""Tokens counted before they are sent."""

from __future__ import annotations

import time

import pytest
from llama_index.core.utils import get_tokenizer

from assistant import Assistant, ModelError
from assistant.budget import Allowance, token_count, within_budget
from assistant.types import Usage

KOREAN = "강 과장은 동아시아의 많은 나라가 다자 안보 체제에 대해 여전히 편견을 지니고 있다고 말했다."
JAPANESE = "北大西洋条約機構との協力について、韓国外務省は慎重な姿勢を示した。"


def test_tokens_are_counted_high_but_not_by_much(bundled_assistant: Assistant) -> None:
    """Against cl100k, which llama-index brings along."""
    encode = get_tokenizer()
    texts = [KOREAN, JAPANESE, *(item.paragraph.text for item in bundled_assistant.search("NATO", limit=100))]
    shares = [token_count(text) / len(encode(text)) for text in texts if len(text) > 30]
    assert min(shares) >= 1.0
    assert max(shares) <= 1.6


def test_counting_costs_little() -> None:
    text = "Seoul had to weigh 25 things with care. " * 1_000
    started = time.perf_counter()
    token_count(text)
    assert time.perf_counter() - started < 0.5


def test_the_best_passages_fill_the_budget(bundled_assistant: Assistant) -> None:
    passages = bundled_assistant.search("NATO", limit=20)
    taken = within_budget(list(reversed(passages)), 500)
    assert list(taken) == passages[: len(taken)]
    assert 1 <= len(taken) < 20


def test_one_passage_is_taken_whatever_the_budget(bundled_assistant: Assistant) -> None:
    assert len(within_budget(bundled_assistant.search("NATO", limit=5), 0)) == 1


def test_a_cap_leaves_less_for_each_reply() -> None:
    allowance = Allowance(seconds=10, answer_tokens=400, question_tokens=1_000)
    assert allowance.reply_tokens(500) == 400
    allowance.spend(Usage(500, 200))
    assert allowance.reply_tokens(200) == 100
    with pytest.raises(ModelError, match="300 are left, the next prompt has about 300"):
        allowance.check(300)


def test_a_price_makes_a_cost() -> None:
    allowance = Allowance(seconds=10, answer_tokens=1, prompt_price=0.4, completion_price=1.6)
    assert allowance.spend(Usage(1_000, 500)).cost == pytest.approx(0.0012)
    assert (allowance.used + Usage(1, 1)).cost == pytest.approx(0.0012)
