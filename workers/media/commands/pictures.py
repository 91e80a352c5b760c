"""Commands that make pictures of a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ffmpeg

from workers.media.commands.reading import THREADS, UNDECODED, compile_argv, open_source
from workers.media.commands.shaping import shaped
from workers.media.limits import MAX_PIXELS
from workers.media.sandbox import OUTPUT

if TYPE_CHECKING:
    from workers.media.commands.shaping import Look

MAX_DECODED_STILLS: Final = 25
"""However a clip is made, no more pictures of it than this are drawn."""

_SPARSE_TIMESCALE: Final = 90_000
_MOMENT_TOLERANCE_S: Final = 0.02
"""Moments come rounded to a microsecond, and pictures are further apart than this."""

SPARSE_CLIP: Final = "sparse.mp4"
STILL_PATTERN: Final = "still-%02d.jpg"
EARLY_PATTERN: Final = "early-%02d.jpg"

_GRAY_LONG_PX: Final = 256
"""Longer side of the gray copies by which stills are judged: enough to tell sharp from blurred, and a nod from none."""

_LIBWEBP: Final = {"c:v": "libwebp", "q:v": 80, "compression_level": 2}
"""From level 3 on a picture costs twice as much and is 3 % smaller, measured."""

_JPEG_QUALITY: Final = 3
"""On ffmpeg's scale, where 2 is the best that makes sense."""


def gray_px(look: Look) -> tuple[int, int]:
    """Return width and height of the gray copy of a picture of that *look*."""
    factor = min(1.0, _GRAY_LONG_PX / max(look.width_px, look.height_px))
    return max(1, round(look.width_px * factor)), max(1, round(look.height_px * factor))


def copy_sparse_keyframes(*, step_s: float, last_s: float | None = None) -> list[str]:
    """Return a copy of the first keyframe in every *step_s* seconds into `sparse.mp4`; nothing is decoded.

    The muxer keeps the display matrix, so what is decoded from the copy stands upright. How many were copied is said on
    stderr.

    Args:
        last_s: From here on every keyframe is copied.
    """
    # The demuxer could leave all else unread (`discard`), but then it takes wrong entries of the table by which
    # pictures are put in order: with B-frames, moments are up to three pictures off, and the last keyframe is lost.
    # Reading on costs 0.2 s of processor for 720 MB, measured.
    # Register 0 holds the moment from which the next keyframe is wanted; a packet is dropped where this is not zero.
    # The variable `tb` is the input's time base while `pts` counts in the output's: so that one is fixed here.
    step = round(step_s * _SPARSE_TIMESCALE)
    last = "" if last_s is None else rf"+gte(pts\,{round((last_s - _MOMENT_TOLERANCE_S) * _SPARSE_TIMESCALE)})"
    drop = rf"if(key*(gte(pts\,ld(0)){last})\,0*st(0\,(floor(pts/{step})+1)*{step})\,1)"
    copied = ffmpeg.output(
        open_source(**UNDECODED)["v:0"],
        f"file:{OUTPUT}/{SPARSE_CLIP}",
        format="mp4",
        **{"c": "copy", "map_metadata": -1, "map_chapters": -1, "bsf:v": f"noise=drop='{drop}'"},
        video_track_timescale=_SPARSE_TIMESCALE,
    )
    return compile_argv(copied, level="verbose")


def draw_stills(look: Look) -> list[str]:
    """Return one decode of `/in/src`, all keyframes: JPEGs in `/out`, small gray copies on stdout, times on stderr."""
    # One thread: for so few pictures each further one cost more than it saved, measured.
    return _drawn(open_source(threads=1, **UNDECODED)["v:0"], look, STILL_PATTERN)


def draw_early_stills(look: Look, *, window_s: float, step_s: float) -> list[str]:
    """Return a decode of the first *window_s* seconds that gives what `draw_stills` does, a picture every *step_s*.

    Pictures that no other one needs are not decoded: half of the work, measured.
    """
    source = open_source(threads=THREADS, skip_frame="noref", t=f"{window_s:.3f}", **UNDECODED)
    spread = source["v:0"].filter("select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{step_s:.3f})")
    return _drawn(spread, look, EARLY_PATTERN)


