"""How near the words of a claim come to those of sentences."""

import pytest

from assistant.checks.nearness import Nearness, WordVectors
from ingest.minilm import open_vocabulary

SENTENCES = ("The minister bought a car.", "Rain fell on the harbour.", "Nobody spoke.")


@pytest.fixture(scope="module")
def words() -> WordVectors:
    return WordVectors(*open_vocabulary())


def test_each_sentence_gets_its_share(words: WordVectors) -> None:
    near = words.nearness("Rain fell on the minister.", SENTENCES)
    assert near.sentences.shape == (3, len(near.weights))
    shares = near.heard()
    assert shares[1] == max(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_other_words_for_the_same_are_near(words: WordVectors) -> None:
    cars, rain, silence = words.nearness("The politician purchased an automobile.", SENTENCES).heard()
    assert cars > 2 * max(rain, silence)


def test_common_words_weigh_little(words: WordVectors) -> None:
    weights = words.nearness("the harbour", SENTENCES).weights
    assert weights[1] > 10 * weights[0]


@pytest.mark.parametrize("claim", ["", "?!", "\ud83d", "회의"])
def test_any_claim_has_shares(words: WordVectors, claim: str) -> None:
    assert all(0 <= share <= 1 for share in words.nearness(claim, SENTENCES).heard())


def test_without_sentences_nothing_is_heard(words: WordVectors) -> None:
    assert words.nearness("The minister bought a car.", ()).heard() == []
    assert words.nearness("The minister bought a car.", ("", " ")).heard() == [0, 0]
    assert Nearness().heard() == []
