"""The BM25 index over paragraphs: derived from a generation, kept beside it, queried in memory."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from ingest.aliases import defined_acronyms, expanded, initials_of, places
from ingest.analyser import terms


class LexicalIndex:
    """BM25 (Robertson et al. 1994, in Lucene's form, by bm25s) over paragraphs with their context lines."""

    def __init__(
        self,
        bm25: bm25s.BM25,
        references: tuple[str, ...],
        document_frequency: dict[str, int],
        acronyms: dict[str, str],
        initials: dict[str, str],
    ) -> None:
        self.bm25 = bm25
        self.references = references
        self.document_frequency = document_frequency
        self.acronyms = acronyms
        self.initials = initials

    @classmethod
    def build(cls, references: Sequence[str], texts: Sequence[str]) -> LexicalIndex:
        """Index one text for each reference."""
        tokens = [index_terms(text) for text in texts]
        bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        bm25.index(tokens, show_progress=False)
        frequency: dict[str, int] = {}
        for paragraph in tokens:
            for term in set(paragraph):
                frequency[term] = frequency.get(term, 0) + 1
        acronyms, initials = defined_acronyms(texts), initials_of(texts)
        return cls(bm25, tuple(references), dict(sorted(frequency.items())), acronyms, initials)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which `load` reads."""
        self.bm25.save(str(folder), show_progress=False)
        (folder / "pilcrow.json").write_text(
            json.dumps(
                {
                    "references": self.references,
                    "document_frequency": self.document_frequency,
                    "acronyms": self.acronyms,
                    "initials": self.initials,
                }
            ),
            encoding="utf8",
        )

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read what `save` wrote."""
        stored = json.loads((folder / "pilcrow.json").read_text(encoding="utf8"))
        bm25 = bm25s.BM25.load(str(folder), load_corpus=False)
        words = (stored[name] for name in ("document_frequency", "acronyms", "initials"))
        return cls(bm25, tuple(stored["references"]), *words)

    def scores(self, question: str) -> NDArray[np.float32]:
        """One BM25 score for each of `references`, in their order; 0 where no term occurs."""
        known = [term for term in self.terms(question) if term in self.document_frequency]
        if not known:
            return np.zeros(len(self.references), dtype=np.float32)
        return np.asarray(self.bm25.get_scores(known), dtype=np.float32)

    def terms(self, question: str) -> list[str]:
        """The index terms of a question, with what acronyms in it stand for in the documents."""
        return index_terms(expanded(question, self.acronyms, self.initials))

    def idf(self, term: str) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)), Lucene's; a term that no paragraph holds has the highest."""
        n = self.document_frequency.get(term, 0)
        return math.log(1 + (len(self.references) - n + 0.5) / (n + 0.5))


def index_terms(text: str) -> list[str]:
    """Stemmed words, and a term for each country by whatever name it is called."""
    return [*terms(text), *places(text)]
