"""The support check's layers, each on sentences made up for it, and the verdicts they come to."""

from __future__ import annotations

import pytest

from assistant.checks.bindings import check_bindings
from assistant.checks.dates import check_dates
from assistant.checks.modality import check_modality
from assistant.checks.names import check_names, learn_aliases, names_of
from assistant.checks.numbers import check_numbers
from assistant.checks.polarity import check_polarity
from assistant.checks.quantifiers import check_quantifiers
from assistant.checks.reading import read_words
from assistant.checks.relations import check_relations
from assistant.checks.speakers import check_speakers
from assistant.entailment import Entailment, EntailmentModel
from assistant.support import Surroundings, check_support, is_verbatim, load_model, measure_support, read_with

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
    assert finding.measures == {"wrong_time": 0.0, "wrong_date": 0.0, "missing_time": 1.0}


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("Tokyo agreed.", "Japan agreed."),
        ("The ROK agreed.", "South Korean officials agreed."),
        ("The Kremlin agreed.", "Russia agreed."),
        ("FCN agreed.", "The Ferry Company of Norway (FCN) was there; the Ferry Company of Norway agreed."),
        ("Lund agreed.", "Anna Lund agreed."),
        ("He met the Secretary of State.", "To: SECSTATE WASHDC."),
        ("A U.S. diplomat met Lund.", "Poloff met Lund."),
        ("It fell as the two Koreas quarrelled.", "It fell as North Korea threatened Seoul."),
        ("It was bound to RORγ alone.", "It was bound to ROR-γ alone."),
        ("It lies in a Baltic country.", "It lies in Estonia."),
    ],
    ids=[
        *("capital", "acronym and adjective", "seat", "learned acronym", "surname", "short in a cable"),
        *("a country short in a cable", "two countries at once", "hyphen", "part of the world"),
    ],
)
def test_a_name_is_known_by_its_other_names(claim: str, paragraph: str) -> None:
    measures = check_names(read_words(claim), read_words(paragraph)).measures
    assert (measures["foreign_name"], measures["absent_name"]) == (0.0, 0.0)


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
        ("Prices fell in May.", "Prices rose in May."),
        ("The ferry sank.", "The ferry did not sink."),
        ("The board hid the plan.", "The board has not hidden the plan."),
        ("The bridge is unsafe.", "It is a myth that the bridge is unsafe."),
        ("The mayor left.", "The paper wrongly reported that the mayor left."),
        ("The figures were false.", "The auditors refuted that the figures were false."),
    ],
    ids=[
        *("declined", "not", "worsen", "unlikely", "not want", "no object", "opposite adjectives", "without"),
        *("irregular opposites", "irregular past", "irregular participle", "myth", "wrongly reported", "refuted"),
    ],
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
        ("The board declined to sign.", "The board declined last week to sign."),
        ("Voters rejected the draft.", "Voters threw out the draft."),
    ],
    ids=[
        *("unwilling", "unlikely twice", "first and no before", "neither nor", "refused and declined"),
        *("declined, and when", "rejected and threw out"),
    ],
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
        ("It is always late.", "It is often late.", "quantity_swapped"),
        ("It depends entirely on ice.", "It depends almost entirely on ice.", "quantity_swapped"),
        ("All ships pay.", "Ships pay.", "all_added"),
    ],
    ids=["only", "every for most", "always for often", "entirely for almost entirely", "all"],
)
def test_quantity(claim: str, sentence: str, measure: str) -> None:
    assert check_quantifiers(read_words(claim), read_words(sentence)).measures[measure] == 1.0


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The mayor reacted with enthusiasm to the pier.", "The mayor reacted with fear to the pier."),
        ("The town is disinclined to pay.", "The town is inclined to pay."),
        ("The offer of a loan was rejected by the board.", "The board took the offer of a loan."),
        ("The plan is, however, to build a pier.", "The plan is not, however, to build a pier."),
        ("Chile was losing interest in the pier.", "Chile took a growing interest in the pier."),
        ("The board stayed out of the dispute.", "The board took part in the dispute."),
    ],
    ids=["good and bad word", "prefix", "denied subject", "aside", "losing", "stayed out"],
)
def test_a_denial_is_found_by_how_it_is_made(claim: str, sentence: str) -> None:
    measures = check_polarity(read_words(claim), read_words(sentence), {}).measures
    assert max(measures[name] for name in ("opposite", "flipped", "flipped_most", "valence_turned")) > 0


