"""Verification of evidence bundles: with nothing but the sources, and whatever field is changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.attribution import attribution
from assistant.bundle import digest, leaves, seal
from assistant.cli import run
from assistant.errors import BundleError
from assistant.verify import Problem, StaleCitation, load_bundle, verify
from ingest.read import read

TEXT = "First paragraph about the harbor.\n\nThe board met on Monday. It declined to pay for the pier.\n"
QUOTE = "It declined to pay for the pier."


def make_source(folder: Path, text: str = TEXT) -> Path:
    """A plain text source with two paragraphs."""
    path = folder / "harbor.txt"
    path.write_text(text, encoding="utf8")
    return path


def make_evidence(source: Path) -> dict[str, Any]:
    """A sealed bundle with one claim that quotes the second paragraph of a source."""
    (parsed,) = read(source, name=source.name)
    document, paragraph = parsed.document, parsed.paragraphs[-1]
    start = paragraph.text.index(QUOTE)
    citation = {
        "number": 1,
        "reference": paragraph.reference,
        "document_id": document.document_id,
        "anchor": paragraph.anchor,
        "title": document.title,
        "date": document.date,
        "attribution": attribution(document, paragraph, start),
        "section": paragraph.section,
        "quote": QUOTE,
        "start": start,
        "end": start + len(QUOTE),
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


def changed(bundle: dict[str, Any], pointer: str, value: object) -> dict[str, Any]:
    """A copy of a bundle with another value at a pointer."""
    bundle = copy.deepcopy(bundle)
    *path, last = pointer.split("/")[1:]
    node: Any = bundle
    for name in path:
        node = node[int(name)] if isinstance(node, list) else node[name.replace("~1", "/").replace("~0", "~")]
    node[int(last) if isinstance(node, list) else last.replace("~1", "/").replace("~0", "~")] = value
    return bundle


def test_an_untouched_bundle_holds(evidence: dict[str, Any], source: Path) -> None:
    found = verify(evidence, documents=[source])
    assert (found.problems, found.stale, found.citations, found.holds) == ((), (), 1, True)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_field_is_named(evidence: dict[str, Any], source: Path, data: st.DataObject) -> None:
    content = {name: value for name, value in evidence.items() if name not in ("digests", "seal")}
    pointer, old = data.draw(st.sampled_from(list(leaves(content))))
    json_values = (
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()) | st.floats(allow_nan=False)
    )
    new = data.draw(json_values.filter(lambda value: digest(value) != digest(old)))
    found = verify(changed(evidence, pointer, new), documents=[source])
    assert not found.holds
    assert any(problem.field == pointer or problem.field.startswith(f"{pointer}/") for problem in found.problems)


def test_every_field_is_covered_by_a_digest(evidence: dict[str, Any]) -> None:
    content = {name: value for name, value in evidence.items() if name not in ("digests", "seal")}
    assert set(evidence["digests"]) == {pointer for pointer, _ in leaves(content)}


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
        Problem("/documents/0/path", "harbor.txt is not found. Name it or its folder with --documents."),
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
    found = verify(evidence, documents=[make_source(tmp_path, f"New start.\n\n{TEXT}")])
    assert found.stale == (StaleCitation(1, "harbor ¶2", "moved", "harbor ¶3"),)
    assert str(found.stale[0]) == "[1] harbor ¶2 now stands in harbor ¶3"


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
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(changed(evidence, "/answer/claims/0/text", "The board paid.")), encoding="utf8")
    assert run(["verify", str(path), "--documents", str(source)]) == 1
    printed = capsys.readouterr()
    assert "/answer/claims/0/text: was changed since the bundle was made\n" in printed.out
    assert (
        printed.err == f"pilcrow: {path} does not hold: /answer/claims/0/text: was changed since the bundle was made\n"
    )


def test_a_stale_bundle_exits_1_and_says_how_much_still_holds(
    evidence: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(evidence), encoding="utf8")
    make_source(tmp_path, TEXT.replace("First", "The first"))
    assert run(["verify", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == "[1] harbor ¶2 still holds\n"
    assert printed.err == (
        f"pilcrow: {path} is stale: sources changed since, and 1 of 1 citations still hold. "
        "Ask again over the new text.\n"
    )
