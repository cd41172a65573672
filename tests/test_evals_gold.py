"""Gold files: what is in them, and what a bad one is told."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from assistant import Assistant
from evals.editions import KEPT, UNTOUCHED, editions, read_rows, set_apart, worded, written_sets
from evals.errors import GoldError
from evals.gold import GoldClaim, check_references, gold_file, load_claims, load_questions
from evals.run import check_gold

QUESTIONS = load_questions(gold_file("questions"))
CLAIMS = load_claims(gold_file("claims"))
PUBLIC = re.compile(r"p\d{4}|scifact-[0-9a-f]{12}")  # paragraphs of public sets, which are not here
GOOD = {
    "id": "q1",
    "split": "dev",
    "type": "single",
    "question": "Where did it rain?",
    "history": [],
    "answer": "In Oslo.",
    "facts": [["Oslo"]],
    "references": ["notes ¶1"],
    "also_ok": [],
    "answerable": True,
}


@cache
def claims_of(name: str) -> tuple[GoldClaim, ...]:
    return load_claims(gold_file(name))


def worded_of(*names: str) -> set[str]:
    return {worded(claim.claim) for name in names for claim in claims_of(name)}


def test_every_numbered_paragraph_is_the_target_of_three_questions() -> None:
    targets = Counter(item.references[0] for item in QUESTIONS if item.type == "single")
    paragraphs = [f"06SEOUL1789 ¶{number}" for number in range(1, 5)]
    paragraphs += [f"koreapro-2197111 ¶{number}" for number in range(1, 24)]
    assert all(targets[reference] >= 3 for reference in paragraphs)


def test_there_are_enough_of_each_type() -> None:
    types = Counter(item.type for item in QUESTIONS)
    assert len(QUESTIONS) >= 150
    assert types["unanswerable"] >= 35
    assert min(types.values()) >= 12


def test_comparisons_need_both_documents() -> None:
    for item in QUESTIONS:
        if item.type == "comparison":
            assert {reference.split()[0] for reference in item.references} == {"06SEOUL1789", "koreapro-2197111"}


def test_there_are_enough_claims_of_each_label() -> None:
    labels = Counter(claim.label for claim in CLAIMS)
    assert len(CLAIMS) >= 200
    assert min(labels.values()) >= 30


def test_gold_refers_to_paragraphs_of_either_edition(assistant: Assistant) -> None:
    known = [
        item.reference for document in assistant.documents() for item in assistant.paragraphs(document.document_id)
    ]
    more = [claim for name in ("claims_more", "claims_unseen") for claim in load_claims(gold_file(name))]
    check_gold(QUESTIONS, (*CLAIMS, *more), known)


def test_written_claims_are_about_paragraphs_that_there_are(bundled_assistant: Assistant) -> None:
    lines = gold_file("written/paragraphs").read_text(encoding="utf8").splitlines()
    own = {row["paragraph"] for row in map(json.loads, lines)}
    claims = {name: claims_of(f"written/{name}") for name in written_sets()}
    of_documents = {claim.reference for found in claims.values() for claim in found} - own
    assert len(own) == len(lines)
    for reference in of_documents:
        if not PUBLIC.fullmatch(reference):
            assert bundled_assistant.paragraph(reference).text
    assert set(KEPT) < set(claims)
    assert sum(map(len, claims.values())) > 10_000


def test_no_claim_is_learned_that_the_check_is_fitted_with_or_measured_on() -> None:
    names = [f"written/{name}" for name in written_sets() if name not in (*KEPT, *UNTOUCHED)]
    assert worded_of(*names) & set_apart() == set()


def test_no_claim_is_fitted_with_that_is_measured_on() -> None:
    fitted = worded_of("claims_more", *(f"written/{name}" for name in KEPT))
    measured = worded_of("claims_unseen", *(f"written/{name}" for name in UNTOUCHED))
    halves = {split: {worded(claim.claim) for claim in CLAIMS if claim.split == split} for split in ("dev", "test")}
    assert (fitted | halves["dev"]) & (measured | halves["test"]) == set()


def test_written_claims_do_not_give_their_label_away() -> None:
    claims = [claim for name in written_sets() for claim in claims_of(f"written/{name}")]
    assert 0.45 < sum(claim.label == "supported" for claim in claims) / len(claims) < 0.55


def test_every_fact_stands_in_its_references_in_either_edition(assistant: Assistant) -> None:
    from evals.scores import fact_recall

    for item in QUESTIONS:
        if item.answerable:
            texts = " ".join(assistant.paragraph(reference).text for reference in (*item.references, *item.also_ok))
            assert fact_recall(texts, item.facts) == 1, item.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"split": "train"}, "split: Input should be 'dev' or 'test'.", id="split"),
        pytest.param({"extra": 1}, "extra: Extra inputs are not permitted.", id="unknown field"),
        pytest.param({"question": " ?!"}, "question: String should match pattern", id="no words"),
        pytest.param({"question": "why " * 1001}, "question: String should have at most 4000 characters", id="long"),
        pytest.param({"facts": []}, "an answerable question has references and facts", id="no facts"),
        pytest.param({"facts": [[" "]]}, "each fact is a list of one or more wordings", id="empty wording"),
    ],
)
def test_a_bad_line_is_named_with_its_file(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{json.dumps({**GOOD, 'id': 'q2', **change})}\n", encoding="utf8")
    with pytest.raises(GoldError) as caught:
        load_questions(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("content", ["", "\n\n"], ids=["empty", "blank"])
def test_a_file_without_questions_is_said_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(content, encoding="utf8")
    with pytest.raises(GoldError, match="no questions in it"):
        load_questions(path)


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("not json\n", encoding="utf8")
    with pytest.raises(GoldError, match="line 1"):
        load_questions(path)


@pytest.mark.parametrize("character", ["\u2028", "\x85"], ids=["line separator", "next line"])
def test_a_line_ends_at_a_newline_only(tmp_path: Path, character: str) -> None:
    path = tmp_path / "gold.jsonl"
    question = f"Where did{character}it rain?"
    path.write_text(json.dumps({**GOOD, "question": question}, ensure_ascii=False) + "\n", encoding="utf8")
    assert [item.question for item in load_questions(path)] == [question]
    assert [row["question"] for row in read_rows(path)] == [question]


def test_an_id_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{json.dumps(GOOD)}\n", encoding="utf8")
    with pytest.raises(GoldError, match="line 2: the id q1 occurs before"):
        load_questions(path)


def test_an_unknown_reference_names_the_nearest() -> None:
    with pytest.raises(GoldError) as caught:
        check_references([("q7", "06SEOUL1798 ¶3")], ["06SEOUL1789 ¶3", "06SEOUL1789 ¶4", "news ¶1"])
    assert str(caught.value).startswith(
        "q7 refers to 06SEOUL1798 ¶3, which the index does not hold. Nearest: 06SEOUL1789 ¶3,"
    )


def test_an_edition_measures_as_the_index_does(bundled_assistant: Assistant) -> None:
    (edition,) = editions(None)
    claim = next(claim for claim in load_claims(gold_file("claims")) if claim.split == "dev")
    paragraph = bundled_assistant.paragraph(claim.reference)
    document = next(item for item in bundled_assistant.documents() if item.document_id == paragraph.document_id)
    measured = bundled_assistant.checker.measure(claim.claim, paragraph, document)
    assert edition.measured(claim.claim, edition.paragraphs([claim.reference])[claim.reference]) == measured
