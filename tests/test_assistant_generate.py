"""The LLM mode, against a real local server that speaks OpenAI's protocol."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from model_server import (
    ChatRequest,
    Failure,
    ModelServer,
    Scripted,
    Streaming,
    Text,
    invalid_api_key,
    model_not_found,
)

from assistant import Answer, Assistant, Claim, ModelError, Settings

QUESTION = "What worried Seoul most about closer ties with NATO?"
NUMBERED = re.compile(r"^\[(\d+)\] ([^|\n]+) \|[^\n]*\n([^\n]+)$", re.MULTILINE)


def numbered_paragraphs(prompt: str) -> dict[str, tuple[int, str]]:
    """Number and text of each paragraph in a prompt, by reference."""
    return {reference: (int(number), text) for number, reference, text in NUMBERED.findall(prompt)}


class Quoting:
    """A model that answers with one claim, made from the paragraph it is told to cite and what `change` does to it."""

    def __init__(self, reference: str = "06SEOUL1789 ¶3", **changed: Any) -> None:
        self.reference = reference
        self.changed = changed

    def reply(self, request: ChatRequest) -> Text:
        number, text = numbered_paragraphs(request.prompt)[self.reference]
        quote = text.split(". ")[0]
        citation = {"paragraph": number, "quote": quote, **self.changed}
        return Text(json.dumps({"claims": [{"text": f"{quote}.", "citations": [citation]}], "missing": []}))


def ask(index: Path, persona: Any, *, stream: bool = False, **settings: Any) -> tuple[Answer, ModelServer]:
    with ModelServer(persona) as server:
        assistant = Assistant.open(
            Settings(index=index, openai_base_url=server.base_url, model="test-model", passages=100, **settings)
        )
        *_, answer = assistant.stream(QUESTION) if stream else [assistant.ask(QUESTION)]
    assert isinstance(answer, Answer)
    return answer, server


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_true_quote_becomes_a_citation(bundled_index: Path, stream: bool) -> None:
    answer, server = ask(bundled_index, Quoting(), stream=stream)
    assert [citation.reference for citation in answer.citations] == ["06SEOUL1789 ¶3"]
    assert answer.answer.endswith(" [1]")
    assert (answer.mode, answer.model, answer.status) == ("llm", "test-model", "answered")
    assert [request.stream for request in server.chats] == [stream]


def test_streamed_claims_are_those_of_the_answer(bundled_index: Path) -> None:
    with ModelServer(Quoting()) as server:
        assistant = Assistant.open(Settings(index=bundled_index, openai_base_url=server.base_url, passages=100))
        *claims, answer = assistant.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert all(isinstance(claim, Claim) for claim in claims)
    assert tuple(claims) == answer.claims


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        pytest.param({"paragraph": 99}, "There is no paragraph 99", id="invented paragraph"),
        pytest.param({"paragraph": 0}, "There is no paragraph 0", id="paragraph zero"),
        pytest.param({"quote": "NATO promised Seoul a seat"}, "is not in paragraph", id="invented quote"),
    ],
)
def test_what_does_not_hold_is_repaired_once_then_dropped_and_told(
    bundled_index: Path, changed: dict[str, Any], problem: str
) -> None:
    answer, server = ask(bundled_index, Quoting(**changed))
    assert answer.status == "abstained"
    assert answer.citations == ()
    assert [event.kind for event in answer.events] == ["repair", "dropped"]
    assert all(problem in event.detail for event in answer.events)
    assert len(server.chats) == 2


def test_a_repair_that_holds_is_used(bundled_index: Path) -> None:
    class Repairing(Quoting):
        def reply(self, request: ChatRequest) -> Text:
            self.changed = {"quote": "wrong"} if len(request.messages) == 1 else {}
            return super().reply(request)

    answer, _ = ask(bundled_index, Repairing())
    assert answer.status == "answered"
    assert [event.kind for event in answer.events] == ["repair"]


def test_marks_that_a_model_wrote_are_not_shown(bundled_index: Path) -> None:
    class Marking(Quoting):
        def reply(self, request: ChatRequest) -> Text:
            reply = json.loads(super().reply(request).content or "")
            reply["claims"][0]["text"] += " [9] 【1】"
            return Text(json.dumps(reply))

    answer, _ = ask(bundled_index, Marking())
    assert re.findall(r"\[\d+\]|【", answer.answer) == ["[1]"]


def test_a_number_that_the_paragraph_does_not_hold_is_not_shown(bundled_index: Path) -> None:
    class Inventing(Quoting):
        def reply(self, request: ChatRequest) -> Text:
            reply = json.loads(super().reply(request).content or "")
            reply["claims"][0]["text"] = "Kang said that 25 countries held prejudices."
            return Text(json.dumps(reply))

    answer, _ = ask(bundled_index, Inventing())
    assert answer.claims == ()
    assert answer.events[-1].kind == "dropped_claim"
    assert "25 is not in the cited paragraph" in answer.events[-1].detail


def test_the_prompt_holds_paragraphs_in_reading_order(bundled_index: Path) -> None:
    _, server = ask(bundled_index, Quoting())
    numbers = numbered_paragraphs(server.chats[0].prompt)
    cable = [numbers[f"06SEOUL1789 ¶{number}"][0] for number in (1, 2, 3, 4)]
    assert cable == sorted(cable)


def test_a_small_budget_keeps_the_best_paragraphs(bundled_index: Path) -> None:
    _, server = ask(bundled_index, Scripted(['{"claims": []}']), prompt_tokens=600)
    assert 1 <= len(numbered_paragraphs(server.chats[0].prompt)) <= 3


def test_history_goes_to_the_model(bundled_index: Path) -> None:
    with ModelServer(Quoting()) as server:
        assistant = Assistant.open(Settings(index=bundled_index, openai_base_url=server.base_url, passages=100))
        assistant.ask("And why?", history=[("Who met Kang?", "Poloff did. [1]")])
    texts = [message["content"] for message in server.chats[0].messages]
    assert texts[:2] == ["Who met Kang?", "Poloff did."]


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        pytest.param(invalid_api_key("sk-wrong"), "refused the key. Check OPENAI_API_KEY.", id="key"),
        pytest.param(model_not_found("gpt-9"), "has no model test-model. Set PILCROW_MODEL", id="model"),
    ],
)
def test_a_failure_names_the_address_and_the_fix(bundled_index: Path, failure: Failure, message: str) -> None:
    with ModelServer(Scripted([failure])) as server:
        address = server.base_url
        assistant = Assistant.open(Settings(index=bundled_index, openai_base_url=address, model="test-model"))
        with pytest.raises(ModelError) as caught:
            assistant.ask(QUESTION)
    assert address in str(caught.value)
    assert message in str(caught.value)


def test_a_server_that_is_not_there_is_named(bundled_index: Path) -> None:
    with ModelServer(Quoting()) as server:
        gone = server.base_url
    with pytest.raises(ModelError) as caught:
        Assistant.open(Settings(index=bundled_index, openai_base_url=gone)).ask(QUESTION)
    assert f"{gone} cannot be reached. Check OPENAI_BASE_URL" in str(caught.value)


def test_a_server_without_json_mode_is_asked_without_it(bundled_index: Path) -> None:
    with ModelServer(Quoting(), supports=set()) as server:
        answer = Assistant.open(Settings(index=bundled_index, openai_base_url=server.base_url, passages=100)).ask(
            QUESTION
        )
    assert answer.status == "answered"
    assert [request.format for request in server.chats] == ["json_object", "text"]


@pytest.mark.parametrize("fault", ["cut", "close"])
def test_a_cut_stream_is_marked_incomplete(bundled_index: Path, fault: str) -> None:
    class Cut(Quoting):
        def reply(self, request: ChatRequest) -> Text:
            return Text(super().reply(request).content, streaming=Streaming(fault=fault, after=3))

    answer, _ = ask(bundled_index, Cut(), stream=True)
    assert "incomplete" in [event.kind for event in answer.events]
