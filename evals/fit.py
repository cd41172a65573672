"""`python -m evals.fit FOLDER`: fit the weights of retrieval and the coefficients of abstention, and report them.

FOLDER holds public questions (SQuAD 2.0, Rajpurkar et al. 2018): `squad2_paragraphs.jsonl` {id, article, text} and
`squad2_questions.jsonl` {question, paragraph_id, answerable, answers}. Retrieval is fitted on these alone; abstention
on those of articles whose questions the model which reads has not learned, on the `dev` split of the gold questions
and on the sets of written questions that are kept from that model. Writes `retrieval.json` and `answerability.json` in
`assistant`.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

import assistant as room
from assistant import Assistant, Settings
from assistant.answerability import Signs
from assistant.assistant import standalone_question
from assistant.extractive import READ_AT_MOST
from assistant.query import Query, asks
from assistant.types import Passage
from evals.answered import KEPT_ASKED, LEARNED, OF_DOCUMENTS, UNTOUCHED_ASKED, as_files
from evals.editions import read_rows
from evals.gold import gold_file, load_asked, load_compound, load_questions
from evals.scores import auroc
from ingest import ingest

RANKED, JUDGED, ELSEWHERE = 400, 900, 200  # public questions: for retrieval, abstention, and of other documents
PENALTY = 0.1
PUBLIC, OFF_TOPIC = "SQuAD 2.0", "SQuAD 2.0 asked of the gold documents"
SHARES = {"dev": 1.0, PUBLIC: 1.0, OFF_TOPIC: 0.5, **dict.fromkeys(KEPT_ASKED, 1.0)}  # what a question counts
ABSTAIN_AT_MOST = 0.10  # of the answerable questions
NAMES = tuple(field.name for field in fields(Signs))
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Signs of questions (n, signs), whether each is answerable (n), and the group each is held out with (n)."""

    signs: Matrix
    answerable: NDArray[np.bool_]
    group: tuple[str, ...]


def main() -> None:
    """Fit both and write them."""
    folder = Path(sys.argv[1])
    home = Path(room.__file__).parent
    with tempfile.TemporaryDirectory() as scratch:
        public, questions, paragraphs = _public(folder, Path(scratch))
        weights = fit_retrieval(public, [item for item in questions if item["answerable"]][:RANKED], paragraphs)
        note = f"{RANKED} answerable SQuAD 2.0 questions over {len(paragraphs)} paragraphs"
        _write(home / "retrieval.json", {"weights": weights, "fitted_on": note})
        public = Assistant.open(public.settings)  # which reads the new weights
        ingest((), Settings(index=Path(scratch) / "gold"))
        own = Assistant.open(Settings(index=Path(scratch) / "gold"))
        unread = [item for item in questions if item["article"] not in LEARNED]
        parts = {
            "dev": _gold(own),
            PUBLIC: _judged(public, unread[:JUDGED]),
            OFF_TOPIC: _off_topic(own, unread[-ELSEWHERE:]),
            **{name: _asked(name, own, Path(scratch)) for name in KEPT_ASKED},
        }
        apart = {name: _asked(name, own, Path(scratch)) for name in UNTOUCHED_ASKED}
        alone = _judged(public, unread[:JUDGED], paragraphs=paragraphs)
        held_out = _cross_validated(alone, lambda rest: _logistic([rest], [1.0]))
        area = auroc(held_out, alone.answerable.tolist())
        _say(f"abstention: {PUBLIC}, each on its own paragraph, articles held out: AUROC {area:.3f}")
        compound = {split: _compound(own, split) for split in ("dev", "test")}
    _write(home / "answerability.json", fit_answerability(parts, apart, compound))


def fit_retrieval(
    assistant: Assistant, questions: Sequence[dict[str, str]], paragraphs: dict[str, str]
) -> dict[str, float]:
    """Weights of the standardised scores that make the right paragraph most likely (a softmax over all paragraphs)."""
    everything = np.ones(len(assistant.index.catalogue.entries), dtype=bool)
    rows, targets = [], []
    for item, query in zip(questions, assistant.retriever.read([item["question"] for item in questions]), strict=True):
        scored = assistant.retriever.scores(query, everything)
        rows.append(np.stack([(values - values.mean()) / (values.std() + 1e-9) for values in scored.values()]))
        targets.append(assistant.index.catalogue.numbers[paragraphs[item["paragraph_id"]]])
    names, scores, right = list(scored), np.stack(rows).astype(np.float64), np.array(targets)

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total = np.einsum("f,qfn->qn", weights, scores)
        total -= total.max(axis=1, keepdims=True)
        likely = np.exp(total) / np.exp(total).sum(axis=1, keepdims=True)
        chosen = scores[np.arange(len(right)), :, right]
        gradient = np.einsum("qn,qfn->f", likely, scores) / len(right) - chosen.mean(axis=0) + 2e-3 * weights
        return float(-np.log(likely[np.arange(len(right)), right] + 1e-12).mean() + 1e-3 * weights @ weights), gradient

    fitted = minimize(loss, np.full(len(names), 0.5), jac=True).x
    total = np.einsum("f,qfn->qn", fitted, scores)
    ranks = (total > total[np.arange(len(right)), right][:, None]).sum(axis=1)
    figures = [f"MRR {np.mean(1 / (1 + ranks)):.3f}", *(f"recall@{k} {np.mean(ranks < k):.3f}" for k in (1, 5))]
    _say(f"retrieval, on what it was fitted on: {', '.join(figures)}")
    return {name: round(float(weight), 2) for name, weight in zip(names, fitted, strict=True)}


