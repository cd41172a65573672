"""`pilcrow eval`: its files, its exit codes, and that two runs give the same bytes but for times."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from model_server import ChatRequest, Failure, ModelServer, Text, server_error

from assistant import Assistant
from assistant.cli import run
from evals.gold import gold_file, load_questions
from evals.run import evaluate, partial_header


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A few of the project's own questions."""
    path = tmp_path / "gold.jsonl"
    lines = gold_file("questions").read_text(encoding="utf8").splitlines()
    path.write_text("\n".join(lines[:6] + lines[-2:]) + "\n", encoding="utf8")
    return path


@pytest.fixture(autouse=True)
def on_bundled(bundled_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(bundled_index))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "run"


@pytest.fixture
def first(gold: Path, kept: Path) -> Path:
    """The run.json of a run over `gold`, made once, which nobody writes to."""
    if not (kept / "run.json").exists():
        assert run(["eval", str(gold), "--out", str(kept)]) == 0
    return kept / "run.json"


def scored(path: Path) -> str:
    values = json.loads(path.read_text(encoding="utf8"))
    values.pop("timings")
    return json.dumps(values)


def test_two_runs_give_the_same_bytes_but_for_times(gold: Path, first: Path, tmp_path: Path) -> None:
    assert run(["eval", str(gold), "--out", str(tmp_path / "run")]) == 0
    assert scored(tmp_path / "run" / "run.json") == scored(first)


def test_a_run_writes_its_report(gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", str(gold), "--out", str(tmp_path / "run"), "--export", "ragas"]) == 0
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "run.json",
        "junit.xml",
        "report.html",
        "ragas.jsonl",
    }
    assert re.search(r"^recall@5 +\d\.\d{3} ", capsys.readouterr().out, re.MULTILINE)


def test_a_run_is_green_against_itself(gold: Path, first: Path, tmp_path: Path) -> None:
    assert run(["eval", str(gold), "--out", str(tmp_path / "run"), "--baseline", str(first)]) == 0


