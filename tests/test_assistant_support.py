"""The support check's layers, each on sentences made up for it, and the verdicts they come to."""

from __future__ import annotations

import pytest

from assistant.checks.dates import check_dates
from assistant.checks.modality import check_modality
from assistant.checks.names import check_names, learn_aliases, names_of
from assistant.checks.numbers import check_numbers
from assistant.checks.polarity import check_polarity
from assistant.checks.quantifiers import check_quantifiers
from assistant.checks.reading import read_words
from assistant.checks.relations import check_relations
from assistant.checks.speakers import check_speakers
from assistant.support import Surroundings, check_support, load_model, measure_support

HARBOR = (
    "The harbor board met on March 3 with Anna Lund, head of the Ferry Company of Norway (FCN), to discuss the pier. "
    "Lund said the company would build a pier of 120 meters next year. "
    "The board declined to say whether it was willing to pay for the pier."
)


@pytest.mark.parametrize(
    ("claim", "paragraph", "missing"),
    [
        ("Twelve ships came.", "In all 12 ships came.", 0.0),
        ("Fifteen ships came.", "In all 12 ships came.", 1.0),
        ("It cost 3 million euros.", "It cost 3,000,000 euros.", 0.0),
        ("It grew by 40 percent.", "It grew by 40%.", 0.0),
        ("It grew by 14 percent.", "It grew by 40%.", 1.0),
        ("The file is AB1798.", "The file is AB1789.", 1.0),
        ("The pair agreed on the two bills.", "Anna and Ben agreed on the tax bill and the port bill.", 0.0),
    ],
    ids=[
        "word for digits",
        "other number",
        "scale",
        "percent sign",
        "swapped digits",
        "identifier",
        "two need no number",
    ],
)
def test_numbers(claim: str, paragraph: str, missing: float) -> None:
    assert check_numbers(claim, paragraph).measures["missing_number"] == missing


def test_a_day_of_the_month_is_no_count() -> None:
    paragraph = "They met on May 25."
    finding = check_numbers("They met 25 envoys.", paragraph, dates=((12, 18),))
    assert finding.measures["missing_number"] == 1.0


def test_a_third_is_not_a_first() -> None:
    assert check_numbers("She is the third mayor.", "She is the first mayor.").measures["missing_ordinal"] == 1.0


@pytest.mark.parametrize(
    ("claim", "paragraph", "wrong"),
    [
        ("They met on 14 June 2022.", "Two weeks ago they met.", 0.0),
        ("They met in mid-June 2022.", "Two weeks ago they met.", 0.0),
        ("They met in March 2022.", "Two weeks ago they met.", 1.0),
        ("Elections are due in July 2022.", "Elections are due next month.", 0.0),
        ("Elections are due in two years.", "Elections are due next month.", 1.0),
        ("It was said in 2021.", "It was said last year.", 0.0),
        ("It was said in 2015.", "It was said last year.", 1.0),
        ("She left on 27 June 2022.", "She left on Monday.", 0.0),
        ("She left on Friday.", "She left on Monday.", 1.0),
        ("It may rain in the capital.", "It may snow in March.", 0.0),
    ],
    ids=[
        *("weeks ago", "middle of a month", "another month", "next month", "in years", "last year", "another year"),
        *("weekday by date", "another weekday", "may is a verb"),
    ],
)
def test_dates_are_reckoned_from_the_documents_day(claim: str, paragraph: str, wrong: float) -> None:
    assert check_dates(claim, paragraph, day="2022-06-28").measures["wrong_time"] == wrong


def test_a_date_where_the_paragraph_has_none_is_missing() -> None:
    finding = check_dates("They met in 2019.", "They met.", day="2022-06-28")
    assert finding.measures == {"wrong_time": 0.0, "missing_time": 1.0}


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("Tokyo agreed.", "Japan agreed."),
        ("The ROK agreed.", "South Korean officials agreed."),
        ("The Kremlin agreed.", "Russia agreed."),
        ("FCN agreed.", "The Ferry Company of Norway (FCN) was there; the Ferry Company of Norway agreed."),
        ("Lund agreed.", "Anna Lund agreed."),
    ],
    ids=["capital", "acronym and adjective", "seat", "learned acronym", "surname"],
)
def test_a_name_is_known_by_its_other_names(claim: str, paragraph: str) -> None:
    measures = check_names(read_words(claim), read_words(paragraph)).measures
    assert measures["foreign_name"] == 0.0


def test_a_name_from_elsewhere_in_the_document_is_told_from_a_foreign_one() -> None:
    claim, paragraph = read_words("Then Marta Vik and Otto Berg agreed."), read_words("Then Anna Lund agreed.")
    measures = check_names(claim, paragraph, elsewhere=frozenset(["marta vik"])).measures
    assert (measures["absent_name"], measures["foreign_name"]) == (1.0, 1.0)


def test_north_and_south_korea_are_not_the_same_name() -> None:
    keys = [name.key for name in names_of(read_words("North Korea and South Korea"))]
    assert keys == ["north korea", "south korea"]


