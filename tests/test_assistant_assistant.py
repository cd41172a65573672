"""The assistant in extractive mode, over both editions."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module, resources
from pathlib import Path

import jsonschema
import pytest

from assistant import Answer, Assistant, Claim, QuestionError, Settings, UnknownReferenceError
from assistant.errors import ClaimError
from evals.gold import gold_file, load_questions
from ingest.errors import IndexFingerprintError

QUESTION = "What worried Seoul most about closer ties with NATO?"
GOLD = load_questions(gold_file("questions"))


def test_the_answer_cites_the_paragraph_that_says_so(assistant: Assistant) -> None:
    cited = {citation.reference for citation in assistant.ask(QUESTION).citations}
    assert cited & {"06SEOUL1789 ¶1", "06SEOUL1789 ¶3"}


def test_every_gold_question_keeps_the_contract_and_the_schema(assistant: Assistant) -> None:
    schema = json.loads((resources.files("assistant") / "answer.schema.json").read_text(encoding="utf8"))
    validator = jsonschema.Draft202012Validator(schema)
    for question in GOLD:
        answer = assistant.ask(question.question, history=question.history)
        validator.validate(answer.to_dict())
        for citation in answer.citations:
            text = assistant.paragraph(citation.reference).text
            assert text[citation.start : citation.end] == citation.quote


def test_a_question_about_something_else_is_abstained(assistant: Assistant) -> None:
    answer = assistant.ask("How do I bake sourdough bread with rye flour?")
    assert answer.status == "abstained"
    assert answer.claims == ()
    assert answer.missing == ("How do I bake sourdough bread with rye flour?",)
    assert len(answer.passages) == 8


@pytest.mark.parametrize("question", ["", "   ", "?!", "x" * 4001], ids=["empty", "blank", "marks", "too long"])
def test_a_question_that_cannot_be_asked_is_refused(bundled_assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError):
        bundled_assistant.ask(question)


def test_the_stream_ends_with_the_answer(bundled_assistant: Assistant) -> None:
    *claims, answer = bundled_assistant.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert all(isinstance(claim, Claim) for claim in claims)
    assert tuple(claims) == answer.claims


def test_asking_without_waiting_gives_the_same_answer(bundled_assistant: Assistant) -> None:
    answer = asyncio.run(bundled_assistant.aask(QUESTION))
    assert answer.answer == bundled_assistant.ask(QUESTION).answer


def test_many_searches_at_once_find_what_each_finds_alone(bundled_assistant: Assistant) -> None:
    questions = [QUESTION, "Who signed the cable?", "Which group in Estonia did the spy agency join?"]
    together = bundled_assistant.search(questions, limit=5)
    alone = [bundled_assistant.search(question, limit=5) for question in questions]
    assert [[item.reference for item in found] for found in together] == [
        [item.reference for item in found] for found in alone
    ]


def test_an_unknown_paragraph_names_those_there_are(bundled_assistant: Assistant) -> None:
    with pytest.raises(UnknownReferenceError) as caught:
        bundled_assistant.paragraph("06SEOUL1789 ¶9")
    assert str(caught.value) == "No paragraph 06SEOUL1789 ¶9. 06SEOUL1789 has: header, ¶1, ¶2, ¶3, ¶4."


@pytest.mark.parametrize(
    "reference", ["06SEOUL1789¶3", "06seoul1789 ¶3", "06SEOUL1789  ¶ 3", "06SEOUL1789 3"], ids=repr
)
def test_a_reference_written_otherwise_is_guessed(bundled_assistant: Assistant, reference: str) -> None:
    with pytest.raises(UnknownReferenceError, match=r"^No paragraph .*\. Did you mean 06SEOUL1789 ¶3\?$"):
        bundled_assistant.check("Kang spoke.", reference)


def test_a_document_alone_is_no_paragraph(bundled_assistant: Assistant) -> None:
    with pytest.raises(UnknownReferenceError) as caught:
        bundled_assistant.check("Kang spoke.", "06seoul1789")
    assert str(caught.value) == (
        "No paragraph 06seoul1789. Did you mean one of 06SEOUL1789's paragraphs: header, ¶1, ¶2, ¶3, ¶4?"
    )


def test_a_long_claim_is_refused_and_not_repeated(bundled_assistant: Assistant) -> None:
    with pytest.raises(ClaimError) as caught:
        bundled_assistant.check("x" * 4001, "06SEOUL1789 ¶3")
    assert str(caught.value) == "The claim has 4001 characters; 4000 is the most. Check a sentence at a time."
    with pytest.raises(UnknownReferenceError) as unknown:
        bundled_assistant.check("Kang spoke.", "x" * 4001)
    assert len(str(unknown.value)) < 200


def test_a_document_with_no_answer_is_no_document(bundled_assistant: Assistant) -> None:
    with pytest.raises(UnknownReferenceError, match="06SEOUL1789, koreapro-2197111"):
        bundled_assistant.paragraph("nothing ¶1")


def test_llama_index_retrieves_paragraphs(bundled_assistant: Assistant) -> None:
    nodes = bundled_assistant.as_retriever(limit=3).retrieve(QUESTION)
    assert [node.node.node_id for node in nodes] == [
        passage.reference for passage in bundled_assistant.search(QUESTION, limit=3)
    ]


def test_llama_index_queries_with_cited_source_nodes(bundled_assistant: Assistant) -> None:
    response = bundled_assistant.as_query_engine().query(QUESTION)
    answer = bundled_assistant.ask(QUESTION)
    assert str(response) == answer.answer
    assert [node.node.node_id for node in response.source_nodes] == [
        *dict.fromkeys(citation.reference for citation in answer.citations)
    ]


def test_a_model_that_the_index_was_not_built_with_is_refused(bundled_index: Path) -> None:
    settings = Settings(index=bundled_index, embedding="other", openai_base_url="http://127.0.0.1:9/v1")
    with pytest.raises(IndexFingerprintError, match="Run `pilcrow ingest` again"):
        Assistant.open(settings)


@pytest.mark.parametrize("name", ["assistant", "ingest", "prompts", "evals"])
def test_all_names_are_exported(name: str) -> None:
    module = import_module(name)
    own = {key for key, value in vars(module).items() if key[0] != "_" and getattr(value, "__module__", "") == name}
    assert {*module.__all__} == own | {*getattr(module, "_HOMES", ())}
    assert all(hasattr(module, exported) for exported in module.__all__)


@pytest.mark.parametrize(("text", "label"), [("A ferry sank.", "supported"), ("A ferry did not sink.", "contradicted")])
def test_a_claim_is_checked_against_another_text(bundled_assistant: Assistant, text: str, label: str) -> None:
    assert bundled_assistant.check("A ferry sank.", "06SEOUL1789 ¶3", text=text).label == label
