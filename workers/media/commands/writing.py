"""Commands that write a rendition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ffmpeg

from workers.media.commands.reading import HARDENED, THREADS, UNDECODED, compile_argv, open_source
from workers.media.commands.shaping import shaped
from workers.media.sandbox import OUTPUT

if TYPE_CHECKING:
    from workers.media.commands.shaping import Look

_COPY_VIDEO: Final = {"c:v": "copy"}

_X264: Final = {
    "c:v": "libx264",
    "profile:v": "high",
    "pix_fmt": "yuv420p",
    # The knee of the curve: the next faster one saves 12 % of the work for a file 2.5 times as large, measured.
    "preset": "veryfast",
    "crf": 23,
    # With one second's buffer of it, even ten seconds average below 6 Mbit/s: publication can copy what review encoded.
    "maxrate": "5400k",
    "bufsize": "5400k",
    "g": 60,
    "threads": THREADS,
    "vsync": "vfr",
}

AAC: Final = {"c:a": "aac", "aac_coder": "fast", "b:a": "128k", "ar": 48_000}

LAYOUTS: Final = "mono|stereo"
"""More channels are mixed down: visitors have two ears, and one coder's setting serves all."""

CLEAN_MP4: Final = {
    "format": "mp4",
    "map_metadata": -1,
    "map_chapters": -1,
    "movflags": "+faststart",
    "fflags": "+bitexact",
}
"""Copying streams alone keeps a phone's location and model; these options drop every tag."""


def remux(name: str) -> list[str]:
    """Return a copy of picture and sound alone into `/out/name`, made to be played while it loads."""
    source = open_source(**UNDECODED)
    return compile_argv(ffmpeg.output(source["v:0"], source["a:0"], f"file:{OUTPUT}/{name}", c="copy", **CLEAN_MP4))


def encode(name: str, look: Look | None, *, copies_sound: bool) -> list[str]:
    """Return an encode to `/out/name`: the picture as *look* says, copied without one; the sound to AAC, or copied."""
    source = open_source(threads=THREADS)
    video = source["v:0"] if look is None else shaped(source["v:0"], look)
    options = {
        **(_COPY_VIDEO if look is None else _X264),
        **({"c:a": "copy"} if copies_sound else {**AAC, "af": f"aformat=channel_layouts={LAYOUTS}"}),
        **CLEAN_MP4,
    }
    return compile_argv(ffmpeg.output(video, source["a:0"], f"file:{OUTPUT}/{name}", **options))


def join(name: str, *, sound_name: str, look: Look | None) -> list[str]:
    """Return the picture of `/in/src`, copied without a *look*, with the sound of `/out/sound_name`, as `/out/name`."""
    source = open_source(threads=THREADS)
    sound = ffmpeg.input(f"file:{OUTPUT}/{sound_name}", **HARDENED)
    video = source["v:0"] if look is None else shaped(source["v:0"], look)
    options = {**(_COPY_VIDEO if look is None else _X264), "c:a": "copy", **CLEAN_MP4}
    return compile_argv(ffmpeg.output(video, sound["a:0"], f"file:{OUTPUT}/{name}", **options))
