"""The model server speaks OpenAI's protocol: the real clients agree with it, in good replies and in bad ones."""

import asyncio
import itertools
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import httpx
import openai
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai_like import OpenAILike
from model_server import (
    ChatRequest,
    Echo,
    EmbeddingRequest,
    Failure,
    ModelServer,
    Persona,
    PersonaError,
    Raw,
    Reply,
    Scripted,
    Streaming,
    Text,
    Usage,
    WordHashes,
    content_filter,
    context_length_exceeded,
    insufficient_quota,
    model_not_found,
    rate_limit_exceeded,
    server_error,
)
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel, ConfigDict, Field

QUESTION: list[Any] = [{"role": "system", "content": "Answer in JSON."}, {"role": "user", "content": "Who is Kang?"}]


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str
    reference: str


class Listening:
    """A persona that keeps the request it was given."""

    def __init__(self) -> None:
        self.heard: list[ChatRequest] = []

    def reply(self, request: ChatRequest) -> Reply:
        self.heard.append(request)
        return Text("yes")


@contextmanager
def connected(persona: Persona, **settings: Any) -> Iterator[tuple[ModelServer, OpenAI]]:
    with ModelServer(persona, **settings) as server, client_of(server) as client:
        yield server, client


def client_of(server: ModelServer, *, api_key: str = "any", timeout: float = 5, max_retries: int = 0) -> OpenAI:
    http = http_client(timeout)
    return OpenAI(base_url=server.base_url, api_key=api_key, max_retries=max_retries, http_client=http)


def http_client(timeout: float = 5) -> httpx.Client:
    """A client that asks no proxy, and that loads no certificates, which takes longer than a whole test."""
    return httpx.Client(trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timeout=timeout)


def post(http: httpx.Client, server: ModelServer, *, stream: bool = False) -> httpx.Response:
    body = {"model": "test-model", "messages": QUESTION, "stream": stream}
    return http.post(f"{server.base_url}/chat/completions", json=body)


def ask(client: OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(**{"model": "test-model", "messages": QUESTION, **options})


def said(client: OpenAI, **options: Any) -> str | None:
    content: str | None = ask(client, **options).choices[0].message.content
    return content


def streamed(client: OpenAI, **options: Any) -> list[str]:
    """The pieces of a stream that hold text."""
    chunks = ask(client, stream=True, **options)
    return [choice.delta.content for chunk in chunks for choice in chunk.choices if choice.delta.content]


def error_of(client: OpenAI, **options: Any) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, **options)
    return caught.value


def schema_format(schema: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "claim", "strict": strict, "schema": schema}}


# --- Replies ----------------------------------------------------------------------------------------------------------


def test_scripted_replies_come_in_turn() -> None:
    with connected(Scripted(["one", Text("two")])) as (_, client):
        assert [said(client), said(client)] == ["one", "two"]


def test_echo_answers_the_last_user_message() -> None:
    with connected(Echo()) as (_, client):
        assert said(client) == "Who is Kang?"


def test_completion_is_openais_object() -> None:
    with connected(Scripted(["Kang is a minister."])) as (_, client):
        assert ask(client).model_dump(exclude_unset=True) == {
            "id": "chatcmpl-000001",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "test-model",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": "Kang is a minister.",
                        "refusal": None,
                        "annotations": [],
                    },
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 8, "completion_tokens": 5, "total_tokens": 13},
        }


def test_same_conversation_gives_the_same_bytes() -> None:
    def bodies() -> list[bytes]:
        with ModelServer(Scripted(["one", "two"])) as server, http_client() as http:
            return [post(http, server, stream=stream).content for stream in (False, True)]

    assert bodies() == bodies()


def test_usage_and_finish_reason_are_the_personas() -> None:
    with connected(Scripted([Text("x", finish_reason="content_filter", usage=Usage(70, 3))])) as (_, client):
        reply = ask(client)
    assert (reply.choices[0].finish_reason, reply.usage.total_tokens) == ("content_filter", 73)


def test_usage_can_be_left_out() -> None:
    with connected(Scripted([Text("x", usage=None)])) as (_, client):
        assert ask(client).usage is None


def test_null_content() -> None:
    with connected(Scripted([Text(None)])) as (_, client):
        assert said(client) is None


def test_empty_choices() -> None:
    with connected(Scripted([Text("x", no_choices=True)])) as (_, client):
        assert ask(client).choices == []


