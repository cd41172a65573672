"""Is it said at all? A claim whose words the paragraph has only in a clause that supposes, asks, hopes or fears them.

`The mayor asked whether the bridge was closed` has every word of `The bridge was closed`, and does not say it
(non-factive predicates: Kiparsky and Kiparsky 1970).
"""

from __future__ import annotations

import re
from itertools import groupby

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
    phrase = _only_after(claim, paragraph)
    if phrase is None:
        return Finding({"supposed": 0.0})
    reason = Reason("missing", f"{{place}} says that only after “{phrase}”, which asserts nothing", "supposed")
    return Finding({"supposed": 1.0}, (reason,))


def _only_after(claim: Reading, paragraph: Reading) -> str | None:
    """The supposing phrase after which alone the paragraph has all words of the claim."""
    mine = {word.term for word in claim.words if word.term}
    if not mine or SUPPOSING.search(claim.text):
        return None
    phrase = None
    for number, words in groupby(paragraph.words, key=lambda word: word.sentence):
        places = [(word.term, word.start) for word in words]
        if not mine <= {term for term, _ in places}:
            continue
        clause = _supposed(paragraph.text, *paragraph.sentences[number])
        if clause is None:
            return None
        phrase, first, last = clause
        if not mine <= {term for term, start in places if first <= start < last}:
            return None
    return phrase


def _supposed(text: str, start: int, end: int) -> tuple[str, int, int] | None:
    """The first supposing phrase of a sentence, and from where to where it reaches."""
    match = SUPPOSING.search(text, start, end)
    if not match:
        return None
    opens = match.start() - start < OPENING
    comma = text.find(", ", match.end(), end) if opens else -1
    return match.group(), match.end(), comma if comma >= 0 else end
