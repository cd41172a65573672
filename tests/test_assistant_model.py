"""The model's server as it may be: what it takes, what it refuses, how it fails, and how many requests each costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from model_server import (
    ChatRequest,
    Failure,
    Fault,
    ModelServer,
    Raw,
    Reply,
    Scripted,
    Streaming,
    Text,
    Usage,
    content_filter,
    context_length_exceeded,
    insufficient_quota,
    invalid_api_key,
    rate_limit_exceeded,
    server_error,
)
from personas import Honest, Said, answer_prompt, given

from assistant import Answer, Assistant, Claim, ModelError, Settings
from assistant.model import Message, OpenAIModel

QUESTION = "What worried Seoul most about closer ties with NATO?"


class Quoting(Honest):
    """Quotes the first sentence of each paragraph of the cable's body, in whichever form it is asked for."""

    def answer(self, question: str, paragraphs: Any) -> tuple[list[Said], list[str]]:  # noqa: ARG002
        cable = [item for item in paragraphs if item.reference.startswith("06SEOUL1789 ¶")]
        return [Said(item.sentences[0], item.number, item.sentences[0]) for item in cable], []


class First:
    """Gives these replies first, then those of `Quoting`."""

    def __init__(self, *replies: Reply, then: Honest | None = None) -> None:
        self.replies = iter(replies)
        self.then = then or Quoting()

    def reply(self, request: ChatRequest) -> Reply:
        return next(self.replies, None) or self.then.reply(request)


@pytest.fixture
def opened(bundled_index: Path) -> Callable[..., Assistant]:
    """Opens an assistant that asks a server."""

    def opened(server: ModelServer | str, **settings: Any) -> Assistant:
        address = server if isinstance(server, str) else server.base_url
        return Assistant.open(Settings(index=bundled_index, openai_base_url=address, model="test-model", **settings))

    return opened


def whole(assistant: Assistant) -> Answer:
    return assistant.ask(QUESTION)


def streamed(assistant: Assistant) -> Answer:
    *_, answer = assistant.stream(QUESTION)
    assert isinstance(answer, Answer)
    return answer


def without_waiting(assistant: Assistant) -> Answer:
    return asyncio.run(assistant.aask(QUESTION))


WAYS = pytest.mark.parametrize("way", [whole, streamed, without_waiting])


# --- The ladder and the parameters ------------------------------------------------------------------------------------


@WAYS
@pytest.mark.parametrize(
    ("supports", "formats"),
    [
        pytest.param({"json_schema", "json_object"}, ["json_schema"], id="json_schema"),
        pytest.param({"json_object"}, ["json_schema", "json_object"], id="json_object"),
        pytest.param(set(), ["json_schema", "json_object", "text"], id="plain text"),
    ],
)
def test_the_ladder_is_gone_down_once(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer], supports: set[str], formats: list[str]
) -> None:
    with ModelServer(Quoting(), supports=supports) as server:
        answers = [way(opened(server)), way(opened(server))]
    assert [len(answer.claims) for answer in answers] == [4, 4]
    assert [request.format for request in server.chats] == [*formats, formats[-1]]


def test_a_model_that_cannot_keep_to_json_is_asked_for_plain_text(opened: Callable[..., Assistant]) -> None:
    with ModelServer(First(Text("Well: it is a long story"))) as server:
        assistant = opened(server)
        first, second = assistant.ask(QUESTION), assistant.ask(QUESTION)
    assert [request.format for request in server.chats] == ["json_schema", "text", "text"]
    assert [event.kind for event in first.events] == ["repair", "dropped_claim"]
    assert (len(first.claims), len(second.claims)) == (4, 4)


@WAYS
@pytest.mark.parametrize(
    ("rules", "sent", "requests"),
    [
        pytest.param({}, {"temperature": 0.0, "max_tokens": 4000}, 1, id="as asked"),
        pytest.param({"refuses": {"temperature"}}, {"max_tokens": 4000}, 2, id="no temperature"),
        pytest.param({"only": {"temperature": 1}}, {"max_tokens": 4000}, 2, id="temperature 1 only"),
        pytest.param({"refuses": {"max_tokens"}}, {"temperature": 0.0, "max_completion_tokens": 4000}, 2, id="tokens"),
        pytest.param(
            {"refuses": {"temperature", "max_tokens"}}, {"max_completion_tokens": 4000}, 3, id="a reasoning model"
        ),
        pytest.param({"refuses": {"max_tokens", "max_completion_tokens"}}, {"temperature": 0.0}, 3, id="no limit"),
    ],
)
def test_what_a_server_refuses_is_left_out_and_remembered(
    opened: Callable[..., Assistant],
    way: Callable[[Assistant], Answer],
    rules: dict[str, Any],
    sent: dict[str, Any],
    requests: int,
) -> None:
    with ModelServer(Quoting(), **rules) as server:
        assert len(way(opened(server)).claims) == 4
        assert len(server.chats) == requests
        way(opened(server))
    names = ("temperature", "max_tokens", "max_completion_tokens")
    last = server.chats[-1].body
    assert {name: last[name] for name in names if name in last} == sent
    assert len(server.chats) == requests + 1


