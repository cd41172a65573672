"""What a paragraph is about that it does not say itself: searched with it, and never part of its citable text."""

from __future__ import annotations


def context_line(title: str, date: str | None, section: str | None) -> str:
    """Title, date and section, as far as they are known."""
    return " · ".join(part for part in (title, date, section) if part)
