"""The chat in a browser, on this machine only. The one file that imports gradio."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read by gradio when it is imported

import gradio as gr

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.types import Answer, Claim, marked

EXAMPLES = ["What worried Seoul most about closer ties with NATO?", "Who signed the cable?"]
LARGEST_UPLOAD = "20mb"
LONGEST_QUEUE = 64


def build(assistant: Assistant) -> Any:
    """The page: a conversation in which each claim appears once it is checked, its sources under it."""

    def respond(question: str, history: list[dict[str, Any]]) -> Iterator[str]:
        shown: list[str] = []
        try:
            for event in assistant.stream(question, history=_pairs(history)):
                if isinstance(event, Claim):
                    shown.append(html.escape(marked(event)))
                    yield " ".join(shown)
                else:
                    yield answer_html(event)
        except AssistantError as error:
            yield html.escape(str(error))

    with gr.Blocks(title="Pilcrow ¶") as page:
        gr.Markdown(f"# ¶ Pilcrow\nAnswers {assistant.mode_line()}. {_note(assistant)}")
        gr.ChatInterface(respond, examples=EXAMPLES, api_visibility="private", run_examples_on_click=False)
    return page


def launch(assistant: Assistant, *, port: int) -> None:
    """Serve the page on 127.0.0.1 until interrupted."""
    page = build(assistant).queue(max_size=LONGEST_QUEUE, api_open=False)
    page.launch(
        server_name="127.0.0.1",
        server_port=port,
        share=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=LARGEST_UPLOAD,
        enable_monitoring=False,
        run_history=False,
        quiet=True,
    )


def answer_html(answer: Answer) -> str:
    """An answer as HTML of our own making: text from documents and models is escaped, and links to nothing."""
    if answer.status == "abstained":
        nearest = "".join(
            f"<li><b>{html.escape(item.reference)}</b> {html.escape(item.paragraph.text[:200])}…</li>"
            for item in answer.passages[:3]
        )
        return f"<p>The documents do not say.</p><p>Nearest paragraphs</p><ul>{nearest}</ul>"
    claims = "".join(f"<p>{html.escape(marked(claim))}</p>" for claim in answer.claims)
    missing = "".join(f"<li>{html.escape(item)}</li>" for item in answer.missing)
    sources = "".join(
        f"<li value={citation.number}><b>{html.escape(citation.reference)}</b>"
        f" {html.escape(citation.document.date or '')}<br>“{html.escape(citation.quote)}”</li>"
        for citation in answer.citations
    )
    gaps = f"<p>Not in the documents</p><ul>{missing}</ul>" if missing else ""
    return f"{claims}{gaps}<ol>{sources}</ol>"


def _pairs(history: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Gradio's messages as (question, answer) pairs; a question that got no answer is left out."""
    texts = [(message["role"], _text(message["content"])) for message in history]
    return [
        (question, answer)
        for (role, question), (next_role, answer) in pairwise(texts)
        if role == "user" and next_role == "assistant"
    ]


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content if isinstance(part, dict))


def _note(assistant: Assistant) -> str:
    notes = dict.fromkeys(document.note for document in assistant.documents() if document.note)
    return " ".join(notes)