@pytest.mark.parametrize(
    ("claim", "flipped"),
    [("The board had a problem working with the mayor.", 1.0), ("The board worked with the mayor.", 0.0)],
    ids=["the problem", "the work"],
)
def test_no_problem_denies_the_problem_and_nothing_after_it(claim: str, flipped: float) -> None:
    sentence = "The board had no problem working with the mayor."
    assert check_polarity(read_words(claim), read_words(sentence), {}).measures["flipped_most"] == flipped


def test_a_text_may_end_in_a_denial() -> None:
    assert check_support("Asked to stay, he said no", "", "Asked to stay, he said no way", context="").label


def test_a_name_is_no_denial() -> None:
    measures = check_polarity(read_words("Ban Ki-moon paid a visit."), read_words("The minister paid a visit."), {})
    assert {measures.measures[name] for name in ("opposite", "flipped", "flipped_most")} == {0.0}


@pytest.mark.parametrize(
    ("claim", "sentence", "measure"),
    [
        (
            "The town weighs a pact with Peru against a trade treaty with Chile.",
            "The town weighs a pact with Chile against a trade treaty with Peru.",
            "exchanged",
        ),
        ("Chile slept while Peru was told of the weak link.", "Chile was told of the weak link of Peru.", "taken"),
        ("Peru was told of the weak link.", "Chile was told of the weak link.", "renamed"),
        ("The treaty binds Peru.", "The treaty binds Chile.", "displaced"),
    ],
    ids=["both change places", "one takes the other's", "another name", "another name alone"],
)
def test_what_is_said_of_another_name(claim: str, sentence: str, measure: str) -> None:
    assert check_bindings(read_words(claim), read_words(sentence), {}).measures[measure] > 0


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("Chile's government built a pier.", "The government of Chile built a pier."),
        ("A pier was built by Chile for Peru.", "Chile has built a pier for Peru."),
        ("Chile and Peru agreed on the pier.", "Peru and Chile agreed on the pier."),
    ],
    ids=["possessive", "passive", "listed the other way round"],
)
def test_the_same_said_of_the_same_name(claim: str, sentence: str) -> None:
    measures = check_bindings(read_words(claim), read_words(sentence), {}).measures
    assert set(measures.values()) == {0.0}


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


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Vershbow sang.", "not in ¶2: Vershbow, sang"),
        ("NATO said the company would build a pier.", "¶2 has Lund say so, not NATO"),
    ],
    ids=["a first word", "a speaker"],
)
def test_a_name_is_told_as_it_is_written(claim: str, reason: str) -> None:
    assert reason in check_support(claim, HARBOR, HARBOR, place="¶2").reasons


def test_a_denial_is_told_with_the_words_that_decide() -> None:
    verdict = check_support("The board agreed to say whether it would pay.", HARBOR, HARBOR, place="¶3")
    assert verdict.label == "contradicted"
    assert "¶3 says the opposite: “declined”, not “agreed”" in verdict.reasons
    assert verdict.sentence == "The board declined to say whether it was willing to pay for the pier."


def test_a_word_that_only_one_side_denies_is_not_told_as_its_own_opposite() -> None:
    sentence = "The ministers welcomed the initiatives."
    verdict = check_support("The ministers did not welcome the initiative.", sentence, sentence, place="¶3")
    assert verdict.label == "contradicted"
    assert not any("not “initiative”" in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("claim", "sentence", "reason"),
    [
        (
            "The ministers were not keen on the plan.",
            "The ministers showed eagerness for the plan.",
            "the claim denies “keen”, ¶3 says “eagerness”",
        ),
        (
            "The ministers showed eagerness for the plan.",
            "The ministers were not keen on the plan.",
            "¶3 denies “keen”, the claim says “eagerness”",
        ),
    ],
)
def test_of_two_words_that_say_the_same_it_is_told_which_is_denied(claim: str, sentence: str, reason: str) -> None:
    assert reason in check_support(claim, sentence, sentence, place="¶3").reasons


