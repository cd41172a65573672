"""Token vectors: kept in eight bits, matched word by word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.minilm import MiniLM
from ingest.sentences import sentence_spans
from ingest.tokens import TokenIndex, TokenRows, matched, token_rows
from ingest.types import Paragraph, Place

TEXT = "It rained in Oslo on Monday. The minister signed the treaty. Nobody was surprised."


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM.open()


def paragraph(text: str = TEXT) -> Paragraph:
    return Paragraph("notes", "¶1", text, "body", None, Place(lines=(1, 1)))


def rows(model: MiniLM, text: str = TEXT) -> TokenRows:
    return token_rows(paragraph(text), [(0, len(text))], model.token_vectors)


def test_every_token_knows_its_sentence(model: MiniLM) -> None:
    found = rows(model)
    spans = {(int(start), int(end)) for start, end in found.sentence}
    assert spans == set(sentence_spans(TEXT))
    assert found.tokens[0] == "it"


def test_eight_bits_keep_the_direction(model: MiniLM) -> None:
    found = rows(model)
    restored = found.vectors.astype(np.float32) * found.scale[:, None]
    exact = model.token_vectors(TEXT).vectors
    assert (np.sum(restored * exact, axis=1) / np.linalg.norm(restored, axis=1)).min() > 0.999


def test_rows_read_back_from_bytes(model: MiniLM) -> None:
    found = rows(model)
    restored = TokenRows.from_bytes(found.to_bytes())
    assert restored.tokens == found.tokens
    assert all(
        np.array_equal(getattr(restored, name), getattr(found, name)) for name in ("vectors", "scale", "sentence")
    )


def test_a_question_matches_the_sentence_that_speaks_of_it(model: MiniLM, tmp_path: Path) -> None:
    TokenIndex.build([("notes ¶1", rows(model))]).save(tmp_path)
    index = TokenIndex.load(tmp_path)
    assert index is not None
    question = index.question(model.token_vectors("Who signed the agreement?"))
    match = index.match(question, "notes ¶1")
    scores = {TEXT[slice(*span)]: matched(near, question.weights) for span, near in match.sentences.items()}
    assert max(scores, key=lambda sentence: scores[sentence]) == "The minister signed the treaty."


def test_stop_words_are_no_content(model: MiniLM) -> None:
    index = TokenIndex.build([("notes ¶1", rows(model))])
    assert index.question(model.token_vectors("Who was it that signed?")).tokens == ("signed",)


def test_an_index_without_token_vectors_has_none(tmp_path: Path) -> None:
    assert TokenIndex.load(tmp_path) is None


def test_a_long_paragraph_is_read_part_by_part(model: MiniLM) -> None:
    text = " ".join(f"Sentence number {number} tells of rain." for number in range(80))
    spans = sentence_spans(text)
    parts = [(spans[first][0], spans[first + 19][1]) for first in range(0, 80, 20)]
    found = token_rows(paragraph(text), parts, model.token_vectors)
    assert {(int(start), int(end)) for start, end in found.sentence} == set(sentence_spans(text))
