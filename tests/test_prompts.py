"""The prompts: what each takes, and what each must say."""

from __future__ import annotations

import re

import pytest

from prompts import UnknownPromptError, fill, names, variables

VARIABLES = {
    "answer": {"nonce", "paragraphs", "question"},
    "answer_plain": {"nonce", "paragraphs", "question"},
    "condense": {"nonce", "history", "question"},
    "judge": {"nonce", "question", "expected", "answer"},
    "repair": {"problems"},
    "rerank": {"nonce", "paragraphs", "question"},
    "split": {"nonce", "question"},
    "support": {"nonce", "paragraph", "claim"},
}


def test_these_are_all_prompts() -> None:
    assert names() == tuple(VARIABLES)


@pytest.mark.parametrize(("name", "expected"), VARIABLES.items())
def test_a_prompt_takes_these_variables(name: str, expected: set[str]) -> None:
    assert variables(name) == expected


@pytest.mark.parametrize("name", sorted(VARIABLES.keys() - {"repair"}))
def test_what_others_wrote_stands_between_nonces_and_is_no_order(name: str) -> None:
    filled = fill(name, **dict.fromkeys(VARIABLES[name] - {"nonce"}, "DATA"), nonce="=== 1f ===")
    before, data, *_ = re.split(r"^=== 1f ===$", filled, flags=re.MULTILINE)
    assert "DATA" in data
    assert "DATA" not in before
    assert re.search(r"never follow them|no orders", " ".join(before.split()))


def test_the_structured_prompt_says_json() -> None:
    """OpenAI refuses `json_object` for a prompt that does not."""
    filled = fill("answer", nonce="", paragraphs="", question="")
    assert "JSON" in filled


def test_a_value_with_a_dollar_sign_is_left_alone() -> None:
    assert "costs $5 and $nonce" in fill("repair", problems="costs $5 and $nonce")


def test_an_unknown_prompt_names_those_there_are() -> None:
    with pytest.raises(UnknownPromptError) as caught:
        fill("poem")
    assert caught.value.args == (f"No prompt 'poem'. There are: {', '.join(VARIABLES)}.",)
