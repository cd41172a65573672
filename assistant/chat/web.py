"""What stands before Gradio, as ASGI: security headers, the page's own files, who may call, a lockout of guessers.

Gradio's page holds inline scripts; the policy names each by its hash, so that no other inline script runs. Nothing is
evaluated from strings, and no request may go to another host.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX = "/pilcrow/"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
MOST_GUESSES = 5
LOCKED = 60.0  # seconds after the last of them

_INLINE = re.compile(rb"(?s)<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>")
_FOREIGN_META = re.compile(rb'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')


class Front:
    """Wraps Gradio's application. `loopback` says that only this machine may call, under its own names."""

    def __init__(self, app: App, *, loopback: bool) -> None:
        self.app = app
        self.loopback = loopback
        self.guesses = Guesses()
        self.files = {PREFIX + name: content for name, content in page_files().items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _reply(send, *refusal)
        elif scope["path"] in self.files:
            ending = scope["path"][scope["path"].rindex(".") :]
            await _reply(send, 200, self.files[scope["path"]], kind=KINDS[ending])
        else:
            await self.app(scope, receive, self._guarded(scope, send))

    def _refusal(self, scope: Scope) -> tuple[int, bytes] | None:
        """Status and one line for a call that goes no further."""
        headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
        host, origin = headers.get("host", ""), headers.get("origin")
        if self.loopback and urlsplit(f"//{host}").hostname not in ("127.0.0.1", "localhost", "::1"):
            return 403, b"This chat answers on this machine's own address only: http://127.0.0.1"
        if origin is not None and scope["method"] not in ("GET", "HEAD") and urlsplit(origin).netloc != host:
            return 403, b"A page of another site may not call this chat."
        if _is_login(scope) and self.guesses.locked(_caller(scope)):
            return 429, b"Too many wrong passwords. Wait a minute, then try again."
        return None

    def _guarded(self, scope: Scope, send: Send) -> Send:
        """`send`, with headers added; a page is held back until its inline scripts are known."""
        held: list[Message] = []

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                if _is_login(scope):
                    self.guesses.count(_caller(scope), wrong=message["status"] != 200)
                if _header(message, b"content-type").startswith(b"text/html"):
                    held.append(message)
                    return
                await send(_with_headers(message, policy()))
            elif held:
                held.append(message)
                if not message.get("more_body"):
                    await _send_page(send, held)
            else:
                await send(message)

        return guarded


class Guesses:
    """Wrong passwords by caller: after `MOST_GUESSES` in a row, a caller waits `LOCKED` seconds."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, float]] = {}

    def locked(self, caller: str) -> bool:
        """Whether a caller has to wait."""
        count, last = self._wrong.get(caller, (0, 0.0))
        return count >= MOST_GUESSES and time.monotonic() - last < LOCKED

    def count(self, caller: str, *, wrong: bool) -> None:
        """Keep count; a right password, or a long pause, forgives."""
        now = time.monotonic()
        self._wrong = {name: found for name, found in self._wrong.items() if now - found[1] < 10 * LOCKED}
        if wrong:
            self._wrong[caller] = (self._wrong.get(caller, (0, 0.0))[0] + 1, now)
        else:
            self._wrong.pop(caller, None)


def policy(hashes: Iterable[str] = ()) -> str:
    """The content security policy. Gradio sets styles on elements, so styles may be inline."""
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'self'",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
        ]
    )


def page_files() -> dict[str, bytes]:
    """The page's own files by name."""
    folder = resources.files("assistant.chat") / "static"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(tuple(KINDS))}


async def _send_page(send: Send, held: list[Message]) -> None:
    start, *bodies = held
    page = _FOREIGN_META.sub(b"", b"".join(body.get("body", b"") for body in bodies))
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(found).digest()).decode()}'" for found in _INLINE.findall(page)
    ]
    start["headers"] = [
        (name, str(len(page)).encode() if name == b"content-length" else value) for name, value in start["headers"]
    ]
    await send(_with_headers(start, policy(hashes)))
    await send({"type": "http.response.body", "body": page})


async def _reply(send: Send, status: int, content: bytes, kind: str = "text/plain; charset=utf-8") -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
    start = {"type": "http.response.start", "status": status, "headers": [*headers, (b"cache-control", b"no-cache")]}
    await send(_with_headers(start, policy()))
    await send({"type": "http.response.body", "body": content})


def _with_headers(message: Message, content_policy: str) -> Message:
    added = {**HEADERS, "content-security-policy": content_policy}
    return {**message, "headers": [*message["headers"], *((n.encode(), v.encode()) for n, v in added.items())]}


def _header(message: Message, name: bytes) -> bytes:
    return next((value for key, value in message["headers"] if key.lower() == name), b"")


def _is_login(scope: Scope) -> bool:
    return bool(scope["method"] == "POST" and scope["path"].rstrip("/") == "/login")


def _caller(scope: Scope) -> str:
    return str((scope.get("client") or ("", 0))[0])
