"""The data sets of other evaluators: their fields, and that the packages themselves read them where installed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.errors import GoldError
from evals.export import deepeval_dataset, inspect_ai_dataset, ragas_dataset
from evals.gold import GoldQuestion
from evals.types import Case

TEXTS = {"ledger ¶1": "The ferry sank in 1921 – “at once”.", "ledger ¶2": "It rained."}
QUESTION = GoldQuestion(
    id="q1",
    split="dev",
    type="single",
    question="When did the ferry sink?",
    answer="In 1921.",
    facts=(("1921",),),
    references=("ledger ¶1",),
    also_ok=(),
    history=(),
    answerable=True,
)
FOLLOW_UP = QUESTION.model_copy(
    update={"id": "q2", "type": "follow_up", "question": "And why?", "history": (("When did it sink?", "In 1921."),)}
)
UNANSWERABLE = GoldQuestion(
    id="q3",
    split="test",
    type="unanswerable",
    question="Who owned it?",
    answer="Its owner is not named.",
    facts=(),
    references=(),
    also_ok=(),
    history=(),
    answerable=False,
)
QUESTIONS = (QUESTION, FOLLOW_UP, UNANSWERABLE)
CASE = Case(
    id="q1",
    type="single",
    split="dev",
    answerable=True,
    question="When did the ferry sink?",
    expected="In 1921.",
    references=("ledger ¶1",),
    also_ok=(),
    history=(),
    status="answered",
    answer="It sank in 1921. [1]",
    confidence=0.9,
    cited=("ledger ¶1",),
    retrieved=("ledger ¶2", "ledger ¶1"),
    missing=(),
    violations=(),
    scores={"fact_recall": 1.0},
)
CASES = (
    CASE,
    replace(CASE, id="q2", type="follow_up"),
    replace(CASE, id="q3", type="unanswerable", answerable=False, status="abstained", answer="", retrieved=()),
)
TRANSCRIPT = "User: When did it sink?\nAssistant: In 1921.\nUser: And why?"
EXPORTERS = [
    pytest.param(ragas_dataset, id="ragas"),
    pytest.param(deepeval_dataset, id="deepeval"),
    pytest.param(inspect_ai_dataset, id="inspect_ai"),
]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_ragas_sample_of_a_question() -> None:
    assert lines(ragas_dataset([QUESTION], paragraphs=TEXTS)) == [
        {
            "user_input": "When did the ferry sink?",
            "reference": "In 1921.",
            "reference_contexts": ["The ferry sank in 1921 – “at once”."],
            "reference_context_ids": ["ledger ¶1"],
        }
    ]


def test_ragas_sample_of_an_answer() -> None:
    (row,) = lines(ragas_dataset([QUESTION], [CASE], paragraphs=TEXTS))
    assert row["response"] == "It sank in 1921. [1]"
    assert row["retrieved_contexts"] == ["It rained.", "The ferry sank in 1921 – “at once”."]
    assert row["retrieved_context_ids"] == ["ledger ¶2", "ledger ¶1"]


def test_deepeval_golden_of_a_question() -> None:
    (row,) = json.loads(deepeval_dataset([QUESTION], paragraphs=TEXTS))
    assert row.pop("additional_metadata")["facts"] == [["1921"]]
    assert row == {
        "name": "q1",
        "input": "When did the ferry sink?",
        "expected_output": "In 1921.",
        "context": ["The ferry sank in 1921 – “at once”."],
    }


def test_deepeval_test_case_of_an_answer() -> None:
    (row,) = json.loads(deepeval_dataset([QUESTION], [CASE], paragraphs=TEXTS))
    assert row["actual_output"] == "It sank in 1921. [1]"
    assert row["retrieval_context"] == ["It rained.", "The ferry sank in 1921 – “at once”."]


def test_inspect_ai_sample_of_a_question() -> None:
    assert lines(inspect_ai_dataset([QUESTION], paragraphs=TEXTS)) == [
        {
            "id": "q1",
            "input": "When did the ferry sink?",
            "target": "In 1921.",
            "metadata": {
                "type": "single",
                "split": "dev",
                "answerable": True,
                "facts": [["1921"]],
                "references": ["ledger ¶1"],
                "also_ok": [],
                "missing": [],
                "contexts": ["The ferry sank in 1921 – “at once”."],
            },
        }
    ]


def test_inspect_ai_sample_of_an_answer() -> None:
    (row,) = lines(inspect_ai_dataset([QUESTION], [CASE], paragraphs=TEXTS))
    assert row["metadata"]["response"] == "It sank in 1921. [1]"
    assert row["metadata"]["scores"] == {"fact_recall": 1.0}
    assert row["metadata"]["retrieved"] == ["ledger ¶2", "ledger ¶1"]


def test_a_follow_up_carries_its_conversation() -> None:
    (ragas,) = lines(ragas_dataset([FOLLOW_UP], paragraphs=TEXTS))
    (golden,) = json.loads(deepeval_dataset([FOLLOW_UP], paragraphs=TEXTS))
    (sample,) = lines(inspect_ai_dataset([FOLLOW_UP], paragraphs=TEXTS))
    assert ragas["user_input"] == golden["input"] == TRANSCRIPT
    assert sample["input"] == [
        {"role": "user", "content": "When did it sink?"},
        {"role": "assistant", "content": "In 1921."},
        {"role": "user", "content": "And why?"},
    ]


def test_an_abstention_is_said_in_words() -> None:
    (row,) = lines(ragas_dataset([UNANSWERABLE], [CASES[2]], paragraphs=TEXTS))
    assert (row["response"], row["reference_contexts"]) == ("The documents do not say.", [])


@pytest.mark.parametrize("export", EXPORTERS)
def test_unscored_cases_stay_behind(export: Any) -> None:
    unscored = replace(CASE, error="No server.")
    assert export(QUESTIONS, [unscored], paragraphs=TEXTS).strip() in ("", "[]")


@pytest.mark.parametrize("export", EXPORTERS)
def test_every_text_is_ascii(export: Any) -> None:
    assert export(QUESTIONS, CASES, paragraphs=TEXTS).isascii()


@pytest.mark.parametrize("export", EXPORTERS)
def test_a_reference_without_text_is_an_error(export: Any) -> None:
    message = "q1 needs the text of ledger ¶1, which is not at hand. Ingest its document."
    with pytest.raises(GoldError, match=re.escape(message)):
        export([QUESTION], paragraphs={})


@pytest.mark.parametrize("export", EXPORTERS)
def test_a_case_of_another_gold_file_is_an_error(export: Any) -> None:
    message = "The run asks q1, which is not among the questions. Give the gold file it was of."
    with pytest.raises(GoldError, match=re.escape(message)):
        export([UNANSWERABLE], [CASE], paragraphs=TEXTS)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages of others report their use to their makers unless told not to."""
    for name, value in (("RAGAS_DO_NOT_TRACK", "true"), ("DEEPEVAL_TELEMETRY_OPT_OUT", "1"), ("DO_NOT_TRACK", "1")):
        monkeypatch.setenv(name, value)


