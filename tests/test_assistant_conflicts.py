"""Where two documents disagree on what is asked: told with both quotes and dates, and not told where they agree."""

from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.bundle import make_bundle
from assistant.conflicts import disagreement
from assistant.render import answer_text
from assistant.verify import verify
from ingest import ingest

OLD = """---
date: 2011-03-01
title: Harbor report
---
# Harbor report

The harbor of Vik keeps 12 ferries for the fjord line. The mayor of Vik is Anna Lund.

The town council supports the new pier at Vik. Fishing boats land herring in the old dock every morning.
"""
NEW = """---
date: 2019-09-30
title: Harbor news
---
# Harbor news

The harbor of Vik now keeps 15 ferries for the fjord line. The mayor of Vik is Otto Berg.

The town council opposes the new pier at Vik. Fishing boats land herring in the old dock every morning.
"""


FERRIES = "How many ferries does the harbor of Vik keep for the fjord line?"


def opened(folder: Path, *, new: str) -> Assistant:
    """An assistant over the old document and a new one, whose sources lie in `sources`."""
    sources = folder / "sources"
    sources.mkdir()
    (sources / "old.md").write_text(OLD)
    (sources / "new.md").write_text(new)
    settings = Settings(index=folder / "index", mode="extractive")
    ingest([sources], settings)
    return Assistant.open(settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("disagreeing")


@pytest.fixture(scope="module")
def disagreeing(folder: Path) -> Assistant:
    return opened(folder, new=NEW)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("The harbor of Vik keeps 12 ferries.", "The harbor of Vik keeps 15 ferries.", ("12 ferries", "15 ferries")),
        ("The council supports the pier at Vik.", "The council opposes the pier at Vik.", ("supports", "opposes")),
        ("The mayor of Vik town is Anna Lund.", "The mayor of Vik town is Otto Berg.", ("Anna Lund", "Otto Berg")),
        ("The council will build the pier at Vik.", "The council will not build the pier at Vik.", ("", "")),
        ("The plant has three chimneys.", "The plant has four chimneys.", ("three chimneys", "four chimneys")),
        (
            "The director of the harbour authority is Anna Berg.",
            "Carl Olsen, director of the harbour authority, opened the pier.",
            ("Anna Berg", "Carl Olsen"),
        ),
        (
            "Kessel produced 1,200 tonnes of cement in 2021.",
            "In 2021 Kessel produced 1,500 tonnes of cement.",
            ("1,200 tonnes", "1,500 tonnes"),
        ),
    ],
    ids=["number", "opposite word", "office", "denial", "number in words", "holder of an office", "figure of one year"],
)
def test_sentences_that_disagree(one: str, other: str, words: tuple[str, str]) -> None:
    found = disagreement(one, other)
    assert found is not None
    assert (found.one, found.other) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The harbor of Vik keeps 12 ferries.", "The harbor of Vik keeps 12 ferries."),
        ("The harbor of Vik keeps 12 ferries.", "The harbor of Vik keeps twelve ferries."),
        ("The harbor of Vik keeps 12 ferries.", "The harbor of Vik has 15 cranes and 12 ferries."),
        ("The harbor of Vik keeps 12 ferries.", "The airport of Oslo keeps 15 planes."),
        ("The council met at Vik on 1 March.", "The council met at Vik on 30 September."),
        ("The council met Anna Lund at Vik.", "The council met Otto Berg at Vik."),
        ("The council supports the pier at Vik.", "Nobody who fishes herring opposes the weather."),
        ("Kessel produced 1,200 tonnes of cement in 2021.", "Kessel produced 1,500 tonnes of cement in 2022."),
        ("Kessel, built in 1975, made 1,200 bricks in May.", "Kessel, built in 1975, made 1,500 bricks in June."),
        ("In 2010 the mayor of Vik town was Anna Lund.", "In 2020 the mayor of Vik town was Otto Berg."),
        ("The director of the harbour of Vik is Anna Lund.", "The deputy director of the harbour of Vik is Otto Berg."),
        ("The director of the harbour of Vik is Anna Lund.", "The director of the harbour of Vik is Lund."),
    ],
    ids=[
        *("same", "in words", "other things", "other places", "dates", "two people met", "something else"),
        *("figures of two years", "figures of two months", "offices of two years", "two offices", "a name in short"),
    ],
)
def test_sentences_that_do_not_disagree(one: str, other: str) -> None:
    assert disagreement(one, other) is None


@pytest.mark.parametrize(
    ("dates", "told"), [(("2020-03-01", "2021-03-01"), False), (("2020-03-01", "2020-09-01"), True)]
)
def test_last_year_is_reckoned_from_the_document(dates: tuple[str, str], told: bool) -> None:
    one, other = (
        "Kessel produced 1,200 tonnes of cement last year.",
        "Kessel produced 1,500 tonnes of cement last year.",
    )
    assert (disagreement(one, other, dates=dates) is not None) is told


def test_another_figure_is_told_with_both_quotes_and_dates(disagreeing: Assistant) -> None:
    answer = disagreeing.ask(FERRIES)
    (conflict,) = answer.conflicts
    assert conflict.text == (
        "The documents differ: old (2011-03-01) has “12 ferries” and new (2019-09-30) has “15 ferries”."
    )
    sides = [answer.citations[number - 1] for number in conflict.citations]
    assert [(side.document.date, "12 ferries" in side.quote, "15 ferries" in side.quote) for side in sides] == [
        ("2011-03-01", True, False),
        ("2019-09-30", False, True),
    ]


def test_the_opposite_is_told(disagreeing: Assistant) -> None:
    answer = disagreeing.ask("Does the town council support the new pier at Vik?")
    assert [conflict.text for conflict in answer.conflicts] == [
        "The documents differ: old (2011-03-01) has “supports” and new (2019-09-30) has “opposes”."
    ]


def test_the_same_facts_under_another_date_are_no_conflict(tmp_path: Path) -> None:
    same = OLD.replace("2011-03-01", "2019-09-30").replace("Harbor report", "Harbor news")
    answer = opened(tmp_path, new=same).ask(FERRIES)
    assert answer.claims
    assert answer.conflicts == ()


def test_a_conflict_is_shown_and_verified(disagreeing: Assistant, folder: Path) -> None:
    answer = disagreeing.ask(FERRIES)
    assert "≠ The documents differ: old (2011-03-01) has “12 ferries”" in " ".join(answer_text(answer).split())
    bundle = make_bundle(answer, disagreeing.settings)
    assert verify(bundle, documents=[folder / "sources"]).holds
    bundle["answer"]["conflicts"][0]["citations"].reverse()
    fields = {problem.field for problem in verify(bundle, documents=[folder / "sources"]).problems}
    assert {"/answer/answer", "/answer/conflicts/0/citations/0"} <= fields
