"""Verification of evidence bundles: with nothing but the sources, and whatever field is changed."""

from __future__ import annotations

import copy
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.attribution import attribution
from assistant.bundle import digest, parts, seal
from assistant.bundle_form import Problem
from assistant.cli import run
from assistant.commands.verify import NO_SIGNATURE
from assistant.errors import BundleError
from assistant.verify import CheckedCitation, load_bundle, verify
from ingest.read import read

TEXT = "First paragraph about the harbor.\n\nThe board met on Monday. It declined to pay for the pier.\n"
QUOTE = "It declined to pay for the pier."


def make_source(folder: Path, text: str = TEXT) -> Path:
    """A plain text source with two paragraphs."""
    path = folder / "harbor.txt"
    path.write_text(text, encoding="utf8")
    return path


def make_evidence(source: Path, *, quote: str = QUOTE) -> dict[str, Any]:
    """A sealed bundle with one claim that quotes a source."""
    (parsed,) = read(source, name=source.name)
    document = parsed.document
    paragraph = next(item for item in parsed.paragraphs if quote in item.text)
    start = paragraph.text.index(quote)
    citation = {
        "number": 1,
        "reference": paragraph.reference,
        "document_id": document.document_id,
        "anchor": paragraph.anchor,
        "title": document.title,
        "date": document.date,
        "attribution": attribution(document, paragraph, start),
        "section": paragraph.section,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "source": {"path": document.path, **paragraph.place.to_dict()},
        "source_sha256": document.sha256,
        "url": document.url,
    }
    claim = {"text": "The board did not pay.", "citations": [1], "verdict": "supported", "reasons": []}
    fields = ("document_id", "title", "date", "kind", "path", "sha256", "url", "note", "author")
    return seal(
        {
            "format": "pilcrow-evidence-1",
            "pilcrow": "0.1.0",
            "answer": {
                "question": "Did the board pay?",
                "status": "answered",
                "answer": "The board did not pay. [1]",
                "claims": [claim],
                "citations": [citation],
                "missing": [],
            },
            "documents": [{name: getattr(document, name) for name in fields}],
            "paragraphs": [
                {
                    "reference": paragraph.reference,
                    "document_id": document.document_id,
                    "anchor": paragraph.anchor,
                    "kind": paragraph.kind,
                    "section": paragraph.section,
                    "place": paragraph.place.to_dict(),
                    "text": paragraph.text,
                }
            ],
            "settings": {"mode": "auto", "passages": 8},
            "prompts": {},
        }
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def evidence(source: Path) -> dict[str, Any]:
    return make_evidence(source)


def at(bundle: dict[str, Any], pointer: str) -> Any:
    """The value at a pointer."""
    node: Any = bundle
    for name in pointer.split("/")[1:]:
        node = node[int(name)] if isinstance(node, list) else node[name.replace("~1", "/").replace("~0", "~")]
    return node


def changed(bundle: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    """A copy of a bundle with another value at a pointer."""
    bundle = copy.deepcopy(bundle)
    path, _, last = pointer.rpartition("/")
    node = at(bundle, path)
    node[int(last) if isinstance(node, list) else last.replace("~1", "/").replace("~0", "~")] = value
    return bundle


def numbered(value: list[Any] | dict[str, Any]) -> list[Any] | dict[str, Any]:
    """A list as an object with the keys "0", "1", …, an object as a list."""
    return {str(number): item for number, item in enumerate(value)} if isinstance(value, list) else [*value.values()]


def other_values(old: object) -> st.SearchStrategy[Any]:
    """JSON values that are not that one."""
    bare = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
    values = bare | st.lists(bare) | st.dictionaries(st.text(), bare)
    if isinstance(old, list | dict):
        values |= st.just(numbered(old))
    return values.filter(lambda value: digest(value) != digest(old))


def kept(folder: Path, bundle: object) -> Path:
    """A bundle as a file."""
    path = folder / "answer.json"
    path.write_text(json.dumps(bundle), encoding="utf8")
    return path


def test_an_untouched_bundle_holds(evidence: dict[str, Any], source: Path) -> None:
    found = verify(evidence, documents=[source])
    assert (found.problems, found.stale, len(found.citations), found.holds) == ((), (), 1, True)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_field_is_named(evidence: dict[str, Any], source: Path, data: st.DataObject) -> None:
    content = {name: value for name, value in evidence.items() if name not in ("digests", "seal")}
    pointer = data.draw(st.sampled_from([pointer for pointer, _ in parts(content)]))
    new = data.draw(other_values(at(content, pointer)))
    found = verify(changed(evidence, pointer, new), documents=[source])
    assert not found.holds
    assert any(problem.field == pointer or problem.field.startswith(f"{pointer}/") for problem in found.problems)


CITED = ("/answer/citations/0", "/paragraphs/0", "/documents/0")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_cited_cannot_be_changed_and_sealed_anew(
    evidence: dict[str, Any], source: Path, data: st.DataObject
) -> None:
    pointer = data.draw(st.sampled_from([pointer for pointer, _ in parts(evidence) if pointer.startswith(CITED)]))
    new = data.draw(other_values(at(evidence, pointer)))
    assert not verify(seal(changed(evidence, pointer, new)), documents=[source]).holds


def test_every_field_is_covered_by_a_digest(evidence: dict[str, Any]) -> None:
    content = {name: value for name, value in evidence.items() if name not in ("digests", "seal")}
    assert set(evidence["digests"]) == {pointer for pointer, _ in parts(content)}


@pytest.mark.parametrize(
    "pointer", ["/answer/claims", "/answer/claims/0/citations", "/answer/missing", "/documents/0", "/prompts"]
)
def test_a_list_made_an_object_is_named(evidence: dict[str, Any], source: Path, pointer: str) -> None:
    other = numbered(at(evidence, pointer))
    found = verify(changed(evidence, pointer, other), documents=[source])
    assert Problem(pointer, "was changed since the bundle was made") in found.problems


@pytest.mark.parametrize("part", ["digests", "seal"])
def test_changed_digests_are_named(evidence: dict[str, Any], source: Path, part: str) -> None:
    value = {**evidence["digests"], "/pilcrow": "0" * 64} if part == "digests" else "0" * 64
    fields = {problem.field for problem in verify({**evidence, part: value}, documents=[source]).problems}
    assert "/seal" in fields


def test_a_removed_field_is_named(evidence: dict[str, Any], source: Path) -> None:
    bundle = copy.deepcopy(evidence)
    del bundle["answer"]["claims"][0]["verdict"]
    assert Problem("/answer/claims/0/verdict", "is missing") in verify(bundle, documents=[source]).problems


def test_an_added_field_is_named(evidence: dict[str, Any], source: Path) -> None:
    found = verify({**evidence, "extra": 1}, documents=[source])
    assert found.problems == (Problem("/extra", "was added"),)


@pytest.mark.parametrize(
    ("pointer", "value", "named"),
    [
        ("/answer/citations/0/quote", "It agreed to pay for the pier.", "/answer/citations/0/quote"),
        ("/answer/citations/0/start", 0, "/answer/citations/0/quote"),
        ("/answer/citations/0/anchor", "¶1", "/answer/citations/0/anchor"),
        ("/paragraphs/0/text", "The board met. It agreed to pay.", "/paragraphs/0/text"),
        ("/documents/0/title", "Another", "/documents/0/title"),
        ("/answer/answer", "The board paid. [1]", "/answer/answer"),
    ],
    ids=["quote", "offset", "anchor", "paragraph", "title", "answer"],
)
def test_a_bundle_sealed_anew_still_has_to_agree_with_the_source(
    evidence: dict[str, Any], source: Path, pointer: str, value: object, named: str
) -> None:
    found = verify(seal(changed(evidence, pointer, value)), documents=[source])
    assert named in {problem.field for problem in found.problems}


def test_a_source_that_is_not_found_says_how_to_name_it(evidence: dict[str, Any], tmp_path: Path) -> None:
    found = verify(evidence, beside=tmp_path)
    assert found.problems == (
        Problem("/documents/0/path", "harbor.txt is not found. Name it or its folder with --documents.", "not_found"),
    )


def test_a_source_is_found_beside_the_bundle_and_in_a_folder(evidence: dict[str, Any], source: Path) -> None:
    assert verify(evidence, beside=source.parent).holds
    assert verify(evidence, documents=[source.parent]).holds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT.replace("First", "The first"), "holds"),
        (TEXT.replace("First", "New start.\n\nFirst"), "moved"),
        (TEXT.replace("declined", "agreed"), "gone"),
    ],
    ids=["holds", "moved", "gone"],
)
def test_a_changed_source_makes_its_citations_stale(
    evidence: dict[str, Any], tmp_path: Path, text: str, expected: str
) -> None:
    found = verify(evidence, documents=[make_source(tmp_path, text)])
    assert found.problems == ()
    assert [citation.state for citation in found.stale] == [expected]


