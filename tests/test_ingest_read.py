"""Files: what they are by their content, how they are decoded, and what cannot be read."""

from __future__ import annotations

import codecs
import hashlib
import json
from pathlib import Path

import pytest
from conftest import ORIGINALS, ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.read import read

READABLE = "a cable, a WordPress post (JSON), plain text or Markdown"

CABLE = "09PORT42\nFM AMEMBASSY PORT\nE.O. 12958: N/A\nSUBJECT: FISH\n\n1. (C) Fish is good.\n"
POST = json.dumps({"id": 7, "link": "https://fish.example/", "content": {"rendered": "<p>Fish – good.</p>"}})


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "document_id", "kind"),
    [
        pytest.param("a.txt", CABLE, "09PORT42", "cable", id="cable in .txt"),
        pytest.param("a.md", CABLE, "09PORT42", "cable", id="cable in .md"),
        pytest.param("a.json", POST, "fish-7", "article", id="post in .json"),
        pytest.param("a.txt", POST, "fish-7", "article", id="post in .txt"),
        pytest.param("a.json", f"[{POST}]", "fish-7", "article", id="array of posts"),
        pytest.param("a.txt", "Fish is good.", "a", "text", id="text"),
        pytest.param("a.md", "# Fish\n\nFish is good.", "a", "text", id="Markdown"),
        pytest.param("README", "Fish is good.", "README", "text", id="no suffix"),
        pytest.param("a.txt", "[1] Fish is good.", "a", "text", id="text that begins as JSON"),
    ],
)
def test_content_says_what_a_file_is(tmp_path: Path, name: str, content: str, document_id: str, kind: str) -> None:
    (parsed,) = read(write(tmp_path, name, content))
    assert (parsed.document.document_id, parsed.document.kind) == (document_id, kind)


def test_markdown_is_known_by_its_name(tmp_path: Path) -> None:
    titles = [
        read(write(tmp_path, name, "# Fish\n\nGood."))[0].document.title for name in ("a.md", "a.MARKDOWN", "a.txt")
    ]
    assert titles == ["Fish", "Fish", "a"]


def test_path_and_hash_are_stored(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "Fish is good.")
    document = read(path)[0].document
    assert (document.path, document.sha256) == (str(path), hashlib.sha256(b"Fish is good.").hexdigest())


def test_name_is_stored_in_place_of_the_path(tmp_path: Path) -> None:
    document = read(write(tmp_path, "a.txt", "Fish is good."), name="bundled/fish.txt")[0].document
    assert (document.path, document.document_id) == ("bundled/fish.txt", "fish")


@pytest.mark.parametrize(
    ("content", "text", "notes"),
    [
        pytest.param("Fish – good".encode(), "Fish – good", (), id="UTF-8"),
        pytest.param(codecs.BOM_UTF8 + "Fish – good".encode(), "Fish – good", (), id="UTF-8 with mark"),
        pytest.param("Fish – good".encode("utf-16"), "Fish – good", (), id="UTF-16"),
        pytest.param(codecs.BOM_UTF16_BE + "Fish – good".encode("utf-16-be"), "Fish – good", (), id="UTF-16 BE"),
        pytest.param("Fish – good".encode("utf-32"), "Fish – good", (), id="UTF-32"),
        pytest.param("Fish – good".encode("cp1252"), "Fish – good", ("read as cp1252 (not UTF-8)",), id="cp1252"),
        pytest.param(
            "– – – – good".encode() + b"\xe2\x80",
            "– – – – good\ufffd",
            ("damaged UTF-8: 1 places replaced by U+FFFD",),
            id="damaged UTF-8",
        ),
    ],
)
def test_encodings(tmp_path: Path, content: bytes, text: str, notes: tuple[str, ...]) -> None:
    (parsed,) = read(write(tmp_path, "a.txt", content))
    assert ([paragraph.text for paragraph in parsed.paragraphs], parsed.notes) == ([text], notes)


