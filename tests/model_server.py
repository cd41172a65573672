"""A model server that speaks OpenAI's protocol on loopback: requests in, a persona's replies out.

    with ModelServer(Scripted(["Seoul [1]."])) as server:
        client = OpenAI(base_url=server.base_url, api_key="any")

A *persona* decides what the model says: `reply(request) -> Text | Failure | Raw`. The server does the rest: it checks
the request as OpenAI does (key, model, parameters, response format, strict schema), cuts the text at the token limit,
streams it piece by piece, or breaks the stream in the way asked for, and keeps every request. An *embedder* does the
same for embeddings. Both are called from one thread a connection, so several calls may run at once.

By hand: `python tests/model_server.py --port 8000` answers every question with the question.

The bodies follow https://platform.openai.com/docs/api-reference; the errors' wording is what the service sends.
"""

import argparse
import base64
import contextlib
import hashlib
import itertools
import json
import re
import selectors
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Protocol, Self, cast

CREATED = 1_700_000_000  # every reply's `created`: the same request gives the same bytes

Fault = Literal["stall", "cut", "close", "bad_json", "error", "no_done"]


# --- What a request holds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came: `number` counts from 1, header names are lower case, `at` is monotonic seconds."""

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any  # the parsed JSON, None if there is none
    at: float = field(default_factory=time.monotonic)

    @property
    def model(self) -> str:
        return str(self.body.get("model") or "") if isinstance(self.body, dict) else ""


@dataclass(frozen=True, slots=True)
class ChatRequest(Request):
    """A request to /v1/chat/completions; whatever has no property here is in `body`."""

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages") or [])

    @property
    def prompt(self) -> str:
        """The text of all messages, in order, a blank line between two."""
        return "\n\n".join(self.texts())

    def texts(self, role: str | None = None) -> list[str]:
        """The text of each message, or of each that has this role; the text parts of a message are joined."""
        return [_message_text(message) for message in self.messages if role in (None, message.get("role"))]

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def includes_usage(self) -> bool:
        return bool((self.body.get("stream_options") or {}).get("include_usage"))

    @property
    def response_format(self) -> dict[str, Any] | None:
        return cast("dict[str, Any] | None", self.body.get("response_format"))

    @property
    def format(self) -> str:
        """`text`, `json_object` or `json_schema`."""
        return str((self.response_format or {}).get("type", "text"))

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that the answer must follow, None unless the format is `json_schema`."""
        return cast("dict[str, Any] | None", ((self.response_format or {}).get("json_schema") or {}).get("schema"))

    @property
    def temperature(self) -> float | None:
        return cast("float | None", self.body.get("temperature"))

    @property
    def max_tokens(self) -> int | None:
        return cast("int | None", self.body.get("max_tokens"))

    @property
    def max_completion_tokens(self) -> int | None:
        return cast("int | None", self.body.get("max_completion_tokens"))

    @property
    def token_limit(self) -> int | None:
        """The most tokens that the answer may have, under either name."""
        return self.max_tokens if self.max_completion_tokens is None else self.max_completion_tokens


def _message_text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@dataclass(frozen=True, slots=True)
class EmbeddingRequest(Request):
    """A request to /v1/embeddings."""

    @property
    def texts(self) -> list[str]:
        """One string an input; an input of token numbers becomes these numbers, spaced."""
        given = self.body.get("input")
        if isinstance(given, str) or (given and isinstance(given[0], int)):
            given = [given]
        return [text if isinstance(text, str) else " ".join(map(str, text)) for text in given or []]

    @property
    def dimensions(self) -> int | None:
        return cast("int | None", self.body.get("dimensions"))

    @property
    def encoding_format(self) -> str:
        return str(self.body.get("encoding_format") or "float")


# --- What a persona may reply -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int

    def to_dict(self) -> dict[str, int]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        }


@dataclass(frozen=True, slots=True)
class Streaming:
    """How a text goes out: in pieces, and with what going wrong after `after` of them (after the last, if fewer).

    `cuts` are the offsets where the text is split, `()` for a single piece; without them a piece is `size` characters.
    `delay` is in seconds, before each piece. The faults, streamed and (in brackets) not:

    - `stall`: nothing more, until the client leaves or the server closes (no reply at all)
    - `cut`: the connection breaks in the middle of the body (the same)
    - `close`: the body ends in good order, without finish_reason and [DONE] (the pieces so far, finish_reason null)
    - `bad_json`: one line of broken JSON, then the rest (half of the JSON)
    - `error`: an error object as the last event (the same, with status 500)
    - `no_done`: all is there but [DONE], whatever `after` says (no fault)
    """

    size: int = 4
    cuts: tuple[int, ...] | None = None
    delay: float = 0.0
    fault: Fault | None = None
    after: int = 0

    def pieces(self, content: str) -> list[str]:
        points = range(self.size, len(content), self.size) if self.cuts is None else sorted(self.cuts)
        bounds = [0, *(point for point in points if 0 < point < len(content)), len(content)]
        return [content[start:end] for start, end in itertools.pairwise(bounds)]


@dataclass(frozen=True, slots=True)
class Text:
    """An assistant's message. Usage is counted (four characters a token) unless given; None leaves it out."""

    content: str | None
    finish_reason: str | None = "stop"
    usage: Usage | Literal["counted"] | None = "counted"
    refusal: str | None = None
    no_choices: bool = False
    streaming: Streaming = Streaming()


@dataclass(frozen=True, slots=True)
class Raw:
    """Any bytes with any status, sent as they are, streamed or not."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """An HTTP error with OpenAI's error body; `retry_after` is seconds, or a date as the header writes it."""

    status: int
    message: str
    type: str | None = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    retry_after: float | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, dict[str, str | None]]:
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    def raw(self) -> Raw:
        retry = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return replace(_json(self.to_dict(), status=self.status), headers={**retry, **self.headers})


Reply = Text | Failure | Raw
Vectors = Sequence[Sequence[float]]


def _json(value: object, *, status: int = 200) -> Raw:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Raw(body, status=status, content_type="application/json")


# --- The failures that OpenAI names -----------------------------------------------------------------------------------


def invalid_api_key(key: str = "") -> Failure:
    if not key:
        message = "You didn't provide an API key. You need to provide your API key in an Authorization header."
        return Failure(401, message)
    message = f"Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/api-keys."
    return Failure(401, message, code="invalid_api_key")


def rate_limit_exceeded(*, retry_after: float | str | None = None) -> Failure:
    message = "Rate limit reached for requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s."
    return Failure(429, message, type="requests", code="rate_limit_exceeded", retry_after=retry_after)


def insufficient_quota() -> Failure:
    message = "You exceeded your current quota, please check your plan and billing details."
    return Failure(429, message, type="insufficient_quota", code="insufficient_quota")


def model_not_found(model: str) -> Failure:
    message = f"The model `{model}` does not exist or you do not have access to it."
    return Failure(404, message, code="model_not_found")


def context_length_exceeded(*, limit: int, asked: int) -> Failure:
    message = (
        f"This model's maximum context length is {limit} tokens. However, your messages resulted in {asked} tokens. "
        "Please reduce the length of the messages."
    )
    return Failure(400, message, param="messages", code="context_length_exceeded")


def content_filter() -> Failure:
    message = (
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
        "Please modify your prompt and retry."
    )
    return Failure(400, message, type=None, param="prompt", code="content_filter")


def server_error(status: int = 500, *, retry_after: float | str | None = None) -> Failure:
    message = "The server had an error while processing your request. Sorry about that!"
    return Failure(status, message, type="server_error", retry_after=retry_after)


def unsupported_parameter(name: str) -> Failure:
    instead = " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
    message = f"Unsupported parameter: '{name}' is not supported with this model.{instead}"
    return Failure(400, message, param=name, code="unsupported_parameter")


def unsupported_value(name: str, value: object, *, only: object) -> Failure:
    message = (
        f"Unsupported value: '{name}' does not support {value} with this model. "
        f"Only the default ({only}) value is supported."
    )
    return Failure(400, message, param=name, code="unsupported_value")


def unsupported_format(kind: str) -> Failure:
    guide = (
        " Learn more about supported models at the Structured Outputs guide: "
        "https://platform.openai.com/docs/guides/structured-outputs"
    )
    message = f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
    return Failure(400, message + (guide if kind == "json_schema" else ""))


# --- Personas and embedders -------------------------------------------------------------------------------------------


class Persona(Protocol):
    def reply(self, request: ChatRequest) -> Reply: ...


class Embedder(Protocol):
    def embed(self, request: EmbeddingRequest) -> Vectors | Failure | Raw: ...


class Echo:
    """Answers with the last user message."""

    def reply(self, request: ChatRequest) -> Reply:
        return Text((request.texts("user") or [""])[-1])


class Scripted:
    """Answers with these in turn, a plain string as a `Text`; `itertools.repeat(reply)` never ends."""

    def __init__(self, replies: Iterable[Reply | str]) -> None:
        self._replies = iter(replies)
        self._lock = threading.Lock()

    def reply(self, request: ChatRequest) -> Reply:
        with self._lock:
            reply = next(self._replies, None)
        if reply is None:
            raise LookupError(f"Scripted has no reply left for request {request.number}. Give it one more.")
        return Text(reply) if isinstance(reply, str) else reply


class WordHashes:
    """Unit vectors that share a direction as far as the texts share words, the same in every run."""

    def __init__(self, dimensions: int = 256) -> None:
        self.dimensions = dimensions

    def embed(self, request: EmbeddingRequest) -> Vectors:
        return [self._vector(text, request.dimensions or self.dimensions) for text in request.texts]

    def _vector(self, text: str, dimensions: int) -> list[float]:
        vector = [0.0] * dimensions
        for word in re.findall(r"\w+", text.casefold()):
            number = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
            vector[number % dimensions] += 1.0 if number >> 63 else -1.0
        length = sum(value * value for value in vector) ** 0.5
        return [value / length for value in vector] if length else [1.0] + [0.0] * (dimensions - 1)


# --- What the server refuses by itself --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """What a request must keep to before a persona or an embedder sees it; ModelServer explains the fields."""

    api_key: str | None
    models: Collection[str] | None
    supports: Collection[str]
    refuses: Collection[str]
    only: Mapping[str, object]

    def refusal(self, request: Request) -> Failure | None:
        """The error that OpenAI would send, None for a request that is in order."""
        key = request.headers.get("authorization", "").removeprefix("Bearer").strip()
        if self.api_key is not None and key != self.api_key:
            return invalid_api_key(key)
        if request.path == "/v1/models":
            return _wrong_method(request) if request.method != "GET" else None
        if request.path not in ("/v1/chat/completions", "/v1/embeddings"):
            return Failure(404, f"Invalid URL ({request.method} {request.path})")
        if request.method != "POST":
            return _wrong_method(request)
        return self._body_refusal(request)

    def _body_refusal(self, request: Request) -> Failure | None:
        if not isinstance(request.body, dict):
            return Failure(400, "We could not parse the JSON body of your request.")
        if not request.model:
            return Failure(400, "you must provide a model parameter")
        if self.models is not None and request.model not in self.models:
            return model_not_found(request.model)
        given = {name: value for name, value in request.body.items() if value is not None}
        for name, value in given.items():
            if name in self.refuses:
                return unsupported_parameter(name)
            if name in self.only and value != self.only[name]:
                return unsupported_value(name, value, only=self.only[name])
        if isinstance(request, ChatRequest):
            return self._chat_refusal(request)
        return _embedding_refusal(cast("EmbeddingRequest", request))

    def _chat_refusal(self, request: ChatRequest) -> Failure | None:
        if not request.messages:
            message = "Invalid 'messages': empty array. Expected an array with minimum length 1."
            return Failure(400, message, param="messages", code="empty_array")
        if request.body.get("stream_options") is not None and not request.stream:
            message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            return Failure(400, message, param="stream_options")
        if request.format != "text" and request.format not in self.supports:
            return unsupported_format(request.format)
        if request.format == "json_object" and "json" not in request.prompt.casefold():
            message = "'messages' must contain the word 'json' in some form, to use 'response_format' of type"
            return Failure(400, f"{message} 'json_object'.", param="messages")
        return _schema_refusal(request) if request.format == "json_schema" else None


