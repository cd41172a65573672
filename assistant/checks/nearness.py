"""Token by token: how near the words of a claim come to those of each sentence of its paragraph.

Late interaction (Khattab and Zaharia 2020): each token of the claim looks for its nearest token. It tells which
sentence speaks of the claim's matter where they share few words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

UNRELATED = 0.3  # cosine of two tokens that have nothing to do with each other, about


@dataclass(frozen=True, slots=True)
class Nearness:
    """The weights of a claim's content tokens (n), and for each sentence of the paragraph, by span, the cosine of each
    with its nearest token there (n)."""

    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    sentences: Mapping[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)

    def heard(self) -> dict[tuple[int, int], float]:
        """The weighted share of the claim that each sentence has, by span."""
        total = float(self.weights.sum()) or 1.0
        told = {
            span: np.clip((row - UNRELATED) / (1 - UNRELATED), 0, 1) @ self.weights
            for span, row in self.sentences.items()
        }
        return {span: float(share) / total for span, share in told.items()}
