"""WordPress posts: whole HTML, HTML whose opening tags are lost, and JSON that is no post."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ORIGINALS, ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.types import Document, Paragraph, ParsedDocument, Place
from ingest.wordpress import is_post, parse_posts

EDITIONS = [ROOT / "ingest" / "bundled" / "koreapro-2197111.json", *sorted(ORIGINALS.glob("003_*.txt"))]

SEO = {
    "author": "deskhand",
    "og_site_name": "FISH &amp; RICE",
    "twitter_misc": {"Written by": "Jane Doe", "Est. reading time": "2 minutes"},
    "schema": {
        "@graph": [
            {"@type": "WebPage"},
            {"@type": "Article", "keywords": ["Ports", "Food"], "articleSection": ["News"]},
        ]
    },
}


def post(rendered: str, **others: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "date": "2024-03-05T10:00:00",
        "modified": "2024-04-06T10:00:00",
        "link": "https://www.fish.example/2024/harbour/",
        "title": {"rendered": "Fish &#8211; and rice"},
        "content": {"rendered": rendered, "protected": False},
        **others,
    }


def parse(value: object) -> tuple[ParsedDocument, ...]:
    return parse_posts(json.dumps(value), path="post.json", sha256="ab12")


def units(rendered: str) -> list[tuple[str, str]]:
    """Anchor and text of each paragraph and caption."""
    return [(paragraph.anchor, paragraph.text) for paragraph in parse(post(rendered))[0].paragraphs[1:]]


def header(rendered: str = "<p>Fish.</p>", **others: Any) -> str:
    return parse(post(rendered, **others))[0].paragraphs[0].text


def test_document_of_a_post() -> None:
    (parsed,) = parse(post("<p>Fish.</p>", note="In other words."))
    assert parsed.document == Document(
        document_id="fish-7",
        title="Fish – and rice",
        date="2024-03-05",
        kind="article",
        path="post.json",
        sha256="ab12",
        url="https://www.fish.example/2024/harbour/",
        note="In other words.",
    )


def test_paragraphs_captions_and_headings_are_counted_in_one_order() -> None:
    rendered = (
        "<p>One.</p><figure><img src='a'/><figcaption>A fish</figcaption></figure>"
        "<h2>Rice</h2><p>&nbsp;</p><p>Two.</p><p>Edited by Bo Roe</p>"
    )
    place = "/content/rendered"
    assert parse(post(rendered))[0].paragraphs[1:] == (
        Paragraph("fish-7", "¶1", "One.", "body", None, Place(pointer=place, order=1)),
        Paragraph("fish-7", "caption 1", "A fish", "caption", None, Place(pointer=place, order=2)),
        Paragraph("fish-7", "¶2", "Two.", "body", "Rice", Place(pointer=place, order=4)),
    )


def test_array_of_posts_has_a_pointer_for_each() -> None:
    first, second = parse([post("<p>One.</p>"), post("<p>Two.</p>", id="8")])
    assert (first.document.document_id, second.document.document_id) == ("fish-7", "fish-8")
    assert [paragraph.place for paragraph in second.paragraphs] == [
        Place(pointer="/1"),
        Place(pointer="/1/content/rendered", order=1),
    ]


@pytest.mark.parametrize(
    ("rendered", "expected"),
    [
        pytest.param("<p>One</p>\n<p>Two</p>", ["One", "Two"], id="paragraphs"),
        pytest.param("<p>A <span>b</span><a href='#'>c</a> <b>d</b>e</p>", ["A bc de"], id="inline tags"),
        pytest.param("<p>A &amp; b&#8217;s&nbsp;c &lt;d&gt;</p>", ["A & b’s c <d>"], id="entities"),
        pytest.param("<p>One<br>two<br/>three</p>", ["One two three"], id="line breaks"),
        pytest.param("<p>One<p>Two", ["One", "Two"], id="paragraphs never closed"),
        pytest.param("<div>One<p>Two</p>three</div>", ["One", "Two", "three"], id="text beside paragraphs"),
        pytest.param("<blockquote><p>One</p><p>Two</p></blockquote>", ["One", "Two"], id="block quote"),
        pytest.param("<ul><li>One</li><li>Two</li></ul>", ["One", "Two"], id="list"),
        pytest.param("<ol><li>One<li>Two</ol><p>End</p>", ["One", "Two", "End"], id="items never closed"),
        pytest.param("<ul><li><p>One</p><p>more</p></li></ul>", ["One more"], id="paragraphs in an item"),
        pytest.param(
            "<ul><li>Fish<ul><li>cod</li><li>eel<ol><li>old</li></ol></li></ul></li><li>Rice</li></ul>",
            ["Fish • cod • eel • old", "Rice"],
            id="nested lists",
        ),
        pytest.param(
            "<table><tr><th>Year</th><th>Tons</th></tr><tr><td>2004</td><td></td></tr>"
            "<tr><td>2005</td><td><p>9</p></td></tr></table>",
            ["Year | Tons; 2004; 2005 | 9"],
            id="table",
        ),
        pytest.param("<p>One</p><hr/><pre>x = 1\ny = 2</pre>", ["One", "x = 1 y = 2"], id="rule and code"),
        pytest.param("<script>var x = '<p>no</p>';</script><style>p {}</style><p>One</p>", ["One"], id="scripts"),
        pytest.param("<p>One <svg><text>no</text></svg><button>Buy</button>two</p>", ["One two"], id="controls"),
        pytest.param("<iframe src='x'><p>One</p>", ["One"], id="frame never closed"),
        pytest.param("<!-- wp:paragraph --><p>One</p><!-- no", ["One"], id="comments"),
        pytest.param("<![CDATA[x]]><p>One</p><![if", ["One"], id="marked sections"),
        pytest.param("First one.\n\nSecond\none.", ["First one.", "Second one."], id="no tags at all"),
        pytest.param("<p>***</p><p>One</p>", ["One"], id="ornament"),
        pytest.param("<dl><dt>Cod</dt><dd>A fish</dd></dl>", ["Cod", "A fish"], id="definitions"),
    ],
)
def test_blocks_of_whole_html(rendered: str, expected: list[str]) -> None:
    assert units(rendered) == [(f"¶{number}", text) for number, text in enumerate(expected, start=1)]


@pytest.mark.parametrize(
    "rendered",
    [
        pytest.param('<div class="wp-caption"><img><p class="wp-caption-text">A fish</p></div>', id="classic"),
        pytest.param('<div class="wp-caption alignnone"><img><p>A fish</p></div>', id="classic without a class inside"),
        pytest.param("<figure><img><figcaption>A <i>fish</i></figcaption></figure>", id="figure"),
        pytest.param("A fish</figcaption></figure>", id="figure, opening tags lost"),
        pytest.param('""\n\nA <i>fish</i></p></div>', id="lost image"),
        pytest.param('""\nA fish</p>\n</div>', id="lost image, one line break"),
    ],
)
def test_captions(rendered: str) -> None:
    assert units(f"<p>One</p>{rendered}<p>Two</p>") == [("¶1", "One"), ("caption 1", "A fish"), ("¶2", "Two")]


def test_lost_image_without_a_caption_leaves_nothing() -> None:
    assert units('One</p>\n\n""\n\nTwo</p>\n\n""</p>\n\nThree</p>') == [("¶1", "One"), ("¶2", "Two"), ("¶3", "Three")]


def sections(rendered: str) -> list[str | None]:
    return [paragraph.section for paragraph in parse(post(rendered))[0].paragraphs[1:]]


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("<h2>FISH</h2>", id="heading"),
        pytest.param("<h4><span>FISH</span></h4>", id="lesser heading"),
        pytest.param("<p><b>FISH</b></p>", id="bold"),
        pytest.param("<p><strong><span>FISH</span></strong>&nbsp;</p>", id="strong"),
        pytest.param("FISH</h3>", id="heading, opening tag lost"),
        pytest.param("FISH</b></p>", id="bold, opening tags lost"),
        pytest.param("FISH</span></b></p>", id="bold and span, opening tags lost"),
    ],
)
def test_heading_is_the_section_of_what_follows(heading: str) -> None:
    assert sections(f"<p>One</p>\n{heading}\n<p>Two</p><p>Three</p>") == [None, "FISH", "FISH"]


@pytest.mark.parametrize(
    "paragraph",
    [
        pytest.param("<p>Fish <b>AND RICE</b></p>", id="bold at the end"),
        pytest.param("<p><b>Fish</b> and rice</p>", id="bold at the start"),
        pytest.param("Fish</b> and rice</p>", id="bold at the start, opening tags lost"),
        pytest.param("<p><b>Fish is good.</b></p>", id="bold sentence"),
        pytest.param(f"<p><b>{'fish ' * 13}</b></p>", id="bold and long"),
        pytest.param("<p>FISH</p>", id="capitals"),
        pytest.param("<ul><li><b>Fish</b></li></ul>", id="bold item"),
        pytest.param("<table><tr><td><b>Fish</b></td></tr></table>", id="bold cell"),
    ],
)
def test_bold_words_are_no_heading(paragraph: str) -> None:
    assert sections(f"{paragraph}<p>Two</p>") == [None, None]


def test_damaged_post_reads_by_its_closing_tags() -> None:
    rendered = (
        "\n\nFish <\\/span>is good<\\/span><\\/a>, says <\\/span>Roe<\\/span><\\/a>.\\u00a0<\\/span><\\/p>\\n\n\n"
        '\\"\\"\n\nA fish | Image: Roe<\\/a> page<\\/p><\\/div>\\n\n\nAND RICE<\\/b><\\/p>\\n\n\n'
        "Rice is <\\/span>too<\\/span><\\/a>.<\\/span><\\/p>\\n\n\nEdited by Bo Roe<\\/span><\\/i><\\/p>\\n\n\n"
        "Food & Drink<\\/span><\\/a>Ports<\\/span><\\/a><\\/div>"
    )
    text = json.dumps(post("HERE")).replace("HERE", rendered)
    (parsed,) = parse_posts(text, path="post.json", sha256="ab12")
    assert [(p.anchor, p.section, p.text, p.place.order) for p in parsed.paragraphs[1:]] == [
        ("¶1", None, "Fish is good, says Roe.", 1),
        ("caption 1", None, "A fish | Image: Roe page", 2),
        ("¶2", "AND RICE", "Rice is too.", 4),
    ]
    assert "Edited by: Bo Roe. " in parsed.paragraphs[0].text
    assert " Categories: Food & Drink; Ports. " in parsed.paragraphs[0].text
    assert parsed.notes == ("Blocks whose opening tag is lost, read up to their closing tag: 6.",)


def test_whole_post_has_no_notes() -> None:
    assert parse(post("<div><p>One</p></div>"))[0].notes == ()


def test_header_says_what_is_known() -> None:
    rendered = "<p>Fish.</p><p>Edited by Bo Roe</p><div><a>Food &amp; Drink</a><a>Ports</a></div>"
    assert header(rendered, yoast_head_json=SEO) == (
        "Title: Fish – and rice. By: Jane Doe. Author account: deskhand. Edited by: Bo Roe. Published: 2024-03-05. "
        "Modified: 2024-04-06. Site: FISH & RICE. Section: News. Categories: Food & Drink; Ports. "
        "Reading time: 2 minutes. Address: https://www.fish.example/2024/harbour/"
    )


def test_header_takes_categories_from_the_keywords_where_the_text_has_none() -> None:
    assert " Categories: Ports; Food. " in header(yoast_head_json=SEO)


def test_header_omits_what_is_not_known() -> None:
    assert header(link=None, modified=None) == "Title: Fish – and rice. Published: 2024-03-05."


def test_header_names_the_embedded_author() -> None:
    assert "By: Jane Doe. Published" in header(_embedded={"author": [{"name": "Jane Doe"}]})


def test_links_inside_the_text_are_a_paragraph() -> None:
    rendered = "<p>One</p><div><a href='#'>Read more</a></div><p>Two</p>"
    assert units(rendered) == [("¶1", "One"), ("¶2", "Read more"), ("¶3", "Two")]


@pytest.mark.parametrize(
    ("others", "document_id"),
    [
        pytest.param({"link": "https://koreapro.org/x"}, "koreapro-7", id="host"),
        pytest.param({"link": "https://www.nknews.org/pro/?p=1"}, "nknews-7", id="www"),
        pytest.param({"link": None, "guid": {"rendered": "http://b.example/?p=7"}}, "b-7", id="guid"),
        pytest.param({"link": "http://[bad"}, "post-7", id="no address"),
        pytest.param({"link": 3}, "post-7", id="no string"),
    ],
)
def test_document_id_is_site_and_number(others: dict[str, Any], document_id: str) -> None:
    assert parse(post("<p>One</p>", **others))[0].document.document_id == document_id


@pytest.mark.parametrize(
    ("others", "title"),
    [
        pytest.param({"title": {"rendered": "A <em>fish</em>"}}, "A fish", id="tags"),
        pytest.param({"title": {}, "slug": "a-fish"}, "a-fish", id="slug"),
        pytest.param({"title": None}, "fish-7", id="id"),
    ],
)
def test_title_of_a_post(others: dict[str, Any], title: str) -> None:
    assert parse(post("<p>One</p>", **others))[0].document.title == title


@pytest.mark.parametrize("value", ["2024-02-30T10:00:00", "soon", None, 5], ids=["no day", "word", "null", "number"])
def test_date_that_is_none_is_left_out(value: object) -> None:
    assert parse(post("<p>One</p>", date=value))[0].document.date is None


NO_POST = (
    "post.json: JSON that is no WordPress post (no id, or no content.rendered). "
    "Save the answer of /wp-json/wp/v2/posts/ID."
)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param({"a": 1}, NO_POST, id="another object"),
        pytest.param("text", NO_POST, id="string"),
        pytest.param(post("<p>One</p>", id=True), NO_POST, id="id that is no number"),
        pytest.param(post("<p>One</p>", content="<p>One</p>"), NO_POST, id="content that is no object"),
        pytest.param(
            {"code": "rest_post_invalid_id", "message": "Invalid\npost ID.", "data": {"status": 404}},
            "post.json: an error of the site, not a post (rest_post_invalid_id: Invalid post ID.). "
            "Save the answer of /wp-json/wp/v2/posts/ID.",
            id="error of the site",
        ),
        pytest.param(
            [],
            "post.json: an array with no posts. Ask the site for a page of posts that has some.",
            id="empty array",
        ),
        pytest.param(
            post("", content={"rendered": "", "protected": True}),
            "post.json: a post protected by a password, without its text. Save it with the password.",
            id="protected",
        ),
        pytest.param(
            post(" \n"),
            "post.json: a post whose content is empty. Leave it out, or save it again with its text.",
            id="empty content",
        ),
        pytest.param(
            post("<h2>Fish</h2><img>"),
            "post.json: a post with no paragraph of text. Leave it out, or save it again with its text.",
            id="no paragraph",
        ),
        pytest.param(
            [post("<p>One</p>"), post("", id=9)],
            "post.json: post 2 of 2 (id 9): a post whose content is empty. "
            "Leave it out, or save it again with its text.",
            id="one bad post",
        ),
        pytest.param(
            [{"a": 1}],
            NO_POST.replace("post.json:", "post.json: post 1 of 1 (id unknown):"),
            id="one that is no post",
        ),
    ],
)
def test_what_is_no_post_is_an_error(value: object, message: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse(value)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '{"id": 7,\n "title": {"rend',
            "post.json: damaged or cut-off JSON at line 2, column 12 (Unterminated string starting at). "
            "Save the post again.",
            id="cut off",
        ),
        pytest.param(
            "[" * 100_000,
            "post.json: JSON that cannot be read "
            "(maximum recursion depth exceeded while decoding a JSON array from a unicode string). "
            "Save the post again.",
            id="nested too deep",
        ),
    ],
)
def test_damaged_json_is_an_error(text: str, message: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse_posts(text, path="post.json", sha256="ab12")
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(json.dumps(post("<p>One</p>")), True, id="post"),
        pytest.param(f"\ufeff\n {json.dumps([post('<p>One</p>')])}", True, id="array, byte order mark"),
        pytest.param(json.dumps(post("<p>One</p>"))[:-9], True, id="cut off"),
        pytest.param('{"a": 1}', False, id="another object"),
        pytest.param("[1] A note.", False, id="text"),
    ],
)
def test_post_is_known_by_its_fields(text: str, expected: bool) -> None:
    assert is_post(text) is expected


@pytest.fixture(params=EDITIONS, ids=lambda path: path.parent.name)
def edition(request: pytest.FixtureRequest) -> ParsedDocument:
    path: Path = request.param
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    (parsed,) = parse_posts(path.read_text(encoding="utf-8"), path=path.name, sha256="ab12")
    return parsed


def test_edition_has_its_paragraphs_and_captions_in_order(edition: ParsedDocument) -> None:
    anchors = [*(f"¶{number}" for number in range(1, 7)), "caption 1", *(f"¶{number}" for number in range(7, 14))]
    anchors = ["header", *anchors, "caption 2", *(f"¶{number}" for number in range(14, 24))]
    assert [paragraph.reference for paragraph in edition.paragraphs] == [f"koreapro-2197111 {one}" for one in anchors]


def test_edition_has_its_orders(edition: ParsedDocument) -> None:
    orders = {paragraph.anchor: paragraph.place.order for paragraph in edition.paragraphs}
    chosen = ("¶6", "caption 1", "¶7", "¶13", "caption 2", "¶14", "¶21", "¶23")
    assert [orders[anchor] for anchor in chosen] == [6, 7, 9, 15, 16, 18, 26, 28]


def test_edition_has_its_sections(edition: ParsedDocument) -> None:
    sections = [paragraph.section or "" for paragraph in edition.paragraphs if paragraph.kind == "body"]
    assert sections[:6] == [""] * 6
    assert all("CHINA" in section for section in sections[6:13])
    assert all("SEOUL" in section and "MADRID" in section for section in sections[13:20])
    assert sections[20:] == ["WHAT’S NEXT"] * 3


def test_edition_has_its_landmarks(edition: ParsedDocument) -> None:
    texts = {paragraph.anchor: paragraph.text for paragraph in edition.paragraphs}
    assert "spy agency" in texts["¶13"]
    assert "Estonia" in texts["¶13"]
    assert "Flickr" in texts["caption 1"]
    assert "Park Jeong-hwan" in texts["caption 2"]
    assert "Edited by Bryan Betts" not in texts["¶23"]


def test_edition_has_its_header(edition: ParsedDocument) -> None:
    text, categories = edition.paragraphs[0].text, ("Defense & Security", "Inter-Korean & Foreign Relations")
    assert text.startswith(
        f"Title: {edition.document.title}. By: John Lee. Author account: Bishawjit. Edited by: Bryan Betts. "
        "Published: 2022-06-28. Modified: 2023-04-05. Site: KOREA PRO. Section: Analysis. Categories: "
    )
    assert text.endswith(f" Reading time: 6 minutes. Address: {edition.document.url}")
    assert sorted(text.split(" Categories: ")[1].split(". ")[0].split("; ")) == sorted(categories)


TAGS = (
    st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<a>", "</a>", "<div>", "</div>", "<h2>", "</h2>", "<br>", "&amp;"])
    | st.sampled_from(["<ul>", "<li>", "</li>", "</ul>", "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>"])
    | st.sampled_from(["<figure>", "</figure>", "<figcaption>", "</figcaption>", '<div class="wp-caption">', '""'])
    | st.sampled_from(["<script>", "</script>", "<svg>", "</svg>", "<![", "<!--", "-->", "<", "\n\n"])
    | st.sampled_from(["One.", "TWO", "three ", "<blockquote>", "</blockquote>", "Edited by Roe"])
)


@settings(max_examples=200, deadline=None)
@given(st.lists(TAGS, max_size=30).map("".join) | st.text())
@example(rendered='""<p></figure>')
def test_any_html_parses_or_is_a_source_error(rendered: str) -> None:
    try:
        (parsed,) = parse(post(rendered))
    except SourceError:
        return
    anchors = [paragraph.anchor for paragraph in parsed.paragraphs]
    assert len(anchors) == len(set(anchors))
    assert all(paragraph.text for paragraph in parsed.paragraphs)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from([*post("x"), "yoast_head_json", "_embedded", "note", "slug", "guid"])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, JSON), JSON)
def test_any_json_parses_or_is_a_source_error(changes: dict[str, Any], value: Any) -> None:
    for candidate in (post("<p>One</p>") | changes, [value], post("<p>One</p>", yoast_head_json=value)):
        assert is_sound(json.dumps(candidate))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_post_parses_or_is_a_source_error(data: st.DataObject) -> None:
    text = json.dumps(post("<p>One</p><p><b>TWO</b></p><ul><li>Three</li></ul>", yoast_head_json=SEO))
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(st.text(max_size=5)) + text[at + data.draw(st.integers(0, 60)) :]
    assert is_sound(text)


def is_sound(text: str) -> bool:
    """Whether the text gives paragraphs, or an error of one line."""
    try:
        parsed = parse_posts(text, path="post.json", sha256="ab12")
    except SourceError as error:
        return "\n" not in str(error)
    return all(document.paragraphs for document in parsed)
