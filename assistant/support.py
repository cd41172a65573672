"""A claim and the paragraph it cites in, a Verdict out: does the paragraph say that? It fails closed.

The layers in `assistant.checks` each measure one way in which a claim can differ from its paragraph, and say in words
what they found; `assistant.entailment` reads the two together. A logistic regression weighs the measures, as fitted by
`evals.fit_support` (`support.json`). Some things fail a claim whatever that says: see `fails`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assistant.checks.assertion import check_assertion
from assistant.checks.bindings import check_bindings
from assistant.checks.coverage import Zone, check_coverage, find_zone
from assistant.checks.dates import check_dates, day_in_words, day_of, times
from assistant.checks.finding import Finding, Reason
from assistant.checks.modality import check_modality
from assistant.checks.names import check_names, learn_aliases, learn_initials
from assistant.checks.nearness import Nearness
from assistant.checks.numbers import check_numbers
from assistant.checks.polarity import check_polarity
from assistant.checks.quantifiers import check_quantifiers
from assistant.checks.reading import Reading, read_words
from assistant.checks.relations import check_relations
from assistant.checks.speakers import check_speakers
from assistant.entailment import Entailment
from assistant.types import Label, Verdict
from ingest.analyser import terms
from ingest.types import Document, Paragraph

CONFLICTS = (
    "foreign_name",
    "foreign_opener",
    "absent_name",
    "wrong_time",
    "missing_time",
    "missing_number",
    "missing_ordinal",
    "opposite",
    "flipped_most",
    "overstated",
    "only_added",
    "quantity_swapped",
    "swapped",
    "other_speaker",
    "valence_turned",
    "supposed",
)
OUTRIGHT = frozenset(["opposite", "flipped_most"])
ALWAYS = frozenset(["missing_figure", "foreign_name", "wrong_date", "supposed"])
OTHERWISE = frozenset(["missing_number", "wrong_time", "foreign_opener"])
RULES = sorted(OUTRIGHT | ALWAYS | OTHERWISE)  # measures that can fail a claim by themselves, see `fails`
LIKELY = 0.5
SUPPORTED = 0.5  # score from which on a claim is supported: the regression's intercept is set so
FAILED = 0.3  # the most that a claim has which a rule fails
ABOUT_THAT = 0.65  # share of the claim from which on words that pull the other way are about the same
FIRM = 0.15  # `entailed` from which on it outweighs the layers that read words: 0.7 in probability
READ = frozenset(["entailed", "denied"])  # measures of the entailment model
REASONS_SHOWN = 3
TYPICAL_WEIGHT = 3.0  # the IDF of a content word where no index says otherwise
PARTLY = 0.5
ALL_COVERED = 0.99  # share of the claim from which on a paragraph has it, be it in another order
LEAST_COVERED = 0.25  # share of the claim below which a paragraph speaks of something else, unless a model reads it


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beyond the paragraph: names of the whole document; the weight (IDF) of a term; how near a claim
    comes to sentences word by word; what reads it together with them; the reference of another paragraph where the
    claim stands word for word.
    """

    names: frozenset[str] = frozenset()
    weight: Callable[[str], float] | None = None
    near: Callable[[str, Sequence[str]], Nearness] | None = None
    entailment: Callable[[str, str], Entailment] | None = None
    stands_in: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """All measures of a claim against its paragraph, what they rest on in words, and the sentences that decide."""

    measures: Mapping[str, float]
    reasons: tuple[Reason, ...]
    zone: Zone


@dataclass(frozen=True, slots=True)
class Model:
    """The fitted regression: `typical` stands in for a measure that was not taken."""

    intercept: float
    coefficients: Mapping[str, float]
    typical: Mapping[str, float]

    def score(self, measures: Mapping[str, float]) -> float:
        """How surely the paragraph bears the claim out, from 0 to 1."""
        logit = self.intercept + sum(
            weight * measures.get(name, self.typical.get(name, 0.0)) for name, weight in self.coefficients.items()
        )
        return 1 / (1 + math.exp(-logit))


