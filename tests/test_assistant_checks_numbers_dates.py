"""The numbers and times of a claim, however either side writes them."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.checks.dates import check_dates, day_in_words, day_of
from assistant.support import measure_support

DATE = "2022-06-20"
MEASURES = ("missing_number", "missing_figure", "missing_ordinal", "wrong_time", "missing_time")


def _raised(claim: str, paragraph: str) -> set[str]:
    measures = measure_support(claim, paragraph, date=DATE).measures
    return {name for name in MEASURES if measures[name] > 0}


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("4.1 million people fled.", "4,100,000 people fled."),
        ("It costs $2.3 billion.", "It costs 2,300 million dollars."),
        ("It costs between 5 and 6 billion dollars.", "It costs 5 billion and 6 billion."),
        ("It costs between 5 billion and 6 billion dollars.", "It costs between 5 and 6 billion dollars."),
        ("It costs $5-6 billion.", "It costs $5 billion to $6 billion."),
        ("It costs $5 billion.", "It costs $5-6 billion."),
        ("It was a $40-million deal.", "It was a $40 million deal."),
        ("It was a $40 million deal.", "It was a $40-million deal."),
        ("It holds 1.2m people.", "It holds 1.2 million people."),
        ("It holds 1.2 million people.", "It holds 1.2m people."),
        ("It costs 40 mn dollars.", "It costs 40 million dollars."),
        ("It costs EUR 40m.", "It costs 40 million euros."),
        ("It costs 40 million euros.", "It costs EUR 40m."),
        ("It costs €40 million.", "It costs 40 million euros."),
    ],
)
def test_a_scale_is_the_same_however_it_is_written(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("1 person died.", "One person died."),
        ("1 in 5 people fled.", "One in five people fled."),
        ("25% of people fled.", "A quarter of people fled."),
        ("A quarter of people fled.", "25% of people fled."),
        ("66 percent of people fled.", "Two-thirds of people fled."),
        ("67 percent of people fled.", "Two thirds of people fled."),
        ("Two-thirds of people fled.", "66 percent of people fled."),
        ("Trade rose by 50 percent.", "Trade rose by half."),
        ("Trade rose by half.", "Trade rose by 50 percent."),
        ("500,000 people fled.", "Half a million people fled."),
        ("Half a million people fled.", "500,000 people fled."),
        ("6 ships came.", "Half a dozen ships came."),
        ("Half a dozen ships came.", "6 ships came."),
        ("One of the ministers left.", "A minister left."),
        ("It fell by 5 points.", "It fell by 5 percentage points."),
        ("Half of the ships sank.", "Of 40 ships 20 sank."),
        ("More than half of the ships sank.", "Of 40 ships 22 sank, two-thirds of them old."),
        ("Trade fell for seven quarters.", "Trade fell for the seventh quarter in a row."),
        ("It took a third of the ships.", "It took one third of the ships."),
    ],
)
def test_a_part_is_the_same_however_it_is_written(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("About 50 percent fled.", "49.8 percent fled."),
        ("More than 100 people fled.", "104 people fled."),
        ("Nearly 50 ships came.", "49 ships came."),
        ("Almost 50 ships came.", "48 ships came."),
        ("Some 200 people fled.", "205 people fled."),
        ("Over 1,000 people fled.", "1,040 people fled."),
        ("At least 100 people fled.", "102 people fled."),
        ("Roughly 300 people fled.", "291 people fled."),
        ("76 to 85 percent fled.", "76.3 to 85.4 percent fled."),
        ("The budget was 1.4 million euros.", "The budget was 1.36 million euros."),
        ("The budget was 1.4 million euros.", "The budget was 1,360,000 euros."),
        ("Output fell by 12 percent.", "Growth was -12.4 percent."),
    ],
)
def test_a_rounded_number_is_near_what_was_counted(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("More than 100 people fled.", "96 people fled."),
        ("Nearly 50 ships came.", "52 ships came."),
        ("About 50 ships came.", "60 ships came."),
        ("50 ships came.", "49 ships came."),
        ("€40 million was paid.", "$40 million was paid."),
        ("40 tanks were lost.", "40 percent of tanks were lost."),
        ("40 percent of tanks were lost.", "40 tanks were lost."),
        ("Growth was -5 percent.", "Growth was 5 percent."),
        ("Growth was 5 percent.", "Growth was -5 percent."),
        ("Some 2022 soldiers were killed.", "Several soldiers were killed."),
        ("The budget was 2000 dollars.", "It was 500 dollars in 2000."),
        ("13 percent fled.", "12.4 percent fled."),
        ("12.4 percent fled.", "12 percent fled."),
        ("1 million people fled.", "1.4 million people fled."),
        ("More than 76 percent fled.", "75.8 percent fled."),
        ("At least 80 percent fled.", "79.6 percent fled."),
        ("Nearly 77 percent fled.", "77.4 percent fled."),
        ("Up to 12 percent fled.", "12.4 percent fled."),
        ("Exactly 76 percent fled.", "76.3 percent fled."),
        ("Article 3 forbids it.", "Article 3.1 forbids it."),
        ("About 2022 were killed.", "It was in 2022 that some were killed."),
    ],
)
def test_a_figure_that_is_another_is_missing(claim: str, paragraph: str) -> None:
    assert "missing_figure" in _raised(claim, paragraph)


def test_a_code_in_brackets_after_its_long_form_is_not_looked_for() -> None:
    assert not _raised("They lack vitamin B6 (VB6).", "They lack vitamin B6.")


def test_a_code_that_tells_a_kind_may_be_a_number_in_other_words() -> None:
    assert _raised("It grew an M2-like coat.", "It grew a coat of that kind.") == {"missing_number"}


@pytest.mark.parametrize(
    ("claim", "paragraph", "measure"),
    [
        ("Three-quarters of people fled.", "Two-thirds of people fled.", "missing_number"),
        ("Half a million people fled.", "Half a dozen people fled.", "missing_number"),
        ("He was the thirteenth president.", "He was the fourteenth president.", "missing_ordinal"),
        ("It was the fiftieth year.", "It was the fortieth year.", "missing_ordinal"),
        ("It was the fifth summit.", "It was a summit of five leaders.", "missing_ordinal"),
    ],
)
def test_a_number_in_words_that_is_another_is_missing(claim: str, paragraph: str, measure: str) -> None:
    assert measure in _raised(claim, paragraph)


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("It was the thirteenth round.", "It was the 13th round."),
        ("It breaks the fifth article.", "It breaks Article 5."),
        ("It was built in the twentieth century.", "It was built in the 20th century."),
    ],
)
def test_an_ordinal_is_the_same_however_it_is_written(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("It lasted 10 years.", "It lasted a decade."),
        ("It lasted a decade.", "It lasted 10 years."),
        ("It lasted 14 days.", "It lasted two weeks."),
        ("It lasted two weeks.", "It lasted 14 days."),
        ("It was built 50 years ago.", "It was built half a century ago."),
    ],
)
def test_a_length_of_time_is_the_same_in_other_units(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("25 people died in May.", "In May 25 people died."),
        ("In May 25 people died.", "25 people died in May."),
        ("In March 12 ships came.", "12 ships came in March."),
    ],
)
def test_a_count_after_a_month_is_no_day(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("It ran from 2019 to 2021.", "It ran 2019-2021."),
        ("It ran 2019-2021.", "It ran from 2019 to 2021."),
        ("It ran from 2019 to 2021.", "It ran 2019–21."),
        ("It ran between 2019 and 2021.", "It ran 2019/21."),
        ("In 2019 trade grew.", "In the 2019-2020 season trade grew."),
        ("Trade grew in 2020.", "Trade grew in 2019–21."),
        ("It ran in April.", "It ran from March to May."),
        ("It ran in April 2021.", "It ran from March to May 2021."),
    ],
)
def test_a_range_is_one_time_from_first_to_last(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("It began before 2021.", "It began in 2019."),
        ("It began after 2010.", "It began in 2019."),
        ("He won two years later.", "The law passed in 2015. He won in 2017."),
        ("It ended the following year.", "The summit of 2019 ended in 2020."),
        ("He left the next day.", "He came on 10 May 2022 and left on 11 May 2022."),
        ("He left the day before yesterday.", "He left on 18 June."),
        ("He left on 18 June 2022.", "He left the day before yesterday."),
        ("It was built 50 years ago.", "It was built half a century ago."),
        ("In 2022 he wrote that it began in May 2021.", "It began in May 2021."),
        ("The conference was held in May.", "The conference was held on 14 May 2022."),
        ("He left in 2022-06-14.", "He left on 14 June 2022."),
        ("The talks ended within half a year.", "The talks of 2019 ended in May."),
        ("It was built more than a century before the war.", "It was built in 1850; the war began in May 1990."),
        ("It broke out in August 1853.", "It broke out in 1853; August was the worst."),
        ("It was sent on 3 May 1985.", "It was sent at 030800Z MAY 85."),
    ],
)
def test_times_that_can_be_the_same_agree(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == set()


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("He resigned on 14 May 2022.", "He resigned in 2022."),
        ("He resigned on 14 May 2022.", "He resigned in May 2022."),
        ("He resigned in May 2022.", "He resigned in 2022."),
        ("He resigned on 14 May.", "He resigned in May."),
        ("He resigned in May.", "He resigned in 2022."),
    ],
)
def test_a_time_finer_than_any_told_is_missing(claim: str, paragraph: str) -> None:
    assert _raised(claim, paragraph) == {"missing_time"}


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("He resigned in May 1998.", "He resigned in May."),
        ("He resigned on 14 May 1998.", "He resigned on 14 May."),
        ("He resigned today.", "He resigned last year."),
        ("He resigned this month.", "He resigned in March."),
        ("He resigned this month.", "He resigned two years ago."),
        ("In 2022 he resigned.", "He resigned last year."),
        ("It was built in the 1880s.", "It was built in the 1860s."),
        ("It ended in 1991.", "It ended in the mid-1990s."),
        ("It began before 2015.", "It began in 2019."),
        ("It began after 2020.", "It began in 2019."),
        ("It ran from 2012 to 2014.", "It ran from 2019 to 2021."),
        ("It ran from March to June.", "It ran from March to May."),
        ("He won two years later.", "The law passed in 2015. He won in 2019."),
        ("He won 5 years ago.", "He won half a century ago."),
    ],
)
def test_times_that_cannot_be_the_same_are_wrong(claim: str, paragraph: str) -> None:
    assert "wrong_time" in _raised(claim, paragraph)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022", date(2022, 1, 1)),
        ("2022-06", date(2022, 6, 1)),
        ("2022-06-20T10:00:00Z", date(2022, 6, 20)),
        ("20 June 2022", date(2000, 6, 15)),
        ("2022-13-40", date(2000, 6, 15)),
        (None, date(2000, 6, 15)),
    ],
)
def test_the_documents_date_is_read_as_far_as_it_goes(written: str | None, day: date) -> None:
    assert day_of(written) == day


@pytest.mark.parametrize("written", ["9999-12-31", "0001-01-01"])
def test_a_time_outside_of_all_calendars_is_none(written: str) -> None:
    claim = f"He left on {written}, two years later, 30 years earlier, and {'9' * 5000} years ago."
    assert measure_support(claim, claim, date=written).measures["wrong_time"] == 0.0


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2006-05-26", "26 May 2006"),
        ("2006-05-26T08:10:00Z", "26 May 2006"),
        ("2006-05", "May 2006"),
        ("2006", "2006"),
        ("2006-13-26", ""),
        (None, ""),
    ],
)
def test_a_date_in_words_has_no_more_than_is_written(written: str | None, words: str) -> None:
    assert day_in_words(written) == words


def test_another_day_is_as_wrong_without_its_year() -> None:
    assert check_dates("It was sent on 9 May.", "Sent: 26 May 2006.", day="2006-05-26").measures["wrong_date"] == 1