def test_a_figure_that_is_not_there_fails_a_claim_however_sure_the_model_is() -> None:
    sure = Surroundings(entailment=lambda *_: Entailment(0.998, 0.001, 0.001))
    claim = "Lund said the company would build 25 piers."
    assert check_support(claim, HARBOR, HARBOR, surroundings=sure).label == "unsupported"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The mayor (Jane Porter) resigned.", "The mayor resigned."),
        ("Seoul will buy F-3 jets.", "Seoul will buy F-35 jets."),
        ("The first minister has not approved the plan since May.", "The first minister approved the plan in May."),
        ("The account 12345678901234567 was closed.", "The account 12345678901234568 was closed."),
        ("No more than 50 people died.", "In the end 52 people died."),
        ("No fewer than 50 people died.", "In the end 48 people died."),
    ],
    ids=["in brackets", "type", "first", "long number", "at most", "at least"],
)
def test_what_the_paragraph_does_not_have_fails_a_claim(claim: str, sentence: str) -> None:
    likely = Surroundings(entailment=lambda *_: Entailment(0.85, 0.05, 0.1))
    assert check_support(claim, sentence, sentence, surroundings=likely).label != "supported"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The WFP sent food.", "The World Food Programme sent food."),
        ("The World Food Programme sent food.", "The WFP sent food."),
        ("The strike began on 29 February.", "The strike began on 29 February 2004."),
        ("At most 50 people died.", "In the end 49 people died."),
        ("No fewer than 50 people died.", "In the end 52 people died."),
    ],
)
def test_the_same_in_another_form_is_supported(claim: str, sentence: str) -> None:
    likely = Surroundings(entailment=lambda *_: Entailment(0.85, 0.05, 0.1))
    assert check_support(claim, sentence, sentence, date="2006-05-26", surroundings=likely).label == "supported"


@pytest.mark.parametrize(
    "text",
    [
        "The firſt treaty of five thouſand men.",
        "FİVE men of the Euro's-zone.",
        f"There were {'hundred ' * 200}men.",
        f"There were 1{'0' * 320} men, or 1{'0' * 321}.",
        f"There were 5{'0' * 320}%, a third of it.",
    ],
    ids=["long s", "dotted capital", "a number without end", "noughts without end", "percent without end"],
)
def test_odd_numbers_and_letters_are_read(text: str) -> None:
    for claim, paragraph in ((text, HARBOR), (HARBOR, text), (f"Still, {text}", text)):
        assert check_support(claim, paragraph, paragraph).label


def test_a_sentence_that_stands_in_another_paragraph_is_told_where() -> None:
    sure = Surroundings(stands_in="notes ¶4", entailment=lambda *_: Entailment(0.99, 0.0, 0.01))
    verdict = check_support("The company dredged a canal.", HARBOR, HARBOR, place="¶2", surroundings=sure)
    assert verdict.label != "supported"
    assert verdict.reasons[0] == "it stands in notes ¶4, not in ¶2"


def test_a_model_that_is_all_but_certain_outweighs_words_that_pull_the_other_way() -> None:
    claim, sentence = "The board did not hide that it would pay.", "The board was open about paying."
    sure = Surroundings(entailment=lambda *_: Entailment(0.998, 0.001, 0.001))
    assert check_support(claim, sentence, sentence, surroundings=sure).label == "supported"


def test_the_model_reads_the_title_where_it_has_a_word_that_the_sentences_lack() -> None:
    paragraph = "The vote was put off by a month."
    assert read_with("Varna put off the vote.", paragraph, context="Varna's port") == f"Varna's port: {paragraph}"
    assert read_with("The vote was put off.", paragraph, context="Varna's port") == paragraph