def test_an_acronym_is_learned_with_its_long_name() -> None:
    learned = dict(learn_aliases(HARBOR))
    assert learned["fcn"] == learned["ferry company of norway"] == "ferry company of norway"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The board agreed to pay.", "The board declined to pay."),
        ("The board will pay for the pier.", "The board will not pay for the pier."),
        ("Trade will improve.", "Trade will worsen."),
        ("A strike is likely.", "A strike is unlikely."),
        ("The board is keen to pay.", "The board does not want to pay."),
        ("The board seeks no loan.", "The board seeks a loan."),
        ("The road is easy.", "The road is steep."),
        ("The talks began without the mayor.", "The talks began with the mayor."),
    ],
    ids=["declined", "not", "worsen", "unlikely", "not want", "no object", "opposite adjectives", "without"],
)
def test_the_opposite_is_found_and_never_supported(claim: str, sentence: str) -> None:
    measures = check_polarity(read_words(claim), read_words(sentence), {}).measures
    assert measures["opposite"] > 0 or measures["flipped_most"] > 0
    assert check_support(claim, sentence, sentence).label == "contradicted"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The board is unwilling to pay.", "The board does not want to pay."),
        ("It seems unlikely that a strike will begin.", "A strike appears unlikely."),
        ("No mayor before her had flown.", "She is the first mayor to have flown."),
        ("It seeks neither a loan nor a grant.", "It does not seek a loan or a grant."),
        ("The board refused to pay.", "The board declined to pay."),
    ],
    ids=["unwilling", "unlikely twice", "first and no before", "neither nor", "refused and declined"],
)
def test_two_ways_to_deny_are_no_opposites(claim: str, sentence: str) -> None:
    measures = check_polarity(read_words(claim), read_words(sentence), {}).measures
    assert measures["opposite"] == 0.0
    assert measures["flipped_most"] == 0.0


@pytest.mark.parametrize(
    ("claim", "sentence", "overstated"),
    [
        ("The company has built a pier.", "The company could build a pier.", 1.0),
        ("The company resumed the talks.", "The company discussed resuming the talks.", 1.0),
        ("The company has built a pier.", "The company built a pier.", 0.0),
        ("The company would build a pier.", "The company would build a pier.", 0.0),
    ],
    ids=["could", "discussed", "both done", "both would"],
)
def test_what_may_come_is_not_told_as_done(claim: str, sentence: str, overstated: float) -> None:
    assert check_modality(read_words(claim), read_words(sentence)).measures["overstated"] == overstated


@pytest.mark.parametrize(
    ("claim", "sentence", "measure"),
    [
        ("It is the only port that pays.", "The port pays.", "only_added"),
        ("It pays in every case.", "It pays in most cases.", "quantity_swapped"),
    ],
    ids=["only", "every for most"],
)
def test_quantity(claim: str, sentence: str, measure: str) -> None:
    assert check_quantifiers(read_words(claim), read_words(sentence)).measures[measure] == 1.0


@pytest.mark.parametrize(
    ("claim", "sentence", "swapped"),
    [
        ("Norway has supplied ships to Chile.", "Chile has supplied ships to Norway.", 1.0),
        ("Chile's invasion of Peru went on.", "Peru's invasion of Chile went on.", 1.0),
        ("Ships were supplied by Chile to Norway.", "Chile has supplied ships to Norway.", 0.0),
    ],
    ids=["verb", "noun", "passive"],
)
def test_who_did_it_to_whom(claim: str, sentence: str, swapped: float) -> None:
    assert check_relations(read_words(claim), read_words(sentence)).measures["swapped"] == swapped


@pytest.mark.parametrize(
    ("claim", "other"),
    [("The embassy said the pier was long.", 1.0), ("Lund said the pier was long.", 0.0)],
    ids=["another", "the same"],
)
def test_who_says_so(claim: str, other: float) -> None:
    sentence = read_words("According to Lund, the pier was long.")
    assert check_speakers(read_words(claim), sentence, sentence).measures["other_speaker"] == other


def test_a_whole_sentence_of_the_paragraph_is_supported() -> None:
    verdict = check_support("Lund said the company would build a pier of 120 meters next year.", HARBOR, HARBOR)
    assert (verdict.label, verdict.score, verdict.reasons) == ("supported", 1.0, ())


def test_words_cut_out_of_a_denial_are_not_verbatim() -> None:
    paragraph = "It is not true that the board will pay."
    assert check_support("The board will pay.", paragraph, paragraph).label != "supported"


def test_a_number_that_is_not_there_is_named() -> None:
    verdict = check_support("Lund said the company would build 25 piers.", HARBOR, HARBOR, place="¶2")
    assert verdict.label == "unsupported"
    assert verdict.reasons[0] == "25 is not in ¶2"


def test_a_denial_is_told_with_the_words_that_decide() -> None:
    verdict = check_support("The board agreed to say whether it would pay.", HARBOR, HARBOR, place="¶3")
    assert verdict.label == "contradicted"
    assert "¶3 says the opposite: “declined”, not “agreed”" in verdict.reasons
    assert verdict.sentence == "The board declined to say whether it was willing to pay for the pier."


def test_a_quote_that_says_the_opposite_is_never_supported() -> None:
    paragraph = "The board will pay for the old pier. The board will not pay for the new pier."
    quote = "The board will not pay for the new pier."
    assert check_support("The board will pay for the new pier.", quote, paragraph).label == "contradicted"


@pytest.mark.parametrize("claim", ["", "It is.", "?!"], ids=["empty", "stop words", "marks"])
def test_a_claim_without_content_is_not_supported(claim: str) -> None:
    assert check_support(claim, HARBOR, HARBOR).label == "unsupported"


def test_a_claim_about_something_else_is_not_supported() -> None:
    claim = "Bakers knead rye dough for sourdough bread before dawn."
    assert check_support(claim, HARBOR, HARBOR).label == "unsupported"


def test_every_coefficient_weighs_a_measure_that_is_taken() -> None:
    known = Surroundings(similar=0.5, rival=0.4)
    assert (
        load_model().coefficients.keys()
        <= measure_support("The pier is long.", HARBOR, surroundings=known).measures.keys()
    )
