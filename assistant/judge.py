"""A claim, its paragraph and a verdict in, the same verdict or a lower one out, by the answering model.

Off unless `PILCROW_JUDGE=1` and a model is set. The model can take a claim's support away and never give it; where it
cannot be asked, or says nothing that can be read, the verdict stays and says so in its notes. It costs a request for
each claim that the other layers let through, out of the question's own allowance, and is waited for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

from assistant.budget import Allowance
from assistant.errors import ModelError
from assistant.model import ChatModel
from assistant.prompting import support_messages
from assistant.types import BORNE_OUT, WORST_FIRST, Label, Verdict

GIVEN = re.compile(rf"VERDICT:[\s*]*({'|'.join(get_args(Label))})\b", re.IGNORECASE)


class SupportJudge:
    """Asks a model whether a paragraph bears a claim out."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model

    def judged(
        self, verdict: Verdict, claim: str, paragraph: str, *, place: str, allowance: Allowance | None = None
    ) -> Verdict:
        """The verdict, lowered where the model's is lower, with the tokens that the model took."""
        if verdict.label not in BORNE_OUT:
            return verdict
        try:
            reply = self.model.reply(support_messages(claim, paragraph), allowance=allowance)
        except ModelError as error:
            return replace(verdict, notes=(*verdict.notes, f"The model could not judge “{claim}”: {error}"))
        verdict = replace(verdict, usage=verdict.usage + reply.usage)
        given = label(reply.text)
        if given is None:
            return replace(verdict, notes=(*verdict.notes, f"The model gave no verdict that can be read on “{claim}”."))
        if WORST_FIRST.index(given) >= WORST_FIRST.index(verdict.label):
            return verdict
        reason = f"the model that judges finds it {given} by {place}"
        return replace(verdict, label=given, reasons=(reason, *verdict.reasons), score=verdict.score / 2)


def label(reply: str) -> Label | None:
    """The last verdict in a judge's reply."""
    found = GIVEN.findall(reply)
    return next((name for name in WORST_FIRST if found and name == found[-1].lower()), None)
