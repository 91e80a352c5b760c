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

DELIVERY_BIT_RATE_BPS: Final = 6_000_000
"""Average of picture data that visitors' lines carry; a phone records three times as much."""

_DELIVERY_PX: Final = (1280, 720)
"""Long and short side of what is encoded for visitors; what is copied keeps its own."""

SMALL_BIT_RATE_BPS: Final = 700_000
"""Picture and sound together, for phones on bad lines."""

SOUND_BIT_RATE_BPS: Final = 128_000
"""Of every sound we encode."""

_SMALL_PX: Final = (854, 480)
_SMALL_FRAME_RATE: Final = 30.0

_REVIEW_PX: Final = (1920, 1080)
"""Long and short side of what is encoded for review: Full HD, either way round."""

_HDR_REVIEW_PX: Final = _DELIVERY_PX
"""Of an HDR clip, as large as most visitors see it: mapping its colours costs more than all the rest, by the pixel."""

RATE_TOLERANCE: Final = 0.5
"""Phones say 60.02 and mean 60."""


def look_of(facts: VideoFacts, *, max_long_px: int, max_short_px: int, max_frame_rate: float = MAX_FRAME_RATE) -> Look:
    """Return the look of a clip upright, in square pixels and ordinary colours, made smaller where it must be."""
    width_px, height_px = facts.upright_px
    long_px, short_px = max(width_px, height_px), min(width_px, height_px)
    factor = min(1.0, max_long_px / long_px, max_short_px / short_px)
    return Look(
        width_px=_even(width_px * factor),
        height_px=_even(height_px * factor),
        hdr_transfer=facts.color_transfer if facts.color_transfer in HDR_TRANSFERS else None,
        is_interlaced=facts.is_interlaced,
        max_frame_rate=max_frame_rate if facts.frame_rate > max_frame_rate + RATE_TOLERANCE else None,
    )


def review_look(facts: VideoFacts) -> Look:
    """Return how the picture of an original that browsers do not play is encoded for review."""
    long_px, short_px = _HDR_REVIEW_PX if facts.color_transfer in HDR_TRANSFERS else _REVIEW_PX
    return look_of(facts, max_long_px=long_px, max_short_px=short_px)


def delivery_looks(facts: VideoFacts) -> tuple[Look | None, Look | None]:
    """Return how visitors get a review copy: large, None where its picture is light enough to be copied; and small.

    The small one is None where the copy is that small itself: the same bytes twice would help nobody.
    """
    long_px, short_px = _DELIVERY_PX
    is_light = facts.video_bit_rate_bps <= DELIVERY_BIT_RATE_BPS
    large = None if is_light else look_of(facts, max_long_px=long_px, max_short_px=short_px)
    return large, None if large is None and _is_small(facts) else _small_look(facts)


def _small_look(facts: VideoFacts) -> Look:
    long_px, short_px = _SMALL_PX
    return look_of(facts, max_long_px=long_px, max_short_px=short_px, max_frame_rate=_SMALL_FRAME_RATE)


def _is_small(facts: VideoFacts) -> bool:
    long_px, short_px = _SMALL_PX
    bit_rate_bps = facts.video_bit_rate_bps + SOUND_BIT_RATE_BPS
    return max(facts.upright_px) <= long_px and min(facts.upright_px) <= short_px and bit_rate_bps <= SMALL_BIT_RATE_BPS


def _even(length_px: float) -> int:
    """Return *length_px* as 4:2:0 pictures need it, in pairs; at least one."""
    return max(2, 2 * round(length_px / 2))
