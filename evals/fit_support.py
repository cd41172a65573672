"""`python -m evals.fit_support PUBLIC`: fit the support check's regression, print how well it does, write its file.

PUBLIC is a folder with `scifact_claims.jsonl` (SciFact's claims and abstracts, Wadden et al. 2020) and
`squad2_paragraphs.jsonl` (SQuAD's paragraphs, Rajpurkar et al. 2018); `--documents` is another edition of the documents
to fit on beside the bundled one. Of our own claims only `dev` and `claims_more` are used, with what `evals.variants`
makes of them. All figures are of claims whose paragraph (or public article) was held out; `by another hand` holds out
all that the same person wrote. Nothing is random: the same input gives the same file. It takes about ten minutes.
"""

from __future__ import annotations

import itertools
import json
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant import Assistant, Settings
from evals.gold import GoldClaim, gold_file, load_claims
from evals.scores import auroc
from evals.variants import variants
from ingest import ingest
from ingest.canonical import canonical
from ingest.sentences import sentence_spans
from ingest.types import Paragraph

TARGET = Path(__file__).parents[1] / "assistant" / "support.json"
FOR = frozenset(["agreeing", "lead", "same_sides", "same_speaker", "similar", "coverage"])
PENALTY = 1.0
WEIGHTS = {  # of a claim of each set
    "dev claims": 1.0,
    "claims by another hand": 1.0,
    "the same elsewhere": 0.25,
    "variants of both": 0.12,
    "sentences of the other edition": 0.5,
    "variants of these": 0.15,
    "SciFact": 0.4,
    "variants of SciFact": 0.08,
    "variants of SQuAD": 0.06,
}
HANDS = ("dev claims", "claims by another hand")
STEPS = (7, 12)
FOLDS = 10
THRESHOLD = 0.44
SMALLEST = 0.005  # coefficients below it are left out
OF_SCIENCE = ("negation", "number", "relation", "quantifier")  # the kinds of variant that suit SciFact's claims
SHORTEST = 50  # characters of a SQuAD sentence
EVERY = 3  # SQuAD paragraph, and one sentence of it

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A claim's measures, whether its paragraph bears it out, and the group that is held out together."""

    measures: Mapping[str, float]
    supported: bool
    group: str
    set: str
    hand: str = ""

    @property
    def weight(self) -> float:
        """How much it counts in the fit."""
        return WEIGHTS[self.set]


class Edition:
    """An index over some documents, and what the check measures of claims about them."""

    def __init__(self, index: Path, sources: Sequence[Path]) -> None:
        settings = Settings(index=index)
        ingest(sources, settings)
        self.assistant = Assistant.open(settings)
        self.documents = {document.document_id: document for document in self.assistant.documents()}

    def measures(self, claim: str, paragraph: Paragraph) -> Mapping[str, float]:
        """Every layer's measures, as `assistant.check` takes them."""
        return self.assistant.checker.measure(claim, paragraph, self.documents[paragraph.document_id]).measures

    def body(self, document_id: str) -> str:
        """The text of a document without its header."""
        return " ".join(paragraph.text for paragraph in self.paragraphs(document_id) if paragraph.kind != "header")

    def paragraphs(self, document_id: str) -> Sequence[Paragraph]:
        """The paragraphs of a document in reading order."""
        return self.assistant.paragraphs(document_id)


def main(
    public: Annotated[Path, typer.Argument(help="Folder of the public claims and paragraphs.")],
    documents: Annotated[Path | None, typer.Option(help="Folder of another edition of the documents.")] = None,
) -> None:
    """Fit, report cross-validated figures, and write the coefficients."""
    with tempfile.TemporaryDirectory() as folder:
        editions = [Edition(Path(folder) / "bundled", ())]
        if documents:
            editions.append(Edition(Path(folder) / "other", sorted(documents.glob("*.txt"))))
        examples = [example for edition in editions for example in _ours(edition)]
        for one, other in itertools.permutations(editions, 2):
            examples += _restated(one, other)
        examples += _scifact(public / "scifact_claims.jsonl", Path(folder))
        examples += _squad(public / "squad2_paragraphs.jsonl", Path(folder))
    names = sorted({name for item in examples for name in item.measures})
    held_out = _cross_validated(examples, names)
    for name in WEIGHTS:
        chosen = [number for number, example in enumerate(examples) if example.set == name]
        if chosen:
            _report(name, held_out[chosen], [examples[number] for number in chosen])
    for hand in HANDS:
        _report_hand(hand, examples, names)
    _write(_fit(examples, names), names, examples)