def _drawn(video: Any, look: Look, pattern: str) -> list[str]:  # noqa: ANN401 - ffmpeg-python has no types
    # JPEG's colour range is asked for before the split, so that one scaler does both.
    drawn = shaped(video, look).filter("format", "yuvj420p")
    # HEVC keyframes without their neighbours may come out in the wrong order, which no writer of files takes.
    timed = drawn.filter("showinfo", checksum=0)
    frames = timed.filter("settb", "1/25").filter("setpts", "N").filter_multi_output("split", 2)
    options = {"vsync": 0, "r": 25, "frames:v": MAX_DECODED_STILLS, "threads": 1}
    stills = ffmpeg.output(
        frames[0],
        f"file:{OUTPUT}/{pattern}",
        format="image2",
        fflags="+bitexact",
        **{"q:v": _JPEG_QUALITY, **options},
    )
    grays = ffmpeg.output(
        frames[1].filter("scale", *gray_px(look), flags="area").filter("format", "gray"),
        "pipe:1",
        format="rawvideo",
        **options,
    )
    return compile_argv(ffmpeg.merge_outputs(stills, grays), level="info")


def draw_sprite(look: Look, *, columns: int, rows: int, names: tuple[str, str]) -> list[str]:
    """Return one decode of `/in/src`, all keyframes, into one picture of tiles as JPEG and WebP; times on stderr."""
    timed = shaped(open_source(threads=1, **UNDECODED)["v:0"], look).filter("showinfo", checksum=0)
    tiled = timed.filter("format", "yuvj420p").filter("tile", f"{columns}x{rows}").filter_multi_output("split", 2)
    options = {"vsync": 0, "frames:v": 1, "update": 1, "threads": 1, "format": "image2", "fflags": "+bitexact"}
    jpeg, webp = (f"file:{OUTPUT}/{name}" for name in names)
    drawn = ffmpeg.merge_outputs(
        ffmpeg.output(tiled[0], jpeg, **{"c:v": "mjpeg", "q:v": _JPEG_QUALITY, **options}),
        ffmpeg.output(tiled[1], webp, **_LIBWEBP, **options),
    )
    return compile_argv(drawn, level="info")


def draw_moment(look: Look, *, at_s: float, names: tuple[str, str]) -> list[str]:
    """Return a decode of the picture of `/in/src` that is shown at *at_s*, as JPEG and WebP."""
    drawn = shaped(open_source(threads=THREADS, ss=f"{at_s:.3f}", **UNDECODED)["v:0"], look)
    both = drawn.filter("format", "yuvj420p").filter_multi_output("split", 2)
    options = {"vsync": 0, "frames:v": 1, "update": 1, "threads": 1, "format": "image2", "fflags": "+bitexact"}
    jpeg, webp = (f"file:{OUTPUT}/{name}" for name in names)
    made = ffmpeg.merge_outputs(
        ffmpeg.output(both[0], jpeg, **{"c:v": "mjpeg", "q:v": _JPEG_QUALITY, **options}),
        ffmpeg.output(both[1], webp, **_LIBWEBP, **options),
    )
    return compile_argv(made)


def convert_stills(pattern: str, webp_pattern: str) -> list[str]:
    """Return a conversion of the JPEGs of ours in `/out` that are numbered from 1 as in *pattern*, to WebP."""
    stills = ffmpeg.input(
        f"file:{OUTPUT}/{pattern}",
        format="image2",
        pattern_type="sequence",
        start_number=1,
        protocol_whitelist="file",
        codec_whitelist="mjpeg",
        max_pixels=MAX_PIXELS,
    )
    options = {**_LIBWEBP, "map_metadata": -1, "vsync": 0, "threads": 1}
    webp = ffmpeg.output(stills["v:0"], f"file:{OUTPUT}/{webp_pattern}", format="image2", start_number=1, **options)
    return compile_argv(webp)