def test_a_moved_quote_is_told_with_its_new_place(evidence: dict[str, Any], tmp_path: Path) -> None:
    path = make_source(tmp_path, f"New start.\n\n{TEXT}")
    (moved,) = verify(evidence, documents=[path]).stale
    assert moved == CheckedCitation(1, "harbor ¶2", "moved", str(path), "harbor ¶3")
    assert str(moved) == f"[1] harbor ¶2 now stands in harbor ¶3 (compared with {path})"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"format": "x"}', '{"format": "pilcrow-evidence-1", "format": "pilcrow-evidence-1"}'],
    ids=["empty", "no object", "broken", "other format", "key twice"],
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answer.json"
    path.write_text(text, encoding="utf8")
    with pytest.raises(BundleError, match=r"Give the \.json that `pilcrow ask --bundle` wrote"):
        load_bundle(path)


def test_the_command_names_the_field_and_exits_1(
    evidence: dict[str, Any], source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kept(tmp_path, changed(evidence, "/settings/passages", 9))
    assert run(["verify", str(path), "--documents", str(source)]) == 1
    printed = capsys.readouterr()
    assert printed.out == "/settings/passages: was changed since the bundle was made\n"
    assert (
        printed.err
        == f"pilcrow: {path} does not hold: 1 problem, told above. Do not rely on it before that is mended.\n"
    )


def test_a_stale_bundle_exits_1_and_says_how_much_still_holds(
    evidence: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kept(tmp_path, evidence)
    source = make_source(tmp_path, TEXT.replace("First", "The first"))
    assert run(["verify", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"[1] harbor ¶2 still holds (compared with {source})\n"
    assert printed.err == (
        f"pilcrow: {path} is stale: sources changed since, and 1 of 1 citations still hold. "
        "Ask again over the new text.\n"
    )


def two_sources(folder: Path) -> tuple[dict[str, Any], Path, Path]:
    """A bundle that cites two texts, and the two."""
    first, second = make_source(folder), folder / "pier.txt"
    second.write_text(TEXT.replace("board", "council"), encoding="utf8")
    bundle, other = make_evidence(first), make_evidence(second)
    bundle["answer"]["citations"].append({**other["answer"]["citations"][0], "number": 2})
    bundle["answer"]["claims"].append({**other["answer"]["claims"][0], "citations": [2]})
    bundle["answer"]["answer"] += " The board did not pay. [2]"
    bundle["documents"] += other["documents"]
    bundle["paragraphs"] += other["paragraphs"]
    return seal(bundle), first, second


def test_what_still_holds_is_counted_among_all_citations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle, first, _ = two_sources(tmp_path)
    first.write_text(TEXT.replace("declined", "agreed"), encoding="utf8")
    assert run(["verify", str(kept(tmp_path, bundle))]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"[1] harbor ¶2 is no longer there (compared with {first})\n"
    assert "and 1 of 2 citations still hold." in printed.err


def test_one_source_given_does_not_condemn_the_other(tmp_path: Path) -> None:
    bundle, first, _ = two_sources(tmp_path)
    assert verify(bundle, documents=[first], beside=tmp_path).holds


def test_another_text_is_no_source(evidence: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "shopping.txt"
    other.write_text("Milk.\n\nBread.\n", encoding="utf8")
    found = verify(evidence, documents=[other])
    assert found.stale == ()
    assert found.problems == (
        Problem("/documents/0/path", "harbor.txt is not found. Name it or its folder with --documents.", "not_found"),
    )


@pytest.mark.parametrize("name", ["harbor.md", "other/harbor.txt"], ids=["id", "name"])
def test_a_changed_file_of_the_same_id_or_name_is_the_source(
    evidence: dict[str, Any], tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEXT.replace("First", "The first"), encoding="utf8")
    assert [item.state for item in verify(evidence, documents=[tmp_path]).stale] == ["holds"]


def test_the_same_bytes_under_another_name_are_the_source(evidence: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "copy.bak").write_text(TEXT, encoding="utf8")
    assert verify(evidence, documents=[tmp_path / "copy.bak"]).holds


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "an empty file. Give"),
        (b"a\x00b", "a binary file"),
        (None, "a folder, not a file."),
    ],
    ids=["empty", "binary", "folder"],
)
def test_a_source_that_cannot_be_read_says_why(
    evidence: dict[str, Any], tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "harbor.txt"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    (problem,) = verify(evidence, beside=tmp_path).problems
    assert problem.field == "/documents/0/path"
    assert problem.detail.startswith(f"{path} is there, but is not the source: {reason}")


def test_a_file_with_another_document_says_so(tmp_path: Path) -> None:
    source = make_source(tmp_path)
    bundle = make_evidence(source)
    for pointer in ("/documents/0", "/paragraphs/0", "/answer/citations/0"):
        bundle = changed(bundle, f"{pointer}/document_id", "pier")
    told = f"{source} is there, but is not the source: it holds no document pier. Name the right file with --documents."
    assert Problem("/documents/0/path", told, "not_found") in verify(seal(bundle), documents=[source]).problems


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/documents/0/path", "x" * 5000),
        ("/documents/0/path", "\ud800"),
        ("/documents/0/path", "\x00"),
        ("/documents/0/path", None),
        ("/documents", 7),
        ("/answer/citations/0/start", "0"),
        ("/answer/claims/0/\ud800", 1),
        ("/paragraphs/0/reference", {}),
    ],
    ids=["long path", "surrogate", "NUL", "no path", "number", "text", "surrogate key", "object"],
)
@pytest.mark.parametrize("sealed", [False, True], ids=["as it is", "sealed anew"])
def test_a_hostile_bundle_is_one_line_each(
    evidence: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    pointer: str,
    value: object,
    sealed: bool,
) -> None:
    bundle = changed(evidence, pointer, value)
    assert run(["verify", str(kept(tmp_path, seal(bundle) if sealed else bundle))]) == 1
    printed = capsys.readouterr()
    printed.out.encode("utf8")
    assert printed.err.startswith(f"pilcrow: {tmp_path}")


def test_a_bundle_nested_too_deeply_does_not_hold(evidence: dict[str, Any]) -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    found = verify({**evidence, "deep": deep})
    assert Problem("/", "lists and objects stand too deep in each other") in found.problems


def test_what_commands_a_terminal_is_escaped() -> None:
    assert str(Problem("/a\x1b[2J", "b\n1 citation holds\u202e")) == "/a\\x1b[2J: b\\n1 citation holds\\u202e"
    assert str(CheckedCitation(1, "harbor\n[2]", "gone")) == "[1] harbor\\n[2] is no longer there"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file. Give the .json that `pilcrow ask --bundle` wrote."),
        ("{}".encode("utf-16"), "UTF-16 text. Save it again as UTF-8, or give the file as it was written."),
        (b'{"\xff": 1}', "not UTF-8 text. Give the .json that `pilcrow ask --bundle` wrote."),
        (
            b"<!doctype html>",
            "not a bundle's JSON (Expecting value: line 1 column 1 (char 0)). "
            "Give the .json that `pilcrow ask --bundle` wrote.",
        ),
        (
            b'{"format": "pilcrow-evidence-9"}',
            "/format is pilcrow-evidence-9: a newer Pilcrow made it, and this one reads pilcrow-evidence-1. "
            "Use the newer one.",
        ),
    ],
    ids=["empty", "UTF-16", "no UTF-8", "page", "newer"],
)
def test_what_is_wrong_with_a_file_is_told_with_the_fix(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(content)
    with pytest.raises(BundleError) as error:
        load_bundle(path)
    assert str(error.value) == f"{path}: {message}"


def test_a_byte_order_mark_does_no_harm(evidence: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(evidence), encoding="utf-8-sig")
    assert load_bundle(path) == evidence


def test_a_bundle_without_citations_says_so(
    evidence: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {**evidence["answer"], "status": "abstained", "answer": "", "claims": [], "citations": []}
    path = kept(tmp_path, seal({**evidence, "answer": answer, "documents": [], "paragraphs": []}))
    assert run(["verify", str(path)]) == 0
    assert capsys.readouterr().out == (
        "The bundle has no citations: no quote could be compared with a source. "
        f"Nothing was altered since the bundle was sealed.\n{NO_SIGNATURE}\n"
    )


def test_the_help_says_that_digests_are_no_signature(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--help"]) == 0
    assert NO_SIGNATURE in " ".join(capsys.readouterr().out.split())


def placed(path: Path, text: str = TEXT) -> Path:
    """A text at a path, whose folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf8")
    return path


@pytest.mark.parametrize("text", ["", "Milk.\n\nBread.\n"], ids=["empty", "unrelated"])
def test_the_recorded_hash_wins_over_a_name_that_is_given(evidence: dict[str, Any], tmp_path: Path, text: str) -> None:
    other = placed(tmp_path / "other" / "harbor.txt", text)
    make_source(tmp_path)
    assert verify(evidence, documents=[other.parent], beside=tmp_path).holds


def test_the_recorded_hash_wins_over_a_name_that_sorts_before(evidence: dict[str, Any], tmp_path: Path) -> None:
    placed(tmp_path / "archive" / "harbor.txt", "Milk.\n\nBread.\n")
    placed(tmp_path / "current" / "harbor.txt")
    assert verify(evidence, documents=[tmp_path]).holds


def test_of_two_files_that_changed_the_longer_shared_path_is_the_source(
    evidence: dict[str, Any], tmp_path: Path
) -> None:
    bundle = changed(evidence, "/documents/0/path", "current/harbor.txt")
    placed(tmp_path / "archive" / "harbor.txt", f"{TEXT}\nMore.\n")
    current = placed(tmp_path / "current" / "harbor.txt", TEXT.replace("declined", "agreed"))
    (citation,) = verify(bundle, documents=[tmp_path]).citations
    assert (citation.state, citation.file) == ("gone", str(current))


def test_of_two_files_of_one_name_that_with_the_quotes_is_the_source(evidence: dict[str, Any], tmp_path: Path) -> None:
    placed(tmp_path / "archive" / "harbor.txt", "Milk.\n\nBread.\n")
    current = placed(tmp_path / "current" / "harbor.txt", f"{TEXT}\nMore.\n")
    (citation,) = verify(evidence, documents=[tmp_path]).citations
    assert (citation.state, citation.file) == ("holds", str(current))


@pytest.mark.parametrize("name", [".git/harbor.txt", ".harbor.txt"], ids=["folder", "file"])
def test_hidden_files_of_a_folder_are_left_out(evidence: dict[str, Any], tmp_path: Path, name: str) -> None:
    placed(tmp_path / name)
    assert verify(evidence, documents=[tmp_path]).state == "not_found"


def test_a_source_beside_the_bundle_is_found_whatever_folder_was_recorded(tmp_path: Path) -> None:
    bundle = make_evidence(make_source(tmp_path))
    for pointer in ("/documents/0/path", "/answer/citations/0/source/path"):
        bundle = changed(bundle, pointer, "/home/somebody/papers/harbor.txt")
    assert verify(seal(bundle), beside=tmp_path).holds


def test_sources_can_be_named_after_the_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle, first, second = two_sources(tmp_path)
    (tmp_path / "bundle").mkdir()
    path = kept(tmp_path / "bundle", bundle)
    assert run(["verify", str(path), "--documents", str(first), str(second)]) == 0
    assert run(["verify", str(path), "--documents", str(first), "--documents", str(second)]) == 0
    assert capsys.readouterr().out.count("2 citations hold:") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [("declined", "DECLINED"), ("It declined", "It  \u201cdeclined\u201d")],
    ids=["case", "words put in quotation marks"],
)
def test_a_quote_in_other_typography_does_not_still_hold(
    evidence: dict[str, Any], tmp_path: Path, old: str, new: str
) -> None:
    (citation,) = verify(evidence, documents=[make_source(tmp_path, TEXT.replace(old, new))]).citations
    assert not citation.still_holds


def test_a_quote_in_other_capitals_says_so(evidence: dict[str, Any], tmp_path: Path) -> None:
    path = make_source(tmp_path, TEXT.replace("declined", "Declined"))
    (citation,) = verify(evidence, documents=[path]).stale
    told = f"stands there only with other capitals or typography (compared with {path})"
    assert str(citation) == f"[1] harbor ¶2 {told}"


MARKDOWN = "---\ntitle: Harbor\ndate: 2020-01-02\n---\n\nIt declined to pay for the pier.\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2020-01-02", "2021-03-04", "its date is now 2021-03-04"),
        ("title: Harbor", "title: Pier", "its title is now Pier"),
        ("date: 2020-01-02\n", "", "its date is now not given"),
    ],
    ids=["date", "title", "no date"],
)
def test_a_quote_under_another_date_or_title_says_so(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = placed(tmp_path / "harbor.md", MARKDOWN)
    bundle = make_evidence(path)
    placed(path, MARKDOWN.replace(old, new))
    (citation,) = verify(bundle, documents=[path]).stale
    assert str(citation) == f"[1] {citation.reference} holds, but {told} (compared with {path})"
    assert not citation.still_holds


def cable(folder: Path, *changes: tuple[str, str]) -> Path:
    """The bundled cable with some of its words replaced."""
    text = (Path(__file__).parents[1] / "ingest" / "bundled" / "06SEOUL1789.txt").read_text(encoding="utf8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return placed(folder / "06SEOUL1789.txt", text)


CASE_BY_CASE = "South Korea would therefore take its decisions on NATO matters case by case."
IN_THE_CABLE = CASE_BY_CASE.replace("NATO ", "NATO \n")


def test_a_quote_under_another_attribution_says_so(tmp_path: Path) -> None:
    bundle = make_evidence(cable(tmp_path), quote=CASE_BY_CASE)
    path = cable(tmp_path, ("South Korea would therefore", "COMMENT: South Korea would therefore"))
    (citation,) = verify(bundle, documents=[path]).stale
    now = "its attribution is now Cable of Embassy Seoul, 26 May 2006, in its own comment"
    assert str(citation) == f"[1] 06SEOUL1789 ¶1 holds, but {now} (compared with {path})"


def test_a_header_is_no_new_place_of_a_body_quote(tmp_path: Path) -> None:
    bundle = make_evidence(cable(tmp_path), quote=CASE_BY_CASE)
    path = cable(tmp_path, (IN_THE_CABLE, ""), ("\nTAGS: ", f"\nREF: {CASE_BY_CASE}\nTAGS: "))
    (header,) = [item for (parsed,) in [read(path)] for item in parsed.paragraphs if item.kind == "header"]
    assert CASE_BY_CASE in header.text
    assert [citation.state for citation in verify(bundle, documents=[path]).stale] == ["gone"]


@pytest.mark.parametrize(
    ("pointer", "value", "problem"),
    [
        ("/answer/citations/0/number", True, "must be a whole number from 1 on"),
        ("/answer/citations/0/number", 1.0, "must be a whole number from 1 on"),
        ("/answer/citations/0/start", False, "must be a whole number"),
        (
            "/answer/citations/0/source/lines",
            [3.0, 3.0],
            "must be two whole numbers, the first line and the last",
        ),
        ("/paragraphs/0/place/lines", [3.0, 3.0], "must be two whole numbers, the first line and the last"),
        ("/answer/claims/0/citations/0", "1", "must be a whole number from 1 on"),
        ("/answer/claims/0/verdict", "proven", "must be one of supported, partial, contradicted, unsupported"),
        ("/answer/status", "sure", "must be one of answered, partial, abstained"),
        ("/answer/missing", None, "must be a list"),
        ("/documents/0", 7, "must be an object"),
    ],
)
def test_a_field_of_a_wrong_type_is_named_with_what_it_must_be(
    evidence: dict[str, Any], source: Path, pointer: str, value: object, problem: str
) -> None:
    found = verify(seal(changed(evidence, pointer, value)), documents=[source])
    assert Problem(pointer, problem) in found.problems


def test_a_field_of_a_wrong_type_hides_no_other_problem(tmp_path: Path) -> None:
    bundle, first, second = two_sources(tmp_path)
    bundle = changed(bundle, "/answer/citations/0/start", "0")
    bundle = changed(bundle, "/answer/citations/1/quote", "It agreed to pay.")
    bundle = changed(bundle, "/documents/1/title", "Another")
    assert [problem.field for problem in verify(seal(bundle), documents=[first, second]).problems] == [
        "/answer/citations/0/start",
        "/answer/citations/1/quote",
        "/answer/citations/1/title",
        "/documents/1/title",
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"/answer/citations/0/end": 900},
            Problem("/answer/citations/0/end", "is 900, but harbor ¶2 has 57 characters"),
        ),
        (
            {"/answer/claims/0/citations": []},
            Problem("/answer/claims/0/citations", "are none, but the verdict is supported"),
        ),
        (
            {"/answer/claims/0/text": "The board did not pay [9]."},
            Problem("/answer/claims/0/text", "has the mark [9] with nothing behind it"),
        ),
        (
            {"/answer/claims/0/text": "The board did not pay【1†source】."},
            Problem("/answer/claims/0/text", "has the mark 【1†source】 with nothing behind it"),
        ),
        ({"/answer/status": "abstained"}, Problem("/answer/status", "is abstained, but there are claims")),
        (
            {"/answer/claims/0/verdict": "unsupported"},
            Problem("/answer/status", "is answered, but no claim is supported or partial"),
        ),
        (
            {"/answer/missing": ["the price"]},
            Problem("/answer/status", "is answered, but something is told as missing"),
        ),
        (
            {"/answer/status": "partial"},
            Problem("/answer/status", "is partial, but nothing is told as missing"),
        ),
        (
            {"/answer/citations/0/quote": QUOTE[1:], "/answer/citations/0/start": 26},
            Problem("/answer/citations/0/quote", "begins or ends in the middle of a word or number"),
        ),
        (
            {"/paragraphs/0/document_id": "pier"},
            Problem("/paragraphs/0/document_id", "is not among the bundle's documents"),
        ),
        (
            {"/paragraphs/0/anchor": "¶1"},
            Problem("/paragraphs/0/reference", "is not the document's id and the anchor"),
        ),
    ],
    ids=[
        "end",
        "no citation",
        "mark",
        "other mark",
        "abstained",
        "no verdict",
        "missing",
        "nothing missing",
        "half a word",
        "no document",
        "reference",
    ],
)
def test_a_bundle_sealed_anew_still_has_to_keep_the_contract(
    evidence: dict[str, Any], source: Path, changes: dict[str, object], problem: Problem
) -> None:
    bundle = evidence
    for pointer, value in changes.items():
        bundle = changed(bundle, pointer, value)
    assert problem in verify(seal(bundle), documents=[source]).problems


def test_a_mark_of_the_document_itself_may_stand_in_a_claim(tmp_path: Path) -> None:
    quote = "The pier cost too much [9]."
    source = placed(tmp_path / "harbor.txt", f"{TEXT}\n{quote}\n")
    bundle = make_evidence(source, quote=quote)
    for pointer, text in (("/answer/claims/0/text", quote), ("/answer/answer", f"{quote} [1]")):
        bundle = changed(bundle, pointer, text)
    assert verify(seal(bundle), documents=[source]).problems == ()


def test_a_mark_of_a_number_without_end_is_named(evidence: dict[str, Any], source: Path) -> None:
    mark = f"[{'9' * 5000}]"
    text = f"{evidence['answer']['claims'][0]['text']} {mark}"
    found = verify(seal(changed(evidence, "/answer/claims/0/text", text)), documents=[source])
    assert Problem("/answer/claims/0/text", f"has the mark {mark} with nothing behind it") in found.problems


def test_a_paragraph_that_stands_twice_is_named(evidence: dict[str, Any], source: Path) -> None:
    found = verify(seal({**evidence, "paragraphs": evidence["paragraphs"] * 2}), documents=[source])
    assert found.problems == (Problem("/paragraphs/1/reference", "stands twice"),)


def test_a_source_that_cannot_be_read_is_told_by_its_own_name(
    evidence: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("assistant.bundle_sources.read", unreadable)  # no file of ours brings a reader there
    path = make_source(tmp_path)
    told = f"{path} is there, but is not the source: cannot be read as a source (too deep). Give the file as it was."
    assert verify(evidence, documents=[path]).problems == (Problem("/documents/0/path", told, "not_found"),)


@pytest.mark.parametrize("made", ["0.0.1", version("pilcrow")], ids=["another version", "this version"])
def test_places_that_differ_tell_both_versions(evidence: dict[str, Any], source: Path, made: str) -> None:
    bundle = changed({**evidence, "pilcrow": made}, "/paragraphs/0/place/lines", [3, 4])
    bundle = changed(bundle, "/answer/citations/0/source/lines", [3, 4])
    mine = version("pilcrow")
    both = "" if made == mine else f" (made with Pilcrow {made}, read with {mine})"
    assert verify(seal(bundle), documents=[source]).problems == (
        Problem("/paragraphs/0/place", f"is not where the source has it{both}"),
    )


def disagreeing(folder: Path, text: str) -> dict[str, Any]:
    """A bundle that cites two texts and tells a conflict between them."""
    bundle, _, _ = two_sources(folder)
    bundle["answer"]["conflicts"] = [{"text": text, "citations": [1, 2]}]
    bundle["answer"]["answer"] += f" {text} [1][2]"
    return seal(bundle)


AGREED = "The documents differ: harbor (no date) has “The board met” and pier (no date) has “The council met”."


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("", "", None),
        ("council", "mayor", "quotes “The mayor met”, which is in no paragraph that it cites"),
        ("no date", "2020-01-02", "does not tell the date of harbor: no date"),
    ],
    ids=["sound", "words", "date"],
)
def test_a_conflict_quotes_and_dates_both_of_its_documents(
    tmp_path: Path, old: str, new: str, detail: str | None
) -> None:
    problems = verify(disagreeing(tmp_path, AGREED.replace(old, new)), documents=[tmp_path]).problems
    expected = [Problem("/answer/conflicts/0/text", detail)] if detail else []
    assert list(problems[:1]) == expected


def test_a_conflict_cites_two_documents(tmp_path: Path) -> None:
    bundle = changed(disagreeing(tmp_path, AGREED), "/answer/conflicts/0/citations", [1, 1])
    problem = Problem("/answer/conflicts/0/citations", "are not of two documents")
    assert problem in verify(seal(bundle), documents=[tmp_path]).problems


@pytest.mark.parametrize(
    ("text", "state", "citation"),
    [
        (TEXT, "holds", "unchanged"),
        (TEXT.replace("First", "The first"), "stale", "holds"),
        (None, "not_found", "not_found"),
    ],
    ids=["holds", "stale", "not found"],
)
def test_the_command_tells_the_state_as_json(
    evidence: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    state: str,
    citation: str,
) -> None:
    if text is not None:
        make_source(tmp_path, text)
    assert run(["verify", str(kept(tmp_path, evidence)), "--json"]) == (state != "holds")
    printed = json.loads(capsys.readouterr().out)
    assert printed["state"] == state
    assert [item["state"] for item in printed["citations"]] == [citation]
    assert [item["field"] for item in printed["problems"]] == (["/documents/0/path"] if text is None else [])


def test_the_json_of_an_altered_bundle_names_the_field(
    evidence: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_source(tmp_path)
    assert run(["verify", str(kept(tmp_path, {**evidence, "extra": 1})), "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert (printed["state"], printed["problems"]) == ("altered", [{"field": "/extra", "detail": "was added"}])
