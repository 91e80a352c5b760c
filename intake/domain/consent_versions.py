"""The only place that gives a consent its version: other words, another version."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date


def with_versions(document: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]], *, today: date) -> dict[str, Any]:
    """Return *document* with a version for each of its consents.

    Words that an earlier document asked in keep the version they had there; all others get one that was never used:
    the day, and a counter from the second of a day on.

    Args:
        earlier: Every document the call had, newest first.
    """
    consents = [_versioned(consent, earlier, today=today) for consent in document.get("consents", ())]
    return dict(document) | {"consents": consents}


def _versioned(consent: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]], *, today: date) -> dict[str, Any]:
    known = [
        other
        for document in earlier
        for other in document.get("consents", ())
        if other.get("kind") == consent.get("kind")
    ]
    for other in known:
        if _words(other) == _words(consent):
            return dict(consent) | {"version": other["version"]}
    return dict(consent) | {"version": _fresh({str(other["version"]) for other in known}, today=today)}


def _words(consent: Mapping[str, Any]) -> dict[str, str]:
    # As they are hashed and shown: what stands around them is not asked.
    return {language: str(words).strip() for language, words in (consent.get("text") or {}).items()}


def _fresh(taken: set[str], *, today: date) -> str:
    names = (today.isoformat() if number == 1 else f"{today.isoformat()}.{number}" for number in count(1))
    return next(name for name in names if name not in taken)
