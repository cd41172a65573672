"""The chat in a real browser, over the bundled documents and, where they are at hand, the originals."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import page as new_page
from model_server import ChatRequest, ModelServer, Streaming
from personas import Honest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from assistant import Assistant, Settings
from evals.benchmark_chat import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

expect.set_options(timeout=30_000)
AXE = Path(__file__).parent / "data" / "axe" / "axe.min.js"
CABLE_QUESTION = "What worried Seoul most about closer ties with NATO?"
ARTICLE_QUESTION = "Which group in Estonia did the spy agency join?"
UNANSWERABLE = "What did the Brazilian delegation propose about fishing quotas?"
OWN_CABLE = """07TESTVILLE42
HARBOR EXPANSION IN TESTVILLE MOVES AHEAD
Mon Jan 15 00:00:00 +0200 2007
UNCLASSIFIED
Embassy Testville
SUBJECT: HARBOR EXPANSION IN TESTVILLE MOVES AHEAD

SUMMARY
-------

¶1.  (U) The harbor master of Testville announced that a third pier for
container ships will open in September 2009.

¶2.  (U) Minister Orla Quist said that the zebra mussel survey cost 42
million crowns and that the fishermen's union had agreed to it.
QUIST
"""
HOSTILE = """# <script>alert('title')</script> Zanzibar <img src=x onerror=alert(1)>

The zanzibar ledger <script>document.title='owned'; alert(1)</script> lists 17 crates of cloves.

