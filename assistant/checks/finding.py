"""What a layer of the support check found: measures for the fitted model, and conflicts in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ALIKE = 0.7  # from here on two words count as saying the same
Kind = Literal["conflict", "missing"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence for a person: `conflict` where the paragraph says otherwise, `missing` where it does not say it.

    `measure` names the measure that it explains.
    """

    kind: Kind
    text: str
    measure: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Measures by name, each about 0 to 1, and the reasons for those that speak against the claim."""

    measures: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
