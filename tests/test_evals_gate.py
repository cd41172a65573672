"""The gate: green on an unchanged tree, red on each of the sabotages that it is there to catch."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import assistant.extractive as extractive
from assistant import Answer, Assistant, Settings, Verdict
from evals.command import load_run
from evals.gate import compare
from evals.gold import gold_file, load_claims, load_questions
from evals.run import PROBED, evaluate
from ingest import ingest
from ingest.types import Paragraph

BASELINE = Path(__file__).resolve().parents[1] / "evals" / "baseline.json"
QUESTIONS = load_questions(gold_file("questions"))
CLAIMS = load_claims(gold_file("claims"))


@cache
def answered(assistant: Assistant, question: str, history: tuple[tuple[str, str], ...]) -> Answer:
    """Asked once, however many tests spoil the answer."""
    return assistant.ask(question, history=history)


class Sabotaged:
    """An assistant whose answers, searches or paragraphs are spoiled on the way out."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer:
        return self.spoiled(answered(self.assistant, question, tuple(history)))

    def spoiled(self, answer: Answer) -> Answer:
        return answer

    def check(self, claim: str, reference: str, *, text: str | None = None) -> Verdict:
        return self.assistant.check(claim, reference, text=text)

    def paragraph(self, reference: str) -> Paragraph:
        return self.assistant.paragraph(reference)


class AnchorsShifted(Sabotaged):
    """Every citation names the paragraph after the one it quotes."""

    def spoiled(self, answer: Answer) -> Answer:
        moved = tuple(replace(item, paragraph=self._next(item.paragraph)) for item in answer.citations)
        return replace(answer, draft=replace(answer.draft, citations=moved))

    def _next(self, paragraph: Paragraph) -> Paragraph:
        siblings = self.assistant.paragraphs(paragraph.document_id)
        anchors = [item.anchor for item in siblings]
        return replace(paragraph, anchor=anchors[(anchors.index(paragraph.anchor) + 1) % len(anchors)])


class AnchorsInvented(Sabotaged):
    """Every citation names a paragraph that there is not."""

    def spoiled(self, answer: Answer) -> Answer:
        gone = tuple(replace(item, paragraph=replace(item.paragraph, anchor="¶999")) for item in answer.citations)
        return replace(answer, draft=replace(answer.draft, citations=gone))


class QuotesAltered(Sabotaged):
    """The first character of every quote is another one."""

    def spoiled(self, answer: Answer) -> Answer:
        altered = tuple(replace(item, quote="¿" + item.quote[1:]) for item in answer.citations)
        return replace(answer, draft=replace(answer.draft, citations=altered))


