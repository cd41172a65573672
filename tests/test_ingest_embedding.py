"""The embedding of a server."""

from __future__ import annotations

from ingest.embedding import RemoteEmbedding
from ingest.settings import IndexSettings


def test_tokens_are_counted_high_in_any_script() -> None:
    model = RemoteEmbedding(IndexSettings(embedding="other", openai_base_url="http://127.0.0.1:9/v1"))
    assert model.count_tokens(["", "minutes", "회의록", "the 회의"]) == [1, 4, 7, 7]
