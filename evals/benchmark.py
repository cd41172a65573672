"""`python -m evals.benchmark`: how fast Pilcrow is, as medians and, where machines differ, as ratios within one run.

Builds an index over the bundled documents in a temporary folder. Nothing here fails on a slow machine: it is read by
people, and by whoever compares two runs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant import Assistant, Settings
from assistant.query import Query
from assistant.support import measure_support
from evals.gold import gold_file, load_claims, load_questions
from ingest import ingest

QUESTION = "What worried Seoul most about closer ties with NATO?"
ROUNDS = 5
SAMPLE = 60
WARMING = 5


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(index=Path(folder) / "index")
        _row("ingest of the two documents", _once(lambda: ingest((), settings)), "s")
        _cold(settings.index)
        assistant = Assistant.open(settings)
        _warm(assistant)
        _steps(assistant)
        _steps_of_a_check(assistant)


def _cold(index: Path) -> None:
    """Fresh processes, in turn, so that a change of the machine's speed meets all of them alike."""
    commands = {
        "python -c 'import llama_index.core, chromadb'": ["-c", "import llama_index.core, chromadb"],
        "pilcrow ask, cold": ["-m", "assistant", "ask", QUESTION],
        "pilcrow --help": ["-m", "assistant", "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, arguments in commands.items():
            times[name].append(_once(lambda arguments=arguments: _process(arguments, index)))  # type: ignore[misc]  # mypy cannot infer a lambda's default
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        _row(name, median, "s")
    imports, ask, _ = medians.values()
    _row("pilcrow ask, cold / (1.3 × the imports + 0.5 s)", ask / (1.3 * imports + 0.5), "(1 or less is the aim)")


def _warm(assistant: Assistant) -> None:
    """One process that is asked many questions."""
    questions = [item.question for item in load_questions(gold_file("questions"))[:SAMPLE]]
    claims = load_claims(gold_file("claims"))[:SAMPLE]
    _spread("search, warm", [lambda q=q: assistant.search(q) for q in questions])  # type: ignore[misc]  # as above
    _spread("ask, warm", [lambda q=q: assistant.ask(q) for q in questions])  # type: ignore[misc]  # as above
    _spread("check of a claim, warm", [lambda c=c: assistant.check(c.claim, c.reference) for c in claims])  # type: ignore[misc]  # as above


def _steps(assistant: Assistant) -> None:
    """What each step of a search takes, questions without parts, in the median."""
    retriever, dense = assistant.retriever, assistant.index.dense
    everything = np.ones(len(assistant.index.catalogue.entries), dtype=bool)
    asked = [item.question for item in load_questions(gold_file("questions"))]
    queries = [query for query in retriever.read(asked) if not query.parts][:SAMPLE]
    steps: dict[str, Callable[[Query], object]] = {
        "reading the question (its vectors)": lambda query: retriever.read([query.text]),
        "paragraph vectors": lambda query: dense.best("paragraph", query.vector),
        "sentence and pair vectors": lambda query: (
            dense.best("sentence", query.vector),
            dense.best("pair", query.vector),
        ),
        "BM25": lambda query: assistant.index.lexical.scores(query.text),
        "all four ways of scoring": lambda query: retriever.scores(query, everything),
        "all four but token vectors": lambda query: retriever.scores(replace(query, tokens=None), everything),
        "search without reading the question": lambda query: retriever.search(query, limit=assistant.settings.passages),
    }
    for name, step in steps.items():
        times = [_once(lambda step=step, query=query: step(query)) * 1000 for query in queries]  # type: ignore[misc]  # as above
        _row(f"  {name}", statistics.median(times), "ms")


def _steps_of_a_check(assistant: Assistant) -> None:
    """What each step of a check takes, in the median."""
    checker = assistant.checker
    claims = load_claims(gold_file("claims"))[SAMPLE : 2 * SAMPLE]
    pairs = [(claim.claim, assistant.paragraph(claim.reference)) for claim in claims]
    known = [checker.surroundings(claim, paragraph) for claim, paragraph in pairs]
    documents = {document.document_id: document for document in assistant.documents()}
    told = [checker.read_with(claim, item, documents[item.document_id]) for claim, item in pairs]
    steps: dict[str, Callable[[int], object]] = {
        "what the index knows of it": lambda number: checker.surroundings(*pairs[number]),
        "reading it with its sentences": lambda number: checker.known.entailment(  # type: ignore[misc]  # an assistant's has one
            pairs[number][0], told[number]
        ),
        "all layers of words": lambda number: measure_support(
            pairs[number][0], pairs[number][1].text, surroundings=replace(known[number], entailment=None)
        ),
    }
    for name, step in steps.items():
        times = [_once(lambda step=step, number=number: step(number)) * 1000 for number in range(len(pairs))]  # type: ignore[misc]  # as above
        _row(f"  {name}", statistics.median(times), "ms")


def _spread(name: str, calls: Sequence[Callable[[], object]]) -> None:
    for call in calls[:WARMING]:
        call()
    times = sorted(_once(call) * 1000 for call in calls[WARMING:])
    _row(f"{name}: median", statistics.median(times), "ms")
    _row(f"{name}: 95th percentile", times[int(len(times) * 0.95)], "ms")


def _once(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _process(arguments: Sequence[str], index: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PILCROW_", "OPENAI_"))}
    subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, *arguments],
        env={**environment, "PILCROW_INDEX": str(index)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def _row(name: str, value: float, unit: str) -> None:
    print(f"{name:<50}{value:>9.3f} {unit}")  # noqa: T201  # the output of this program


if __name__ == "__main__":
    main()
