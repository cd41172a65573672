"""Scores, against values worked out by hand."""

from __future__ import annotations

import pytest

from evals import scores
from evals.judge import grade
from evals.statistics import estimate, paired_difference
from evals.types import Estimate


def test_recall_counts_needed_paragraphs_among_the_first() -> None:
    assert scores.recall_at(2, ["a", "b", "c"], ["a", "c"]) == 0.5


def test_reciprocal_rank_is_of_the_first_needed() -> None:
    assert scores.reciprocal_rank(["x", "b", "a"], ["a", "b"]) == 0.5
    assert scores.reciprocal_rank(["x"], ["a"]) == 0.0


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"a": 2.0, "b": 1.0}, 1.0),
        ({"a": 1.0, "b": 2.0}, 0.5),
        ({"a": 0.0, "b": 0.0, "c": 0.0}, 1 / 3),
        ({"b": 1.0}, 0.0),
    ],
    ids=["first", "second", "tie", "not found"],
)
def test_the_rank_by_one_score_alone(found: dict[str, float], expected: float) -> None:
    assert scores.reciprocal_rank_by(found, ["a"]) == expected


def test_ndcg_is_one_for_the_ideal_order_and_less_otherwise() -> None:
    assert scores.ndcg_at(10, ["a", "b", "x"], ["a", "b"]) == 1.0
    assert scores.ndcg_at(10, ["x", "a"], ["a"]) == pytest.approx(0.6309, abs=1e-4)


@pytest.mark.parametrize(
    ("answer", "marks"),
    [
        ("It rained. [1] It snowed. [2][1]", (1, 2, 1)),
        ("In [2006] it rained. [0]", ()),
        ("No marks.", ()),
        ("One too many. [3]", ()),
    ],
)
def test_marks_are_those_with_a_citation_behind_them(answer: str, marks: tuple[int, ...]) -> None:
    assert scores.marks(answer, citations=2) == marks


def test_citation_precision_accepts_what_is_also_ok() -> None:
    assert scores.citation_precision(["a", "b", "x"], ["a"], ["b"]) == pytest.approx(2 / 3)
    assert scores.citation_precision([], ["a"], []) is None


def test_citation_recall_wants_the_minimal_set() -> None:
    assert scores.citation_recall(["a", "x"], ["a", "b"]) == 0.5


@pytest.mark.parametrize(
    ("text", "recall"),
    [
        ("“Any time and any place”, he said", 1.0),
        ("on a CASE-BY-CASE basis, at any time and any place", 1.0),
        ("nothing", 0.0),
    ],
)
def test_a_fact_is_found_in_any_wording_and_typography(text: str, recall: float) -> None:
    assert scores.fact_recall(text, [["case by case", "any time and any place"]]) == recall


def test_auroc_counts_ties_half() -> None:
    assert scores.auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == 0.875
    assert scores.auroc([1.0], [True]) is None


def test_the_coverage_risk_curve_answers_the_confident_first() -> None:
    curve = scores.coverage_risk([0.9, 0.5, 0.5], [1.0, 0.0, 1.0])
    assert curve == ((0.3333, 0.0), (1.0, 0.3333))
    assert scores.area_under(curve) == pytest.approx(0.2222, abs=1e-4)


def test_flags_are_all_verdicts_but_supported() -> None:
    found = scores.flag_scores(
        ["supported", "contradicted", "partial", "supported"], ["supported", "unsupported", "supported", "partial"]
    )
    assert found == {
        "support_flag_precision": 0.5,
        "support_flag_recall": 0.5,
        "support_flag_f1": 0.5,
        "support_false_flags": 0.5,
    }


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("It is right.\nGRADE: C", 1.0),
        ("GRADE: C would be too kind.\n**GRADE: P**", 0.5),
        ("grade: i", 0.0),
        ("I cannot say.", None),
        ("GRADE: Correct-ish", None),
    ],
)
def test_the_last_grade_counts(reply: str, expected: float | None) -> None:
    assert grade(reply) == expected


def test_an_estimate_has_an_interval_around_its_mean() -> None:
    found = estimate([0.0, 1.0] * 20)
    assert found.value == 0.5
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high


def test_an_estimate_is_the_same_each_time() -> None:
    assert estimate([0.0, 0.3, 1.0]) == estimate([0.0, 0.3, 1.0])


def test_no_values_have_no_estimate() -> None:
    assert estimate([]) == Estimate(None, None, None, 0)


def test_a_paired_difference_is_of_the_same_cases() -> None:
    assert paired_difference([0.0, 1.0], [0.5, 1.5]) == Estimate(0.5, 0.5, 0.5, 2)
