"""The chat as programs meet it, behind a login: many clients at once, and strangers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from evals.benchmark_chat import ask_at_once, served

LOGIN = ("ada", "swordfish")


@pytest.fixture(scope="module")
def address(bundled_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("chat")
    with served(bundled_index, log=folder / "log", PILCROW_AUTH=":".join(LOGIN)) as address:
        yield address


def test_twenty_people_ask_at_once(address: str) -> None:
    found = ask_at_once(address, people=20, questions=2, login=LOGIN)
    assert found.errors == ()
    assert len(found.seconds) == 40


def test_nothing_is_told_without_a_login(address: str) -> None:
    with httpx.Client(base_url=address) as client:
        assert client.post("/gradio_api/call/overview", json={"data": []}).status_code == 401
        assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 401
        assert client.post("/login", data={"username": "ada", "password": "wrong"}).status_code == 400


def test_only_asking_is_documented(address: str) -> None:
    with httpx.Client(base_url=address) as client:
        assert client.post("/login", data=dict(zip(("username", "password"), LOGIN, strict=True))).status_code == 200
        assert list(client.get("/gradio_api/info").json()["named_endpoints"]) == ["/ask"]
