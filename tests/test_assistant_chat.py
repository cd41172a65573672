"""The parts of the chat that need no browser: what is rendered, kept, exported, let in and refused."""

from __future__ import annotations

import asyncio
import html
import json
import re
import shutil
import socket
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import pytest

from assistant import Answer, Assistant, Settings
from assistant.bundle import make_bundle
from assistant.chat.answer import answer_html, claim_html
from assistant.chat.asking import answer_events
from assistant.chat.auth import AuthError, is_account, is_loopback, read_accounts
from assistant.chat.events import Events
from assistant.chat.examples import examples
from assistant.chat.export import ExportError, export
from assistant.chat.feedback import FeedbackError, gold, keep
from assistant.chat.library import Library, Manner
from assistant.chat.reader import document_html
from assistant.chat.web import LOCKED, MOST_GUESSES, Front, page_files, policy
from assistant.cli import run
from assistant.types import Claim, Label, Verdict
from evals.gold import load_questions
from ingest import ingest
from ingest.index import current_generation
from ingest.types import Document, Paragraph, Place

QUESTION = "What worried Seoul most about closer ties with NATO?"
NASTY = '<img src=x onerror="alert(1)"> & [link](http://evil.example)'


@pytest.fixture(scope="module")
def answer(bundled_assistant: Assistant) -> Answer:
    return bundled_assistant.ask(QUESTION)


@pytest.fixture(scope="module")
def evidence(bundled_assistant: Assistant, answer: Answer) -> str:
    return json.dumps(make_bundle(answer, bundled_assistant.settings))


@pytest.fixture
def library(bundled_index: Path, tmp_path: Path) -> Library:
    """Over an index of its own, which may be changed."""
    shutil.copytree(bundled_index, tmp_path / "index")
    return Library(Assistant.open(Settings(index=tmp_path / "index")))


def asked(library: Library, question: str, options: object = None) -> list[dict[str, Any]]:
    """All events of one question."""

    return [event for events in followed(answer_events(library, question, [], options)) for event in events]


async def collect(events: Any) -> list[dict[str, Any]]:
    """All that an asynchronous generator gives."""
    return [event async for event in events]


def followed(events: Any) -> list[dict[str, Any]]:
    """The same, waited for."""
    return asyncio.run(collect(events))


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


# --- What is rendered -------------------------------------------------------------------------------------------------


def test_the_reader_holds_each_paragraph_to_the_character(bundled_assistant: Assistant) -> None:
    for document in bundled_assistant.documents():
        paragraphs = bundled_assistant.paragraphs(document.document_id)
        page = document_html(document, paragraphs)
        shown = re.findall(r'<span data-text>(.*?)</span></div><div class="tools">', page)
        assert [text_of(found) for found in shown] == [paragraph.text for paragraph in paragraphs]


def test_the_reader_shows_sections_numbers_marks_and_date(bundled_assistant: Assistant) -> None:
    cable, _ = bundled_assistant.documents()
    page = document_html(cable, bundled_assistant.paragraphs(cable.document_id))
    assert '<time datetime="2006-05-26">26 May 2006</time>' in page
    assert "<h3>BIGGEST CONCERN IS DPRK&#x27;S SUSPICION OF ROK-NATO TIES</h3>" in page
    assert page.count('<span class="portion" title="Portion mark">(C)</span>') == 4
    assert '<span class="anchor" aria-hidden="true">¶3</span>' in page


def test_a_document_of_markup_is_shown_as_text() -> None:
    document = Document("x", NASTY, None, NASTY, "x.md", "0" * 64, url="http://evil.example", note=NASTY)
    page = document_html(document, [Paragraph("x", NASTY, NASTY, "body", NASTY, Place(), mark=NASTY)])
    assert "<img" not in page
    assert "<a " not in page
    assert page.count(html.escape(NASTY)) >= 6


def test_a_date_that_is_no_day_stays_as_it_is() -> None:
    document = Document("x", "X", "<sometime>", "text", "x.md", "0" * 64)
    assert '<time datetime="&lt;sometime&gt;">&lt;sometime&gt;</time>' in document_html(document, [])


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("supported", "Supported"),
        ("partial", "Partly supported"),
        ("contradicted", "Contradicted"),
        ("unsupported", "Not supported"),
    ],
)
def test_each_verdict_has_its_own_words(label: Label, said: str) -> None:
    shown = claim_html(Claim("x", (1,), Verdict(label, ("25 is not in ¶2",))))
    assert f'<span class="unseen">{said}: </span>' in shown
    assert ("25 is not in ¶2" in shown) == (label != "supported")


