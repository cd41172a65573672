"""`python tests/count_lies.py INDEX`: each gold question to each dishonest model, and what of its lies is shown.

Prints for each model: lies told, shown as supported, shown as partial, true claims kept, lies whose drop was told.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import personas
from model_server import ModelServer

from assistant import Answer, Assistant, Settings
from evals.gold import gold_file, load_questions

WORKERS = 2


def main() -> None:
    """Ask and count."""
    questions = load_questions(gold_file("questions"))
    for name, twist in personas.TWISTS.items():
        persona = personas.Lying(twist)
        with ModelServer(persona) as server, ThreadPoolExecutor(WORKERS) as pool:
            settings = Settings(index=Path(sys.argv[1]), openai_base_url=server.base_url, model="test-model")
            assistant = Assistant.open(settings)
            answers = list(pool.map(lambda item: assistant.ask(item.question, history=item.history), questions))  # noqa: B023  # mapped before the loop goes on
        print(f"{name}: {counted(persona, answers)}")  # noqa: T201  # the output of this program


def counted(persona: personas.Lying, answers: list[Answer]) -> str:
    """What became of the lies and truths that a persona told."""
    lies = [(answer, lie) for answer in answers for lie in persona.lies[answer.standalone_question]]
    truths = [(answer, truth) for answer in answers for truth in persona.truths[answer.standalone_question]]
    labels = [claim.verdict.label for answer, lie in lies for claim in answer.claims if claim.text == lie]
    kept = sum(
        any(claim.text == truth and claim.verdict.label == "supported" for claim in answer.claims)
        for answer, truth in truths
    )
    told = sum(
        any(event.kind == "dropped_claim" and lie in event.detail for event in answer.events) for answer, lie in lies
    )
    return (
        f"{len(lies)} lies, {labels.count('supported')} shown as supported, {labels.count('partial')} as partial; "
        f"{kept} of {len(truths)} true claims kept; {told} drops told"
    )


if __name__ == "__main__":
    main()