@pytest.mark.parametrize("way", [streamed, without_waiting])
@pytest.mark.parametrize(("refused", "streams"), [("stream_options", [True, True]), ("stream", [True, False])])
def test_a_server_that_does_not_stream_is_asked_for_the_whole(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer], refused: str, streams: list[bool]
) -> None:
    failure = Failure(400, f"Unsupported value: '{refused}' is not supported.", param=refused, code="unsupported_value")
    with ModelServer(First(failure)) as server:
        answer = way(opened(server))
    assert len(answer.claims) == 4
    assert [request.stream for request in server.chats] == streams


def test_a_message_without_a_schema_asks_for_no_format(opened: Callable[..., Assistant]) -> None:
    with ModelServer(Scripted(["GRADE: C"])) as server:
        reply = OpenAIModel(opened(server).settings).reply([Message("user", "Grade this.")])
    assert (reply.text, reply.finished) == ("GRADE: C", True)
    assert server.chats[0].format == "text"


# --- Failures ---------------------------------------------------------------------------------------------------------

FAILURES = [
    pytest.param(invalid_api_key("sk-wrong"), "refused the key. Check OPENAI_API_KEY.", 1, id="bad key"),
    pytest.param(
        Failure(403, "Project has no access.", code="model_not_found"),
        "does not let this key use test-model: Project has no access. Ask for access, or set PILCROW_MODEL",
        1,
        id="no permission",
    ),
    pytest.param(insufficient_quota(), "is out of quota: You exceeded your current quota", 1, id="quota"),
    pytest.param(
        rate_limit_exceeded(retry_after=0.01), "is out of quota or busy: Rate limit reached", 3, id="rate limit"
    ),
    pytest.param(rate_limit_exceeded(retry_after=3600), "Try again in 3600 s.", 1, id="rate limit for an hour"),
    pytest.param(server_error(503, retry_after=0.01), "failed with status 503", 3, id="server error"),
    pytest.param(content_filter(), "by its content filter", 1, id="content filter"),
    pytest.param(Text(None, finish_reason="content_filter"), "content filter stopped it", 1, id="filtered reply"),
    pytest.param(Text(None, refusal="I cannot help."), "the model declined: I cannot help.", 1, id="refusal"),
    pytest.param(
        context_length_exceeded(limit=900, asked=5000), "cannot take a prompt of this length", 2, id="too long"
    ),
    pytest.param(Raw(b"<html><h1>It works!"), "is not an OpenAI-compatible server", 1, id="a web page"),
    pytest.param(Raw(b"<html>", status=404), "a web page with status 404", 1, id="a web page not found"),
    pytest.param(Failure(400, "Something else."), "answered 400: Something else. Check PILCROW_MODEL.", 1, id="other"),
]


@WAYS
@pytest.mark.parametrize(("failure", "message", "requests"), FAILURES)
def test_a_failure_says_what_to_do_and_costs_so_many_requests(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer], failure: Reply, message: str, requests: int
) -> None:
    with ModelServer(Scripted(repeat(failure))) as server:
        with pytest.raises(ModelError) as caught:
            way(opened(server))
        assert server.base_url in str(caught.value)
    assert message in str(caught.value)
    assert len(server.chats) == requests


@WAYS
def test_an_unknown_model_is_told_with_those_there_are(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]
) -> None:
    with ModelServer(Quoting(), models=["qwen3:8b", "gemma3"]) as server, pytest.raises(ModelError) as caught:
        way(opened(server))
    assert str(caught.value).endswith("has no model test-model. Set PILCROW_MODEL to one it serves: qwen3:8b, gemma3.")
    assert [request.path for request in server.requests] == ["/v1/chat/completions", "/v1/models"]


