"""Marks sentences for gettext's tools."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """Mark *text* for translation where it cannot be translated yet."""
    return text
