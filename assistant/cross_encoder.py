"""Pairs of texts in, a row of logits each out: a cross-encoder from a folder, run by onnxruntime.

The folder is what `optimum-cli export onnx` and most published ONNX models have: `model.onnx`, `tokenizer.json` and
`config.json`. What its labels mean (a relevance, an entailment) is its users' affair.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import CrossEncoderError
from ingest.canonical import without_surrogates
from ingest.onnx_graph import session_options

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

FILES = ("model.onnx", "tokenizer.json", "config.json")
INPUTS = frozenset(["input_ids", "attention_mask", "token_type_ids"])
LONGEST = 512  # tokens of a pair; more is slow on a CPU and beyond what most such models were trained on
OFFSET = {"roberta": 2, "xlm-roberta": 2, "camembert": 2}  # positions that these models keep for padding
BATCH = 16


class CrossEncoder:
    """A model that reads two texts together. `labels` names the columns of its logits. Threads may share one."""

    def __init__(
        self, session: InferenceSession, tokenizer: Tokenizer, *, labels: tuple[str, ...], longest: int, padding: int
    ) -> None:
        self.labels = labels
        self.longest = longest
        self._session = session
        self._tokenizer = tokenizer
        self._padding = padding
        self._inputs = {item.name: np.int32 if "int32" in item.type else np.int64 for item in session.get_inputs()}

    @classmethod
    @lru_cache(maxsize=2)
    def open(cls, folder: Path, *, setting: str) -> CrossEncoder:
        """The model in `folder`, once it has scored a pair as its config says; the same one for all who open it.

        `setting` is the variable that named the folder. Raises `CrossEncoderError`, in one line that says what is wrong
        with it.
        """
        for name in FILES:
            if not (folder / name).is_file():
                raise CrossEncoderError(
                    f"{setting}: no {name} in {folder}. Give a folder with {', '.join(FILES)}, or unset {setting}."
                )
        config = _config(folder / "config.json", setting=setting)
        longest = min(LONGEST, int(config.get("max_position_embeddings") or LONGEST))
        longest -= OFFSET.get(str(config.get("model_type")), 0) if longest < LONGEST else 0
        tokenizer = _tokenizer(folder / "tokenizer.json", longest=longest, setting=setting)
        session = _session(folder / "model.onnx", setting=setting)
        padding = int(config.get("pad_token_id") or 0)
        encoder = cls(session, tokenizer, labels=_labels(config), longest=longest, padding=padding)
        encoder._try(folder, setting=setting)
        return encoder

    def logits(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """A row of logits for each pair, in order: (pairs, labels). The longer text of a pair is cut to fit."""
        encoded = [self._encode(first, second) for first, second in pairs]
        found = np.zeros((len(pairs), len(self.labels)), dtype=np.float32)
        longest_first = sorted(range(len(pairs)), key=lambda row: -len(encoded[row].ids))
        for start in range(0, len(pairs), BATCH):
            rows = longest_first[start : start + BATCH]
            found[rows] = self._run([encoded[row] for row in rows])
        return found

    def _encode(self, first: str, second: str) -> Encoding:
        # One by one: `encode_batch` starts threads, after which every fork of the process prints a warning.
        return self._tokenizer.encode(without_surrogates(first), without_surrogates(second))

    def _run(self, batch: Sequence[Encoding]) -> NDArray[np.float32]:
        shape = (len(batch), max(len(encoding.ids) for encoding in batch))
        rows = {
            "input_ids": np.full(shape, self._padding),
            "attention_mask": np.zeros(shape),
            "token_type_ids": np.zeros(shape),
        }
        for row, encoding in enumerate(batch):
            length = len(encoding.ids)
            rows["input_ids"][row, :length] = encoding.ids
            rows["attention_mask"][row, :length] = 1
            rows["token_type_ids"][row, :length] = encoding.type_ids
        inputs = {name: rows[name].astype(kind) for name, kind in self._inputs.items()}
        return np.asarray(self._session.run(None, inputs)[0], dtype=np.float32)

    def _try(self, folder: Path, *, setting: str) -> None:
        """Score one pair, so that a folder that does not fit together fails here and not in the middle of an answer."""
        unknown = self._inputs.keys() - INPUTS
        if unknown or "input_ids" not in self._inputs:
            raise CrossEncoderError(
                f"{setting}: {folder / 'model.onnx'} asks for {', '.join(sorted(self._inputs))}, but only "
                f"{', '.join(sorted(INPUTS))} can be given. Export it as a sequence classifier."
            )
        try:
            shape = self._run([self._encode("a", "b")]).shape
        except _failures() as error:
            raise CrossEncoderError(
                f"{setting}: the model in {folder} cannot be run: {_one_line(error)} Export it again."
            ) from error
        if shape != (1, len(self.labels)):
            raise CrossEncoderError(
                f"{setting}: the model in {folder} gives logits of shape {shape} for one pair, but its config.json "
                f"names {len(self.labels)} labels. Export both from the same model."
            )


def _config(path: Path, *, setting: str) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError) as error:
        raise CrossEncoderError(f"{setting}: {path} is not JSON: {_one_line(error)} Copy it again.") from error
    if not isinstance(config, dict):
        raise CrossEncoderError(f"{setting}: {path} is not a model's configuration. Copy it again.")
    return config


def _labels(config: dict[str, Any]) -> tuple[str, ...]:
    """The names of the columns; transformers leaves them out where they are its two defaults."""
    named = config.get("id2label")
    if not isinstance(named, dict) or not named:
        return ("LABEL_0", "LABEL_1")
    return tuple(str(label) for _, label in sorted(named.items(), key=lambda item: int(item[0])))


def _tokenizer(path: Path, *, longest: int, setting: str) -> Tokenizer:
    from tokenizers import Tokenizer  # as onnxruntime: only who opens a model waits for it

    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CrossEncoderError(f"{setting}: {path} cannot be read: {_one_line(error)} Copy it again.") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest, strategy="longest_first")
    return tokenizer


def _session(path: Path, *, setting: str) -> InferenceSession:
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(str(path), session_options(), providers=["CPUExecutionProvider"])
    except _failures() as error:
        raise CrossEncoderError(f"{setting}: {path} cannot be loaded: {_one_line(error)} Export it again.") from error


def _failures() -> tuple[type[Exception], ...]:
    """onnxruntime's own errors, which share no base but Exception, and those of its Python part."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    found = (getattr(state, name) for name in dir(state))
    own = tuple(item for item in found if isinstance(item, type) and issubclass(item, Exception))
    return (*own, RuntimeError, ValueError, TypeError)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") + "."
