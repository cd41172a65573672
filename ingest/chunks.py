"""Paragraphs in, chunks out: what is embedded, as a LlamaIndex node parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, MetadataMode, TextNode
from pydantic import Field

from ingest.aliases import spelled_out
from ingest.context import context_line
from ingest.fields import searched_as
from ingest.readers import llama_documents
from ingest.sentences import sentence_spans
from ingest.types import ParsedDocument

Grain = Literal["paragraph", "sentence", "pair"]
TokenCounter = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of a paragraph that is embedded: `embed_text` is the span with its context line, if it has one."""

    chunk_id: str
    reference: str
    grain: Grain
    start: int
    end: int
    embed_text: str


class ParagraphNodeParser(NodeParser):
    """Makes nodes of whole paragraphs (split at sentences where they exceed the window), sentences and sentence pairs.

    A paragraph node is embedded under a context line (title, date, section), which is not part of its text. Offsets
    (`start_char_idx`, `end_char_idx`) are into the paragraph's text.
    """

    window: int = Field(description="The longest text the embedding takes, in tokens.")
    count_tokens: TokenCounter = Field(exclude=True, description="Tokens of each text.")

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex serialises this parser under."""
        return "ParagraphNodeParser"

    def _parse_nodes(
        self,
        nodes: Sequence[BaseNode],
        show_progress: bool = False,  # noqa: ARG002  # the signature is LlamaIndex's own
        **_: Any,
    ) -> list[BaseNode]:
        return [chunk for node in nodes for chunk in self._nodes_of(node)]

    def _nodes_of(self, node: BaseNode) -> list[BaseNode]:
        text = node.get_content(metadata_mode=MetadataMode.NONE)
        sentences = sentence_spans(text)
        metadata = node.metadata
        context = context_line(metadata["title"], metadata.get("date"), metadata.get("section"))
        parts = split_to_window(
            text, sentences, window=self.window, count_tokens=self.count_tokens, prefix=f"{context}\n"
        )
        nodes = [self._node(node, text, span, "paragraph", context) for span in parts]
        if len(sentences) > 1:
            sentences = tuple(
                part
                for sentence in sentences
                for part in split_to_window(text, (sentence,), window=self.window, count_tokens=self.count_tokens)
            )
            nodes += [self._node(node, text, span, "sentence", "") for span in sentences]
            pairs = [(left[0], right[1]) for left, right in pairwise(sentences)]
            nodes += [self._node(node, text, span, "pair", "") for span in pairs if len(sentences) > 2]
        else:
            nodes += [self._node(node, text, span, "sentence", "") for span in parts]
        return nodes

    def _node(self, node: BaseNode, text: str, span: tuple[int, int], grain: Grain, context: str) -> BaseNode:
        start, end = span
        metadata = {"context": context} if context else {}
        return TextNode(
            id_=f"{node.node_id}|{grain}|{start}-{end}",
            text=text[start:end],
            metadata=metadata,
            metadata_template="{value}",
            text_template="{metadata_str}\n{content}",
            start_char_idx=start,
            end_char_idx=end,
        )


def chunks_of(parsed: ParsedDocument, *, window: int, count_tokens: TokenCounter) -> tuple[Chunk, ...]:
    """The chunks of a document, through LlamaIndex's own pipeline: documents, node parser, embedding text."""
    parser = ParagraphNodeParser(window=window, count_tokens=count_tokens)
    return tuple(_chunk(node) for node in parser.get_nodes_from_documents(llama_documents(parsed)))


def split_to_window(
    text: str,
    sentences: Sequence[tuple[int, int]],
    *,
    window: int,
    count_tokens: TokenCounter,
    prefix: str = "",
) -> tuple[tuple[int, int], ...]:
    """Spans of whole sentences that fit the window with the prefix; a sentence too long for it is cut at a space."""
    if not sentences:
        return ()
    whole = (sentences[0][0], sentences[-1][1])
    if count_tokens([prefix + text[whole[0] : whole[1]]])[0] <= window:
        return (whole,)
    if len(sentences) > 1:
        middle = len(sentences) // 2
        halves = (sentences[:middle], sentences[middle:])
    else:
        start, end = whole
        cut = text.rfind(" ", start + 1, (start + end) // 2 + 1)
        cut = cut if cut > start else (start + end) // 2
        if cut <= start:
            return (whole,)
        halves = (((start, cut),), ((cut + (text[cut] == " "), end),))
    return tuple(
        span
        for half in halves
        for span in split_to_window(text, half, window=window, count_tokens=count_tokens, prefix=prefix)
    )


def _chunk(node: BaseNode) -> Chunk:
    reference, grain, span = node.node_id.rsplit("|", 2)
    start, end = span.split("-")
    return Chunk(
        chunk_id=node.node_id,
        reference=reference,
        grain=grain,  # type: ignore[arg-type]  # the parser above wrote one of the three grains
        start=int(start),
        end=int(end),
        embed_text=spelled_out(
            node.get_content(metadata_mode=MetadataMode.EMBED) if node.metadata else searched_as(node.get_content())
        ),
    )
