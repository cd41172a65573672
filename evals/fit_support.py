"""`python -m evals.fit_support PUBLIC`: fit the support check's regression, print how well it does, write its file.

PUBLIC is a folder with `scifact_claims.jsonl` (SciFact's claims and abstracts, Wadden et al. 2020) and
`squad2_paragraphs.jsonl` (SQuAD's paragraphs, Rajpurkar et al. 2018); `--documents` is another edition of the documents
to fit on beside the bundled one.

It is fitted on claims that the entailment model has not learned from: those of the sets that are `KEPT` from it, as
they are and with one thing altered, the other half of SciFact, and, at a lower weight since the layers were made while
looking at them, `dev` of our own and `claims_more`. All figures are of claims whose paragraph was held out; `all of
that hand` holds out all of one set, and nothing is fitted on `claims_unseen` and `UNTOUCHED`. From which logit on a
claim is supported follows from the same figures; the intercept is then moved so that it is 0. Nothing is random: the
same input gives the same file. It takes some minutes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.support import RULES, fails, is_outright
from evals.editions import KEPT, UNTOUCHED, Edition, Judged, altered, editions, on_documents, scifact, written
from evals.gold import gold_file, load_claims
from evals.scores import auroc
from ingest.types import Paragraph

TARGET = Path(__file__).parents[1] / "assistant" / "support.json"
FOR = frozenset(["agreeing", "same_sides", "same_speaker", "similar", "coverage", "entailed"])
PENALTY = 1.0
HANDS = ("dev", "claims_more", *KEPT)
WEIGHTS = {  # of a claim of each set
    **dict.fromkeys(KEPT, 1.0),
    "SciFact": 0.5,
    "dev": 0.3,
    "claims_more": 0.3,
    "the same elsewhere": 0.5,
    **dict.fromkeys(["denied", "turned", "exchanged"], 0.5),
}
STEPS = (7, 12)
FOLDS = 10
CHOSEN_ON = ("dev", "claims_more", "h22", "h42")  # on the two documents, which most claims are about
CAUGHT, LOST = 0.85, 0.10  # at least of the claims that are not supported, at most of those that are
SMALLEST = 0.005  # coefficients below it are left out

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


@dataclass(frozen=True, slots=True)
class Least:
    """The least probability of a supported claim, and the mean shares of the sets in `CHOSEN_ON` that it flags: of the
    claims that are not supported (caught) and of those that are (lost)."""

    probability: float
    caught: float
    lost: float

    @property
    def logit(self) -> float:
        """The probability's log-odds."""
        return _logit(self.probability)

    @property
    def margin(self) -> float:
        """How far it is from the nearer of both aims."""
        return min(self.caught - CAUGHT, LOST - self.lost)


def main(
    public: Annotated[Path, typer.Argument(help="Folder of the public claims and paragraphs.")],
    documents: Annotated[Path | None, typer.Option(help="Folder of another edition of the documents.")] = None,
) -> None:
    """Fit, report cross-validated figures, and write the coefficients."""
    own = editions(documents)
    examples = [*_ours(own), *_written(own, public)]
    judged = {"claims_unseen": on_documents(load_claims(gold_file("claims_unseen")), own)}
    for name in UNTOUCHED:
        judged[name] = written(name, own=own, public=public)
    unseen = {name: [_example(item, "", "") for item in items] for name, items in judged.items()}
    names = sorted({name for item in examples for name in item.measures})
    held_out = _cross_validated(examples, names)
    least = _least(held_out, examples)
    typer.echo(
        f"a claim is supported from {least.probability:.2f} on: in the mean of {', '.join(CHOSEN_ON)}, it flags "
        f"{least.caught:.3f} of the unsupported and {least.lost:.3f} of the supported"
    )
    held_out -= least.logit
    for name in WEIGHTS:
        theirs = [number for number, example in enumerate(examples) if example.set == name]
        if theirs:
            _report(name, held_out[theirs], [examples[number] for number in theirs])
    for hand in HANDS:
        beta = _fit([example for example in examples if example.hand != hand], names)
        chosen = [example for example in examples if example.set == hand]
        _report(f"{hand}, all of that hand held out", _matrix(chosen, names) @ beta - least.logit, chosen)
    fitted = _fit(examples, names)
    fitted[0] -= least.logit
    for name, chosen in unseen.items():
        _report(f"{name}, on which nothing is fitted", _matrix(chosen, names) @ fitted, chosen)
    _report_rules(held_out, examples)
    _write(fitted, names, examples)


