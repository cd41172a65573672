"""JUnit XML of a run: that it keeps to the schema of Jenkins, and what becomes a failure or is skipped."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from evals.junit import junit_xml
from evals.run import summarise
from evals.types import Case, ClaimCase, Probe

RIGHT = Case(
    id="q1",
    type="single",
    split="dev",
    answerable=True,
    question="When did the ferry sink?",
    expected="In 1921.",
    references=("ledger ¶1",),
    also_ok=(),
    history=(),
    status="answered",
    answer="The ferry sank in 1921. [1]",
    confidence=0.9,
    cited=("ledger ¶1",),
    retrieved=("ledger ¶1",),
    missing=(),
    violations=(),
    scores={"citation_recall": 1.0, "fact_recall": 1.0, "right": 1.0},
    tokens=12,
    milliseconds=1250.0,
)
WRONG = replace(RIGHT, id="q2", cited=(), scores={"citation_recall": 0.0, "fact_recall": 1.0, "right": 1.0})
UNSCORED = replace(RIGHT, id="q3", status="unscored", scores={}, error="No server.", milliseconds=0.0)
CLAIM = ClaimCase("c1", "number", "dev", "It sank twice.", "ledger ¶1", "contradicted", "contradicted", 0.1, ())
DENIED = Probe("denied", "It did not sink.", must_hold=False, verdict="supported")
PASSED_BOTH_WAYS = replace(CLAIM, id="c2", expected="supported", verdict="supported", probes=(DENIED,))
ATTRIBUTES = {  # of junit-10.xsd in Jenkins' xUnit plugin: those an element must have, and those it may have
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"time", "skipped"}),
    "properties": (set(), set()),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name"}, {"time", "classname", "group"}),
    "failure": (set(), {"type", "message"}),
    "skipped": (set(), {"type", "message"}),
    "system-out": (set(), set()),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "skipped", "system-out"},
}


def parsed(*cases: Case, claims: tuple[ClaimCase, ...] = ()) -> ET.Element:
    xml = junit_xml(summarise(cases, claims, settings={"mode": "extractive", "judge": None}, timings={}))
    return ET.fromstring(xml)  # noqa: S314 - our own


def test_keeps_to_the_schema_of_jenkins() -> None:
    wrong = replace(CLAIM, id="c2", verdict="supported")
    for element in parsed(RIGHT, WRONG, UNSCORED, claims=(CLAIM, wrong)).iter():
        needed, allowed = ATTRIBUTES[element.tag]
        assert needed <= set(element.attrib) <= needed | allowed
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())


def test_counts_tests_failures_and_skipped() -> None:
    root = parsed(RIGHT, WRONG, UNSCORED, claims=(CLAIM,))
    questions, claims = root
    assert root.attrib == {"name": "pilcrow eval", "tests": "4", "failures": "1", "errors": "0", "time": "2.500"}
    assert questions.attrib == {
        "name": "questions",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
        "time": "2.500",
    }
    assert (claims.get("name"), claims.get("tests")) == ("claims", "1")


def test_a_right_answer_passes() -> None:
    (test,) = parsed(RIGHT).iter("testcase")
    assert test.attrib == {"name": "q1 When did the ferry sink?", "classname": "questions.single", "time": "1.250"}
    assert [child.tag for child in test] == ["system-out"]


def test_a_wrong_answer_fails_with_what_was_expected() -> None:
    failure = parsed(WRONG).find(".//failure")
    assert failure is not None
    assert failure.attrib == {"type": "answer", "message": "paragraphs not cited (recall 0.00)"}
    assert failure.text == (
        "expected: In 1921.\ngot (answered, confidence 0.90): The ferry sank in 1921. [1]\n"
        "expected paragraphs: ledger ¶1\ncited paragraphs: none"
    )


def test_an_unscored_question_is_skipped() -> None:
    skipped = parsed(UNSCORED).find(".//testcase/skipped")
    assert skipped is not None
    assert skipped.attrib == {"type": "unscored", "message": "No server."}


def test_a_wrong_verdict_fails() -> None:
    failure = parsed(claims=(replace(CLAIM, verdict="supported", reasons=("It is near.",)),)).find(".//failure")
    assert failure is not None
    assert failure.attrib == {"type": "verdict", "message": "expected contradicted, got supported"}
    assert failure.text == "ledger ¶1\nIt is near."


def test_a_claim_that_passes_denied_too_fails() -> None:
    failure = parsed(claims=(PASSED_BOTH_WAYS,)).find(".//failure")
    assert failure is not None
    assert failure.attrib == {"type": "verdict", "message": "denied, it is supported: It did not sink."}


def test_scores_are_properties_of_the_suite() -> None:
    properties = {item.get("name"): item.get("value") for item in parsed(RIGHT, WRONG).iter("property")}
    assert properties["settings.mode"] == "extractive"
    assert properties["settings.judge"] == "null"
    assert properties["citation_recall"] == "0.5"
    assert properties["citation_recall.count"] == "2"
    assert properties["single.fact_recall.low"] == "1"


def test_scores_of_a_question_stand_in_its_output() -> None:
    output = parsed(RIGHT).find(".//system-out")
    assert output is not None
    assert output.text == "split dev\ntokens 12\ncitation_recall 1\nfact_recall 1\nright 1"


@pytest.mark.parametrize(
    "character",
    [
        pytest.param("\x00", id="null"),
        pytest.param("\x1b", id="escape"),
        pytest.param("\x0b", id="vertical tab"),
        pytest.param("\ud800", id="half a surrogate pair"),
        pytest.param("\uffff", id="not a character"),
    ],
)
def test_characters_that_xml_does_not_allow_are_left_out(character: str) -> None:
    case = replace(WRONG, question=f"Who{character}?", answer=f"It{character}.")
    root = parsed(case)
    assert next(root.iter("testcase")).get("name") == "q2 Who?"
    assert "It." in (root.findtext(".//failure") or "")


def test_markup_in_an_answer_stays_text() -> None:
    case = replace(WRONG, question='<b a="1">&', answer="]]></failure><x/>")
    failure = parsed(case).find(".//failure")
    assert failure is not None
    assert "]]></failure><x/>" in (failure.text or "")


def test_characters_of_every_plane_are_kept() -> None:
    assert next(parsed(replace(RIGHT, question="¶ 한국 😀\t?")).iter("testcase")).get("name") == "q1 ¶ 한국 😀\t?"
