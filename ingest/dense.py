"""Vectors of chunks by paragraph: derived from a generation, kept beside it, searched exactly in memory.

Search is exact, not Chroma's approximate graph, since answers must not change from run to run: of 800 sentences, half
of them alike, the graph lost from 0 to 309, another number each time the same folder was opened (Chroma 1.5). The
product of a matrix that is mapped from disk with the question's vector is also faster, up to some 100,000 chunks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

GRAINS = ("paragraph", "sentence", "pair")


@dataclass(frozen=True, slots=True)
class Grain:
    """Chunks of one kind, by paragraph: unit vectors (n, dimensions), the paragraph's number, start and end (n)."""

    vectors: NDArray[np.float32]
    owner: NDArray[np.int32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class DenseIndex:
    """The vectors of all chunks; paragraphs are numbered by their place in `references`."""

    references: tuple[str, ...]
    grains: Mapping[str, Grain]

    @classmethod
    def build(
        cls, references: Sequence[str], chunks: Iterable[tuple[str, str, int, int, NDArray[np.float32]]]
    ) -> DenseIndex:
        """From chunks as (reference, grain, start, end, vector), in any order."""
        number = {reference: position for position, reference in enumerate(references)}
        rows: dict[str, list[tuple[int, int, int, NDArray[np.float32]]]] = {grain: [] for grain in GRAINS}
        for reference, grain, start, end, vector in chunks:
            rows[grain].append((number[reference], start, end, vector))
        return cls(tuple(references), {grain: _grain(found) for grain, found in rows.items() if found})

    def save(self, folder: Path) -> None:
        """Write the matrices into `folder`, which `load` maps."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, grain in self.grains.items():
            np.save(folder / f"{name}.npy", grain.vectors)
            np.save(folder / f"{name}-spans.npy", np.stack([grain.owner, grain.start, grain.end]))

    @classmethod
    def load(cls, folder: Path, references: tuple[str, ...]) -> DenseIndex:
        """Map what `save` wrote."""
        grains = {}
        for name in GRAINS:
            if (folder / f"{name}.npy").exists():
                owner, start, end = np.load(folder / f"{name}-spans.npy")
                grains[name] = Grain(np.load(folder / f"{name}.npy", mmap_mode="r"), owner, start, end)
        return cls(references, grains)

    def best(self, grain: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The cosine of each paragraph's best chunk and the vector, shape (paragraphs,); -1 without a chunk."""
        scores = np.full(len(self.references), -1.0, dtype=np.float32)
        found = self.grains.get(grain)
        if found is not None:
            np.maximum.at(scores, found.owner, found.vectors @ vector)
        return scores

    def similarities(self, grain: str, vector: NDArray[np.float32], number: int) -> dict[tuple[int, int], float]:
        """The cosine similarity of each chunk of paragraph `number` to the vector, by span."""
        found = self.grains.get(grain)
        if found is None:
            return {}
        first, last = np.searchsorted(found.owner, [number, number + 1])
        near = found.vectors[first:last] @ vector
        return {
            (int(start), int(end)): round(float(value), 6)
            for start, end, value in zip(found.start[first:last], found.end[first:last], near, strict=True)
        }


def _grain(rows: list[tuple[int, int, int, NDArray[np.float32]]]) -> Grain:
    rows.sort(key=lambda row: row[:3])
    owner, start, end = (np.array([row[column] for row in rows], dtype=np.int32) for column in range(3))
    return Grain(np.stack([row[3] for row in rows]).astype(np.float32), owner, start, end)
