"""Weights in a safetensors file in, an onnxruntime session that runs an encoder over them out.

The few kilobytes of ONNX are written by hand (`import onnx` takes longer than all the rest), and the weights are mapped
from their file; those of attention in eight bits are copied.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions

HEADS = 12
EPSILON = 1e-12  # of the layer normalisations
FUSED = "com.microsoft"  # the domain of onnxruntime's own operators
# Of the operators used, those of ONNX itself.
STANDARD = ("Add", "DynamicQuantizeLinear", "LayerNormalization", "Mul", "Slice")
FLOAT, INT8, INT32, INT64 = 1, 3, 6, 7  # ONNX element types
ELEMENTS = {"F32": (FLOAT, np.float32), "I8": (INT8, np.int8)}  # by safetensors' names
EXTERNAL = 1  # DataLocation
SPIN = "50"  # µs


class Weights:
    """A safetensors file (https://github.com/huggingface/safetensors): the header's size in eight bytes, the header in
    JSON, the tensors' bytes."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            self._header = json.loads(file.read(size))
        self._first_byte = 8 + size
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self._header

    def element(self, name: str) -> int:
        """The ONNX element type of a tensor."""
        return ELEMENTS[self._header[name]["dtype"]][0]

    def shape(self, name: str) -> list[int]:
        """The dimensions of a tensor."""
        shape: list[int] = self._header[name]["shape"]
        return shape

    def place(self, name: str) -> tuple[int, int]:
        """Where a tensor's bytes begin in the file, and how many they are."""
        start, end = self._header[name]["data_offsets"]
        return self._first_byte + start, end - start

    def array(self, name: str) -> NDArray[Any]:
        """A tensor, mapped."""
        kind = ELEMENTS[self._header[name]["dtype"]][1]
        return np.memmap(self.path, kind, "r", offset=self.place(name)[0], shape=tuple(self.shape(name)))


class Graph:
    """An ONNX graph as it grows. The numbers in it are the field numbers of onnx.proto.

    All operators but the standard ones are onnxruntime's own (its docs/ContribOperators.md); Gelu is the exact one, by
    erf. SkipLayerNormalization and BiasGelu, which do more at once, take longer than the operators they stand for.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[bytes] = []
        self._tensors: list[bytes] = []

    def tensor(self, name: str) -> str:
        """Declare a tensor of the file; its name."""
        offset, length = self._weights.place(name)
        place = {"location": self._weights.path.name, "offset": str(offset), "length": str(length)}
        dimensions = [(1, size) for size in self._weights.shape(name)]
        entries = [(13, _message((1, key), (2, value))) for key, value in place.items()]
        element = self._weights.element(name)
        self._tensors.append(_message(*dimensions, (2, element), (8, name), *entries, (14, EXTERNAL)))
        return name

    def layer_norm(self, block: str) -> list[str]:
        """Declare the scale and the shift of a block's layer normalisation."""
        return [self.tensor(f"{block}.LayerNorm.weight"), self.tensor(f"{block}.LayerNorm.bias")]

    def add(
        self, operator: str, inputs: Sequence[str], *, unused: Sequence[str] = (), **attributes: int | float
    ) -> str:
        """Append an operator; the name of its first output. `unused` are others that it must have."""
        output = f"{operator}.{len(self._nodes)}"
        domain = "" if operator in STANDARD else FUSED
        encoded = [
            (5, _message((1, name), *(((2, value), (20, 1)) if isinstance(value, float) else ((3, value), (20, 2)))))
            for name, value in attributes.items()
        ]
        names = [(1, name) for name in inputs] + [(2, name) for name in (output, *unused)]
        self._nodes.append(_message(*names, (4, operator), *encoded, (7, domain)))
        return output

    def encoder(self, states: str, mask: str, *, layers: int, first_token_only: bool = False) -> str:
        """Append the layers of a BERT (Devlin et al. 2019, arXiv:1810.04805); the last one's states, (texts × tokens ×
        width) or, of the first token only, which is all that the last layer then works out, (texts × 1 × width).
        Without a mask, "", every token counts."""
        for layer in range(layers):
            block = f"encoder.layer.{layer}"
            asking = self._first_token(states) if first_token_only and layer == layers - 1 else states
            attended = self._attended(asking, states, mask, f"{block}.attention.self")
            states = self._residual(attended, asking, f"{block}.attention.output")
            inner = self.add("Gelu", [self._dense(states, f"{block}.intermediate.dense")])
            states = self._residual(inner, states, f"{block}.output")
        return states

    def _attended(self, asking: str, states: str, mask: str, block: str) -> str:
        """Append what the asking tokens find in all tokens' states; in one go where one operator does it all."""
        parts = [f"{block}.{part}" for part in ("query", "key", "value")]
        if asking == states and self._weights.element(f"{parts[0]}.weight") == INT8:
            scale, zero = f"{block}.scale", f"{block}.zero"
            quantised = self.add("DynamicQuantizeLinear", [states], unused=[scale, zero])
            weight, bias, scales = (
                self._joined([f"{part}.{kind}" for part in parts]) for kind in ("weight", "bias", "weight_scale")
            )
            return self.add("QAttention", [quantised, weight, bias, scale, scales, mask, zero], num_heads=HEADS)
        heads = [self._dense(read, part) for read, part in zip((asking, states, states), parts, strict=True)]
        return self.add("MultiHeadAttention", [*heads, "", mask], num_heads=HEADS)

    def _joined(self, names: Sequence[str]) -> str:
        """Declare the outputs of several tensors side by side as one tensor, copied from the file; its name."""
        values = np.concatenate([self._weights.array(name) for name in names], axis=-1)
        dimensions = [(1, size) for size in values.shape]
        element, name = self._weights.element(names[0]), "|".join(names)
        self._tensors.append(_message(*dimensions, (2, element), (8, name), (9, values.tobytes())))
        return name

    def _first_token(self, states: str) -> str:
        """Append what takes the first token's states, as (texts × 1 × width)."""
        bounds = [self._integer(name, value) for name, value in (("first", 0), ("behind", 1), ("axis", 1))]
        return self.add("Slice", [states, *bounds])

    def _integer(self, name: str, value: int) -> str:
        """Declare a tensor of one number; its name."""
        self._tensors.append(_message((1, 1), (2, INT64), (8, name), (9, struct.pack("<q", value))))
        return name

    def _residual(self, states: str, skipped: str, block: str) -> str:
        """Append a block's dense layer, the sum with what skipped the block, and the layer normalisation."""
        total = self.add("Add", [self._dense(states, f"{block}.dense"), skipped])
        return self.add("LayerNormalization", [total, *self.layer_norm(block)], axis=2, epsilon=EPSILON)

    def _dense(self, states: str, layer: str) -> str:
        """Append a dense layer. Where the file has factors for its inputs, so that these lose less in eight bits, the
        weights make up for them (Xiao et al. 2023, SmoothQuant, arXiv:2211.10438)."""
        if (factors := f"{layer}.factors") in self._weights:
            states = self.add("Mul", [states, self.tensor(factors)])
        weight, bias = self.tensor(f"{layer}.weight"), self.tensor(f"{layer}.bias")
        if self._weights.element(weight) == INT8:  # inputs × outputs, with a scale for each output
            scale, no_zero = self.tensor(f"{weight}_scale"), ""
            return self.add("DynamicQuantizeMatMul", [states, weight, scale, no_zero, bias])
        product = self.add("FusedMatMul", [states, weight], transB=1)  # PyTorch's outputs × inputs
        return self.add("Add", [product, bias])

    def session(
        self,
        inputs: Mapping[str, tuple[int, Sequence[int | str]]],
        outputs: Mapping[str, Sequence[int | str]],
        *,
        packed: bool = False,
    ) -> InferenceSession:
        """A session that runs the graph on the CPU. `inputs` are element types and shapes, a free dimension by a name;
        `outputs` are shapes of floats. With `packed`, a second copy of the weights is kept, laid out to run faster."""
        import onnxruntime

        options = session_options()
        # The graph is written as it is to run: every fusion that applies is in it.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        # Of the embedding model it would save a question 2 ms, and cost every start 50 ms and 43 MB.
        options.add_session_config_entry("session.disable_prepacking", "0" if packed else "1")
        folder = str(self._weights.path.parent)
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
        model = self._to_model(inputs, outputs)
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def _to_model(
        self, inputs: Mapping[str, tuple[int, Sequence[int | str]]], outputs: Mapping[str, Sequence[int | str]]
    ) -> bytes:
        """The ModelProto, serialised."""
        graph = _message(
            *((1, node) for node in self._nodes),
            (2, self._weights.path.stem),
            *((5, tensor) for tensor in self._tensors),
            *((11, _value(name, element, shape)) for name, (element, shape) in inputs.items()),
            *((12, _value(name, FLOAT, shape)) for name, shape in outputs.items()),
        )
        opsets = [_message((1, domain), (2, version)) for domain, version in (("", 17), (FUSED, 1))]
        return _message((1, 8), (7, graph), *((8, opset) for opset in opsets))  # 1: the version of the format


def session_options() -> SessionOptions:
    """What every session runs with: the process's cores, threads that rest while they wait, errors alone told."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    # Left to itself it counts the machine's cores, not the process's, and complains where it may not pin threads.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()  # the first: Linux
    options.intra_op_num_threads = cores or 1
    # Between two operators threads wait by spinning, which saves a tenth, but not for longer than such a wait, nor
    # after the last one: they would take their cores from whatever else runs.
    options.add_session_config_entry("session.intra_op.spin_duration_us", SPIN)
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return options


def _value(name: str, element: int, dimensions: Sequence[int | str]) -> bytes:
    """A ValueInfoProto: a tensor's name, type and shape; a dimension with a name is free."""
    shape = _message(*((1, _message((1 if isinstance(size, int) else 2, size))) for size in dimensions))
    tensor = _message((1, element), (2, shape))
    return _message((1, name), (2, _message((1, tensor))))


def _message(*fields: tuple[int, int | float | str | bytes]) -> bytes:
    """A protobuf message of numbered fields: ints as varints, floats in 32 bits, all else after its length.

    https://protobuf.dev/programming-guides/encoding/
    """
    message = b""
    for number, value in fields:
        if isinstance(value, int):
            message += _varint(number << 3) + _varint(value)
        elif isinstance(value, float):
            message += _varint(number << 3 | 5) + struct.pack("<f", value)
        else:
            content = value.encode() if isinstance(value, str) else value
            message += _varint(number << 3 | 2) + _varint(len(content)) + content
    return message


def _varint(value: int) -> bytes:
    groups = []
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])
