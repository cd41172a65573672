"""The nouns of an answer: Passages found, Claims made, Citations checked, and the Answer that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.attribution import attribution
from ingest.types import Document, Paragraph

Mode = Literal["llm", "extractive"]
Status = Literal["answered", "partial", "abstained"]
Label = Literal["supported", "partial", "contradicted", "unsupported"]
History = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved paragraph, its rank (from 1), its fused score, and what each retriever gave it."""

    document: Document
    paragraph: Paragraph
    rank: int
    score: float
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """`06SEOUL1789 ¶3`."""
        return self.paragraph.reference

    def to_dict(self) -> dict[str, Any]:
        """Reference, score and rank, as the answer's JSON gives them."""
        return {"reference": self.reference, "score": self.score, "rank": self.rank}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a paragraph bears a claim out: `score` in [0, 1], reasons in plain words, the sentence that decides."""

    label: Label
    reasons: tuple[str, ...] = ()
    score: float = 0.0
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and its place: `paragraph.text[start:end] == quote`, by construction in `assistant.citations`."""

    number: int
    document: Document
    paragraph: Paragraph
    quote: str
    start: int
    end: int

    @property
    def reference(self) -> str:
        """`06SEOUL1789 ¶3`."""
        return self.paragraph.reference

    @property
    def attribution(self) -> str:
        """Who says it, and as of when: `Cable of Embassy Seoul, 26 May 2006`."""
        return attribution(self.document, self.paragraph, self.start)

    def to_dict(self) -> dict[str, Any]:
        """The citation as the answer's JSON gives it."""
        return {
            "number": self.number,
            "reference": self.reference,
            "document_id": self.document.document_id,
            "anchor": self.paragraph.anchor,
            "title": self.document.title,
            "date": self.document.date,
            "attribution": self.attribution,
            "section": self.paragraph.section,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "source": {"path": self.document.path, **self.paragraph.place.to_dict()},
            "source_sha256": self.document.sha256,
            "url": self.document.url,
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, the numbers of the citations it rests on, and whether they bear it out."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """The claim as the answer's JSON gives it."""
        return {
            "text": self.text,
            "citations": list(self.citations),
            "verdict": self.verdict.label,
            "reasons": list(self.verdict.reasons),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was repaired, dropped or limited on the way to an answer: nothing is lost silently."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the answering model was sent and sent back, and what they cost; None where no prices are set."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: Usage) -> Usage:
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            sum(costs) if costs else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """The tokens, and the cost where it is known."""
        cost = {} if self.cost is None else {"cost": round(self.cost, 6)}
        return {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens, **cost}


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer makes of a question and its passages, before the assistant adds where it came from.

    `confidence`, in [0, 1], is how sure the answerer is that the passages answer the question.
    """

    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    missing: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    usage: Usage = Usage()
    confidence: float = 0.0

    @property
    def status(self) -> Status:
        """`abstained` without a supported claim, `partial` where something asked for is missing."""
        if not any(claim.verdict.label in ("supported", "partial") for claim in self.claims):
            return "abstained"
        return "partial" if self.missing else "answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to `question`; `answer` is the text with [n] marks. `to_dict()` is its JSON form."""

    question: str
    standalone_question: str
    mode: Mode
    model: str | None
    draft: Draft
    passages: tuple[Passage, ...]
    generation: str
    embedding: str
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """`answered`, `partial` or `abstained`."""
        return self.draft.status

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The sentences of the answer."""
        return self.draft.claims

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations, numbered in the order in which they first occur."""
        return self.draft.citations

    @property
    def missing(self) -> tuple[str, ...]:
        """What was asked and the documents do not say."""
        return self.draft.missing

    @property
    def events(self) -> tuple[Event, ...]:
        """What was repaired or dropped."""
        return self.draft.events

    @property
    def confidence(self) -> float:
        """How sure the answerer is that the documents answer the question, in [0, 1]."""
        return self.draft.confidence

    @property
    def answer(self) -> str:
        """The claims as one text, each with its marks: `… the North's reaction. [1]`."""
        return " ".join(marked(claim) for claim in self.claims)

    def attribution(self, claim: Claim) -> str | None:
        """Who says it, and as of when: `Cable of Embassy Seoul, 26 May 2006`; None for a claim without a citation."""
        return self.citations[claim.citations[0] - 1].attribution if claim.citations else None

    def to_dict(self) -> dict[str, Any]:
        """The answer as `pilcrow ask --json` prints it; `assistant/answer.schema.json` describes it."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "status": self.status,
            "confidence": self.confidence,
            "mode": self.mode,
            "model": self.model,
            "answer": self.answer,
            "claims": [claim.to_dict() for claim in self.claims],
            "citations": [citation.to_dict() for citation in self.citations],
            "missing": list(self.missing),
            "passages": [passage.to_dict() for passage in self.passages],
            "events": [{"kind": event.kind, "detail": event.detail} for event in self.events],
            "usage": self.draft.usage.to_dict(),
            "timings_ms": dict(self.timings_ms),
            "index": {"generation": self.generation, "embedding": self.embedding},
        }


def marked(claim: Claim) -> str:
    """A claim's text with its marks behind it."""
    marks = "".join(f"[{number}]" for number in claim.citations)
    return f"{claim.text} {marks}" if marks else claim.text
