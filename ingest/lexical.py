"""The BM25 index over paragraphs: derived from a generation, kept beside it, queried in memory."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from ingest.analyser import terms


class LexicalIndex:
    """BM25 (Robertson et al. 1994, in Lucene's form, by bm25s) over paragraphs with their context lines."""

    def __init__(self, bm25: bm25s.BM25, references: tuple[str, ...], document_frequency: dict[str, int]) -> None:
        self.bm25 = bm25
        self.references = references
        self.document_frequency = document_frequency

    @classmethod
    def build(cls, references: Sequence[str], texts: Sequence[str]) -> LexicalIndex:
        """Index one text for each reference."""
        tokens = [terms(text) for text in texts]
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        bm25.index(tokens, show_progress=False)
        frequency: dict[str, int] = {}
        for paragraph in tokens:
            for term in set(paragraph):
                frequency[term] = frequency.get(term, 0) + 1
        return cls(bm25, tuple(references), dict(sorted(frequency.items())))

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which `load` reads."""
        self.bm25.save(str(folder), show_progress=False)
        (folder / "pilcrow.json").write_text(
            json.dumps({"references": self.references, "document_frequency": self.document_frequency}), encoding="utf8"
        )

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read what `save` wrote."""
        stored = json.loads((folder / "pilcrow.json").read_text(encoding="utf8"))
        bm25 = bm25s.BM25.load(str(folder), load_corpus=False)
        return cls(bm25, tuple(stored["references"]), stored["document_frequency"])

    def scores(self, question: str) -> NDArray[np.float32]:
        """One BM25 score for each of `references`, in their order; 0 where no term occurs."""
        known = [term for term in terms(question) if term in self.document_frequency]
        if not known:
            return np.zeros(len(self.references), dtype=np.float32)
        return np.asarray(self.bm25.get_scores(known), dtype=np.float32)

    def idf(self, term: str) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)), Lucene's; a term that no paragraph holds has the highest."""
        n = self.document_frequency.get(term, 0)
        return math.log(1 + (len(self.references) - n + 0.5) / (n + 0.5))
