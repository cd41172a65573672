"""Who says it, as of when, and what a sentence leans on."""

from dataclasses import replace

import pytest

from assistant import Answer, Assistant
from assistant.attribution import attribution, leans_from, referent
from assistant.checks.dates import day_in_words
from ingest.sentences import sentence_spans
from ingest.types import Document, Paragraph, Place

CABLE = Document("06OSLO1", "RAIN", "2006-05-26", "cable", "a", "0", author="Embassy Oslo")
TEXT = "Rain is likely. (COMMENT: We think it will stop. END COMMENT.)"
PARAGRAPH = Paragraph("06OSLO1", "¶1", TEXT, "body", None, Place(lines=(1, 2)))


def meant(text: str) -> str | None:
    """Whom the pronoun of the last sentence means."""
    found = referent(text, sentence_spans(text)[-1])
    return found.name if found else None


def begun(text: str) -> str:
    """The quote of the last sentence, with what it leans on."""
    start, end = sentence_spans(text)[-1]
    return text[leans_from(text, (start, end)) : end]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (CABLE, "Cable of Embassy Oslo, 26 May 2006"),
        (replace(CABLE, kind="article", author="Ada Lie"), "Article by Ada Lie, 26 May 2006"),
        (replace(CABLE, author=None), "RAIN, 26 May 2006"),
        (replace(CABLE, kind="text", date=None), "RAIN"),
    ],
)
def test_a_heading_names_the_author_and_the_day(document: Document, said: str) -> None:
    assert attribution(document, PARAGRAPH, 0) == said


def test_a_cables_own_comment_is_called_so() -> None:
    assert attribution(CABLE, PARAGRAPH, TEXT.index("We think")).endswith(", in its own comment")
    assert not attribution(replace(CABLE, kind="article"), PARAGRAPH, TEXT.index("We think")).endswith("comment")


def test_a_day_is_written_out() -> None:
    assert day_in_words("2006-05-02") == "2 May 2006"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nam said it would rain. He added that it might snow.", "Nam"),
        ("Nam Ki-wook, head of the office, said it would rain. Snow, he noted, was unlikely.", "Nam Ki-wook"),
        ("The town, according to Nam, was dry. The roofs were not, she said.", "Nam"),
        ("Nam said it would rain. The roofs leak. He added that it might snow.", "Nam"),
        ("Nam said yes. Kang said no. He added that it might snow.", "Kang"),
        ("Nam said yes and Kang said no. He added that it might snow.", None),  # either may be meant
        ("Seoul said it would rain. He added that it might snow.", None),  # a place is no person
        ("Nam said it would rain. Kang thinks he said it too late.", None),  # the sentence names its own
        ("The officials said it would rain. He added that it might snow.", None),
        ("Nam said it would rain. They left.", None),
        ("He said it would rain.", None),
    ],
)
def test_whom_a_pronoun_means(text: str, name: str | None) -> None:
    assert meant(text) == name


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It rains. This makes the roofs leak.", "It rains. This makes the roofs leak."),
        ("One. It rains. But it, too, is warm.", "It rains. But it, too, is warm."),
        ("One. It rains. But they are warm.", "It rains. But they are warm."),
        ("It rains. The roofs leak.", "The roofs leak."),
        ("This is the only sentence.", "This is the only sentence."),
    ],
)
def test_a_sentence_that_points_back_is_quoted_with_the_one_before(text: str, quote: str) -> None:
    assert begun(text) == quote


def test_answers_say_whom_a_pronoun_means_and_cite_the_sentence_that_names_them(bundled_assistant: Assistant) -> None:
    answer = bundled_assistant.ask("Which prejudices, dating from the Cold War, concerned Seoul?")
    claim = next(claim for claim in answer.claims if "[Kang]" in claim.text)
    own, named = (answer.citations[number - 1] for number in claim.citations)
    assert claim.text.replace(" [Kang]", "") == own.quote
    assert "Kang" in named.quote
    assert named.reference == own.reference


def test_each_citation_says_who_says_it_and_as_of_when(bundled_assistant: Assistant) -> None:
    answer: Answer = bundled_assistant.ask("Who signed the cable?")
    assert answer.to_dict()["citations"][0]["attribution"] == "Cable of Embassy Seoul, 26 May 2006"
