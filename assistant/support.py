"""A claim and the paragraph it cites in, a Verdict out: does the paragraph say that? It fails closed."""

from __future__ import annotations

import re

from assistant.types import Verdict
from ingest.analyser import terms, words

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "neither",
        "nor",
        "none",
        "nobody",
        "nothing",
        "without",
        "cannot",
        "declined",
        "refused",
        "denied",
        "rejected",
        "unlikely",
        "unable",
        "failed",
        "fails",
        "lack",
        "lacks",
        "isn't",
        "aren't",
        "wasn't",
        "weren't",
        "don't",
        "doesn't",
        "didn't",
        "won't",
        "wouldn't",
        "can't",
        "couldn't",
    ]
)
COVERED = 0.6
PARTLY_COVERED = 0.35


def check_support(claim: str, quote: str, paragraph: str, *, context: str = "") -> Verdict:
    """Whether `paragraph` bears out `claim`, which quotes `quote` from it.

    Numbers of the claim must be in the paragraph (or in `context`: title and date), a negation must stand on both sides
    or on neither, and enough of the claim's content words must occur.
    """
    if claim.strip() and claim.strip() in paragraph:
        return Verdict("supported", (), 1.0)
    known = f"{paragraph} {context}"
    numbers = sorted(set(NUMBER.findall(claim)) - set(NUMBER.findall(known)))
    if numbers:
        return Verdict("unsupported", (f"{', '.join(numbers)} is not in the cited paragraph",), 0.0)
    if negated(claim) != negated(quote):
        where = "the quote" if negated(quote) else "the claim"
        return Verdict("contradicted", (f"only {where} has a negation",), 0.1)
    content = set(terms(claim))
    if not content:
        return Verdict("unsupported", ("the claim has no content words",), 0.0)
    absent = sorted(content - set(terms(known)))
    covered = round(1 - len(absent) / len(content), 3)
    if covered >= COVERED:
        return Verdict("supported", (), covered)
    reason = f"not in the cited paragraph: {', '.join(absent)}"
    return Verdict("partial" if covered >= PARTLY_COVERED else "unsupported", (reason,), covered)


def negated(text: str) -> bool:
    """Whether the text holds a word that denies."""
    return any(word.replace("’", "'") in NEGATIONS for word in words(text))
