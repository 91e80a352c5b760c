"""How a picture is turned, sized and coloured on its way out."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE_WHITE_CD_M2: Final = 203
"""Light of white paper in HDR, which ordinary pictures show as their white. Source: ITU-R BT.2408-7, table 1."""

_HDR_PEAK_CD_M2: Final = 1000
"""Light of the brightest HDR picture. Source: ITU-R BT.2100, HLG's display; phones master PQ to the same."""

_KNEE: Final = 0.6
"""Below this share of white an HDR picture is taken over as it is: faces. Above, it is pressed together: a window."""

_TURNS: Final[Mapping[int, tuple[tuple[str, dict[str, str]], ...]]] = MappingProxyType(
    {
        90: (("transpose", {"dir": "clock"}),),
        180: (("hflip", {}), ("vflip", {})),
        270: (("transpose", {"dir": "cclock"}),),
    }
)


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a picture is to come out: size in square pixels, upright, in ordinary colours.

    Attributes:
        hdr_transfer: The source's transfer function where it is HDR and must be mapped to SDR.
        turn_deg: By how much it is turned clockwise before, beyond what the source says of itself.
    """

    width_px: int
    height_px: int
    turn_deg: int = 0
    hdr_transfer: str | None = None
    is_interlaced: bool = False
    max_frame_rate: float | None = None


def shaped(video: Any, look: Look) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Append the filters that give *video* its *look*. ffmpeg has turned it upright before the first of them."""
    if look.is_interlaced:
        video = video.filter("yadif", deint="interlaced")
    for name, options in _TURNS.get(look.turn_deg, ()):
        video = video.filter(name, **options)
    if look.max_frame_rate is not None:
        video = video.filter("fps", look.max_frame_rate)
    if look.hdr_transfer is None:
        # Made smaller, its triangle covers every point as the default's curve does, for a quarter of the work.
        return video.filter("scale", look.width_px, look.height_px, flags="bilinear").filter("setsar", 1)
    return _tone_mapped(video, look)


def _tone_mapped(video: Any, look: Look) -> Any:  # noqa: ANN401 - as above
    # Made smaller before anything else: the steps between are in floating point. Of ffmpeg's curves `mobius` alone
    # leaves dark and middle tones as they are; under `hable` white paper comes out as gray as 72 %.
    return (
        video.filter(
            "zscale",
            w=look.width_px,
            h=look.height_px,
            tin=look.hdr_transfer,
            pin="bt2020",
            min="bt2020nc",
            t="linear",
            npl=REFERENCE_WHITE_CD_M2,
            # The approximation takes HLG's gamma for each colour by itself: a face comes out too red.
            agamma="false",
        )
        .filter("format", "gbrpf32le")
        .filter("zscale", p="bt709")
        .filter("tonemap", "mobius", param=_KNEE, peak=round(_HDR_PEAK_CD_M2 / REFERENCE_WHITE_CD_M2, 3), desat=0)
        .filter("zscale", t="bt709", m="bt709", r="tv")
        .filter("format", "yuv420p")
        .filter("setsar", 1)
    )