def test_the_model_reads_the_documents_day_where_the_claim_tells_its_year() -> None:
    paragraph = "The vote was put off by a month."
    told = read_with("The vote was put off in 2019.", paragraph, context="Varna's port", date="2019-03-04")
    assert told == f"Varna's port, 4 March 2019: {paragraph}"
    assert read_with("The vote was put off in 2018.", paragraph, date="2019-03-04") == paragraph


def test_what_the_model_denies_is_told() -> None:
    against = Surroundings(entailment=lambda *_: Entailment(0.01, 0.98, 0.01))
    verdict = check_support("Lund praised the harbour.", HARBOR, HARBOR, place="¶2", surroundings=against)
    assert verdict.label != "supported"
    assert "¶2, read as a whole, says otherwise" in verdict.reasons


def test_a_quote_that_says_the_opposite_is_never_supported() -> None:
    paragraph = "The board will pay for the old pier. The board will not pay for the new pier."
    quote = "The board will not pay for the new pier."
    assert check_support("The board will pay for the new pier.", quote, paragraph).label == "contradicted"


def test_words_cut_out_of_a_doubt_are_not_supported_however_sure_the_model_is() -> None:
    sure = Surroundings(entailment=lambda *_: Entailment(0.998, 0.001, 0.001))
    sentence = "The mayor doubted that the board approved the plan."
    assert check_support("The board approved the plan.", sentence, sentence, surroundings=sure).label != "supported"


@pytest.mark.parametrize("claim", ["", "It is.", "?!"], ids=["empty", "stop words", "marks"])
def test_a_claim_without_content_is_not_supported(claim: str) -> None:
    assert check_support(claim, HARBOR, HARBOR).label == "unsupported"


def test_a_claim_about_something_else_is_not_supported() -> None:
    claim = "Bakers knead rye dough for sourdough bread before dawn."
    assert check_support(claim, HARBOR, HARBOR).label == "unsupported"


def test_every_coefficient_weighs_a_measure_that_is_taken() -> None:
    model = EntailmentModel.open()
    known = Surroundings(near=model.words.nearness, entailment=model.read)
    assert (
        load_model().coefficients.keys()
        <= measure_support("The pier is long.", HARBOR, surroundings=known).measures.keys()
    )


@pytest.mark.parametrize(
    ("claim", "paragraph", "missing"),
    [
        ("The deal cost $4bn.", "The deal cost $9bn.", True),
        ("The deal cost $4 billion.", "The deal cost $4bn.", False),
        ("Seoul bought F-35 fighters.", "Seoul bought F-16 fighters.", True),
        ("Seoul bought F-35 fighters.", "Seoul bought F35 fighters.", False),
        ("The missile flew 25km.", "The missile flew 90km.", True),
        ("The convoy had 25 ships.", "The convoy had twenty-five ships.", False),
        ("The army lost 150 soldiers.", "The army lost one hundred and fifty soldiers.", False),
        ("Twenty-four ships came.", "Two dozen ships came.", False),
        ("It was the 21st attempt.", "It was the twenty-first attempt.", False),
        ("Seoul sends 2,000 troops.", "Seoul sends 2000 troops.", False),
        ("Exports fell by 25 percent.", "Exports fell by 25 tons.", True),
        ("Exports fell by 25 percent.", "Exports fell by 25 to 30 percent.", False),
        ("The navy sent 2 ships.", "The navy sent ships for repair.", True),
    ],
)
def test_numbers_however_they_are_written(claim: str, paragraph: str, missing: bool) -> None:
    measures = measure_support(claim, paragraph).measures
    assert bool(measures["missing_number"] or measures["missing_ordinal"]) == missing


