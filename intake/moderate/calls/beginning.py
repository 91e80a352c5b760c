"""The only place for what a new call begins with: what every call needs, and nobody should have to write again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake.domain.call_problems import texts_of
from intake.moderate.calls.kinds import HOME
from intake.setup import FIRST_CALL, default_reasons, shipped_document

if TYPE_CHECKING:
    from collections.abc import Mapping


def blank() -> dict[str, Any]:
    """Return the document of a call in which only what is its own is missing."""
    shipped = shipped_document(FIRST_CALL)
    kept = {name: shipped[name] for name in ("noise_advice", "rules", "organisation_kinds")}
    return kept | {
        "steps": [{}],
        "event": {"time_zone": HOME},
        "reasons": default_reasons(shipped["title"]),
    }


def without_unspoken(document: Mapping[str, Any]) -> None:
    """Take the languages that a call's title is not in out of what it began with and nobody touched.

    Without this, whoever writes a call in Italian alone had to empty the English of every text that we put there.
    """
    spoken = set(document.get("title") or ())
    ours = [_stripped(words) for _, words in texts_of(blank())]
    for _, words in texts_of(document):
        if _stripped(words) in ours:
            for language in set(words) - spoken:
                del words[language]  # type: ignore[attr-defined] # a part of the document, which is a dict of dicts


def _stripped(words: Mapping[str, str]) -> dict[str, str]:
    return {language: text.strip() for language, text in words.items()}