def test_a_run_that_asks_less_than_its_baseline_exits_3(
    gold: Path, first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold.write_text("\n".join(gold.read_text(encoding="utf8").splitlines()[:4]) + "\n", encoding="utf8")
    assert run(["eval", str(gold), "--out", str(tmp_path / "run"), "--baseline", str(first)]) == 3
    assert "red: of the baseline's questions, 4 were not asked" in capsys.readouterr().err


def test_compare_shows_what_changed_question_by_question(
    first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = json.loads(first.read_text(encoding="utf8"))
    values["cases"][0]["answer"] = "Another answer."
    (tmp_path / "other.json").write_text(json.dumps(values), encoding="utf8")
    assert run(["eval", "--compare", str(tmp_path / "other.json"), str(first)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{values['cases'][0]['id']} (")
    assert "  - Another answer." in printed


def test_a_file_that_is_no_run_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.json").write_text("{}", encoding="utf8")
    assert run(["eval", "--baseline", str(tmp_path / "bad.json"), "--out", str(tmp_path / "run")]) == 1
    assert f"{tmp_path / 'bad.json'} is no run of `pilcrow eval` (KeyError)." in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["Asked before the interruption.", "half a pair \ud83d"])
def test_an_interrupted_run_is_resumed(gold: Path, first: Path, tmp_path: Path, answer: str) -> None:
    values = json.loads(first.read_text(encoding="utf8"))
    half = tmp_path / "half"
    half.mkdir()
    header = partial_header(values["settings"], load_questions(gold))
    known = {**values["cases"][0], "answer": answer, "milliseconds": 1.0}
    (half / "partial.jsonl").write_text(f'{header}\n{json.dumps(known)}\n{{"id": "cut o', encoding="utf8")
    assert run(["eval", str(gold), "--out", str(half)]) == 0
    resumed = json.loads((half / "run.json").read_text(encoding="utf8"))
    assert resumed["cases"][0]["answer"] == answer
    assert resumed["cases"][1:] == values["cases"][1:]
    assert not (half / "partial.jsonl").exists()


def test_an_interrupted_run_of_other_settings_is_not_resumed(
    gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PILCROW_MODE", "extractive")
    run(["eval", str(gold), "--out", str(tmp_path)])
    settings = json.loads((tmp_path / "run.json").read_text(encoding="utf8"))["settings"]
    partial = tmp_path / "partial.jsonl"
    partial.write_text(partial_header(settings, load_questions(gold)) + "\n", encoding="utf8")
    others = {
        "PILCROW_JUDGE": "true",
        "PILCROW_ANSWER_TOKENS": "100",
        "PILCROW_DEADLINE": "10",
        "OPENAI_BASE_URL": "http://localhost:1/v1",
    }
    for name, value in others.items():
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert run(["eval", str(gold), "--out", str(tmp_path)]) == 1, name
        assert f"{partial} is of a run with other settings or questions." in capsys.readouterr().err


def test_a_run_does_not_tell_the_address_of_the_server(
    gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILCROW_MODE", "extractive")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://models.internal/v1")
    assert run(["eval", str(gold), "--out", str(tmp_path)]) == 0
    assert "models.internal" not in (tmp_path / "run.json").read_text(encoding="utf8")


def test_a_case_after_one_that_was_cut_off_stands_on_a_line_of_its_own(
    bundled_assistant: Assistant, gold: Path, tmp_path: Path
) -> None:
    questions = load_questions(gold)[:1]
    partial = tmp_path / "partial.jsonl"
    partial.write_bytes(f"{partial_header({}, questions)}\n".encode() + '{"id": "cut ö'.encode()[:-1])
    evaluate(bundled_assistant, questions, settings={}, partial=partial)
    assert json.loads(partial.read_bytes().splitlines()[-1])["id"] == questions[0].id


def test_half_a_surrogate_pair_in_an_answer_is_compared(first: Path, tmp_path: Path) -> None:
    values = json.loads(first.read_text(encoding="utf8"))
    values["cases"][0]["answer"] = "half a pair \ud83d"
    other = tmp_path / "other.json"
    other.write_text(json.dumps(values), encoding="utf8")
    assert run(["eval", "--compare", str(first), str(other)]) == 0


def test_a_run_of_an_older_format_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old.json"
    old.write_text('{"format": 1}', encoding="utf8")
    assert run(["eval", "--baseline", str(old)]) == 1
    assert f"{old} is of format 1, and 2 is read. Run `pilcrow eval` again." in capsys.readouterr().err


def test_an_interrupted_run_of_other_questions_is_not_resumed(
    gold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partial = tmp_path / "run" / "partial.jsonl"
    partial.parent.mkdir()
    partial.write_text('{"settings": {}, "questions": "others"}\n', encoding="utf8")
    assert run(["eval", str(gold), "--out", str(partial.parent)]) == 1
    assert f"{partial} is of a run with other settings or questions." in capsys.readouterr().err


def test_a_run_that_was_stopped_before_its_first_line_starts_anew(gold: Path, tmp_path: Path) -> None:
    partial = tmp_path / "run" / "partial.jsonl"
    partial.parent.mkdir()
    partial.touch()
    assert run(["eval", str(gold), "--out", str(partial.parent)]) == 0


def test_a_split_is_compared_with_its_half_of_the_baseline(
    gold: Path, first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", str(gold), "--split", "dev", "--out", str(tmp_path / "run"), "--baseline", str(first)]) == 0
    assert "were not asked" not in capsys.readouterr().err


def test_only_runs_of_the_same_split_are_plotted_together(gold: Path, tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text('{"name": "of an unknown split", "scores": {}}\n', encoding="utf8")
    for name, split in (("one", []), ("two", ["--split", "dev"]), ("three", ["--split", "dev"])):
        run(["eval", str(gold), *split, "--out", str(tmp_path / name)])
    plotted = ["Scores over runs" in (tmp_path / name / "report.html").read_text() for name in ("one", "two", "three")]
    assert plotted == [False, False, True]


def test_a_model_that_fails_on_some_leaves_those_unscored(
    gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = json.loads(gold.read_text(encoding="utf8").splitlines()[0])["question"]

    class Failing:
        def reply(self, request: ChatRequest) -> Text | Failure:
            return server_error(501) if first in request.prompt else Text('{"claims": [], "missing": ["all of it"]}')

    with ModelServer(Failing()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        assert run(["eval", str(gold), "--out", str(tmp_path / "run")]) == 0
    values = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf8"))
    assert [case["id"] for case in values["cases"] if case["error"]] == [values["cases"][0]["id"]]
    assert "unscored: 1\n" in capsys.readouterr().out