def test_refusal() -> None:
    with connected(Scripted([Text(None, refusal="I can't.")])) as (_, client):
        assert ask(client).choices[0].message.refusal == "I can't."


def test_html_with_status_200_comes_back_as_a_string() -> None:
    with connected(Scripted([Raw(b"<html>Sign in</html>")])) as (_, client):
        assert ask(client) == "<html>Sign in</html>"


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_text_ends_at_the_token_limit(name: str) -> None:
    with connected(Scripted(["0123456789"])) as (_, client):
        choice = ask(client, **{name: 2}).choices[0]
    assert (choice.message.content, choice.finish_reason) == ("01234567", "length")


def test_persona_reads_the_whole_request() -> None:
    persona = Listening()
    parts = [{"type": "text", "text": "Who is "}, {"type": "text", "text": "Kang?"}]
    with connected(persona) as (_, client):
        ask(
            client,
            messages=[{"role": "system", "content": "Answer."}, {"role": "user", "content": parts}],
            response_format=schema_format(Claim.model_json_schema()),
            temperature=0.0,
            max_completion_tokens=9,
            seed=3,
        )
    [request] = persona.heard
    assert request.model == "test-model"
    assert request.messages[1] == {"role": "user", "content": parts}
    assert request.prompt == "Answer.\n\nWho is Kang?"
    assert request.texts("user") == ["Who is Kang?"]
    assert (request.format, request.schema) == ("json_schema", Claim.model_json_schema())
    assert (request.stream, request.includes_usage, request.temperature) == (False, False, 0.0)
    assert (request.max_tokens, request.max_completion_tokens, request.token_limit) == (None, 9, 9)
    assert request.body["seed"] == 3
    assert request.headers["authorization"] == "Bearer any"


# --- Failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "error", "status", "code"),
    [
        (insufficient_quota(), openai.RateLimitError, 429, "insufficient_quota"),
        (rate_limit_exceeded(), openai.RateLimitError, 429, "rate_limit_exceeded"),
        (model_not_found("gpt-9"), openai.NotFoundError, 404, "model_not_found"),
        (
            context_length_exceeded(limit=8192, asked=9000),
            openai.BadRequestError,
            400,
            "context_length_exceeded",
        ),
        (content_filter(), openai.BadRequestError, 400, "content_filter"),
        (server_error(), openai.InternalServerError, 500, None),
        (server_error(503), openai.InternalServerError, 503, None),
    ],
    ids=["quota", "rate", "model", "context", "filter", "500", "503"],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_failure_is_the_clients_error(
    failure: Failure, error: type[openai.APIStatusError], status: int, code: str | None, stream: bool
) -> None:
    with connected(Scripted([failure])) as (_, client):
        raised = error_of(client, stream=stream)
    assert (type(raised), raised.status_code, raised.code, raised.body) == (
        error,
        status,
        code,
        failure.to_dict()["error"],
    )


def test_client_waits_for_retry_after() -> None:
    replies: list[Reply | str] = [rate_limit_exceeded(retry_after=0.1), "yes"]
    with ModelServer(Scripted(replies)) as server, client_of(server, max_retries=1) as client:
        assert said(client) == "yes"
        first, second = (request.at for request in server.requests)
    assert second - first >= 0.1


def test_headers_of_a_failure_are_sent() -> None:
    failure = replace(server_error(503), headers={"x-should-retry": "false"})
    with ModelServer(Scripted([failure])) as server, client_of(server, max_retries=3) as client:
        error_of(client)
        assert len(server.requests) == 1


# --- Streams ----------------------------------------------------------------------------------------------------------


def test_stream_comes_in_pieces_of_four_characters() -> None:
    with connected(Scripted(["카이스트 ¶3 says so"])) as (_, client):
        assert streamed(client) == ["카이스트", " ¶3 ", "says", " so"]


def test_stream_is_cut_where_asked() -> None:
    with connected(Scripted([Text("See [12].", streaming=Streaming(cuts=(5, 6)))])) as (_, client):
        assert streamed(client) == ["See [", "1", "2]."]


def test_stream_in_one_piece() -> None:
    with connected(Scripted([Text("See [12].", streaming=Streaming(cuts=()))])) as (_, client):
        assert streamed(client) == ["See [12]."]


def test_stream_opens_with_the_role_and_ends_with_the_reason() -> None:
    with connected(Scripted(["yes"])) as (_, client):
        chunks = list(ask(client, stream=True))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None, None, "stop"]