def check_support(
    claim: str,
    quote: str,
    paragraph: str,
    *,
    context: str = "",
    date: str | None = None,
    place: str = "the cited paragraph",
    surroundings: Surroundings | None = None,
) -> Verdict:
    """Whether `paragraph`, from which `quote` is cited, bears out `claim`.

    `context` is what else the reader is told of the paragraph: its document's title and its section. `date` is the
    document's ISO date, from which relative dates are reckoned. `place` is how the reasons call the paragraph.
    """
    if not any(word.term for word in read_words(claim).words):
        return Verdict("unsupported", ("the claim has no content words",), 0.0)
    if is_verbatim(claim, paragraph):
        return Verdict("supported", (), 1.0, claim.strip())
    surroundings = surroundings or Surroundings()
    measured = measure_support(claim, paragraph, context=context, date=date, surroundings=surroundings)
    model = load_model()
    score = model.score(measured.measures)
    reasons = _ranked(measured.reasons, measured.measures, model)
    outright = is_outright(measured.measures)
    if quote.strip() != paragraph.strip():
        against = _quote_against(claim, quote, surroundings)
        reasons = (*against, *reasons)
        outright = outright or bool(against)
    stands_in = surroundings.stands_in if measured.measures["coverage"] < ALL_COVERED else None
    if stands_in:
        reasons = (Reason("missing", f"it stands in {stands_in}, not in {{place}}", "elsewhere"), *reasons)
    if stands_in or fails(measured.measures, outright=outright):
        score = min(score, FAILED)
    label = _label(score, reasons, measured.measures)
    shown = () if label == "supported" else _told_first(reasons, label)
    told = tuple(dict.fromkeys(reason.text.replace("{place}", place) for reason in shown))[:REASONS_SHOWN]
    return Verdict(label, told, round(score, 4), _sentence(paragraph, measured.zone))


def check_paragraph(
    claim: str,
    paragraph: Paragraph,
    document: Document,
    *,
    quote: str | None = None,
    surroundings: Surroundings | None = None,
) -> Verdict:
    """Whether a stored paragraph (or `quote`, a part of it) bears out `claim`, with all that is known of it."""
    return check_support(
        claim,
        paragraph.text if quote is None else quote,
        paragraph.text,
        context=context_of(paragraph, document),
        date=document.date,
        place=place_of(paragraph),
        surroundings=surroundings,
    )


def context_of(paragraph: Paragraph, document: Document) -> str:
    """What the reader is told of a paragraph beside its text."""
    return f"{document.title} {paragraph.section or ''}"


def place_of(paragraph: Paragraph) -> str:
    """What reasons call a paragraph: by its anchor."""
    return paragraph.anchor if paragraph.kind == "body" else f"the {paragraph.anchor}"


def measure_support(
    claim: str,
    paragraph: str,
    *,
    context: str = "",
    date: str | None = None,
    surroundings: Surroundings | None = None,
) -> Measured:
    """Every layer's measures of a claim against its paragraph; those of nearness and of entailment only where
    `surroundings` can tell."""
    known = surroundings or Surroundings()
    pair = _read_pair(claim, paragraph, context=context, known=known)
    mine, text, aliases, weights, zone = pair.claim, pair.paragraph, pair.aliases, pair.weights, pair.zone
    dates = tuple((time.start, time.end) for time in times(claim, day_of(date)))
    told_dates = tuple((time.start, time.end) for time in times(paragraph, day_of(date)))
    findings = (
        check_names(mine, text, context=context, learned=aliases, elsewhere=known.names),
        check_numbers(claim, paragraph, context=context, skip=dates, years=(date or "")[:4], dates=told_dates),
        check_dates(claim, paragraph, context=f"{context} {date or ''}", day=date),
        check_polarity(mine, zone.reading, weights),
        check_assertion(mine, text),
        check_modality(mine, zone.reading),
        check_quantifiers(mine, zone.reading),
        check_bindings(mine, zone.reading, weights, aliases),
        check_relations(mine, zone.reading, aliases),
        check_speakers(mine, zone.reading, text, aliases, place=zone.start),
        check_coverage(mine, text, weights, learned=aliases, context=context, skip=dates),
    )
    measures = {name: value for finding in findings for name, value in finding.measures.items()}
    conflict = any(measures[name] > 0 for name in CONFLICTS)
    told = _with_context(claim, zone.around, context=context, date=date)
    read = check_entailment(known.entailment(claim, told)) if known.entailment else Finding()
    measures |= {"any_conflict": float(conflict), **check_nearness(pair.near).measures, **read.measures}
    reasons = tuple(reason for finding in (*findings, read) for reason in finding.reasons)
    return Measured(measures, reasons, zone)


