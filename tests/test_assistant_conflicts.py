"""Where two documents disagree on what is asked: told with both quotes and dates, and not told where they agree."""

from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.bundle import make_bundle
from assistant.citations import CitationList, check_contract
from assistant.conflicts import Difference, difference, with_conflicts
from assistant.render import answer_text
from assistant.types import Claim, Draft, Passage, Verdict
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


def opened(folder: Path, **documents: str) -> Assistant:
    """An assistant over the old document and others by their names, whose sources lie in `sources`."""
    sources = folder / "sources"
    sources.mkdir()
    for name, text in ({"old": OLD} | documents).items():
        (sources / f"{name}.md").write_text(text)
    settings = Settings(index=folder / "index", mode="extractive")
    ingest([sources], settings)
    return Assistant.open(settings)


def cite(numbered: CitationList, passage: Passage, quote: str) -> int:
    """The number of the citation of a quote."""
    start = passage.paragraph.text.index(quote)
    return numbered.cite_span(passage, start, start + len(quote))


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
    assert difference(one, other) == Difference(*words)


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
    found = difference(one, other)
    assert found is None or found.over_time


@pytest.mark.parametrize(
    ("dates", "over_time"), [(("2020-03-01", "2021-03-01"), True), (("2020-03-01", "2020-09-01"), False)]
)
def test_last_year_is_reckoned_from_the_document(dates: tuple[str, str], over_time: bool) -> None:
    one, other = (
        "Kessel produced 1,200 tonnes of cement last year.",
        "Kessel produced 1,500 tonnes of cement last year.",
    )
    found = difference(one, other, dates=dates)
    assert found is not None
    assert found.over_time is over_time


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


@pytest.mark.parametrize("quote", ["keeps 15 ferries", "The harbor of Vik"], ids=["holds the number", "does not"])
def test_a_citation_of_a_part_of_a_sentence_keeps_the_marks_in_order(disagreeing: Assistant, quote: str) -> None:
    passages = disagreeing.search(FERRIES)
    numbered = CitationList()
    (passage,) = (item for item in passages if "15 ferries" in item.paragraph.text)
    claim = Claim("The harbor of Vik keeps 15 ferries.", (cite(numbered, passage, quote),), Verdict("supported"))
    draft = with_conflicts(Draft((claim,), numbered.all()), FERRIES, passages)
    check_contract((*draft.claims, *draft.conflicts), draft.citations)
    (conflict,) = draft.conflicts
    assert conflict.citations == ((2, 1) if "15" in quote else (2, 3))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("keeps 12 (new) ferries", "keeps 15 ferries", ("12 (new) ferries", "15 ferries")),
        ("keeps 10 to 12 ferries", "keeps 15 ferries", ("10 to 12 ferries", "15 ferries")),
        ("keeps about 12 ferries", "keeps more than 20 ferries", ("about 12 ferries", "more than 20 ferries")),
        ("owns $4 million in land", "owns $6 million in land", ("$4 million in land", "$6 million in land")),
    ],
    ids=["brackets", "range", "hedged", "money"],
)
def test_the_words_are_a_slice_of_the_sentence(one: str, other: str, words: tuple[str, str]) -> None:
    assert difference(f"The harbor of Vik {one}.", f"The harbor of Vik {other}.") == Difference(*words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The harbor of Vik has about 1,200 boats.", "The harbor of Vik has 1,197 boats."),
        ("The harbor of Vik has 1,200 boats.", "The harbor of Vik has 1,197 boats."),
        ("The harbor of Vik keeps more than 10 ferries.", "The harbor of Vik keeps 12 ferries."),
        ("At least 20 sailors live in the harbor of Vik.", "25 sailors live in the harbor of Vik."),
        ("The harbor of Vik keeps up to 20 ferries.", "The harbor of Vik keeps 12 ferries."),
        ("The harbor of Vik keeps 10 to 12 ferries.", "The harbor of Vik keeps 11 ferries."),
        ("The harbor of Vik keeps between 10 and 12 ferries.", "The harbor of Vik keeps 11 ferries."),
        ("The bridge at Vik is 5 kilometers long.", "The bridge at Vik is 5,000 metres long."),
        ("The bridge at Vik is 5km long.", "The bridge at Vik is 3.1 miles long."),
        ("The bridge at Vik cost $4 million.", "The bridge at Vik cost €6 million."),
        ("The harbor of Vik keeps 12 ferries in summer.", "The harbor of Vik keeps 15 ferries in winter."),
        ("The plant at Vik makes 10 engines a day.", "The plant at Vik makes 70 engines a week."),
        ("The harbor of Vik keeps 12 ferries for cars.", "The harbor of Vik keeps 15 ferries for trucks."),
        ("The northern harbor of Vik keeps 12 ferries.", "The southern harbor of Vik keeps 15 ferries."),
        ("The harbor of Vik keeps 12 ferries in Vik.", "The harbor of Vik keeps 15 cranes in Vik."),
        ("The oven at Vik reached 30 degrees Celsius.", "The oven at Vik reached 86 degrees Fahrenheit."),
        ("Ten of the ferries of Vik harbor are old.", "The 15 ferries of Vik harbor are old."),
        ("The mayor of Vik town is 52 years old.", "The mayor of Vik town is 54 years old."),
        ("The harbor of Vik keeps 12 ferries.", "The harbor of Vik will keep 15 ferries."),
    ],
    ids=[
        *("about", "rounded", "more than", "at least", "up to", "range", "between", "metres", "miles", "currencies"),
        *("seasons", "rates", "purposes", "other subjects", "the same place"),
        *("degrees", "a part", "ages", "a plan"),
    ],
)
def test_figures_that_can_both_be_true(one: str, other: str) -> None:
    assert difference(one, other) is None
    assert difference(other, one) is None


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who built the harbor of Vik?", False),
        ("Who built the ferries of Vik?", False),
        ("How many ferries does the harbor of Vik keep?", True),
        ("How many ferries are there in Vik?", True),
    ],
)
def test_only_what_is_asked_is_told(disagreeing: Assistant, question: str, told: bool) -> None:
    passages = disagreeing.search(FERRIES)
    numbered = CitationList()
    (passage,) = (item for item in passages if "15 ferries" in item.paragraph.text)
    claim = Claim("Claimed.", (cite(numbered, passage, "keeps 15 ferries"),), Verdict("supported"))
    draft = with_conflicts(Draft((claim,), numbered.all()), question, passages)
    assert bool(draft.conflicts) is told


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("Inflation in Vik stood at 5 percent.", "Inflation in Vik stood at 7 percent.", ("5 percent", "7 percent")),
        ("The pier at Vik cost $4 million.", "The pier at Vik cost $6 million.", ("$4 million", "$6 million")),
        ("The bridge at Vik is open.", "The bridge at Vik is closed.", ("open", "closed")),
        ("The bridge at Vik is 5 kilometers long.", "The bridge at Vik is 7 km long.", ("5 kilometers", "7 km")),
    ],
    ids=["percent", "money", "state", "length"],
)
def test_short_sentences_that_disagree(one: str, other: str, words: tuple[str, str]) -> None:
    assert difference(one, other) == Difference(*words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Inflation in Vik stood at 5 percent.", "Unemployment in Vik stood at 7 percent."),
        ("Exports to Vik rose 5 percent.", "Imports to Vik rose 7 percent."),
        ("The price of bread in Vik rose 5 percent.", "The price of milk in Vik rose 7 percent."),
        ("The bridge at Vik is open.", "The bridge at Vik was closed."),
        ("The bridge at Vik is not open.", "The bridge at Vik is closed."),
        ("The bridge at Vik is open to cars.", "The bridge at Vik is closed to trucks."),
    ],
    ids=["other figure", "imports", "other goods", "tenses", "not open", "other users"],
)
def test_short_sentences_that_do_not_disagree(one: str, other: str) -> None:
    assert difference(one, other) is None