def _ours(own: Sequence[Edition]) -> Iterator[Example]:
    """Our own claims, and those of `dev` that are supported also where nothing says so."""
    dev = [claim for claim in load_claims(gold_file("claims")) if claim.split == "dev"]
    for edition in own:
        for hand, claims in (("dev", dev), ("claims_more", load_claims(gold_file("claims_more")))):
            for judged in on_documents(claims, [edition]):
                yield _example(judged, hand, hand)
                for other in _elsewhere(judged.paragraph, edition) if judged.supported and hand == "dev" else ():
                    measures = edition.measured(judged.claim, other).measures
                    yield Example(measures, False, judged.about, "the same elsewhere", hand)


def _written(own: Sequence[Edition], public: Path) -> Iterator[Example]:
    for name in KEPT:
        for judged in written(name, own=own, public=public):
            yield _example(judged, name, name)
            for other in altered(judged):
                yield _example(other, other.kind, name)
    for judged in scifact(public, odd=False):
        yield _example(judged, "SciFact", "")


def _example(judged: Judged, of: str, hand: str) -> Example:
    return Example(judged.measured().measures, judged.supported, judged.about, of, hand)


def _elsewhere(paragraph: Paragraph, edition: Edition) -> list[Paragraph]:
    """Two paragraphs of the same document far enough away not to say the same: a claim of one is none of theirs."""
    paragraphs = edition.paragraphs_of(paragraph.document_id)
    place = paragraphs.index(paragraph)
    found = {(place + step) % len(paragraphs) for step in STEPS} - {place}
    return [paragraphs[number] for number in sorted(found)]


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


def _least(logits: Matrix, examples: Sequence[Example]) -> Least:
    """That, by hundredths, which is farthest from both aims."""
    failed, supported = _failed(examples), np.array([example.supported for example in examples])
    chosen = [np.array([example.set == name for example in examples]) for name in CHOSEN_ON]

    def at(probability: float) -> Least:
        flagged = failed | (logits < _logit(probability))
        caught, lost = (
            float(np.mean([flagged[theirs & kind].mean() for theirs in chosen])) for kind in (~supported, supported)
        )
        return Least(probability, caught, lost)

    return max((at(step / 100) for step in range(5, 60)), key=lambda least: least.margin)


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _failed(examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Which claims the rules fail whatever the regression says."""
    return np.array([fails(example.measures, outright=is_outright(example.measures)) for example in examples])


def _report(title: str, logits: Matrix, examples: Sequence[Example]) -> None:
    truth = [example.supported for example in examples]
    flagged = _failed(examples) | (logits < 0)
    bad = np.array([not supported for supported in truth])
    area = auroc(list(logits), truth)
    told = [f"{title}: {len(examples)} claims"]
    told += [f"flagged {flagged[bad].mean():.1%} of the unsupported"] if bad.any() else []
    told += [f"flagged {flagged[~bad].mean():.1%} of the supported"] if not bad.all() else []
    told += [f"AUROC {area:.3f}"] if area is not None else []
    typer.echo(", ".join(told))


def _report_rules(logits: Matrix, examples: Sequence[Example]) -> None:
    """What each rule fails that the regression lets pass: a rule that fails more true claims than false has outlived
    its use. What fails by two of them counts for both."""
    struck = _failed(examples) & (logits >= 0)
    failed = [example for example, is_struck in zip(examples, struck, strict=True) if is_struck]
    for name in RULES:
        hit = [example.supported for example in failed if example.measures.get(name, 0.0) > 0]
        typer.echo(f"rule {name} fails {hit.count(False)} false and {hit.count(True)} true claims that pass without it")


def _write(weights: Matrix, names: Sequence[str], examples: Sequence[Example]) -> None:
    rows = _matrix(examples, names)
    kept = {
        name: round(float(value), 3) for name, value in zip(names, weights[1:], strict=True) if abs(value) >= SMALLEST
    }
    not_always_taken = ("similar", "entailed", "denied")
    model = {
        "about": "Supported is what has 0 or more: intercept + coefficients x measures. Fitted by evals.fit_support; "
        "what each measure means is in assistant/checks.",
        "intercept": round(float(weights[0]), 3),
        "coefficients": dict(sorted(kept.items(), key=lambda item: item[1])),
        "typical": {name: round(float(rows[:, names.index(name) + 1].mean()), 2) for name in not_always_taken},
    }
    TARGET.write_text(json.dumps(model, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    typer.run(main)
