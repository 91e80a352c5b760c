"""The only place that knows how well two colours can be told apart."""

from __future__ import annotations

import re
from typing import Final

MIN_CONTRAST: Final = 4.5
"""Least contrast between words and their ground. Source: WCAG 2.2, success criterion 1.4.3."""

GROUNDS: Final = ("#ffffff", "#fbf8f2")
"""What words in a call's accent stand on, and what is written on the accent: white, and the pages' paper."""

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_LINEAR_BELOW: Final = 0.04045


def is_colour(text: str) -> bool:
    """Tell whether *text* is a colour as `#rrggbb`."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast between two colours, 1 to 21. Source: WCAG 2.2, “contrast ratio”."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def is_readable(accent: str) -> bool:
    """Tell whether words in *accent*, and white words on it, can be read."""
    return all(contrast(accent, ground) >= MIN_CONTRAST for ground in GROUNDS)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4