def test_each_verdict_has_its_own_shape() -> None:
    labels = get_args(Label)
    shown = [claim_html(Claim("x", (), Verdict(label))) for label in labels]
    assert len({shape for claim in shown for shape in re.findall("<svg.*</svg>", claim)}) == len(labels)


def test_a_claim_of_markup_is_shown_as_text() -> None:
    shown = claim_html(Claim(NASTY, (), Verdict("partial", (NASTY,))))
    assert "<img" not in shown
    assert text_of(shown).count(NASTY) == 2


def test_an_answer_names_the_place_of_each_quote(answer: Answer) -> None:
    shown = answer_html(answer)
    for citation in answer.citations:
        place = f'data-reference="{citation.reference}" data-start="{citation.start}" data-end="{citation.end}"'
        assert shown.count(place) == 3  # chip, source, link


def test_an_abstention_shows_the_nearest_paragraphs(bundled_assistant: Assistant) -> None:
    shown = answer_html(bundled_assistant.ask("What did the Brazilian delegation propose about fishing quotas?"))
    assert "The documents do not say." in shown
    assert shown.count('<li><button type="button" class="source"') == 3


def test_examples_are_answered_by_the_documents(bundled_assistant: Assistant) -> None:
    found = examples(bundled_assistant)
    assert len(found) == 4
    assert {bundled_assistant.ask(question).status for question in found} == {"answered"}


def test_examples_are_drawn_from_ones_own_documents(tmp_path: Path) -> None:
    text = (
        "The harbor office hired Orla Quist.\n\nOn Monday the keeper Orla Quist counted 42 zebra mussels at the pier.\n"
    )
    (tmp_path / "harbor.txt").write_text(text, encoding="utf8")
    settings = Settings(index=tmp_path / "index")
    ingest([tmp_path / "harbor.txt"], settings)
    assert examples(Assistant.open(settings)) == ["What is said about Orla Quist?"]


# --- Asking -----------------------------------------------------------------------------------------------------------


def test_events_are_the_claims_and_then_the_answer(library: Library, answer: Answer) -> None:
    events = asked(library, QUESTION)
    assert [event["kind"] for event in events] == [*["claim"] * len(answer.claims), "answer"]
    assert [event["text"] for event in events[:-1]] == [claim.text for claim in answer.claims]
    assert json.loads(events[-1]["bundle"])["answer"]["answer"] == answer.answer


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"passages": 0}, "The question cannot be asked: Input should be greater than or equal to 1."),
        ({"after": "yesterday"}, "The question cannot be asked: 'yesterday' is no day; write it as 2006-05-26."),
        ({"after": "2020-01-01", "before": "2010-01-01"},
         "The question cannot be asked: the first day is after the last; change one of them in the settings."),
        ({"documents": []}, "The question cannot be asked: no document is chosen; choose one in the settings."),
        ({"documents": ["gone"]},
         "None of the chosen documents is in the index any more. Choose others in the settings."),
        ({"mode": "llm"}, "No model can be asked: set OPENAI_API_KEY or OPENAI_BASE_URL and start the chat again."),
        ({"model": "gpt-expensive"}, "The model gpt-expensive is not on offer. Add it to PILCROW_MODELS."),
        ({"path": "/etc/passwd"}, "The question cannot be asked: Extra inputs are not permitted."),
        ("nonsense", None),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_one_line(library: Library, options: object, said: str | None) -> None:
    (event,) = asked(library, QUESTION, options)
    assert event["kind"] == "error"
    assert said is None or event["text"] == said


def test_options_narrow_the_search(library: Library) -> None:
    events = asked(library, "What is said about China?", {"documents": ["06SEOUL1789"], "passages": 2})
    passages = json.loads(events[-1]["bundle"])["answer"]["passages"]
    assert [item["reference"].split()[0] for item in passages] == ["06SEOUL1789"] * 2


def test_an_ingest_elsewhere_is_noticed_at_the_next_question(library: Library, tmp_path: Path) -> None:
    before = library.assistant()
    (tmp_path / "mussels.txt").write_text("The zebra mussel survey cost 42 million crowns.\n", encoding="utf8")
    ingest([tmp_path / "mussels.txt"], library.settings)
    events = asked(library, "How much did the zebra mussel survey cost?")
    assert "42 million crowns" in events[-1]["text"]
    assert len(before.documents()) == 2
    assert before.ask(QUESTION).status == "answered"