def _ours(edition: Edition) -> Iterator[Example]:
    """The claims of both hands and their variants, and those that are supported also where nothing says so."""
    dev = [claim for claim in load_claims(gold_file("claims")) if claim.split == "dev"]
    for hand, claims in zip(HANDS, (dev, load_claims(gold_file("claims_more"))), strict=True):
        for claim in claims:
            yield from _claim(edition, claim, hand)


def _claim(edition: Edition, claim: GoldClaim, hand: str) -> Iterator[Example]:
    paragraph = edition.assistant.paragraph(claim.reference)
    supported = claim.label == "supported"
    yield Example(edition.measures(claim.claim, paragraph), supported, claim.reference, hand, hand)
    if not supported:
        return
    for other in _elsewhere(paragraph, edition.paragraphs(paragraph.document_id)) if hand == HANDS[0] else ():
        yield Example(edition.measures(claim.claim, other), False, claim.reference, "the same elsewhere", hand)
    for variant in variants(claim.claim, edition.body(paragraph.document_id)):
        measures = edition.measures(variant.text, paragraph)
        yield Example(measures, variant.holds, claim.reference, "variants of both", hand)


def _restated(one: Edition, other: Edition) -> Iterator[Example]:
    """The sentences of one edition and their variants, against the paragraph that says the same in other words."""
    for document_id in one.documents:
        held = {paragraph.reference: paragraph for paragraph in other.paragraphs(document_id)}
        told = [(item.reference, item.text[start:end]) for item, start, end in _sentences(one.paragraphs(document_id))]
        for number, (reference, sentence) in enumerate(told):
            paragraph = held[reference]
            measures = other.measures(sentence, paragraph)
            yield Example(measures, True, reference, "sentences of the other edition")
            elsewhere = [told[(number + STEPS[0]) % len(told)][1]]
            for variant in variants(sentence, one.body(document_id), others=elsewhere):
                measures = other.measures(variant.text, paragraph)
                yield Example(measures, variant.holds, reference, "variants of these")


def _sentences(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[Paragraph, int, int]]:
    for paragraph in paragraphs:
        for start, end in sentence_spans(paragraph.text) if paragraph.kind != "header" else ():
            yield paragraph, start, end


