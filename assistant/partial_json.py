"""A JSON text that is still growing in, the finished elements of one of its arrays out, one by one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(slots=True)
class ArrayReader:
    """Reads the objects of the array under `key` of the first object that has one; text around it is passed over.

    It looks at each character once and keeps only what is unfinished, so a piece may end anywhere: inside a word, an
    escape or a key. Brackets and strings are told apart as in RFC 8259; whether an element is JSON its reader finds.
    """

    key: str
    closed: bool = False
    _open: list[str] = field(default_factory=list)
    _string: list[str] | None = None
    _escaped: bool = False
    _last: str = ""
    _element: list[str] | None = None
    _inside: bool = False

    def feed(self, piece: str) -> list[str]:
        """The elements that this piece finishes, as JSON texts."""
        finished = []
        for character in piece:
            if self._element is not None:
                self._element.append(character)
            if self._string is not None:
                self._in_string(character)
            elif character == '"' and self._open:
                self._string = []
            elif character in "{[":
                self._enter(character)
            elif character in "}]" and self._open and (element := self._leave()) is not None:
                finished.append(element)
        return finished

    @property
    def unfinished(self) -> str:
        """The element that was begun and not ended, '' for none."""
        return "".join(self._element or [])

    def _in_string(self, character: str) -> None:
        string = self._string or []
        if self._escaped:
            self._escaped = False
        elif character == "\\":
            self._escaped = True
        elif character == '"':
            self._string, self._last = None, "".join(string)
            return
        if len(self._open) == 1:
            string.append(character)
        self._string = string

    def _enter(self, character: str) -> None:
        if character == "[" and not self._open:
            return  # it stands in the words before the object
        if character == "[" and len(self._open) == 1 and self._last == self.key:
            self._inside = True
        if character == "{" and self._inside and len(self._open) == 2:
            self._element = ["{"]
        self._open.append(character)

    def _leave(self) -> str | None:
        self._open.pop()
        depth = len(self._open)
        if depth < 2 and self._inside:
            self._inside = False
            self.closed = True
        if depth == 2 and self._element is not None:
            element, self._element = "".join(self._element), None
            return element
        return None


def outer_object(text: str) -> str | None:
    """The outermost braces of a text that hold JSON, since models like to put words or a code fence around them."""
    start, end = text.find("{"), text.rfind("}")
    found = text[start : end + 1] if 0 <= start < end else ""
    try:
        json.loads(found, strict=False)
    except ValueError:
        return None
    return found
