"""The chat as programs meet it: many clients at once, and a login."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from chat_server import chat_server

from evals.benchmark_chat import ask_at_once

pytestmark = [
    pytest.mark.xdist_group("chat"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:gradio_client.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:websockets.*"),
]


def test_twenty_people_ask_at_once(bundled_index: Path, tmp_path: Path) -> None:
    with chat_server(bundled_index, log=tmp_path / "log") as address:
        found = ask_at_once(address, people=20, questions=2)
        documented = httpx.get(f"{address}/gradio_api/info").json()["named_endpoints"]
    assert found.errors == ()
    assert len(found.seconds) == 40
    assert list(documented) == ["/ask"]


def test_nothing_is_told_without_a_login(bundled_index: Path, tmp_path: Path) -> None:
    with (
        chat_server(bundled_index, log=tmp_path / "log", PILCROW_AUTH="ada:swordfish") as address,
        httpx.Client(base_url=address) as client,
    ):
        assert client.post("/gradio_api/call/overview", json={"data": []}).status_code == 401
        assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 401
        assert client.post("/login", data={"username": "ada", "password": "wrong"}).status_code == 400
        assert client.post("/login", data={"username": "ada", "password": "swordfish"}).status_code == 200
        assert client.post("/gradio_api/call/overview", json={"data": []}).status_code == 200
