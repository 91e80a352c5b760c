"""The only place that decides how large and how turned a picture comes out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workers.media.commands.shaping import Look

if TYPE_CHECKING:
    from intake.domain.facts import VideoFacts

HDR_TRANSFERS: Final = frozenset({"arib-std-b67", "smpte2084"})
"""HLG, which iPhones record, and PQ, as ffmpeg names them. Source: ITU-R BT.2100."""

MAX_FRAME_RATE: Final = 60.0
"""Frames a second of a rendition; a phone's slow motion has 240."""

_RATE_TOLERANCE: Final = 0.5
"""Phones say 60.02 and mean 60."""


def look_of(facts: VideoFacts, *, max_long_px: int, max_short_px: int) -> Look:
    """Return the look of a clip upright, in square pixels and ordinary colours, made smaller where it must be."""
    width_px, height_px = facts.upright_px
    long_px, short_px = max(width_px, height_px), min(width_px, height_px)
    factor = min(1.0, max_long_px / long_px, max_short_px / short_px)
    return Look(
        width_px=_even(width_px * factor),
        height_px=_even(height_px * factor),
        hdr_transfer=facts.color_transfer if facts.color_transfer in HDR_TRANSFERS else None,
        is_interlaced=facts.is_interlaced,
        max_frame_rate=MAX_FRAME_RATE if facts.frame_rate > MAX_FRAME_RATE + _RATE_TOLERANCE else None,
    )


def _even(length_px: float) -> int:
    """Return *length_px* as 4:2:0 pictures need it, in pairs; at least one."""
    return max(2, 2 * round(length_px / 2))
