"""What a request to a model raised in, a `ModelError` that a person can act on out, or the wait before a retry."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Sequence

import httpx
import openai

from assistant.errors import ModelError

RETRIES = 2
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 60.0
MODELS_NAMED = 12
BUSY = (408, 409, 429, 500, 502, 503, 504, 529)

CONTEXT = re.compile(
    r"context_length_exceeded|exceed_context_size|(?:maximum|available) context|context (?:length|size|window)"
    r"|prompt is too long|too many tokens",
    re.IGNORECASE,
)
CONTEXT_SIZE = re.compile(r"(?:context length is|context size \(?|context window of|n_ctx\D{0,4})\s*(\d{3,8})")
FILTER = re.compile(r"content_filter|content management policy|content_policy", re.IGNORECASE)
QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing|credit", re.IGNORECASE)

# What the client libraries raise: their own errors, httpx's in the middle of a stream, and what an answer that is not
# of the protocol does to them (FACTS: a str for HTML, no choices, broken JSON).
CLIENT_ERRORS = (openai.APIError, httpx.HTTPError, json.JSONDecodeError, AttributeError, IndexError, TypeError)


class ContextTooLongError(ModelError):
    """The prompt does not fit the model's context; `size` is that context in tokens, where the server names it."""

    def __init__(self, message: str, *, size: int | None) -> None:
        super().__init__(message)
        self.size = size


class WebPageError(httpx.HTTPError):
    """The address answered with a web page."""


def refuse_web_page(response: httpx.Response) -> None:
    """An httpx hook: an HTML page is no answer of a model, whatever its status; a proxy's 5xx page may pass by."""
    if "html" in response.headers.get("content-type", "") and response.status_code < 500:
        raise WebPageError(f"a web page with status {response.status_code}")


async def arefuse_web_page(response: httpx.Response) -> None:
    """`refuse_web_page` for the client that does not wait."""
    refuse_web_page(response)


def wait_before_retry(error: Exception, *, tried: int, seconds_left: float) -> float | None:
    """Seconds to wait before the same request is sent again, None where that is of no use.

    A busy server is asked again at most `RETRIES` times, after the time it asks for; used-up quota never.
    """
    if tried > RETRIES or not _passes_by(error):
        return None
    wait = _asked_wait(error)
    if wait is None:
        wait = FIRST_WAIT_S * 2 ** (tried - 1)
    return wait if wait <= min(LONGEST_WAIT_S, seconds_left) else None


def failure(error: Exception, *, address: str, model: str, seconds: float, served: Sequence[str] = ()) -> ModelError:
    """The error as a person can use it. `served` are the models that the server lists, `seconds` its time to answer."""
    where = f"The model server at {address}"
    if isinstance(error, openai.APIStatusError):
        return _status_failure(error, where, model, served)
    if _is_web_page(error):
        return ModelError(
            f"{where} is not an OpenAI-compatible server: it answered with {error.__cause__ or error}. "
            "Check OPENAI_BASE_URL; it mostly ends in /v1."
        )
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return ModelError(
            f"{where} did not answer within {seconds:.0f} s. "
            "Try again, take a smaller model, or raise PILCROW_READ_TIMEOUT or PILCROW_DEADLINE."
        )
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError):
        return ModelError(f"{where} cannot be reached. Check OPENAI_BASE_URL, and that the server runs.")
    if type(error) is openai.APIError:
        return ModelError(f"{where} broke off with an error: {_detail(error)} Try again later.")
    return ModelError(f"{where} does not speak OpenAI's protocol. Check OPENAI_BASE_URL; it mostly ends in /v1.")


def _status_failure(error: openai.APIStatusError, where: str, model: str, served: Sequence[str]) -> ModelError:
    said = f"{error.code or ''} {error}"
    if isinstance(error, openai.AuthenticationError):
        return ModelError(f"{where} refused the key. Check OPENAI_API_KEY.")
    if isinstance(error, openai.PermissionDeniedError):
        return ModelError(
            f"{where} does not let this key use {model}: {_detail(error)} "
            "Ask for access, or set PILCROW_MODEL to a model that the key may use."
        )
    if isinstance(error, openai.NotFoundError):
        return _not_found(where, model, served)
    if FILTER.search(said):
        return ModelError(f"{where} refused the question by its content filter: {_detail(error)} Ask in other words.")
    if CONTEXT.search(said):
        size = CONTEXT_SIZE.search(said)
        return ContextTooLongError(
            f"{where} cannot take a prompt of this length: {_detail(error)} "
            "Set PILCROW_CONTEXT_TOKENS to the model's context size.",
            size=int(size[1]) if size else None,
        )
    if isinstance(error, openai.RateLimitError):
        if QUOTA.search(said):
            return ModelError(f"{where} is out of quota: {_detail(error)} Check the account's plan and billing.")
        wait = _asked_wait(error)
        again = f"Try again in {wait:.0f} s." if wait else "Try again later."
        return ModelError(f"{where} is out of quota or busy: {_detail(error)} {again}")
    if error.status_code in BUSY:
        return ModelError(f"{where} failed with status {error.status_code}: {_detail(error)} Try again later.")
    return ModelError(f"{where} answered {error.status_code}: {_detail(error)} Check PILCROW_MODEL.")


def _not_found(where: str, model: str, served: Sequence[str]) -> ModelError:
    if not served:
        return ModelError(
            f"{where} has no model {model}. Set PILCROW_MODEL to one it serves, "
            "and check OPENAI_BASE_URL; it mostly ends in /v1."
        )
    named = ", ".join(served[:MODELS_NAMED]) + (" …" if len(served) > MODELS_NAMED else "")
    return ModelError(f"{where} has no model {model}. Set PILCROW_MODEL to one it serves: {named}.")


def _passes_by(error: Exception) -> bool:
    if isinstance(error, openai.RateLimitError):
        return not QUOTA.search(f"{error.code or ''} {error}")
    if isinstance(error, openai.APIStatusError):
        return error.status_code in BUSY and not CONTEXT.search(str(error))
    if isinstance(error, openai.APITimeoutError):
        return False
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    return isinstance(cause, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError)


def _asked_wait(error: Exception) -> float | None:
    """Seconds that `Retry-After` asks for, given as a number or as a date (RFC 9110, 10.2.3)."""
    if not isinstance(error, openai.APIStatusError):
        return None
    asked = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(asked))
    except ValueError:
        date = email.utils.parsedate_tz(asked)
        return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())


def _is_web_page(error: Exception) -> bool:
    return isinstance(error, WebPageError) or isinstance(error.__cause__, WebPageError)


def _detail(error: openai.APIError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    said = body.get("message") or error.message
    return " ".join(str(said).split())[:300].rstrip(".") + "."