@pytest.mark.filterwarnings("ignore")  # other people's
@pytest.mark.usefixtures("quiet")
def test_ragas_reads_it(tmp_path: Path) -> None:
    ragas = pytest.importorskip("ragas")
    path = tmp_path / "set.jsonl"
    path.write_text(ragas_dataset(QUESTIONS, CASES, paragraphs=TEXTS), encoding="ascii")
    samples = ragas.EvaluationDataset.from_jsonl(path).samples
    assert [type(sample).__name__ for sample in samples] == ["SingleTurnSample"] * 3
    assert [sample.user_input for sample in samples] == ["When did the ferry sink?", TRANSCRIPT, "Who owned it?"]
    assert samples[0].retrieved_contexts == ["It rained.", "The ferry sank in 1921 – “at once”."]
    assert samples[0].reference_contexts == ["The ferry sank in 1921 – “at once”."]
    assert samples[0].reference_context_ids == ["ledger ¶1"]
    assert samples[2].response == "The documents do not say."


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quiet")
def test_deepeval_reads_goldens(tmp_path: Path) -> None:
    dataset = pytest.importorskip("deepeval.dataset").EvaluationDataset()
    path = tmp_path / "set.json"
    path.write_text(deepeval_dataset(QUESTIONS, paragraphs=TEXTS), encoding="ascii")
    dataset.add_goldens_from_json_file(str(path))
    assert [golden.name for golden in dataset.goldens] == ["q1", "q2", "q3"]
    assert dataset.goldens[0].expected_output == "In 1921."
    assert dataset.goldens[0].context == ["The ferry sank in 1921 – “at once”."]
    assert dataset.goldens[2].additional_metadata["answerable"] is False


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quiet")
def test_deepeval_reads_test_cases(tmp_path: Path) -> None:
    dataset = pytest.importorskip("deepeval.dataset").EvaluationDataset()
    path = tmp_path / "set.json"
    path.write_text(deepeval_dataset(QUESTIONS, CASES, paragraphs=TEXTS), encoding="ascii")
    dataset.add_test_cases_from_json_file(
        str(path), "input", "actual_output", "expected_output", "context", "retrieval_context"
    )
    assert [case.input for case in dataset.test_cases] == ["When did the ferry sink?", TRANSCRIPT, "Who owned it?"]
    assert dataset.test_cases[0].actual_output == "It sank in 1921. [1]"
    assert dataset.test_cases[0].retrieval_context == ["It rained.", "The ferry sank in 1921 – “at once”."]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("quiet")
def test_inspect_ai_reads_it(tmp_path: Path) -> None:
    reader = pytest.importorskip("inspect_ai.dataset")
    path = tmp_path / "set.jsonl"
    path.write_text(inspect_ai_dataset(QUESTIONS, CASES, paragraphs=TEXTS), encoding="ascii")
    samples = list(reader.json_dataset(str(path)))
    assert [(sample.id, sample.target) for sample in samples] == [
        ("q1", "In 1921."),
        ("q2", "In 1921."),
        ("q3", "Its owner is not named."),
    ]
    assert [message.role for message in samples[1].input] == ["user", "assistant", "user"]
    assert samples[0].metadata["contexts"] == ["The ferry sank in 1921 – “at once”."]
