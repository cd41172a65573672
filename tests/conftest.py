"""What tests share: the editions of the two documents, an index over each, and questions to ask them."""

from __future__ import annotations

import os
from pathlib import Path

import filelock
import pytest

from assistant import Assistant, Settings
from assistant.dialect import forget
from ingest import ingest

ROOT = Path(__file__).resolve().parents[1]
ORIGINALS = ROOT.parent / "shared" / "documents"
EDITIONS = ["bundled", *(["originals"] if ORIGINALS.is_dir() else [])]


def pytest_configure() -> None:
    """Each of the processes that run the tests keeps to a core: two with as many threads as cores wait for each other,
    a fifth of the time."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests may change what they find."""
    for name in list(os.environ):
        if name.startswith(("PILCROW_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def nothing_learnt() -> None:
    """A port may be used again, by a model server of another kind."""
    forget()


@pytest.fixture(scope="session", params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> str:
    """The bundled restatements, and the originals where they are at hand."""
    return str(request.param)


@pytest.fixture(scope="session")
def index(edition: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over an edition, built once for all processes that run the tests."""
    return build_index(edition, tmp_path_factory)


@pytest.fixture(scope="session")
def bundled_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over the bundled edition, which nobody writes to."""
    return build_index("bundled", tmp_path_factory)


@pytest.fixture(scope="session")
def assistant(index: Path) -> Assistant:
    """An assistant over an edition, in extractive mode."""
    return Assistant.open(Settings(index=index))


@pytest.fixture(scope="session")
def bundled_assistant(bundled_index: Path) -> Assistant:
    """An assistant over the bundled edition, in extractive mode."""
    return Assistant.open(Settings(index=bundled_index))


def build_index(edition: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the index once, whichever process comes first; the others wait for it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    folder = shared / f"index-{edition}"
    with filelock.FileLock(shared / f"{edition}.lock"):
        if not (folder / "current").exists():
            sources = sorted(ORIGINALS.glob("*.txt")) if edition == "originals" else []
            ingest(sources, Settings(index=folder))
    return folder
