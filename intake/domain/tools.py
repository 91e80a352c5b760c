"""The rule about versions of ffmpeg: which have the holes mended through which a file can take a decoder over."""

from __future__ import annotations

import re
from typing import Final

_MENDED_IN: Final = {(5, 1): 10, (6, 1): 6, (7, 1): 5, (8, 0): 3, (8, 1): 2}
"""From which patch on a release has them mended; releases after the last of these were made with them mended.

Source: CVE-2026-8461 (8.1.2, 7.1.5, 6.1.6, 5.1.10) and CVE-2026-40962 (8.1, taken back into 8.0.3).
"""

_BANNER: Final = re.compile(r"\Affmpeg version (\S+)")
_NUMBERS: Final = re.compile(r"n?(\d+)\.(\d+)(?:\.(\d+))?")


def read_ffmpeg_version(banner: str) -> str | None:
    """Return the version in what `ffmpeg -version` says."""
    found = _BANNER.match(banner)
    return found[1] if found else None


def has_known_holes(version: str) -> bool | None:
    """Tell whether a version is from before the holes were mended; None for one that is no release.

    A distribution may have mended them without another number; so this asks for a look, it forbids nothing.
    """
    found = _NUMBERS.match(version)
    if not found:
        return None
    release, patch = (int(found[1]), int(found[2])), int(found[3] or 0)
    if release in _MENDED_IN:
        return patch < _MENDED_IN[release]
    return release < max(_MENDED_IN)