def read_with(
    claim: str, paragraph: str, *, context: str = "", date: str | None = None, surroundings: Surroundings | None = None
) -> str:
    """What the entailment model reads with a claim: the sentences of its paragraph that speak of its matter, after the
    context where that has a word of the claim that they lack."""
    zone = _read_pair(claim, paragraph, context=context, known=surroundings or Surroundings()).zone
    return _with_context(claim, zone.around, context=context, date=date)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A claim and its paragraph as they are read, and what the layers need of both."""

    claim: Reading
    paragraph: Reading
    aliases: tuple[tuple[str, str], ...]
    weights: Mapping[str, float]
    near: Nearness
    zone: Zone


def _read_pair(claim: str, paragraph: str, *, context: str, known: Surroundings) -> _Pair:
    mine, text = read_words(claim), read_words(paragraph)
    aliases = (*learn_aliases(f"{paragraph} {context}"), *learn_initials(claim, paragraph))
    weights = {word.term: _weight(word.term, known) for word in (*mine.words, *text.words) if word.term}
    sentences = [text.sentence(number) for number in range(len(text.sentences))]
    near = known.near(claim, sentences) if known.near else Nearness()
    return _Pair(mine, text, aliases, weights, near, find_zone(mine, text, weights, near.heard(), aliases))


def _with_context(claim: str, sentences: str, *, context: str, date: str | None) -> str:
    """The sentences, after what else the reader is told where that has a word of the claim that they lack."""
    told = ", ".join(part for part in (context.strip(), day_in_words(date)) if part)
    lacking = set(terms(claim)) - set(terms(sentences))
    return f"{told}: {sentences}" if lacking & set(terms(told)) else sentences


def check_entailment(read: Entailment) -> Finding:
    """`entailed`: log-odds that the sentences bear the claim out, from -1 to 1; `denied`: probability that they say
    otherwise."""
    measures = {"entailed": read.odds, "denied": read.contradicted}
    if read.contradicted >= LIKELY:
        return Finding(measures, (Reason("conflict", "{place}, read as a whole, says otherwise", "denied"),))
    if read.entailed < LIKELY:
        return Finding(measures, (Reason("missing", "{place}, read as a whole, does not bear it out", "entailed"),))
    return Finding(measures)


def check_nearness(near: Nearness) -> Finding:
    """`similar`: the share of the claim that comes near to words of one sentence."""
    heard = near.heard()
    return Finding({"similar": max(heard)} if heard else {})


def is_verbatim(claim: str, paragraph: str) -> bool:
    """Whether the claim is one or more whole sentences of the paragraph, so that nothing in them can deny it."""
    said = claim.strip()
    if said not in paragraph:
        return False
    spans = read_words(paragraph).sentences
    ends = {last for _, last in spans}
    return any(paragraph.startswith(said, first) and first + len(said) in ends for first, _ in spans)


@lru_cache(maxsize=1)
def load_model() -> Model:
    """The fitted regression in `support.json`."""
    stored = json.loads((resources.files("assistant") / "support.json").read_text(encoding="utf8"))
    return Model(stored["intercept"], stored["coefficients"], stored["typical"])


def _weight(term: str, known: Surroundings) -> float:
    return known.weight(term) if known.weight else TYPICAL_WEIGHT


def is_outright(measures: Mapping[str, float]) -> bool:
    """Whether words of the claim and the paragraph say the opposite of each other."""
    return any(measures[name] > 0 for name in OUTRIGHT)


def fails(measures: Mapping[str, float], *, outright: bool) -> bool:
    """Whether a claim cannot be supported, whatever the regression says of it.

    A figure or a day that is not there, or a name that the document never mentions, always fails it, but for
    acronyms, which the same thing may have several of; so does a claim that the paragraph only supposes, asks, hopes
    or fears. Words that pull the other way do so unless the entailment model finds it clearly likelier than not that it
    is borne out, and always where the paragraph has every word of the claim, which the model takes for agreement: `the
    mayor doubted that …`. Numbers in words, which may count what is listed, other times and a lone word that may be a
    name do so unless the model finds it more likely than not. Where no model has read it, so does a paragraph that
    speaks of something else; a model knows that a true claim may share no word with its paragraph.
    """
    if any(measures[name] > 0 for name in ALWAYS):
        return True
    entailed = measures.get("entailed", -1.0)
    turned = outright and measures["coverage"] >= ABOUT_THAT
    doubtful = any(measures[name] > 0 for name in OTHERWISE)
    given_way = entailed >= FIRM and measures["coverage"] < ALL_COVERED
    elsewhere = "entailed" not in measures and measures["coverage"] < LEAST_COVERED
    return (turned and not given_way) or (doubtful and entailed < 0) or elsewhere


def _quote_against(claim: str, quote: str, known: Surroundings) -> tuple[Reason, ...]:
    """Reasons why the quote itself says the opposite of the claim, where it speaks of the same."""
    mine, theirs = read_words(claim), read_words(quote)
    weights = {word.term: _weight(word.term, known) for word in mine.words if word.term}
    shared = sum(weight for term, weight in weights.items() if term in {word.term for word in theirs.words})
    if shared < PARTLY * sum(weights.values()):
        return ()
    finding = check_polarity(mine, theirs, weights)
    if not is_outright(finding.measures):
        return ()
    return tuple(reason for reason in finding.reasons if reason.measure in OUTRIGHT | {"flipped"})


def _ranked(reasons: Sequence[Reason], measures: Mapping[str, float], model: Model) -> tuple[Reason, ...]:
    """The reasons, the weightiest first."""

    def weight(reason: Reason) -> float:
        name = {"flipped": "flipped_most", "denied": "entailed"}.get(reason.measure, reason.measure)
        own = model.coefficients.get(name, 0.0) * measures.get(name, 0.0)
        return own + (model.coefficients.get("any_conflict", 0.0) if name in CONFLICTS and measures[name] > 0 else 0.0)

    return tuple(sorted(reasons, key=weight))


def _told_first(reasons: Sequence[Reason], label: Label) -> tuple[Reason, ...]:
    """The reasons as they are shown: what contradicts first, where that is the verdict, and what names a word of the
    paragraph before what was read as a whole."""
    return tuple(
        sorted(
            reasons, key=lambda reason: (label == "contradicted" and reason.kind != "conflict", reason.measure in READ)
        )
    )


def _label(score: float, reasons: Sequence[Reason], measures: Mapping[str, float]) -> Label:
    """What a score and its reasons come to: a conflict contradicts, mere additions are partly borne out."""
    if score >= SUPPORTED:
        return "supported"
    if reasons and reasons[0].kind == "conflict":
        return "contradicted"
    hard = any(measures[name] > 0 for name in CONFLICTS)
    return "partial" if measures["coverage"] >= PARTLY and not hard else "unsupported"


def _sentence(paragraph: str, zone: Zone) -> str:
    start, end = read_words(paragraph).sentences[zone.best]
    return paragraph[start:end]
