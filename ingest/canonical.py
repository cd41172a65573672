"""Text as a source has it -> the canonical text that is stored, embedded, quoted and checked.

Nothing here knows of HTML: a reader of HTML decodes entities before it calls `canonical`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

# Controls that are no white space; zero-width space, word joiner, byte order mark and soft hyphen; the direction
# marks and tag characters that can make a quote read otherwise than it is stored. The joiners U+200C and U+200D
# stay: Persian, the scripts of India and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")

# `counter-` at a line's end belongs to `terrorism` on the next; `short-` before `and long-term` stands alone.
_HYPHEN_BREAK = re.compile(r"(?<=\w)-[^\S\n]*\n[^\S\n]*(?=\w)(?!(?:and|or|to)\b)")
_OUTSIDE_NAME = re.compile(r"[^\w.-]+|_+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def canonical(text: str) -> str:
    """One line of text in Unicode NFC: breaks reflowed, white space single, unseen characters gone; idempotent.

    Curly quotes, dashes and case stay as they are. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = without_surrogates(_UNSEEN.sub("", text))
    text = _HYPHEN_BREAK.sub("-", text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, which neither UTF-8 nor a tokenizer takes."""
    return _SURROGATE.sub("\ufffd", text)


def slug(name: str) -> str:
    """A name of letters, digits, `-` and `.`, its case kept: `Notes (May 2006)` is `Notes-May-2006`."""
    return _OUTSIDE_NAME.sub("-", canonical(name)).strip("-.") or "document"


def day(text: str) -> str | None:
    """The ISO day that a date or a time begins with; None where there is none, or no such day."""
    found = _DAY.match(text)
    try:
        return date.fromisoformat(found.group()).isoformat() if found else None
    except ValueError:
        return None
