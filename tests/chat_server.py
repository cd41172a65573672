"""`pilcrow chat` as a process of its own, for tests that speak to it from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

STARTED_WITHIN = 60.0  # seconds, on a machine that runs other tests as well


@contextmanager
def chat_server(index: Path, *, log: Path, **environment: str) -> Iterator[str]:
    """Serve the chat over an index; gives its address. What the process writes goes to `log`."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PILCROW_", "OPENAI_", "GRADIO_"))
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "chat", "--port", str(port)],
            env={**kept, "PILCROW_INDEX": str(index), "GRADIO_TEMP_DIR": str(log.parent / "sent"), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(address, process, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError(f"the chat did not start: {log.read_text()}")
