"""Gold questions, alone or with the cases of a run, as the data sets of other evaluators: text out, no file written.

`paragraphs` maps a reference to its text. Texts are escaped to ASCII, since ragas reads in the locale's encoding.
Without cases the gold set is exported; with them the run: each scored case with its answer. Cases that are unscored
have no answer to judge and stay behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.errors import GoldError
from evals.gold import GoldQuestion
from evals.types import Case

ABSTAINED = "The documents do not say."


@dataclass(frozen=True, slots=True)
class _Item:
    question: GoldQuestion
    case: Case | None


def ragas_dataset(
    questions: Sequence[GoldQuestion], cases: Sequence[Case] | None = None, *, paragraphs: Mapping[str, str]
) -> str:
    """JSONL for `ragas.EvaluationDataset.from_jsonl`: single-turn samples, with the ids of their contexts.

    A follow-up is asked with the turns before it, as one text. Raises `GoldError` where a text is not at hand.
    """
    rows = []
    for item in _items(questions, cases):
        row: dict[str, Any] = {
            "user_input": _transcript(item.question),
            "reference": item.question.answer,
            "reference_contexts": _texts(item.question.references, item, paragraphs),
            "reference_context_ids": list(item.question.references),
        }
        if item.case is not None:
            row["response"] = _response(item.case)
            row["retrieved_contexts"] = _texts(item.case.retrieved, item, paragraphs)
            row["retrieved_context_ids"] = list(item.case.retrieved)
        rows.append(row)
    return _lines(rows)


def deepeval_dataset(
    questions: Sequence[GoldQuestion], cases: Sequence[Case] | None = None, *, paragraphs: Mapping[str, str]
) -> str:
    """JSON for deepeval's `EvaluationDataset`: `add_goldens_from_json_file` reads it with its default keys, and with
    cases `add_test_cases_from_json_file` does too. Raises `GoldError` where a text is not at hand.
    """
    rows = []
    for item in _items(questions, cases):
        row: dict[str, Any] = {
            "name": item.question.id,
            "input": _transcript(item.question),
            "expected_output": item.question.answer,
            "context": _texts(item.question.references, item, paragraphs),
            "additional_metadata": _metadata(item),
        }
        if item.case is not None:
            row["actual_output"] = _response(item.case)
            row["retrieval_context"] = _texts(item.case.retrieved, item, paragraphs)
        rows.append(row)
    return json.dumps(rows, indent=1) + "\n"


def inspect_ai_dataset(
    questions: Sequence[GoldQuestion], cases: Sequence[Case] | None = None, *, paragraphs: Mapping[str, str]
) -> str:
    """JSONL for `inspect_ai.dataset.json_dataset`: samples whose metadata hold the facts, references and contexts,
    and with cases the answer too. Raises `GoldError` where a text is not at hand.
    """
    rows = []
    for item in _items(questions, cases):
        metadata = {**_metadata(item), "contexts": _texts(item.question.references, item, paragraphs)}
        if item.case is not None:
            metadata["response"] = _response(item.case)
            metadata["retrieved_contexts"] = _texts(item.case.retrieved, item, paragraphs)
        rows.append(
            {
                "id": item.question.id,
                "input": _messages(item.question) if item.question.history else item.question.question,
                "target": item.question.answer,
                "metadata": metadata,
            }
        )
    return _lines(rows)


def _items(questions: Sequence[GoldQuestion], cases: Sequence[Case] | None) -> list[_Item]:
    if cases is None:
        return [_Item(question, None) for question in questions]
    by_id = {question.id: question for question in questions}
    for case in cases:
        if case.id not in by_id:
            raise GoldError(f"The run asks {case.id}, which is not among the questions. Give the gold file it was of.")
    return [_Item(by_id[case.id], case) for case in cases if case.error is None]


def _metadata(item: _Item) -> dict[str, Any]:
    question = item.question
    metadata: dict[str, Any] = {
        "type": question.type,
        "split": question.split,
        "answerable": question.answerable,
        "facts": [list(wordings) for wordings in question.facts],
        "references": list(question.references),
        "also_ok": list(question.also_ok),
        "missing": list(question.missing),
    }
    if item.case is not None:
        metadata |= {
            "status": item.case.status,
            "confidence": item.case.confidence,
            "cited": list(item.case.cited),
            "retrieved": list(item.case.retrieved),
            "scores": dict(item.case.scores),
        }
    return metadata


def _messages(question: GoldQuestion) -> list[dict[str, str]]:
    turns = [
        message
        for asked, answered in question.history
        for message in ({"role": "user", "content": asked}, {"role": "assistant", "content": answered})
    ]
    return [*turns, {"role": "user", "content": question.question}]


def _transcript(question: GoldQuestion) -> str:
    if not question.history:
        return question.question
    return "\n".join(f"{message['role'].capitalize()}: {message['content']}" for message in _messages(question))


def _response(case: Case) -> str:
    """The answer as a reader saw it: an abstention is said in words, so that a judge can grade it."""
    return ABSTAINED if case.status == "abstained" else case.answer


def _texts(references: Iterable[str], item: _Item, paragraphs: Mapping[str, str]) -> list[str]:
    texts = []
    for reference in references:
        if reference not in paragraphs:
            raise GoldError(
                f"{item.question.id} needs the text of {reference}, which is not at hand. Ingest its document."
            )
        texts.append(paragraphs[reference])
    return texts


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