The zanzibar ledger ![pixel](http://evil.example/leak.png?q=1) names the clerk
<img src="http://evil.example/x.png" onerror="alert(2)">
&lt;img src=http://evil.example/y.png onerror=alert(3)&gt; Salim bin Rashid.

The zanzibar ledger `<iframe src="http://evil.example/frame"></iframe> <svg onload=alert(4)>` has a
[link](javascript:alert(5)) and <form action="http://evil.example/"><input autofocus onfocus=alert(6)></form>
and <style>@import 'http://evil.example/s.css'</style>.
"""


class ByModel:
    """A model server's persona for each model name."""

    def __init__(self) -> None:
        self.personas = {
            "slow": Honest(streaming=Streaming(size=24, delay=0.05)),
            "quick": Honest(),
        }

    def reply(self, request: ChatRequest) -> Any:
        return self.personas[request.model].reply(request)


@pytest.fixture(scope="module")
def models() -> Iterator[ModelServer]:
    with ModelServer(ByModel()) as server:
        yield server


@pytest.fixture(scope="module")
def address(bundled_index: Path, models: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat over an index of its own, which may ask two models but does not unless told to."""
    folder = tmp_path_factory.mktemp("chat")
    shutil.copytree(bundled_index, folder / "index")
    environment = {
        "PILCROW_MODE": "extractive",
        "OPENAI_BASE_URL": models.base_url,
        "PILCROW_MODEL": "slow",
        "PILCROW_MODELS": "quick",
    }
    with served(folder / "index", log=folder / "log", **environment) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with new_page() as opened:
        found = opened.context.browser
        assert found is not None
        yield found


@dataclass
class Watch:
    """What a page asked of the network, opened as a dialog, or complained of."""

    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def foreign(self, address: str) -> list[str]:
        return [url for url in self.requests if not url.startswith((address, "blob:", "data:"))]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, reduced_motion="reduce", accept_downloads=True
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def only_bundled(address: str) -> Iterator[None]:
    """Takes out what a test has uploaded, whatever became of the test."""
    yield
    with httpx.Client(base_url=address, timeout=60) as client:
        for item in called(client, "overview")["documents"]:
            if item["note"] is None:
                called(client, "remove_document", item["document_id"])


def called(client: httpx.Client, name: str, *values: Any) -> Any:
    """The first value that an event of the chat gives when it is complete."""
    event = client.post(f"/gradio_api/call/{name}", json={"data": values}).json()["event_id"]
    lines = client.get(f"/gradio_api/call/{name}/{event}").text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: [")][-1][0]


@pytest.fixture
def page(context: BrowserContext, address: str, watch: Watch) -> Page:
    return opened(context, address, watch)


def opened(context: BrowserContext, address: str, watch: Watch) -> Page:
    """The chat, ready to be asked."""
    page = context.new_page()
    page.on("request", lambda request: watch.requests.append(request.url))
    page.on("console", lambda message: watch.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.on("dialog", lambda dialog: (watch.dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(address)
    page.locator("#pilcrow[data-ready=true]").wait_for()
    return page


def ask(page: Page, question: str, state: str = "answered") -> None:
    """Ask, and wait for the answer."""
    turns = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".turn").nth(turns)).to_have_class(re.compile(state))


def marked(page: Page) -> str:
    """The text that is marked in the reader."""
    return "".join(page.locator("#reader mark").all_text_contents())


def bundle(page: Page, turn: int = -1) -> dict[str, Any]:
    """The evidence of an answer, as the browser keeps it."""
    kept: dict[str, Any] = page.evaluate(
        "turn => JSON.parse(JSON.parse(localStorage['pilcrow.conversations'])[0].turns.at(turn).bundle)", turn
    )
    return kept


def chips_mark_their_quotes(page: Page) -> int:
    """Press each chip of the last answer; each marks its citation's very characters. Gives how many there were."""
    citations = {str(item["number"]): item for item in bundle(page)["answer"]["citations"]}
    chips = page.locator(".turn").last.locator(".claim .chip")
    for number in range(chips.count()):
        citation = citations[chips.nth(number).inner_text()]
        chips.nth(number).click()
        expect(page.locator("#quoted")).to_have_text(f"Quoted from {citation['reference']}")
        assert marked(page) == citation["quote"]
        assert page.locator("#reader .here").get_attribute("data-reference") == citation["reference"]
        expect(page.locator("#reader mark").first).to_be_in_viewport()
    return chips.count()


def axe(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical: rule and place."""
    page.evaluate(AXE.read_text(encoding="utf8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{item['id']}: {node['target']} {node['failureSummary']}"
        for item in found
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"]
    ]


@pytest.mark.parametrize(
    ("question", "document"), [(CABLE_QUESTION, "06SEOUL1789"), (ARTICLE_QUESTION, "koreapro-2197111")]
)
def test_a_chip_marks_its_quote_to_the_character(page: Page, question: str, document: str) -> None:
    ask(page, question)
    assert chips_mark_their_quotes(page) >= 1
    assert document in page.locator("#reader .kind").inner_text()


def test_a_quote_that_no_longer_stands_is_told_and_not_marked(page: Page) -> None:
    ask(page, CABLE_QUESTION)
    reference = bundle(page)["answer"]["citations"][0]["reference"]
    page.evaluate(
        "reference => document.querySelector(`#reader [data-reference='${reference}'] [data-text]`).prepend('New. ')",
        reference,
    )
    page.locator(".chip").first.click()
    expect(page.locator("#told")).to_contain_text(f"{reference} has changed since this answer")
    assert marked(page) == ""


def test_a_header_is_quoted_across_its_fields(page: Page) -> None:
    ask(page, "Who signed the cable?")
    assert chips_mark_their_quotes(page) == 1
    assert "VERSHBOW" in marked(page)


def test_no_request_leaves_the_page(page: Page, address: str, watch: Watch) -> None:
    ask(page, CABLE_QUESTION)
    page.locator(".chip").first.click()
    assert len(watch.requests) > 10
    assert watch.foreign(address) == []
    assert watch.complaints == []


def test_the_policy_forbids_inline_scripts_and_other_hosts(page: Page, address: str) -> None:
    policy = page.request.get(address).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data:" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in re.search(r"script-src [^;]*", policy)[0]  # type: ignore[index]


def test_paragraphs_cited_carry_a_mark_in_the_margin(page: Page) -> None:
    ask(page, CABLE_QUESTION)
    cited = dict.fromkeys(item["reference"] for item in bundle(page)["answer"]["citations"])
    page.locator(".chip").first.click()
    shown = page.locator("#reader .cited")
    assert [shown.nth(number).get_attribute("data-reference") for number in range(shown.count())] == sorted(cited)
    assert "1" in shown.first.locator(".margin").inner_text()


def test_an_abstention_shows_what_is_missing_and_the_nearest_paragraphs(page: Page) -> None:
    ask(page, UNANSWERABLE, "abstained")
    reply = page.locator(".turn .reply")
    expect(reply).to_contain_text("The documents do not say.")
    expect(reply.locator(".missing li").first).to_be_visible()
    nearest = reply.locator(".nearest button")
    assert nearest.count() == 3
    nearest.first.click()
    reference = nearest.first.get_attribute("data-reference")
    expect(page.locator("#reader .here")).to_have_attribute("data-reference", reference or "")


def test_claims_stream_in_and_can_be_stopped(page: Page, models: ModelServer) -> None:
    models.hung_up.clear()
    use_model(page, "slow")
    page.get_by_label("Your question").fill(CABLE_QUESTION)
    page.get_by_label("Your question").press("Enter")
    turn = page.locator(".turn").last
    expect(turn.locator(".claim").first).to_be_visible()
    expect(turn.locator(".waiting").last).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(turn).to_have_class(re.compile("stopped"))
    assert turn.locator(".claim").count() >= 1
    expect(page.locator("#live")).to_contain_text("Stopped.")
    assert models.hung_up.wait(10)


def test_a_stopped_question_can_be_asked_again(page: Page) -> None:
    use_model(page, "slow")
    page.get_by_label("Your question").fill(ARTICLE_QUESTION)
    page.get_by_label("Your question").press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn")).to_have_class(re.compile("stopped"))
    use_model(page, "quick")
    expect(page.locator("#mode")).to_have_text("Written by quick, each claim checked")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_class(re.compile("answered"))
    assert page.locator(".turn").count() == 1
    assert bundle(page)["answer"]["model"] == "quick"


def test_a_verdict_is_told_in_words_as_well(page: Page) -> None:
    ask(page, CABLE_QUESTION)
    assert page.locator(".claim .verdict .unseen").first.text_content() == "Supported: "
    assert page.locator(".claim .verdict").first.get_attribute("title") == "Supported"


def test_a_follow_up_leans_on_the_question_before(page: Page) -> None:
    ask(page, "Which group in Estonia did the spy agency join?")
    ask(page, "When did it?", "answered|partial|abstained")
    assert (
        bundle(page)["answer"]["standalone_question"] == "Which group in Estonia did the spy agency join? When did it?"
    )


def test_editing_a_question_asks_the_new_one(page: Page) -> None:
    ask(page, CABLE_QUESTION)
    ask(page, ARTICLE_QUESTION)
    page.locator(".turn").first.get_by_role("button", name="Edit").click()
    page.get_by_label("Change the question").fill("Who signed the cable?")
    page.get_by_label("Change the question").press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator(".turn")).to_contain_text("VERSHBOW")


def test_example_questions_are_answered(page: Page) -> None:
    assert page.locator("#examples button").count() == 4
    page.locator("#examples button").nth(1).click()
    expect(page.locator(".turn")).to_have_class(re.compile("answered"))


def test_a_conversation_is_there_after_a_reload(page: Page) -> None:
    ask(page, ARTICLE_QUESTION)
    said = page.locator(".claim .said").first.text_content() or ""
    page.reload()
    page.locator("#pilcrow[data-ready=true]").wait_for()
    expect(page.locator(".claim .said").first).to_have_text(said)
    page.get_by_role("button", name="New").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.get_by_role("button", name="Conversations").click()
    page.locator("#kept .source").first.click()
    expect(page.locator(".claim .said").first).to_have_text(said)


def test_a_link_reopens_a_citation(page: Page, address: str) -> None:
    ask(page, CABLE_QUESTION)
    page.get_by_role("button", name="Copy link to citation 1").click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto("about:blank")
    page.goto(link)
    page.locator("#pilcrow[data-ready=true]").wait_for()
    assert marked(page) == bundle(page)["answer"]["citations"][0]["quote"]
    page.goto("about:blank")
    page.goto(f"{address}/#koreapro-2197111-caption-1")
    page.locator("#pilcrow[data-ready=true]").wait_for()
    expect(page.locator("#reader .here")).to_have_attribute("data-reference", "koreapro-2197111 caption 1")


def test_an_exported_bundle_verifies(page: Page, tmp_path: Path) -> None:
    ask(page, CABLE_QUESTION)
    with page.expect_download() as started:
        page.get_by_role("button", name="Evidence").click()
    kept = tmp_path / started.value.suggested_filename
    started.value.save_as(kept)
    citations = len(json.loads(kept.read_text(encoding="utf8"))["answer"]["citations"])
    code, told = verified(kept)
    assert (code, told.split(":")[0]) == (0, f"{citations} citations hold")


@pytest.mark.parametrize(("form", "ending"), [("Markdown", ".md"), ("HTML", ".html")])
def test_a_conversation_is_exported_for_people(page: Page, tmp_path: Path, form: str, ending: str) -> None:
    ask(page, CABLE_QUESTION)
    ask(page, ARTICLE_QUESTION)
    page.get_by_role("button", name="Export conversation").click()
    with page.expect_download() as started:
        page.locator("#keep").get_by_role("button", name=form).click()
    kept = tmp_path / started.value.suggested_filename
    started.value.save_as(kept)
    assert kept.suffix == ending
    text = kept.read_text(encoding="utf8")
    assert "What worried Seoul" in text
    assert "Which group in Estonia" in text


@pytest.mark.usefixtures("only_bundled")
def test_a_citation_of_a_document_that_the_page_does_not_know_yet_opens(page: Page, tmp_path: Path) -> None:
    cable = tmp_path / "07TESTVILLE42.txt"
    cable.write_text(OWN_CABLE, encoding="utf8")
    page.route("**/gradio_api/call/overview", lambda route: route.abort())
    upload(page, cable)
    expect(page.locator("#report .done")).to_contain_text("Read: 07TESTVILLE42.txt")
    page.locator("#documents [data-close]").click()
    ask(page, "How much did the zebra mussel survey cost?")
    page.unroute("**/gradio_api/call/overview")
    assert chips_mark_their_quotes(page) >= 1


def test_a_document_that_does_not_come_is_asked_for_again_and_then_told(page: Page) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    ask(page, "Which group in Estonia did the spy agency join?")
    page.route("**/gradio_api/call/document", refuse)
    page.locator(".turn").last.locator(".claim .chip").first.click()
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    assert len(asked) == 2


@pytest.mark.usefixtures("only_bundled")
def test_an_uploaded_cable_answers_and_goes_again(page: Page, tmp_path: Path) -> None:
    cable, picture = tmp_path / "07TESTVILLE42.txt", tmp_path / "map.png"
    cable.write_text(OWN_CABLE, encoding="utf8")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    upload(page, cable, picture)
    report = page.locator("#report")
    expect(report.locator(".done")).to_contain_text("Read: 07TESTVILLE42.txt: HARBOR EXPANSION")
    expect(report.locator(".failed")).to_contain_text("Skipped: map.png: a PNG image, which Pilcrow cannot read.")
    page.locator("#documents [data-close]").click()
    ask(page, "How much did the zebra mussel survey cost?")
    assert chips_mark_their_quotes(page) >= 1
    assert "42 million crowns" in page.locator(".claim .said").first.inner_text()
    with page.expect_download() as started:
        page.get_by_role("button", name="Evidence").click()
    started.value.save_as(tmp_path / "evidence.json")
    code, told = verified(tmp_path / "evidence.json")
    assert (code, told.split(":")[0]) == (0, "1 citation holds")
    remove(page, "07TESTVILLE42")
    expect(page.locator("#report")).to_contain_text("Removed: 07TESTVILLE42")
    page.locator("#documents [data-close]").click()
    expect(page.locator("#which option")).to_have_count(2)


def test_dropped_files_that_are_too_large_are_told_so(page: Page) -> None:
    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(21 * 2 ** 20)], "large.txt"));
            const event = {bubbles: true, cancelable: true, dataTransfer: files};
            document.body.dispatchEvent(new DragEvent("dragover", event));
            document.body.dispatchEvent(new DragEvent("drop", event));
        }"""
    )
    expect(page.locator("#report")).to_have_text("Skipped: large.txt: 21.0 MB, and 20 MB is the most. Split it. ")


@pytest.mark.usefixtures("only_bundled")
def test_a_hostile_document_stays_inert(page: Page, address: str, watch: Watch, tmp_path: Path) -> None:
    document = tmp_path / "zanzibar.md"
    document.write_text(HOSTILE, encoding="utf8")
    upload(page, document)
    expect(page.locator("#report .done")).to_be_visible()
    page.locator("#report button").first.click()
    expect(page.locator("#reader .document")).to_contain_text("17 crates")
    for question in (
        "How many crates of cloves does the zanzibar ledger list?",
        "Which clerk does the zanzibar ledger name?",
    ):
        ask(page, question, "answered|partial|abstained")
    page.locator(".turn .chip, .turn .nearest button").first.click()
    page.reload()
    page.locator("#pilcrow[data-ready=true]").wait_for()
    inside = "#pilcrow :is(#conversation, #reader, #which, #shelf, #chosen)"
    found = page.locator(f"{inside} :is(script, img, iframe, form, a, style, input:not([type=checkbox]))").count()
    title = page.title()
    remove(page, "zanzibar")
    expect(page.locator("#report")).to_contain_text("Removed: zanzibar")
    assert found == 0
    assert title == "Pilcrow ¶"
    assert watch.dialogs == []
    assert watch.foreign(address) == []
    assert watch.complaints == []


def test_settings_narrow_what_is_searched(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.locator("#chosen").get_by_role("checkbox").first.uncheck()
    page.get_by_role("slider").fill("3")
    page.locator("#settings [data-close]").click()
    expect(page.locator("#scope")).to_have_text("Searches 1 of 2 documents")
    ask(page, "What is said about China?", "answered|partial|abstained")
    passages = bundle(page)["answer"]["passages"]
    assert len(passages) == 3
    assert {item["reference"].split()[0] for item in passages} == {"koreapro-2197111"}
    page.locator(".passages summary").click()
    assert page.locator(".passages tbody tr").count() == 3


def test_words_are_found_in_the_document(page: Page) -> None:
    page.get_by_label("Search in this document").fill("NATO")
    expect(page.locator("#found")).to_have_text(re.compile(r"^1 of \d+$"))
    page.get_by_label("Search in this document").press("Enter")
    expect(page.locator("#found")).to_have_text(re.compile(r"^2 of \d+$"))
    page.get_by_label("Search in this document").fill("zzzz")
    expect(page.locator("#found")).to_have_text("no match")


def test_a_paragraph_is_asked_about_and_its_reference_copied(page: Page) -> None:
    paragraph = page.locator('[data-reference="06SEOUL1789 ¶3"]')
    paragraph.scroll_into_view_if_needed()
    paragraph.hover()
    paragraph.get_by_role("button", name="Copy reference").click()
    assert page.evaluate("navigator.clipboard.readText()") == "06SEOUL1789 ¶3"
    paragraph.get_by_role("button", name="Ask about").click()
    expect(page.get_by_label("Your question")).to_have_value(re.compile("06SEOUL1789 ¶3"))


def test_feedback_becomes_gold_questions(page: Page, tmp_path: Path) -> None:
    ask(page, ARTICLE_QUESTION)
    page.get_by_role("button", name="Good answer").click()
    page.locator("#feedback").get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Poor answer").click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Export all as gold questions").click()
    started.value.save_as(tmp_path / "gold.jsonl")
    line = json.loads((tmp_path / "gold.jsonl").read_text(encoding="utf8").splitlines()[-1])
    assert (line["question"], line["references"]) == (ARTICLE_QUESTION, ["koreapro-2197111 ¶13"])


def test_a_narrow_window_has_tabs(context: BrowserContext, address: str, watch: Watch) -> None:
    page = opened(context, address, watch)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#source")).to_be_hidden()
    ask(page, CABLE_QUESTION)
    page.locator(".chip").first.click()
    expect(page.locator("#talk")).to_be_hidden()
    expect(page.get_by_role("tab", name="Source")).to_have_attribute("aria-selected", "true")
    assert marked(page) == bundle(page)["answer"]["citations"][0]["quote"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Back to the answer").click()
    expect(page.locator("#talk")).to_be_visible()
    assert axe(page) == []


def test_the_keyboard_alone_will_do(page: Page) -> None:
    keys = page.keyboard
    keys.press("Tab")
    assert focused(page) == "Skip to the question"
    keys.press("Enter")
    keys.type(CABLE_QUESTION)
    keys.press("Enter")
    expect(page.locator(".turn")).to_have_class(re.compile("answered"))
    tab_to(page, lambda name: name.startswith("Citation 1:"), "Shift+Tab")
    keys.press("Enter")
    expect(page.locator("#reader mark").first).to_be_visible()
    assert page.evaluate("document.activeElement.dataset.reference") == "06SEOUL1789 ¶1"
    keys.press("Tab")
    assert focused(page).startswith("Ask about")
    keys.press("Escape")
    assert focused(page) == "Citation 1: 06SEOUL1789 ¶1"
    tab_to(page, lambda name: name == "Settings", "Shift+Tab")
    keys.press("Enter")
    expect(page.locator("#settings")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("#settings")).to_be_hidden()
    assert focused(page) == "Settings"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(context: BrowserContext, address: str, watch: Watch, scheme: Any) -> None:
    page = opened(context, address, watch)
    page.emulate_media(color_scheme=scheme)
    page.reload()
    page.locator("#pilcrow[data-ready=true]").wait_for()
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    found = axe(page)
    ask(page, CABLE_QUESTION)
    page.locator(".passages summary").click()
    page.locator(".chip").first.click()
    found += axe(page)
    ask(page, UNANSWERABLE, "abstained")
    found += axe(page)
    for name in ("documents", "settings", "conversations"):
        page.get_by_role("button", name=name.capitalize(), exact=True).click()
        found += axe(page)
        page.locator(f"#{name} [data-close]").click()
    page.get_by_role("button", name="Poor answer").first.click()
    found += axe(page)
    assert found == []


def test_both_documents_of_an_edition_are_quoted_exactly(
    index: Path, edition: str, browser: Browser, tmp_path: Path, watch: Watch
) -> None:
    if edition == "bundled":
        pytest.skip("asked above")
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    with served(index, log=tmp_path / "log") as address:
        page = opened(context, address, watch)
        for question in (CABLE_QUESTION, ARTICLE_QUESTION):
            ask(page, question)
            assert chips_mark_their_quotes(page) >= 1
        references = [item["reference"] for turn in (0, 1) for item in bundle(page, turn)["answer"]["citations"]]
    assert {reference.split()[0] for reference in references} == {"06SEOUL1789", "koreapro-2197111"}
    assistant = Assistant.open(Settings(index=index))
    assert all(assistant.paragraph(reference) for reference in references)
    context.close()


def use_model(page: Page, name: str) -> None:
    """Choose a model in the settings panel."""
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("A model writes, each claim checked").check()
    page.locator("#settings select").select_option(name)
    page.locator("#settings [data-close]").click()


def upload(page: Page, *files: Path) -> None:
    """Choose files in the documents panel, and wait for the report."""
    page.get_by_role("button", name="Documents", exact=True).click()
    page.locator("#files").set_input_files([str(file) for file in files])
    page.locator("#report .entry").first.wait_for(timeout=60_000)


def remove(page: Page, document_id: str) -> None:
    """Take a document out, with its confirmation."""
    if not page.locator("#documents").is_visible():
        page.get_by_role("button", name="Documents", exact=True).click()
    row = page.locator(f'#shelf li[data-id="{document_id}"]')
    row.get_by_role("button", name=f"Remove {document_id}").click()
    row.get_by_role("button", name="Remove", exact=True).click()
    page.locator("#report .entry").filter(has_text="Removed").wait_for(timeout=60_000)


def verified(kept: Path) -> tuple[int, str]:
    """Exit code and output of `pilcrow verify`."""
    command = [sys.executable, "-m", "assistant", "verify", str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def focused(page: Page) -> str:
    """The name of what has the focus."""
    name: str = page.evaluate(
        "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()"
    )
    return name


def tab_to(page: Page, wanted: Callable[[str], bool], key: str) -> None:
    """Press a key until the focus is where it should be."""
    for _ in range(60):
        page.keyboard.press(key)
        if wanted(focused(page)):
            return
    raise AssertionError(f"{key} does not get there; the focus is on {focused(page)}")
