"""The only place for how people type a moment of a clip, `12,5`, `12.5`, or `1:05`, and how it is written for them."""

from __future__ import annotations

import re
from typing import Final

_TYPED: Final = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,5})(?:[.,]([0-9]{1,3}))?", re.ASCII)


def read_seconds(untrusted_text: str) -> float | None:
    """Return the seconds that somebody typed; None where that is no moment."""
    found = _TYPED.fullmatch(untrusted_text.strip())
    if found is None:
        return None
    minutes, seconds, fraction = found.groups()
    return int(minutes or 0) * 60 + float(f"{seconds}.{fraction or 0}")


def written_seconds(seconds: float) -> str:
    """Return *seconds* as `read_seconds` takes them, without zeros that say nothing."""
    return f"{seconds:.2f}".rstrip("0").rstrip(".")


def clock(seconds: float) -> str:
    """Return a moment as players show it: `1:05`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
