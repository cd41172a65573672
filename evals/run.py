"""Gold questions and claims in, a Run out: asks the assistant each, scores what comes back."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Protocol

from assistant import Answer, ModelError, UnknownReferenceError, Verdict
from assistant.citations import ContractViolation, check_contract
from evals import scores
from evals.denials import denied
from evals.errors import RunError
from evals.frames import framed
from evals.gold import GoldClaim, GoldQuestion, check_references
from evals.statistics import estimate
from evals.types import Case, ClaimCase, Estimate, Probe, Run
from ingest.types import Paragraph

ESCAPED = "backslashreplace"  # of half a surrogate pair, which JSON allows: as JSON escapes it
PROBED = {  # a score -> the kinds of probe that it is the share passed of
    "support_denials_caught": ("denied",),
    "support_reversals_caught": ("reversed",),
    "support_mentions_caught": ("rejected", "open"),
    "support_assertions_kept": ("asserted",),
}


class Judge(Protocol):
    """Grades an answer against the expected one: 1 right, 0.5 partly, 0 wrong, None where the grade cannot be read."""

    def __call__(self, question: GoldQuestion, answer: str) -> float | None: ...


class Asked(Protocol):
    """What is evaluated: the assistant, or a sabotaged one."""

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer: ...
    def check(self, claim: str, reference: str, *, text: str | None = None) -> Verdict: ...
    def paragraph(self, reference: str) -> Paragraph: ...


def evaluate(
    asked: Asked,
    questions: Sequence[GoldQuestion],
    claims: Sequence[GoldClaim] = (),
    *,
    settings: Mapping[str, object],
    judge: Judge | None = None,
    workers: int = 1,
    partial: Path | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Run:
    """Ask every question and check every claim. `partial` is a file that keeps finished cases, to resume from."""
    started = time.perf_counter()
    done = _resumed(partial, partial_header(settings, questions))

    def one(question: GoldQuestion) -> Case:
        case = done.get(question.id) or _case(asked, question, judge)
        if partial is not None and question.id not in done:
            with partial.open("a", encoding="utf8", errors=ESCAPED) as file:
                file.write(json.dumps(asdict(case), ensure_ascii=False) + "\n")
        advance()
        return case

    with ThreadPoolExecutor(workers) as pool:
        cases = tuple(pool.map(one, questions))
    checked = tuple(_claim(asked, claim, advance) for claim in claims)
    return summarise(cases, checked, settings=settings, timings={"total_s": round(time.perf_counter() - started, 2)})


def summarise(
    cases: Sequence[Case],
    claims: Sequence[ClaimCase],
    *,
    settings: Mapping[str, object],
    timings: Mapping[str, float],
) -> Run:
    """The scores over all cases, and by type, from those of each."""
    by_type: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_type[case.type].append(case)
    answered = [case for case in cases if case.error is None]
    totals = _means(cases) | scores_of_all(cases, claims)
    durations = sorted(case.milliseconds for case in answered)
    latency = {
        f"p{percent}_ms": durations[min(len(durations) - 1, len(durations) * percent // 100)]
        for percent in (50, 95)
        if durations
    }
    return Run(
        settings=settings,
        cases=tuple(cases),
        claims=tuple(claims),
        scores=dict(sorted(totals.items())),
        by_type={kind: _means(group) for kind, group in sorted(by_type.items())},
        curve=_curve(answered),
        timings={**timings, **latency},
    )


def scores_of_all(cases: Sequence[Case], claims: Sequence[ClaimCase]) -> dict[str, Estimate]:
    """The scores that are no means over questions: of who is abstained from, of contracts, of the check."""
    answered = [case for case in cases if case.error is None]
    abstained = [case for case in answered if case.status == "abstained"]
    area = scores.auroc([case.confidence for case in answered], [case.answerable for case in answered])
    return {
        "abstention_precision": estimate([float(not case.answerable) for case in abstained]),
        "answerability_auroc": _single(area, len(answered)),
        "aurc": _single(scores.area_under(_curve(answered)), len(answered)),
        "contract_violations": _single(float(sum(len(case.violations) for case in answered)), len(answered)),
        **_support(claims),
    }


def check_gold(questions: Iterable[GoldQuestion], claims: Iterable[GoldClaim], known: Iterable[str]) -> None:
    """Raise `GoldError` where gold refers to a paragraph that the index does not hold."""
    asked = [(item.id, reference) for item in questions for reference in (*item.references, *item.also_ok)]
    check_references([*asked, *((claim.id, claim.reference) for claim in claims)], known)


def _case(asked: Asked, question: GoldQuestion, judge: Judge | None) -> Case:
    blank = Case(
        id=question.id,
        type=question.type,
        split=question.split,
        answerable=question.answerable,
        question=question.question,
        expected=question.answer,
        references=question.references,
        also_ok=question.also_ok,
        history=question.history,
        status="unscored",
        answer="",
        confidence=0.0,
        cited=(),
        retrieved=(),
        missing=(),
        violations=(),
        scores={},
    )
    started = time.perf_counter()
    try:
        answer = asked.ask(question.question, history=question.history)
    except ModelError as error:
        return replace(blank, error=str(error))
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    if any(event.kind == "incomplete" for event in answer.events):
        return replace(blank, error="The model's reply was cut off before its end.")
    retrieved = tuple(item.reference for item in answer.passages)
    cited = tuple(dict.fromkeys(_cited(answer)))
    return replace(
        blank,
        status=answer.status,
        answer=answer.answer,
        confidence=answer.confidence,
        cited=cited,
        retrieved=retrieved,
        missing=answer.missing,
        violations=_violations(asked, answer),
        scores=_scores(question, answer, cited, retrieved) | _judged(question, answer, judge),
        tokens=answer.draft.usage.prompt_tokens + answer.draft.usage.completion_tokens,
        milliseconds=milliseconds,
    )


def _scores(question: GoldQuestion, answer: Answer, cited: Sequence[str], retrieved: Sequence[str]) -> dict[str, float]:
    abstained = answer.status == "abstained"
    if not question.answerable:
        return {"abstained_unanswerable": float(abstained), "right": float(abstained)}
    facts = 0.0 if abstained else scores.fact_recall(answer.answer, question.facts)
    ways = sorted({name for passage in answer.passages for name in passage.scores})
    by_way: dict[str, float | None] = {
        f"mrr_by_{way}": scores.reciprocal_rank_by(
            {passage.reference: passage.scores.get(way, 0.0) for passage in answer.passages}, question.references
        )
        for way in ways
    }
    found: dict[str, float | None] = {
        **by_way,
        "recall@5": scores.recall_at(5, retrieved, question.references),
        "recall@8": scores.recall_at(8, retrieved, question.references),
        "mrr": scores.reciprocal_rank(retrieved, question.references),
        "ndcg@8": scores.ndcg_at(8, retrieved, question.references),
        "citation_precision": scores.citation_precision(cited, question.references, question.also_ok),
        "citation_recall": scores.citation_recall(cited, question.references),
        "fact_recall": facts,
        "abstained_answerable": float(abstained),
        "right": facts,
    }
    return {name: round(value, 6) for name, value in found.items() if value is not None}


def _judged(question: GoldQuestion, answer: Answer, judge: Judge | None) -> dict[str, float]:
    if judge is None or not question.answerable or answer.status == "abstained":
        return {}
    grade = judge(question, answer.answer)
    return {} if grade is None else {"judged_correct": grade}


def _cited(answer: Answer) -> list[str]:
    """References behind the marks in the answer's own text."""
    numbers = scores.marks(answer.answer, citations=len(answer.citations))
    return [answer.citations[number - 1].reference for number in numbers]


