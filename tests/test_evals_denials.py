"""A sentence denied, or one word of it turned: one thing is altered, and nothing else."""

import pytest

from evals.denials import denied, turned
from evals.editions import Edition, Judged, altered
from evals.gold import gold_file, load_claims
from ingest.plain import parse_text


@pytest.mark.parametrize(
    ("sentence", "opposite"),
    [
        ("The board did not pay.", "The board paid."),
        ("The board doesn't carry debts.", "The board carries debts."),
        ("The harbour has not yet been dredged.", "The harbour has been dredged."),
        ("The mayor had no plan.", "The mayor had some plan."),
        ("Nobody signed it.", "Someone signed it."),
        ("The ferry no longer runs.", "The ferry still runs."),
        ("Neither Norway nor Chile came.", "Both Norway and Chile came."),
        ("The clerk refused to resign.", "The clerk agreed to resign."),
        ("The guard left without telling anyone.", "The guard left while telling someone."),
        ("The deal was signed.", "The deal was not signed."),
        ("The council has two boats.", "The council does not have two boats."),
        ("The council has sold two boats.", "The council has not sold two boats."),
        ("Norway planned a port.", "Norway did not plan a port."),
        ("Norway flew the injured home.", "Norway did not fly the injured home."),
        ("Norway wants a port.", "Norway does not want a port."),
        ("Norway paid for it, not Chile.", "Norway did not pay for it, not Chile."),
        ("The clerks can't agree.", "The clerks can agree."),
        ("The mayor won't run.", "The mayor will run."),
        ("The pier relies on tolls.", "The pier does not rely on tolls."),
        ("The pier has had visitors.", "The pier has not had visitors."),
        ("Before prices soured, trade grew.", "Before prices soured, trade did not grow."),
        ("The mayor, who had left, was glad.", "The mayor, who had left, was not glad."),
    ],
)
def test_one_denial_more_or_less(sentence: str, opposite: str) -> None:
    assert denied(sentence) == opposite


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("Norway may join.", id="both can be so"),
        pytest.param("A port in Chile.", id="no verb"),
        pytest.param("What the judges decided is open.", id="a clause that denies nothing"),
    ],
)
def test_what_no_rule_fits_is_left(sentence: str) -> None:
    assert denied(sentence) is None


def test_most_claims_can_be_denied() -> None:
    claims = [claim.claim for claim in load_claims(gold_file("claims"))]
    opposites = [denied(claim) for claim in claims]
    assert sum(opposite is not None for opposite in opposites) > 0.75 * len(claims)
    assert all(opposite != claim for opposite, claim in zip(opposites, claims, strict=True))


@pytest.mark.parametrize(
    ("sentence", "opposite"),
    [
        ("Copper rose on Monday.", "Copper fell on Monday."),
        ("Southern farmers won.", "Northern farmers won."),
        ("The ferry no longer runs.", None),
        ("A long-lost boat sank.", None),
    ],
)
def test_a_word_is_turned_into_its_opposite(sentence: str, opposite: str | None) -> None:
    assert turned(sentence) == opposite


def test_what_is_altered_has_the_label_that_this_gives_it() -> None:
    text = "Norway sold Chile a ferry in 2011.\n\nThe mayor was glad.\n"
    edition = Edition([parse_text(text, path="harbour.txt", sha256="")])
    paragraph = edition.paragraphs_of("harbour")[0]
    held = Judged(edition, paragraph, "Norway sold Chile a ferry.", "supported", "harbour")
    failed = Judged(edition, paragraph, "The mayor was not glad.", "contradicted", "harbour", "negation")
    assert [(item.claim, item.label, item.kind) for judged in (held, failed) for item in altered(judged)] == [
        ("Norway did not sell Chile a ferry.", "contradicted", "denied"),
        ("Norway bought Chile a ferry.", "contradicted", "turned"),
        ("Chile sold Norway a ferry.", "contradicted", "exchanged"),
        ("The mayor was glad.", "supported", "denied"),
    ]
