"""Ingest end to end: what is added, changed, removed, refused, and that a failure leaves the index as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest import IngestReport, ingest
from ingest.errors import IndexLockedError, IngestError, SourceError
from ingest.index import Index, current_generation, writer_lock
from ingest.settings import IndexSettings


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(index=tmp_path / "index")


def note(folder: Path, name: str, *paragraphs: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf8")
    return path


def post(number: int, text: str) -> dict[str, object]:
    return {
        "id": number,
        "date": "2020-01-02T03:04:05",
        "link": f"https://news.example/{number}",
        "title": {"rendered": f"Post {number}"},
        "content": {"rendered": f"<p>{text}</p>"},
    }


def changes(report: IngestReport) -> tuple[tuple[str, ...], ...]:
    return report.added, report.changed, report.removed, report.unchanged


def test_a_file_is_added(settings: IndexSettings, tmp_path: Path) -> None:
    report = ingest([note(tmp_path, "rain.txt", "It rained in Oslo.", "It was cold.")], settings)
    assert changes(report) == (("rain",), (), (), ())
    assert [paragraph.text for paragraph in Index.open(settings.index).store.paragraphs_of("rain")] == [
        "It rained in Oslo.",
        "It was cold.",
    ]


def test_ingesting_twice_changes_nothing(settings: IndexSettings, tmp_path: Path) -> None:
    source = note(tmp_path, "rain.txt", "It rained in Oslo.")
    first = ingest([source], settings)
    second = ingest([source], settings)
    assert changes(second) == ((), (), (), ("rain",))
    assert second.generation == first.generation
    assert second.embedded == 0


def test_a_changed_file_replaces_its_paragraphs_and_embeds_only_the_new(
    settings: IndexSettings, tmp_path: Path
) -> None:
    source = note(tmp_path, "rain.txt", "It rained in Oslo.", "It was cold.", "Nobody went out.")
    first = ingest([source], settings)
    note(tmp_path, "rain.txt", "It rained in Oslo.", "It was warm.")
    second = ingest([source], settings)
    assert changes(second) == ((), ("rain",), (), ())
    assert (first.embedded, second.embedded) == (6, 2)
    assert [paragraph.text for paragraph in Index.open(settings.index).store.paragraphs_of("rain")] == [
        "It rained in Oslo.",
        "It was warm.",
    ]


def test_a_second_file_joins_the_first(settings: IndexSettings, tmp_path: Path) -> None:
    ingest([note(tmp_path, "rain.txt", "It rained in Oslo.")], settings)
    ingest([note(tmp_path, "snow.txt", "It snowed in Bergen.")], settings)
    assert [document.document_id for document in Index.open(settings.index).store.documents()] == ["rain", "snow"]


def test_a_file_gone_from_a_folder_leaves_no_paragraph(settings: IndexSettings, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    note(folder, "rain.txt", "It rained in Oslo.")
    snow = note(folder, "snow.txt", "It snowed in Bergen.")
    ingest([folder], settings)
    snow.unlink()
    report = ingest([folder], settings)
    assert changes(report) == ((), (), ("snow",), ("rain",))
    store = Index.open(settings.index).store
    assert store.paragraphs_of("snow") == ()
    assert store.paragraphs(["snow ¶1"]) == {}


def test_a_post_gone_from_its_file_is_removed(settings: IndexSettings, tmp_path: Path) -> None:
    path = tmp_path / "posts.json"
    path.write_text(json.dumps([post(1, "It rained."), post(2, "It snowed.")]), encoding="utf8")
    ingest([path], settings)
    path.write_text(json.dumps([post(2, "It snowed.")]), encoding="utf8")
    assert ingest([path], settings).removed == ("news-1",)


def test_a_document_is_removed_by_its_id(settings: IndexSettings, tmp_path: Path) -> None:
    ingest([note(tmp_path, "rain.txt", "It rained."), note(tmp_path, "snow.txt", "It snowed.")], settings)
    report = ingest(settings=settings, remove=["snow"])
    assert report.removed == ("snow",)
    assert [document.document_id for document in Index.open(settings.index).store.documents()] == ["rain"]


def test_the_last_document_stays(settings: IndexSettings, tmp_path: Path) -> None:
    before = ingest([note(tmp_path, "rain.txt", "It rained.")], settings).generation
    with pytest.raises(SourceError) as caught:
        ingest(settings=settings, remove=["rain"])
    assert str(caught.value) == (
        "The last document stays: an index holds one or more. "
        f"Ingest another first, or delete the folder {settings.index}."
    )
    assert current_generation(settings.index) == before


def test_a_folders_unreadable_file_is_skipped_with_its_reason(settings: IndexSettings, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    note(folder, "rain.txt", "It rained in Oslo.")
    (folder / "empty.txt").touch()
    report = ingest([folder], settings)
    assert [item.source for item in report.skipped] == [str(folder / "empty.txt")]
    assert "empty" in report.skipped[0].reason


def test_a_folder_of_links_is_read(settings: IndexSettings, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "rain.txt").symlink_to(note(tmp_path, "elsewhere/rain.txt", "It rained in Oslo."))
    assert ingest([folder], settings).added == ("rain",)


def test_an_empty_folder_is_refused_beside_one_whose_name_begins_alike(settings: IndexSettings, tmp_path: Path) -> None:
    note(tmp_path, "docs2/rain.txt", "It rained in Oslo.")
    empty = tmp_path / "docs"
    empty.mkdir()
    with pytest.raises(SourceError) as caught:
        ingest([tmp_path / "docs2", empty], settings)
    assert str(caught.value) == (
        f"{empty}: a folder with no document that Pilcrow can read. Give another one or a file."
    )


def test_two_documents_of_one_id_are_refused(settings: IndexSettings, tmp_path: Path) -> None:
    one, two = note(tmp_path, "a/rain.txt", "It rained."), note(tmp_path, "b/rain.txt", "It poured.")
    with pytest.raises(SourceError) as caught:
        ingest([one, two], settings)
    assert str(two) in str(caught.value)
    assert str(one) in str(caught.value)


BAD = {
    "missing": lambda folder: folder / "nowhere.txt",
    "empty": lambda folder: _written(folder / "empty.txt", b""),
    "png": lambda folder: _written(folder / "photo.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    "json that is no post": lambda folder: _written(folder / "data.json", b'{"name": "value"}'),
    "truncated post": lambda folder: _written(folder / "post.json", json.dumps(post(1, "It rained.")).encode()[:-30]),
    "cable without numbers": lambda folder: _written(
        folder / "cable.txt",
        b"06OSLO1\nRAIN IN OSLO\nFri May 26 00:00:00 +0200 2006\nUNCLASSIFIED\nEmbassy Oslo\n\nTAGS: PREL\n"
        b"SUBJECT: RAIN IN OSLO\n\nIt rained.\n",
    ),
    "neither utf-8 nor cp1252": lambda folder: _written(folder / "bytes.txt", b"caf\x81\x8d\x8f \x90\x9d rain"),
    "address": lambda _folder: "https://news.example/1",
}


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", BAD, ids=list(BAD))
def test_bad_input_is_named_in_one_line_and_leaves_the_index_as_it_was(
    settings: IndexSettings, tmp_path: Path, kind: str
) -> None:
    before = ingest([note(tmp_path, "rain.txt", "It rained in Oslo.")], settings).generation
    source = BAD[kind](tmp_path)
    with pytest.raises(IngestError) as caught:
        ingest([note(tmp_path, "snow.txt", "It snowed."), source], settings)
    message = str(caught.value)
    assert str(source) in message
    assert "\n" not in message
    assert current_generation(settings.index) == before
    assert [document.document_id for document in Index.open(settings.index).store.documents()] == ["rain"]


def test_bytes_that_are_cp1252_are_read_and_said_so(settings: IndexSettings, tmp_path: Path) -> None:
    source = _written(tmp_path / "cafe.txt", "The café closed – early.".encode("cp1252"))
    report = ingest([source], settings)
    assert len(report.notes) == 1
    assert "cp1252" in report.notes[0]
    assert Index.open(settings.index).store.paragraphs_of("cafe")[0].text == "The café closed – early."


def test_a_second_writer_is_refused(settings: IndexSettings, tmp_path: Path) -> None:
    source = note(tmp_path, "rain.txt", "It rained in Oslo.")
    with writer_lock(settings.index), pytest.raises(IndexLockedError) as caught:
        ingest([source], settings)
    assert str(settings.index) in str(caught.value)


def test_an_interrupted_build_leaves_the_index_as_it_was(settings: IndexSettings, tmp_path: Path) -> None:
    before = ingest([note(tmp_path, "rain.txt", "It rained in Oslo.")], settings).generation
    long = note(tmp_path, "long.txt", *(f"Paragraph {number} about rain. It rained again." for number in range(20)))
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", str(long)],
        env={"PATH": "", "PILCROW_INDEX": str(settings.index)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process.stderr as lines:
        assert any(line.startswith("Writing and checking the index") for line in lines)
        process.kill()
    process.wait()
    assert current_generation(settings.index) == before
    assert ingest([long], settings).added == ("long",)


def test_a_paragraph_longer_than_the_window_is_stored_whole(settings: IndexSettings, tmp_path: Path) -> None:
    text = " ".join(f"Sentence number {number} tells of the rain in Oslo." for number in range(120))
    ingest([note(tmp_path, "long.txt", text, "x" * 5000)], settings)
    stored = Index.open(settings.index).store.paragraphs_of("long")
    assert [paragraph.text for paragraph in stored] == [text, "x" * 5000]


def test_old_generations_are_removed_but_for_one(settings: IndexSettings, tmp_path: Path) -> None:
    for number in range(4):
        ingest([note(tmp_path, "rain.txt", f"It rained {number} times.")], settings)
    assert len(list((settings.index / "generations").iterdir())) == 2


def test_a_generation_that_is_built_again_is_read_anew(settings: IndexSettings, tmp_path: Path) -> None:
    first = note(tmp_path, "rain.txt", "It rained in Oslo.")
    generation = ingest([first], settings).generation
    kept = Index.open(settings.index)  # as a chat keeps it, while documents come and go
    ingest([note(tmp_path, "snow.txt", "It snowed in Bergen.")], settings)
    ingest((), settings, remove=["snow"])
    again = Index.open(settings.index)
    assert again.generation == kept.generation == generation
    assert [item.text for item in again.store.paragraphs_of("rain")] == ["It rained in Oslo."]


def test_the_same_documents_give_the_same_generation(settings: IndexSettings, tmp_path: Path) -> None:
    source = note(tmp_path, "rain.txt", "It rained in Oslo.")
    first = ingest([source], settings).generation
    other = IndexSettings(index=tmp_path / "other")
    assert ingest([source], other).generation == first
