"""A statement put into a sentence that rejects it, leaves it open or asserts it."""

from __future__ import annotations

import pytest

from assistant import Assistant
from evals.frames import FRAMES, framed
from evals.gold import GoldClaim
from evals.run import evaluate


@pytest.mark.parametrize(
    ("statement", "clause"),
    [
        ("The ferry sank.", "the ferry sank"),
        ("A man left!", "a man left"),
        ("NATO agreed.", "NATO agreed"),
        ("U.S. troops left.", "U.S. troops left"),
        ("Kang doubted it.", "Kang doubted it"),
        ("I left.", "I left"),
    ],
)
def test_a_statement_stands_in_its_frame_as_a_clause(statement: str, clause: str) -> None:
    assert all(clause in item.sentence for item in framed(statement, "measured"))


def test_a_statement_is_rejected_left_open_and_asserted() -> None:
    made = list(framed("The ferry sank.", "learned"))
    assert [(item.kind, item.label) for item in made] == [
        ("rejected", "contradicted"),
        ("open", "unsupported"),
        ("asserted", "supported"),
    ]
    assert all(item.sentence[0].isupper() and item.sentence.endswith(".") for item in made)


def test_no_frame_is_both_learned_and_measured() -> None:
    learned, measured = (
        {frame for group in FRAMES[lot].values() for frame in group} for lot in ("learned", "measured")
    )
    assert not learned & measured
    assert all(frame.count("{}") == 1 for frame in learned | measured)


def test_a_true_claim_is_put_to_further_tests(bundled_assistant: Assistant) -> None:
    claim = GoldClaim(
        id="c1",
        split="dev",
        claim="VERSHBOW signed it.",
        reference="06SEOUL1789 header",
        label="supported",
        kind="near",
    )
    (case,) = evaluate(bundled_assistant, (), (claim,), settings={}).claims
    assert [probe.kind for probe in case.probes] == ["denied", "rejected", "open", "asserted"]
    assert [probe.holds for probe in case.probes] == [False, False, False, True]
    assert case.probes[0].text == "VERSHBOW did not sign it."