def test_stream_gives_usage_in_a_last_chunk_without_choices() -> None:
    with connected(Scripted(["yes"])) as (_, client):
        *others, last = ask(client, stream=True, stream_options={"include_usage": True})
    assert (last.choices, last.usage.to_dict()) == (
        [],
        {"prompt_tokens": 8, "completion_tokens": 1, "total_tokens": 9},
    )
    assert [chunk.usage for chunk in others] == [None, None, None]


def test_stream_gives_no_usage_unasked() -> None:
    with connected(Scripted(["yes"])) as (_, client):
        assert [chunk.usage for chunk in ask(client, stream=True)] == [None, None, None]


def test_stream_pauses_before_each_piece() -> None:
    with connected(Scripted([Text("12345678", streaming=Streaming(delay=0.05))])) as (_, client):
        start = time.monotonic()
        assert streamed(client) == ["1234", "5678"]
    assert time.monotonic() - start >= 0.1


def test_streamed_null_content() -> None:
    with connected(Scripted([Text(None)])) as (_, client):
        assert [chunk.choices[0].delta.content for chunk in ask(client, stream=True)] == [None, None, None]


def test_streamed_empty_choices() -> None:
    with connected(Scripted([Text("yes", no_choices=True)])) as (_, client):
        assert [chunk.choices for chunk in ask(client, stream=True)] == [[], [], []]


def test_streamed_refusal() -> None:
    with connected(Scripted([Text(None, refusal="I can't.")])) as (_, client):
        chunks = list(ask(client, stream=True))
    assert [chunk.choices[0].delta.refusal for chunk in chunks] == [None, "I ca", "n't.", None]


def test_streamed_html_holds_no_chunk() -> None:
    with connected(Scripted([Raw(b"<html>Sign in</html>")])) as (_, client):
        assert list(ask(client, stream=True)) == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("stall", httpx.ReadTimeout),
        ("cut", httpx.RemoteProtocolError),
        ("bad_json", json.JSONDecodeError),
        ("error", openai.APIError),
    ],
)
def test_stream_breaks_after_two_pieces(
    fault: Literal["stall", "cut", "bad_json", "error"], error: type[Exception]
) -> None:
    pieces: list[str] = []
    reply = Text("one two three", streaming=Streaming(fault=fault, after=2))
    with ModelServer(Scripted([reply])) as server, client_of(server, timeout=0.5) as client, pytest.raises(error):
        pieces.extend(chunk.choices[0].delta.content for chunk in ask(client, stream=True))
    assert pieces == ["", "one ", "two "]


def test_stream_that_is_closed_has_no_finish_reason() -> None:
    with connected(Scripted([Text("one two", streaming=Streaming(fault="close", after=1))])) as (_, client):
        choices = [chunk.choices[0] for chunk in ask(client, stream=True)]
    assert [(choice.delta.content, choice.finish_reason) for choice in choices] == [("", None), ("one ", None)]


def test_fault_past_the_end_comes_after_the_last_piece() -> None:
    with connected(Scripted([Text("one two", streaming=Streaming(fault="close", after=99))])) as (_, client):
        assert streamed(client) == ["one ", "two"]


@pytest.mark.parametrize(("fault", "done"), [(None, True), ("no_done", False)], ids=["done", "no_done"])
def test_done_mark(fault: Literal["no_done"] | None, done: bool) -> None:
    reply = Text("yes", streaming=Streaming(fault=fault))
    with ModelServer(Scripted([reply])) as server, http_client() as http:
        text = post(http, server, stream=True).text
    assert text.endswith("data: [DONE]\n\n") == done
    assert '"finish_reason": "stop"' in text


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("stall", openai.APITimeoutError),
        ("cut", openai.APIConnectionError),
        ("bad_json", json.JSONDecodeError),
        ("error", openai.InternalServerError),
    ],
)
def test_whole_reply_breaks(fault: Literal["stall", "cut", "bad_json", "error"], error: type[Exception]) -> None:
    reply = Text("yes", streaming=Streaming(fault=fault))
    with ModelServer(Scripted([reply])) as server, client_of(server, timeout=0.5) as client, pytest.raises(error):
        ask(client)


def test_whole_reply_that_is_closed_keeps_its_pieces() -> None:
    with connected(Scripted([Text("one two", streaming=Streaming(fault="close", after=1))])) as (_, client):
        choice = ask(client).choices[0]
    assert (choice.message.content, choice.finish_reason) == ("one ", None)


