"""LlamaIndex documents of the paragraphs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from llama_index.core.readers import SimpleDirectoryReader
from llama_index.core.schema import MetadataMode

from ingest.errors import SourceError
from ingest.read import read
from ingest.readers import CableReader, TextReader, WordPressReader, llama_documents

CABLE = "09PORT42\n2009-01-15\nE.O. 12958: N/A\nSUBJECT: FISH\n\nSUMMARY\n-------\n\n1. (C) Fish is\ngood.\n"
POST = {"id": 7, "link": "https://fish.example/", "content": {"rendered": "<p>Fish.</p>"}, "title": {"rendered": "A"}}


@pytest.fixture
def cable(tmp_path: Path) -> Path:
    path = tmp_path / "cable.txt"
    path.write_text(CABLE, encoding="utf-8")
    return path


@pytest.fixture
def post(tmp_path: Path) -> Path:
    path = tmp_path / "post.json"
    path.write_text(json.dumps(POST), encoding="utf-8")
    return path


def test_document_has_its_reference_and_text(cable: Path) -> None:
    documents = CableReader().load_data(cable)
    assert [(document.id_, document.text) for document in documents] == [
        ("09PORT42 header", "Cable: 09PORT42. Title: FISH. Date: 2009-01-15. E.O. 12958: N/A. Subject: FISH."),
        ("09PORT42 ¶1", "Fish is good."),
    ]


def test_metadata_of_a_cables_paragraph(cable: Path) -> None:
    parsed = read(cable)[0]
    assert llama_documents(parsed)[1].metadata == {
        "document_id": "09PORT42",
        "title": "FISH",
        "date": "2009-01-15",
        "kind": "cable",
        "anchor": "¶1",
        "paragraph_kind": "body",
        "section": "SUMMARY",
        "mark": "C",
        "source_path": str(cable),
        "source_sha256": parsed.document.sha256,
        "first_line": 9,
        "last_line": 10,
    }


def test_metadata_of_a_posts_paragraph(post: Path) -> None:
    parsed = read(post)[0]
    assert WordPressReader().load_data(post)[1].metadata == {
        "document_id": "fish-7",
        "title": "A",
        "kind": "article",
        "anchor": "¶1",
        "paragraph_kind": "body",
        "source_path": str(post),
        "source_sha256": parsed.document.sha256,
        "url": "https://fish.example/",
        "pointer": "/content/rendered",
        "order": 1,
    }


@pytest.mark.parametrize("mode", [MetadataMode.EMBED, MetadataMode.LLM], ids=["embedding", "model"])
def test_title_date_and_section_are_all_that_is_seen_of_the_metadata(cable: Path, mode: MetadataMode) -> None:
    (_, paragraph) = CableReader().load_data(cable, extra_info={"shelf": 3})
    assert paragraph.get_content(metadata_mode=mode) == (
        "title: FISH\ndate: 2009-01-15\nsection: SUMMARY\n\nFish is good."
    )


def test_extra_info_adds_and_does_not_override(cable: Path) -> None:
    metadata = CableReader().load_data(cable, extra_info={"shelf": 3, "anchor": "¶9"})[1].metadata
    assert (metadata["shelf"], metadata["anchor"]) == (3, "¶1")


@pytest.mark.parametrize(
    ("name", "text"),
    [pytest.param("a.md", "Fish is good.", id="Markdown"), pytest.param("a.txt", "*Fish* is good.", id="text")],
)
def test_text_reader_goes_by_the_name(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text("*Fish* is good.", encoding="utf-8")
    assert [document.text for document in TextReader().load_data(str(path))] == [text]


def test_reader_of_another_kind_is_an_error(post: Path) -> None:
    with pytest.raises(SourceError, match="a cable with no numbered paragraph"):
        CableReader().load_data(post)


def test_readers_serve_llama_indexs_directory_reader(cable: Path, post: Path) -> None:
    reader = SimpleDirectoryReader(
        input_files=[cable, post],
        file_extractor={".txt": CableReader(), ".json": WordPressReader()},
    )
    references = [
        f"{document.metadata['document_id']} {document.metadata['anchor']}" for document in reader.load_data()
    ]
    assert references == ["09PORT42 header", "09PORT42 ¶1", "fish-7 header", "fish-7 ¶1"]
