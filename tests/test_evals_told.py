"""Short texts made by rule: what they and their claims are like."""

from __future__ import annotations

import random
import re

import pytest

from evals import roles
from evals.asserted import WORDS, how_many
from evals.told import Told, told


def made(seed: int) -> list[Told]:
    """Texts from a seed."""
    return [*told(2000, random.Random(seed))]  # noqa: S311  # not for secrets


TEXTS = made(0)


def test_the_same_seed_gives_the_same_texts() -> None:
    assert made(0) == TEXTS


def test_a_claim_is_no_twin_of_itself() -> None:
    assert all(text.true != text.false for text in TEXTS)


def test_a_false_claim_stands_in_no_text() -> None:
    assert [text for text in TEXTS if _sentences(text.false) & _sentences(text.text)] == []


def test_texts_and_claims_begin_with_a_capital_and_end_with_a_stop() -> None:
    for text in TEXTS:
        assert all(re.fullmatch(r"[A-Z].*\.", said) for said in (text.text, text.true, text.false))


def test_sharing_words_with_the_text_tells_little() -> None:
    nearer = [_shared(text, text.true) - _shared(text, text.false) for text in TEXTS]
    assert sum(more > 0 for more in nearer) < 0.45 * len(TEXTS)


def test_most_follows_from_all_but_one() -> None:
    events = [how_many("", "", random.Random(seed)) for seed in range(200)]  # noqa: S311  # as above
    told_of_all_but_one = [event for event in events if event.ways[0].startswith("All but one")]
    assert told_of_all_but_one
    assert not any(claim.startswith("Most of") for event in told_of_all_but_one for claim in event.false)


@pytest.mark.parametrize("part", ["past", "participle", "base"])
def test_every_act_has_its_forms(part: str) -> None:
    assert all(act[part] for act in roles.WORDS["acts"])


@pytest.mark.parametrize(
    ("kind", "forms"),
    [("deeds", 2), ("statements", 2), ("conditions", 2), ("counted", 2), ("outcomes", 3), ("questions", 3)],
)
def test_words_have_all_their_forms(kind: str, forms: int) -> None:
    assert all(len(entry) == forms and all(entry) for entry in WORDS[kind])


def _sentences(text: str) -> set[str]:
    return set(re.split(r"(?<=\.) ", text))


def _shared(text: Told, claim: str) -> float:
    said, words = set(re.findall(r"\w+", text.text.lower())), re.findall(r"\w+", claim.lower())
    return sum(word in said for word in words) / len(words)