@pytest.mark.parametrize(
    ("claim", "paragraph", "wrong"),
    [
        ("It was signed in July 2022.", "It was signed in March 2019.", True),
        ("They met on July 2.", "They met on July 1.", True),
        ("He left on Tuesday.", "He left on Monday.", True),
        ("As of July 2022 it was expected to grow.", "It is expected to grow.", False),
        ("In 2022 he wrote that it began in May 2021.", "It began in May 2021.", False),
        ("The talks were held in May.", "The talks were held in May 2017.", False),
        ("The last one was in 2017.", "It is the first in five years.", False),
    ],
)
def test_the_documents_date_is_no_date_of_what_happened(claim: str, paragraph: str, wrong: bool) -> None:
    measures = measure_support(claim, paragraph, context="2022-07-05", date="2022-07-05").measures
    assert bool(measures["wrong_time"]) == wrong


@pytest.mark.parametrize(
    ("claim", "sentence", "turned"),
    [
        ("Kang told reporters in Geneva that it goes on.", "“It is not over,” Kang told reporters in Geneva.", False),
        ("Ban praised the alliance.", "Foreign Minister Ban praised the alliance.", False),
        ("Seoul will send weapons to Ukraine.", "Seoul Will Not Send Weapons to Ukraine", True),
        ("It disclosed that the plant closed.", "It disclosed in June that the plant closed.", False),
        ("Seoul is unlikely to join the mission.", "Seoul will probably not join the mission.", False),
        ("Seoul is likely to join the mission.", "Seoul will probably not join the mission.", True),
    ],
    ids=["quotation", "a name that is a verb", "headline", "no prefix", "probably not", "likely"],
)
def test_what_a_denial_is_and_reaches(claim: str, sentence: str, turned: bool) -> None:
    assert bool(measure_support(claim, sentence).measures["flipped_most"]) == turned


def test_capitals_without_end_are_read_at_once() -> None:
    assert learn_aliases("ATGC" * 500 + " (DNA)") == ()


def test_a_sentence_that_stands_there_twice_is_verbatim_where_it_stands_alone() -> None:
    assert is_verbatim("The deal died.", "Kim said: “The deal died.” The deal died.")


@pytest.mark.parametrize(
    ("claim", "paragraph"),
    [
        ("Several hundred troops left the base.", "Between 300 and 400 troops left the base."),
        ("They met Erdogan.", "They met Erdoğan."),
        ("They visited Côte d'Ivoire.", "They visited the Ivory Coast."),
        ("Sino-Russian ties grew.", "Ties between China and Russia grew."),
        ("Pro-Russian fighters fled.", "Fighters who support Russia fled."),
        ("Non-NATO countries agreed.", "Countries outside NATO agreed."),
        ("Brussels approved the mission.", "The European Union approved the mission."),
        ("The World Trade Organization agreed.", "The WTO agreed."),
        ("The Cabinet approved the mission.", "The government approved the mission."),
        ("Last May the talks ended.", "The talks ended in May 2021."),
        ("They met Mr. Ban.", "They met Ban Ki-moon."),
    ],
)
def test_a_name_by_another_name_is_not_foreign(claim: str, paragraph: str) -> None:
    measures = measure_support(claim, paragraph).measures
    assert not any(measures[name] for name in ("foreign_name", "foreign_code", "foreign_opener", "absent_name"))


def test_a_lone_word_that_opens_a_sentence_may_be_no_name() -> None:
    measures = measure_support("Trade was suspended.", "The two have suspended commerce.").measures
    assert (measures["foreign_opener"], measures["foreign_name"]) == (1.0, 0.0)


def test_a_name_inside_a_sentence_is_one() -> None:
    assert measure_support("They met Lund.", "They met Berg.").measures["foreign_name"] == 1.0


@pytest.mark.parametrize("told", ["Published: 2022-06-28.", "Published: 28 June 2022."])
def test_another_day_fails_a_claim_however_sure_the_model_is(told: str) -> None:
    sure = Surroundings(entailment=lambda *_: Entailment(0.998, 0.001, 0.001))
    verdict = check_support("Published: 2025-06-28.", told, told, date="2022-06-28", surroundings=sure)
    assert verdict.label == "contradicted"
