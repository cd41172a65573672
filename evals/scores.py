"""Scores of one answer, and of many: pure functions over what was expected and what came."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from assistant.citations import FOLDED

MARK = re.compile(r"\[(\d+)\]")


def recall_at(k: int, retrieved: Sequence[str], references: Collection[str]) -> float:
    """Share of the needed paragraphs among the first `k` retrieved (Manning, Raghavan and Schütze 2008, ch. 8)."""
    return len(set(retrieved[:k]) & set(references)) / len(set(references))


def reciprocal_rank(retrieved: Sequence[str], references: Collection[str]) -> float:
    """1 / rank of the first needed paragraph, 0 where none was retrieved (Voorhees 1999, TREC-8 question answering)."""
    ranks = [rank for rank, reference in enumerate(retrieved, start=1) if reference in references]
    return 1 / ranks[0] if ranks else 0.0


def reciprocal_rank_by(found: Mapping[str, float], references: Collection[str]) -> float:
    """1 / rank of the best needed paragraph when those found are ranked by one score alone; a tie ranks last.

    It shows what each way of scoring brings, and falls when one is switched off.
    """
    ranks = [sum(score >= found[name] for score in found.values()) for name in references if name in found]
    return 1 / min(ranks) if ranks else 0.0


def ndcg_at(k: int, retrieved: Sequence[str], references: Collection[str]) -> float:
    """Normalised discounted cumulative gain with binary gains (Järvelin and Kekäläinen 2002)."""
    gains = [1 / math.log2(rank + 1) for rank, item in enumerate(retrieved[:k], start=1) if item in references]
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(references))) + 1))
    return sum(gains) / ideal


def marks(answer: str, *, citations: int) -> tuple[int, ...]:
    """The citation marks of an answer's text: `[0]`, `[2006]` and any other number without a citation are none."""
    return tuple(number for number in map(int, MARK.findall(answer)) if 1 <= number <= citations)


def citation_precision(cited: Collection[str], references: Collection[str], also_ok: Collection[str]) -> float | None:
    """Share of cited paragraphs that gold accepts; None where nothing is cited.

    After ALCE (Gao et al. 2023), at paragraph level: a gold reference stands for its entailment model.
    """
    cited = set(cited)
    return len(cited & {*references, *also_ok}) / len(cited) if cited else None


def citation_recall(cited: Collection[str], references: Collection[str]) -> float:
    """Share of the minimal sufficient set of paragraphs that is cited (ALCE, as above)."""
    return len(set(cited) & set(references)) / len(set(references))


def fact_recall(text: str, facts: Sequence[Sequence[str]]) -> float:
    """Share of facts of which some acceptable wording stands in the text; typography and case do not matter."""
    text = _plain(text)
    return sum(any(_plain(wording) in text for wording in fact) for fact in facts) / len(facts)


def auroc(scores: Sequence[float], positives: Sequence[bool]) -> float | None:
    """Probability that a positive scores above a negative, ties counting half (Mann and Whitney 1947; Fawcett 2006)."""
    high = [score for score, positive in zip(scores, positives, strict=True) if positive]
    low = [score for score, positive in zip(scores, positives, strict=True) if not positive]
    if not high or not low:
        return None
    wins = sum((a > b) + 0.5 * (a == b) for a in high for b in low)
    return wins / (len(high) * len(low))


def coverage_risk(confidences: Sequence[float], correct: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Points (coverage, risk): answering only the most confident share, how wrong is that share (El-Yaniv and Wiener
    2010). `correct` is in [0, 1]; an answer to an unanswerable question is 0. Ties are answered together."""
    ranked = sorted(zip(confidences, correct, strict=True), key=lambda pair: -pair[0])
    points: list[tuple[float, float]] = []
    wrong = 0.0
    for number, (confidence, right) in enumerate(ranked, start=1):
        wrong += 1 - right
        if number == len(ranked) or ranked[number][0] != confidence:
            points.append((round(number / len(ranked), 4), round(wrong / number, 4)))
    return tuple(points)


def area_under(curve: Sequence[tuple[float, float]]) -> float | None:
    """Area under the coverage/risk curve: the mean risk over all coverages, less is better (Geifman et al. 2019)."""
    if not curve:
        return None
    area = 0.0
    before = 0.0
    for coverage, risk in curve:
        area += (coverage - before) * risk
        before = coverage
    return area


def flag_scores(expected: Sequence[str], verdicts: Sequence[str]) -> Mapping[str, float | None]:
    """Precision, recall and F1 of flagging claims that are not fully supported: any verdict but `supported` flags."""
    should = [label != "supported" for label in expected]
    does = [label != "supported" for label in verdicts]
    hits = sum(a and b for a, b in zip(should, does, strict=True))
    precision = hits / sum(does) if any(does) else None
    recall = hits / sum(should) if any(should) else None
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else None
    supported = [flag for wrong, flag in zip(should, does, strict=True) if not wrong]
    return {
        "support_flag_precision": precision,
        "support_flag_recall": recall,
        "support_flag_f1": f1,
        "support_false_flags": sum(supported) / len(supported) if supported else None,
    }


def _plain(text: str) -> str:
    folded = "".join(FOLDED.get(character, character) for character in unicodedata.normalize("NFKC", text))
    return " ".join(folded.casefold().replace("-", " ").split())