def test_client_that_leaves_is_noticed() -> None:
    with connected(Scripted([Text("one two", streaming=Streaming(delay=5))])) as (server, client):
        with ask(client, stream=True) as stream:
            next(iter(stream))
            assert not server.hung_up.is_set()
        assert server.hung_up.wait(2)


def test_async_client_streams() -> None:
    async def pieces(base_url: str) -> list[str | None]:
        http = httpx.AsyncClient(trust_env=False)
        async with AsyncOpenAI(base_url=base_url, api_key="any", http_client=http) as client:
            stream = await client.chat.completions.create(model="m", messages=QUESTION, stream=True)
            return [chunk.choices[0].delta.content async for chunk in stream]

    with ModelServer(Scripted(["one two"])) as server:
        assert asyncio.run(pieces(server.base_url)) == ["", "one ", "two", None]


# --- What the server refuses ------------------------------------------------------------------------------------------


def test_structured_output_is_parsed_by_the_client() -> None:
    reply = '{"text": "Kang spoke.", "reference": "06SEOUL1789 ¶3"}'
    with connected(Scripted([reply])) as (_, client):
        parsed = client.chat.completions.parse(model="m", messages=QUESTION, response_format=Claim)
    assert parsed.choices[0].message.parsed == Claim(text="Kang spoke.", reference="06SEOUL1789 ¶3")


@pytest.mark.parametrize(
    "response_format",
    [{"type": "json_object"}, schema_format(Claim.model_json_schema()), {"type": "text"}],
    ids=["json_object", "json_schema", "text"],
)
def test_supported_format_is_taken(response_format: dict[str, Any]) -> None:
    with connected(Scripted(["{}"])) as (_, client):
        assert said(client, response_format=response_format) == "{}"


@pytest.mark.parametrize(
    ("response_format", "message"),
    [
        (
            schema_format(Claim.model_json_schema()),
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. "
            "Learn more about supported models at the Structured Outputs guide: "
            "https://platform.openai.com/docs/guides/structured-outputs",
        ),
        (
            {"type": "json_object"},
            "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
        ),
    ],
    ids=["json_schema", "json_object"],
)
def test_unsupported_format_is_refused(response_format: dict[str, Any], message: str) -> None:
    with connected(Echo(), supports=()) as (_, client):
        error = error_of(client, response_format=response_format)
    assert (error.status_code, error.body) == (
        400,
        {"message": message, "type": "invalid_request_error", "param": None, "code": None},
    )


def test_json_object_asks_for_the_word_json() -> None:
    with connected(Echo()) as (_, client):
        error = error_of(
            client, messages=[{"role": "user", "content": "Who?"}], response_format={"type": "json_object"}
        )
    assert "'messages' must contain the word 'json' in some form" in error.message


def open_object() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "required": []}


def optional_field() -> dict[str, Any]:
    return Claim.model_json_schema() | {"required": ["text"]}


def default_value() -> dict[str, Any]:
    class Defaulted(Claim):
        reference: str = "none"

    return Defaulted.model_json_schema() | {"required": ["text", "reference"]}


def described_reference() -> dict[str, Any]:
    class Answer(BaseModel):
        model_config = ConfigDict(extra="forbid")
        claim: Claim = Field(description="A sentence.", title="One")

    return Answer.model_json_schema()


def nested_open_object() -> dict[str, Any]:
    items = {"type": "array", "items": {"anyOf": [{"type": "null"}, open_object()]}}
    return {"type": "object", "properties": {"claims": items}, "required": ["claims"], "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        (open_object, "In context=(), 'additionalProperties' is required to be supplied and to be false."),
        (
            nested_open_object,
            "In context=('properties', 'claims', 'items', 'anyOf', '1'), "
            "'additionalProperties' is required to be supplied and to be false.",
        ),
        (
            optional_field,
            "In context=(), 'required' is required to be supplied and to be an array including every key in "
            "properties. Missing 'reference'.",
        ),
        (default_value, "In context=('properties', 'reference'), 'default' is not permitted."),
        (
            described_reference,
            "In context=('properties', 'claim'), $ref cannot have keywords {'description', 'title'}.",
        ),
        (
            lambda: {"type": "array"},
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.",
        ),
    ],
    ids=["open object", "nested", "optional field", "default", "described reference", "root"],
)
def test_schema_outside_strict_mode_is_refused(schema: Callable[[], dict[str, Any]], fault: str) -> None:
    with connected(Echo()) as (_, client):
        error = error_of(client, response_format=schema_format(schema()))
    assert error.body == {
        "message": f"Invalid schema for response_format 'claim': {fault}",
        "type": "invalid_request_error",
        "param": "response_format",
        "code": None,
    }


