"""A cross-encoder of a few hundred bytes, written by hand: each word adds its own weights to the logits.

`write_cross_encoder(folder, {"not": (0, 3)}, labels=("entailment", "contradiction"))` makes a folder that
`assistant.cross_encoder` opens: a word that is not given adds nothing, padding is masked.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from ingest.onnx_graph import _message as message
from ingest.onnx_graph import _value as value

FLOAT, INT64 = 1, 7  # ONNX element types
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def write_cross_encoder(
    folder: Path, weights: Mapping[str, Sequence[float]], *, labels: Sequence[str], longest: int = 64
) -> Path:
    """Write the three files of a model whose logits are the sums of its words' weights; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [*SPECIAL, *weights]
    table = np.zeros((len(words), len(labels)), dtype="<f4")
    for word, row in weights.items():
        table[words.index(word)] = row
    (folder / "model.onnx").write_bytes(_model(table))
    _tokenizer(words).save(str(folder / "tokenizer.json"))
    config = {
        "id2label": {str(number): label for number, label in enumerate(labels)},
        "max_position_embeddings": longest,
        "pad_token_id": 0,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf8")
    return folder


def _tokenizer(words: Sequence[str]) -> Tokenizer:
    vocabulary = {word: at for at, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106  # no password
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def _model(table: np.ndarray) -> bytes:
    """logits = sum over the tokens of table[input_ids] * attention_mask, as an ONNX ModelProto."""
    tensors = [
        message(*((1, size) for size in table.shape), (2, FLOAT), (8, "table"), (9, table.tobytes())),
        message((1, 1), (2, INT64), (8, "last"), (9, np.array([-1], dtype="<i8").tobytes())),
        message((1, 1), (2, INT64), (8, "tokens"), (9, np.array([1], dtype="<i8").tobytes())),
    ]
    nodes = [
        _node("Gather", ["table", "input_ids"], "rows"),
        _node("Cast", ["attention_mask"], "mask", to=FLOAT),
        _node("Unsqueeze", ["mask", "last"], "column"),
        _node("Mul", ["rows", "column"], "kept"),
        _node("ReduceSum", ["kept", "tokens"], "logits", keepdims=0),
    ]
    inputs = [value(name, INT64, ("pairs", "tokens_of_pair")) for name in ("input_ids", "attention_mask")]
    graph = message(
        *((1, node) for node in nodes),
        (2, "tiny"),
        *((5, tensor) for tensor in tensors),
        *((11, item) for item in inputs),
        (12, value("logits", FLOAT, ("pairs", table.shape[1]))),
    )
    return message((1, 8), (7, graph), (8, message((1, ""), (2, 17))))


def _node(operator: str, inputs: Sequence[str], output: str, **attributes: int) -> bytes:
    encoded = [(5, message((1, name), (3, number), (20, 2))) for name, number in attributes.items()]
    return message(*((1, name) for name in inputs), (2, output), (4, operator), *encoded)
