"""A cross-encoder from a folder: its logits, its limits, and what it says of a folder that is none."""

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_model import write_cross_encoder

from assistant.cross_encoder import CrossEncoder
from assistant.errors import CrossEncoderError

WEIGHTS = {"ferry": (1.0, 0.0), "not": (-2.0, 3.0), "pier": (0.25, 0.5)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cross_encoder(tmp_path / "model", WEIGHTS, labels=("yes", "no"), longest=12)


def test_logits_are_the_models(folder: Path) -> None:
    encoder = CrossEncoder.open(folder, setting="PILCROW_NLI_DIR")
    logits = encoder.logits([("the ferry", "is not there"), ("the pier", "the ferry"), ("", "")])
    assert encoder.labels == ("yes", "no")
    assert logits.dtype == np.float32
    np.testing.assert_array_equal(logits, [[-1.0, 3.0], [1.25, 0.5], [0.0, 0.0]])


def test_a_pairs_logits_do_not_depend_on_the_others(folder: Path) -> None:
    encoder = CrossEncoder.open(folder, setting="PILCROW_NLI_DIR")
    pairs = [("ferry " * (number % 7), "not " * (number % 3)) for number in range(40)]
    alone = np.concatenate([encoder.logits([pair]) for pair in pairs])
    np.testing.assert_array_equal(encoder.logits(pairs), alone)


def test_no_pairs_give_no_logits(folder: Path) -> None:
    assert CrossEncoder.open(folder, setting="PILCROW_NLI_DIR").logits([]).shape == (0, 2)


def test_all_who_open_a_folder_share_its_model(folder: Path) -> None:
    assert CrossEncoder.open(folder, setting="PILCROW_NLI_DIR") is CrossEncoder.open(folder, setting="PILCROW_NLI_DIR")


def test_a_long_text_is_cut_to_the_models_length(folder: Path) -> None:
    encoder = CrossEncoder.open(folder, setting="PILCROW_NLI_DIR")
    logits = encoder.logits([("ferry " * 100, "not")])
    np.testing.assert_array_equal(logits, [[8.0 - 2.0, 3.0]])  # 12 tokens: [CLS], eight ferries, [SEP], not, [SEP]


def test_half_a_surrogate_pair_is_read(folder: Path) -> None:
    assert CrossEncoder.open(folder, setting="PILCROW_NLI_DIR").logits([("\ud83d", "ferry")])[0, 0] == 1.0


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CrossEncoderError) as raised:
        CrossEncoder.open(folder, setting="PILCROW_NLI_DIR")
    assert str(raised.value) == (
        f"PILCROW_NLI_DIR: no {name} in {folder}. Give a folder with model.onnx, tokenizer.json, config.json, "
        "or unset PILCROW_NLI_DIR."
    )


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_file_that_cannot_be_read_is_named_in_one_line(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x00 broken")
    with pytest.raises(CrossEncoderError, match=rf"^PILCROW_NLI_DIR: \S*{name} ") as raised:
        CrossEncoder.open(folder, setting="PILCROW_NLI_DIR")
    assert "\n" not in str(raised.value)


def test_labels_that_are_not_the_models_are_told(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"id2label": {"0": "score"}}))
    with pytest.raises(CrossEncoderError, match=r"logits of shape \(1, 2\) for one pair, but its config.json names 1"):
        CrossEncoder.open(folder, setting="PILCROW_NLI_DIR")
