"""`python -m evals.ablation INDEX`: what each step of retrieval brings, on the answerable gold questions of `dev`.

Prints a Markdown table: recall of the needed paragraphs among the first five and eight, with 95 % intervals, and MRR.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from assistant import Assistant, Settings
from assistant.assistant import standalone_question
from assistant.retrieval import Retriever, Tuning
from evals.gold import gold_file, load_questions
from evals.scores import recall_at, reciprocal_rank
from evals.statistics import estimate

FITTED = Tuning.fitted()
EQUAL = dict.fromkeys(FITTED.weights, 1.0)


def only(*names: str) -> Tuning:
    """The ways of scoring that are named alone, with equal weights, and nothing else."""
    return Tuning({name: float(name in names) for name in FITTED.weights}, document_bonus=0.0, part_share=0.0)


STEPS = {
    "paragraph vectors": only("paragraph"),
    "BM25": only("lexical"),
    "sentence and pair vectors": only("sentence"),
    "token vectors": only("token"),
    "paragraph vectors + BM25": only("paragraph", "lexical"),
    "all but token vectors": only("paragraph", "sentence", "lexical"),
    "all four, equal weights": Tuning(EQUAL, document_bonus=0.0, part_share=0.0),
    "all four, fitted weights": replace(FITTED, document_bonus=0.0, part_share=0.0),
    "… and the document spoken of": replace(FITTED, part_share=0.0),
    "… and the parts of a question": FITTED,
}


def main() -> None:
    """Measure every step over the index named on the command line."""
    assistant = Assistant.open(Settings(index=Path(sys.argv[1])))
    questions = [item for item in load_questions(gold_file("questions")) if item.split == "dev" and item.answerable]
    queries = assistant.retriever.read([standalone_question(item.question, item.history) for item in questions])
    rows = ["| step | recall@5 | recall@8 | MRR |", "|---|---|---|---|"]
    for name, tuning in STEPS.items():
        retriever = Retriever(assistant.index, assistant.embedding, tuning=tuning)
        found = [[item.reference for item in retriever.search(query, limit=10)] for query in queries]
        pairs = list(zip(found, questions, strict=True))
        cells = []
        for k in (5, 8):
            recall = estimate([recall_at(k, passages, item.references) for passages, item in pairs])
            cells.append(f"{recall.value:.3f} ({recall.low:.3f} to {recall.high:.3f})")
        ranks = estimate([reciprocal_rank(passages, item.references) for passages, item in pairs])
        rows.append(f"| {name} | {' | '.join(cells)} | {ranks.value:.3f} |")
    print("\n".join(rows))  # noqa: T201  # the output of this program


if __name__ == "__main__":
    main()