def test_any_schema_is_taken_when_not_strict() -> None:
    with connected(Scripted(["{}"])) as (_, client):
        assert said(client, response_format=schema_format(open_object(), strict=False)) == "{}"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"temperature": 0}, "Unsupported parameter: 'temperature' is not supported with this model."),
        (
            {"max_tokens": 9},
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
        ),
    ],
    ids=["temperature", "max_tokens"],
)
def test_refused_parameter(option: dict[str, Any], message: str) -> None:
    with connected(Echo(), refuses={"temperature", "max_tokens"}) as (_, client):
        error = error_of(client, **option)
    [name] = option
    assert error.body == {
        "message": message,
        "type": "invalid_request_error",
        "param": name,
        "code": "unsupported_parameter",
    }


def test_parameter_with_a_single_value() -> None:
    with connected(Echo(), only={"temperature": 1}) as (_, client):
        assert said(client, temperature=1.0) == "Who is Kang?"
        error = error_of(client, temperature=0.2)
    assert (error.code, error.body) == (
        "unsupported_value",
        {
            "message": "Unsupported value: 'temperature' does not support 0.2 with this model. "
            "Only the default (1) value is supported.",
            "type": "invalid_request_error",
            "param": "temperature",
            "code": "unsupported_value",
        },
    )


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "message"),
    [
        ("POST", "/chat/completions", b"{", 400, "We could not parse the JSON body of your request."),
        ("POST", "/chat/completions", b"[]", 400, "We could not parse the JSON body of your request."),
        ("POST", "/chat/completions", b"", 400, "We could not parse the JSON body of your request."),
        ("POST", "/chat/completions", b"{}", 400, "you must provide a model parameter"),
        (
            "POST",
            "/chat/completions",
            b'{"model": "m", "messages": []}',
            400,
            "Invalid 'messages': empty array. Expected an array with minimum length 1.",
        ),
        (
            "POST",
            "/chat/completions",
            b'{"model": "m", "messages": [{"role": "user", "content": "x"}], "stream_options": {}}',
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        ),
        ("POST", "/completions", b"{}", 404, "Invalid URL (POST /v1/completions)"),
        (
            "GET",
            "/embeddings",
            b"",
            405,
            "Not allowed to GET on /v1/embeddings (HINT: Perhaps you meant to use a different HTTP method?)",
        ),
    ],
    ids=["broken", "list", "nothing", "no model", "no messages", "stream_options", "unknown path", "method"],
)
def test_malformed_request_is_refused(method: str, path: str, content: bytes, status: int, message: str) -> None:
    with ModelServer(Echo()) as server, http_client() as http:
        response = http.request(method, f"{server.base_url}{path}", content=content)
    assert (response.status_code, response.json()["error"]["message"]) == (status, message)


def test_unknown_model_is_refused() -> None:
    with connected(Echo(), models=("test-model",)) as (_, client):
        assert said(client) == "Who is Kang?"
        assert error_of(client, model="gpt-9").code == "model_not_found"


def test_models_are_listed() -> None:
    with connected(Echo(), models=("one", "two")) as (_, client):
        assert [model.id for model in client.models.list()] == ["one", "two"]


def test_right_key_is_taken() -> None:
    with ModelServer(Echo(), api_key="sk-right") as server, client_of(server, api_key="sk-right") as client:
        assert said(client) == "Who is Kang?"


def test_wrong_key_is_refused() -> None:
    with ModelServer(Echo(), api_key="sk-right") as server, client_of(server, api_key="sk-wrong") as client:
        error = error_of(client)
    assert (type(error), error.code) == (openai.AuthenticationError, "invalid_api_key")


def test_missing_key_is_refused() -> None:
    with ModelServer(Echo(), api_key="sk-right") as server, http_client() as http:
        assert http.get(f"{server.base_url}/models").status_code == 401


# --- Embeddings -------------------------------------------------------------------------------------------------------


