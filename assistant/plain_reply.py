"""A plain-text reply that is still growing in, claims out: a sentence, then `[3]` and a quote for each citation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.written import WrittenCitation, WrittenClaim

MARK = re.compile(r"\s*(?:\[\s*¶?\d+(?:\s*[,;]\s*¶?\d+)*\s*\]|【\s*¶?\d+[^】]*】)")
NUMBER = re.compile(r"\d+")
QUOTED = re.compile(r"""^[\s:–—-]*(?:"(?P<a>.*)"|“(?P<b>.*)”|«(?P<c>.*)»|'(?P<d>.*)'|‘(?P<e>.*)’)[\s.;,]*$""")
QUOTED_THEN_TEXT = re.compile(r"""^[\s:–—-]*(?:"(?P<a>[^"]*)"|“(?P<b>[^”]*)”|«(?P<c>[^»]*)»)[\s.;,]*(?P<rest>\S.*)$""")
BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
MISSING = re.compile(r"^\W*missing\W*:\s*(?P<what>.*)$", re.IGNORECASE)


@dataclass(slots=True)
class PlainReader:
    """Reads lines; a line that begins with a mark belongs to the sentence before it. `citing` once there was one."""

    missing: list[str] = field(default_factory=list)
    citing: bool = False
    _line: str = ""
    _text: str = ""
    _citations: list[WrittenCitation] = field(default_factory=list)

    def feed(self, piece: str) -> list[WrittenClaim]:
        """The claims that this piece finishes: one is finished when the next begins."""
        *lines, self._line = (self._line + piece).split("\n")
        return [claim for line in lines for claim in self._read(line)]

    def close(self, *, finished: bool) -> list[WrittenClaim]:
        """The claims that the end of the reply finishes; a line that an unfinished one ends in is left out."""
        line, self._line = self._line if finished else "", ""
        return [*self._read(line), *self._finished()]

    def _read(self, line: str) -> list[WrittenClaim]:
        line = BULLET.sub("", line).strip()
        if found := MISSING.match(line):
            self.missing += [what] if (what := found["what"].strip()) else []
            return self._finished()
        claims: list[WrittenClaim] = []
        marks = list(MARK.finditer(line))
        if not marks and (not line or line.endswith(":") or line.startswith("```")):
            return []
        self._begin(line[: marks[0].start()] if marks else line, claims)
        ends = [*(mark.start() for mark in marks[1:]), len(line)]
        for mark, end in zip(marks, ends[: len(marks)], strict=True):
            after = line[mark.end() : end]
            quote, rest = _quote_and_rest(after)
            self.citing = True
            self._citations += [WrittenCitation(paragraph=int(n), quote=quote) for n in NUMBER.findall(mark.group())]
            self._begin(rest, claims)
        return claims

    def _begin(self, text: str, claims: list[WrittenClaim]) -> None:
        """Start a claim with this text, unless it is only what stands between two marks."""
        text = text.strip().lstrip(".,; ")
        if any(character.isalnum() for character in text):
            claims += self._finished()
            self._text = text

    def _finished(self) -> list[WrittenClaim]:
        text, citations = self._text, tuple(self._citations)
        self._text, self._citations = "", []
        return [WrittenClaim(text=text, citations=citations)] if text else []


def _quote_and_rest(after: str) -> tuple[str | None, str]:
    """The quote that follows a mark, and what follows the quote."""
    if whole := QUOTED.match(after):
        return next(value for value in whole.groups() if value is not None), ""
    if found := QUOTED_THEN_TEXT.match(after):
        return next(found[name] for name in "abc" if found[name] is not None), found["rest"]
    return None, after
