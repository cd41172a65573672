"""The index on disk: what opening it refuses, and that it holds what the documents hold."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.errors import IndexDamagedError, IndexFingerprintError, IndexMissingError, IndexUnavailableError
from ingest.index import FORMAT, Index, current_generation, generation_folder, writer_lock
from ingest.store import ChromaStore, span_of

CABLE = ["header", "¶1", "¶2", "¶3", "¶4"]
ARTICLE = ["header", *(f"¶{number}" for number in range(1, 24)), "caption 1", "caption 2"]


def test_the_two_documents_have_their_anchors(index: Path) -> None:
    store = Index.open(index).store
    anchors = {
        document.document_id: [paragraph.anchor for paragraph in store.paragraphs_of(document.document_id)]
        for document in store.documents()
    }
    assert list(anchors) == ["06SEOUL1789", "koreapro-2197111"]
    assert anchors["06SEOUL1789"] == CABLE
    assert sorted(anchors["koreapro-2197111"]) == sorted(ARTICLE)
    bodies = [anchor for anchor in anchors["koreapro-2197111"] if anchor.startswith("¶")]
    assert bodies == ARTICLE[1:24]


def test_paragraph_13_is_on_the_spy_agency_and_natos_cyber_defence_group(index: Path) -> None:
    text = Index.open(index).store.paragraphs(["koreapro-2197111 ¶13"])["koreapro-2197111 ¶13"].text
    assert "spy agency" in text
    assert "cyber defense group" in text


def test_no_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError) as caught:
        Index.open(tmp_path / "none")
    assert str(caught.value) == (
        f"No index at {tmp_path / 'none'}. Run `pilcrow ingest` for the bundled documents, "
        "or `pilcrow ingest PATH` for your own."
    )


def test_a_file_in_the_indexs_place_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexUnavailableError) as caught:
        Index.open(tmp_path / "file")
    assert str(caught.value) == (
        f"{tmp_path / 'file'} cannot hold an index (Not a directory). "
        "Set PILCROW_INDEX to a folder that Pilcrow can write to."
    )


@pytest.mark.parametrize("place", ["file", "file/index"], ids=["a file", "in a file"])
def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexUnavailableError) as caught, writer_lock(tmp_path / place):
        pass
    assert str(caught.value).startswith(f"{tmp_path / place} cannot hold an index (")


def test_another_model_is_refused(bundled_index: Path) -> None:
    with pytest.raises(IndexFingerprintError) as caught:
        Index.open(bundled_index).check_model("text-embedding-3-small")
    assert "was built with all-MiniLM-L6-v2 (384 dimensions, chunker 2)" in str(caught.value)
    assert "Run `pilcrow ingest` again, or set PILCROW_EMBEDDING to the first." in str(caught.value)


def damaged(bundled_index: Path, folder: Path) -> tuple[Path, Path]:
    """A copy of an index, and its manifest."""
    shutil.copytree(bundled_index, folder)
    generation = current_generation(folder)
    assert generation is not None
    return folder, generation_folder(folder, generation) / "manifest.json"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}'], ids=["empty", "cut", "list", "no fingerprint"])
def test_a_damaged_manifest_is_said_so(bundled_index: Path, tmp_path: Path, content: str) -> None:
    index, manifest = damaged(bundled_index, tmp_path / "copy")
    manifest.write_text(content, encoding="utf8")
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        Index.open(index)


def test_another_format_is_said_so(bundled_index: Path, tmp_path: Path) -> None:
    index, manifest = damaged(bundled_index, tmp_path / "copy")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}), encoding="utf8")
    with pytest.raises(IndexDamagedError, match=f"format 99, and this Pilcrow reads {FORMAT}"):
        Index.open(index)


def test_an_index_can_be_moved(bundled_index: Path, tmp_path: Path) -> None:
    shutil.copytree(bundled_index, tmp_path / "moved")
    assert len(Index.open(tmp_path / "moved").store.documents()) == 2


OPEN_FILES = Path("/proc/self/fd")


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="open files are listed on Linux only")
def test_a_store_no_longer_used_lets_go_of_its_files(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path)
    store.create()
    del store
    last = time.monotonic() + 10  # Chroma closes them on a thread of its own
    while (still := opened_in(tmp_path)) and time.monotonic() < last:
        time.sleep(0.01)
    assert still == []


def opened_in(folder: Path) -> list[Path]:
    return [file for file in OPEN_FILES.iterdir() if file.resolve().is_relative_to(folder)]


def test_a_store_stays_open_where_others_on_its_folder_are_closed(tmp_path: Path) -> None:
    store = ChromaStore(tmp_path)
    store.create()
    ChromaStore(tmp_path).close()
    assert store.documents() == ()


def test_threads_may_open_and_drop_stores_on_one_folder(tmp_path: Path) -> None:
    ChromaStore(tmp_path).create()
    with ThreadPoolExecutor(6) as threads:
        found = threads.map(lambda _: ChromaStore(tmp_path).documents(), range(60))
    assert list(found) == [()] * 60


def test_every_stored_vector_is_searched(bundled_index: Path) -> None:
    index = Index.open(bundled_index)
    stored = {record.chunk_id: record.vector for record in index.store.records()}
    searched = sum(len(grain.owner) for grain in index.dense.grains.values())
    assert searched == len(stored)
    for chunk_id, vector in stored.items():
        span = span_of(chunk_id)
        number = index.dense.references.index(span.reference)
        near = index.dense.similarities(span.grain, vector, number)[(span.start, span.end)]
        assert near == pytest.approx(1.0, abs=1e-5)
