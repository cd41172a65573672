"""Rerankers: a cross-encoder from a folder, and the answering model, behind one Protocol."""

import asyncio
from pathlib import Path

import pytest
from model_server import ChatRequest, ModelServer, Reply, Text, context_length_exceeded
from personas import Honest, given, kind
from tiny_model import write_cross_encoder

from assistant import Answer, Assistant, Settings
from assistant.errors import CrossEncoderError, RerankerError
from assistant.rerank import POOL

QUESTION = "What worried Seoul most about closer ties with NATO?"
COMPARISON = "Compare how the cable and the article speak of NATO."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model to which only Russia matters."""
    return write_cross_encoder(tmp_path / "reranker", {"russia": (1.0,)}, labels=("relevance",), longest=512)


class Ranking(Honest):
    """Answers as an honest model, and ranks as it is told."""

    def __init__(self, order: str | None) -> None:
        super().__init__()
        self.order = order

    def reply(self, request: ChatRequest) -> Reply:
        if kind(request) != "rerank":
            return super().reply(request)
        return context_length_exceeded(limit=512, asked=9_000) if self.order is None else Text(self.order)


def ranked_by(order: str | None, index: Path) -> tuple[Answer, ModelServer]:
    with ModelServer(Ranking(order)) as server:
        settings = Settings(index=index, openai_base_url=server.base_url, model="test-model", reranker="model")
        return Assistant.open(settings).ask(QUESTION), server


def test_a_cross_encoder_ranks_the_passages(bundled_index: Path, folder: Path) -> None:
    passages = Assistant.open(Settings(index=bundled_index, reranker_dir=folder)).search(QUESTION, limit=5)
    assert "Russia" in passages[0].paragraph.text
    assert [passage.rank for passage in passages] == [1, 2, 3, 4, 5]
    logits = [passage.scores["reranker"] for passage in passages]
    assert logits == sorted(logits, reverse=True)
    assert [passage.score for passage in passages] == sorted((item.score for item in passages), reverse=True)


def test_an_answer_is_made_of_the_passages_as_reranked(bundled_index: Path, folder: Path) -> None:
    assistant = Assistant.open(Settings(index=bundled_index, reranker_dir=folder, mode="extractive"))
    answer = assistant.ask(QUESTION)
    found = assistant.search(QUESTION, limit=assistant.settings.passages)
    assert [item.reference for item in answer.passages] == [item.reference for item in found]


def test_compared_documents_still_take_turns(bundled_index: Path, folder: Path) -> None:
    passages = Assistant.open(Settings(index=bundled_index, reranker_dir=folder)).search(COMPARISON, limit=4)
    sides = [passage.document.document_id for passage in passages]
    assert sides[:2] == sides[2:]
    assert len(set(sides)) == 2


def test_a_model_with_several_labels_is_no_reranker(bundled_index: Path, tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path / "nli", {"not": (0.0, 1.0)}, labels=("yes", "no"))
    with pytest.raises(CrossEncoderError, match=r"2 labels \(yes, no\)"):
        Assistant.open(Settings(index=bundled_index, reranker_dir=folder))


def test_a_missing_folder_is_named(bundled_index: Path, tmp_path: Path) -> None:
    with pytest.raises(CrossEncoderError, match="PILCROW_RERANKER_DIR"):
        Assistant.open(Settings(index=bundled_index, reranker_dir=tmp_path / "none"))


def test_the_model_ranks_the_passages(bundled_index: Path) -> None:
    answer, server = ranked_by("3 > 1", bundled_index)
    asked = next(request for request in server.chats if kind(request) == "rerank")
    offered = [item.reference for item in given(asked.prompt)]
    assert [item.reference for item in answer.passages[:3]] == [offered[2], offered[0], offered[1]]
    assert not answer.events


def test_what_the_model_leaves_out_keeps_its_order(bundled_index: Path) -> None:
    answer, _ = ranked_by(" > ".join(str(number) for number in range(1, 30) if number not in (2, 9)), bundled_index)
    found = Assistant.open(Settings(index=bundled_index)).search(QUESTION, limit=POOL)
    order = [item.reference for item in answer.passages]
    assert order.index(found[1].reference) < order.index(found[8].reference)


def test_the_models_tokens_for_ranking_are_counted(bundled_index: Path) -> None:
    answer, server = ranked_by("3 > 1", bundled_index)
    assert len(server.chats) == 2
    with ModelServer(Honest()) as plain:
        settings = Settings(index=bundled_index, openai_base_url=plain.base_url, model="test-model")
        unranked = Assistant.open(settings).ask(QUESTION)
    assert answer.to_dict()["usage"]["prompt_tokens"] > unranked.to_dict()["usage"]["prompt_tokens"]


@pytest.mark.parametrize("reply", ["I would rather not.", "99 > 0", None])
def test_without_an_order_the_passages_stay_and_an_event_says_so(bundled_index: Path, reply: str | None) -> None:
    answer, _ = ranked_by(reply, bundled_index)
    found = Assistant.open(Settings(index=bundled_index)).search(QUESTION, limit=5)
    assert [item.reference for item in answer.passages[:5]] == [item.reference for item in found]
    assert [event.kind for event in answer.events] == ["not_reranked"]


def test_a_stream_that_does_not_wait_is_reranked_too(bundled_index: Path) -> None:
    async def ask() -> Answer:
        with ModelServer(Ranking("2")) as server:
            settings = Settings(index=bundled_index, openai_base_url=server.base_url, model="m", reranker="model")
            return await Assistant.open(settings).aask(QUESTION)

    found = Assistant.open(Settings(index=bundled_index)).search(QUESTION, limit=2)
    assert asyncio.run(ask()).passages[0].reference == found[1].reference


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mode": "extractive"}, "needs an answering model"),
        ({"openai_base_url": "http://127.0.0.1:9/v1", "reranker_dir": Path("anywhere")}, "both set"),
    ],
)
def test_settings_that_do_not_go_together_are_told(bundled_index: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(RerankerError, match=said):
        Assistant.open(Settings(index=bundled_index, reranker="model", **options))