def fit_answerability(
    parts: Mapping[str, Judged], apart: Mapping[str, Judged], compound: Mapping[str, Judged]
) -> dict[str, object]:
    """A logistic regression with an L2 penalty; its threshold abstains on a tenth of the answerable questions of `dev`.

    `parts` are sets by their names in `SHARES`; of the public questions that are asked of the gold documents, which
    cannot answer them, all are unanswerable. On those of `apart` nothing is fitted. `compound` are the halves of two
    questions in one: the threshold of such a half leaves open a tenth of the answered ones of `dev`.
    """
    for name, part in parts.items():
        if name != OFF_TOPIC:
            _say(f"abstention: {name}, in folds: {_told(_in_folds(parts, name), part)}")
    coefficients = _fit(parts)
    for name, part in apart.items():
        _say(f"abstention: {name}, on which nothing is fitted: {_told(_logits(part.signs, coefficients), part)}")
    logits = _logits(parts["dev"].signs, coefficients), _in_folds(parts, OFF_TOPIC)
    dev, elsewhere = (1 / (1 + np.exp(-item)) for item in logits)
    threshold = float(np.quantile(dev[parts["dev"].answerable], ABSTAIN_AT_MOST))
    _say(f"abstention: of public questions asked of the gold documents, {np.mean(elsewhere < threshold):.3f} abstained")
    sure = {split: 1 / (1 + np.exp(-_logits(halves.signs, coefficients))) for split, halves in compound.items()}
    least = float(np.quantile(sure["dev"][compound["dev"].answerable], ABSTAIN_AT_MOST))
    for split, halves in compound.items():
        told = [np.mean(sure[split][halves.answerable == answered] < least) for answered in (False, True)]
        _say(f"two questions in one, {split}: {told[0]:.3f} of those left open told, {told[1]:.3f} of the others")
    return {
        "coefficients": dict(zip(NAMES, (round(float(value), 4) for value in coefficients[:-1]), strict=True)),
        "intercept": round(float(coefficients[-1]), 4),
        "threshold": round(threshold, 4),
        "part_threshold": round(least, 4),
        "fitted_on": ", ".join(f"{len(part.group)} questions of {name}" for name, part in parts.items()),
    }


def _in_folds(parts: Mapping[str, Judged], name: str) -> Matrix:
    """Logits of one of the sets, each from a fit without its group."""
    return np.array(_cross_validated(parts[name], lambda rest: _fit({**parts, name: rest})))


def _fit(parts: Mapping[str, Judged]) -> Matrix:
    return _logistic([*parts.values()], [SHARES[name] for name in parts])


def _told(logits: Matrix, judged: Judged) -> str:
    """How well the logits tell the answerable questions, and what is abstained where a tenth of these is."""
    area = auroc(logits.tolist(), judged.answerable.tolist())
    least = np.quantile(logits[judged.answerable], ABSTAIN_AT_MOST)
    return f"AUROC {area:.3f}, {np.mean(logits[~judged.answerable] < least):.3f} of the unanswerable below a tenth"


def _public(folder: Path, scratch: Path) -> tuple[Assistant, list[dict[str, str]], dict[str, str]]:
    """An assistant over the public paragraphs, the questions shuffled, and each paragraph's reference by its id."""
    rows = read_rows(folder / "squad2_paragraphs.jsonl")
    articles: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        articles.setdefault(row["article"], []).append(row)
    source = scratch / "articles"
    source.mkdir()
    references: dict[str, str] = {}
    for number, (article, items) in enumerate(articles.items()):
        text = "\n\n".join([f"# {article.replace('_', ' ')}", *(" ".join(item["text"].split()) for item in items)])
        (source / f"a{number}.md").write_text(text, encoding="utf8")
        references |= {item["id"]: f"a{number} ¶{place}" for place, item in enumerate(items, start=1)}
    ingest([source], Settings(index=scratch / "public"))
    questions = read_rows(folder / "squad2_questions.jsonl")
    random.Random(0).shuffle(questions)  # noqa: S311  # a sample, not a secret
    assistant = Assistant.open(Settings(index=scratch / "public"))
    article_of = {row["id"]: row["article"] for row in rows}
    return assistant, [{**item, "article": article_of[item["paragraph_id"]]} for item in questions], references


def _gold(assistant: Assistant) -> Judged:
    items = [item for item in load_questions(gold_file("questions")) if item.split == "dev"]
    asked = [standalone_question(item.question, item.history) for item in items]
    folds = tuple(_fold(item.references[0] if item.references else item.id) for item in items)
    return Judged(_signs(assistant, asked), np.array([item.answerable for item in items]), folds)


