"""Documents in, an index of citable paragraphs out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.errors import IngestError
    from ingest.pipeline import ingest
    from ingest.settings import IndexSettings
    from ingest.types import Document, IngestReport, Paragraph

_HOMES = {
    "Document": "ingest.types",
    "IndexSettings": "ingest.settings",
    "IngestError": "ingest.errors",
    "IngestReport": "ingest.types",
    "Paragraph": "ingest.types",
    "ingest": "ingest.pipeline",
}
__all__ = ["Document", "IndexSettings", "IngestError", "IngestReport", "Paragraph", "ingest"]


def __getattr__(name: str) -> Any:
    """Load a name when it is first used, so that importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ingest' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
