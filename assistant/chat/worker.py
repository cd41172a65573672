"""`python -m assistant.chat.worker`: one change of the index, in a process of its own, so that questions go on.

A job comes as JSON on stdin: `settings`, `add` (paths) and `remove` (ids). On stdout, a JSON object a line: the stages
of the work (`stage`, `total`), what is `done` of them, and last the `report`, or one line that says why not (`error`).
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from ingest.errors import IngestError, SourceError
from ingest.pipeline import ingest
from ingest.read import read
from ingest.settings import IndexSettings
from ingest.types import IngestReport, ParsedDocument

POLITE = 5  # added niceness: who asks a question comes first


def main() -> None:
    """Do the job on stdin."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(POLITE)
    job = json.load(sys.stdin)
    try:
        tell(report=run(job))
    except IngestError as error:
        tell(error=str(error))


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Read what can be read, ingest it, and report file by file."""
    settings = IndexSettings(**job["settings"])
    files: list[dict[str, Any]] = []
    readable: list[Path] = []
    parsed: dict[str, tuple[ParsedDocument, ...]] = {}
    for path in map(Path, job["add"]):
        try:
            parsed[path.name] = read(path, name=path.name)
            readable.append(path)
        except SourceError as error:
            files.append({"name": path.name, "skipped": str(error).removeprefix(f"{path.name}: ")})
    if not readable and not job["remove"]:
        return {"files": files, "removed": []}
    report = ingest(readable, settings, remove=job["remove"], progress=Lines())
    files += [{"name": name, **_read(documents, report)} for name, documents in parsed.items()]
    return {"files": sorted(files, key=lambda file: str(file["name"])), "removed": list(report.removed)}


class Lines:
    """A `Progress` that prints a line of JSON for each step."""

    def __init__(self) -> None:
        self._done = 0

    def stage(self, name: str, total: int | None = None) -> None:
        """A new stage of `total` texts, where that is known."""
        self._done = 0
        tell(stage=name, total=total)

    def advance(self, count: int) -> None:
        """So many texts more."""
        self._done += count
        tell(done=self._done)


def tell(**line: Any) -> None:
    """Print one line."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _read(documents: tuple[ParsedDocument, ...], report: IngestReport) -> dict[str, Any]:
    """What one file gave: its documents, each with what it did to the index, and notes on the reading."""
    return {
        "documents": [
            {
                "document_id": item.document.document_id,
                "title": item.document.title,
                "date": item.document.date,
                "state": _state(item.document.document_id, report),
                "paragraphs": Counter(paragraph.kind for paragraph in item.paragraphs)["body"],
            }
            for item in documents
        ],
        "notes": [note for item in documents for note in item.notes],
    }


def _state(document_id: str, report: IngestReport) -> str:
    if document_id in report.added:
        return "added"
    return "replaced" if document_id in report.changed else "unchanged"


if __name__ == "__main__":
    main()
