"""The citation contract: what counts as a quote, and that nothing else does."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import CitationList, ContractViolation, check_contract, locate
from assistant.types import Citation, Claim, Passage, Verdict
from ingest.types import Document, Paragraph, Place

TEXT = "The minister “did not support” the plan – he called it costly: 1,500 men, 4.5 per cent… It rained."
SUPPORTED = Verdict("supported")


def passage(text: str = TEXT, anchor: str = "¶1") -> Passage:
    document = Document("notes", "Notes", "2020-01-02", "text", "notes.txt", "0" * 64)
    return Passage(document, Paragraph("notes", anchor, text, "body", None, Place(lines=(1, 2))), 1, 1.0)


def cite(citations: CitationList, quote: str) -> int:
    """The number of the citation of a quote that holds."""
    span = locate(quote, TEXT)
    assert span is not None
    return citations.cite_span(passage(), *span)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        pytest.param("called it costly", "called it costly", id="verbatim"),
        pytest.param('"did not support" the plan', "“did not support” the plan", id="straight quotation marks"),
        pytest.param("the plan - he called", "the plan – he called", id="hyphen for a dash"),
        pytest.param("THE MINISTER", "The minister", id="case"),
        pytest.param("he  called\nit", "he called it", id="white space"),
        pytest.param("4.5 per cent... It rained", "4.5 per cent… It rained", id="three full stops for an ellipsis"),
        pytest.param('"he called it costly."', "he called it costly", id="wrapped in quotation marks and a full stop"),
    ],
)
def test_typography_may_differ(quote: str, found: str) -> None:
    span = locate(quote, TEXT)
    assert span is not None
    assert TEXT[slice(*span)] == found


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("did support", id="negation left out"),
        pytest.param("did not support the idea", id="changed word"),
        pytest.param("1,600 men", id="changed number"),
        pytest.param("500 men", id="cut number"),
        pytest.param("5 per cent", id="cut decimal"),
        pytest.param("he minister", id="cut word"),
        pytest.param("The minister … it rained", id="joined from two places"),
        pytest.param("", id="empty"),
        pytest.param(" … ", id="punctuation only"),
    ],
)
def test_changed_words_are_no_quote(quote: str) -> None:
    assert locate(quote, TEXT) is None


def test_the_stored_quote_is_the_paragraphs_own_text() -> None:
    citations = CitationList()
    cite(citations, 'minister "DID NOT support"')
    assert citations.all()[0].quote == "minister “did not support”"


def test_citations_are_numbered_in_order_of_first_occurrence() -> None:
    citations = CitationList()
    numbers = [cite(citations, quote) for quote in ("It rained", "costly", "It rained")]
    assert numbers == [1, 2, 1]


def contract(*, text: str = TEXT, start: int = 0, end: int = 12, quote: str | None = None) -> None:
    item = passage(text)
    citation = Citation(1, item.document, item.paragraph, TEXT[0:12] if quote is None else quote, start, end)
    check_contract([Claim("He spoke.", (1,), SUPPORTED)], [citation])


def test_a_true_citation_keeps_the_contract() -> None:
    contract()


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_moved_offsets_break_the_contract(start: int, end: int) -> None:
    if TEXT[start:end] != TEXT[0:12]:
        with pytest.raises(ContractViolation):
            contract(start=start, end=end)


@given(st.integers(0, 11), st.characters(codec="utf-8"))
def test_a_changed_character_in_the_text_breaks_the_contract(at: int, character: str) -> None:
    changed = TEXT[:at] + character + TEXT[at + 1 :]
    if changed != TEXT:
        with pytest.raises(ContractViolation):
            contract(text=changed)


@given(st.integers(0, 11), st.characters(codec="utf-8"))
def test_a_changed_character_in_the_quote_breaks_the_contract(at: int, character: str) -> None:
    changed = TEXT[:at] + character + TEXT[at + 1 : 12]
    if changed != TEXT[:12]:
        with pytest.raises(ContractViolation):
            contract(quote=changed)


@pytest.mark.parametrize("marks", [(2,), (0,), (1, 2), ()], ids=["dangling", "zero", "one dangling", "never cited"])
def test_marks_and_citations_must_match(marks: tuple[int, ...]) -> None:
    citations = CitationList()
    cite(citations, "It rained")
    with pytest.raises(ContractViolation):
        check_contract([Claim("It rained.", marks, SUPPORTED)], citations.all())


def test_a_citation_under_another_document_breaks_the_contract() -> None:
    citations = CitationList()
    cite(citations, "It rained")
    item = citations.all()[0]
    other = dataclasses.replace(item, document=dataclasses.replace(item.document, document_id="other"))
    with pytest.raises(ContractViolation):
        check_contract([Claim("It rained.", (1,), SUPPORTED)], [other])


@given(st.text(min_size=1, max_size=60), st.data())
def test_any_whole_word_span_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    words = text.split()
    text = " ".join(words)
    if not any(character.isalnum() for character in text):
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = " ".join(words[first : last + 1])
    span = locate(quote, text)
    if any(character.isalnum() for character in quote):
        assert span is not None
        assert text[slice(*span)] == quote
