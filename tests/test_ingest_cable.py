"""Cables: their header, their numbered paragraphs, and the ways in which other cables differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ORIGINALS, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cable import is_cable, parse_cable
from ingest.errors import SourceError
from ingest.types import Document, Paragraph, ParsedDocument, Place

EDITIONS = [ROOT / "ingest" / "bundled" / "06SEOUL1789.txt", *sorted(ORIGINALS.glob("000_*.txt"))]

HEADER = """\
09PORTMORESBY42
A HARBOUR FOR THE ISLANDS,
Thu Jan 15 00:00:00 +0200 2009
CONFIDENTIAL//NOFORN
Embassy Port Moresby
VZCZCXYZ0001
PP RUEHWEB

DE RUEHPB #0042/01 0151200
ZNY CCCCC ZZH
P 151200Z JAN 09
FM AMEMBASSY PORT MORESBY
TO RUEHC/SECSTATE WASHDC PRIORITY 0101
INFO RUEHBN/AMCONSUL PERTH 0002
RUEHBY/AMEMBASSY CANBERRA IMMEDIATE 0003C O N F I D E N T I A L PORT MORESBY 000042

SIPDIS

SIPDIS
NOFORN

STATE FOR EAP/ANP,
EAP/MTS

E.O. 12958: DECL: 01/15/2019
TAGS: PREL PGOV
SUBJECT: A HARBOUR FOR THE ISLANDS,
AND WHAT IT COSTS

REF: A. PERTH 1
     B. PERTH 2

Classified By: DCM Jane Q. Doe.  Reasons 1.4 (b)
and (d).
"""
BODY = """
SUMMARY
-------

¶1.  (C) The harbour is new.  It cost a lot
and took long.

¶2.  (S/NF) The ministry asked for more.

WHO PAYS FOR
THE HARBOUR
----------- ---

