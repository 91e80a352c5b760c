"""Commands that only say what a file holds."""

from __future__ import annotations

from workers.media.commands.reading import HARDENED, SOURCE_URL, as_options
from workers.media.limits import MAX_PIXELS


def probe() -> list[str]:
    """Return a command that describes `/in/src` as JSON on stdout."""
    # ffmpeg-python's own probe runs the program and takes no deadline, so this one is written out.
    return [
        *("ffprobe", "-v", "error", "-hide_banner"),
        *as_options(HARDENED),
        *("-probesize", "10M", "-analyzeduration", "10M", "-max_pixels", str(MAX_PIXELS), "-threads", "1"),
        *("-show_format", "-show_streams", "-of", "json", SOURCE_URL),
    ]


def list_packets(stream: str) -> list[str]:
    """Return a command that writes a line `pts_time,duration_time` for each packet of *stream* (`v:0` or `a:0`)."""
    return [
        *("ffprobe", "-v", "error", "-hide_banner"),
        *as_options(HARDENED),
        *("-max_pixels", str(MAX_PIXELS), "-select_streams", stream),
        *("-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", SOURCE_URL),
    ]
