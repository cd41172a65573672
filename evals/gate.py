"""A run and its baseline in, what got worse out: the gate that turns red on a regression."""

from __future__ import annotations

import math
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from evals.run import scores_of_all
from evals.statistics import paired_difference
from evals.types import Case, Estimate, Run

BETTER_IS_LESS = frozenset({"abstained_answerable", "support_false_flags", "aurc"})
NOT_GATED = frozenset(  # broken contracts are told one by one, and the precision follows from who is abstained from
    {"contract_violations", "abstention_precision"}
)
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
    """Compare scores over the questions and claims both runs hold.

    A score that is a mean over questions regresses when the whole 95 % interval of the paired difference is on the
    wrong side of 0; one over the whole set (AUROC, support) when it falls by more than 0.02; either when it can no
    longer be had. A broken citation contract, and a question or claim of the baseline that was not asked or is not
    scored any more, are red by themselves.
    """
    before, after = _shared(baseline, run)
    changes = [*_paired(before, after), *_unpaired(before, after)]
    reasons = [
        f"{change.score} went from {change.before:.3f} to {change.after:.3f}"
        if change.after is not None
        else f"{change.score} was {change.before:.3f} and can no longer be had"
        for change in changes
        if change.regression and change.before is not None
    ]
    violations = [f"{case.id}: {violation}" for case in run.cases for violation in case.violations]
    if violations:
        reasons.append(f"the citation contract is broken {len(violations)} times, first in {violations[0]}")
    asked = {case.id for case in run.cases}
    reasons += _lost("questions", "not asked", {case.id for case in baseline.cases} - asked)
    reasons += _lost("questions", "left unscored", (_scored(baseline) & asked) - _scored(run))
    reasons += _lost("claims", "not checked", _checked(baseline) - _checked(run))
    return Gate(tuple(changes), tuple(reasons))


def _lost(kind: str, how: str, ids: Set[str]) -> list[str]:
    """What to say of questions or claims that only the baseline tells of."""
    return [f"of the baseline's {kind}, {len(ids)} were {how}: {', '.join(sorted(ids)[:5])}"] if ids else []


def _scored(run: Run) -> set[str]:
    return {case.id for case in run.cases if case.error is None}


def _checked(run: Run) -> set[str]:
    return {claim.id for claim in run.claims}


def _shared(baseline: Run, run: Run) -> tuple[Run, Run]:
    """Both runs with nothing but the scored questions, and the claims, that both of them hold."""
    cases, claims = _scored(baseline) & _scored(run), _checked(baseline) & _checked(run)

    def of_both(one: Run) -> Run:
        return replace(
            one,
            cases=tuple(case for case in one.cases if case.id in cases),
            claims=tuple(claim for claim in one.claims if claim.id in claims),
        )

    return of_both(baseline), of_both(run)


def _paired(baseline: Run, run: Run) -> Iterable[Change]:
    before, after = ({case.id: case for case in one.cases} for one in (baseline, run))
    shared = sorted(before)
    names = sorted({name for key in shared for name in before[key].scores if name != "right"})
    for name in names:
        had = {key: before[key].scores[name] for key in shared if name in before[key].scores}
        has = {key: value for key in had if (value := _comparable(name, after[key])) is not None}
        if not has:
            yield Change(name, sum(had.values()) / len(had), None, Estimate(None, None, None, 0), regression=True)
            continue
        old, new = [had[key] for key in has], [*has.values()]
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
    """The scores that are no means over questions."""
    before, after = (scores_of_all(one.cases, one.claims) for one in (baseline, run))
    for name in sorted(before.keys() - NOT_GATED):
        old, new = before[name].value, after[name].value
        if old is None:
            continue
        difference = None if new is None else round(new - old, 6)
        drop = math.inf if new is None else (new - old) if name in BETTER_IS_LESS else (old - new)
        yield Change(name, old, new, Estimate(difference, None, None, after[name].count), drop > UNPAIRED_TOLERANCE)