def vectors(client: OpenAI, texts: Any, **options: Any) -> list[list[float]]:
    return [item.embedding for item in client.embeddings.create(model="m", input=texts, **options).data]


def test_embeddings_are_the_same_in_every_run() -> None:
    with connected(Echo()) as (_, one), connected(Echo()) as (_, other):
        assert vectors(one, ["South Korea"]) == vectors(other, ["South Korea"])


def test_embeddings_are_near_where_words_are_shared() -> None:
    with connected(Echo()) as (_, client):
        kang, same, far = vectors(client, ["Minister Kang spoke", "What did Minister Kang say?", "Rice exports fell"])
    near, apart = (sum(a * b for a, b in zip(kang, vector, strict=True)) for vector in (same, far))
    assert near > 0.3 > apart


def test_base64_and_float_give_equal_vectors() -> None:
    with connected(Echo()) as (server, client):
        assert vectors(client, ["a b c"]) == vectors(client, ["a b c"], encoding_format="float")
        assert [request.encoding_format for request in server.embeddings] == ["base64", "float"]


@pytest.mark.parametrize(
    ("given", "texts"),
    [("one", ["one"]), (["one", "two"], ["one", "two"]), ([7, 8], ["7 8"]), ([[7], [8, 9]], ["7", "8 9"])],
    ids=["string", "strings", "tokens", "token lists"],
)
def test_embedding_inputs(given: Any, texts: list[str]) -> None:
    with connected(Echo()) as (server, client):
        assert len(vectors(client, given)) == len(texts)
        assert server.embeddings[0].texts == texts


@pytest.mark.parametrize("given", [[], [""], "", ["x"] * 2049], ids=["none", "empty", "empty string", "too many"])
def test_bad_embedding_input_is_refused(given: Any) -> None:
    with connected(Echo()) as (_, client), pytest.raises(openai.BadRequestError, match=r"'\$\.input' is invalid"):
        vectors(client, given)


def test_dimensions_are_the_embedders_or_the_requests() -> None:
    with connected(Echo(), embedder=WordHashes(64)) as (_, client):
        assert [len(vectors(client, "x")[0]), len(vectors(client, "x", dimensions=8)[0])] == [64, 8]


def test_embedder_may_fail() -> None:
    class Tired:
        def embed(self, request: EmbeddingRequest) -> Failure:
            return model_not_found(request.model)

    with connected(Echo(), embedder=Tired()) as (_, client), pytest.raises(openai.NotFoundError):
        vectors(client, "x")


# --- The server itself ------------------------------------------------------------------------------------------------


def test_every_request_is_kept() -> None:
    with connected(Scripted(["yes"]), models=("test-model",)) as (server, client):
        said(client)
        error_of(client, model="gpt-9")
        client.models.list()
        client.embeddings.create(model="test-model", input="x")
        kept = [(request.number, request.method, request.path) for request in server.requests]
        assert kept == [
            (1, "POST", "/v1/chat/completions"),
            (2, "POST", "/v1/chat/completions"),
            (3, "GET", "/v1/models"),
            (4, "POST", "/v1/embeddings"),
        ]
        assert (len(server.chats), len(server.embeddings)) == (2, 1)


def test_many_clients_at_once() -> None:
    with connected(Echo()) as (server, client), ThreadPoolExecutor(16) as pool:
        questions = [f"Question {number}" for number in range(64)]
        answers = pool.map(lambda text: said(client, messages=[{"role": "user", "content": text}]), questions)
        assert list(answers) == questions
        assert [request.number for request in server.requests] == list(range(1, 65))


def test_connection_is_kept_alive() -> None:
    with ModelServer(Scripted(itertools.repeat("yes"))) as server, http_client() as http:
        responses = [post(http, server, stream=stream) for stream in (False, True, False)]
        ports = {response.extensions["network_stream"].get_extra_info("client_addr") for response in responses}
    assert len(ports) == 1


def test_closing_is_prompt_while_a_stream_stalls() -> None:
    before = set(threading.enumerate())
    server = ModelServer(Scripted([Text("x", streaming=Streaming(fault="stall"))])).start()
    port = int(server.base_url.split(":")[2].removesuffix("/v1"))
    with client_of(server) as client:
        stream = ask(client, stream=True)
        next(iter(stream))
        start = time.monotonic()
        server.close()
        assert time.monotonic() - start < 2
        stream.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_no_other_machine_can_be_reached() -> None:
    with pytest.raises(UserWarning, match=r"connect\(\) with host \"192\.0\.2\.1\""):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_base_url_outside_the_block_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"The model server is not running\. Use it in a `with` block\."):
        _ = ModelServer(Echo()).base_url


