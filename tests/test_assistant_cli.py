"""The command line: exit codes, what is on stdout and what on stderr, and one line where it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli import COMMANDS, run
from assistant.commands.narrowing import narrowed
from ingest.catalogue import Filter

QUESTION = "What worried Seoul most about closer ties with NATO?"


@pytest.fixture
def on_bundled(bundled_index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILCROW_INDEX", str(bundled_index))
    return bundled_index


def fresh_process(*arguments: str, index: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PILCROW_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        env={**environment, "PILCROW_INDEX": str(index)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("on_bundled")
def test_ask_prints_the_answer_with_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", QUESTION]) == 0
    printed = capsys.readouterr()
    answer, sources = printed.out.split("Sources")
    assert "[1]" in answer
    assert "[1]" in sources
    assert "06SEOUL1789 ¶" in sources
    assert "bundled/06SEOUL1789.txt, lines" in sources
    assert "Restatement in other words for Pilcrow, not the original." in sources
    assert printed.err == ("Opening the index …\nAnswering (from the documents' own sentences, without a model) …\n")


@pytest.mark.usefixtures("on_bundled")
def test_ask_exits_3_where_the_documents_do_not_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ask", "How do I bake sourdough bread with rye flour?"]) == 3
    assert capsys.readouterr().out.startswith("The documents do not say.\n")


def test_two_fresh_processes_print_the_same_bytes_but_for_times(bundled_index: Path) -> None:
    answers = []
    for _ in range(2):
        answer = json.loads(fresh_process("ask", QUESTION, "--json", index=bundled_index).stdout)
        assert set(answer.pop("timings_ms")) == {"retrieve", "answer", "total"}
        answers.append(json.dumps(answer, ensure_ascii=False))
    assert answers[0] == answers[1]


@pytest.mark.usefixtures("on_bundled")
def test_search_prints_passages_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", QUESTION, "--limit", "3", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert rows[0]["reference"].startswith("06SEOUL1789 ¶")


@pytest.mark.usefixtures("on_bundled")
def test_check_gives_a_verdict_for_each_reference(capsys: pytest.CaptureFixture[str]) -> None:
    cited = ["--cite", "06SEOUL1789 ¶3", "--cite", "06SEOUL1789 ¶4"]
    assert run(["check", "Kang spoke in Seoul.", *cited]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "06SEOUL1789 ¶3"
    assert lines[lines.index("") + 1] == "06SEOUL1789 ¶4"
    assert run(["check", "Kang spoke in Seoul.", *cited, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["reference"] for row in rows] == ["06SEOUL1789 ¶3", "06SEOUL1789 ¶4"]
    assert run(["check", "Kang spoke in Seoul.", *cited[:2], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == rows[0]


@pytest.mark.usefixtures("on_bundled")
def test_documents_lists_anchors(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["documents", "--json"]) == 0
    cable, article = json.loads(capsys.readouterr().out)
    assert cable["document_id"] == "06SEOUL1789"
    assert cable["anchors"] == ["header", "¶1", "¶2", "¶3", "¶4"]
    assert {"title", "date", "kind", "source", "source_sha256"} <= article.keys()
    assert len(article["anchors"]) == 26


@pytest.mark.usefixtures("on_bundled")
def test_documents_show_gives_paragraphs_in_reading_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["documents", "show", "06SEOUL1789", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["anchor"] for row in rows] == ["header", "¶1", "¶2", "¶3", "¶4"]
    assert rows[1]["section"] == "SUMMARY"
    assert rows[1]["source"]["lines"] == [46, 64]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["documents", "show", "nothing"],
            "pilcrow: No document nothing. The index holds: 06SEOUL1789, koreapro-2197111.\n",
        ),
        (["ask", "  "], 'pilcrow: The question is empty. Ask something, e.g. "Who signed the cable?".\n'),
    ],
    ids=["unknown document", "empty question"],
)
@pytest.mark.usefixtures("on_bundled")
def test_a_failure_is_one_line_on_stderr(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines(keepends=True)[-1] == message


def test_no_index_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(tmp_path / "none"))
    assert run(["ask", QUESTION]) == 1
    assert "Run `pilcrow ingest`" in capsys.readouterr().err


@pytest.mark.usefixtures("on_bundled")
def test_another_embedding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILCROW_EMBEDDING", "text-embedding-3-small")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert run(["ask", QUESTION]) == 1


@pytest.mark.parametrize(
    "arguments",
    [["ask"], ["nonsense"], ["ask", QUESTION, "--nonsense"], ["search", QUESTION, "--limit", "0"]],
    ids=["no question", "no such command", "no such option", "limit out of range"],
)
def test_wrong_usage_exits_2(arguments: list[str], bundled_index: Path) -> None:
    assert fresh_process(*arguments, index=bundled_index).returncode == 2


@pytest.mark.parametrize("day", ["2006-05-26", "20060526", "2006-W21-5"])
def test_a_day_may_be_given_in_any_form_of_iso_8601(day: str) -> None:
    assert narrowed(None, day, day, None, None) == Filter(after="2006-05-26", before="2006-05-26")


def test_ingest_reports_what_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(tmp_path / "index"))
    (tmp_path / "rain.txt").write_text("It rained in Oslo.", encoding="utf8")
    assert run(["ingest", str(tmp_path / "rain.txt")]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("added: rain\n2 texts embedded, ")
    assert printed.err.splitlines()[0] == "Reading …"


def test_help_names_every_command(bundled_index: Path) -> None:
    printed = fresh_process("--help", index=bundled_index).stdout
    assert all(f"  {name} " in printed for name in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom assistant.cli import run\nrun(['--help'])\n"
        "heavy = {'numpy', 'chromadb', 'openai', 'gradio', 'llama_index', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_ask_imports_neither_gradio_nor_a_model_client(bundled_index: Path) -> None:
    code = (
        f"import sys\nfrom assistant import Assistant, Settings\nfrom pathlib import Path\n"
        f"Assistant.open(Settings(index=Path({str(bundled_index)!r}))).ask({QUESTION!r})\n"
        "heavy = {'gradio', 'fastapi', 'llama_index', 'openai'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
