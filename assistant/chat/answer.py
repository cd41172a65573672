"""Claims and answers as HTML of our own making: text of documents and models is escaped, and nothing is a link.

What can be opened in the reader is a button that carries `data-reference`, and for a quote `data-start` and `data-end`:
offsets in characters (code points) of the paragraph's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby

from assistant.types import Answer, Citation, Claim, Label, Passage, Verdict

NEAREST = 3
TEASER = 240  # characters of a paragraph that was not cited

SAID: Mapping[Label, str] = {
    "supported": "Supported",
    "partial": "Partly supported",
    "contradicted": "Contradicted",
    "unsupported": "Not supported",
}
_SHAPES: Mapping[Label, str] = {
    "supported": '<circle cx="8" cy="8" r="7"/><path class="in" d="M4.6 8.3l2.3 2.3 4.4-4.9"/>',
    "partial": '<circle class="ring" cx="8" cy="8" r="6.2"/><path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z"/>',
    "contradicted": '<path d="M8 .8l7.2 7.2L8 15.2.8 8z"/><path class="in" d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8"/>',
    "unsupported": '<circle class="ring" cx="8" cy="8" r="6.2"/><path class="line" d="M5.4 5.4l5 5m0-5l-5 5"/>',
}


def claim_html(claim: Claim, citations: Mapping[int, Citation] | None = None) -> str:
    """One claim with its verdict's mark and its chips; without `citations` the chips cannot be pressed yet."""
    chips = "".join(_chip(number, (citations or {}).get(number)) for number in claim.citations)
    start, space, last = claim.text.rpartition(" ")  # no line begins with a chip
    return (
        f'<div class="claim {claim.verdict.label}">{_mark(claim.verdict)}'
        f'<p><span class="said">{escape(start + space)}</span><span class="last"><span class="said">{escape(last)}'
        f"</span>{chips}</span>{_flag(claim.verdict)}</p></div>"
    )


def answer_html(answer: Answer) -> str:
    """The claims, what is missing, the sources, and behind a fold the passages with their scores."""
    citations = {citation.number: citation for citation in answer.citations}
    if answer.status == "abstained":
        head = _abstention(answer)
    else:
        head = "".join(
            _attribution(said) + "".join(claim_html(claim, citations) for claim in claims)
            for said, claims in groupby(answer.claims, key=answer.attribution)
        )
        head += _conflicts(answer, citations) + _list("Not in the documents", answer.missing)
    return "".join([head, _sources(answer), _notes(answer), _events(answer), _passages(answer)])


def _attribution(said: str | None) -> str:
    """Who says what follows, and as of when."""
    return f'<p class="attribution">{escape(said)}</p>' if said else ""


def _conflicts(answer: Answer, citations: Mapping[int, Citation]) -> str:
    """Where the documents disagree, each side's quote a chip away."""
    rows = ""
    for conflict in answer.conflicts:
        chips = "".join(_chip(number, citations.get(number)) for number in conflict.citations)
        rows += f"<li>{escape(conflict.text)} {chips}</li>"
    return f'<div class="conflicts"><h3>The documents disagree</h3><ul>{rows}</ul></div>' if rows else ""


def _mark(verdict: Verdict) -> str:
    said = SAID[verdict.label]
    return (
        f'<span class="verdict" title="{said}"><svg viewBox="0 0 16 16" aria-hidden="true">{_SHAPES[verdict.label]}'
        f'</svg><span class="unseen">{said}: </span></span>'
    )


def _flag(verdict: Verdict) -> str:
    """The verdict in words, with its reasons, where it is not plain support."""
    if verdict.label == "supported":
        return ""
    reasons = f": {escape('; '.join(verdict.reasons))}" if verdict.reasons else ""
    return f'<span class="flag" aria-hidden="true">{SAID[verdict.label]}{reasons}</span>'


def _chip(number: int, citation: Citation | None) -> str:
    if citation is None:
        return f'<span class="chip waiting">{number}</span>'
    return (
        f'<button type="button" class="chip" {_place(citation)}'
        f' aria-label="Citation {number}: {escape(citation.reference)}">{number}</button>'
    )


def _place(citation: Citation) -> str:
    """What the reader needs to mark a quote."""
    return f'data-reference="{escape(citation.reference)}" data-start="{citation.start}" data-end="{citation.end}"'


