"""Commands that make pictures of a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ffmpeg

from workers.media.commands.reading import SOURCE_URL, THREADS, UNDECODED, compile_argv, open_source
from workers.media.commands.shaping import shaped
from workers.media.limits import MAX_PIXELS
from workers.media.sandbox import OUTPUT

if TYPE_CHECKING:
    from workers.media.commands.shaping import Look

MAX_DECODED_STILLS: Final = 25
"""However a clip is made, no more pictures of it than this are decoded for stills."""

_SPARSE_TIMESCALE: Final = 90_000

SPARSE_CLIP: Final = "sparse.mp4"
STILL_PATTERN: Final = "still-%02d.jpg"
GRAY_PX: Final = (64, 36)
"""Width and height of the gray copies by which stills are judged: enough for light and contrast."""


def copy_sparse_keyframes(*, step_s: float) -> list[str]:
    """Return a copy of the first keyframe in every *step_s* seconds into `sparse.mp4`; nothing is decoded.

    The muxer keeps the display matrix, so what is decoded from the copy stands upright.
    """
    # Register 0 holds the moment from which the next keyframe is wanted; a packet is dropped where this is not zero.
    # The variable `tb` is the input's time base while `pts` counts in the output's: so that one is fixed here.
    step = round(step_s * _SPARSE_TIMESCALE)
    drop = rf"if(key*gte(pts\,ld(0))\,0*st(0\,(floor(pts/{step})+1)*{step})\,1)"
    copied = ffmpeg.output(
        open_source(discard="nokey", **UNDECODED)["v:0"],
        f"file:{OUTPUT}/{SPARSE_CLIP}",
        format="mp4",
        **{"c": "copy", "map_metadata": -1, "map_chapters": -1, "bsf:v": f"noise=drop='{drop}'"},
        video_track_timescale=_SPARSE_TIMESCALE,
    )
    return compile_argv(copied)


def draw_stills(look: Look) -> list[str]:
    """Return one decode of `/in/src`, all keyframes: JPEGs in `/out`, small gray copies on stdout, times on stderr."""
    # JPEG's colour range is asked for before the split, so that one scaler does both.
    drawn = shaped(open_source(threads=THREADS, **UNDECODED)["v:0"], look).filter("format", "yuvj420p")
    # HEVC keyframes without their neighbours may come out in the wrong order, which no writer of files takes.
    timed = drawn.filter("showinfo", checksum=0)
    frames = timed.filter("settb", "1/25").filter("setpts", "N").filter_multi_output("split", 2)
    options = {"vsync": 0, "r": 25, "frames:v": MAX_DECODED_STILLS}
    stills = ffmpeg.output(
        frames[0],
        f"file:{OUTPUT}/{STILL_PATTERN}",
        format="image2",
        fflags="+bitexact",
        **{"q:v": 3, **options},
    )
    grays = ffmpeg.output(
        frames[1].filter("scale", *GRAY_PX).filter("format", "gray"), "pipe:1", format="rawvideo", **options
    )
    return compile_argv(ffmpeg.merge_outputs(stills, grays), level="info")


def convert_still(*, name: str, codec: str, quality: int) -> list[str]:
    """Return a conversion of a JPEG of ours at `/in/src` to one picture *name* by ffmpeg's *codec*."""
    still = ffmpeg.input(
        SOURCE_URL, format="jpeg_pipe", protocol_whitelist="file", codec_whitelist="mjpeg", max_pixels=MAX_PIXELS
    )
    options = {"c:v": codec, "q:v": quality, "frames:v": 1, "map_metadata": -1, "update": 1}
    return compile_argv(
        ffmpeg.output(still["v:0"], f"file:{OUTPUT}/{name}", format="image2", fflags="+bitexact", **options)
    )
