"""Index terms."""

from __future__ import annotations

import pytest

from ingest.analyser import terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("cooperating cooperation", ["cooper", "cooper"], id="stems"),
        pytest.param("the U.S.-ROK alliance", ["u.s", "rok", "allianc"], id="dotted acronym and hyphen"),
        pytest.param("Seoul’s ties, Seoul's ties", ["seoul", "tie", "seoul", "tie"], id="possessives"),
        pytest.param("what is it that they were", [], id="stop words"),
        pytest.param("May 25, 2006", ["may", "25", "2006"], id="numbers"),
        pytest.param("ＮＡＴＯ ﬁrst", ["nato", "first"], id="compatibility forms"),
        pytest.param("한국은 나토", ["한국은", "나토"], id="Korean"),
        pytest.param("", [], id="empty"),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected
