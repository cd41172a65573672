"""The answering model: OpenAI, or any server that speaks its protocol, through llama-index's OpenAI-like class."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import openai
from llama_index.core.llms import ChatMessage, MessageRole
from llama_index.llms.openai_like import OpenAILike

from assistant.errors import ModelError
from assistant.settings import Settings
from assistant.types import Usage

OPENAI_ADDRESS = "https://api.openai.com/v1"
READ_TIMEOUT_S = 60.0
RETRIES = 2


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's whole reply. `finished` is False where the connection ended before the model said it was done."""

    text: str
    usage: Usage
    finished: bool


class ChatModel(Protocol):
    """A model that replies to messages, whole or piece by piece."""

    @property
    def name(self) -> str: ...
    def reply(self, messages: Sequence[Message]) -> Reply: ...
    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """The pieces of the reply as they come, then the `Reply`."""
        ...


class OpenAIModel:
    """A chat model behind `/v1/chat/completions`. Raises `ModelError` with the address and the fix."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.model
        self.address = settings.openai_base_url or OPENAI_ADDRESS
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        client = openai.OpenAI(
            api_key=key,
            base_url=self.address,
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=10.0),
            max_retries=RETRIES,
        )
        # llama-index's own retries would multiply the client's, so the client is ours and its retries are 0.
        self._llm = OpenAILike(
            model=settings.model,
            api_base=self.address,
            api_key=key,
            is_chat_model=True,
            temperature=0.0,
            max_retries=0,
            openai_client=client,
        )
        self._json_mode = True

    def reply(self, messages: Sequence[Message]) -> Reply:
        """The whole reply, by one request that does not stream."""
        response = self._request(lambda options: self._llm.chat(_llama_messages(messages), **options))
        raw = response.raw
        finish = raw.choices[0].finish_reason if getattr(raw, "choices", None) else None
        return Reply(response.message.content or "", _usage(raw), finish is not None)

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """The pieces of the reply, then the whole; a stream that is cut ends in a reply that is not finished."""
        options = {"stream_options": {"include_usage": True}}
        pieces: list[str] = []
        usage = Usage()
        finish: str | None = None
        responses = self._request(
            lambda json_mode: _started(self._llm.stream_chat(_llama_messages(messages), **options, **json_mode))
        )
        try:
            for response in responses:
                if response.delta:
                    pieces.append(response.delta)
                    yield response.delta
                choices = getattr(response.raw, "choices", None)
                finish = (choices[0].finish_reason if choices else None) or finish
                usage = _usage(response.raw) if getattr(response.raw, "usage", None) else usage
        except (httpx.HTTPError, openai.APIError, json.JSONDecodeError):
            finish = None
        yield Reply("".join(pieces), usage, finish is not None)

    def _request(self, send: Any) -> Any:
        """Send with JSON mode where the server takes it, and say in one line what went wrong where it fails."""
        try:
            if self._json_mode:
                try:
                    return send({"response_format": {"type": "json_object"}})
                except openai.BadRequestError as error:
                    if "response_format" not in str(error):
                        raise
                    self._json_mode = False
            return send({})
        except (openai.APIError, httpx.HTTPError, AttributeError, IndexError, TypeError, json.JSONDecodeError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> ModelError:
        where = f"The model server at {self.address}"
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return ModelError(f"{where} refused the key. Check OPENAI_API_KEY.")
        if isinstance(error, openai.NotFoundError):
            return ModelError(f"{where} has no model {self.name}. Set PILCROW_MODEL to one it serves.")
        if isinstance(error, openai.RateLimitError):
            return ModelError(f"{where} is out of quota or busy: {_detail(error)} Try again later.")
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
            return ModelError(f"{where} did not answer within {READ_TIMEOUT_S:.0f} s. Try again, or a smaller model.")
        if isinstance(error, openai.APIConnectionError | httpx.HTTPError):
            return ModelError(f"{where} cannot be reached. Check OPENAI_BASE_URL, and that the server runs.")
        if isinstance(error, openai.APIStatusError):
            return ModelError(f"{where} answered {error.status_code}: {_detail(error)} Check PILCROW_MODEL.")
        return ModelError(f"{where} does not speak OpenAI's protocol. Check OPENAI_BASE_URL; it mostly ends in /v1.")


def _started(responses: Any) -> Iterator[Any]:
    """The same responses, with the request sent now, so that an error in it is raised here and not while reading."""
    first = next(responses, None)

    def rest() -> Iterator[Any]:
        if first is not None:
            yield first
            yield from responses

    return rest()


def _llama_messages(messages: Sequence[Message]) -> list[ChatMessage]:
    return [ChatMessage(role=MessageRole(message.role), content=message.text) for message in messages]


def _usage(raw: Any) -> Usage:
    usage = getattr(raw, "usage", None)
    if usage is None:
        return Usage()
    return Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0)


def _detail(error: openai.APIStatusError | openai.APIError) -> str:
    return " ".join(str(getattr(error, "message", error)).split()).rstrip(".") + "."
