"""The Gradio page, its events and its launch. The one file that imports gradio.

The page itself is `static/`: it is put into the frame that Gradio draws, and calls the events below. `ask` is public,
so that `gradio_client` documents it; the others are the page's own: callable, since the page is a client like any
other, but not documented.
"""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read by gradio when it is imported

import gradio as gr
from gradio.events import api
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware

from assistant.chat.auth import is_account, is_loopback
from assistant.chat.events import Events
from assistant.chat.library import Library
from assistant.chat.uploads import LARGEST_FILE
from assistant.chat.web import Front

LONGEST_QUEUE = 64
AT_ONCE = 16  # questions answered at the same time: with a model, most of it is waiting
KEPT_FILES = 3600  # seconds that a file which was sent but never ingested is kept
FRAME = "pilcrow"
HEAD = (
    '<link rel="stylesheet" href="pilcrow/chat.css"><script type="module" src="pilcrow/chat.js"></script>'
    '<meta name="description" content="Answers with paragraph citations">'
)


def build(library: Library) -> gr.Blocks:
    """The frame of the page and its events."""
    events = Events(library, received=Path(get_upload_folder()))
    page: gr.Blocks
    with gr.Blocks(title="Pilcrow ¶", delete_cache=(KEPT_FILES, KEPT_FILES)) as page:
        gr.Column(elem_id=FRAME)
        add = partial(api, concurrency_limit=AT_ONCE)
        add(events.ask, api_name="ask", api_visibility="public")
        add(events.overview, api_name="overview", api_visibility="undocumented")
        add(events.document, api_name="document", api_visibility="undocumented")
        add(events.feedback, api_name="feedback", api_visibility="undocumented")
        add(events.gold, api_name="gold", api_visibility="undocumented")
        add(events.export, api_name="export", api_visibility="undocumented")
        add(events.add_documents, api_name="add_documents", api_visibility="undocumented")
        add(events.remove_document, api_name="remove_document", api_visibility="undocumented")
    page.queue(max_size=LONGEST_QUEUE, api_open=False)
    return page


def launch(
    library: Library, *, host: str = "127.0.0.1", port: int = 7860, accounts: Mapping[str, str] | None = None
) -> gr.Blocks:
    """Serve the page in the background, until `close()` of what is returned; `accounts` are passwords by name."""
    page = build(library)
    page.launch(
        server_name=host,
        server_port=port,
        share=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=LARGEST_FILE,
        enable_monitoring=False,
        run_history=False,
        mcp_server=False,
        pwa=False,
        quiet=True,
        auth=partial(is_account, accounts) if accounts else None,
        footer_links=[],
        favicon_path=Path(__file__).parent / "static" / "pilcrow.svg",
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        head=HEAD,
        app_kwargs={
            "middleware": [Middleware(Front, loopback=is_loopback(host))],
        },
        prevent_thread_lock=True,
    )
    return page