def test_a_manner_shares_index_and_embedding(library: Library) -> None:
    other = library.assistant(Manner(passages=3))
    assert (other.settings.passages, other.index) == (3, library.assistant().index)
    assert library.assistant(Manner(passages=3)) is other
    assert library.assistant(Manner(passages=library.settings.passages)) is library.assistant()


def test_without_a_model_no_model_ranks(bundled_index: Path) -> None:
    settings = Settings(index=bundled_index, openai_base_url="http://127.0.0.1:9/v1", reranker="model")
    assert Library(Assistant.open(settings)).assistant(Manner(mode="extractive")).reranker is None


# --- Documents --------------------------------------------------------------------------------------------------------


def test_an_upload_is_kept_reported_and_removed_with_its_file(library: Library, tmp_path: Path) -> None:
    events = Events(library, received=tmp_path)
    (tmp_path / "sent").mkdir()
    good, bad = tmp_path / "sent" / "mussels.txt", tmp_path / "sent" / "map.png"
    good.write_text("The zebra mussel survey cost 42 million crowns.\n", encoding="utf8")
    bad.write_bytes(b"\x89PNG\r\n\x1a\n")
    told = followed(events.add_documents([str(good), str(bad)]))
    picture, text = told[-1]["report"]["files"]
    assert picture["skipped"].startswith("a PNG image, which Pilcrow cannot read.")
    assert [(item["document_id"], item["state"]) for item in text["documents"]] == [("mussels", "added")]
    assert any(event.get("total") for event in told)
    (kept,) = (library.settings.index / "uploads").rglob("*.*")
    assert next(item.path for item in library.assistant().documents() if item.document_id == "mussels") == str(kept)
    assert not good.exists()
    assert followed(events.remove_document("mussels"))[-1]["report"]["removed"] == ["mussels"]
    assert list((library.settings.index / "uploads").rglob("*.*")) == []


def test_questions_go_on_while_documents_are_read(library: Library, tmp_path: Path) -> None:
    text = "\n\n".join(
        f"Pier {number} of the harbor took {number * 7} ships of sort {number % 13}." for number in range(20)
    )
    (tmp_path / "piers.txt").write_text(text, encoding="utf8")
    events = Events(library, received=tmp_path)
    answered = 0

    async def both() -> None:
        nonlocal answered
        reading = asyncio.create_task(collect(events.add_documents([str(tmp_path / "piers.txt")])))
        while not reading.done():
            async for told in answer_events(library, QUESTION, [], {}):
                answered += told[-1]["kind"] == "answer"
            await asyncio.sleep(0.1)
        assert "report" in reading.result()[-1]

    asyncio.run(both())
    assert answered > 3


def test_a_cancelled_upload_leaves_all_as_it_was(library: Library, tmp_path: Path) -> None:
    (tmp_path / "mussels.txt").write_text("The zebra mussel survey cost 42 million crowns.\n", encoding="utf8")
    before = library.assistant().index.generation

    async def cancelled() -> None:
        events = Events(library, received=tmp_path).add_documents([str(tmp_path / "mussels.txt")])
        async for event in events:
            if event.get("stage") == "Loading the embedding model":
                break
        await events.aclose()

    asyncio.run(cancelled())
    assert current_generation(library.settings.index) == before
    assert list((library.settings.index / "uploads").rglob("*")) == []


def test_an_upload_cancelled_too_late_keeps_its_file(library: Library, tmp_path: Path) -> None:
    (tmp_path / "mussels.txt").write_text("The zebra mussel survey cost 42 million crowns.\n", encoding="utf8")
    before = library.assistant().index.generation

    async def cancelled() -> None:
        added = collect(Events(library, received=tmp_path).add_documents([str(tmp_path / "mussels.txt")]))
        adding = asyncio.create_task(added)
        while current_generation(library.settings.index) == before:
            await asyncio.sleep(0.001)
        adding.cancel()
        await asyncio.wait([adding])

    asyncio.run(cancelled())
    (path,) = [document.path for document in library.assistant().documents() if document.document_id == "mussels"]
    assert Path(path).is_file()


def test_the_last_document_stays_when_two_are_removed_at_once(library: Library, tmp_path: Path) -> None:
    events = Events(library, received=tmp_path)
    names = [document.document_id for document in library.assistant().documents()]

    async def both() -> list[list[dict[str, Any]]]:
        return await asyncio.gather(*(collect(events.remove_document(name)) for name in names))

    first, second = asyncio.run(both())
    assert first[-1]["report"]["removed"] == names[:1]
    assert second[-1] == {"error": "The last document stays: an index holds one or more. Add another first."}


