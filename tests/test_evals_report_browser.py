"""The report in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser import page

from evals.report import report_html
from evals.types import Run

BASELINE = Path(__file__).resolve().parents[1] / "evals" / "baseline.json"
pytestmark = pytest.mark.browser


@pytest.fixture
def report(tmp_path: Path) -> Path:
    run = Run.from_dict(json.loads(BASELINE.read_text(encoding="utf8")))
    path = tmp_path / "report.html"
    path.write_text(report_html(run, paragraphs={}), encoding="utf8")
    return path


def test_no_request_leaves_the_page(report: Path) -> None:
    with page() as opened:
        requests: list[str] = []
        messages: list[str] = []
        opened.on("request", lambda request: requests.append(request.url))
        opened.on("console", lambda message: messages.append(message.text))
        opened.goto(report.as_uri())
        assert opened.get_by_role("heading", level=1).inner_text().endswith("Pilcrow evaluation")
    assert requests == [report.as_uri()]
    assert messages == []


@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_fits_its_window(report: Path, width: int) -> None:
    with page(viewport={"width": width, "height": 900}) as opened:
        opened.goto(report.as_uri())
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
