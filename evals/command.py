"""`pilcrow eval`: run gold questions against the index, write the report, and turn red on a regression."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer

from assistant import Assistant, Settings
from evals.errors import EvalError, RunError
from evals.export import deepeval_dataset, inspect_ai_dataset, ragas_dataset
from evals.gate import Gate, compare
from evals.gold import GoldClaim, GoldQuestion, gold_file, load_claims, load_questions
from evals.judge import ModelJudge
from evals.junit import junit_xml
from evals.report import RunSummary, report_html
from evals.run import ESCAPED, check_gold, evaluate
from evals.types import FORMAT, Case, ClaimCase, Estimate, Run
from ingest.terminal import TerminalProgress

ERRORS = (EvalError,)
RED = 3
REMOTE_WORKERS = 8
ANSWER_SETTINGS = {  # that change answers, beside the mode, the model, its server and the index
    "passages",
    "reranker",
    "reranker_dir",
    "prompt_tokens",
    "context_tokens",
    "answer_tokens",
    "question_tokens",
    "nli_dir",
    "judge",
    "deadline",
}
EXPORTERS = {"ragas": ragas_dataset, "deepeval": deepeval_dataset, "inspect_ai": inspect_ai_dataset}
OfSplit = TypeVar("OfSplit", GoldQuestion, GoldClaim, Case, ClaimCase)


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("eval")(command)


def command(
    gold: Annotated[Path | None, typer.Argument(help="Gold questions (JSONL); by default Pilcrow's own.")] = None,
    claims: Annotated[Path | None, typer.Option(help="Gold claims (JSONL) for the support check.")] = None,
    split: Annotated[
        Literal["dev", "test"] | None, typer.Option(help="Only questions and claims of this split.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for run.json, junit.xml and report.html.")] = Path("runs/latest"),
    baseline: Annotated[Path | None, typer.Option(help="A run.json; exit 3 where scores fell since.")] = None,
    export: Annotated[
        Literal["ragas", "deepeval", "inspect_ai"] | None,
        typer.Option(help="Also write the questions and answers in the format of another package."),
    ] = None,
    diff: Annotated[
        tuple[Path, Path] | None, typer.Option("--compare", help="Two run.json: show what changed; runs nothing.")
    ] = None,
) -> None:
    """Run gold questions against the index and score the answers. Exits 3 where the gate is red."""
    if diff is not None:
        typer.echo(differences(load_run(diff[0]), load_run(diff[1])).encode("utf8", ESCAPED))
        return
    before = _run_of_split(load_run(baseline), split) if baseline else None
    questions = _of_split(load_questions(gold or gold_file("questions")), split)
    own_claims = gold_file("claims") if gold is None else None
    claims_path = claims or own_claims
    gold_claims = _of_split(load_claims(claims_path), split) if claims_path else ()
    run, texts = _run(questions, gold_claims, split, out)
    gate = compare(before, run) if before else None
    _write(run, gate, texts, out)
    if export:
        exported = EXPORTERS[export](questions, run.cases, paragraphs=texts)
        (out / f"{export}.{'json' if export == 'deepeval' else 'jsonl'}").write_text(exported, encoding="utf8")
    typer.echo(summary(run))
    typer.echo(f"Report: {out / 'report.html'}", err=True)
    broken = [f"{case.id}: {violation}" for case in run.cases for violation in case.violations]
    reasons = gate.reasons if gate else tuple(broken[:1])
    for reason in reasons:
        typer.echo(f"red: {reason}", err=True)
    if reasons:
        raise typer.Exit(RED)


def load_run(path: Path) -> Run:
    """A run.json as it was written. Raises `RunError` that names the file."""
    try:
        values = json.loads(path.read_text(encoding="utf8"))
        if values["format"] != FORMAT:
            raise RunError(f"{path} is of format {values['format']}, and {FORMAT} is read. Run `pilcrow eval` again.")
        return Run.from_dict(values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path} is no run of `pilcrow eval` ({type(error).__name__}). Give its run.json.") from error


def summary(run: Run) -> str:
    """The scores as a table for a terminal, and how many questions are unscored."""
    lines = [f"{'score':<26}{'value':>8}  95 % interval      n"]
    lines += [_row(name, item) for name, item in run.scores.items()]
    unscored = [case for case in run.cases if case.error]
    if unscored:
        lines.append(f"unscored: {len(unscored)}")
        lines += [f"  {case.id}: {case.error}" for case in unscored]
    return "\n".join(lines)


def differences(before: Run, after: Run) -> str:
    """What changed from one run to another: scores, then question by question."""
    lines = [
        f"{change.score:<26}{change.before:>8.3f} → {change.after:.3f}"
        for change in compare(before, after).changes
        if change.before is not None and change.after is not None and change.difference.value
    ]
    old = {case.id: case for case in before.cases}
    for case in after.cases:
        earlier = old.get(case.id)
        if earlier is None:
            lines.append(f"{case.id} is new: {case.question}")
        elif (earlier.answer, earlier.status, earlier.scores) != (case.answer, case.status, case.scores):
            moved = [
                f"{name} {earlier.scores.get(name, 0.0):.2f} → {value:.2f}"
                for name, value in sorted({**dict.fromkeys(earlier.scores, 0.0), **case.scores}.items())
                if earlier.scores.get(name) != case.scores.get(name)
            ]
            lines += [
                f"{case.id} ({case.type}): {case.question}",
                f"  {earlier.status} → {case.status}; {', '.join(moved) or 'same scores'}",
                f"  - {earlier.answer[:200]}",
                f"  + {case.answer[:200]}",
            ]
    lines += [f"{name} is gone" for name in old if name not in {case.id for case in after.cases}]
    return "\n".join(lines) or "Nothing changed."


def _run(
    questions: Sequence[GoldQuestion], claims: Sequence[GoldClaim], split: str | None, out: Path
) -> tuple[Run, dict[str, str]]:
    settings = Settings.from_env()
    assistant = Assistant.open(settings)
    texts = {
        paragraph.reference: paragraph.text
        for document in assistant.documents()
        for paragraph in assistant.paragraphs(document.document_id)
    }
    check_gold(questions, claims, texts)
    remote = assistant.mode == "llm"
    address = settings.openai_base_url
    described = {
        "mode": assistant.mode,
        "model": settings.model if remote else None,
        "embedding": assistant.embedding.name,
        "generation": assistant.index.generation,
        "server": hashlib.sha256(address.encode()).hexdigest()[:12] if address else None,
        **settings.model_dump(mode="json", include=ANSWER_SETTINGS),
        "split": split,
        "questions": len(questions),
        "claims": len(claims),
    }
    partial = out / "partial.jsonl"
    with TerminalProgress() as progress:
        progress.stage("Asking", len(questions) + len(claims))
        run = evaluate(
            assistant,
            questions,
            claims,
            settings=described,
            judge=ModelJudge(settings) if remote else None,
            workers=REMOTE_WORKERS if remote else 1,
            partial=partial,
            advance=lambda: progress.advance(1),
        )
    partial.unlink()
    return run, texts


def _write(run: Run, gate: Gate | None, texts: dict[str, str], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(run.to_dict(), ensure_ascii=False, indent=1) + "\n"
    (out / "run.json").write_text(text, encoding="utf8", errors=ESCAPED)
    (out / "junit.xml").write_text(junit_xml(run), encoding="utf8")
    history = _history(run, out.parent / "history.jsonl")
    page = report_html(run, baseline=gate, history=history, paragraphs=texts)
    (out / "report.html").write_text(page, encoding="utf8")


def _history(run: Run, path: Path) -> list[RunSummary]:
    """The earlier runs of the same split whose reports lie beside this one, oldest first; this run is added to them for
    the next."""
    split = run.settings["split"]
    lines = path.read_text(encoding="utf8").splitlines() if path.exists() else []
    rows = [json.loads(line) for line in lines]
    earlier = [RunSummary(row["name"], row["scores"]) for row in rows if "split" in row and row["split"] == split]
    summary = RunSummary.of(datetime.now(UTC).isoformat(timespec="seconds"), run)
    with path.open("a", encoding="utf8") as file:
        file.write(json.dumps({"name": summary.name, "split": split, "scores": dict(summary.scores)}) + "\n")
    return earlier


def _run_of_split(run: Run, split: str | None) -> Run:
    """What a run tells of one split, since only that is asked."""
    return replace(run, cases=_of_split(run.cases, split), claims=_of_split(run.claims, split))


def _of_split(items: Sequence[OfSplit], split: str | None) -> tuple[OfSplit, ...]:
    return tuple(item for item in items if split is None or item.split == split)


def _row(name: str, item: Estimate) -> str:
    value = "–" if item.value is None else f"{item.value:.3f}"
    interval = "" if item.low is None or item.high is None else f"{item.low:.3f} to {item.high:.3f}"
    return f"{name:<26}{value:>8}  {interval:<16}{item.count:>5}"