def test_a_file_that_did_not_arrive_by_upload_is_refused(library: Library, tmp_path: Path) -> None:
    events = Events(library, received=tmp_path / "sent")
    (tmp_path / "secret.txt").write_text("The password is swordfish.", encoding="utf8")
    for path in (tmp_path / "secret.txt", tmp_path / "sent" / ".." / "secret.txt"):
        assert followed(events.add_documents([str(path)])) == [{"error": "secret.txt did not arrive. Send it again."}]


def test_an_unknown_document_is_not_removed(library: Library, tmp_path: Path) -> None:
    told = followed(Events(library, received=tmp_path).remove_document("nothing"))
    assert told[-1] == {"error": "No document nothing in the index. `pilcrow documents` lists what is there."}


def test_the_overview_says_what_may_be_chosen(library: Library, tmp_path: Path) -> None:
    overview = Events(library, received=tmp_path).overview()
    assert (overview["mode"], overview["can_ask_a_model"], overview["models"]) == ("extractive", False, [])
    assert [item["paragraphs"] for item in overview["documents"]] == [4, 23]


# --- What people keep -------------------------------------------------------------------------------------------------


def judged(**changes: Any) -> dict[str, Any]:
    return {
        "question": "Who signed the cable?",
        "answer": "Signed: VERSHBOW. [1]",
        "quotes": ["Signed: VERSHBOW."],
        "references": ["06SEOUL1789 header"],
        "status": "answered",
        "good": True,
        **changes,
    }


def test_judgements_become_gold_questions_that_load(tmp_path: Path) -> None:
    keep(tmp_path, judged())
    keep(tmp_path, judged(question="What of fish?", good=False, reason="should_abstain"))
    right = {"right_answer": "May 25 at MOFAT.", "right_references": ["06SEOUL1789 ¶2"]}
    keep(
        tmp_path,
        judged(question="And when?", history=[["Who met?", "Kang."]], good=False, reason="incomplete", **right),
    )
    keep(tmp_path, judged(question="Says too little?", good=False, reason="other"))
    found = gold(tmp_path)
    assert (found.questions, found.left_out) == (3, 1)
    (tmp_path / "gold.jsonl").write_text(found.lines, encoding="utf8")
    first, second, third = load_questions(tmp_path / "gold.jsonl")
    assert (first.type, first.references, first.facts) == ("single", ("06SEOUL1789 header",), (("VERSHBOW",),))
    assert (second.type, second.answerable) == ("unanswerable", False)
    assert (third.type, third.answer, third.references) == ("follow_up", "May 25 at MOFAT.", ("06SEOUL1789 ¶2",))


def test_the_newest_judgement_on_a_question_counts(tmp_path: Path) -> None:
    keep(tmp_path, judged())
    keep(tmp_path, judged(good=False, reason="should_abstain"))
    (line,) = [json.loads(line) for line in gold(tmp_path).lines.splitlines()]
    assert line["answerable"] is False


def test_a_judged_question_may_hold_a_line_separator(tmp_path: Path) -> None:
    keep(tmp_path, judged(question="Who signed\u2028the cable?"))
    assert gold(tmp_path).questions == 1


def test_a_judgement_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="The feedback cannot be kept: extra"):
        keep(tmp_path, judged(extra=1))


def test_a_zip_holds_the_pages_and_each_bundle(evidence: str) -> None:
    archive = zipfile.ZipFile(BytesIO(export([evidence, evidence], "zip").content))
    assert archive.namelist() == ["conversation.md", "conversation.html", "answer-1.json", "answer-2.json"]
    assert json.loads(archive.read("answer-1.json")) == json.loads(evidence)
    page = archive.read("conversation.html").decode()
    citations = len(json.loads(evidence)["answer"]["citations"])
    assert (page.count("<h1>"), page.count("</html>"), page.count("<mark>")) == (2, 1, 2 * citations)


@pytest.mark.parametrize(
    ("texts", "form", "said"),
    [
        ([], "md", "There is no answer to export yet. Ask a question first."),
        (["{}"], "md", "An answer is not a whole bundle (KeyError: 'format'). Ask again."),
        (
            ['{"format": "other"}'],
            "md",
            "An answer is not a bundle of the form pilcrow-evidence-1. Ask again, then export.",
        ),
        (["{}", "{}"], "json", "One file of JSON holds one answer. Export the conversation as ZIP."),
        (["{}"], "pdf", "Unknown form 'pdf'. Use one of md, html, json, zip."),
    ],
)
def test_what_cannot_be_exported_is_one_line(texts: list[str], form: str, said: str) -> None:
    with pytest.raises(ExportError) as error:
        export(texts, form)
    assert str(error.value) == said