@WAYS
def test_a_server_that_is_not_there_is_named_at_once(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]
) -> None:
    with ModelServer(Quoting()) as server:
        gone = server.base_url
    started = time.monotonic()
    with pytest.raises(ModelError) as caught:
        way(opened(gone))
    assert str(caught.value) == (
        f"The model server at {gone} cannot be reached. Check OPENAI_BASE_URL, and that the server runs."
    )
    assert time.monotonic() - started < 5


@WAYS
def test_an_address_without_v1_is_told(opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]) -> None:
    with ModelServer(Quoting()) as server, pytest.raises(ModelError, match="it mostly ends in /v1"):
        way(opened(server.base_url.removesuffix("/v1")))


@WAYS
def test_a_busy_server_is_waited_for_and_that_is_shown(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]
) -> None:
    with ModelServer(First(rate_limit_exceeded(retry_after=0.01), server_error(502, retry_after=0.02))) as server:
        answer = way(opened(server))
    assert [event.kind for event in answer.events] == ["waited", "waited"]
    assert answer.events[0].detail == "The model server is busy or broke off: waited 0.0 s before try 2."
    assert (len(answer.claims), len(server.chats)) == (4, 3)


def test_progress_is_told_of_a_wait(opened: Callable[..., Assistant]) -> None:
    lines: list[str] = []
    with ModelServer(First(rate_limit_exceeded(retry_after=0.01))) as server:
        opened(server).ask(QUESTION, progress=lines.append)
    assert lines == ["The model server is busy or broke off: waiting 0.0 s before try 2."]


@WAYS
@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(context_length_exceeded(limit=3000, asked=5000), id="with the size"),
        pytest.param(Failure(400, "the request exceeds the available context size"), id="without"),
    ],
)
def test_a_prompt_that_is_too_long_is_sent_once_more_with_fewer_paragraphs(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer], failure: Failure
) -> None:
    with ModelServer(First(failure)) as server:
        answer = way(opened(server))
    before, after = (len(given(answer_prompt(request))) for request in server.chats)
    assert 1 <= after < before
    assert answer.events[0].kind == "fewer_paragraphs"
    assert f"{after} of {before} paragraphs were given" in answer.events[0].detail


def test_the_size_that_a_server_named_is_remembered(opened: Callable[..., Assistant]) -> None:
    with ModelServer(First(context_length_exceeded(limit=3000, asked=5000))) as server:
        opened(server).ask(QUESTION)
        opened(server).ask(QUESTION)
    assert len(server.chats) == 3
    assert server.chats[1].prompt.count("\n[") == server.chats[2].prompt.count("\n[")


# --- Streams that do not end well -------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [streamed, without_waiting])
@pytest.mark.parametrize(
    ("fault", "patience", "reason"),
    [
        ("cut", {}, "the connection broke"),
        ("close", {}, "the connection ended before its end"),
        ("bad_json", {}, "the connection broke"),
        ("error", {}, "the connection broke"),
        ("stall", {"read_timeout": 1.0}, "nothing came for 1 s"),
    ],
)
def test_a_stream_that_breaks_leaves_the_claims_that_came_and_marks_the_answer(
    opened: Callable[..., Assistant],
    way: Callable[[Assistant], Answer],
    fault: Fault,
    patience: dict[str, float],
    reason: str,
) -> None:
    with ModelServer(Quoting(streaming=Streaming(size=50, fault=fault, after=20))) as server:
        answer = way(opened(server, **patience))
    assert 1 <= len(answer.claims) < 4
    assert [(event.kind, event.detail) for event in answer.events] == [
        ("incomplete", f"The model's reply was cut off: {reason}.")
    ]
    assert len(server.chats) == 1


@WAYS
@pytest.mark.parametrize(
    ("fault", "patience", "requests"),
    [("cut", {}, 3), ("close", {}, 1), ("stall", {"read_timeout": 1.0, "deadline": 2.0}, 1)],
)
def test_a_reply_that_breaks_before_a_first_claim_is_an_error(
    opened: Callable[..., Assistant],
    way: Callable[[Assistant], Answer],
    fault: Fault,
    patience: dict[str, float],
    requests: int,
) -> None:
    with ModelServer(Quoting(streaming=Streaming(fault=fault, after=0))) as server, pytest.raises(ModelError):
        way(opened(server, **patience))
    assert len(server.chats) == requests


@pytest.mark.parametrize("way", [streamed, without_waiting])
def test_a_trickle_is_left_at_the_deadline(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]
) -> None:
    with ModelServer(Quoting(streaming=Streaming(size=600, delay=1.0))) as server:
        answer = way(opened(server, deadline=3.0))
    assert 1 <= len(answer.claims) < 4
    assert answer.events[-1].detail == "The model's reply was cut off: it took more than 3 s."


