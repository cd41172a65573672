"""A run in, JUnit XML out, for the systems that show tests: a question or claim is a test, an unscored one is skipped.

Keeps to the schema of Jenkins' xUnit plugin (junit-10.xsd), which knows properties of a suite but not of a test: the
scores over all and by type are properties, those of a question stand in its output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from evals.report import faults
from evals.types import Case, ClaimCase, Estimate, Run

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2: Char


def junit_xml(run: Run) -> str:
    """The run as one `testsuites` document with a suite of questions and, where there are any, one of claims.

    Times are in seconds. Characters that XML 1.0 does not allow are left out.
    """
    root = _element("testsuites", {"name": "pilcrow eval"})
    overall = {name: item for name, item in run.scores.items() if not name.startswith("support_")}
    by_type = {f"{kind}.{name}": item for kind, scores in run.by_type.items() for name, item in scores.items()}
    settings = {f"settings.{name}": _plain(value) for name, value in run.settings.items()}
    root.append(_suite("questions", [_question(case) for case in run.cases], settings | _values(overall | by_type)))
    if run.claims:
        support = {name: item for name, item in run.scores.items() if name.startswith("support_")}
        root.append(_suite("claims", [_claim(claim) for claim in run.claims], _values(support)))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", _seconds(sum(float(suite.get("time", "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, tests: Sequence[ET.Element], properties: Mapping[str, str]) -> ET.Element:
    suite = _element(
        "testsuite",
        {
            "name": name,
            "tests": str(len(tests)),
            "failures": str(sum(test.find("failure") is not None for test in tests)),
            "errors": "0",
            "skipped": str(sum(test.find("skipped") is not None for test in tests)),
            "time": _seconds(sum(float(test.get("time", "0")) for test in tests)),
        },
    )
    held = _element("properties", {})
    held.extend(_element("property", {"name": key, "value": value}) for key, value in properties.items())
    suite.append(held)
    suite.extend(tests)
    return suite


def _question(case: Case) -> ET.Element:
    test = _test(f"{case.id} {case.question}", f"questions.{case.type}", case.milliseconds / 1000)
    if case.error is not None:
        test.append(_element("skipped", {"type": "unscored", "message": case.error}))
        return test
    if found := faults(case):
        lines = [
            f"expected: {case.expected}",
            f"got ({case.status}, confidence {case.confidence:.2f}): {case.answer}",
            f"expected paragraphs: {', '.join(case.references) or 'none'}",
            f"cited paragraphs: {', '.join(case.cited) or 'none'}",
            *case.violations,
        ]
        test.append(_element("failure", {"type": "answer", "message": "; ".join(found)}, "\n".join(lines)))
    scores = [f"{name} {value:g}" for name, value in sorted(case.scores.items())]
    test.append(_element("system-out", {}, "\n".join([f"split {case.split}", f"tokens {case.tokens}", *scores])))
    return test


def _claim(claim: ClaimCase) -> ET.Element:
    test = _test(f"{claim.id} {claim.claim}", f"claims.{claim.kind}", 0.0)
    if claim.wrong:
        found = [f"expected {claim.expected}, got {claim.verdict}"] if claim.verdict != claim.expected else []
        found += [f"{probe.kind}, it is {probe.verdict}: {probe.text}" for probe in claim.probes if probe.wrong]
        message = "; ".join(found)
        text = "\n".join([claim.reference, *claim.reasons])
        test.append(_element("failure", {"type": "verdict", "message": message}, text))
    test.append(_element("system-out", {}, f"split {claim.split}\nscore {claim.score:g}"))
    return test


def _test(name: str, classname: str, seconds: float) -> ET.Element:
    return _element("testcase", {"name": name, "classname": classname, "time": _seconds(seconds)})


def _values(scores: Mapping[str, Estimate]) -> dict[str, str]:
    """Each estimate as numbers of their own, the ones it has."""
    values: dict[str, str] = {}
    for name, item in scores.items():
        parts = {name: item.value, f"{name}.low": item.low, f"{name}.high": item.high, f"{name}.count": item.count}
        values |= {key: f"{value:g}" for key, value in parts.items() if value is not None}
    return values


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _element(tag: str, attributes: Mapping[str, str], text: str | None = None) -> ET.Element:
    element = ET.Element(tag, {name: NOT_XML.sub("", value) for name, value in attributes.items()})
    element.text = None if text is None else NOT_XML.sub("", text)
    return element


def _seconds(value: float) -> str:
    return f"{value:.3f}"
