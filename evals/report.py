"""A run in, one HTML page out: complete in itself, without scripts, and with nothing to fetch.

The page is laid out in `report.html.j2`, which escapes every text; here is what it shows. The one file that imports
jinja2.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, get_args

from jinja2 import Environment, StrictUndefined

from assistant.types import Label
from evals.gate import BETTER_IS_LESS, UNPAIRED_TOLERANCE, Change, Gate
from evals.statistics import estimate
from evals.types import Case, ClaimCase, Estimate, Run

LABELS = {
    "recall@5": "Recall@5",
    "recall@8": "Recall@8",
    "mrr": "MRR",
    "ndcg@8": "nDCG@8",
    "mrr_by_paragraph": "MRR by paragraph",
    "mrr_by_sentence": "MRR by sentence",
    "mrr_by_lexical": "MRR by BM25",
    "mrr_by_token": "MRR by token",
    "citation_precision": "Citation precision",
    "citation_recall": "Citation recall",
    "fact_recall": "Fact recall",
    "judged_correct": "Judged correct",
    "abstained_answerable": "Wrongly abstained",
    "abstained_unanswerable": "Rightly abstained",
    "abstention_precision": "Abstention precision",
    "answerability_auroc": "Answerability AUROC",
    "aurc": "AURC",
    "contract_violations": "Contract violations",
    "support_flag_precision": "Flag precision",
    "support_flag_recall": "Flag recall",
    "support_flag_f1": "Flag F1",
    "support_false_flags": "False flags",
    "support_auroc": "Support AUROC",
    "support_denials_caught": "Denials caught",
    "support_reversals_caught": "Reversals caught",
    "support_mentions_caught": "Mentions caught",
    "support_assertions_kept": "Assertions kept",
}
MAIN = {
    "fact_recall": "facts of the expected answer that were given",
    "citation_recall": "paragraphs needed that were cited",
    "citation_precision": "paragraphs cited that gold accepts",
    "recall@5": "paragraphs needed among the first five found",
    "abstained_unanswerable": "where the documents do not say",
    "abstained_answerable": "where they do",
    "support_flag_f1": "claims not borne out that were flagged",
    "judged_correct": "by the model judge",
}
COLUMNS = ("recall@5", "recall@8", "mrr", "ndcg@8", "citation_precision", "citation_recall", "fact_recall")
ABSTAINED = ("abstained_answerable", "abstained_unanswerable")
CONFIDENCE = ("abstention_precision", "answerability_auroc", "aurc")
FOLLOWED = ("fact_recall", "citation_recall", "citation_precision", "abstained_unanswerable")
VERDICTS: tuple[str, ...] = get_args(Label)
SHARES = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """An earlier run in a few figures: `name` is what a reader knows it by, a date or a commit."""

    name: str
    scores: Mapping[str, float]

    @classmethod
    def of(cls, name: str, run: Run) -> RunSummary:
        """The scores of a run that have a value."""
        return cls(name, {key: item.value for key, item in run.scores.items() if item.value is not None})


def report_html(
    run: Run,
    *,
    baseline: Gate | None = None,
    history: Sequence[RunSummary] = (),
    paragraphs: Mapping[str, str],
) -> str:
    """The report of a run as one HTML page, with the gate's finding and the plot of earlier runs where given.

    `history` is oldest first, without this run; `paragraphs` maps a reference to its text.
    """
    template = resources.files("evals").joinpath("report.html.j2").read_text(encoding="utf8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"figure": _figure, "range": _range, "signed": _signed, "label": _label, "plain": _plain}
    environment.tests |= {"less": BETTER_IS_LESS.__contains__}
    scored = [case for case in run.cases if case.error is None]
    page = environment.from_string(template).render(
        run=run,
        gate=baseline,
        changes=[_compared(change) for change in _ordered(baseline)] if baseline else [],
        tolerance=UNPAIRED_TOLERANCE,
        tiles=[_tile(name, run, baseline) for name in MAIN if name in run.scores],
        violations=[(case.id, violation) for case in run.cases for violation in case.violations],
        columns=COLUMNS,
        abstained=ABSTAINED,
        types=_types(run),
        kinds=_kinds(run.claims),
        labels=VERDICTS,
        confusion=_confusion(run.claims),
        support={name: run.scores[name] for name in LABELS if name.startswith("support_") and name in run.scores},
        confidence={name: run.scores[name] for name in CONFIDENCE if name in run.scores},
        curve=_curve_plot(run.curve),
        history=_history_plot([*history, RunSummary.of("this run", run)]) if history else None,
        failures=_failures(run.cases, paragraphs),
        wrong=[_wrong(claim, paragraphs) for claim in run.claims if claim.wrong],
        unscored=[case for case in run.cases if case.error is not None],
        scored=len(scored),
        tokens=sum(case.tokens for case in run.cases),
    )
    return page.encode("utf8", "replace").decode("utf8")  # half a surrogate pair, which JSON allows, cannot be written


def faults(case: Case) -> tuple[str, ...]:
    """What is wrong with an answer, in words; nothing of a case that is unscored."""
    if case.error is not None:
        return ()
    found = ["citation contract broken"] if case.violations else []
    if not case.answerable:
        return (*found, *(["answered what the documents do not say"] if case.status != "abstained" else []))
    if case.status == "abstained":
        return (*found, "abstained from what the documents say")
    for name, words in (("fact_recall", "facts missing"), ("citation_recall", "paragraphs not cited")):
        if case.scores.get(name, 1.0) < 1:
            found.append(f"{words} (recall {case.scores[name]:.2f})")
    return tuple(found)


# What a reader sees first.


@dataclass(frozen=True, slots=True)
class _Tile:
    name: str
    hint: str
    estimate: Estimate
    change: Change | None


def _tile(name: str, run: Run, gate: Gate | None) -> _Tile:
    changes = {change.score: change for change in gate.changes} if gate else {}
    return _Tile(name, MAIN[name], run.scores[name], changes.get(name))


@dataclass(frozen=True, slots=True)
class _Compared:
    change: Change
    outcome: str


def _ordered(gate: Gate) -> list[Change]:
    """The changes in the order in which the page names scores, those it does not know at the end."""
    order = {name: number for number, name in enumerate(LABELS)}
    return sorted(gate.changes, key=lambda change: (order.get(change.score, len(order)), change.score))


def _compared(change: Change) -> _Compared:
    """A change with what to make of it, by the gate's own measure: `worse`, `better`, or neither."""
    low, high = change.difference.low, change.difference.high
    if change.regression:
        return _Compared(change, "worse")
    if low is None or high is None:
        gain = (change.difference.value or 0.0) * (-1 if change.score in BETTER_IS_LESS else 1)
        return _Compared(change, "better" if gain > UNPAIRED_TOLERANCE else "within tolerance")
    better = high < 0 if change.score in BETTER_IS_LESS else low > 0
    return _Compared(change, "better" if better else "no clear change")


