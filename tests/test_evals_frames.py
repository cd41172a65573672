"""A statement put into a sentence that rejects it, leaves it open or asserts it, and the probes made of it."""

from __future__ import annotations

import pytest

from assistant import Assistant
from evals.frames import FRAMES, framed
from evals.gold import GoldClaim
from evals.run import PROBED, evaluate, summarise
from evals.types import ClaimCase, Probe

SIGNED = GoldClaim(
    id="c1", split="dev", claim="VERSHBOW signed it.", reference="06SEOUL1789 header", label="supported", kind="near"
)


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
    made = {(item.kind, item.label): item.sentence for item in framed("NATO agreed.", "measured")}
    assert list(made) == [("rejected", "contradicted"), ("open", "unsupported"), ("asserted", "supported")]
    for (kind, _), sentence in made.items():
        assert sentence in {frame.format("NATO agreed") for frame in FRAMES["measured"][kind]}


def test_no_frame_is_both_learned_and_measured() -> None:
    learned, measured = (
        {frame for group in FRAMES[lot].values() for frame in group} for lot in ("learned", "measured")
    )
    assert not learned & measured


def test_a_frame_has_one_place_for_a_statement() -> None:
    assert all(frame.count("{}") == 1 for lot in FRAMES.values() for group in lot.values() for frame in group)


def test_a_true_claim_is_probed(bundled_assistant: Assistant) -> None:
    (case,) = evaluate(bundled_assistant, (), (SIGNED,), settings={}).claims
    assert [(probe.kind, probe.must_hold) for probe in case.probes] == [
        ("denied", False),
        ("reversed", False),
        ("rejected", False),
        ("open", False),
        ("asserted", True),
    ]
    assert case.probes[0].text == "VERSHBOW did not sign it."


def test_a_claim_that_is_not_supported_is_not_probed(bundled_assistant: Assistant) -> None:
    claim = SIGNED.model_copy(update={"claim": "Kang signed it.", "label": "contradicted"})
    (case,) = evaluate(bundled_assistant, (), (claim,), settings={}).claims
    assert case.probes == ()


def test_scores_are_the_shares_of_probes_that_pass() -> None:
    probes = (
        Probe("denied", "It did not sink.", must_hold=False, verdict="partial"),
        Probe("reversed", "It did not sink.", must_hold=False, verdict="contradicted"),
        Probe("rejected", "That it sank is a lie.", must_hold=False, verdict="supported"),
        Probe("open", "Did it sink?", must_hold=False, verdict="unsupported"),
        Probe("asserted", "Alas, it sank.", must_hold=True, verdict="unsupported"),
    )
    claim = ClaimCase("c1", "near", "dev", "It sank.", "ledger ¶1", "supported", "supported", 0.9, (), probes=probes)
    scores = summarise((), (claim,), settings={}, timings={}).scores
    assert {name: scores[name].value for name in PROBED} == {
        "support_denials_caught": 1.0,
        "support_reversals_caught": 1.0,
        "support_mentions_caught": 0.5,
        "support_assertions_kept": 0.0,
    }


def test_without_probes_there_is_no_share() -> None:
    claim = ClaimCase("c1", "near", "dev", "It sank.", "ledger ¶1", "supported", "supported", 0.9, ())
    assert summarise((), (claim,), settings={}, timings={}).scores["support_mentions_caught"].value is None
