"""`python -m evals`: the same as `pilcrow eval`."""

import sys

import typer

from assistant import AssistantError
from evals.command import ERRORS, register
from ingest import IngestError
from ingest.terminal import run

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
register(app)
sys.exit(run(app, sys.argv[1:], errors=(AssistantError, IngestError, *ERRORS)))
