"""A reply that is still growing in, written claims out, whichever of the forms it comes in: JSON or plain text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from pydantic import ValidationError

from assistant.partial_json import ArrayReader, outer_object
from assistant.plain_reply import PlainReader
from assistant.written import WrittenAnswer, WrittenClaim

THINK, THOUGHT = "<think>", "</think>"
JSON_BEGINS = re.compile(r"^\s*\{|\{\s*\"claims\"")
MISSING_LIST = re.compile(r"\"missing\"\s*:\s*(\[[^\[\]]*\])")
LONGEST_SHOWN = 200


@dataclass(slots=True)
class ReplyReader:
    """Reads a reply once, piece by piece, the same wherever the pieces end.

    After `close`, `missing` is what the reply says is missing, `problems` what of it could not be read, and
    `understood` whether it had the form of an answer at all.
    """

    missing: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)
    understood: bool = False
    _head: str = ""
    _thinking: bool = True
    _line: str = ""
    _plain: PlainReader = field(default_factory=PlainReader)
    _json: ArrayReader | None = None
    _object: str = ""

    def feed(self, piece: str) -> list[WrittenClaim]:
        """The claims that this piece finishes."""
        if self._thinking:
            piece = self._after_thought(piece)
        claims: list[WrittenClaim] = []
        while piece:
            if self._json is not None:
                self._object += piece
                return claims + self._claims(self._json.feed(piece))
            before, newline, piece = piece.partition("\n")
            self._line += before + newline
            if not self._plain.citing and (found := JSON_BEGINS.search(self._line)):
                self._json, piece = ArrayReader("claims"), self._line[found.start() :] + piece
            elif newline:
                claims += self._plain.feed(self._line)
                self._line = ""
        return claims

    def close(self, *, finished: bool) -> list[WrittenClaim]:
        """The claims that the end of the reply finishes; one that an unfinished reply ends in is left out."""
        if self._json is None:
            return self._close_plain(finished=finished)
        if finished:
            self._read_object(self._json)
        return []

    def _after_thought(self, piece: str) -> str:
        """What follows the thoughts that some models put before their reply, '' as long as that cannot be told."""
        self._head += piece
        head = self._head.lstrip()
        if THINK.startswith(head[: len(THINK)]) and THOUGHT not in head:
            return ""
        self._thinking = False
        return head.partition(THOUGHT)[2] if head.startswith(THINK) else self._head

    def _claims(self, elements: list[str]) -> list[WrittenClaim]:
        claims = []
        for element in elements:
            try:
                claims.append(WrittenClaim.model_validate(json.loads(element, strict=False)))
            except ValidationError as error:
                first = error.errors()[0]
                self._unreadable(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", element)
            except ValueError as error:
                self._unreadable(f"no JSON: {error}", element)
        return claims

    def _unreadable(self, why: str, element: str) -> None:
        self.problems.append(f"A claim cannot be read ({why}): {' '.join(element.split())[:LONGEST_SHOWN]}")

    def _read_object(self, array: ArrayReader) -> None:
        """Read what stands in the object beside the claims."""
        found = outer_object(self._object)
        if found is None and array.closed:
            listed = MISSING_LIST.search(self._object)
            found = outer_object(f'{{"missing": {listed[1]}}}' if listed else "{}")
        self.understood = array.closed
        if found is None:
            begun = " ".join(array.unfinished.split())[:LONGEST_SHOWN]
            self.problems.append(f"The reply is not the JSON asked for{f': it ends inside {begun}' if begun else ''}.")
            return
        try:
            answer = WrittenAnswer.model_validate(json.loads(found, strict=False))
        except ValidationError:
            self.problems.append('"missing" in the reply is not a list of strings.')
            return
        self.missing = tuple(item.strip() for item in answer.missing if item.strip())
        self.understood = self.understood or bool(self.missing)
        if not self.understood:
            self.problems.append('The reply has no list of "claims".')

    def _close_plain(self, *, finished: bool) -> list[WrittenClaim]:
        claims = [*self._plain.feed(self._line), *self._plain.close(finished=finished)]
        self.missing = tuple(self._plain.missing)
        self.understood = self._plain.citing or bool(self.missing)
        return claims