def _elsewhere(paragraph: Paragraph, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Two paragraphs of the same document far enough away not to say the same: a claim of one is none of theirs."""
    place = paragraphs.index(paragraph)
    found = {(place + step) % len(paragraphs) for step in STEPS} - {place}
    return [paragraphs[number] for number in sorted(found)]


def _scifact(path: Path, folder: Path) -> Iterator[Example]:
    """SciFact's claims, each against its abstract among all others, and variants of those that hold."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    titles = {canonical(" ".join(row["sentences"])): row["title"] for row in rows}
    edition = _public(folder / "scifact", [(title, [text]) for text, title in titles.items()])
    held = {item.text: item for document_id in edition.documents for item in edition.paragraphs(document_id)}
    for row in rows:
        text = canonical(" ".join(row["sentences"]))
        if text not in held:
            continue
        supported = row["label"] == "supported"
        yield Example(edition.measures(row["claim"], held[text]), supported, row["title"], "SciFact")
        for variant in variants(row["claim"], text) if supported else ():
            if variant.kind in OF_SCIENCE:
                measures = edition.measures(variant.text, held[text])
                yield Example(measures, variant.holds, row["title"], "variants of SciFact")


def _squad(path: Path, folder: Path) -> Iterator[Example]:
    """Variants of a sentence of every third SQuAD paragraph, against that paragraph."""
    articles: dict[str, list[str]] = {}
    for row in map(json.loads, path.read_text(encoding="utf8").splitlines()):
        articles.setdefault(row["article"], []).append(canonical(row["text"]))
    edition = _public(folder / "squad", list(articles.items()))
    for document_id in edition.documents:
        paragraphs = edition.paragraphs(document_id)
        for number, paragraph in enumerate(paragraphs[::EVERY]):
            spans = sentence_spans(paragraph.text)
            start, end = spans[number % len(spans)]
            if end - start < SHORTEST:
                continue
            other = paragraphs[(number * EVERY + STEPS[0]) % len(paragraphs)].text
            around = " ".join(item.text for item in paragraphs[max(0, EVERY * number - 1) : EVERY * number + 2])
            others = [other[first:last] for first, last in sentence_spans(other)[:1]]
            for variant in variants(paragraph.text[start:end], around, others=others):
                measures = edition.measures(variant.text, paragraph)
                yield Example(measures, variant.holds, document_id, "variants of SQuAD")


def _public(folder: Path, articles: Sequence[tuple[str, Sequence[str]]]) -> Edition:
    """An index over public texts, each article a Markdown file with its title."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    for number, (title, texts) in enumerate(articles):
        written = "\n\n".join([f"# {canonical(title)}", *texts])
        (sources / f"{number:04}.md").write_text(written + "\n", encoding="utf8")
    return Edition(folder / "index", [sources])


def _matrix(examples: Sequence[Example], names: Sequence[str]) -> Matrix:
    return np.array([[1.0, *(example.measures.get(name, 0.0) for name in names)] for example in examples])


def _fit(examples: Sequence[Example], names: Sequence[str]) -> Matrix:
    """Intercept and coefficients of a logistic regression with a ridge penalty.

    A measure's sign is fixed by what it measures, since a set of a few hundred claims may suggest otherwise by chance:
    in ours the paraphrases happen to share fewer words with their paragraphs than the distortions.
    """
    rows = _matrix(examples, names)
    signs = np.array([1.0 if example.supported else -1.0 for example in examples])
    weights = np.array([example.weight for example in examples])

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        margin = signs * (rows @ beta)
        slope = -signs / (1 + np.exp(margin)) * weights
        penalty = np.concatenate([[0.0], beta[1:]])
        value = float(weights @ np.logaddexp(0, -margin) + PENALTY / 2 * (penalty @ penalty))
        return value, rows.T @ slope + PENALTY * penalty

    bounds = [(None, None), *((0.0, None) if name in FOR else (None, 0.0) for name in names)]
    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def _cross_validated(examples: Sequence[Example], names: Sequence[str]) -> Matrix:
    """Each example's logit from a fit without its group."""
    groups = sorted({example.group for example in examples})
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    rows = _matrix(examples, names)
    logits = np.zeros(len(examples))
    for number in range(FOLDS):
        held = np.array([fold[example.group] == number for example in examples])
        beta = _fit([example for example, out in zip(examples, held, strict=True) if not out], names)
        logits[held] = rows[held] @ beta
    return logits


def _report_hand(hand: str, examples: Sequence[Example], names: Sequence[str]) -> None:
    """How claims fare in a fit on none that the same hand wrote."""
    beta = _fit([example for example in examples if example.hand != hand], names)
    theirs = [example for example in examples if example.set == hand]
    _report(f"{hand}, all of that hand held out", _matrix(theirs, names) @ beta, theirs)


def _report(title: str, logits: Matrix, examples: Sequence[Example]) -> None:
    truth = [example.supported for example in examples]
    flagged = logits < math.log(THRESHOLD / (1 - THRESHOLD))
    bad = np.array([not supported for supported in truth])
    area = auroc(list(logits), truth)
    told = [f"{title}: {len(examples)} claims"]
    told += [f"flagged {flagged[bad].mean():.1%} of the unsupported"] if bad.any() else []
    told += [f"flagged {flagged[~bad].mean():.1%} of the supported"] if not bad.all() else []
    told += [f"AUROC {area:.3f}"] if area is not None else []
    typer.echo(", ".join(told))


def _write(weights: Matrix, names: Sequence[str], examples: Sequence[Example]) -> None:
    rows = _matrix(examples, names)
    kept = {
        name: round(float(value), 3) for name, value in zip(names, weights[1:], strict=True) if abs(value) >= SMALLEST
    }
    nearness = ("similar", "lead")
    model = {
        "about": "Logit of 'the paragraph bears the claim out': intercept + coefficients x measures. Fitted by "
        "evals.fit_support; what each measure means is in assistant/checks.",
        "threshold": THRESHOLD,
        "intercept": round(float(weights[0]), 3),
        "coefficients": dict(sorted(kept.items(), key=lambda item: item[1])),
        "typical": {name: round(float(rows[:, names.index(name) + 1].mean()), 2) for name in nearness},
    }
    TARGET.write_text(json.dumps(model, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    typer.run(main)