def _violations(asked: Asked, answer: Answer) -> tuple[str, ...]:
    """Breaks of the citation contract, checked against the index's own text and not the answer's copy."""
    try:
        check_contract((*answer.claims, *answer.conflicts), answer.citations)
    except ContractViolation as violation:
        return (str(violation),)
    found = []
    for citation in answer.citations:
        try:
            text = asked.paragraph(citation.reference).text
        except UnknownReferenceError as error:
            found.append(f"[{citation.number}]: {error}")
            continue
        if text[citation.start : citation.end] != citation.quote:
            found.append(f"[{citation.number}] is not what stands in {citation.reference}.")
    return tuple(found)


def _claim(asked: Asked, claim: GoldClaim, advance: Callable[[], None]) -> ClaimCase:
    verdict = asked.check(claim.claim, claim.reference)
    probes = tuple(_probes(asked, claim)) if claim.label == "supported" else ()
    advance()
    return ClaimCase(
        id=claim.id,
        kind=claim.kind,
        split=claim.split,
        claim=claim.claim,
        reference=claim.reference,
        expected=claim.label,
        verdict=verdict.label,
        score=verdict.score,
        reasons=verdict.reasons,
        sentence=verdict.sentence,
        probes=probes,
    )


def _probes(asked: Asked, claim: GoldClaim) -> Iterator[Probe]:
    """A true claim denied, and read with its denial and with sentences that reject it, leave it open and assert it."""
    if opposite := denied(claim.claim):
        yield Probe("denied", opposite, must_hold=False, verdict=asked.check(opposite, claim.reference).label)
        reversed_text = asked.check(claim.claim, claim.reference, text=opposite)
        yield Probe("reversed", opposite, must_hold=False, verdict=reversed_text.label)
    for item in framed(claim.claim, "measured"):
        verdict = asked.check(claim.claim, claim.reference, text=item.sentence)
        yield Probe(item.kind, item.sentence, must_hold=item.label == "supported", verdict=verdict.label)


