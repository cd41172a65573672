"""The nouns of evals: a Case is one gold question as it was answered, a Run is all of them with their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Case:
    """One gold question, its answer and its scores. A score that does not apply, or could not be had, is absent."""

    id: str
    type: str
    split: str
    answerable: bool
    question: str
    expected: str
    references: tuple[str, ...]
    also_ok: tuple[str, ...]
    history: tuple[tuple[str, str], ...]
    status: str
    answer: str
    confidence: float
    cited: tuple[str, ...]
    retrieved: tuple[str, ...]
    missing: tuple[str, ...]
    violations: tuple[str, ...]
    scores: Mapping[str, float]
    error: str | None = None
    tokens: int = 0
    milliseconds: float = 0.0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Case:
        """A case from its JSON form. Raises TypeError where it is none."""
        history = tuple((turn[0], turn[1]) for turn in values["history"])
        return cls(**{**_tuples(values), "history": history})


@dataclass(frozen=True, slots=True)
class Probe:
    """A true claim put to a test that is made of it by rule: it is `denied`, or read in place of its paragraph with its
    denial (`reversed`) or a sentence that has it `rejected`, left `open` or `asserted`. `text` is the denial or that
    sentence; `must_hold` is whether it must be supported then."""

    kind: str
    text: str
    must_hold: bool
    verdict: str

    @property
    def wrong(self) -> bool:
        """Whether it is supported and must not be, or the other way round."""
        return (self.verdict == "supported") != self.must_hold


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """One gold claim, the verdict on it, the sentence of the paragraph that decided, and the probes made of it."""

    id: str
    kind: str
    split: str
    claim: str
    reference: str
    expected: str
    verdict: str
    score: float
    reasons: tuple[str, ...]
    sentence: str | None = None
    probes: tuple[Probe, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether the verdict is another than gold gives, or a probe is wrong."""
        return self.verdict != self.expected or any(probe.wrong for probe in self.probes)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ClaimCase:
        """A claim from its JSON form. Raises KeyError or TypeError where it is none."""
        return cls(**{**_tuples(values), "probes": tuple(Probe(**probe) for probe in values["probes"])})


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval, over `count` cases; `value` is None where there is no case."""

    value: float | None
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation: what was run, each case, and the scores over all and by type of question."""

    settings: Mapping[str, Any]
    cases: tuple[Case, ...]
    claims: tuple[ClaimCase, ...]
    scores: Mapping[str, Estimate]
    by_type: Mapping[str, Mapping[str, Estimate]]
    curve: tuple[tuple[float, float], ...]
    timings: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The run as JSON; all that changes from run to run is under `timings`."""
        values = asdict(self)
        milliseconds = {case["id"]: case.pop("milliseconds") for case in values["cases"]}
        values["timings"] = {**self.timings, "cases": milliseconds}
        return {"format": FORMAT, **values}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Run:
        """The inverse of `to_dict`. Raises KeyError or TypeError where it is none."""
        milliseconds = values["timings"]["cases"]
        cases = tuple(
            Case.from_dict({**case, "milliseconds": milliseconds.get(case["id"], 0.0)}) for case in values["cases"]
        )
        return cls(
            settings=values["settings"],
            cases=cases,
            claims=tuple(ClaimCase.from_dict(claim) for claim in values["claims"]),
            scores={name: Estimate(**item) for name, item in values["scores"].items()},
            by_type={
                kind: {name: Estimate(**item) for name, item in scores.items()}
                for kind, scores in values["by_type"].items()
            },
            curve=tuple((point[0], point[1]) for point in values["curve"]),
            timings={name: value for name, value in values["timings"].items() if name != "cases"},
        )


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
