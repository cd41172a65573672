"""What a model that tells entailment may do to a verdict: lower it, and raise only what was supported in part."""

from pathlib import Path

import pytest
from tiny_model import write_cross_encoder

from assistant import Assistant, Settings
from assistant.errors import CrossEncoderError
from assistant.nli import Inference
from assistant.types import Label, Verdict

LABELS = ("contradiction", "entailment", "neutral")
WEIGHTS = {"yes": (0.0, 9.0, 0.0), "no": (9.0, 0.0, 0.0), "perhaps": (0.0, 0.0, 9.0)}
PLACE = "¶2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("nli"), WEIGHTS, labels=LABELS)


@pytest.mark.parametrize(
    ("label", "said", "expected"),
    [
        ("supported", "yes", "supported"),
        ("supported", "no", "contradicted"),
        ("supported", "perhaps", "partial"),
        ("partial", "yes", "supported"),
        ("partial", "no", "contradicted"),
        ("partial", "perhaps", "partial"),
        ("contradicted", "yes", "contradicted"),
        ("unsupported", "yes", "unsupported"),
        ("supported", "nothing", "supported"),
    ],
)
def test_what_the_model_says_of_a_verdict(folder: Path, label: Label, said: str, expected: Label) -> None:
    judged = Inference.open(folder).judged(Verdict(label, ("why",), 0.5), said, "The paragraph.", place=PLACE)
    assert judged.label == expected


def test_the_reason_names_the_place(folder: Path) -> None:
    judged = Inference.open(folder).judged(Verdict("supported", (), 0.9), "no", "The paragraph.", place=PLACE)
    assert judged.reasons == ("by the inference model, ¶2 contradicts it (100%)",)


def test_a_model_without_these_labels_is_refused(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path, {"yes": (1.0,)}, labels=("relevance",))
    with pytest.raises(CrossEncoderError) as raised:
        Inference.open(tmp_path)
    assert str(raised.value) == (
        f"PILCROW_NLI_DIR: the labels of the model in {tmp_path} are relevance; there must be 'entailment' and "
        "'contradiction'. Give a model for natural language inference, or unset PILCROW_NLI_DIR."
    )


def test_check_asks_the_model_in_the_folder(folder: Path, bundled_index: Path) -> None:
    claim = "No, Kang declined to speculate on how far the ROK would go."
    with_model = Assistant.open(Settings(index=bundled_index, nli_dir=folder)).check(claim, "06SEOUL1789 ¶3")
    without = Assistant.open(Settings(index=bundled_index)).check(claim, "06SEOUL1789 ¶3")
    assert (without.label, with_model.label) == ("supported", "contradicted")


def test_a_wrong_folder_fails_in_one_line(tmp_path: Path, bundled_index: Path) -> None:
    assistant = Assistant.open(Settings(index=bundled_index, nli_dir=tmp_path))
    with pytest.raises(CrossEncoderError, match=r"^PILCROW_NLI_DIR: no model.onnx in "):
        assistant.check("Kang spoke.", "06SEOUL1789 ¶3")


def test_an_answer_in_the_documents_own_words_does_not_need_the_folder(tmp_path: Path, bundled_index: Path) -> None:
    assistant = Assistant.open(Settings(index=bundled_index, mode="extractive", nli_dir=tmp_path))
    assert assistant.ask("Who signed the cable?").status == "answered"
