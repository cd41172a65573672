"""The model as a judge of claims: it can lower a verdict, never raise one, and says so where it cannot be asked."""

import asyncio
import time
from pathlib import Path

import pytest
from model_server import ChatRequest, ModelServer, Reply, Scripted, Text, invalid_api_key
from personas import Honest, Said

from assistant import Answer, Assistant, Settings
from assistant.judge import SupportJudge, label
from assistant.model import OpenAIModel
from assistant.types import Label, Verdict

CLAIM = "Kang declined to speculate on how far the ROK would go."
REFERENCE = "06SEOUL1789 ¶3"


class Judging:
    """Answers with one true claim in other words, and as a judge gives a fixed reply after some `seconds`."""

    def __init__(self, verdict: Reply, *, seconds: float = 0.0) -> None:
        self.verdict = verdict
        self.seconds = seconds
        self.answers = Answering()

    def reply(self, request: ChatRequest) -> Reply:
        if "VERDICT:" not in request.prompt:
            return self.answers.reply(request)
        time.sleep(self.seconds)
        return self.verdict


class Answering(Honest):
    """Says `CLAIM` of its paragraph."""

    def answer(self, question, paragraphs):  # type: ignore[no-untyped-def]  # noqa: ARG002
        item = next(item for item in paragraphs if item.reference == REFERENCE)
        quote = next(sentence for sentence in item.sentences if "declined to speculate" in sentence)
        return [Said(CLAIM, item.number, quote)], []


def settings(server: ModelServer, index: Path, **more: bool) -> Settings:
    return Settings(index=index, openai_base_url=server.base_url, openai_api_key="any", model="local", **more)


@pytest.mark.parametrize(
    ("before", "reply", "after"),
    [
        ("supported", "It says so.\nVERDICT: supported", "supported"),
        ("supported", "It says otherwise.\n**VERDICT:** **contradicted**", "contradicted"),
        ("supported", "VERDICT: supported? No.\nVERDICT: partial", "partial"),
        ("partial", "VERDICT: supported", "partial"),
        ("unsupported", "VERDICT: supported", "unsupported"),
        ("contradicted", "VERDICT: supported", "contradicted"),
    ],
)
def test_a_judge_only_lowers(before: Label, reply: str, after: Label, bundled_index: Path) -> None:
    with ModelServer(Scripted([reply])) as server:
        judge = SupportJudge(OpenAIModel(settings(server, bundled_index)))
        assert judge.judged(Verdict(before, (), 0.8), CLAIM, "A paragraph.", place="¶3").label == after


@pytest.mark.parametrize("reply", ["", "I cannot say.", "VERDICT: maybe"])
def test_a_reply_without_a_verdict_has_none(reply: str) -> None:
    assert label(reply) is None


def test_each_claim_of_an_answer_is_judged(bundled_index: Path) -> None:
    with ModelServer(Judging(Text("It does not.\nVERDICT: unsupported"))) as server:
        answer = Assistant.open(settings(server, bundled_index, judge=True)).ask("What would Kang not speculate on?")
    assert answer.claims == ()
    assert any("the model that judges finds it unsupported by ¶3" in event.detail for event in answer.events)


def test_what_a_judge_takes_is_in_the_usage(bundled_index: Path) -> None:
    judging = Judging(Text("VERDICT: supported"))
    with ModelServer(judging) as server:
        judged = Assistant.open(settings(server, bundled_index, judge=True)).ask("What would Kang not speculate on?")
        alone = Assistant.open(settings(server, bundled_index)).ask("What would Kang not speculate on?")
    assert judged.draft.usage.prompt_tokens > alone.draft.usage.prompt_tokens
    assert [claim.text for claim in judged.claims] == [CLAIM]


def test_the_loop_goes_on_while_a_judge_is_waited_for(bundled_index: Path) -> None:
    async def longest_pause(assistant: Assistant) -> float:
        asking = asyncio.create_task(assistant.aask("What would Kang not speculate on?"))
        pauses = []
        while not asking.done():
            started = time.perf_counter()
            await asyncio.sleep(0.01)
            pauses.append(time.perf_counter() - started)
        return max(pauses)

    with ModelServer(Judging(Text("VERDICT: supported"), seconds=1.0)) as server:
        assistant = Assistant.open(settings(server, bundled_index, judge=True))
        assert asyncio.run(longest_pause(assistant)) < 1.0


@pytest.mark.parametrize(
    ("reply", "told"),
    [(Text("Perhaps."), "gave no verdict that can be read"), (invalid_api_key(), "could not judge")],
    ids=["unreadable", "refused"],
)
def test_a_judge_that_fails_is_told_and_changes_nothing(reply: Reply, told: str, bundled_index: Path) -> None:
    answer: Answer
    with ModelServer(Judging(reply)) as server:
        answer = Assistant.open(settings(server, bundled_index, judge=True)).ask("What would Kang not speculate on?")
    assert [claim.verdict.label for claim in answer.claims] == ["supported"]
    (event,) = [event for event in answer.events if event.kind == "not_judged"]
    assert told in event.detail


def test_nobody_is_asked_to_judge_by_default(bundled_index: Path) -> None:
    with ModelServer(Judging(Text("VERDICT: unsupported"))) as server:
        answer = Assistant.open(settings(server, bundled_index)).ask("What would Kang not speculate on?")
        assert not any("VERDICT:" in request.prompt for request in server.requests if isinstance(request, ChatRequest))
    assert [claim.text for claim in answer.claims] == [CLAIM]
