"""A paragraph and a claim in, how likely the one entails or contradicts the other out, by a model from a folder.

Off unless `PILCROW_NLI_DIR` names a folder with a cross-encoder for natural language inference (see
`assistant.cross_encoder`) whose labels name entailment and contradiction. What it says is one more layer of the check:

- It lowers: what it holds contradicted is never supported, and what it does not hold entailed is supported in part
  at most.
- It raises only from `partial` to `supported`, what it holds entailed. The deterministic layers are silent there: where
  one of them found a conflict, the verdict is not `partial`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.budget import Allowance
from assistant.cross_encoder import CrossEncoder
from assistant.errors import CrossEncoderError
from assistant.types import BORNE_OUT, Verdict

SETTING = "PILCROW_NLI_DIR"
SURE = 0.8  # probability from which on it is believed
UNLIKELY = 0.2  # probability of entailment below which a claim is not wholly supported


class Inference:
    """A model that tells entailment. Safe to share between threads."""

    def __init__(self, encoder: CrossEncoder, *, entailment: int, contradiction: int) -> None:
        self._encoder = encoder
        self._entailment = entailment
        self._contradiction = contradiction

    @classmethod
    def open(cls, folder: Path) -> Inference:
        """The model in `folder`. Raises `CrossEncoderError`, in one line that says what is wrong with it."""
        encoder = CrossEncoder.open(folder, setting=SETTING)
        places = {label.lower(): number for number, label in enumerate(encoder.labels)}
        columns = [places.get(name) for name in ("entailment", "contradiction")]
        entailment, contradiction = columns
        if entailment is None or contradiction is None:
            raise CrossEncoderError(
                f"{SETTING}: the labels of the model in {folder} are {', '.join(encoder.labels)}; there must be "
                f"'entailment' and 'contradiction'. Give a model for natural language inference, or unset {SETTING}."
            )
        return cls(encoder, entailment=entailment, contradiction=contradiction)

    def judged(
        self,
        verdict: Verdict,
        claim: str,
        paragraph: str,
        *,
        place: str,
        allowance: Allowance | None = None,  # noqa: ARG002  # it asks no server
    ) -> Verdict:
        """The verdict after what the model says of the claim."""
        if verdict.label not in BORNE_OUT:
            return verdict
        logits = self._encoder.logits([(paragraph, claim)])[0]
        odds = np.exp(logits - logits.max())
        likely = odds / odds.sum()
        entailed, contradicted = float(likely[self._entailment]), float(likely[self._contradiction])
        if contradicted >= SURE:
            reason = f"by the inference model, {place} contradicts it ({contradicted:.0%})"
            return replace(verdict, label="contradicted", reasons=(reason, *verdict.reasons), score=1 - contradicted)
        if verdict.label == "supported" and entailed < UNLIKELY:
            reason = f"by the inference model, {place} does not entail it ({entailed:.0%})"
            return replace(verdict, label="partial", reasons=(reason,), score=min(verdict.score, entailed))
        if verdict.label == "partial" and entailed >= SURE:
            return replace(verdict, label="supported", reasons=(), score=entailed)
        return verdict
