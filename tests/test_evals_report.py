"""The report page: what it shows, that it fetches nothing, and that no text of a document becomes markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evals.gate import Gate, compare
from evals.report import RunSummary, faults, report_html
from evals.run import summarise
from evals.types import Case, ClaimCase, Probe, Run

HOSTILE = (
    "</title></style><script>alert(1)</script><img src=\"http://example.org/x.png\" onerror='alert(2)'>"
    '"><a href=//x><!-- &amp; ]]></svg>{{ 7 * 7 }}'
)
TEXTS = {"ledger ¶1": "The ferry sank in 1921.", "ledger ¶2": "The council met twice.", "ledger ¶3": "It rained."}
RIGHT = Case(
    id="q1",
    type="single",
    split="dev",
    answerable=True,
    question="When did the ferry sink?",
    expected="In 1921.",
    references=("ledger ¶1",),
    also_ok=(),
    history=(),
    status="answered",
    answer="The ferry sank in 1921. [1]",
    confidence=0.9,
    cited=("ledger ¶1",),
    retrieved=("ledger ¶1", "ledger ¶3", "ledger ¶2"),
    missing=(),
    violations=(),
    scores={"recall@5": 1.0, "citation_precision": 1.0, "citation_recall": 1.0, "fact_recall": 1.0, "right": 1.0},
)
WRONG = replace(
    RIGHT,
    id="q2",
    type="multi",
    question="How often did the council meet in the rain?",
    references=("ledger ¶2", "ledger ¶3"),
    also_ok=(),
    history=(),
    answer="It rained. [1]",
    confidence=0.4,
    cited=("ledger ¶3", "ledger ¶1"),
    scores={"recall@5": 1.0, "citation_precision": 0.5, "citation_recall": 0.5, "fact_recall": 0.5, "right": 0.5},
)
UNANSWERABLE = replace(
    RIGHT,
    id="q3",
    type="unanswerable",
    answerable=False,
    references=(),
    also_ok=(),
    history=(),
    status="abstained",
    answer="",
    cited=(),
    scores={"abstained_unanswerable": 1.0, "right": 1.0},
)
UNSCORED = replace(RIGHT, id="q4", status="unscored", scores={}, error="The model's server did not answer.")
CLAIM = ClaimCase(
    id="c1",
    kind="number",
    split="dev",
    claim="The council met thrice.",
    reference="ledger ¶2",
    expected="contradicted",
    verdict="supported",
    score=0.71,
    reasons=("“thrice” is not in ¶2",),
)


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def run_of(*cases: Case, claims: tuple[ClaimCase, ...] = (), settings: dict[str, object] | None = None) -> Run:
    return summarise(cases, claims, settings=settings or {"mode": "extractive"}, timings={"total_s": 1.5})


def page_of(run: Run, *, baseline: Gate | None = None, history: tuple[RunSummary, ...] = ()) -> Page:
    return Page(report_html(run, baseline=baseline, history=history, paragraphs=TEXTS))


def hostile_page() -> Page:
    case = replace(
        WRONG,
        id=HOSTILE,
        type=HOSTILE,
        question=HOSTILE,
        expected=HOSTILE,
        answer=HOSTILE,
        missing=(HOSTILE,),
        violations=(HOSTILE,),
        cited=(HOSTILE,),
        references=(HOSTILE, "ledger ¶2"),
    )
    unscored = replace(case, id="q9", error=HOSTILE)
    claim = replace(CLAIM, kind=HOSTILE, claim=HOSTILE, reference=HOSTILE, reasons=(HOSTILE,))
    run = run_of(case, unscored, claims=(claim,), settings={HOSTILE: {HOSTILE: [HOSTILE]}, "mode": HOSTILE})
    gate = Gate(compare(run, run).changes, (HOSTILE,))
    history = (RunSummary(HOSTILE, {"fact_recall": 0.5}),)
    return Page(report_html(run, baseline=gate, history=history, paragraphs={HOSTILE: HOSTILE}))


def test_hostile_text_adds_no_element() -> None:
    kinds = {tag for tag, _ in hostile_page().elements}
    assert kinds.isdisjoint({"script", "img", "iframe", "object", "embed", "form", "base", "audio", "video", "image"})
    assert len(hostile_page().all("link")) == 1


def test_hostile_text_adds_no_handler() -> None:
    names = {name for _, attributes in hostile_page().elements for name in attributes}
    assert not [name for name in names if name.startswith("on")]


def test_hostile_text_is_shown_as_it_is() -> None:
    assert hostile_page().text.count("<script>alert(1)</script>") >= 10


def test_nothing_points_outside() -> None:
    page = hostile_page()
    targets = [
        value for _, attributes in page.elements for name, value in attributes.items() if name in ("src", "href")
    ]
    assert [target for target in targets if not target.startswith(("#", "data:image/svg+xml,"))] == []
    assert "url(" not in page.text
    assert "@import" not in page.text


def test_every_fragment_has_its_target() -> None:
    page = page_of(run_of(RIGHT, WRONG, claims=(CLAIM,)), baseline=compare(run_of(RIGHT), run_of(RIGHT)))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.all("a")} <= set(ids)


def test_the_policy_allows_nothing_but_its_own_style() -> None:
    policies = [meta["content"] for meta in page_of(run_of(RIGHT)).all("meta") if "http-equiv" in meta]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    ]


def test_half_a_surrogate_pair_can_be_written() -> None:
    page = report_html(run_of(replace(WRONG, answer="broken \ud83d")), paragraphs={})
    assert "broken ?" in page.encode("utf8").decode("utf8")


def test_the_same_run_makes_the_same_page() -> None:
    run = run_of(RIGHT, WRONG, claims=(CLAIM,))
    assert report_html(run, paragraphs=TEXTS) == report_html(Run.from_dict(run.to_dict()), paragraphs=TEXTS)


def test_a_run_of_nothing_makes_a_page() -> None:
    assert "No question was scored." in page_of(run_of()).text


def test_a_green_gate_is_said_in_words() -> None:
    page = page_of(run_of(RIGHT), baseline=compare(run_of(RIGHT), run_of(RIGHT)))
    assert "✓ The gate is green" in page.text


def test_a_red_gate_gives_its_reasons() -> None:
    page = page_of(run_of(RIGHT), baseline=Gate((), ("fact_recall went from 0.900 to 0.500",)))
    assert "✗ The gate is red fact_recall went from 0.900 to 0.500" in page.text


def test_without_a_baseline_there_is_no_gate() -> None:
    assert "No gate No baseline was given" in page_of(run_of(RIGHT)).text


def test_a_score_has_its_interval_and_its_change() -> None:
    before = run_of(*(replace(RIGHT, id=f"q{number}") for number in range(20)))
    after = run_of(*(replace(WRONG, id=f"q{number}", type="single") for number in range(20)))
    assert "0.500 0.50–0.50 −0.500 from the baseline ✗ worse" in page_of(after, baseline=compare(before, after)).text


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        pytest.param(1.0, 0.0, "✗ worse", id="worse"),
        pytest.param(0.0, 1.0, "✓ better", id="better"),
        pytest.param(0.5, 0.5, "no clear change", id="same"),
    ],
)
def test_the_outcome_of_a_change_is_said_in_words(before: float, after: float, outcome: str) -> None:
    runs = [
        run_of(*(replace(RIGHT, id=f"q{number}", scores={"fact_recall": value}) for number in range(8)))
        for value in (before, after)
    ]
    assert f"Fact recall {outcome} {before:.3f} {after:.3f}" in page_of(runs[1], baseline=compare(*runs)).text


def test_each_type_of_question_has_a_row() -> None:
    page = page_of(run_of(RIGHT, replace(RIGHT, id="q5", type="false_premise"), UNSCORED))
    assert "false premise 1 1.000" in page.text
    assert "single 2 1 unscored 1.000" in page.text
    assert "all 3 1 unscored 1.000" in page.text


def test_each_kind_of_claim_has_its_share_of_right_verdicts() -> None:
    right = replace(CLAIM, id="c2", verdict="contradicted")
    page = page_of(run_of(RIGHT, claims=(CLAIM, right, replace(right, id="c3", kind="date"))))
    assert "date 1 1.000 1.00–1.00 number 2 0.500 0.00–1.00 all 3 0.667" in page.text


def test_a_plot_is_an_image_with_title_and_description() -> None:
    page = page_of(run_of(RIGHT, WRONG), history=(RunSummary("first", {"fact_recall": 0.4}),))
    plots = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    ids = {attributes["id"] for tag, attributes in page.elements if tag in ("title", "desc") and "id" in attributes}
    assert [svg["aria-labelledby"] for svg in plots] == ["curve-title curve-desc", "runs-title runs-desc"]
    assert ids == {"curve-title", "curve-desc", "runs-title", "runs-desc"}
    assert all(svg.get("aria-hidden") == "true" for svg in page.all("svg") if svg not in plots)


def test_the_curve_is_also_said_in_words() -> None:
    page = page_of(run_of(RIGHT, WRONG))
    assert "the surest first: 0.000 at 25%, 0.000 at 50%, 0.250 at 75%, 0.250 at 100%." in page.text


def test_the_history_ends_with_this_run() -> None:
    history = (RunSummary("first", {"fact_recall": 0.25}), RunSummary("second", {"fact_recall": 0.5}))
    page = page_of(run_of(RIGHT), history=history)
    assert "this run 1.000 1.000 1.000 second 0.500 – – first 0.250 – –" in page.text
    assert "second: Fact recall 0.500" in page.text


def test_every_header_cell_has_a_scope() -> None:
    page = page_of(run_of(RIGHT, WRONG, UNSCORED, claims=(CLAIM,)), history=(RunSummary("first", {"fact_recall": 1}),))
    assert {cell.get("scope") for cell in page.all("th")} == {"col", "row", "colgroup"}


def test_a_failure_shows_what_was_cited_beside_what_was_expected() -> None:
    text = page_of(run_of(RIGHT, WRONG)).text
    assert "Cited ledger ¶3 ✓ expected It rained. ledger ¶1 ✗ not among the expected The ferry sank in 1921." in text
    assert "To be cited ledger ¶2 ✗ not cited, found at rank 3 The council met twice. ledger ¶3 ✓ cited" in text


def test_a_cited_paragraph_that_gold_accepts_is_not_held_against_it() -> None:
    assert "ledger ¶1 ✓ accepted as well" in page_of(run_of(replace(WRONG, also_ok=("ledger ¶1",)))).text


def test_a_paragraph_without_text_is_said_to_be_so() -> None:
    page = Page(report_html(run_of(WRONG), paragraphs={}))
    assert page.text.count("The text of this paragraph is not at hand.") == 4


def test_a_right_answer_is_no_failure() -> None:
    page = page_of(run_of(RIGHT, UNANSWERABLE))
    assert "0 of 2 scored answers" in page.text
    assert page.all("details") == []


def test_an_unscored_question_is_listed_with_its_error_and_is_no_failure() -> None:
    text = page_of(run_of(RIGHT, UNSCORED)).text
    assert "0 of 1 scored answers" in text
    assert "q4 When did the ferry sink? The model's server did not answer." in text


def test_a_wrong_verdict_shows_reasons_and_paragraph() -> None:
    text = page_of(run_of(RIGHT, claims=(CLAIM,))).text
    assert "The council met thrice. ✗ supported, expected contradicted number · ledger ¶2" in text
    assert "expected contradicted got supported score 0.71 split dev" in text
    assert "Reasons given “thrice” is not in ¶2 ledger ¶2 The council met twice." in text


def test_a_claim_that_is_supported_denied_too_is_wrong() -> None:
    denied = Probe("denied", "The council did not meet thrice.", must_hold=False, verdict="supported")
    asserted = Probe("asserted", "It is a fact that the council met thrice.", must_hold=True, verdict="supported")
    claim = replace(CLAIM, expected="supported", probes=(denied, asserted), reasons=())
    text = page_of(run_of(RIGHT, claims=(claim,))).text
    assert "The council met thrice. ✗ fails when denied number · ledger ¶2" in text
    assert "denied, it is supported: The council did not meet thrice." in text
    assert "It is a fact" not in text


def test_the_sentence_that_decides_is_marked_in_its_paragraph() -> None:
    claim = replace(CLAIM, reference="ledger ¶1", sentence=TEXTS["ledger ¶1"])
    page = page_of(run_of(RIGHT, claims=(claim,)))
    assert ("mark", {"title": "the sentence that decides"}) in page.elements
    assert f"the sentence that decides marked {TEXTS['ledger ¶1']}" in page.text


def test_settings_are_shown() -> None:
    page = page_of(run_of(RIGHT, settings={"mode": "llm", "judge": None, "weights": {"bm25": 0.4}}))
    assert 'mode llm judge – weights {"bm25": 0.4}' in page.text


@pytest.mark.parametrize(
    ("case", "found"),
    [
        pytest.param(RIGHT, (), id="right"),
        pytest.param(UNSCORED, (), id="unscored"),
        pytest.param(UNANSWERABLE, (), id="rightly abstained"),
        pytest.param(
            replace(UNANSWERABLE, status="answered"), ("answered what the documents do not say",), id="should abstain"
        ),
        pytest.param(
            replace(RIGHT, status="abstained", scores={"fact_recall": 0.0}),
            ("abstained from what the documents say",),
            id="wrongly abstained",
        ),
        pytest.param(
            WRONG, ("facts missing (recall 0.50)", "paragraphs not cited (recall 0.50)"), id="facts and citations"
        ),
        pytest.param(replace(RIGHT, violations=("[1] is not there.",)), ("citation contract broken",), id="contract"),
    ],
)
def test_faults_of_an_answer(case: Case, found: tuple[str, ...]) -> None:
    assert faults(case) == found


def test_a_summary_leaves_out_scores_without_a_value() -> None:
    assert RunSummary.of("v1", run_of(UNANSWERABLE)) == RunSummary(
        "v1", {"abstained_unanswerable": 1.0, "abstention_precision": 1.0, "aurc": 0.0, "contract_violations": 0.0}
    )
