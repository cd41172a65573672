"""A model that grades answers: question, expected and given answer in, a grade out, or None where it cannot be read."""

from __future__ import annotations

import re
import secrets

from assistant import ModelError, Settings
from assistant.model import ChatModel, Message, OpenAIModel
from evals.gold import GoldQuestion
from prompts import fill

GRADE = re.compile(r"GRADE:\s*\**\s*([CPI])\b", re.IGNORECASE)
GRADES = {"C": 1.0, "P": 0.5, "I": 0.0}


class ModelJudge:
    """Grades by the answering model. The last `GRADE:` counts, as in inspect_ai's model-graded scorers."""

    def __init__(self, settings: Settings, model: ChatModel | None = None) -> None:
        self.model = model or OpenAIModel(settings)

    def __call__(self, question: GoldQuestion, answer: str) -> float | None:
        """1 right, 0.5 partly, 0 wrong; None, which is unscored and not wrong, where no grade can be had."""
        prompt = fill(
            "judge",
            nonce=f"=== {secrets.token_hex(8)} ===",
            question=question.question,
            expected=question.answer,
            answer=answer,
        )
        try:
            return grade(self.model.reply([Message("user", prompt)]).text)
        except ModelError:
            return None


def grade(reply: str) -> float | None:
    """The last grade in a judge's reply."""
    found = GRADE.findall(reply)
    return GRADES[found[-1].upper()] if found else None
