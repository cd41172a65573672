"""What can go wrong in the assistant. Each message is one line that says what happened, then the fix.

AssistantError
├── QuestionError       a question that cannot be asked: empty, too long
│   └── FilterError     one that is narrowed to what the index does not hold
├── ClaimError          a claim that cannot be checked: too long
├── UnknownReferenceError   no such paragraph in the index
├── BundleError         a bundle that cannot be written, read or relied on
├── CrossEncoderError   a folder that holds no cross-encoder that can be run
├── RerankerError       a reranker that the settings ask for and that cannot be used
├── AddressError        (in `commands/chat.py`) an address that the chat cannot listen on
├── AuthError           (in `chat/auth.py`) accounts that cannot be read
├── UploadError         (in `chat/uploads.py`) files that cannot be taken, a document that cannot be removed
├── FeedbackError       (in `chat/feedback.py`) a judgement that cannot be kept
├── ExportError         (in `chat/export.py`) answers that cannot be exported
└── ModelError          the answering model cannot be reached, refuses, or answers what cannot be read
    └── ContextTooLongError (in `failures.py`) the prompt is longer than the model takes
"""


class AssistantError(Exception):
    """The base of all errors that the assistant raises on purpose."""


class QuestionError(AssistantError):
    """A question that cannot be asked."""


class FilterError(QuestionError):
    """A question narrowed to documents, days or sections of which the index has none."""


class ClaimError(AssistantError):
    """A claim that cannot be checked."""


class UnknownReferenceError(AssistantError):
    """A reference that names no paragraph of the index."""


class BundleError(AssistantError):
    """A bundle that cannot be written, read or relied on."""


class CrossEncoderError(AssistantError):
    """A folder that holds no cross-encoder that can be run."""


class RerankerError(AssistantError):
    """The reranker that the settings ask for cannot be used."""


class ModelError(AssistantError):
    """The answering model did not answer."""
