"""The nouns of an answer: Passages found, Claims made, Citations checked, and the Answer that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from assistant.attribution import attribution
from ingest.types import Document, Paragraph

Mode = Literal["llm", "extractive"]
Status = Literal["answered", "partial", "abstained"]
Label = Literal["supported", "partial", "contradicted", "unsupported"]
WORST_FIRST: tuple[Label, ...] = ("contradicted", "unsupported", "partial", "supported")
BORNE_OUT = ("supported", "partial")  # labels of what may be shown as an answer
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
class Verdict:
    """Whether a paragraph bears a claim out: `score` in [0, 1], 0.5 or more where it does; reasons in plain words; the
    sentence that decides; `notes` tell what of the check could not be done, `usage` is what a model took for it."""

    label: Label
    reasons: tuple[str, ...] = ()
    score: float = 0.0
    sentence: str | None = None
    notes: tuple[str, ...] = ()
    usage: Usage = Usage()


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
class Conflict:
    """Where two documents disagree on what was asked: both sides in words, and the numbers of their citations."""

    text: str
    citations: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """The conflict as the answer's JSON gives it."""
        return {"text": self.text, "citations": list(self.citations)}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was repaired, dropped or limited on the way to an answer: nothing is lost silently."""

    kind: str
    detail: str


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
    conflicts: tuple[Conflict, ...] = ()

    def with_events(self, events: Iterable[Event]) -> Draft:
        """The same draft, with what else happened."""
        return replace(self, events=(*self.events, *events))

    def with_conflicts(self, conflicts: tuple[Conflict, ...], citations: tuple[Citation, ...]) -> Draft:
        """The same draft with conflicts, and with all citations that it and they rest on."""
        return replace(self, conflicts=conflicts, citations=citations)

    @property
    def status(self) -> Status:
        """`abstained` without a supported claim, `partial` where something asked for is missing."""
        if not any(claim.verdict.label in BORNE_OUT for claim in self.claims):
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
    def conflicts(self) -> tuple[Conflict, ...]:
        """Where the documents disagree on what was asked."""
        return self.draft.conflicts

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
        """The claims and conflicts as one text, each with its marks: `… the North's reaction. [1]`."""
        told: tuple[Claim | Conflict, ...] = (*self.claims, *self.conflicts)
        return " ".join(marked(item) for item in told)

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
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
            "passages": [passage.to_dict() for passage in self.passages],
            "events": [{"kind": event.kind, "detail": event.detail} for event in self.events],
            "usage": self.draft.usage.to_dict(),
            "timings_ms": dict(self.timings_ms),
            "index": {"generation": self.generation, "embedding": self.embedding},
        }


def marked(told: Claim | Conflict) -> str:
    """A claim's or a conflict's text with its marks behind it."""
    marks = "".join(f"[{number}]" for number in told.citations)
    return f"{told.text} {marks}" if marks else told.text
