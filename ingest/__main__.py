"""`python -m ingest`: the same as `pilcrow ingest`."""

import sys

import typer

from ingest.command import register
from ingest.errors import IngestError
from ingest.terminal import run

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
register(app)
sys.exit(run(app, sys.argv[1:], errors=(IngestError,)))
