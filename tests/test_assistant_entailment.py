"""The entailment model: what it says of pairs, and that its graph computes what its weights mean."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import erf, softmax
from tokenizers import Tokenizer

from assistant.entailment import FILE, LAYERS, EntailmentModel
from evals.editions import KEPT
from evals.gold import GoldClaim, gold_file, load_claims
from evals.scores import auroc
from ingest.errors import EmbeddingError
from ingest.minilm import open_vocabulary
from ingest.onnx_graph import EPSILON, HEADS, Weights

TEXT = "The council declined to fund the new pier, although most residents had welcomed the plan."
CLAIM = "The council refused to pay for the pier."


@pytest.fixture(scope="module")
def model() -> EntailmentModel:
    return EntailmentModel.open()


@pytest.fixture(scope="module")
def pairs() -> list[tuple[GoldClaim, str]]:
    """Claims of a set that the model has not read, and their paragraphs."""
    lines = gold_file("written/paragraphs").read_text(encoding="utf8").splitlines()
    texts = {row["paragraph"]: row["text"] for row in map(json.loads, lines)}
    return [(claim, texts[claim.reference]) for claim in load_claims(gold_file(f"written/{KEPT[0]}"))[:100]]


@pytest.mark.parametrize("text", ["", "?", TEXT, "half a pair \ud83d", "회의는 5월 25일에 열렸다.", "word " * 3000])
def test_any_text_gives_probabilities(model: EntailmentModel, text: str) -> None:
    for read in (model.read(text, TEXT), model.read(CLAIM, text)):
        assert min(read.entailed, read.contradicted, read.neutral) >= 0
        assert read.entailed + read.contradicted + read.neutral == pytest.approx(1)


def test_the_same_pair_gives_the_same_in_every_thread(model: EntailmentModel) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: model.read(CLAIM, TEXT), range(12)))) == 1


def test_what_is_beyond_the_longest_is_left_out(model: EntailmentModel) -> None:
    assert model.read(CLAIM, "word " * 300) == model.read(CLAIM, "word " * 400)


def test_a_claim_that_is_too_long_to_be_read_is_not_borne_out(model: EntailmentModel) -> None:
    claim = " and ".join([CLAIM.rstrip(".")] * 15)
    assert model.read(claim, f"{claim}.").entailed == 0


def test_it_tells_claims_of_a_set_it_has_not_read(model: EntailmentModel, pairs: list[tuple[GoldClaim, str]]) -> None:
    entailed = [model.read(claim.claim, text).entailed for claim, text in pairs]
    area = auroc(entailed, [claim.label == "supported" for claim, _ in pairs])
    assert area is not None
    assert area > 0.7


@pytest.mark.parametrize(
    "claim",
    [
        CLAIM,
        "The council would not pay for the pier.",
        "The council paid for the pier.",
        "Most residents were against the pier.",
        "Residents mostly liked the plan.",
        "The pier was old.",
    ],
)
def test_the_graph_computes_what_the_weights_mean(model: EntailmentModel, claim: str) -> None:
    read = model.read(claim, TEXT)
    expected = _by_hand(claim, TEXT)
    assert [read.entailed, read.contradicted, read.neutral] == pytest.approx(expected, abs=0.08)  # eight bits


def test_eight_bits_change_little_in_the_mean(model: EntailmentModel, pairs: list[tuple[GoldClaim, str]]) -> None:
    apart = []
    for claim, text in pairs[:60]:
        read = model.read(claim.claim, text)
        found = np.array([read.entailed, read.contradicted, read.neutral])
        apart.append(np.abs(found - _by_hand(claim.claim, text)).max())
    assert np.mean(apart) < 0.03
    assert np.median(apart) < 0.02


def test_a_folder_without_the_words_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="PILCROW_MODEL_DIR"):
        EntailmentModel.open(tmp_path)


@cache
def _vocabulary() -> tuple[Tokenizer, NDArray[np.float32]]:
    return open_vocabulary()


@cache
def _weight(name: str) -> NDArray[np.float32]:
    weights = Weights(Path(str(resources.files("assistant") / FILE)))
    values = weights.array(name).astype(np.float32)
    return values * weights.array(f"{name}_scale") if values.ndim == 2 and name.startswith("encoder.") else values


def _by_hand(claim: str, text: str) -> NDArray[np.float32]:
    """The encoder in numpy, in full precision, one pair."""
    tokenizer, words = _vocabulary()

    def dense(states: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        if name.endswith("intermediate.dense"):
            states = states * _weight(f"{name}.factors")
        return states @ _weight(f"{name}.weight") + _weight(f"{name}.bias")

    def normalised(states: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        centred = states - states.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return centred / spread * _weight(f"{name}.LayerNorm.weight") + _weight(f"{name}.LayerNorm.bias")

    first, second = tokenizer.encode(claim).ids, tokenizer.encode(text).ids[1:]
    kinds = [0] * len(first) + [1] * len(second)
    states = words[[*first, *second]] + _weight("embeddings.position_embeddings.weight")[: len(kinds)]
    states = normalised(states + _weight("embeddings.token_type_embeddings.weight")[kinds], "embeddings")
    for number in range(LAYERS):
        block = f"encoder.layer.{number}"
        query, key, value = (
            dense(states, f"{block}.attention.self.{part}").reshape(len(kinds), HEADS, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        near = softmax(query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1]), axis=-1)
        attended = (near @ value).swapaxes(0, 1).reshape(states.shape)
        attention = f"{block}.attention.output"
        states = normalised(states + dense(attended, f"{attention}.dense"), attention)
        inner = dense(states, f"{block}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
        states = normalised(states + dense(inner, f"{block}.output.dense"), f"{block}.output")
    return np.asarray(softmax(_weight("classifier.weight") @ states[0] + _weight("classifier.bias")))
