"""Is it said at all? A claim whose words the paragraph has only in a clause that supposes, asks, hopes or fears them.

`The mayor asked whether the bridge was closed` has every word of `The bridge was closed`, and does not say it
(non-factive predicates: Kiparsky and Kiparsky 1970).
"""

from __future__ import annotations

import re

from assistant.checks.finding import Finding, Reason
from assistant.checks.reading import Reading

BEFORE_THAT = (
    r"hop(?:e|es|ed|ing)|wish(?:es|ed|ing)?|fear(?:s|ed|ing)?|afraid|worr(?:y|ies|ied)|suppos(?:e|es|ed|ing)"
    r"|assum(?:e|es|ed|ing)|imagin(?:e|es|ed|ing)|dream(?:s|t|ed|ing)?|guess(?:es|ed)?|speculat(?:e|es|ed|ing)"
    r"|pretend(?:s|ed|ing)?|(?:has|have|had) expected|propos(?:e|es|ed|ing|al)|rumou?r(?:s|ed)?|suggestions?|ideas?"
    r"|notions?|claims?|allegations?|arguments?|possibility|prospects?|chances?|risks?|dangers?|possible|conceivable"
    r"|probable|likely|condition|(?:wants?|wanted|awaits?|awaited|seeks?|sought|demands?|demanded) (?:proof|evidence)"
)
SUPPOSING = re.compile(
    rf"\b(?:(?:{BEFORE_THAT}) that|whether|(?<!even )(?<!as )if|unless|lest|in case|only where)\b", re.IGNORECASE
)
OPENING = 12  # characters before a clause with which a sentence begins; it ends at the next comma


def check_assertion(claim: Reading, paragraph: Reading) -> Finding:
    """`supposed`: all words of the claim stand in a clause of the paragraph that asserts nothing, and in no sentence
    outside of one; a claim that supposes something itself is let be."""
    mine = {word.term for word in claim.words if word.term}
    if not mine or SUPPOSING.search(claim.text):
        return Finding({"supposed": 0.0})
    told = ""
    for number, (start, end) in enumerate(paragraph.sentences):
        words = [word for word in paragraph.words if word.sentence == number and word.term]
        if not mine <= {word.term for word in words}:
            continue
        clause = _supposed(paragraph.text, start, end)
        if clause is None:
            return Finding({"supposed": 0.0})
        phrase, first, last = clause
        if not mine <= {word.term for word in words if first <= word.start < last}:
            return Finding({"supposed": 0.0})
        told = phrase
    reasons = (Reason("missing", f"{{place}} says that only after “{told}”, which asserts nothing", "supposed"),)
    return Finding({"supposed": 1.0}, reasons) if told else Finding({"supposed": 0.0})


def _supposed(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """The first supposing phrase of a sentence, and from where to where it reaches."""
    match = SUPPOSING.search(text, start, end)
    if not match:
        return None
    opens = match.start() - start < OPENING
    comma = text.find(", ", match.end(), end) if opens else -1
    return match.group(), match.end(), comma if comma >= 0 else end
