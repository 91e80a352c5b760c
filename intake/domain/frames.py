"""How large the frame of an embedded clip is: its picture, and under it a line that says whose voice it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WORDS_PX: Final = 64
"""Height of the line under the picture, in CSS pixels: two lines of small print. `embed.scss` draws it."""

LANDSCAPE_WIDTH_PX: Final = 640
PORTRAIT_WIDTH_PX: Final = 340
"""A portrait as wide as a landscape would be taller than most screens."""

GALLERY_PX: Final = (960, 640)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A size in CSS pixels."""

    width_px: int
    height_px: int


def frame_of(
    width_px: int, height_px: int, *, max_width_px: int | None = None, max_height_px: int | None = None
) -> Frame:
    """Return the frame for a clip of this size: as wide as it usually is, or as large as it may be.

    Args:
        max_width_px: At least 1.
        max_height_px: At least 1. Where that leaves no room for a picture, it is as wide as one pixel.
    """
    usual_px = PORTRAIT_WIDTH_PX if height_px > width_px else LANDSCAPE_WIDTH_PX
    wide_px = min(usual_px, max_width_px or usual_px)
    if max_height_px is not None:
        wide_px = max(min(wide_px, (max_height_px - WORDS_PX) * width_px // height_px), 1)
    tall_px = max(round(wide_px * height_px / width_px), 1) + WORDS_PX
    return Frame(width_px=wide_px, height_px=min(tall_px, max_height_px or tall_px))


def gallery_frame(*, max_width_px: int | None = None, max_height_px: int | None = None) -> Frame:
    """Return the frame for a whole gallery, which scrolls in it."""
    width_px, height_px = GALLERY_PX
    return Frame(width_px=min(width_px, max_width_px or width_px), height_px=min(height_px, max_height_px or height_px))


def fits(width_px: int, height_px: int, *, max_width_px: int | None, max_height_px: int | None) -> bool:
    """Tell whether a picture of this size is no larger than asked for."""
    return width_px <= (max_width_px or width_px) and height_px <= (max_height_px or height_px)