¶3.  (U) Nobody pays.
DOE
"""
CABLE = HEADER + BODY


def parse(text: str) -> ParsedDocument:
    return parse_cable(text, path="cables/harbour.txt", sha256="ab12")


def body(text: str) -> list[tuple[str, str]]:
    """Anchor and text of each body paragraph of the harbour cable with another body."""
    return [(paragraph.anchor, paragraph.text) for paragraph in parse(HEADER + "\n" + text).paragraphs[1:]]


def test_document_of_a_cable() -> None:
    assert parse(CABLE).document == Document(
        document_id="09PORTMORESBY42",
        title="A HARBOUR FOR THE ISLANDS, AND WHAT IT COSTS",
        date="2009-01-15",
        kind="cable",
        path="cables/harbour.txt",
        sha256="ab12",
        author="Embassy Port Moresby",
    )


def test_paragraphs_of_a_cable() -> None:
    def paragraph(number: int, text: str, section: str, lines: tuple[int, int], mark: str) -> Paragraph:
        return Paragraph("09PORTMORESBY42", f"¶{number}", text, "body", section, Place(lines=lines), mark)

    assert parse(CABLE).paragraphs[1:] == (
        paragraph(1, "The harbour is new. It cost a lot and took long.", "SUMMARY", (39, 40), "C"),
        paragraph(2, "The ministry asked for more.", "SUMMARY", (42, 42), "S/NF"),
        paragraph(3, "Nobody pays.", "WHO PAYS FOR THE HARBOUR", (48, 48), "U"),
    )


def test_header_is_one_unit_of_labelled_facts() -> None:
    header = parse(CABLE).paragraphs[0]
    assert (header.anchor, header.kind, header.section, header.place, header.mark) == (
        "header",
        "header",
        None,
        Place(lines=(1, 34)),
        None,
    )
    assert header.text == (
        "Cable: 09PORTMORESBY42. Title: A HARBOUR FOR THE ISLANDS, AND WHAT IT COSTS. Date: 2009-01-15. "
        "Classification: CONFIDENTIAL//NOFORN. From: AMEMBASSY PORT MORESBY (Embassy Port Moresby). "
        "To: SECSTATE WASHDC (PRIORITY). Info: AMCONSUL PERTH; AMEMBASSY CANBERRA (IMMEDIATE). "
        "Sent: 151200Z JAN 09. Handling: SIPDIS, NOFORN. For: STATE FOR EAP/ANP, EAP/MTS. "
        "E.O. 12958: DECL: 01/15/2019. Tags: PREL PGOV. References: A. PERTH 1 B. PERTH 2. "
        "Subject: A HARBOUR FOR THE ISLANDS, AND WHAT IT COSTS. "
        "Classified By: DCM Jane Q. Doe. Reasons 1.4 (b) and (d). Signed: DOE."
    )


def test_ordinary_cable_has_no_notes() -> None:
    assert parse(CABLE).notes == ()


def test_windows_line_ends_and_byte_order_mark_change_nothing() -> None:
    assert parse("\ufeff" + CABLE.replace("\n", "\r\n")) == parse(CABLE)


@pytest.mark.parametrize(
    ("line", "text", "mark"),
    [
        pytest.param("¶1.  (C) Fish.", "Fish.", "C", id="pilcrow and mark"),
        pytest.param("¶1. Fish.", "Fish.", None, id="pilcrow alone"),
        pytest.param("¶1 (C) Fish.", "Fish.", "C", id="no full stop"),
        pytest.param("Â¶1. (C) Fish.", "Fish.", "C", id="mojibake"),
        pytest.param("1. (C) Fish.", "Fish.", "C", id="no pilcrow"),
        pytest.param("1.(C)Fish.", "Fish.", "C", id="no spaces"),
        pytest.param("1) (SBU) Fish.", "Fish.", "SBU", id="bracket after the number"),
        pytest.param("1. Fish.", "Fish.", None, id="number alone"),
        pytest.param("1. ( C ) Fish.", "Fish.", "C", id="spaces in the mark"),
        pytest.param("1. (S//REL TO USA, AUS) Fish.", "Fish.", "S//REL TO USA, AUS", id="release list"),
        pytest.param("1. (C/NF) (Fish) is good.", "(Fish) is good.", "C/NF", id="bracket after the mark"),
        pytest.param("1. (Fish) is good.", "(Fish) is good.", None, id="bracket that is no mark"),
        pytest.param("1. (C)\nFish.", "Fish.", "C", id="text on the next line"),
        pytest.param("1.\n\n(Fish.", "(Fish.", None, id="text below a blank line"),
    ],
)
def test_number_and_mark_are_not_text(line: str, text: str, mark: str | None) -> None:
    paragraph = parse(f"{HEADER}\n{line}\n").paragraphs[1]
    assert (paragraph.anchor, paragraph.text, paragraph.mark) == ("¶1", text, mark)


def test_paragraph_goes_on_over_blank_lines() -> None:
    assert body("¶1. (C) One\n\n\n \ntwo.\n\n¶2. (C) Three.") == [("¶1", "One two."), ("¶2", "Three.")]


def test_page_break_leaves_nothing_in_the_text() -> None:
    text = (
        "1. (C) Fish and\n\nPORT MORE 00000042  002 OF 002\n\n"
        "C O N F I D E N T I A L SECTION 02 OF 02 PORT MORESBY 000042\n\nSIPDIS\nNOFORN\n\n"
        "E.O. 12958: DECL: 01/15/2019\nTAGS: PREL PGOV\n\nrice.\n"
    )
    assert body(text) == [("¶1", "Fish and rice.")]


def test_two_paragraphs_on_one_line_are_two() -> None:
    assert body("¶1. (C) One. ¶2. (C) Two, see\n¶1 above.") == [("¶1", "One."), ("¶2", "Two, see ¶1 above.")]


def test_bullets_stay_in_their_paragraph() -> None:
    text = "1. (C) Points:\n\n-- fish; and\n\n- rice on two\n  lines.\n\n2. (C) End."
    assert body(text) == [("¶1", "Points: -- fish; and - rice on two lines."), ("¶2", "End.")]


@pytest.mark.parametrize(
    "mark",
    [pytest.param("(C) ", id="portion marks"), pytest.param("", id="no portion marks")],
)
def test_numbered_list_stays_in_its_paragraph(mark: str) -> None:
    text = f"1. {mark}One.\n\n2. {mark}Points:\n\n1. fish\n2. rice\n\n3. salt.\n\n3. {mark}End.\n\n4. {mark}Last."
    assert body(text) == [
        ("¶1", "One."),
        ("¶2", "Points: 1. fish 2. rice 3. salt."),
        ("¶3", "End."),
        ("¶4", "Last."),
    ]


def test_number_at_a_wrapped_line_is_no_paragraph() -> None:
    assert body("1. One of\n2. things.\n\n2. Two.") == [("¶1", "One of 2. things."), ("¶2", "Two.")]


def test_paragraphs_without_blank_lines_between() -> None:
    assert body("1. ONE.\n2. TWO GOES\nON.\n3. THREE.") == [("¶1", "ONE."), ("¶2", "TWO GOES ON."), ("¶3", "THREE.")]


def test_one_unmarked_number_among_marked_ones_is_a_paragraph() -> None:
    assert body("1. (C) One.\n\n2. Two.\n\n3. (C) Three.") == [("¶1", "One."), ("¶2", "Two."), ("¶3", "Three.")]


def test_skipped_number_is_noted() -> None:
    parsed = parse(HEADER + "\n1. (C) One.\n\n2. (C) Two.\n\n5. (C) Five.")
    assert [paragraph.anchor for paragraph in parsed.paragraphs] == ["header", "¶1", "¶2", "¶5"]
    assert parsed.notes == ("The source has no ¶3 to ¶4.",)


def test_number_that_begins_again_has_an_anchor_of_its_own() -> None:
    parsed = parse(HEADER + "\n¶1. (C) One.\n\n¶2. (C) Two.\n\n¶1. (C) Again.\n\n¶1. (C) And again.")
    assert [paragraph.anchor for paragraph in parsed.paragraphs] == ["header", "¶1", "¶2", "¶1 (2)", "¶1 (3)"]
    assert parsed.notes == (
        "The source's numbers begin again at ¶1 after ¶2.",
        "The source's numbers begin again at ¶1 after ¶1.",
    )


def test_number_without_text_is_left_out_and_noted() -> None:
    parsed = parse(HEADER + "\n1. (C) One.\n\n2. (C)\n\n3. (C) Three.")
    assert [paragraph.anchor for paragraph in parsed.paragraphs] == ["header", "¶1", "¶3"]
    assert parsed.notes == ("Numbered paragraphs without text, left out: 1.",)


def sections(text: str) -> list[tuple[str, str | None]]:
    return [(paragraph.anchor, paragraph.section) for paragraph in parse(HEADER + "\n" + text).paragraphs[1:]]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("FISH AND RICE\n-------------", id="underlined"),
        pytest.param("FISH AND RICE\n---- --------", id="underline with a gap"),
        pytest.param("FISH AND\nRICE\n----", id="two lines"),
        pytest.param("-------------\nFISH AND RICE\n-------------", id="between lines"),
        pytest.param("FISH AND RICE:\n=============", id="colon, double line"),
        pytest.param("FISH AND RICE", id="capitals alone"),
        pytest.param("FISH AND\nRICE", id="two lines of capitals alone"),
    ],
)
def test_head_is_the_section_of_what_follows(head: str) -> None:
    text = f"1. (C) One.\n\n{head}\n\n2. (C) Two.\n\n3. (C) Three."
    assert sections(text) == [("¶1", None), ("¶2", "FISH AND RICE"), ("¶3", "FISH AND RICE")]


def test_head_right_under_a_paragraph() -> None:
    assert sections("1. (C) One.\nFISH\n----\n2. (C) Two.") == [("¶1", None), ("¶2", "FISH")]


def test_head_keeps_its_case() -> None:
    assert sections("Summary\n-------\n1. (C) One.\n\nComment\n\n2. (C) Two.") == [("¶1", "Summary"), ("¶2", "Comment")]


def test_summary_ends_where_it_says_so() -> None:
    assert sections("SUMMARY\n-------\n1. (C) One.  END SUMMARY.\n\n2. (C) Two.") == [("¶1", "SUMMARY"), ("¶2", None)]


def test_section_goes_on_where_the_text_speaks_of_an_end() -> None:
    text = "THE (HARBOUR\n------------\n1. (C) They end the (harbour talks.\n\n2. (C) Two."
    assert sections(text) == [("¶1", "THE (HARBOUR"), ("¶2", "THE (HARBOUR")]


def test_head_inside_a_paragraph_is_its_section() -> None:
    text = "1. (C) SUMMARY: One.\n\n2. (C) Two.\n\n3. (C) COMMENT.  Three.  END COMMENT."
    assert sections(text) == [("¶1", "SUMMARY"), ("¶2", None), ("¶3", "COMMENT")]


def test_table_is_no_head() -> None:
    text = "1. (C) Catch:\n\nYEAR    TONS\n----    ----\n2004    100\n2005    120\n\n2. (C) Two."
    assert body(text) == [("¶1", "Catch: YEAR TONS 2004 100 2005 120"), ("¶2", "Two.")]


def test_text_without_a_number_is_cited_by_its_neighbour() -> None:
    parsed = parse(HEADER + "\nSUMMARY\n-------\nWe say so.\n\n1. (C) One.\n\nCOMMENT\n-------\n\nWe think so.\nDOE\n")
    assert [(paragraph.anchor, paragraph.section, paragraph.text) for paragraph in parsed.paragraphs[1:]] == [
        ("before ¶1", "SUMMARY", "We say so."),
        ("¶1", "SUMMARY", "One."),
        ("after ¶1", "COMMENT", "We think so."),
    ]
    assert parsed.notes == (
        "Text without a number is cited as 'before ¶1'.",
        "Text without a number is cited as 'after ¶1'.",
    )


@pytest.mark.parametrize(
    ("ending", "text", "signed"),
    [
        pytest.param("Fish.\nDOE", "Fish.", "DOE", id="right below"),
        pytest.param("Fish.\n\nDOE\n\n\n", "Fish.", "DOE", id="blank lines"),
        pytest.param("Fish.\nJ. O'DOE-SMITH", "Fish.", "J. O'DOE-SMITH", id="initial, apostrophe, hyphen"),
        pytest.param("Fish.\nDOE\nSMITH", "Fish.", "DOE, SMITH", id="two"),
        pytest.param("Fish.\nDOE\n\nBT\n#0042\nNNNN\n\nCONFIDENTIAL", "Fish.", "DOE", id="end of message"),
        pytest.param("Fish\nDOE", "Fish DOE", None, id="sentence goes on"),
        pytest.param("Fish.\nEND COMMENT", "Fish. END COMMENT", None, id="end of a part"),
        pytest.param("Fish for the\nUSA.", "Fish for the USA.", None, id="last words in capitals"),
        pytest.param("Fish.", "Fish.", None, id="none"),
    ],
)
def test_signature_is_of_the_header(ending: str, text: str, signed: str | None) -> None:
    header, paragraph = parse(f"{HEADER}\n1. (C) {ending}").paragraphs
    assert paragraph.text == text
    assert header.text.partition(" Signed: ")[2] == (f"{signed}." if signed else "")


OLD = """\
UNCLAS SEOUL 000123
R 010203Z FEB 75
FM AMEMBASSY SEOUL
TO SECSTATE WASHDC
E.O. 11652: N/A
TAGS: PFOR
SUBJ: FISH
1. FISH IS GOOD.
"""


@pytest.mark.parametrize(
    ("text", "document_id"),
    [
        pytest.param(OLD, "75SEOUL123", id="classification line"),
        pytest.param(HEADER.split("\n", 5)[5] + "\n1. (C) One.", "09PORTMORESBY42", id="spaced classification"),
        pytest.param("DE RUEHUL #0042/01 0151200\nE.O. 12958: N/A\n\n1. (C) One.", "harbour", id="no day: the file's"),
    ],
)
def test_id_is_built_where_the_first_line_has_none(text: str, document_id: str) -> None:
    assert parse(text).document.document_id == document_id


def test_old_cable() -> None:
    header, paragraph = parse(OLD).paragraphs
    assert header.text == (
        "Cable: 75SEOUL123. Title: FISH. Date: 1975-02-01. Classification: UNCLAS. From: AMEMBASSY SEOUL. "
        "To: SECSTATE WASHDC. Sent: 010203Z FEB 75. E.O. 11652: N/A. Tags: PFOR. Subject: FISH."
    )
    assert paragraph == Paragraph("75SEOUL123", "¶1", "FISH IS GOOD.", "body", None, Place(lines=(8, 8)))


@pytest.mark.parametrize(
    ("title", "subject", "expected"),
    [
        pytest.param("FISH,", "FISH, AND RICE", "FISH, AND RICE", id="cut off at a comma"),
        pytest.param("FISH AND", "FISH AND RICE", "FISH AND RICE", id="cut off at a word"),
        pytest.param("FISH", "RICE", "FISH", id="another title"),
        pytest.param("FISH,", "", "FISH,", id="no subject"),
        pytest.param("", "RICE", "RICE", id="no title"),
        pytest.param("", "", "09PORT42", id="neither"),
    ],
)
def test_title_is_whole(title: str, subject: str, expected: str) -> None:
    subject_line = f"SUBJECT: {subject}\n" if subject else ""
    text = f"09PORT42\n{title}\nThu Jan 15 00:00:00 +0200 2009\nE.O. 12958: N/A\n{subject_line}\n1. (C) One."
    assert parse(text).document.title == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("Thu Jan 15 00:00:00 +0200 2009", "2009-01-15", id="as the archive writes it"),
        pytest.param("2009-01-15 12:00", "2009-01-15", id="ISO"),
        pytest.param("P 151200Z JAN 09", "2009-01-15", id="date and time group"),
        pytest.param("P 151200Z JAN 73", "1973-01-15", id="last century"),
        pytest.param("P 311200Z FEB 09", None, id="no such day"),
        pytest.param("P 151200Z FOO 09", None, id="no such month"),
    ],
)
def test_date_of_a_cable(line: str, expected: str | None) -> None:
    text = f"09PORT42\n{line}\nFM AMEMBASSY PORT\nE.O. 12958: N/A\n\n1. (C) One."
    assert parse(text).document.date == expected


@pytest.mark.parametrize("label", ["NOTE", "RESTATEMENT"])
def test_note_in_the_header_is_the_documents(label: str) -> None:
    parsed = parse(f"{HEADER}\n{label}: In other words,\nby us.\n{BODY}")
    assert parsed.document.note == "In other words, by us."
    assert parsed.paragraphs[0].text == parse(CABLE).paragraphs[0].text
    assert parsed.paragraphs[0].place == Place(lines=(1, 34))


def test_remark_below_the_labels_is_kept() -> None:
    text = HEADER + "\nThis is an action request.\n" + BODY
    assert " Other: This is an action request. Signed: DOE." in parse(text).paragraphs[0].text


def test_subject_may_have_words_of_routing() -> None:
    text = "09PORT42\nE.O. 12958: N/A\nSUBJECT: FISH GOES\nTO THE\nSECRET PORT\n\n1. (C) One."
    assert parse(text).document.title == "FISH GOES TO THE SECRET PORT"


def test_cable_without_a_numbered_paragraph_is_an_error() -> None:
    with pytest.raises(SourceError) as raised:
        parse(HEADER + "\nNothing numbered here.\n")
    assert str(raised.value) == (
        "cables/harbour.txt: a cable with no numbered paragraph (¶1. …). "
        "Give the whole cable, or number its paragraphs."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CABLE, True, id="cable"),
        pytest.param(HEADER, True, id="header alone"),
        pytest.param(HEADER.split("\n", 5)[5], True, id="no id"),
        pytest.param(OLD, True, id="old"),
        pytest.param("06SEOUL1789\n\n1. (C) One.", True, id="id and a numbered paragraph"),
        pytest.param("06SEOUL1789\n\nis a cable I read.", False, id="id alone"),
        pytest.param("TO ALL STAFF\nSUBJECT: LUNCH\nREF: MENU\n\n1. Fish.", False, id="memorandum"),
        pytest.param("Fish is good.\n\n1. (C) One.", False, id="text"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_cable_is_known_by_its_signs(text: str, expected: bool) -> None:
    assert is_cable(text) is expected


@pytest.fixture(params=EDITIONS, ids=lambda path: path.parent.name)
def edition(request: pytest.FixtureRequest) -> ParsedDocument:
    path: Path = request.param
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    return parse_cable(path.read_text(encoding="utf-8"), path=path.name, sha256="ab12")


def test_edition_has_its_four_paragraphs(edition: ParsedDocument) -> None:
    assert [(paragraph.reference, paragraph.mark) for paragraph in edition.paragraphs] == [
        ("06SEOUL1789 header", None),
        ("06SEOUL1789 ¶1", "C"),
        ("06SEOUL1789 ¶2", "C"),
        ("06SEOUL1789 ¶3", "C"),
        ("06SEOUL1789 ¶4", "C"),
    ]
    assert edition.notes == ()


def test_edition_has_its_title_and_day(edition: ParsedDocument) -> None:
    title = "ROK GENERALLY UPBEAT ON STRONGER TIES WITH NATO, BUT SENSITIVE TO DPRK'S PERCEPTION"
    assert (edition.document.title, edition.document.date) == (title, "2006-05-26")


def test_edition_has_its_sections(edition: ParsedDocument) -> None:
    summary, second, third, fourth = (paragraph.section for paragraph in edition.paragraphs[1:])
    assert (summary, second) == ("SUMMARY", None)
    assert third is not None
    assert "DPRK'S SUSPICION" in third
    assert fourth is not None
    assert fourth.startswith("ROK ")


def test_edition_has_its_header(edition: ParsedDocument) -> None:
    assert edition.paragraphs[0].text == (
        f"Cable: 06SEOUL1789. Title: {edition.document.title}. Date: 2006-05-26. "
        "Classification: CONFIDENTIAL//NOFORN. From: AMEMBASSY SEOUL (Embassy Seoul). "
        "To: SECSTATE WASHDC (IMMEDIATE). Info: AMEMBASSY BEIJING; AMEMBASSY CANBERRA; AMEMBASSY MOSCOW; "
        "AMEMBASSY TOKYO; AMEMBASSY WELLINGTON; CIA WASHINGTON DC; CDR USPACOM HONOLULU HI; COMUSKOREA J2 SEOUL KOR; "
        "COMUSKOREA J5 SEOUL KOR; COMUSKOREA SCJS SEOUL KOR; NSC WASHINGTON DC; USMISSION USNATO. "
        "Sent: 260810Z MAY 06. Handling: SIPDIS, NOFORN. For: CIA FOR HAGEN, NSC FOR CHA. "
        "E.O. 12958: DECL: AFTER KOREAN REUNIFICATION. Tags: PREL PINR PINS AS JA NZ KN KS. "
        f"Subject: {edition.document.title}. "
        "Classified By: POL M/C Joseph Y. Yun. Reasons 1.4 (b, d). Signed: VERSHBOW."
    )


def test_edition_has_nothing_of_its_layout_in_the_text(edition: ParsedDocument) -> None:
    for paragraph in edition.paragraphs[1:]:
        assert not {"¶", "(C)", "VERSHBOW", "----"} & set(paragraph.text.split())
        assert paragraph.text.endswith((".", '."', ".)"))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_cable_parses_or_is_a_source_error(data: st.DataObject) -> None:
    lines = data.draw(st.permutations(CABLE.split("\n"))) if data.draw(st.booleans()) else CABLE.split("\n")
    text = "\n".join(lines)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text(max_size=8)) + text[at + data.draw(st.integers(0, 60)) :]
    is_cable(text)
    try:
        parsed = parse(text)
    except SourceError:
        return
    anchors = [paragraph.anchor for paragraph in parsed.paragraphs]
    assert len(anchors) == len(set(anchors))
    assert all(paragraph.text for paragraph in parsed.paragraphs)