# Tables.


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    count: int
    unscored: int
    scores: Mapping[str, Estimate]


def _types(run: Run) -> list[_Row]:
    """A row for each type of question, and one for all of them at the end."""
    counts = Counter(case.type for case in run.cases)
    unscored = Counter(case.type for case in run.cases if case.error is not None)
    rows = [_Row(kind, counts[kind], unscored[kind], scores) for kind, scores in run.by_type.items()]
    return [*rows, _Row("all", counts.total(), unscored.total(), run.scores)]


def _kinds(claims: Sequence[ClaimCase]) -> list[_Row]:
    """The share of right verdicts for each kind of claim, and over all."""
    right: dict[str, list[float]] = defaultdict(list)
    for claim in claims:
        right[claim.kind].append(float(claim.verdict == claim.expected))
    groups = [*sorted(right.items()), ("all", [value for values in right.values() for value in values])]
    return [_Row(kind, len(values), 0, {"right": estimate(values)}) for kind, values in groups] if claims else []


def _confusion(claims: Sequence[ClaimCase]) -> dict[str, Counter[str]]:
    """How often each verdict was given where gold expects each."""
    counts: dict[str, Counter[str]] = {label: Counter() for label in VERDICTS}
    for claim in claims:
        counts[claim.expected][claim.verdict] += 1
    return counts


# Plots: points in the units of the drawing, whose plane is WIDTH by HEIGHT with its origin at the upper left.

WIDTH, HEIGHT = 400.0, 220.0