def _wrong_method(request: Request) -> Failure:
    hint = "(HINT: Perhaps you meant to use a different HTTP method?)"
    return Failure(405, f"Not allowed to {request.method} on {request.path} {hint}")


def _embedding_refusal(request: EmbeddingRequest) -> Failure | None:
    if request.texts and all(request.texts) and len(request.texts) <= 2048:
        return None
    message = "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
    return Failure(400, message)


def _schema_refusal(request: ChatRequest) -> Failure | None:
    given = (request.response_format or {}).get("json_schema") or {}
    name = given.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
        message = "Missing or invalid 'response_format.json_schema.name': expected a pattern '^[a-zA-Z0-9_-]+$'."
        return Failure(400, message, param="response_format.json_schema.name")
    fault = _strict_fault(request.schema or {}) if given.get("strict") else None
    if fault is None:
        return None
    return Failure(400, f"Invalid schema for response_format '{name}': {fault}", param="response_format")


NOT_STRICT = ("allOf", "oneOf", "not", "if", "then", "else", "default", "dependentRequired", "dependentSchemas")


def _strict_fault(schema: Mapping[str, Any], at: tuple[str, ...] = ()) -> str | None:
    """The first way in which a schema is not one of those that OpenAI's strict mode takes, None if it is."""
    if not at and schema.get("type") != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
    fault = _own_fault(schema)
    if fault:
        return f"In context={at}, {fault}"
    inner = [((*at, "$defs", name), value) for name, value in schema.get("$defs", {}).items()]
    inner += [((*at, "properties", name), value) for name, value in schema.get("properties", {}).items()]
    inner += [((*at, "anyOf", str(number)), value) for number, value in enumerate(schema.get("anyOf", []))]
    inner += [((*at, "items"), schema["items"])] if "items" in schema else []
    return next((fault for place, value in inner if (fault := _strict_fault(value, place))), None)


def _own_fault(schema: Mapping[str, Any]) -> str | None:
    beside = sorted(schema.keys() - {"$ref"})
    if "$ref" in schema and beside:
        return f"$ref cannot have keywords {{{', '.join(map(repr, beside))}}}."
    refused = next((name for name in NOT_STRICT if name in schema), None)
    if refused:
        return f"'{refused}' is not permitted."
    if schema.get("type") != "object":
        return None
    if schema.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    missing = next((name for name in schema.get("properties", {}) if name not in schema.get("required", [])), None)
    if missing is None:
        return None
    every = "'required' is required to be supplied and to be an array including every key in properties."
    return f"{every} Missing '{missing}'."


# --- The server -------------------------------------------------------------------------------------------------------


class PersonaError(Exception):
    """A persona or an embedder raised, or gave what can't be sent. Raised when the server closes."""


