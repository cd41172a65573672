"""What Pilcrow adds to the time of the model that answers: `python -m evals.benchmark_llm`, with a model set.

Takes what `OPENAI_BASE_URL` and the other settings name, asks a sample of the gold questions, and prints the time of a
question beyond the model's own.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant import Assistant, Settings
from assistant.budget import Allowance
from assistant.exchange import Message, Reply, Structured
from assistant.generate import CANDIDATES, GenerativeAnswerer, in_turn
from assistant.model import OpenAIModel
from evals.gold import gold_file, load_questions

SAMPLE = 60
WARMING = 5


@dataclass(slots=True)
class Overhead:
    """Milliseconds beyond the model's by question, and those of them spent on retrieval."""

    questions: list[float] = field(default_factory=list)
    retrieval: list[float] = field(default_factory=list)


class TimedModel(OpenAIModel):
    """The model, and the seconds that were spent in it."""

    seconds = 0.0

    def reply(
        self, messages: Sequence[Message], *, structured: Structured | None = None, allowance: Allowance | None = None
    ) -> Reply:
        """The reply, timed."""
        with self._timed():
            return super().reply(messages, structured=structured, allowance=allowance)

    @contextmanager
    def _timed(self) -> Generator[None]:
        started = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    questions = [item.question for item in load_questions(gold_file("questions"))[:SAMPLE]]
    settings = Settings.from_env()
    if settings.openai_base_url is None:
        sys.exit("Set OPENAI_BASE_URL to a local server, e.g. that of `python tests/personas.py honest --port 8000`.")
    found = measure(Assistant.open(settings), questions)
    for name, times in (("a question", found.questions), ("retrieval in it", found.retrieval)):
        ordered = sorted(times)
        print(f"Pilcrow's own time, {name}: median {statistics.median(ordered):.1f} ms, ", end="")  # noqa: T201  # the output of this program
        print(f"95th percentile {ordered[int(len(ordered) * 0.95)]:.1f} ms")  # noqa: T201  # as above


def measure(assistant: Assistant, questions: Sequence[str]) -> Overhead:
    """Ask each question once, the first few to warm up; the model's own time is taken away from each of the others."""
    model = TimedModel(assistant.settings)
    answerer = GenerativeAnswerer(model, assistant.settings, checker=assistant.checker)
    for question in questions[:WARMING]:
        assistant.ask(question)
    overhead = Overhead()
    for question in questions[WARMING:]:
        model.seconds, started = 0.0, time.perf_counter()
        allowance = answerer.allowance()
        lookup = answerer.lookup(question, (), fallback=question, allowance=allowance)
        retrieving = time.perf_counter()
        passages = in_turn([assistant.search(item, limit=CANDIDATES) for item in lookup.questions])
        overhead.retrieval.append((time.perf_counter() - retrieving) * 1000)
        list(answerer.answer(lookup, passages, allowance=allowance, stream=False))
        overhead.questions.append((time.perf_counter() - started - model.seconds) * 1000)
    return overhead


if __name__ == "__main__":
    main()