def _abstention(answer: Answer) -> str:
    gaps = [item for item in answer.missing if item not in (answer.standalone_question, answer.question)]
    nearest = "".join(_near(passage) for passage in answer.passages[:NEAREST])
    found = f'<h3>Nearest paragraphs</h3><ul class="nearest">{nearest}</ul>' if nearest else ""
    rejected = "".join(claim_html(claim, {item.number: item for item in answer.citations}) for claim in answer.claims)
    return (
        '<div class="abstention"><p class="verdictline">The documents do not say.</p>'
        f"{_list('What is missing', gaps)}{rejected}</div>{found}"
    )


def _near(passage: Passage) -> str:
    text = passage.paragraph.text
    teaser = text if len(text) <= TEASER else text[:TEASER].rsplit(" ", 1)[0] + " …"
    return (
        f'<li><button type="button" class="source" data-reference="{escape(passage.reference)}">'
        f'<span class="where">{_where(passage.reference, passage.document.date, passage.paragraph.section)}</span>'
        f'<span class="quote">{escape(teaser)}</span></button></li>'
    )


def _sources(answer: Answer) -> str:
    if not answer.citations:
        return ""
    said = {claim.text for claim in answer.claims}
    cards = "".join(_source(citation, quoted=citation.quote not in said) for citation in answer.citations)
    return f'<h3>Sources</h3><ol class="sources">{cards}</ol>'


def _source(citation: Citation, *, quoted: bool) -> str:
    """A card that opens the quote in the reader; the quote is repeated unless the claim is that very sentence."""
    quote = f'<span class="quote">“{escape(citation.quote)}”</span>' if quoted else ""
    where = _where(citation.reference, citation.document.date, citation.paragraph.section)
    return (
        f'<li><button type="button" class="source" {_place(citation)}><span class="number">{citation.number}</span>'
        f'<span class="where">{where}</span>{quote}</button>'
        f'<button type="button" class="quiet copy-link" {_place(citation)}>Copy link<span class="unseen"> to citation'
        f" {citation.number}</span></button></li>"
    )


def _where(reference: str, date: str | None, section: str | None) -> str:
    rest = "".join(f"<span>{escape(part)}</span>" for part in (date, section) if part)
    return f"<b>{escape(reference)}</b>{rest}"


def _list(title: str, items: Iterable[str]) -> str:
    rows = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f'<div class="missing"><h3>{title}</h3><ul>{rows}</ul></div>' if rows else ""


def _notes(answer: Answer) -> str:
    notes = dict.fromkeys(item.document.note for item in answer.citations if item.document.note)
    return "".join(f'<p class="note">{escape(note)}</p>' for note in notes)


def _events(answer: Answer) -> str:
    """What was repaired, dropped or limited on the way: nothing is lost silently."""
    if not answer.events:
        return ""
    rows = "".join(
        f"<li><b>{escape(item.kind.replace('_', ' '))}</b> {escape(item.detail)}</li>" for item in answer.events
    )
    count = "1 thing was" if len(answer.events) == 1 else f"{len(answer.events)} things were"
    return f'<details class="fold"><summary>{count} repaired, dropped or limited</summary><ul>{rows}</ul></details>'


def _passages(answer: Answer) -> str:
    """The retrieved paragraphs with their scores, for who wants to see why."""
    if not answer.passages:
        return ""
    names = list(dict.fromkeys(name for passage in answer.passages for name in passage.scores))
    cited = {citation.reference for citation in answer.citations}
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("rank", "paragraph", "sum", *names))
    rows = "".join(_passage(passage, names, cited=passage.reference in cited) for passage in answer.passages)
    return (
        f'<details class="fold passages"><summary>Why these paragraphs? {len(answer.passages)} were read, confidence '
        f'{answer.confidence:.2f}</summary><div class="wide" tabindex="0" role="region" aria-label="Scores"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _passage(passage: Passage, names: Iterable[str], *, cited: bool) -> str:
    scores = "".join(
        f"<td>{passage.scores[name]:.3f}</td>" if name in passage.scores else "<td></td>" for name in names
    )
    mark = ' <span class="cited">cited</span>' if cited else ""
    reference = escape(passage.reference)
    return (
        f'<tr><td>{passage.rank}</td><th scope="row"><button type="button" class="reference"'
        f' data-reference="{reference}">{reference}</button>{mark}</th><td>{passage.score:.3f}</td>{scores}</tr>'
    )