class ModelServer:
    """A persona behind http://127.0.0.1:PORT/v1 for as long as the `with` block runs.

    - `api_key`: the only key taken; any or none without it
    - `models`: the only model names taken, and those that /v1/models lists; any name without them
    - `supports`: the response formats taken beside `text`
    - `refuses`: parameters answered with 400 `unsupported_parameter`, as `{"temperature", "max_tokens"}`
    - `only`: parameters that may have this value alone, else 400 `unsupported_value`, as `{"temperature": 1}`
    - `port`: 0 for a free one
    - `log`: called with a line for each request
    """

    def __init__(
        self,
        persona: Persona,
        *,
        embedder: Embedder | None = None,
        api_key: str | None = None,
        models: Collection[str] | None = None,
        supports: Collection[str] = frozenset({"json_schema", "json_object"}),
        refuses: Collection[str] = frozenset(),
        only: Mapping[str, object] | None = None,
        port: int = 0,
        log: Callable[[str], object] | None = None,
    ) -> None:
        self.hung_up = threading.Event()
        """Set once a client has left before it had its whole reply."""
        self.log = log
        self._persona = persona
        self._embedder = embedder or WordHashes()
        self._rules = Rules(api_key=api_key, models=models, supports=supports, refuses=refuses, only=only or {})
        self._requests: list[Request] = []
        self._faults: list[PersonaError] = []
        self._lock = threading.Lock()
        self._port = port
        self._listener: _Listener | None = None

    @property
    def base_url(self) -> str:
        if self._listener is None:
            raise RuntimeError("The model server is not running. Use it in a `with` block.")
        return f"http://127.0.0.1:{self._listener.server_port}/v1"

    @property
    def requests(self) -> list[Request]:
        """All requests so far, refused ones too, in order of arrival."""
        with self._lock:
            return list(self._requests)

    @property
    def chats(self) -> list[ChatRequest]:
        return [request for request in self.requests if isinstance(request, ChatRequest)]

    @property
    def embeddings(self) -> list[EmbeddingRequest]:
        return [request for request in self.requests if isinstance(request, EmbeddingRequest)]

    def start(self) -> Self:
        self._listener = _Listener(("127.0.0.1", self._port), self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), name="model-server")
        self._thread.start()
        return self

    def close(self) -> None:
        """Breaks what is under way, waits for every thread, and raises PersonaError if a persona had raised."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        listener.shutdown()
        self._thread.join()
        listener.hang_up()
        listener.server_close()
        if self._faults:
            raise self._faults[0]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except PersonaError as fault:
            if error is None:
                raise
            error.add_note(str(fault))

    def receive(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> Request:
        """Keeps a request, as the kind that its path makes it."""
        body = _parsed(content)
        kinds = {"/v1/chat/completions": ChatRequest, "/v1/embeddings": EmbeddingRequest}
        kind = kinds.get(path, Request) if isinstance(body, dict) else Request
        with self._lock:
            request = kind(len(self._requests) + 1, method, path, headers, body)
            self._requests.append(request)
        return request

    def answer(self, request: Request) -> Text | Raw:
        """What to send back: a Text still to be streamed or not, everything else as bytes."""
        refusal = self._rules.refusal(request)
        if refusal is not None:
            return refusal.raw()
        if not isinstance(request, ChatRequest | EmbeddingRequest):
            return _json(_model_list(self._rules.models or ("test-model", "test-embedding")))
        try:
            reply = self._reply(request)
        except Exception as error:  # noqa: BLE001 -- kept and raised in close(): here it would only end a thread
            self.keep_fault(error)
            reply = Failure(400, f"The persona failed: {error!r}", code="persona_error")
        return reply.raw() if isinstance(reply, Failure) else reply

    def keep_fault(self, cause: BaseException | None) -> None:
        """Keeps what a persona raised, or what its reply made the server raise, for close()."""
        fault = PersonaError(f"A reply failed: {cause!r}")
        fault.__cause__ = cause
        with self._lock:
            self._faults.append(fault)

    def _reply(self, request: ChatRequest | EmbeddingRequest) -> Reply:
        if isinstance(request, ChatRequest):
            reply = self._persona.reply(request)
            return _within_limit(reply, request) if isinstance(reply, Text) else reply
        vectors = self._embedder.embed(request)
        return vectors if isinstance(vectors, Failure | Raw) else _json(_embedding_list(request, vectors))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _within_limit(text: Text, request: ChatRequest) -> Text:
    limit = request.token_limit
    if limit is None or text.content is None or _tokens(text.content) <= limit:
        return text
    return replace(text, content=text.content[: 4 * limit], finish_reason="length")


def _tokens(text: str) -> int:
    return -(-len(text) // 4)


def _model_list(names: Iterable[str]) -> dict[str, Any]:
    models = [{"id": name, "object": "model", "created": CREATED, "owned_by": "pilcrow"} for name in names]
    return {"object": "list", "data": models}


def _embedding_list(request: EmbeddingRequest, vectors: Vectors) -> dict[str, Any]:
    tokens = sum(map(_tokens, request.texts))
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": _encoded(vector, request.encoding_format)}
            for index, vector in enumerate(vectors)
        ],
        "model": request.model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _encoded(vector: Sequence[float], encoding: str) -> str | list[float]:
    """Little-endian 32-bit floats in base64, or the same numbers in JSON: both formats give equal vectors."""
    packed = struct.pack(f"<{len(vector)}f", *vector)
    if encoding == "base64":
        return base64.b64encode(packed).decode()
    return list(struct.unpack(f"<{len(vector)}f", packed))


# --- A text as OpenAI's objects ---------------------------------------------------------------------------------------


def _completion(request: ChatRequest, text: Text) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text.content, "refusal": text.refusal, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": text.finish_reason}
    usage = _usage(request, text)
    return {
        **_envelope(request, "chat.completion"),
        "choices": [] if text.no_choices else [choice],
        **({} if usage is None else {"usage": usage}),
    }


def _chunk(
    request: ChatRequest, text: Text, delta: Mapping[str, Any], *, finish_reason: str | None = None
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {
        **_envelope(request, "chat.completion.chunk"),
        "choices": [] if text.no_choices else [choice],
        **({"usage": None} if request.includes_usage else {}),
    }


def _deltas(text: Text) -> list[dict[str, str | None]]:
    """What each piece of a streamed text adds to the message."""
    if text.refusal is not None:
        return [{"refusal": piece} for piece in text.streaming.pieces(text.refusal)]
    if text.content is None:
        return [{"content": None}]
    return [{"content": piece} for piece in text.streaming.pieces(text.content)]


def _envelope(request: ChatRequest, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{request.number:06}", "object": kind, "created": CREATED, "model": request.model}


def _usage(request: ChatRequest, text: Text) -> dict[str, int] | None:
    if text.usage == "counted":
        return Usage(_tokens(request.prompt), _tokens(text.content or text.refusal or "")).to_dict()
    return None if text.usage is None else text.usage.to_dict()


# --- HTTP -------------------------------------------------------------------------------------------------------------


class _Listener(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close() waits for them
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], owner: ModelServer) -> None:
        self.owner = owner
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Binds without HTTPServer's look-up of the host's name, which can wait for a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Wakes every thread that reads from, or waits on, its connection."""
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):  # the client has gone already
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 -- the signature is socketserver's
        """A client that resets a connection between two requests is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            self.owner.keep_fault(sys.exc_info()[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def owner(self) -> ModelServer:
        return cast("_Listener", self.server).owner

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        if self.owner.log is not None:
            self.owner.log(format % args)

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = self.owner.receive(self.command, self.path.partition("?")[0], headers, content)
        reply = self.owner.answer(request)
        try:
            if isinstance(reply, Raw):
                self._send(request, reply)
            elif cast("ChatRequest", request).stream:
                self._send_stream(cast("ChatRequest", request), reply)
            else:
                self._send_whole(cast("ChatRequest", request), reply)
        except ConnectionError:
            self.owner.hung_up.set()
            self.close_connection = True

    def _send(self, request: Request, raw: Raw, *, cut: bool = False) -> None:
        self._send_head(
            request, raw.status, {"Content-Type": raw.content_type, "Content-Length": str(len(raw.body)), **raw.headers}
        )
        self.wfile.write(raw.body[: len(raw.body) // 2] if cut else raw.body)
        self.close_connection = self.close_connection or cut

    def _send_head(self, request: Request, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"x-request-id": f"req_{request.number:06}", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_whole(self, request: ChatRequest, text: Text) -> None:
        streaming = text.streaming
        self._wait(streaming.delay)
        match streaming.fault:
            case "stall":
                self._wait(None)
            case "error":
                self._send(request, server_error().raw())
                return
            case "close":
                pieces = streaming.pieces(text.content or "")[: streaming.after]
                text = replace(text, content="".join(pieces), finish_reason=None)
        raw = _json(_completion(request, text))
        if streaming.fault == "bad_json":
            raw = replace(raw, body=raw.body[: len(raw.body) // 2])
        self._send(request, raw, cut=streaming.fault == "cut")

    def _send_stream(self, request: ChatRequest, text: Text) -> None:
        streaming = text.streaming
        kind = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
        self._send_head(request, 200, {**kind, "Transfer-Encoding": "chunked"})
        self._send_event(_chunk(request, text, {"role": "assistant", "content": text.content and "", "refusal": None}))
        deltas = _deltas(text)
        for sent, delta in enumerate([*deltas, None]):
            if sent == min(streaming.after, len(deltas)) and self._fails(streaming.fault):
                return
            if delta is not None:
                self._wait(streaming.delay)
                self._send_event(_chunk(request, text, delta))
        self._send_event(_chunk(request, text, {}, finish_reason=text.finish_reason))
        usage = _usage(request, text)
        if request.includes_usage and usage is not None:
            self._send_event({**_envelope(request, "chat.completion.chunk"), "choices": [], "usage": usage})
        if streaming.fault != "no_done":
            self._send_piece(b"data: [DONE]\n\n")
        self._send_piece(b"")

    def _fails(self, fault: Fault | None) -> bool:
        """Does what the fault asks for; whether the stream is over by it."""
        match fault:
            case "stall":
                self._wait(None)
            case "cut":
                self.close_connection = True
            case "close":
                self._send_piece(b"")
            case "bad_json":
                self._send_piece(b'data: {"id": "chatcmpl-\n\n')
            case "error":
                self._send_event(server_error().to_dict())
                self._send_piece(b"")
        return fault in ("stall", "cut", "close", "error")

    def _send_event(self, value: Mapping[str, Any]) -> None:
        self._send_piece(f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode())

    def _send_piece(self, content: bytes) -> None:
        """One piece of a body in chunked transfer coding; an empty one ends the body (RFC 9112, 7.1)."""
        self.wfile.write(b"%x\r\n%b\r\n" % (len(content), content))

    def _wait(self, seconds: float | None) -> None:
        """Waits, without an end for None; raises ConnectionAbortedError as soon as the connection is closed."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            if selector.select(seconds) and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionAbortedError("The connection was closed before the reply was complete.")


def main() -> None:
    parser = argparse.ArgumentParser(description="A model server with OpenAI's protocol that echoes the question.")
    parser.add_argument("--port", type=int, default=8000, help="0 for a free one (default: 8000)")
    parser.add_argument("--api-key", help="the only key taken (default: any)")
    options = parser.parse_args()

    def log(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell started it in the background
    server = ModelServer(Echo(), port=options.port, api_key=options.api_key, log=log)
    with contextlib.suppress(KeyboardInterrupt), server:
        log(f"Listening on {server.base_url}. Stop with Ctrl-C.")
        threading.Event().wait()


if __name__ == "__main__":
    main()
