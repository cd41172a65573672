"""What a model server takes: learnt from what it refuses, and remembered for each address and model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import openai

Form = Literal["json_schema", "json_object", "text"]
FORMS: tuple[Form, ...] = ("json_schema", "json_object", "text")

FORMAT = re.compile(r"response_format|json_?schema|json_?object|json_validate_failed|grammar|guided", re.IGNORECASE)
LIMITS = ("max_tokens", "max_completion_tokens")
REFUSALS = (400, 404, 422, 500, 501)

_known: dict[tuple[str, str], Dialect] = {}


@dataclass(slots=True)
class Dialect:
    """The highest rung of the ladder of reply forms that a server takes, and which parameters.

    `limit` names the field for the most tokens of a reply, None where neither is taken. `context` is the model's
    context size in tokens, once the server has named it.
    """

    form: Form = "json_schema"
    limit: str | None = LIMITS[0]
    temperature: bool = True
    streams: bool = True
    stream_options: bool = True
    context: int | None = None

    def step_down(self, form: Form) -> bool:
        """Leave a rung that did not work for the next one; False on the last. Another thread may have left it first."""
        if form == FORMS[-1]:
            return False
        if self.form == form:
            self.form = FORMS[FORMS.index(form) + 1]
        return True

    def learn(self, error: openai.APIStatusError, sent: dict[str, Any], form: Form) -> bool:
        """Whether a refusal is of something that can be left out or said otherwise; then it is remembered."""
        if error.status_code not in REFUSALS:
            return False
        said = f"{getattr(error, 'param', None) or ''} {getattr(error, 'code', None) or ''} {error}"
        if "response_format" in sent and FORMAT.search(said):
            return self.step_down(form)
        for name in ("stream_options", *LIMITS, "temperature"):
            if name in sent and re.search(rf"\b{name}\b", said):
                self._forgo(name)
                return True
        if sent.get("stream") and re.search(r"\bstream(?:ing)?\b", said):
            self.streams = False
            return True
        return False

    def options(self, form: Form, *, schema: dict[str, Any] | None, stream: bool, reply_tokens: int) -> dict[str, Any]:
        """The parameters of a request in this dialect."""
        options: dict[str, Any] = {"temperature": 0.0 if self.temperature else openai.omit}
        if self.limit:
            options[self.limit] = reply_tokens
        if stream and self.stream_options:
            options["stream_options"] = {"include_usage": True}
        if schema is not None and form == "json_schema":
            options["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": schema},
            }
        elif schema is not None and form == "json_object":
            options["response_format"] = {"type": "json_object"}
        return options

    def _forgo(self, name: str) -> None:
        if name == LIMITS[0]:
            self.limit = LIMITS[1]
        elif name == LIMITS[1]:
            self.limit = None
        else:
            setattr(self, name, False)


def dialect_of(address: str, model: str) -> Dialect:
    """What is known of a model at an address, by all that ask it in this process."""
    return _known.setdefault((address, model), Dialect())


def forget() -> None:
    """Forget what was learnt of every server."""
    _known.clear()
