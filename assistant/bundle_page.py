"""A bundle in, a page for people out: one HTML file that loads nothing, or Markdown. To verify, keep the JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from assistant.render import place_text
from ingest.types import Place

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c}"
    "mark{background:#fff1a8}blockquote{border-left:3px solid #bbb;margin:.5rem 0;padding-left:1rem}"
    ".small{color:#555;font-size:.85rem;overflow-wrap:anywhere}.flag{color:#8a2500}"
)
BEGINS_BLOCK = re.compile(r"^\d*(?=[-+=.])")  # a list, a rule, the line under a heading
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
BEGINNING = re.compile(r'(?:# .*\n\n|<!doctype html>\n.*</head>\n<body>\n<h1>.*</h1>\n<p class="small">)Pilcrow \S+ · ')


def html_page(bundle: Mapping[str, Any]) -> str:
    """One self-contained page; all text of documents and models is escaped."""
    answer = bundle["answer"]
    body = [
        f"<h1>{escape(_question(answer))}</h1>",
        f'<p class="small">{escape(_made_with(bundle))}</p>',
        *(f'<p class="flag">{escape(line)}</p>' for line in _status(answer)),
        *(_claim_html(claim) for claim in answer["claims"]),
        *(f"<p>≠ {escape(_marked(conflict))}</p>" for conflict in answer.get("conflicts", ())),
        *(["<p>The documents do not say.</p>"] if not answer["claims"] else []),
        *(f"<p>{escape(line)}</p>" for line in _missing(answer)),
        *(f'<p class="small">! {escape(line)}</p>' for line in _events(answer)),
        *(["<h2>Sources</h2>"] if answer["citations"] else []),
        *(_citation_html(bundle, citation) for citation in answer["citations"]),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(_question(answer))}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def markdown_page(bundle: Mapping[str, Any]) -> str:
    """The same as Markdown."""
    answer = bundle["answer"]
    lines = [f"# {_plain(_question(answer))}", "", _plain(_made_with(bundle)), ""]
    lines += [f"{_plain(line)}\n" for line in _status(answer)]
    for claim in answer["claims"]:
        lines += [_plain(_marked(claim)) + (f" *({_plain(_flag(claim))})*" if _flag(claim) else ""), ""]
    for conflict in answer.get("conflicts", ()):
        lines += [f"≠ {_plain(_marked(conflict))}", ""]
    if not answer["claims"]:
        lines += ["The documents do not say.", ""]
    lines += [f"{_plain(line)}\n" for line in (*_missing(answer), *_events(answer))]
    lines += ["## Sources", ""] if answer["citations"] else []
    for citation in answer["citations"]:
        before, quote, after = _around(bundle, citation)
        lines += [f"**{_plain(_heading(citation))}**", ""]
        lines += [f"> {_plain(before)}<mark>{_escaped(quote)}</mark>{_escaped(after)}", ""]
        lines += [f"{_plain(line)}\n" for line in _origin(bundle, citation)]
    return "\n".join(lines)


def is_page(text: str) -> bool:
    """Whether a text is a page that one of the two made."""
    return BEGINNING.match(text) is not None


def _claim_html(claim: Mapping[str, Any]) -> str:
    flag = f' <span class="flag">({escape(_flag(claim))})</span>' if _flag(claim) else ""
    return f"<p>{escape(_marked(claim))}{flag}</p>"


def _citation_html(bundle: Mapping[str, Any], citation: Mapping[str, Any]) -> str:
    before, quote, after = (escape(part) for part in _around(bundle, citation))
    return (
        f"<h3>{escape(_heading(citation))}</h3>"
        f"<blockquote>{before}<mark>{quote}</mark>{after}</blockquote>"
        f'<p class="small">{"<br>".join(escape(line) for line in _origin(bundle, citation))}</p>'
    )


def _question(answer: Mapping[str, Any]) -> str:
    """The question on one line."""
    return " ".join(answer["question"].split())


def _missing(answer: Mapping[str, Any]) -> list[str]:
    """What the documents do not say, a line each; where they say nothing at all, without the question itself."""
    if answer["claims"]:
        return [f"Not in the documents: {item}" for item in answer["missing"]]
    return [item for item in answer["missing"] if item not in (answer["question"], answer["standalone_question"])]


def _status(answer: Mapping[str, Any]) -> list[str]:
    """The status in a line, none for a whole answer."""
    return [] if answer["status"] == "answered" else [f"Status: {answer['status']}."]


def _events(answer: Mapping[str, Any]) -> list[str]:
    """What was repaired, dropped or limited on the way to the answer, a line each."""
    return [f"{event['kind']}: {event['detail']}" for event in answer.get("events", ())]


def _made_with(bundle: Mapping[str, Any]) -> str:
    answer = bundle["answer"]
    by = answer["model"] or "the documents' own sentences"
    return f"Pilcrow {bundle['pilcrow']} · {by} · index {answer['index']['generation']}"


def _heading(citation: Mapping[str, Any]) -> str:
    parts = (citation["reference"], citation["date"], citation["title"])
    return f"[{citation['number']}] {' · '.join(part for part in parts if part)}"


def _origin(bundle: Mapping[str, Any], citation: Mapping[str, Any]) -> list[str]:
    """Who says it and when, the note on the document, where it stands, and the hash of the source."""
    notes = {document["document_id"]: document["note"] for document in bundle["documents"]}
    place = place_text(citation["source"]["path"], Place.from_dict(citation["source"]))
    lines = [citation["attribution"], notes[citation["document_id"]], place, f"SHA-256 {citation['source_sha256']}"]
    return [line for line in lines if line]


def _marked(told: Mapping[str, Any]) -> str:
    return " ".join([told["text"], "".join(f"[{number}]" for number in told["citations"])]).strip()


def _flag(claim: Mapping[str, Any]) -> str:
    """Verdict and reasons of a claim that is not fully supported."""
    if claim["verdict"] == "supported":
        return ""
    return "; ".join([claim["verdict"], *claim["reasons"]])


def _around(bundle: Mapping[str, Any], citation: Mapping[str, Any]) -> tuple[str, str, str]:
    """A citation's paragraph before, in and after its quote."""
    texts = {paragraph["reference"]: paragraph["text"] for paragraph in bundle["paragraphs"]}
    text = texts[citation["reference"]]
    return text[: citation["start"]], text[citation["start"] : citation["end"]], text[citation["end"] :]


def _plain(text: str) -> str:
    """Text on a line of its own whose characters mean nothing in Markdown or HTML: no list, no heading, no rule."""
    return BEGINS_BLOCK.sub(r"\g<0>\\", _escaped(text).lstrip())


def _escaped(text: str) -> str:
    """Text inside a line, its white space collapsed and every character that Markdown or HTML would read escaped."""
    collapsed = re.sub(r"\s+", " ", escape(text, quote=False))
    return "".join(f"\\{character}" if character in "\\`*_{}[]()#!|~" else character for character in collapsed)
