"""The answering model: OpenAI, or any server that speaks its protocol, through llama-index's OpenAI-like class."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import AsyncGenerator, Generator, Sequence
from typing import Any, Protocol

import httpx
import openai
from llama_index.llms.openai_like import OpenAILike

from assistant.budget import Allowance
from assistant.dialect import Dialect, dialect_of
from assistant.exchange import Addressee, Exchange, Message, Reply, Structured
from assistant.failures import CLIENT_ERRORS, arefuse_web_page, refuse_web_page
from assistant.settings import Settings

__all__ = ["ChatModel", "Message", "OpenAIModel", "Reply", "Structured"]

OPENAI_ADDRESS = "https://api.openai.com/v1"
LIST_TIMEOUT_S = 10.0


class ChatModel(Protocol):
    """A model that replies to messages, whole or piece by piece. All raise `ModelError`.

    With `structured`, a JSON reply is asked for as far as the server takes that, and `messages` are what it is asked
    where it takes no such thing. The `allowance` of a question is spent by each request.
    """

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def dialect(self) -> Dialect: ...
    def reply(
        self, messages: Sequence[Message], *, structured: Structured | None = None, allowance: Allowance | None = None
    ) -> Reply: ...
    def stream(
        self, messages: Sequence[Message], *, structured: Structured | None = None, allowance: Allowance | None = None
    ) -> Generator[str | Reply]:
        """The pieces of the reply as they come, then the `Reply`. Closing the iterator closes the connection."""
        ...

    def astream(
        self, messages: Sequence[Message], *, structured: Structured | None = None, allowance: Allowance | None = None
    ) -> AsyncGenerator[str | Reply]:
        """`stream`, for programs that must not wait."""
        ...


class OpenAIModel:
    """A chat model behind `/v1/chat/completions`. Raises `ModelError` with the address and the fix.

    It goes down the ladder json_schema, json_object, plain text, and leaves out or renames parameters, as far as the
    server's refusals ask for it; what worked is remembered for the address and the model.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.model
        self.address = settings.openai_base_url or OPENAI_ADDRESS
        self.dialect = dialect_of(self.address, self.name)
        self._settings = settings
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
        # The retries are ours, so that each is seen and counted; llama-index's would multiply the client's.
        self._credentials: dict[str, Any] = {"api_key": key, "base_url": self.address, "max_retries": 0}
        connection = httpx.Client(event_hooks={"response": [refuse_web_page]})
        weakref.finalize(self, connection.close)
        self._client = openai.OpenAI(**self._credentials, http_client=connection)
        self._llm = self._llama_index(self._client)

    def reply(
        self, messages: Sequence[Message], *, structured: Structured | None = None, allowance: Allowance | None = None
    ) -> Reply:
        """The whole reply, by one request that does not stream."""
        exchange = self._exchange(messages, structured=structured, allowance=allowance, stream=False)
        while True:
            try:
                return exchange.whole(self._llm.chat(exchange.messages(), **exchange.options()))
            except CLIENT_ERRORS as error:
                time.sleep(exchange.recover(error))

    def stream(
        self, messages: Sequence[Message], *, structured: Structured | None = None, allowance: Allowance | None = None
    ) -> Generator[str | Reply]:
        """The pieces of the reply, then the whole; a stream that is cut ends in a reply that is not finished."""
        allowance = allowance or Allowance.of(self._settings)
        exchange = self._exchange(messages, structured=structured, allowance=allowance, stream=True)
        while self.dialect.streams:
            try:
                responses = self._llm.stream_chat(exchange.messages(), **exchange.options())
                try:
                    for response in responses:
                        if piece := exchange.take(response):
                            yield piece
                        if exchange.late():
                            break
                finally:
                    responses.close()
                if exchange.answered:
                    yield exchange.ended()
                    return
                self.dialect.streams = False
            except CLIENT_ERRORS as error:
                if exchange.started:
                    yield exchange.broken(error)
                    return
                time.sleep(exchange.recover(error))
        reply = self.reply(messages, structured=structured, allowance=allowance)
        yield reply.text
        yield reply

    async def astream(
        self, messages: Sequence[Message], *, structured: Structured | None = None, allowance: Allowance | None = None
    ) -> AsyncGenerator[str | Reply]:
        """`stream` over a connection of its own, closed when the iterator is closed or its task cancelled."""
        allowance = allowance or Allowance.of(self._settings)
        exchange = self._exchange(messages, structured=structured, allowance=allowance, stream=True)
        async with httpx.AsyncClient(event_hooks={"response": [arefuse_web_page]}) as connection:
            llm = self._llama_index(openai.AsyncOpenAI(**self._credentials, http_client=connection))
            while self.dialect.streams:
                try:
                    async for response in await llm.astream_chat(exchange.messages(), **exchange.options()):
                        if piece := exchange.take(response):
                            yield piece
                        if exchange.late():
                            break
                    if exchange.answered:
                        yield exchange.ended()
                        return
                    self.dialect.streams = False
                except CLIENT_ERRORS as error:
                    if exchange.started:
                        yield exchange.broken(error)
                        return
                    await asyncio.sleep(await asyncio.to_thread(exchange.recover, error))
        reply = await asyncio.to_thread(self.reply, messages, structured=structured, allowance=allowance)
        yield reply.text
        yield reply

    def served(self) -> tuple[str, ...]:
        """The models that `/v1/models` lists; none where it does not."""
        try:
            return tuple(model.id for model in self._client.with_options(timeout=LIST_TIMEOUT_S).models.list())
        except CLIENT_ERRORS:
            return ()

    def _exchange(
        self,
        messages: Sequence[Message],
        *,
        structured: Structured | None,
        allowance: Allowance | None,
        stream: bool,
    ) -> Exchange:
        return Exchange(
            Addressee(self.address, self.name, self.dialect, self.served),
            messages,
            structured=structured,
            allowance=allowance or Allowance.of(self._settings),
            read_timeout=self._settings.read_timeout,
            stream=stream,
        )

    def _llama_index(self, client: openai.OpenAI | openai.AsyncOpenAI) -> Any:
        waits = isinstance(client, openai.OpenAI)
        return OpenAILike(
            model=self.name,
            api_base=self.address,
            api_key=self._credentials["api_key"],
            is_chat_model=True,
            max_retries=0,
            openai_client=client if waits else None,
            async_openai_client=None if waits else client,
        )
