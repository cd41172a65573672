"""The README's pictures of the chat, taken anew: `python tests/make_screenshots.py`, over the bundled documents."""

from __future__ import annotations

import tempfile
from pathlib import Path

from browser import page
from PIL import Image
from playwright.sync_api import Page

from assistant import Settings
from evals.benchmark_chat import served
from ingest import ingest

FOLDER = Path(__file__).resolve().parents[1] / "assistant" / "chat" / "screenshots"
SIZE = {"width": 1360, "height": 850}
COLOURS = 256  # enough for text on paper, and half of the bytes


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ingest((), Settings(index=Path(folder) / "index"))
        with served(Path(folder) / "index", log=Path(folder) / "log") as address:
            with page(viewport=SIZE, color_scheme="light", reduced_motion="reduce") as shown:
                ask(shown, address, "What worried Seoul most about closer ties with NATO?")
                shown.locator(".turn .chip").nth(2).click()
                take(shown, "answer")
            with page(viewport=SIZE, color_scheme="dark", reduced_motion="reduce") as shown:
                ask(shown, address, "What did Brazil propose about fishing quotas?")
                shown.locator(".nearest button").first.click()
                take(shown, "abstention")


def ask(shown: Page, address: str, question: str) -> None:
    """Open the chat, ask, and wait for the answer."""
    shown.goto(address)
    shown.locator("#pilcrow[data-ready=true]").wait_for()
    shown.get_by_label("Your question").fill(question)
    shown.get_by_label("Your question").press("Enter")
    shown.locator(".turn .acts").wait_for()


def take(shown: Page, name: str) -> None:
    """Take the picture, from the top of the answer, in few colours."""
    shown.wait_for_timeout(500)
    shown.evaluate("document.getElementById('turns').scrollTop = 0")
    shown.mouse.move(5, 5)
    path = FOLDER / f"{name}.png"
    shown.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(path, optimize=True)


if __name__ == "__main__":
    main()
