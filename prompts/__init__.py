"""Prompts, as Markdown files with $variables, and the function that fills them."""

from __future__ import annotations

from importlib import resources
from string import Template

__all__ = ["UnknownPromptError", "fill", "names", "variables"]


class UnknownPromptError(KeyError):
    """No prompt of that name."""


def fill(name: str, **values: str) -> str:
    """The prompt `name` with its variables filled in. Raises `KeyError` where one is missing, `UnknownPromptError`."""
    return _template(name).substitute(values)


def variables(name: str) -> frozenset[str]:
    """The variables that the prompt `name` takes."""
    return frozenset(_template(name).get_identifiers())


def names() -> tuple[str, ...]:
    """All prompts."""
    folder = resources.files("prompts")
    return tuple(sorted(entry.name[:-3] for entry in folder.iterdir() if entry.name.endswith(".md")))


def _template(name: str) -> Template:
    try:
        return Template((resources.files("prompts") / f"{name}.md").read_text(encoding="utf8"))
    except FileNotFoundError:
        raise UnknownPromptError(f"No prompt '{name}'. There are: {', '.join(names())}.") from None