@dataclass(frozen=True, slots=True)
class _Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class _Point:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    points: tuple[_Point, ...]

    @property
    def path(self) -> str:
        """The points as an SVG polyline takes them."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


@dataclass(frozen=True, slots=True)
class _Plot:
    """Lines and axes of a drawing, the same in words, and the figures as a table: a name and its values in each row."""

    lines: tuple[_Line, ...]
    across: tuple[_Tick, ...]
    up: tuple[_Tick, ...]
    description: str
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


def _curve_plot(curve: Sequence[tuple[float, float]]) -> _Plot | None:
    """Risk over coverage; its rows are the risk at a quarter, half, three quarters and all of the questions."""
    if not curve:
        return None
    highest = max(risk for _, risk in curve)
    top = next((end for end in (0.04, 0.08, 0.2, 0.4, 0.6, 0.8) if highest <= end), 1.0)
    points = tuple(
        _Point(coverage * WIDTH, HEIGHT * (1 - risk / top), f"{coverage:.0%} answered: risk {risk:.3f}")
        for coverage, risk in curve
    )
    risks = [next((risk for coverage, risk in curve if coverage >= share), curve[-1][1]) for share in SHARES]
    told = ", ".join(f"{risk:.3f} at {share:.0%}" for share, risk in zip(SHARES, risks, strict=True))
    return _Plot(
        lines=(_Line("risk", points),),
        across=tuple(_Tick(share * WIDTH, f"{share:.0%}") for share in (0.0, *SHARES)),
        up=_up(0.0, top),
        description=f"Risk by share of the questions answered, the surest first: {told}.",
        rows=tuple((f"{share:.0%}", (risk,)) for share, risk in zip(SHARES, risks, strict=True)),
    )


def _history_plot(runs: Sequence[RunSummary]) -> _Plot:
    """The followed scores from run to run, on an axis that starts below the lowest of them; its rows newest first."""
    names = [name for name in FOLLOWED if any(name in run.scores for run in runs)]
    lowest = min((run.scores[name] for run in runs for name in names if name in run.scores), default=0.0)
    floor = min(int(lowest * 5), 4) / 5
    lines = tuple(_Line(_label(name), _followed(name, runs, floor)) for name in names)
    told = [f"{_label(name)} is now {_figure(runs[-1].scores.get(name))}" for name in names]
    return _Plot(
        lines=lines,
        across=(_Tick(0.0, _short(runs[0].name)), _Tick(WIDTH, _short(runs[-1].name))),
        up=_up(floor, 1.0),
        description=f"Scores over {len(runs)} runs, oldest at the left. {'; '.join(told)}.",
        rows=tuple((run.name, tuple(run.scores.get(name) for name in names)) for run in reversed(runs)),
    )


def _followed(name: str, runs: Sequence[RunSummary], floor: float) -> tuple[_Point, ...]:
    step = WIDTH / max(len(runs) - 1, 1)
    return tuple(
        _Point(
            number * step,
            HEIGHT * (1 - (run.scores[name] - floor) / (1 - floor)),
            f"{run.name}: {_label(name)} {run.scores[name]:.3f}",
        )
        for number, run in enumerate(runs)
        if name in run.scores
    )


def _up(low: float, high: float) -> tuple[_Tick, ...]:
    return tuple(_Tick(HEIGHT * (1 - part / 4), f"{low + (high - low) * part / 4:.2f}") for part in range(5))


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:17]}…"


# What went wrong, with the paragraphs to judge it by.


@dataclass(frozen=True, slots=True)
class _Shown:
    """A paragraph beside an answer: `matching` where it is both cited and expected, `fine` where nothing is amiss."""

    reference: str
    text: str | None
    matching: bool
    fine: bool
    remark: str


@dataclass(frozen=True, slots=True)
class _Failure:
    case: Case
    faults: tuple[str, ...]
    cited: tuple[_Shown, ...]
    expected: tuple[_Shown, ...]


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A wrong verdict with its paragraph, in three parts: `deciding` is the sentence that decided."""

    claim: ClaimCase
    before: str | None
    deciding: str = ""
    after: str = ""


def _failures(cases: Sequence[Case], paragraphs: Mapping[str, str]) -> dict[str, list[_Failure]]:
    """The faulty cases by type of question, in the order of the questions."""
    groups: dict[str, list[_Failure]] = defaultdict(list)
    for case in cases:
        if found := faults(case):
            groups[case.type].append(
                _Failure(
                    case,
                    found,
                    cited=tuple(_cited(reference, case, paragraphs) for reference in case.cited),
                    expected=tuple(_expected(reference, case, paragraphs) for reference in case.references),
                )
            )
    return dict(sorted(groups.items()))


def _cited(reference: str, case: Case, paragraphs: Mapping[str, str]) -> _Shown:
    matching = reference in case.references
    accepted = reference in case.also_ok
    remark = "expected" if matching else "accepted as well" if accepted else "not among the expected"
    return _Shown(reference, paragraphs.get(reference), matching, matching or accepted, remark)


def _expected(reference: str, case: Case, paragraphs: Mapping[str, str]) -> _Shown:
    matching = reference in case.cited
    found = f"found at rank {case.retrieved.index(reference) + 1}" if reference in case.retrieved else "not found"
    remark = "cited" if matching else f"not cited, {found}"
    return _Shown(reference, paragraphs.get(reference), matching, matching, remark)


def _wrong(claim: ClaimCase, paragraphs: Mapping[str, str]) -> _Wrong:
    text = paragraphs.get(claim.reference)
    if text is None or not claim.sentence:
        return _Wrong(claim, text)
    return _Wrong(claim, *text.partition(claim.sentence))


# Figures as they are written.


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _range(item: Estimate) -> str:
    return "" if item.low is None or item.high is None else f"{item.low:.2f}–{item.high:.2f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}".replace("-", "−")


def _label(name: str) -> str:
    return LABELS.get(name, name)


def _plain(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