def _fold(held_out_with: str) -> str:
    """One of ten, the same for questions of one paragraph."""
    return str(zlib.crc32(held_out_with.encode()) % 10)


def _asked(name: str, own: Assistant, scratch: Path) -> Judged:
    """Signs of a set of written questions: over the gold documents, or over all paragraphs of the set as one index."""
    items = load_asked(gold_file(f"asked/{name}"))
    assistant = own
    if name not in OF_DOCUMENTS:
        as_files(items, scratch / name)
        ingest([scratch / name], Settings(index=scratch / f"{name}-index"))
        assistant = Assistant.open(Settings(index=scratch / f"{name}-index"))
    answerable = np.array([bool(item.sentences) for item in items])
    signs = _signs(assistant, [item.question for item in items])
    return Judged(signs, answerable, tuple(_fold(item.reference) for item in items))


def _compound(own: Assistant, split: str) -> Judged:
    """Signs of the questions of which two stand in one."""
    items = [item for item in load_compound(gold_file("compound")) if item.split == split]
    rows, answerable = [], []
    for item, query in zip(items, own.retriever.read([item.question for item in items]), strict=True):
        passages = own.retriever.search(query, limit=own.settings.passages)
        halves = [part for part in query.parts if asks(part.text)]
        if len(halves) == len(item.parts):
            rows += [_row(own, half, passages) for half in halves]
            answerable += [bool(references) for references in item.references]
    return Judged(np.array(rows, dtype=np.float64), np.array(answerable), ("",) * len(rows))


def _judged(
    assistant: Assistant, questions: Sequence[dict[str, str]], *, paragraphs: dict[str, str] | None = None
) -> Judged:
    """Signs of public questions over all paragraphs as one index, or each against its own of `paragraphs`."""
    own = [paragraphs[item["paragraph_id"]] for item in questions] if paragraphs else None
    answerable = np.array([bool(item["answerable"]) for item in questions])
    articles = tuple(item["article"] for item in questions)
    return Judged(_signs(assistant, [item["question"] for item in questions], own), answerable, articles)


def _off_topic(assistant: Assistant, questions: Sequence[dict[str, str]]) -> Judged:
    signs = _signs(assistant, [item["question"] for item in questions])
    articles = tuple(item["article"] for item in questions)
    return Judged(signs, np.zeros(len(questions), dtype=bool), articles)


def _signs(assistant: Assistant, questions: Sequence[str], own: Sequence[str] | None = None) -> Matrix:
    rows = []
    limit = len(assistant.index.catalogue.entries) if own else assistant.settings.passages
    for number, query in enumerate(assistant.retriever.read(questions)):
        passages = assistant.retriever.search(query, limit=limit)
        if own:
            passages = [passage for passage in passages if passage.reference == own[number]]
        rows.append(_row(assistant, query, passages))
    return np.array(rows, dtype=np.float64)


def _row(assistant: Assistant, query: Query, passages: Sequence[Passage]) -> list[float]:
    """The signs of a question, with as many paragraphs read as ever are."""
    candidates = assistant.extractive.candidates([query], passages, read=READ_AT_MOST)
    signs = asdict(assistant.extractive.signs(query, candidates))
    return [signs[name] for name in NAMES]


def _cross_validated(judged: Judged, fit: Callable[[Judged], Matrix]) -> list[float]:
    logits = np.zeros(len(judged.group))
    for group in sorted(set(judged.group)):
        inside = np.array([item == group for item in judged.group])
        rest = Judged(judged.signs[~inside], judged.answerable[~inside], tuple(np.array(judged.group)[~inside]))
        logits[inside] = _logits(judged.signs[inside], fit(rest))
    return [float(value) for value in logits]


def _logistic(parts: Sequence[Judged], shares: Sequence[float]) -> Matrix:
    """Coefficients and, last, the intercept."""
    signs = np.concatenate([part.signs for part in parts])
    truth = np.concatenate([part.answerable for part in parts]).astype(np.float64)
    share = np.concatenate([np.full(len(part.group), share) for part, share in zip(parts, shares, strict=True)])
    rows = np.c_[signs, np.ones(len(signs))]

    def loss(coefficients: Matrix) -> tuple[float, Matrix]:
        logits = rows @ coefficients
        penalised = np.r_[coefficients[:-1], 0.0]
        gradient = rows.T @ (share * (1 / (1 + np.exp(-logits)) - truth)) + 2 * PENALTY * penalised
        return float(
            (share * (np.logaddexp(0, logits) - truth * logits)).sum() + PENALTY * penalised @ penalised
        ), gradient

    return np.asarray(minimize(loss, np.zeros(rows.shape[1]), jac=True).x)


def _logits(signs: Matrix, coefficients: Matrix) -> Matrix:
    return np.asarray(signs @ coefficients[:-1] + coefficients[-1])


def _write(path: Path, values: dict[str, object]) -> None:
    path.write_text(json.dumps({"fitted_by": "python -m evals.fit", **values}, indent=1) + "\n", encoding="utf8")


def _say(line: str) -> None:
    print(line)  # noqa: T201  # the output of this program


if __name__ == "__main__":
    main()