def test_notes_of_the_parser_come_after_those_of_the_decoding(tmp_path: Path) -> None:
    content = (CABLE + "\n3. (C) Rice – too.\n").encode("cp1252")
    assert read(write(tmp_path, "a.txt", content))[0].notes == ("read as cp1252 (not UTF-8)", "The source has no ¶2.")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("a.txt", b"", f"a.txt: an empty file. Give {READABLE}.", id="empty"),
        pytest.param("a.txt", b" \n\xc2\xa0\t\n", f"a.txt: an empty file. Give {READABLE}.", id="white space"),
        pytest.param(
            "notes.png",
            b"\x89PNG\r\n\x1a\n\x00\x00",
            f"notes.png: a PNG image, which Pilcrow cannot read. Give {READABLE}.",
            id="PNG",
        ),
        pytest.param("a.txt", b"%PDF-1.7\n", f"a.txt: a PDF, which Pilcrow cannot read. Give {READABLE}.", id="PDF"),
        pytest.param(
            "a.docx",
            b"PK\x03\x04\x14",
            f"a.docx: a ZIP archive (also Word, Excel, EPUB), which Pilcrow cannot read. Give {READABLE}.",
            id="Word",
        ),
        pytest.param(
            "a.rtf",
            b"{\\rtf1 Fish}",
            f"a.rtf: an RTF document, which Pilcrow cannot read. Give {READABLE}.",
            id="RTF",
        ),
        pytest.param(
            "a.txt",
            b"Fish\x00good",
            f"a.txt: a binary file (it has NUL bytes), which Pilcrow cannot read. Give {READABLE}.",
            id="NUL",
        ),
        pytest.param(
            "a.txt",
            codecs.BOM_UTF16_LE + b"F\x00i",
            "a.txt: damaged UTF-16 text. Save it again as UTF-8.",
            id="half a UTF-16 character",
        ),
        pytest.param(
            "a.txt",
            b"Fish \x81\x8d good",
            "a.txt: text that is neither UTF-8 nor cp1252. Save it again as UTF-8.",
            id="unknown encoding",
        ),
        pytest.param(
            "a.html",
            b"\n<!DOCTYPE html><p>Fish",
            f"a.html: an HTML page, which Pilcrow cannot read. Give {READABLE}.",
            id="HTML",
        ),
        pytest.param(
            "a.json",
            b'{"fish": 1}',
            "a.json: JSON that is no WordPress post (no id, or no content.rendered). "
            "Save the answer of /wp-json/wp/v2/posts/ID.",
            id="JSON that is no post",
        ),
        pytest.param(
            "a.txt",
            b"[]",
            "a.txt: an array with no posts. Ask the site for a page of posts that has some.",
            id="empty array",
        ),
        pytest.param(
            "a.json",
            b"Fish",
            "a.json: damaged or cut-off JSON at line 1, column 1 (Expecting value). Save the post again.",
            id="text in .json",
        ),
        pytest.param(
            "a.txt",
            POST[:-1].encode(),
            f"a.txt: damaged or cut-off JSON at line 1, column {len(POST)} (Expecting ',' delimiter). "
            "Save the post again.",
            id="post cut off",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(SourceError) as raised:
        read(write(tmp_path, name, content), name=name)
    assert str(raised.value) == message


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read(tmp_path / "none.txt", name="none.txt")
    assert str(raised.value) == "none.txt: no such file. Check the path."


def test_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read(tmp_path, name="folder")
    assert str(raised.value) == "folder: a folder, not a file. Give the files in it."


def test_path_through_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as raised:
        read(write(tmp_path, "a.txt", "Fish.") / "b.txt", name="b.txt")
    assert str(raised.value) == "b.txt: cannot be opened (Not a directory). Check the path and its permissions."


@pytest.mark.parametrize("name", ["06SEOUL1789.txt", "koreapro-2197111.json"])
def test_bundled_document_is_read_whole_and_says_what_it_is(name: str) -> None:
    (parsed,) = read(ROOT / "ingest" / "bundled" / name)
    assert (parsed.document.document_id, parsed.notes) == (Path(name).stem, ())
    assert (parsed.document.note or "").startswith("Restatement in other words")


@pytest.mark.parametrize("path", sorted(ORIGINALS.glob("*.txt")), ids=lambda path: path.name[:3])
def test_original_has_the_anchors_of_its_restatement(path: Path) -> None:
    (original,) = read(path)
    document_id = original.document.document_id
    (bundled,) = next(read(one) for one in (ROOT / "ingest" / "bundled").iterdir() if one.stem == document_id)
    assert [paragraph.reference for paragraph in original.paragraphs] == [
        paragraph.reference for paragraph in bundled.paragraphs
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary() | st.text().map(str.encode), name=st.sampled_from(["a.txt", "a.md", "a.json"]))
def test_any_bytes_are_read_or_are_a_source_error(tmp_path: Path, content: bytes, name: str) -> None:
    assert is_sound(write(tmp_path, name, content), name)


def is_sound(path: Path, name: str) -> bool:
    """Whether the file gives paragraphs, or an error of one line that names it."""
    try:
        documents = read(path, name=name)
    except SourceError as error:
        return str(error).startswith(f"{name}: ") and "\n" not in str(error)
    return all(document.paragraphs for document in documents)