# --- Who is let in ----------------------------------------------------------------------------------------------------


def test_accounts_are_read_from_the_variable_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts"
    path.write_text("# the team\nada:one,two\n\nbob : three\n", encoding="utf8")
    assert read_accounts("ada:one,bob:two:three") == {"ada": "one", "bob": "two:three"}
    assert read_accounts(str(path)) == {"ada": "one,two", "bob": " three"}


def test_many_accounts_are_read_from_the_variable() -> None:
    assert len(read_accounts(",".join(f"user{number}:secret-{number}" for number in range(400)))) == 400


@pytest.mark.parametrize("value", ["ada", ":secret", "ada:", "/no/such/file", ","])
def test_accounts_that_cannot_be_read_are_not_repeated(value: str) -> None:
    with pytest.raises(AuthError) as error:
        read_accounts(value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "password", "let_in"), [("ada", "one", True), ("ada", "two", False), ("eve", "", False)]
)
def test_only_the_right_password_lets_in(name: str, password: str, let_in: bool) -> None:
    assert is_account({"ada": "one"}, name, password) is let_in


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),  # noqa: S104  # asked about, not listened on
        ("192.168.1.5", False),
        ("pilcrow.example", False),
    ],  # an address that is asked about, not listened on
)
def test_what_other_machines_reach_is_told_from_loopback(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here


def test_an_open_address_without_accounts_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chat", "--host", "0.0.0.0"]) == 2  # noqa: S104  # it is what must be refused
    assert capsys.readouterr().err == (
        "pilcrow: 0.0.0.0 can be reached from other machines. Set PILCROW_AUTH=name:password, or leave out --host.\n"
    )


def test_a_port_in_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["chat", "--port", str(port)]) == 1
    assert capsys.readouterr().err == f"pilcrow: Port {port} is in use. Give another with --port.\n"


class Web:
    """Calls a `Front` whose application answers every login with 400 and everything else with a page."""

    PAGE = b'<html><meta property="og:image" content="https://other.example/x.jpg" /><script>one()</script></html>'

    def __init__(self, *, loopback: bool = True) -> None:
        self.front = Front(self.app, loopback=loopback)

    async def app(self, scope: Any, _receive: Any, send: Any) -> None:
        status = 400 if scope["path"] == "/login" else 200
        headers = [(b"content-type", b"text/html"), (b"content-length", str(len(self.PAGE)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": self.PAGE[:20], "more_body": True})
        await send({"type": "http.response.body", "body": self.PAGE[20:]})

    def call(self, path: str = "/", method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        sent: list[Any] = []
        given = {"host": "127.0.0.1:7860", **headers}
        scope = {
            "type": "http",
            "path": path,
            "method": method,
            "client": ("127.0.0.1", 5000),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {}

        asyncio.run(self.front(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent)
        return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}, body


def test_a_page_names_its_inline_scripts_and_no_other_host() -> None:
    status, headers, body = Web().call()
    assert (status, len(body)) == (200, int(headers["content-length"]))
    assert b"other.example" not in body
    assert re.search(r"script-src 'self' 'sha256-[\w+/]{43}='; ", headers["content-security-policy"])
    assert headers["x-content-type-options"] == "nosniff"


def test_the_policy_lets_nothing_be_evaluated() -> None:
    script = re.search(r"script-src ([^;]*)", policy())
    assert script is not None
    assert script[1] == "'self'"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "localhost:7860"}, 200),
        ({"host": "[::1]:7860"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:7860"}, 200),
    ],
)
def test_pages_of_other_sites_may_not_call(headers: dict[str, str], status: int) -> None:
    assert Web().call("/gradio_api/call/ask", "POST", **headers)[0] == status


def test_a_guesser_is_locked_out_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web()
    now = 1000.0
    monkeypatch.setattr("assistant.chat.web.time.monotonic", lambda: now)
    for _ in range(MOST_GUESSES):
        assert web.call("/login", "POST")[0] == 400
    assert web.call("/login", "POST")[::2] == (429, b"Too many wrong passwords. Wait a minute, then try again.")
    now += LOCKED + 1
    assert web.call("/login", "POST")[0] == 400


def test_the_page_s_own_files_are_served() -> None:
    web = Web()
    for name, content in page_files().items():
        status, headers, body = web.call(f"/pilcrow/{name}")
        assert (status, body) == (200, content)
        assert headers["content-type"].split("/")[0] in ("text", "image")
    assert {"page.html", "chat.css", "chat.js"} <= page_files().keys()