class CitationsSwapped(Sabotaged):
    """The claims of an answer keep their texts and trade their citations for those of another question."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant)
        self.other = assistant.ask("What does the article say of South Korea's imports from China?").citations

    def spoiled(self, answer: Answer) -> Answer:
        citations = tuple(replace(item, number=number) for number, item in enumerate(self.other, start=1))
        claims = tuple(replace(claim, citations=tuple(item.number for item in citations)) for claim in answer.claims)
        return replace(answer, draft=replace(answer.draft, claims=claims, citations=citations if claims else ()))


class QuestionEchoed(Sabotaged):
    """The answer is the question."""

    def spoiled(self, answer: Answer) -> Answer:
        claims = tuple(replace(claim, text=answer.question) for claim in answer.claims)
        return replace(answer, draft=replace(answer.draft, claims=claims))


class AlwaysAbstaining(Sabotaged):
    """No question is answered."""

    def spoiled(self, answer: Answer) -> Answer:
        return replace(answer, draft=replace(answer.draft, claims=(), citations=()))


def red(asked: Any) -> tuple[str, ...]:
    """What the gate finds over every third question, which is quicker and harder than over all."""
    sample = QUESTIONS[::3]
    ids = {question.id for question in sample}
    baseline = load_run(BASELINE)
    baseline = replace(baseline, cases=tuple(case for case in baseline.cases if case.id in ids), claims=())
    return compare(baseline, evaluate(asked, sample, settings={})).reasons


def test_an_unchanged_tree_is_green(bundled_assistant: Assistant) -> None:
    run = evaluate(Sabotaged(bundled_assistant), QUESTIONS, CLAIMS, settings={})
    assert compare(load_run(BASELINE), run).reasons == ()


def test_a_sample_of_an_unchanged_tree_is_green(bundled_assistant: Assistant) -> None:
    assert red(Sabotaged(bundled_assistant)) == ()


@pytest.mark.parametrize(
    "sabotage",
    [AnchorsShifted, AnchorsInvented, QuotesAltered, CitationsSwapped, QuestionEchoed, AlwaysAbstaining],
    ids=lambda kind: kind.__name__,
)
def test_a_spoiled_answer_turns_the_gate_red(bundled_assistant: Assistant, sabotage: type[Sabotaged]) -> None:
    assert red(sabotage(bundled_assistant))


class EverythingSupported(Sabotaged):
    """Each claim is borne out."""

    def check(self, *_: str, text: str | None = None) -> Verdict:  # noqa: ARG002  # as the protocol has it
        return Verdict("supported", (), 1.0)


class NothingSupported(Sabotaged):
    """No claim is borne out."""

    def check(self, *_: str, text: str | None = None) -> Verdict:  # noqa: ARG002  # as the protocol has it
        return Verdict("unsupported", (), 0.0)


@pytest.mark.parametrize("sabotage", [EverythingSupported, NothingSupported], ids=lambda kind: kind.__name__)
def test_a_spoiled_check_turns_the_gate_red(bundled_assistant: Assistant, sabotage: type[Sabotaged]) -> None:
    baseline = replace(load_run(BASELINE), cases=())
    reasons = compare(baseline, evaluate(sabotage(bundled_assistant), (), CLAIMS, settings={})).reasons
    assert any(reason.startswith("support_auroc went from") for reason in reasons)


def test_what_the_baseline_has_and_the_run_has_not_is_red() -> None:
    baseline = load_run(BASELINE)
    first, *others = baseline.cases
    failed = replace(first, error="The server answers 500.", scores={})
    assert compare(baseline, replace(baseline, cases=(failed, *others))).reasons == (
        f"of the baseline's questions, 1 were left unscored: {first.id}",
    )
    assert compare(baseline, replace(baseline, claims=baseline.claims[1:])).reasons == (
        f"of the baseline's claims, 1 were not checked: {baseline.claims[0].id}",
    )
    untested = tuple(replace(claim, probes=()) for claim in baseline.claims)
    reasons = compare(baseline, replace(baseline, claims=untested)).reasons
    assert [re.sub(r"\d\.\d{3}", "0.900", reason) for reason in reasons] == [
        f"{score} was 0.900 and can no longer be had" for score in sorted(PROBED)
    ]
    without = [{name: value for name, value in case.scores.items() if name != "mrr"} for case in baseline.cases]
    cases = tuple(replace(case, scores=scores) for case, scores in zip(baseline.cases, without, strict=True))
    assert compare(baseline, replace(baseline, cases=cases)).reasons == (
        f"mrr was {baseline.scores['mrr'].value:.3f} and can no longer be had",
    )


def test_questions_and_claims_that_only_the_run_has_change_no_score() -> None:
    run = load_run(BASELINE)
    wrong = [replace(claim, id=f"new-{claim.id}", verdict="supported", score=1.0) for claim in run.claims]
    assert compare(run, replace(run, claims=(*run.claims, *wrong))).reasons == ()


def test_bm25_off_turns_the_gate_red(bundled_index: Path) -> None:
    assistant = Assistant.open(Settings(index=bundled_index))
    nothing = np.zeros(len(assistant.index.catalogue.entries), dtype=np.float32)
    object.__setattr__(assistant.index.lexical, "scores", lambda _question: nothing)
    assert red(assistant)


def test_dense_off_turns_the_gate_red(bundled_index: Path) -> None:
    assistant = Assistant.open(Settings(index=bundled_index))
    nothing = np.zeros(len(assistant.index.catalogue.entries), dtype=np.float32)
    dense = type("NoDense", (), {"best": lambda *_: nothing, "similarities": lambda *_: {}})()
    object.__setattr__(assistant.index, "dense", dense)
    assert red(assistant)


def test_the_abstention_rule_off_turns_the_gate_red(
    bundled_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extractive, "threshold", lambda: 0.0)
    assert red(bundled_assistant)


def test_a_missing_document_turns_the_gate_red(bundled_index: Path, tmp_path: Path) -> None:
    settings = Settings(index=tmp_path / "index")
    shutil.copytree(bundled_index, settings.index)
    ingest(settings=settings, remove=["koreapro-2197111"])
    assert red(Sabotaged(Assistant.open(settings)))
