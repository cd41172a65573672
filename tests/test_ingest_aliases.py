"""Other names for the same thing."""

from __future__ import annotations

import pytest

from ingest.aliases import defined_acronyms, expanded, initials_of, places, spelled_out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Seoul's ROK-NATO ties", ["@south korea", "@south korea"], id="capital and abbreviation"),
        pytest.param("the U.S.-ROK alliance", ["@united states", "@south korea"], id="dotted abbreviation"),
        pytest.param("South Koreans and the Dutch", ["@south korea", "@netherlands"], id="people"),
        pytest.param("the Kremlin", ["@russia"], id="seat of government"),
        pytest.param("give us a rok", [], id="lower case is no name"),
        pytest.param("Seoulite", [], id="part of a word"),
    ],
)
def test_countries_are_found_by_any_name(text: str, expected: list[str]) -> None:
    assert places(text) == expected


def test_abbreviations_that_a_model_may_not_know_are_written_out() -> None:
    assert spelled_out("ROK-NATO ties, U.S. bases and the DPRK's view") == (
        "South Korea-NATO ties, U.S. bases and the North Korea's view"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "the Ministry of Foreign Affairs and Trade (MOFAT) said",
            {"MOFAT": "Ministry of Foreign Affairs and Trade"},
            id="a small word in it and one left out",
        ),
        pytest.param(
            "the International Atomic Energy Agency (IAEA)",
            {"IAEA": "International Atomic Energy Agency"},
            id="plain initials",
        ),
        pytest.param("he spoke at length (COMMENT: not so)", {}, id="a remark"),
        pytest.param("a classified paragraph (C) follows", {}, id="a portion mark"),
        pytest.param("rain fell (NATO) again", {}, id="initials that do not fit"),
    ],
)
def test_acronyms_are_learned_where_a_document_defines_them(text: str, expected: dict[str, str]) -> None:
    assert defined_acronyms([text]) == expected


def test_initials_are_those_of_names_spelled_out() -> None:
    found = initials_of(
        ["The U.N. Security Council met, and In Asia the Ministry of Foreign Affairs and Trade did not."]
    )
    assert found == {"UNSC": "U.N. Security Council", "MFAT": "Ministry of Foreign Affairs and Trade"}
    assert expanded("Who vetoed it in the UNSC?", {}, found).endswith("U.N. Security Council")


def test_a_question_is_expanded_both_ways() -> None:
    acronyms = {"IAEA": "International Atomic Energy Agency"}
    assert expanded("What did the IAEA find?", acronyms, {}).endswith("International Atomic Energy Agency")
    assert expanded("the international atomic energy agency", acronyms, {}).endswith(" IAEA")
    assert expanded("nothing of it", acronyms, {}) == "nothing of it"
