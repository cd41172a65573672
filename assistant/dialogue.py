"""A dialogue and a model in, what the dialogue makes of the replies out, as they come: once for programs that wait,
once for those that must not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing, closing
from functools import partial
from typing import Generic, Protocol, TypeVar

from assistant.budget import Allowance
from assistant.errors import ModelError
from assistant.exchange import Message, Reply, Structured
from assistant.model import ChatModel

Found = TypeVar("Found", covariant=True)


class Dialogue(Protocol, Generic[Found]):
    """Requests to a model, one after the other, each made of what came before; it does no I/O itself."""

    @property
    def allowance(self) -> Allowance: ...
    @property
    def structured(self) -> Structured | None:
        """The form of the current request for a model that can be held to JSON, None where plain text is wanted."""
        ...

    def request(self) -> Sequence[Message] | None:
        """What to ask next, None at the end."""
        ...

    def feed(self, piece: str) -> Sequence[Found]:
        """What a piece of the reply brings."""
        ...

    def finish(self, reply: Reply) -> Sequence[Found]:
        """What the end of the reply brings."""
        ...

    def fail(self, error: ModelError) -> None:
        """Make the next request another one, or end with what there is; raises the error where neither is of use."""
        ...


def converse(model: ChatModel, dialogue: Dialogue[Found], *, stream: bool) -> Generator[Found]:
    """Hold the dialogue to its end. Closing the iterator closes the connection. Raises `ModelError`."""
    while (messages := dialogue.request()) is not None:
        structured, allowance = dialogue.structured, dialogue.allowance
        try:
            if not stream:
                reply = model.reply(messages, structured=structured, allowance=allowance)
                yield from (*dialogue.feed(reply.text), *dialogue.finish(reply))
                continue
            with closing(model.stream(messages, structured=structured, allowance=allowance)) as items:
                for item in items:
                    yield from dialogue.finish(item) if isinstance(item, Reply) else dialogue.feed(item)
        except ModelError as error:
            dialogue.fail(error)


async def aconverse(model: ChatModel, dialogue: Dialogue[Found]) -> AsyncGenerator[Found]:
    """`converse` with streaming, for programs that must not wait: cancelling its task closes the connection too."""
    while (messages := dialogue.request()) is not None:
        structured, allowance = dialogue.structured, dialogue.allowance
        try:
            async with aclosing(model.astream(messages, structured=structured, allowance=allowance)) as items:
                async for item in items:
                    take = partial(dialogue.finish, item) if isinstance(item, Reply) else partial(dialogue.feed, item)
                    for found in await asyncio.to_thread(take):  # checking a claim may take a while, or ask a model
                        yield found
        except ModelError as error:
            dialogue.fail(error)
