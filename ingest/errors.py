"""What can go wrong in ingest. Each message is one line that says what happened, then the fix.

IngestError
├── SourceError             a source cannot be read: missing, empty, of no known kind, damaged
├── SettingsError           (in `settings.py`) a setting has a value that cannot be used
├── EmbeddingError          no model, a model whose hash is wrong, an embedding server that fails
└── IndexUnavailableError   the index cannot be used as asked
    ├── IndexMissingError       nothing was ingested at this place yet
    ├── IndexFingerprintError   built with another embedding or chunker
    ├── IndexLockedError        another process is writing
    └── IndexDamagedError       a generation whose vectors do not find themselves, or a pointer to nothing
"""


class IngestError(Exception):
    """The base of all errors that ingest raises on purpose."""


class SourceError(IngestError):
    """A source cannot be read."""


class EmbeddingError(IngestError):
    """Texts cannot be embedded."""


class IndexUnavailableError(IngestError):
    """The index cannot be used as asked."""


class IndexMissingError(IndexUnavailableError):
    """Nothing was ingested here yet."""


class IndexFingerprintError(IndexUnavailableError):
    """The index was built with another embedding or chunker."""


class IndexLockedError(IndexUnavailableError):
    """Another process is writing to the index."""


class IndexDamagedError(IndexUnavailableError):
    """The index does not hold what it should."""
