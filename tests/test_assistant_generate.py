"""The LLM mode, against a real local server that speaks OpenAI's protocol: prompts, checks, repair, look-ups."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_server import ChatRequest, ModelServer, Reply, Scripted, Text, content_filter
from personas import Given, Honest, Said, answer_prompt, given, kind, question_of

from assistant import Answer, Assistant, Settings

QUESTION = "What worried Seoul most about closer ties with NATO?"


class Quoting(Honest):
    """Answers with one claim, made from the paragraph that it is told to cite and what is `changed` in it.

    In a repair it says the same, with what is changed in `mended`, or leaves it out for None.
    """

    def __init__(self, reference: str = "06SEOUL1789 ¶3", *, mended: Any = (), **changed: Any) -> None:
        super().__init__()
        self.reference = reference
        self.changed = changed
        self.mends = dict(changed) if mended == () else mended

    def reply(self, request: ChatRequest) -> Reply:
        if kind(request) not in ("answer", "repair"):
            return super().reply(request)
        paragraph = next(item for item in given(answer_prompt(request)) if item.reference == self.reference)
        changed = self.changed if kind(request) == "answer" else self.mends
        claims = [] if changed is None else [claim(paragraph, **changed)]
        return Text(json.dumps({"claims": claims, "missing": []}))


def claim(given_paragraph: Given, **changed: Any) -> dict[str, Any]:
    sentence = given_paragraph.sentences[0]
    values = {"text": sentence, "paragraph": given_paragraph.number, "quote": sentence, **changed}
    return {"text": values["text"], "citations": [{"paragraph": values["paragraph"], "quote": values["quote"]}]}


class Saying(Honest):
    """Answers with claims made of the paragraphs by `make`, and mends nothing."""

    def __init__(self, make: Callable[[dict[str, Given]], list[dict[str, Any]]], missing: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.make = make
        self.missing = missing

    def reply(self, request: ChatRequest) -> Reply:
        if kind(request) != "answer":
            return super().reply(request)
        claims = self.make({item.reference: item for item in given(answer_prompt(request))})
        return Text(json.dumps({"claims": claims, "missing": self.missing}))


def ask(index: Path, persona: Any, question: str = QUESTION, **options: Any) -> tuple[Answer, ModelServer]:
    history = options.pop("history", ())
    with ModelServer(persona) as server:
        settings = Settings(index=index, openai_base_url=server.base_url, model="test-model", **options)
        answer = Assistant.open(settings).ask(question, history=history)
    return answer, server


# --- Checks -----------------------------------------------------------------------------------------------------------


def test_a_true_quote_becomes_a_citation(bundled_index: Path) -> None:
    answer, server = ask(bundled_index, Quoting())
    assert [citation.reference for citation in answer.citations] == ["06SEOUL1789 ¶3"]
    assert answer.answer.endswith(" [1]")
    assert (answer.mode, answer.model, answer.status) == ("llm", "test-model", "answered")
    assert answer.events == ()
    assert len(server.chats) == 1


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        pytest.param({"paragraph": 99}, "There is no paragraph 99", id="invented paragraph"),
        pytest.param({"paragraph": 0}, "There is no paragraph 0", id="paragraph zero"),
        pytest.param({"paragraph": 1}, "is not in paragraph 1 (it is in paragraph 4)", id="wrong paragraph"),
        pytest.param({"quote": "NATO promised Seoul a seat"}, "is not in paragraph", id="invented quote"),
        pytest.param({"quote": ""}, '"" is not in paragraph', id="empty quote"),
        pytest.param({"text": "Kang said that 25 countries held prejudices."}, "not borne out by", id="a number"),
        pytest.param({"text": "강 과장은 협력을 거부했다고 말했다."}, "not in the language", id="another language"),
    ],
)
def test_what_does_not_hold_is_sent_back_once_then_dropped_and_told(
    bundled_index: Path, changed: dict[str, Any], problem: str
) -> None:
    answer, server = ask(bundled_index, Quoting(**changed))
    assert (answer.status, answer.citations) == ("abstained", ())
    assert [event.kind for event in answer.events] == ["repair", "dropped_claim"]
    assert all(problem in event.detail for event in answer.events)
    assert problem in server.chats[1].texts("user")[-1]
    assert len(server.chats) == 2


def test_a_repair_that_holds_is_used(bundled_index: Path) -> None:
    answer, _ = ask(bundled_index, Quoting(quote="wrong", mended={}))
    assert answer.status == "answered"
    assert [event.kind for event in answer.events] == ["repair"]


def test_a_claim_that_is_left_out_of_the_repair_is_told(bundled_index: Path) -> None:
    answer, _ = ask(bundled_index, Quoting(quote="wrong", mended=None))
    assert answer.status == "abstained"
    assert [event.kind for event in answer.events] == ["repair", "dropped_claim"]


def test_what_holds_is_kept_and_only_the_rest_is_sent_back(bundled_index: Path) -> None:
    def make(paragraphs: dict[str, Given]) -> list[dict[str, Any]]:
        honest = [claim(paragraphs[f"06SEOUL1789 ¶{number}"]) for number in (1, 3)]
        return [honest[0], claim(paragraphs["06SEOUL1789 ¶2"], quote="Kang left"), honest[1]]

    answer, server = ask(bundled_index, Saying(make))
    assert [citation.reference for citation in answer.citations] == ["06SEOUL1789 ¶1", "06SEOUL1789 ¶3"]
    sent_back = server.chats[1].texts("user")[-1]
    assert '"Kang left" is not in paragraph' in sent_back
    assert sent_back.count("\n- ") == 1


def test_a_repair_that_fails_leaves_what_holds(bundled_index: Path) -> None:
    class Filtered(Saying):
        def reply(self, request: ChatRequest) -> Reply:
            return super().reply(request) if kind(request) == "answer" else content_filter()

    def make(paragraphs: dict[str, Given]) -> list[dict[str, Any]]:
        return [claim(paragraphs["06SEOUL1789 ¶3"]), claim(paragraphs["06SEOUL1789 ¶2"], quote="Kang left")]

    answer, _ = ask(bundled_index, Filtered(make))
    assert len(answer.claims) == 1
    assert [event.kind for event in answer.events] == ["repair", "not_repaired", "dropped_claim"]


def test_a_citation_that_fails_beside_one_that_holds_is_dropped_alone(bundled_index: Path) -> None:
    def make(paragraphs: dict[str, Given]) -> list[dict[str, Any]]:
        made = claim(paragraphs["06SEOUL1789 ¶3"])
        return [{**made, "citations": [{"paragraph": 99, "quote": "x"}, *made["citations"]]}]

    answer, server = ask(bundled_index, Saying(make))
    assert [citation.reference for citation in answer.citations] == ["06SEOUL1789 ¶3"]
    assert [event.kind for event in answer.events] == ["dropped_citation"]
    assert len(server.chats) == 1


def test_each_sentence_of_a_claim_is_checked(bundled_index: Path) -> None:
    def make(paragraphs: dict[str, Given]) -> list[dict[str, Any]]:
        paragraph = paragraphs["06SEOUL1789 ¶3"]
        return [claim(paragraph, text=f"{paragraph.sentences[0]} Madrid hosted 4,000 guests.")]

    answer, _ = ask(bundled_index, Saying(make))
    assert len(answer.claims) == 1
    assert "4,000" not in answer.answer
    assert "4,000" in answer.events[-1].detail


def test_a_bare_no_is_left_out_and_told(bundled_index: Path) -> None:
    def make(paragraphs: dict[str, Given]) -> list[dict[str, Any]]:
        paragraph = paragraphs["06SEOUL1789 ¶3"]
        return [claim(paragraph, text=f"No. {paragraph.sentences[0]}")]

    answer, server = ask(bundled_index, Saying(make))
    assert len(answer.claims) == 1
    assert [(event.kind, event.detail) for event in answer.events] == [
        ("dropped_claim", "It says nothing that can be checked: No.")
    ]
    assert len(server.chats) == 1


@pytest.mark.parametrize("mark", ["[9]", "[0]", "【1】", "【1†source】", "[1, 2]", "[¶3]", "[3-4]"])
def test_marks_that_a_model_wrote_are_not_shown(bundled_index: Path, mark: str) -> None:
    def make(paragraphs: dict[str, Given]) -> list[dict[str, Any]]:
        paragraph = paragraphs["06SEOUL1789 ¶3"]
        return [claim(paragraph, text=f"{paragraph.sentences[0]} {mark}")]

    answer, _ = ask(bundled_index, Saying(make))
    assert mark not in answer.answer
    assert answer.answer.endswith(" [1]")


def test_a_quote_in_other_typography_is_stored_as_it_stands(bundled_index: Path) -> None:
    def make(paragraphs: dict[str, Given]) -> list[dict[str, Any]]:
        paragraph = paragraphs["06SEOUL1789 ¶3"]
        return [claim(paragraph, quote=f"“{paragraph.sentences[0].upper().rstrip('.')}…”")]

    answer, _ = ask(bundled_index, Saying(make))
    assert answer.citations[0].quote in answer.citations[0].paragraph.text
    assert answer.events == ()


def test_a_number_alone_in_plain_text_quotes_the_nearest_sentence(bundled_index: Path) -> None:
    class Bare(Honest):
        def answer(self, question: str, paragraphs: Any) -> tuple[list[Said], list[str]]:  # noqa: ARG002
            found = next(item for item in paragraphs if item.reference == "06SEOUL1789 ¶3")
            return [Said(found.sentences[1], found.number, "")], []

        def written(self, claims: Any, missing: Any, *, as_json: bool) -> str:  # noqa: ARG002
            return "\n".join(f"- {item.text.rstrip('.')} [{item.paragraph}]." for item in claims)

    with ModelServer(Bare(), supports=()) as server:
        settings = Settings(index=bundled_index, openai_base_url=server.base_url, model="test-model")
        answer = Assistant.open(settings).ask(QUESTION)
    assert answer.citations[0].quote.rstrip(".") == answer.claims[0].text
    assert answer.claims[0].verdict.label == "supported"


def test_what_is_missing_is_told_of_an_answer_in_part(bundled_index: Path) -> None:
    persona = Saying(lambda paragraphs: [claim(paragraphs["06SEOUL1789 ¶3"])], missing=("how many ships",))
    answer, _ = ask(bundled_index, persona)
    assert (answer.status, answer.missing) == ("partial", ("how many ships",))


# --- Prompts ----------------------------------------------------------------------------------------------------------


def test_two_small_documents_are_given_whole_and_in_reading_order(bundled_index: Path) -> None:
    _, server = ask(bundled_index, Quoting())
    paragraphs = given(server.chats[0].prompt)
    assert [item.number for item in paragraphs] == list(range(1, 32))
    cable = [f"06SEOUL1789 {anchor}" for anchor in ("header", "¶1", "¶2", "¶3", "¶4")]
    assert [item.reference for item in paragraphs[:6]] == [*cable, "koreapro-2197111 header"]


def test_a_small_budget_keeps_the_best_paragraphs(bundled_index: Path) -> None:
    answer, server = ask(bundled_index, Scripted(['{"claims": [], "missing": ["all"]}']), prompt_tokens=600)
    best = {passage.reference for passage in answer.passages[:3]}
    assert {item.reference for item in given(server.chats[0].prompt)} <= best


def test_prompt_and_reply_stay_within_the_context(bundled_index: Path) -> None:
    _, server = ask(bundled_index, Scripted(['{"claims": [], "missing": ["all"]}']), context_tokens=2_000)
    assert len(server.chats[0].prompt) / 4 + 1_000 < 2_000


def test_the_plain_prompt_is_read_back(bundled_index: Path) -> None:
    with ModelServer(Honest(), supports=()) as server:
        settings = Settings(index=bundled_index, openai_base_url=server.base_url, model="test-model")
        answer = Assistant.open(settings).ask("Who proposed the Ulchi exercise on Mars?")
    assert answer.status in ("answered", "abstained")
    assert [event.kind for event in answer.events] == []


# --- What is looked up ------------------------------------------------------------------------------------------------


class Rewriting(Quoting):
    """Answers the small prompts with these texts."""

    def __init__(self, **texts: str) -> None:
        super().__init__()
        self.texts = texts

    def reply(self, request: ChatRequest) -> Reply:
        text = self.texts.get(kind(request))
        return super().reply(request) if text is None else Text(text)


HISTORY = (("Who met Kang?", "Poloff did. [1]"),)


def test_a_follow_up_is_condensed_and_asked_alone(bundled_index: Path) -> None:
    answer, server = ask(bundled_index, Rewriting(condense="Why did Poloff meet Kang?"), "And why?", history=HISTORY)
    assert [kind(request) for request in server.chats] == ["condense", "answer"]
    assert "assistant: Poloff did." in server.chats[0].prompt
    assert answer.standalone_question == "Why did Poloff meet Kang?"
    assert question_of(server.chats[1].prompt) == "Why did Poloff meet Kang?"
    assert "Who met Kang?" not in server.chats[1].prompt


@pytest.mark.parametrize("reply", ["", "?", "One.\nTwo.", "x" * 601], ids=["empty", "no words", "two lines", "long"])
def test_a_follow_up_that_cannot_be_condensed_is_asked_after_its_history(bundled_index: Path, reply: str) -> None:
    answer, server = ask(bundled_index, Rewriting(condense=reply), "And why?", history=HISTORY)
    assert [event.kind for event in answer.events] == ["not_condensed"]
    assert answer.standalone_question == "Who met Kang? And why?"
    assert [message["content"] for message in server.chats[1].messages][:2] == ["Who met Kang?", "Poloff did."]
    assert question_of(server.chats[1].prompt) == "And why?"


COMPARISON = "Who met Kang in 2006, and what did Yoon say in 2022?"


def test_the_parts_of_a_question_are_looked_up_each(bundled_index: Path) -> None:
    parts = "1. Who met Kang in 2006?\n2. What did Yoon say in 2022?"
    answer, server = ask(bundled_index, Rewriting(split=parts), COMPARISON, prompt_tokens=2_000)
    assert [kind(request) for request in server.chats] == ["split", "answer"]
    assert answer.events == ()
    assert answer.standalone_question == COMPARISON
    assert [passage.rank for passage in answer.passages] == list(range(1, len(answer.passages) + 1))


@pytest.mark.parametrize("reply", ["", "a?\nb?\nc?\nd?\ne?"], ids=["empty", "five"])
def test_a_question_that_cannot_be_split_is_looked_up_whole(bundled_index: Path, reply: str) -> None:
    answer, _ = ask(bundled_index, Rewriting(split=reply), COMPARISON)
    assert [event.kind for event in answer.events] == ["not_split"]
    assert answer.status == "answered"


def test_a_simple_question_costs_one_request(bundled_index: Path) -> None:
    _, server = ask(bundled_index, Rewriting())
    assert [kind(request) for request in server.chats] == ["answer"]


def test_all_requests_are_counted(bundled_index: Path) -> None:
    answer, server = ask(bundled_index, Rewriting(condense=COMPARISON, split="A?\nB?"), "And why?", history=HISTORY)
    assert [kind(request) for request in server.chats] == ["condense", "split", "answer"]
    counted = sum(-(-len(request.prompt) // 4) for request in server.chats)
    assert answer.draft.usage.prompt_tokens == counted
