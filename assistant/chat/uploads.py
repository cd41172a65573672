"""Files from people in, a new generation of the index out; and documents taken out again.

Each upload is kept in a folder of its own under `uploads/` in the index's folder, so that a later ingest of that folder
finds it. A file whose documents are no longer in the index goes.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import sys
import unicodedata
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from assistant.chat.library import Library
from assistant.errors import AssistantError
from assistant.settings import Settings
from ingest.errors import IngestError
from ingest.read import READABLE

LARGEST_FILE = 20 * 2**20  # bytes
MOST_FILES = 50  # in one go
LONGEST_NAME = 120
FOLDER = "uploads"

Event = dict[str, Any]


class UploadError(AssistantError):
    """Files that cannot be taken, or a document that cannot be removed."""


class Uploads:
    """Changes the index of a library, one change after another, in a process of its own."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._one_at_a_time = asyncio.Lock()

    async def add(self, files: Sequence[Path]) -> AsyncGenerator[Event]:
        """Keep the files, ingest them; gives events: `stage`, `done`, then `report` or `error`.

        Closing the generator ends the work, and leaves index and files as they were.
        """
        folder = self.library.settings.index / FOLDER / secrets.token_hex(6)
        try:
            yield {"stage": "Reading", "total": None}
            kept = await asyncio.to_thread(_keep, files, folder)
            async with aclosing(self._change(add=kept)) as events:
                async for event in events:
                    yield event
        except (AssistantError, IngestError) as error:
            yield {"error": str(error)}
        finally:
            await asyncio.to_thread(self._drop_unused, folder)

    async def remove(self, document_id: str) -> AsyncGenerator[Event]:
        """Take a document out of the index, with the file that it was uploaded as; gives the same events."""
        try:
            async with aclosing(self._change(remove=[document_id])) as events:
                async for event in events:
                    yield event
        except (AssistantError, IngestError) as error:
            yield {"error": str(error)}

    async def _change(self, *, add: Sequence[Path] = (), remove: Sequence[str] = ()) -> AsyncGenerator[Event]:
        if self._one_at_a_time.locked():
            yield {"stage": "Waiting for another change of the index", "total": None}
        async with self._one_at_a_time:
            if {document.document_id for document in self.library.assistant().documents()} == set(remove):
                raise UploadError("The last document stays: an index holds one or more. Add another first.")
            job = {"settings": _settings(self.library.settings), "add": [str(path) for path in add], "remove": remove}
            async with aclosing(_work(job)) as events:
                async for event in events:
                    if "report" in event:
                        await asyncio.to_thread(self._switch)
                    yield event

    def _switch(self) -> None:
        """Take the new generation into use, and drop uploads that only the one before it knew."""
        before = self._paths()
        self.library.refresh()
        for path in before - self._paths():
            _remove_upload(Path(path), self.library.settings.index / FOLDER)

    def _drop_unused(self, folder: Path) -> None:
        """Take away the files of an upload that the newest generation does not know, even where its switch was under
        way when the upload was cancelled."""
        self.library.refresh()
        _remove_unused(folder, self._paths())

    def _paths(self) -> set[str]:
        """The files that the documents of the index came from."""
        return {document.path for document in self.library.assistant().documents()}


def limits() -> dict[str, Any]:
    """What the page tells before a file is sent."""
    return {"bytes": LARGEST_FILE, "files": MOST_FILES, "kinds": READABLE}


def _keep(files: Sequence[Path], folder: Path) -> list[Path]:
    """Copy the files into the folder under names of their own. Raises `UploadError`."""
    if not files:
        raise UploadError(f"No file was sent. Give {READABLE}.")
    if len(files) > MOST_FILES:
        raise UploadError(f"{len(files)} files are too many: {MOST_FILES} go at a time. Send fewer.")
    folder.mkdir(parents=True)
    kept: list[Path] = []
    for file in files:
        name = _name(file.name)
        if (folder / name).exists():
            raise UploadError(f"Two files are called {name}. Rename one, or send one after the other.")
        kept.append(Path(shutil.copyfile(file, folder.resolve() / name)))
    return kept


def _name(given: str) -> str:
    """A file's name without what could mean something to a file system, its ending kept."""
    letters = unicodedata.normalize("NFC", given)
    plain = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in letters).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{ending[:10]}" if stem else plain[:LONGEST_NAME] or "document"


def _settings(settings: Settings) -> dict[str, Any]:
    """What ingest needs of the settings, keys in plain: they go to our own process through a pipe."""
    return {
        "index": str(settings.index),
        "embedding": settings.embedding,
        "model_dir": str(settings.model_dir) if settings.model_dir else None,
        "openai_api_key": settings.openai_api_key.get_secret_value() if settings.openai_api_key else None,
        "openai_base_url": settings.openai_base_url,
    }


async def _work(job: dict[str, Any]) -> AsyncGenerator[Event]:
    """Run the worker and give its lines. Ends it where the generator is closed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "assistant.chat.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise UploadError("The process that reads documents did not start. Try again.")
    try:
        process.stdin.write(json.dumps(job).encode())
        process.stdin.close()
        last: Event = {}
        async for line in process.stdout:
            last = json.loads(line)
            yield last
        if "report" not in last and "error" not in last:
            said = (await process.stderr.read()).decode(errors="replace").strip().splitlines()
            yield {"error": f"The documents could not be read ({said[-1] if said else 'the process ended'})."}
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _remove_unused(folder: Path, used: Iterable[str]) -> None:
    """Take away the files of an upload that no document of the index came from."""
    if not folder.is_dir():
        return
    kept = set(used)
    for file in folder.iterdir():
        if str(file.resolve()) not in kept:
            file.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


def _remove_upload(path: Path, uploads: Path) -> None:
    """Take away a file, if it is one that was uploaded, and its folder."""
    if uploads.resolve() in path.resolve().parents and path.is_file():
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
