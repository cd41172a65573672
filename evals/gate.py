"""A run and its baseline in, what got worse out: the gate that turns red on a regression."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evals.statistics import paired_difference
from evals.types import Case, Estimate, Run

BETTER_IS_LESS = frozenset({"abstained_answerable", "support_false_flags", "aurc"})
UNPAIRED_TOLERANCE = 0.02
MISSING = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A score before and after, the paired difference, and whether that is a regression."""

    score: str
    before: float | None
    after: float | None
    difference: Estimate
    regression: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate found: it is red where there is a reason."""

    changes: tuple[Change, ...]
    reasons: tuple[str, ...]

    @property
    def red(self) -> bool:
        """Whether something got worse than chance explains, or a contract is broken."""
        return bool(self.reasons)


def compare(baseline: Run, run: Run) -> Gate:
    """Compare scores over the questions both runs hold.

    A score that is a mean over questions regresses when the whole 95 % interval of the paired difference is on the
    wrong side of 0; one over the whole set (AUROC, support) when it falls by more than 0.02. A broken citation
    contract, and a question of the baseline that was not asked, are red by themselves.
    """
    changes = [*_paired(baseline, run), *_unpaired(baseline, run)]
    reasons = [
        f"{change.score} went from {change.before:.3f} to {change.after:.3f}"
        for change in changes
        if change.regression and change.before is not None and change.after is not None
    ]
    violations = [f"{case.id}: {violation}" for case in run.cases for violation in case.violations]
    if violations:
        reasons.append(f"the citation contract is broken {len(violations)} times, first in {violations[0]}")
    lost = {case.id for case in baseline.cases} - {case.id for case in run.cases}
    if lost:
        reasons.append(f"of the baseline's questions, {len(lost)} were not asked: {', '.join(sorted(lost)[:5])}")
    return Gate(tuple(changes), tuple(reasons))


def _paired(baseline: Run, run: Run) -> Iterable[Change]:
    before = {case.id: case for case in baseline.cases if case.error is None}
    after = {case.id: case for case in run.cases if case.error is None}
    shared = sorted(before.keys() & after.keys())
    names = sorted({name for key in shared for name in before[key].scores if name != "right"})
    for name in names:
        pairs = [
            (before[key].scores.get(name), _comparable(name, after[key]))
            for key in shared
            if name in before[key].scores
        ]
        old = [pair[0] for pair in pairs if pair[0] is not None and pair[1] is not None]
        new = [pair[1] for pair in pairs if pair[0] is not None and pair[1] is not None]
        if not old:
            continue
        difference = paired_difference(old, new)
        low, high = difference.low or 0.0, difference.high or 0.0
        worse = low > 0 if name in BETTER_IS_LESS else high < 0
        yield Change(name, sum(old) / len(old), sum(new) / len(new), difference, worse)


def _comparable(name: str, case: Case) -> float | None:
    """A precision of nothing cited counts as 0 where the baseline cited: abstaining must not hide a regression."""
    if name in case.scores:
        return case.scores[name]
    return MISSING if name == "citation_precision" else None


def _unpaired(baseline: Run, run: Run) -> Iterable[Change]:
    names = [
        name
        for name, item in baseline.scores.items()
        if item.low is None and item.value is not None and name != "contract_violations"
    ]
    for name in names:
        old = baseline.scores[name].value
        new = run.scores[name].value if name in run.scores else None
        if old is None or new is None:
            continue
        drop = (new - old) if name in BETTER_IS_LESS else (old - new)
        unknown = Estimate(round(new - old, 6), None, None, run.scores[name].count)
        yield Change(name, old, new, unknown, drop > UNPAIRED_TOLERANCE)
