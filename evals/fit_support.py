"""`python -m evals.fit_support PUBLIC`: fit the support check's regression, print how well it does, write its file.

PUBLIC is a folder with `scifact_claims.jsonl` (SciFact's claims and abstracts, Wadden et al. 2020); `--documents` is
another edition of the documents to fit on beside the bundled one. Only `dev` claims are used. Nothing is random: the
same input gives the same file.
"""

from __future__ import annotations

import itertools
import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant import Assistant, Settings
from assistant.support import Surroundings, measure_support
from evals.gold import gold_file, load_claims
from evals.scores import auroc
from ingest import ingest
from ingest.analyser import terms
from ingest.embedding import Embedding
from ingest.sentences import sentence_spans
from ingest.types import Paragraph

TARGET = Path(__file__).parents[1] / "assistant" / "support.json"
FOR = frozenset(["agreeing", "lead", "same_sides", "same_speaker", "similar", "coverage"])
FREE = frozenset(["dropped_speaker"])
UNUSED = frozenset(["flipped"])  # it grades `flipped_most`, for the reasons only
PENALTY = 1.0
PUBLIC_WEIGHT = 0.4  # of a public claim beside one of ours
ELSEWHERE_WEIGHT = 0.25  # of a claim against a paragraph that it is not from
RESTATED_WEIGHT = 0.5  # of a sentence of one edition against the other
STEPS = (7, 12)
FOLDS = 10
THRESHOLD = 0.45
SMALLEST = 0.005  # coefficients below it are left out

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A claim's measures, whether its paragraph bears it out, and the group that is held out together."""

    measures: Mapping[str, float]
    supported: bool
    group: str
    weight: float


def main(
    public: Annotated[Path, typer.Argument(help="Folder of the public claims.")],
    documents: Annotated[Path | None, typer.Option(help="Folder of another edition of the documents.")] = None,
) -> None:
    """Fit, report cross-validated figures, and write the coefficients."""
    with tempfile.TemporaryDirectory() as folder:
        editions = [_open(Path(folder) / "bundled", ())]
        if documents:
            editions.append(_open(Path(folder) / "other", sorted(documents.glob("*.txt"))))
        ours = [example for edition in editions for example in _dev_claims(edition)]
        for one, other in itertools.permutations(editions, 2):
            ours += _sentences(one, other)
    theirs = _public(public / "scifact_claims.jsonl")
    names = sorted(name for name in {name for item in ours for name in item.measures} - UNUSED)
    held_out = _cross_validated([*ours, *theirs], names)
    everything = [*ours, *theirs]
    for title, weight in (
        ("dev claims", 1.0),
        ("the same elsewhere", ELSEWHERE_WEIGHT),
        ("sentences of the other edition", RESTATED_WEIGHT),
        ("SciFact", PUBLIC_WEIGHT),
    ):
        chosen = [number for number, example in enumerate(everything) if example.weight == weight]
        _report(title, held_out[chosen], [everything[number] for number in chosen])
    weights = _fit([*ours, *theirs], names)
    _write(weights, names, [*ours, *theirs])


def _open(index: Path, sources: Sequence[Path]) -> Assistant:
    """An assistant over one edition of the documents."""
    settings = Settings(index=index)
    ingest(sources, settings)
    return Assistant.open(settings)


def _measures(assistant: Assistant, claim: str, paragraph: Paragraph) -> Mapping[str, float]:
    documents = {document.document_id: document for document in assistant.documents()}
    return assistant.checker.measure(claim, paragraph, documents[paragraph.document_id]).measures


def _dev_claims(assistant: Assistant) -> list[Example]:
    """The dev claims, and those that are supported also against two paragraphs that do not say so."""
    examples = []
    for claim in load_claims(gold_file("claims")):
        if claim.split != "dev":
            continue
        paragraph = assistant.paragraph(claim.reference)
        supported = claim.label == "supported"
        examples.append(Example(_measures(assistant, claim.claim, paragraph), supported, claim.reference, 1.0))
        for other in _elsewhere(paragraph, assistant.paragraphs(paragraph.document_id)) if supported else ():
            measures = _measures(assistant, claim.claim, other)
            examples.append(Example(measures, False, claim.reference, ELSEWHERE_WEIGHT))
    return examples


def _sentences(one: Assistant, other: Assistant) -> list[Example]:
    """The sentences of one edition, each against its paragraph in the other, which says the same in other words."""
    examples = []
    for document in one.documents():
        held = {paragraph.reference: paragraph for paragraph in other.paragraphs(document.document_id)}
        for paragraph in one.paragraphs(document.document_id):
            for start, end in sentence_spans(paragraph.text) if paragraph.kind != "header" else ():
                measures = _measures(other, paragraph.text[start:end], held[paragraph.reference])
                examples.append(Example(measures, True, paragraph.reference, RESTATED_WEIGHT))
    return examples


def _elsewhere(paragraph: Paragraph, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Two paragraphs of the same document far enough away not to say the same: a claim of one is none of theirs."""
    place = paragraphs.index(paragraph)
    found = {(place + step) % len(paragraphs) for step in STEPS} - {place}
    return [paragraphs[number] for number in sorted(found)]


def _public(path: Path) -> list[Example]:
    """SciFact's claims, each against its abstract, with the other abstracts as its rivals."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]
    embedding = _local_embedding()
    texts = sorted({" ".join(row["sentences"]) for row in rows})
    weight = _weights(texts)
    spans = [(number, span) for number, text in enumerate(texts) for span in sentence_spans(text)]
    vectors = embedding.embed([texts[number][start:end] for number, (start, end) in spans])
    owner = np.array([number for number, _ in spans])
    claims = embedding.embed([row["claim"] for row in rows])
    examples = []
    for row, vector in zip(rows, claims, strict=True):
        text = " ".join(row["sentences"])
        near, own = vectors @ vector, owner == texts.index(text)
        sentences = {spans[place][1]: float(near[place]) for place in np.flatnonzero(own)}
        known = Surroundings(
            sentences, float(near[own].max()), float(near[~own].max()), weight=lambda term: weight.get(term, weight[""])
        )
        measured = measure_support(row["claim"], text, context=row["title"], surroundings=known)
        examples.append(Example(measured.measures, row["label"] == "supported", text, PUBLIC_WEIGHT))
    return examples


def _local_embedding() -> Embedding:
    from ingest.minilm import MiniLM

    return MiniLM.open()


def _weights(texts: Sequence[str]) -> dict[str, float]:
    """IDF of each term as in `ingest.lexical`; under the empty string that of an unknown one."""
    count: dict[str, int] = {"": 0}
    for text in texts:
        for term in set(terms(text)):
            count[term] = count.get(term, 0) + 1
    return {term: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for term, n in count.items()}


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

    bounds = [(None, None), *(_bounds(name) for name in names)]
    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def _bounds(name: str) -> tuple[float | None, float | None]:
    if name in FREE:
        return (None, None)
    return (0.0, None) if name in FOR else (None, 0.0)


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
