"""What a search is narrowed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.catalogue import Catalogue, Entry, Filter

ENTRY = Entry("notes ¶1", "notes", "2020-05-06", "body", "Rain in the north")
UNDATED = Entry("loose ¶1", "loose", None, "body", None)


@pytest.mark.parametrize(
    ("within", "through"),
    [
        pytest.param(Filter(), True, id="no filter"),
        pytest.param(Filter(documents=("notes", "other")), True, id="document"),
        pytest.param(Filter(documents=("other",)), False, id="another document"),
        pytest.param(Filter(after="2020-05-06", before="2020-05-06"), True, id="days are inclusive"),
        pytest.param(Filter(after="2020-05-07"), False, id="too early"),
        pytest.param(Filter(before="2020-05-05"), False, id="too late"),
        pytest.param(Filter(section="RAIN"), True, id="section, any case"),
        pytest.param(Filter(section="snow"), False, id="another section"),
        pytest.param(Filter(kind="header"), False, id="another kind"),
    ],
)
def test_filter(within: Filter, through: bool) -> None:
    assert within.lets_through(ENTRY) is through


@pytest.mark.parametrize("within", [Filter(after="0001-01-01"), Filter(before="9999-12-31"), Filter(section="a")])
def test_what_has_no_date_or_section_is_not_within_one(within: Filter) -> None:
    assert not within.lets_through(UNDATED)


def test_a_catalogue_reads_back_as_it_was_saved(tmp_path: Path) -> None:
    catalogue = Catalogue((ENTRY, UNDATED))
    catalogue.save(tmp_path / "catalogue.json")
    assert Catalogue.load(tmp_path / "catalogue.json") == catalogue
