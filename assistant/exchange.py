"""One request to a model and what came back, without the waiting: options out, pieces or errors in, a Reply out.

Both ways of asking, the one that waits and the one that does not, go through it and so behave alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import openai
from llama_index.core.llms import ChatMessage, MessageRole

from assistant.budget import Allowance, token_count
from assistant.dialect import Dialect, Form
from assistant.errors import ModelError
from assistant.failures import CONTEXT, ContextTooLongError, failure, wait_before_retry
from assistant.types import Event, Usage

CONNECT_TIMEOUT_S = 10.0
LIKELY_CUT = 1 / 3
THOUGHT = re.compile(r"^\s*<think>.*?(?:</think>|\Z)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Structured:
    """The same conversation for a model that can be held to JSON, and the strict schema of the reply."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's whole reply, without its thoughts. `finished` is False where it ended before the model was done, and
    `reason` then says why; `form` is the rung of the ladder it was asked on."""

    text: str
    usage: Usage
    finished: bool
    form: Form = "text"
    reason: str = ""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Addressee:
    """The model that is asked: its address and name, what its server takes, and how to list what it serves."""

    address: str
    name: str
    dialect: Dialect
    served: Callable[[], Sequence[str]]


class Exchange:
    """A request that may have to be sent again, in other words or after a while, and its reply as it grows."""

    def __init__(
        self,
        to: Addressee,
        messages: Sequence[Message],
        *,
        structured: Structured | None,
        allowance: Allowance,
        read_timeout: float,
        stream: bool,
    ) -> None:
        self.started = False
        self.answered = False
        self._to = to
        self._plain = messages
        self._structured = structured
        self._allowance = allowance
        self._read_timeout = read_timeout
        self._stream = stream
        self._form: Form = "text"
        self._sent: dict[str, Any] = {}
        self._tried = 0
        self._pieces: list[str] = []
        self._refusal: list[str] = []
        self._usage: Usage | None = None
        self._finish: str | None = None
        self._events: list[Event] = []
        self._counted: tuple[Form, int] | None = None

    def messages(self) -> list[ChatMessage]:
        """What to send, in the form that the server takes now."""
        self._form = self._to.dialect.form if self._structured else "text"
        self._tried += 1
        return [ChatMessage(role=MessageRole(message.role), content=message.text) for message in self._asked()]

    def options(self) -> dict[str, Any]:
        """The parameters to send, after `messages`. Raises `ModelError` where time or tokens are used up."""
        left = self._allowance.seconds_left()
        if not left:
            raise self._out_of_time()
        prompt = self._prompt_tokens()
        self._allowance.check(prompt)
        self._sent = self._to.dialect.options(
            self._form,
            schema=dict(self._structured.schema) if self._structured else None,
            stream=self._stream,
            reply_tokens=self._allowance.reply_tokens(prompt),
        )
        read = min(self._read_timeout, left) if self._stream else left
        return {**self._sent, "timeout": httpx.Timeout(read, connect=min(CONNECT_TIMEOUT_S, left))}

    def take(self, response: Any) -> str:
        """The text that a chunk of a stream adds, '' for none."""
        self.answered = True
        choices = getattr(response.raw, "choices", None)
        if choices:
            self._finish = choices[0].finish_reason or self._finish
            self._refusal.append(getattr(choices[0].delta, "refusal", None) or "")
        self._usage = _usage(response.raw) or self._usage
        piece = response.delta or ""
        if piece:
            self.started = True
            self._pieces.append(piece)
        return piece

    def late(self) -> bool:
        """Whether the deadline has passed while the reply was coming."""
        return not self._allowance.seconds_left() and self._finish is None

    def ended(self) -> Reply:
        """The reply of a stream that came to its end, or was left at the deadline."""
        if self._finish == "stop" and not any(self._refusal):
            return self._reply(finished=True)
        if self.late():
            if not self.started:
                raise self._out_of_time()
            return self._reply(finished=False, reason=f"it took more than {self._allowance.seconds:.0f} s")
        return self._reply(finished=False, reason=self._why())

    def broken(self, error: Exception) -> Reply:
        """The reply of a stream that broke off with an error after its first words."""
        timed_out = isinstance(error, httpx.TimeoutException | openai.APITimeoutError)
        reason = f"nothing came for {self._read_timeout:.0f} s" if timed_out else "the connection broke"
        return self._reply(finished=False, reason=reason)

    def whole(self, response: Any) -> Reply:
        """The reply of a request that did not stream."""
        choice = response.raw.choices[0]
        self._finish = choice.finish_reason
        self._refusal = [getattr(choice.message, "refusal", None) or ""]
        self._usage = _usage(response.raw)
        self._pieces = [response.message.content or ""]
        return self.ended()

    def recover(self, error: Exception) -> float:
        """Seconds to wait before `messages` and `options` are sent again. Raises `ModelError` where that is of no use.

        May itself ask the server which models it serves, to name them in the error.
        """
        dialect = self._to.dialect
        if (
            isinstance(error, openai.APIStatusError)
            and not CONTEXT.search(str(error))
            and dialect.learn(error, {**self._sent, "stream": self._stream}, self._form)
        ):
            return 0.0
        left = self._allowance.seconds_left()
        wait = wait_before_retry(error, tried=self._tried, seconds_left=left)
        if wait is None:
            raise self._failure(error) from error
        line = f"The model server is busy or broke off: waited {wait:.1f} s before try {self._tried + 1}."
        self._allowance.progress(line.replace("waited", "waiting"))
        self._events.append(Event("waited", line))
        return wait

    def _failure(self, error: Exception) -> ModelError:
        served = self._to.served() if isinstance(error, openai.NotFoundError) else ()
        seconds = min(self._read_timeout if self._stream else self._allowance.seconds, self._allowance.seconds)
        found = failure(error, address=self._to.address, model=self._to.name, seconds=seconds, served=served)
        if isinstance(found, ContextTooLongError) and found.size:
            self._to.dialect.context = found.size
        return found

    def _out_of_time(self) -> ModelError:
        return ModelError(
            f"The model server at {self._to.address} did not answer within {self._allowance.seconds:.0f} s. "
            "Try again, take a smaller model, or raise PILCROW_DEADLINE."
        )

    def _why(self) -> str:
        if any(self._refusal):
            return f"the model declined: {' '.join(''.join(self._refusal).split())[:300]}"
        if self._finish == "length":
            return "it reached the most tokens a reply may have; raise PILCROW_ANSWER_TOKENS"
        if self._finish == "content_filter":
            return "the server's content filter stopped it"
        return "the connection ended before its end" if self._finish is None else f"it ended with '{self._finish}'"

    def _reply(self, *, finished: bool, reason: str = "") -> Reply:
        text = "".join(self._pieces)
        prompt = self._prompt_tokens()
        usage = self._usage or Usage(prompt, token_count(text))
        if self._usage and 0 < self._usage.prompt_tokens < prompt * LIKELY_CUT:
            self._events.append(
                Event(
                    "prompt_cut",
                    f"The server counted {self._usage.prompt_tokens} tokens of a prompt of about {prompt}: it may have "
                    "cut it. Set PILCROW_CONTEXT_TOKENS to its context size.",
                )
            )
        return Reply(
            text=THOUGHT.sub("", text),
            usage=self._allowance.spend(usage),
            finished=finished,
            form=self._form,
            reason=reason,
            events=tuple(self._events),
        )

    def _asked(self) -> Sequence[Message]:
        return self._structured.messages if self._structured and self._form != "text" else self._plain

    def _prompt_tokens(self) -> int:
        if self._counted is None or self._counted[0] != self._form:
            self._counted = (self._form, sum(token_count(message.text) for message in self._asked()))
        return self._counted[1]


def _usage(raw: Any) -> Usage | None:
    usage = getattr(raw, "usage", None)
    return None if usage is None else Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0)
