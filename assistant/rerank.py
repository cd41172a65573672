"""Passages in, the same passages in a better order out: by a cross-encoder, or by the answering model. Off by default.

A reranker reads question and paragraph together, which the vectors of retrieval never do, and costs as much more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.cross_encoder import CrossEncoder
from assistant.errors import CrossEncoderError, ModelError
from assistant.types import Event, Passage, Usage

if TYPE_CHECKING:
    from assistant.budget import Allowance
    from assistant.exchange import Message, Reply
    from assistant.model import ChatModel

POOL = 32  # passages that are read again; those behind them stay behind
SETTING = "PILCROW_RERANKER_DIR"
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Reranked:
    """The passages with their new ranks, what happened on the way, and what a model took for it."""

    passages: tuple[Passage, ...]
    events: tuple[Event, ...] = ()
    usage: Usage = field(default_factory=Usage)


class Reranker(Protocol):
    """Puts passages into a better order. Threads may share one."""

    def rerank(self, question: str, passages: Sequence[Passage], *, allowance: Allowance) -> Reranked:
        """All the passages, ranked anew from 1; what a model takes for it is counted in `allowance`."""
        ...


class CrossEncoderReranker:
    """Ranks by the logit of a cross-encoder such as those trained on MS MARCO (Nogueira and Cho 2019)."""

    def __init__(self, encoder: CrossEncoder) -> None:
        if len(encoder.labels) != 1:
            raise CrossEncoderError(
                f"{SETTING}: the model has {len(encoder.labels)} labels ({', '.join(encoder.labels)}); a reranker has "
                "one, the relevance. Give one that was trained to rank."
            )
        self.encoder = encoder

    @classmethod
    def open(cls, folder: Path) -> CrossEncoderReranker:
        """The model in `folder`. Raises `CrossEncoderError`, in one line that says what is wrong with it."""
        return cls(CrossEncoder.open(folder, setting=SETTING))

    def rerank(self, question: str, passages: Sequence[Passage], *, allowance: Allowance) -> Reranked:  # noqa: ARG002  # the Protocol's signature
        """The passages by relevance. A passage's `score` becomes its logit in standard deviations from the mean."""
        read, rest = passages[:POOL], passages[POOL:]
        if len(read) < 2:
            return Reranked(tuple(passages))
        logits = self.encoder.logits([(question, _text(passage)) for passage in read])[:, 0]
        return Reranked(tuple(_ranked([*_by_score(read, logits), *rest])))


class ModelReranker:
    """Asks the answering model for the order, all passages in one prompt (listwise, as in Sun et al. 2023, RankGPT)."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model

    def rerank(self, question: str, passages: Sequence[Passage], *, allowance: Allowance) -> Reranked:
        """The passages as the model orders them; those that it leaves out keep their order behind the others.

        A reply without an order leaves all as it was, and an event says so. Raises `ModelError`.
        """
        from assistant.dialogue import converse

        if len(passages) < 2:
            return Reranked(tuple(passages))
        ordering = Ordering(question, passages[:POOL], allowance=allowance)
        list(converse(self.model, ordering, stream=False))
        passages = _ranked([*ordering.ordered(), *passages[POOL:]])
        return Reranked(tuple(passages), tuple(ordering.events), ordering.usage)


class Ordering:
    """The one request of a `ModelReranker`: a `Dialogue`."""

    structured = None

    def __init__(self, question: str, passages: Sequence[Passage], *, allowance: Allowance) -> None:
        self.allowance = allowance
        self.events: list[Event] = []
        self.usage = Usage()
        self._question = question
        self._passages = list(passages)
        self._order: list[int] | None = None

    def request(self) -> tuple[Message, ...] | None:
        """What to ask; None once it was answered."""
        from assistant.prompting import rerank_messages

        return rerank_messages(self._question, self._passages) if self._order is None else None

    def feed(self, piece: str) -> list[str]:  # noqa: ARG002  # the signature is Dialogue's
        """Nothing can be told before the reply is whole."""
        return []

    def finish(self, reply: Reply) -> list[str]:
        """Take the order from the reply."""
        self.usage = self.usage + reply.usage
        self.events += reply.events
        named = [int(number) - 1 for number in NUMBER.findall(reply.text)]
        self._order = list(dict.fromkeys(number for number in named if 0 <= number < len(self._passages)))
        if not self._order:
            self.events.append(Event("not_reranked", "The passages kept their order: the model's reply names none."))
        return []

    def fail(self, error: ModelError) -> None:
        """Where the passages are too many for the model, they keep their order; any other failure is raised."""
        from assistant.failures import ContextTooLongError

        if not isinstance(error, ContextTooLongError):
            raise error
        self._order = []
        self.events.append(Event("not_reranked", f"The passages kept their order: {error}"))

    def ordered(self) -> list[Passage]:
        """The passages: those the model named, then the others."""
        order = dict.fromkeys([*(self._order or []), *range(len(self._passages))])
        return [self._passages[number] for number in order]


def _by_score(passages: Sequence[Passage], logits: NDArray[np.float32]) -> list[Passage]:
    standard = (logits - logits.mean()) / (logits.std() + 1e-9)
    scored = [
        replace(
            passage,
            score=round(float(score), 6),
            scores={**passage.scores, "reranker": round(float(logit), 6)},
        )
        for passage, score, logit in zip(passages, standard, logits, strict=True)
    ]
    return sorted(scored, key=lambda passage: -passage.scores["reranker"])


def _ranked(passages: Sequence[Passage]) -> list[Passage]:
    return [replace(passage, rank=rank) for rank, passage in enumerate(passages, start=1)]


def _text(passage: Passage) -> str:
    """What is read of a passage: its section, which the paragraph often leans on, and its text."""
    section = f"{passage.paragraph.section}. " if passage.paragraph.section else ""
    return f"{section}{passage.paragraph.text}"