@WAYS
def test_a_reply_at_its_limit_is_incomplete(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]
) -> None:
    with ModelServer(Quoting()) as server:
        answer = way(opened(server, answer_tokens=300))
    assert 1 <= len(answer.claims) < 4
    assert answer.events[-1].kind == "incomplete"
    assert "raise PILCROW_ANSWER_TOKENS" in answer.events[-1].detail


@pytest.mark.parametrize("way", [streamed, without_waiting])
def test_a_stream_without_done_is_whole(opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]) -> None:
    with ModelServer(Quoting(streaming=Streaming(fault="no_done"))) as server:
        assert way(opened(server)).events == ()


# --- Claims as they come, and leaving early ---------------------------------------------------------------------------


def test_the_first_claim_is_there_while_the_model_still_writes(opened: Callable[..., Assistant]) -> None:
    with ModelServer(Quoting(streaming=Streaming(fault="stall", after=400))) as server:
        claims = opened(server).stream(QUESTION)
        assert isinstance(next(claims), Claim)
        assert not server.hung_up.is_set()
        claims.close()
        assert server.hung_up.wait(5)


def test_cancelling_closes_the_connection(opened: Callable[..., Assistant]) -> None:
    async def leave(assistant: Assistant) -> Claim | Answer:
        claims = assistant.astream(QUESTION)
        first = await anext(claims)
        await claims.aclose()
        return first

    with ModelServer(Quoting(streaming=Streaming(fault="stall", after=400))) as server:
        assert isinstance(asyncio.run(leave(opened(server))), Claim)
        assert server.hung_up.wait(5)


def test_cancelling_before_the_first_byte_closes_the_connection(opened: Callable[..., Assistant]) -> None:
    async def leave(assistant: Assistant) -> None:
        asking = asyncio.create_task(assistant.aask(QUESTION))
        while not server.chats:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    with ModelServer(Quoting(streaming=Streaming(fault="stall", after=0))) as server:
        asyncio.run(leave(opened(server)))
        assert server.hung_up.wait(5)


# --- Usage ------------------------------------------------------------------------------------------------------------


@WAYS
def test_tokens_and_cost_are_those_of_all_requests(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]
) -> None:
    broken = Text('{"claims": [{"text": "No."', usage=Usage(1000, 10))
    mended = Text('{"claims": [], "missing": ["all"]}', usage=Usage(2000, 20))
    with ModelServer(Scripted([broken, mended])) as server:
        answer = way(opened(server, prompt_price=2.0, completion_price=8.0))
    assert answer.to_dict()["usage"] == {"prompt_tokens": 3000, "completion_tokens": 30, "cost": 0.00624}


@WAYS
def test_tokens_that_are_not_reported_are_counted(
    opened: Callable[..., Assistant], way: Callable[[Assistant], Answer]
) -> None:
    with ModelServer(Scripted([Text('{"claims": [], "missing": ["all"]}', usage=None)])) as server:
        usage = way(opened(server)).draft.usage
    assert usage.prompt_tokens > 1000
    assert usage.completion_tokens > 5
    assert usage.cost is None


def test_a_cap_takes_paragraphs_away_and_then_the_repair(opened: Callable[..., Assistant]) -> None:
    reply = Text('{"claims": [{"text": "Kang left.", "citations": []}], "missing": []}', usage=Usage(1900, 50))
    with ModelServer(Scripted([reply])) as server:
        answer = opened(server, question_tokens=2500).ask(QUESTION)
    assert len(given(server.chats[0].prompt)) < 10
    assert [event.kind for event in answer.events] == ["not_repaired", "dropped_claim"]
    assert answer.draft.usage.prompt_tokens + answer.draft.usage.completion_tokens < 2500


def test_a_cap_below_one_paragraph_is_told(opened: Callable[..., Assistant]) -> None:
    with ModelServer(Scripted([])) as server, pytest.raises(ModelError, match="Raise PILCROW_QUESTION_TOKENS"):
        opened(server, question_tokens=512).ask(QUESTION)


def test_a_prompt_that_the_server_seems_to_have_cut_is_told(opened: Callable[..., Assistant]) -> None:
    with ModelServer(Scripted([Text('{"claims": [], "missing": ["all"]}', usage=Usage(400, 10))])) as server:
        answer = opened(server).ask(QUESTION)
    assert [event.kind for event in answer.events] == ["prompt_cut"]
    assert "Set PILCROW_CONTEXT_TOKENS" in answer.events[0].detail
