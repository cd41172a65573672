"""Pilcrow: answers questions over documents, each sentence with a paragraph citation checked by the character."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.errors import AssistantError, ModelError, QuestionError, UnknownReferenceError
    from assistant.settings import Settings
    from assistant.types import Answer, Citation, Claim, Event, Passage, Verdict

_HOMES = {
    "Answer": "assistant.types",
    "Assistant": "assistant.assistant",
    "AssistantError": "assistant.errors",
    "Citation": "assistant.types",
    "Claim": "assistant.types",
    "Event": "assistant.types",
    "ModelError": "assistant.errors",
    "Passage": "assistant.types",
    "QuestionError": "assistant.errors",
    "Settings": "assistant.settings",
    "UnknownReferenceError": "assistant.errors",
    "Verdict": "assistant.types",
}
__all__ = [
    "Answer",
    "Assistant",
    "AssistantError",
    "Citation",
    "Claim",
    "Event",
    "ModelError",
    "Passage",
    "QuestionError",
    "Settings",
    "UnknownReferenceError",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    """Load a name when it is first used, so that importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'assistant' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
