"""Evidence bundles: what is in them, and the pages made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.bundle import make_bundle, seal, write_bundle
from assistant.cli import run
from assistant.errors import BundleError

QUESTION = "What worried Seoul most about closer ties with NATO?"


def test_a_bundle_holds_answer_documents_and_whole_paragraphs(bundled_assistant: Assistant) -> None:
    answer = bundled_assistant.ask(QUESTION)
    bundle = make_bundle(answer, bundled_assistant.settings)
    assert bundle["answer"] == answer.to_dict()
    cited = {citation.reference for citation in answer.citations}
    assert {item["reference"]: item["text"] for item in bundle["paragraphs"]} == {
        reference: bundled_assistant.paragraph(reference).text for reference in cited
    }
    assert {item["sha256"] for item in bundle["documents"]} == {item.document.sha256 for item in answer.citations}


def test_no_key_and_no_address_is_in_a_bundle(bundled_assistant: Assistant) -> None:
    answer = bundled_assistant.ask(QUESTION)
    settings = Settings(openai_api_key="sk-secret", openai_base_url="http://127.0.0.1:1/v1")
    text = json.dumps(make_bundle(answer, settings))
    assert "sk-secret" not in text
    assert "127.0.0.1" not in text


def test_markup_of_documents_and_models_is_escaped(bundled_assistant: Assistant, tmp_path: Path) -> None:
    bundle = make_bundle(bundled_assistant.ask(QUESTION), bundled_assistant.settings)
    bundle["answer"]["question"] = "<script>alert(1)</script> ![x](http://example.org/x.png)"
    for name in ("answer.html", "answer.md"):
        write_bundle(bundle, tmp_path / name)
        page = (tmp_path / name).read_text(encoding="utf8")
        assert "<script>" not in page
        assert "&lt;script&gt;" in page.replace("\\", "")
    assert "![x](" not in page


def test_the_page_marks_the_quote_in_its_paragraph(bundled_assistant: Assistant, tmp_path: Path) -> None:
    answer = bundled_assistant.ask(QUESTION)
    write_bundle(make_bundle(answer, bundled_assistant.settings), tmp_path / "answer.html")
    page = (tmp_path / "answer.html").read_text(encoding="utf8")
    assert page.count("<mark>") == len(answer.citations)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"answer\.pdf: a bundle is written as \.json, \.html or \.md"):
        write_bundle(seal({}), tmp_path / "answer.pdf")


def test_ask_writes_a_bundle_that_verifies(
    bundled_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(bundled_index))
    path = tmp_path / "answer.json"
    assert run(["ask", QUESTION, "--bundle", str(path)]) == 0
    count = len(json.loads(path.read_text(encoding="utf8"))["answer"]["citations"])
    capsys.readouterr()
    assert run(["verify", str(path)]) == 0
    assert capsys.readouterr().out == f"{count} citations hold: each quote stands in its source.\n"


def test_check_prints_the_verdict_its_reason_and_the_sentence(
    bundled_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(bundled_index))
    assert run(["check", "Yoon left for Madrid on Friday.", "--cite", "koreapro-2197111 ¶1", "--json"]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["verdict"] == "contradicted"
    assert verdict["reasons"][0] == "¶1 says “on Monday”, not “on Friday”"
    assert verdict["sentence"].startswith("Yoon Suk-yeol left for Madrid on Monday")