def _means(cases: Sequence[Case]) -> dict[str, Estimate]:
    names = sorted({name for case in cases for name in case.scores if name != "right"})
    return {name: estimate([case.scores[name] for case in cases if name in case.scores]) for name in names}


def _curve(answered: Sequence[Case]) -> tuple[tuple[float, float], ...]:
    return scores.coverage_risk(
        [case.confidence for case in answered], [case.scores.get("right", 0.0) for case in answered]
    )


def _support(claims: Sequence[ClaimCase]) -> dict[str, Estimate]:
    if not claims:
        return {}
    flags = scores.flag_scores([claim.expected for claim in claims], [claim.verdict for claim in claims])
    area = scores.auroc([claim.score for claim in claims], [claim.expected == "supported" for claim in claims])
    supported = sum(claim.expected == "supported" for claim in claims)
    counts = {"support_flag_recall": len(claims) - supported, "support_false_flags": supported}
    values = {**flags, "support_auroc": area}
    found = {name: _single(value, counts.get(name, len(claims))) for name, value in values.items()}
    return found | {name: _passed(claims, kinds) for name, kinds in PROBED.items()}


def _passed(claims: Sequence[ClaimCase], kinds: Collection[str]) -> Estimate:
    """The share of the claims' probes of these kinds that they pass."""
    passed = [not probe.wrong for claim in claims for probe in claim.probes if probe.kind in kinds]
    return _single(sum(passed) / len(passed) if passed else None, len(passed))


def _single(value: float | None, count: int) -> Estimate:
    return Estimate(None if value is None else round(value, 6), None, None, count)


def partial_header(settings: Mapping[str, object], questions: Sequence[GoldQuestion]) -> str:
    """The first line of the file of finished cases: of which run they are."""
    asked = hashlib.sha256("\n".join(question.model_dump_json() for question in questions).encode()).hexdigest()
    return json.dumps({"settings": settings, "questions": asked}, ensure_ascii=False, sort_keys=True)


def _resumed(partial: Path | None, header: str) -> dict[str, Case]:
    """Cases that an interrupted run of the same settings and questions left behind; scored ones only."""
    if partial is None:
        return {}
    text = partial.read_text(encoding="utf8", errors=ESCAPED) if partial.exists() else ""  # may end in mid-character
    first, *lines = text.split("\n")
    if not first:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(header + "\n", encoding="utf8")
        return {}
    if first != header:
        raise RunError(f"{partial} is of a run with other settings or questions. Remove it, or run with those.")
    if not text.endswith("\n"):
        with partial.open("a", encoding="utf8") as file:
            file.write("\n")
    cases = []
    for line in lines:
        try:
            values = json.loads(line)
        except ValueError:  # the line that was being written when the run was stopped
            continue
        cases.append(Case.from_dict(values))
    return {case.id: case for case in cases if case.error is None}
