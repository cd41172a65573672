"""Other words for the fields of a header, so that `Signed: …` is found by who asks for the signatory."""

from __future__ import annotations

import re
from collections.abc import Mapping

FIELD_WORDS: Mapping[str, str] = {
    "Cable": "identifier, number of the cable",
    "Title": "headline, what it is called",
    "Date": "day, when",
    "Classification": "how secret, level of secrecy",
    "From": "sender, issuing post, which embassy sent it",
    "To": "addressee, recipient, sent to whom",
    "Info": "information addressees, copied to, which other posts and commands received it",
    "Sent": "date-time group, transmitted when",
    "Handling": "distribution restrictions, release to foreigners",
    "For": "marked for the attention of whom, by name",
    "E.O. 12958": "declassification, when it may be declassified",
    "Tags": "subject tags, country codes",
    "Subject": "subject line",
    "Classified By": "classifying officer, who classified it, on what grounds",
    "Reason": "grounds for classification",
    "Signed": "signatory, who signed it, ambassador",
    "By": "author, writer, who wrote it, byline",
    "Author account": "user account that posted it",
    "Edited by": "editor, who edited it",
    "Published": "publication date, when it appeared",
    "Modified": "last updated, revised, changed when",
    "Site": "outlet, publisher, publication",
    "Section": "kind of piece, rubric",
    "Categories": "filed under, topics",
    "Reading time": "how many minutes to read, length",
    "Address": "link, web address, URL",
}


ASKS_FOR_A_FIELD = re.compile(
    r"\b(?:sign(?:s|ed|atory|atories|ature)?|wrote|writ(?:er|ten|es)|author\w*|byline|edit(?:ed|or)\w*|publish\w*|dated?"
    r"|sent|sender|dispatch\w*|address(?:ed|ee)\w*|copied|(?:de)?classif\w*|title\w*|headline\w*|tags?|filed under"
    r"|categor\w*|posted|outlet|reading time|header)\b",
    re.IGNORECASE,
)
REPEATED = frozenset(["Title", "Subject", "Address"])  # what they say, the whole document is about


def field_words(sentence: str) -> str:
    """Words that a question might use for the field that a header's sentence gives; empty where it is none."""
    return FIELD_WORDS.get(_label(sentence), "")


def asks_for_a_field(question: str) -> bool:
    """Whether a question has a word by which people ask for a field of a header: who signed it, when it was sent."""
    return ASKS_FOR_A_FIELD.search(question) is not None


def searched_as(sentence: str) -> str:
    """A sentence as it is embedded: a header's field with other words for it, and without a value that says no more
    than the document's title; any other sentence as it is."""
    label = _label(sentence)
    if label not in FIELD_WORDS:
        return sentence
    return f"{FIELD_WORDS[label]} {label if label in REPEATED else sentence}"


def _label(sentence: str) -> str:
    label, colon, _ = sentence.partition(":")
    return "Reason" if label == "Reasons" or (not colon and sentence.startswith("Reasons ")) else label
