"""Other words for the fields of a header."""

from __future__ import annotations

import pytest

from ingest.fields import field_words


@pytest.mark.parametrize("sentence", ["Reason: 1.4 (b) and (d).", "Reasons: 1.4 (b).", "Reasons 1.4 (b, d)."])
def test_reasons_are_found_however_they_are_labelled(sentence: str) -> None:
    assert field_words(sentence) == "grounds for classification"
