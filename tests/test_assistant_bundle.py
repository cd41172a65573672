"""Evidence bundles: what is in them, and the pages made of them."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.bundle import check_target, make_bundle, recorded_path, seal, write_bundle
from assistant.cli import run
from assistant.commands.verify import NO_SIGNATURE
from assistant.errors import BundleError
from assistant.render import place_text
from assistant.types import Event
from assistant.verify import verify
from ingest import ingest

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


def test_an_event_in_a_bundle_tells_no_address_of_a_model_server(bundled_assistant: Assistant) -> None:
    settings = Settings(openai_base_url="http://127.0.0.1:1/v1")
    event = Event("not_repaired", "The model server at http://127.0.0.1:1/v1 refused the key. Check OPENAI_API_KEY.")
    answer = bundled_assistant.ask(QUESTION)
    answer = replace(answer, draft=answer.draft.with_events([event]))
    told = make_bundle(answer, settings)["answer"]["events"][-1]["detail"]
    assert told == "The model server refused the key. Check OPENAI_API_KEY."


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
    assert capsys.readouterr().out == (
        f"{count} citations hold: each quote stands at its place in the source of the recorded hash. "
        f"Nothing was altered since the bundle was sealed.\n{NO_SIGNATURE}\n"
    )


@pytest.mark.parametrize("name", ["answer.html", "answer.md"])
def test_a_page_tells_who_says_it_where_it_stands_and_that_it_is_restated(
    bundled_assistant: Assistant, tmp_path: Path, name: str
) -> None:
    answer = bundled_assistant.ask(QUESTION)
    write_bundle(make_bundle(answer, bundled_assistant.settings), tmp_path / name)
    page = unescape((tmp_path / name).read_text(encoding="utf8")).replace("\\", "")
    for citation in answer.citations:
        assert citation.attribution in page
        assert place_text(citation.document.path, citation.paragraph.place) in page
        assert citation.document.note
        assert page.count(citation.document.note) == sum(
            other.document == citation.document for other in answer.citations
        )


@pytest.mark.parametrize("name", ["answer.html", "answer.md"])
def test_a_page_of_an_abstention_tells_what_is_missing_and_has_no_sources(
    bundled_assistant: Assistant, tmp_path: Path, name: str
) -> None:
    bundle = make_bundle(bundled_assistant.ask("What did Brazil propose about fishing quotas?"), Settings())
    assert bundle["answer"]["claims"] == []
    bundle["answer"]["missing"] = [bundle["answer"]["question"], "The documents never mention Brazil."]
    write_bundle(bundle, tmp_path / name)
    page = (tmp_path / name).read_text(encoding="utf8")
    _, told = page.split("The documents do not say.")
    assert "The documents never mention Brazil." in told
    assert "fishing quotas" not in told
    assert "Sources" not in page


@pytest.mark.parametrize("name", ["answer.JSON", "answer.Html", "answer.MD"])
def test_endings_in_capitals_do_and_a_bundle_may_be_overwritten(
    bundled_assistant: Assistant, tmp_path: Path, name: str
) -> None:
    bundle = make_bundle(bundled_assistant.ask(QUESTION), bundled_assistant.settings)
    (tmp_path / name).touch()
    write_bundle(bundle, tmp_path / name)
    written = (tmp_path / name).read_text(encoding="utf8")
    write_bundle(bundle, tmp_path / name)
    assert written == (tmp_path / name).read_text(encoding="utf8") != ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("answer.pdf", "a bundle is written as .json, .html or .md. Give the file one of these endings."),
        ("answer", "a bundle is written as .json, .html or .md. Give the file one of these endings."),
        ("none/answer.json", "cannot be written, since there is no folder {folder}/none. Make it first."),
        ("folder.json", "a folder, not a file. Give the name of a file."),
        ("notes.md", "a file that is no bundle, and is not overwritten. Give another name, or move it."),
        ("data.json", "a file that is no bundle, and is not overwritten. Give another name, or move it."),
        (f"{'x' * 300}.json", "cannot be written (File name too long). Check the folder and its permissions."),
    ],
    ids=["ending", "no ending", "no folder", "folder", "notes", "data", "long name"],
)
def test_ask_refuses_a_name_before_it_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "notes.md").write_text("# Notes\n\nOf mine.\n", encoding="utf8")
    (tmp_path / "data.json").write_text('{"format": "mine"}', encoding="utf8")
    assert run(["ask", QUESTION, "--bundle", str(tmp_path / name)]) == 1
    assert capsys.readouterr().err == f"pilcrow: {tmp_path / name}: {message.format(folder=tmp_path)}\n"


def test_a_file_without_the_right_to_write_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # the tests may run as root, who may write anywhere
    with pytest.raises(BundleError, match=r"cannot be written \(no permission\)"):
        check_target(tmp_path / "answer.json")


def test_check_prints_the_verdict_its_reason_and_the_sentence(
    bundled_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(bundled_index))
    assert run(["check", "Yoon left for Madrid on Friday.", "--cite", "koreapro-2197111 ¶1", "--json"]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["verdict"] == "contradicted"
    assert verdict["reasons"][0] == "¶1 says “on Monday”, not “on Friday”"
    assert verdict["sentence"].startswith("Yoon Suk-yeol left for Madrid on Monday")
    assert verdict["notes"] == []


def test_check_has_a_row_for_each_citation_even_of_one_paragraph(
    bundled_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PILCROW_INDEX", str(bundled_index))
    assert run(["check", "Yoon left.", *["--cite", "koreapro-2197111 ¶1"] * 2, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["reference"] for row in rows] == ["koreapro-2197111 ¶1"] * 2


@pytest.mark.parametrize(
    ("path", "recorded"),
    [
        ("bundled/06SEOUL1789.txt", "bundled/06SEOUL1789.txt"),
        ("{folder}/papers/harbor.txt", "papers/harbor.txt"),
        ("/home/somebody/papers/harbor.txt", "harbor.txt"),
    ],
    ids=["relative", "under the working directory", "elsewhere"],
)
def test_a_bundle_records_no_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, recorded: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert recorded_path(path.format(folder=tmp_path.resolve())) == recorded


def test_a_bundle_of_a_file_verifies_in_the_folder_where_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "harbor.txt").write_text("The board declined to pay for the pier.\n", encoding="utf8")
    ingest([tmp_path / "papers"], Settings(index=tmp_path / "index"))
    assistant = Assistant.open(Settings(index=tmp_path / "index"))
    bundle = make_bundle(assistant.ask("Who declined to pay for the pier?"), assistant.settings)
    assert str(tmp_path) not in json.dumps(bundle)
    assert bundle["answer"]["citations"][0]["source"]["path"] == "papers/harbor.txt"
    assert verify(bundle).holds


def test_markdown_escapes_the_reasons_of_a_claim(bundled_assistant: Assistant, tmp_path: Path) -> None:
    bundle = make_bundle(bundled_assistant.ask(QUESTION), bundled_assistant.settings)
    bundle["answer"]["claims"][0] |= {"verdict": "partial", "reasons": ["<b>bold</b> ![x](y)"]}
    write_bundle(bundle, tmp_path / "answer.md")
    page = (tmp_path / "answer.md").read_text(encoding="utf8")
    assert r"*(partial; &lt;b&gt;bold&lt;/b&gt; \!\[x\]\(y\))*" in page


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("+ one", r"\+ one"),
        ("- one", r"\- one"),
        ("===", r"\==="),
        ("1. one", r"1\. one"),
        ("2) one", r"2\) one"),
        ("one\n\n# two", r"one \# two"),
        ("    code\there", "code here"),
    ],
    ids=["plus", "minus", "underline", "number", "bracket", "line breaks", "indent"],
)
def test_a_line_of_markdown_makes_no_block(bundled_assistant: Assistant, tmp_path: Path, text: str, line: str) -> None:
    bundle = make_bundle(bundled_assistant.ask(QUESTION), bundled_assistant.settings)
    bundle["answer"]["claims"][0]["text"] = text
    write_bundle(bundle, tmp_path / "answer.md")
    lines = (tmp_path / "answer.md").read_text(encoding="utf8").splitlines()
    assert any(other.startswith(rf"{line} \[1\]") for other in lines)


def test_markdown_marks_the_quote_as_html_does(bundled_assistant: Assistant, tmp_path: Path) -> None:
    answer = bundled_assistant.ask(QUESTION)
    write_bundle(make_bundle(answer, bundled_assistant.settings), tmp_path / "answer.md")
    page = (tmp_path / "answer.md").read_text(encoding="utf8")
    assert page.count("<mark>") == page.count("</mark>") == len(answer.citations)


@pytest.mark.parametrize("name", ["answer.html", "answer.md"])
def test_a_page_tells_the_status_and_what_was_dropped(bundled_assistant: Assistant, tmp_path: Path, name: str) -> None:
    bundle = make_bundle(bundled_assistant.ask(QUESTION), bundled_assistant.settings)
    bundle["answer"] |= {"status": "partial", "events": [{"kind": "dropped_claim", "detail": "It is <not> there"}]}
    write_bundle(bundle, tmp_path / name)
    page = (tmp_path / name).read_text(encoding="utf8").replace("\\", "")
    assert "Status: partial." in page
    assert "dropped_claim: It is &lt;not&gt; there" in page


def test_a_writing_that_fails_keeps_the_answer_and_the_older_file(
    bundled_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("PILCROW_INDEX", str(bundled_index))
    path = tmp_path / "answer.json"
    path.write_text('{"format": "pilcrow-evidence-1"}', encoding="utf8")
    monkeypatch.setattr(Path, "replace", full)  # a full disk cannot be had in a test
    assert run(["ask", QUESTION, "--bundle", str(path)]) == 1
    printed = capsys.readouterr()
    assert "Sources" in printed.out
    assert printed.err.endswith("cannot be written (No space left on device). Check the folder and its permissions.\n")
    assert {file.name: file.read_text(encoding="utf8") for file in tmp_path.iterdir()} == {
        "answer.json": '{"format": "pilcrow-evidence-1"}'
    }