def test_figures_of_two_times_differ_over_time(tmp_path: Path) -> None:
    kept = "The harbor of Vik keeps 12 ferries"
    old = OLD.replace(kept, "In 2010 the harbor of Vik kept 12 ferries")
    new = NEW.replace("The harbor of Vik now keeps 15 ferries", "In 2018 the harbor of Vik kept 15 ferries")
    answer = opened(tmp_path, old=old, new=new).ask(FERRIES)
    assert [conflict.text for conflict in answer.conflicts] == [
        "The documents differ over time: old (2011-03-01) has “12 ferries” and new (2019-09-30) has “15 ferries”."
    ]


@pytest.mark.parametrize(
    ("one", "other", "over_time"),
    [
        ("In 2010 the harbor kept 12 ferries.", "In 2020 the harbor kept 15 ferries.", True),
        ("In 2010 the harbor kept 12 ferries.", "The harbor keeps 15 ferries.", True),
        ("In 2019 the harbor kept 12 ferries.", "The harbor keeps 15 ferries.", False),
        ("In 2010 the town council supported the pier.", "In 2020 the town council opposed the pier.", True),
        ("The harbor keeps 12 ferries.", "The harbor keeps 15 ferries.", False),
    ],
    ids=["two years", "a year and a date", "the year of the date", "opposites", "no times"],
)
def test_what_times_are_told_decides(one: str, other: str, over_time: bool) -> None:
    found = difference(one, other, dates=("2011-03-01", "2019-09-30"))
    assert found is not None
    assert found.over_time is over_time


def test_a_third_document_is_told_too(tmp_path: Path) -> None:
    third = NEW.replace("2019-09-30", "2015-05-05").replace("15 ferries", "14 ferries")
    answer = opened(tmp_path, new=NEW, third=third).ask(FERRIES)
    assert [conflict.text for conflict in answer.conflicts] == [
        "The documents differ: old (2011-03-01) has “12 ferries”, third (2015-05-05) has “14 ferries” "
        "and new (2019-09-30) has “15 ferries”."
    ]
