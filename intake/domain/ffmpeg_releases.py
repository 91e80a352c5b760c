"""The only place that knows which releases of ffmpeg have no hole that is public.

An older one is used all the same: the sandbox is what we rely on, and distributions mend what they ship without a new
number. But whoever runs the service is told.
"""

from __future__ import annotations

import re
from typing import Final

_MENDED: Final = {(5, 1): 10, (6, 1): 6, (7, 1): 5, (8, 0): 3, (8, 1): 2}
"""Of each series that is still looked after, the first release without one.

Source: ffmpeg.org, "FFmpeg Security", September 2026.
"""

_SERIES_AFTER: Final = (9, 0)
"""From this one on every release came later than the holes."""

_BANNER: Final = re.compile(r"ff\w+ version (\S+)")
_NUMBERS: Final = re.compile(r"n?(\d+)\.(\d+)(?:\.(\d+))?")


def release_in(banner: str) -> str | None:
    """Return the release that `ffmpeg -version` names in its first line, or None where there is none to be found."""
    found = _BANNER.match(banner)
    return found[1] if found else None


def is_mended(release: str) -> bool:
    """Tell whether *release* came after the holes that are public; what cannot be read did not."""
    found = _NUMBERS.match(release)
    if not found:
        return False
    series = (int(found[1]), int(found[2]))
    if series >= _SERIES_AFTER:
        return True
    first = _MENDED.get(series)
    return first is not None and int(found[3] or 0) >= first


def warning_about(release: str) -> str | None:
    """Return what an operator should know of *release*, or None where that is nothing."""
    if is_mended(release):
        return None
    return (
        f"ffmpeg {release} may have holes that are public; clips are opened in the sandbox all the same. "
        "Its distribution may have mended them without a new number. docs/operating.md, The sandbox."
    )