def test_script_that_is_too_short_fails_the_test() -> None:
    server = ModelServer(Scripted(["one"])).start()
    with client_of(server) as client:
        said(client)
        error_of(client)
    with pytest.raises(PersonaError, match=r"Scripted has no reply left for request 2\. Give it one more\."):
        server.close()


def test_reply_that_cannot_be_sent_fails_the_test() -> None:
    server = ModelServer(Scripted(["\ud800"])).start()
    with client_of(server) as client, pytest.raises(openai.APIConnectionError):
        said(client)
    with pytest.raises(PersonaError, match="surrogates not allowed"):
        server.close()


def test_persona_that_raises_is_noted_on_the_tests_own_error() -> None:
    with pytest.raises(openai.BadRequestError) as caught, connected(Scripted([])) as (_, client):
        said(client)
    assert "Scripted has no reply left for request 1" in caught.value.__notes__[0]


def test_by_hand() -> None:
    script = Path(__file__).with_name("model_server.py")
    with subprocess.Popen([sys.executable, script, "--port", "0"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            address = process.stderr.readline().removeprefix("Listening on ").removesuffix(". Stop with Ctrl-C.\n")
            with http_client() as http:
                models = http.get(f"{address}/models").json()
        finally:
            process.send_signal(signal.SIGINT)
        log = process.stderr.read()
    assert [model["id"] for model in models["data"]] == ["test-model", "test-embedding"]
    assert (process.returncode, log) == (0, '"GET /v1/models HTTP/1.1" 200 -\n')


# --- llama-index ------------------------------------------------------------------------------------------------------


@contextmanager
def llama_index_model(server: ModelServer, **options: Any) -> Iterator[OpenAILike]:
    with http_client() as http:
        yield OpenAILike(
            model="test-model",
            api_base=server.base_url,
            api_key="any",
            is_chat_model=True,
            max_retries=0,
            http_client=http,
            **options,
        )


@contextmanager
def llama_index_embedding(server: ModelServer, **options: Any) -> Iterator[OpenAIEmbedding]:
    with http_client() as http:
        yield OpenAIEmbedding(
            model_name="test-model",
            api_base=server.base_url,
            api_key="any",
            max_retries=0,
            http_client=http,
            **options,
        )


def test_llama_index_completes() -> None:
    with ModelServer(Echo()) as server, llama_index_model(server) as model:
        assert model.complete("Who is Kang?").text == "Who is Kang?"


def test_llama_index_chats() -> None:
    with ModelServer(Echo()) as server, llama_index_model(server) as model:
        assert model.chat([ChatMessage(role="user", content="Who is Kang?")]).message.content == "Who is Kang?"


def test_llama_index_streams() -> None:
    with ModelServer(Scripted(["one two"])) as server, llama_index_model(server) as model:
        replies = list(model.stream_chat([ChatMessage(role="user", content="Who?")]))
    assert [reply.delta for reply in replies if reply.delta] == ["one ", "two"]
    assert replies[-1].message.content == "one two"


def test_llama_index_parses_structured_output() -> None:
    reply = '{"text": "Kang spoke.", "reference": "06SEOUL1789 ¶3"}'
    with ModelServer(Scripted([reply])) as server:
        with llama_index_model(server, should_use_structured_outputs=True) as model:
            structured = model.as_structured_llm(Claim).chat([ChatMessage(role="user", content="Who?")])
        assert [request.format for request in server.chats] == ["json_schema"]
    assert structured.raw == Claim(text="Kang spoke.", reference="06SEOUL1789 ¶3")


def test_llama_index_embeds_a_query_and_a_batch_alike() -> None:
    with ModelServer(Echo()) as server, llama_index_embedding(server) as embedding:
        query = embedding.get_query_embedding("South Korea")
        batch = embedding.get_text_embedding_batch(["South Korea", "rice"])
        assert [request.texts for request in server.embeddings] == [["South Korea"], ["South Korea", "rice"]]
    assert query == batch[0] != batch[1]


def test_llama_index_asks_for_dimensions() -> None:
    with ModelServer(Echo()) as server, llama_index_embedding(server, dimensions=16) as embedding:
        assert len(embedding.get_text_embedding("South Korea")) == 16
