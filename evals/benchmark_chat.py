"""`python -m evals.benchmark_chat`: many people at once, each with a `gradio_client` of their own, without a model.

Starts `pilcrow chat` over a fresh index of the bundled documents, lets everybody connect, then lets all ask at the same
moment, again and again. Prints the median, the 95th percentile and the slowest, and the number of errors.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from assistant import Settings
from evals.gold import gold_file, load_questions
from ingest import ingest

STARTED_WITHIN = 60.0  # seconds, on a machine that does other things as well


@dataclass(frozen=True, slots=True)
class Crowd:
    """How long each question took, in seconds, and what went wrong."""

    seconds: tuple[float, ...]
    errors: tuple[str, ...]

    @property
    def percentile_95(self) -> float:
        """What 95 of 100 questions take at most."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] if self.seconds else float("inf")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Many people ask the chat at once.")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--questions", type=int, default=10, help="that each asks (default: 10)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ingest((), Settings(index=Path(folder) / "index"))
        with served(Path(folder) / "index", log=Path(folder) / "log") as address:
            found = ask_at_once(address, people=options.people, questions=options.questions)
    sys.stdout.write(f"{options.people} people, {len(found.seconds)} answers, {len(found.errors)} errors\n")
    if found.seconds:
        figures = {"median": statistics.median(found.seconds), "95th percentile": found.percentile_95}
        figures["slowest"] = max(found.seconds)
        sys.stdout.write(", ".join(f"{name} {value * 1000:.0f} ms" for name, value in figures.items()) + "\n")
    sys.exit(1 if found.errors else 0)


def ask_at_once(address: str, *, people: int, questions: int, login: tuple[str, str] | None = None) -> Crowd:
    """Let `people` connect, then ask `questions` each, all beginning every one of them at the same moment."""
    asked = [item.question for item in load_questions(gold_file("questions"))]
    together = threading.Barrier(people)
    seconds: list[float] = []
    errors: list[str] = []

    def person(number: int) -> None:
        from gradio_client import Client

        # Over plain HTTP: without this, reading the system's certificates costs each call 40 ms.
        client = Client(address, verbose=False, ssl_verify=False, auth=login)
        client.predict("Who signed the cable?", [], {}, api_name="/ask")
        for turn in range(questions):
            together.wait()
            started = time.perf_counter()
            events = client.predict(asked[(number * questions + turn) % len(asked)], [], {}, api_name="/ask")
            seconds.append(time.perf_counter() - started)
            if not events or events[-1]["kind"] != "answer":
                errors.append(str(events))
        client.close()

    with ThreadPoolExecutor(people) as pool:
        for done in [pool.submit(person, number) for number in range(people)]:
            try:
                done.result()
            except Exception as error:  # noqa: BLE001  # whatever a client raises is an error of the measurement
                together.abort()
                errors.append(f"{type(error).__name__}: {error}")
    return Crowd(tuple(seconds), tuple(errors))


@contextmanager
def served(index: Path, *, log: Path, **environment: str) -> Iterator[str]:
    """`pilcrow chat` over an index, in a process of its own; gives its address. What it writes goes to `log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PILCROW_", "OPENAI_", "GRADIO_"))
    }
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter
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


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise RuntimeError(f"The chat did not start: {log.read_text()}")


if __name__ == "__main__":
    main()
