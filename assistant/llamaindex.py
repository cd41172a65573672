"""Pilcrow as LlamaIndex parts: a retriever over paragraphs, a query engine that answers with checked citations."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.types import Passage
from ingest.types import Document, Paragraph

if TYPE_CHECKING:
    from assistant.assistant import Assistant


class PilcrowRetriever(BaseRetriever):
    """Retrieves whole paragraphs; a node's id is the paragraph's reference."""

    def __init__(self, assistant: Assistant, *, limit: int) -> None:
        super().__init__()
        self._assistant = assistant
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_scored(passage) for passage in self._assistant.search(query_bundle.query_str, limit=self._limit)]


class PilcrowQueryEngine(BaseQueryEngine):
    """Answers through `Assistant.ask`. `Response.metadata` is the answer as JSON; source nodes are what is cited."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(callback_manager=None)
        self._assistant = assistant

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        answer = self._assistant.ask(query_bundle.query_str)
        scores = {passage.reference: passage.score for passage in answer.passages}
        cited = {citation.reference: citation for citation in answer.citations}
        nodes = [
            NodeWithScore(node=_node(citation.document, citation.paragraph), score=scores.get(reference))
            for reference, citation in cited.items()
        ]
        return Response(response=answer.answer, source_nodes=nodes, metadata=answer.to_dict())

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _scored(passage: Passage) -> NodeWithScore:
    return NodeWithScore(node=_node(passage.document, passage.paragraph), score=passage.score)


def _node(document: Document, paragraph: Paragraph) -> TextNode:
    metadata = {
        "reference": paragraph.reference,
        "document_id": paragraph.document_id,
        "anchor": paragraph.anchor,
        "title": document.title,
        "date": document.date,
        "section": paragraph.section,
        "source": document.path,
    }
    return TextNode(id_=paragraph.reference, text=paragraph.text, metadata=metadata)
