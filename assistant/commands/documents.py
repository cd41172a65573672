"""`pilcrow documents`: what is in the index. `pilcrow documents show ID`: a document's paragraphs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from assistant.errors import UnknownReferenceError
from assistant.render import document_text, paragraph_text
from assistant.retrieval import shortened, some_of
from assistant.settings import Settings
from ingest.index import Index
from ingest.types import Document, Paragraph

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to a command line."""
    documents = typer.Typer(invoke_without_command=True, help="List the documents of the index, or show one.")
    documents.callback()(list_documents)
    documents.command("show")(show)
    app.add_typer(documents, name="documents")


def list_documents(context: typer.Context, as_json: AsJson = False) -> None:
    """List the documents of the index: id, title, date, kind, source and the anchors of its paragraphs."""
    if context.invoked_subcommand:
        return
    store = Index.open(Settings.from_env().index).store
    rows = [(document, store.paragraphs_of(document.document_id)) for document in store.documents()]
    if as_json:
        typer.echo(json.dumps([_document(*row) for row in rows], ensure_ascii=False, indent=2))
    else:
        typer.echo("\n\n".join(document_text(*row) for row in rows))


def show(
    document_id: Annotated[str, typer.Argument(help="Id of a document, as `pilcrow documents` lists it.")],
    as_json: AsJson = False,
) -> None:
    """Show a document's paragraphs in reading order."""
    store = Index.open(Settings.from_env().index).store
    paragraphs = store.paragraphs_of(document_id)
    if not paragraphs:
        raise UnknownReferenceError(_unknown(document_id, [document.document_id for document in store.documents()]))
    path = next(document.path for document in store.documents() if document.document_id == document_id)
    if as_json:
        typer.echo(json.dumps([_paragraph(item, path) for item in paragraphs], ensure_ascii=False, indent=2))
    else:
        typer.echo("\n\n".join(paragraph_text(paragraph) for paragraph in paragraphs))


def _unknown(document_id: str, known: Sequence[str]) -> str:
    """That there is no such document, and which may be meant: one of another case, begun or with a paragraph added."""
    given = document_id.casefold()
    for name in known:
        if given and (name.casefold().startswith(given) or given.startswith(name.casefold())):
            return f"No document {shortened(document_id)}. Did you mean {name}?"
    return f"No document {shortened(document_id)}. The index holds: {some_of(known)}."


def _document(document: Document, paragraphs: tuple[Paragraph, ...]) -> dict[str, object]:
    return {
        "document_id": document.document_id,
        "title": document.title,
        "date": document.date,
        "kind": document.kind,
        "source": document.path,
        "source_sha256": document.sha256,
        "note": document.note,
        "anchors": [paragraph.anchor for paragraph in paragraphs],
    }


def _paragraph(paragraph: Paragraph, path: str) -> dict[str, object]:
    return {
        "reference": paragraph.reference,
        "anchor": paragraph.anchor,
        "section": paragraph.section,
        "text": paragraph.text,
        "source": {"path": path, **paragraph.place.to_dict()},
    }
