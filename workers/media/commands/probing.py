"""Commands that only say what a file holds."""

from __future__ import annotations

from typing import Final

from workers.media.commands.reading import HARDENED, SOURCE_URL, as_options
from workers.media.limits import MAX_PIXELS

FIRST_PACKETS: Final = 64
"""Enough to meet the first picture: a recorder that writes a second of sound before it writes 47 packets of that."""

_PAST_ANY_END: Final = "999999%"
"""An interval from here begins at the last keyframe there is."""


def probe() -> list[str]:
    """Return a command that describes `/in/src` as JSON on stdout, with some of its packets.

    The first `FIRST_PACKETS` say what it hides before its beginning; all from the last keyframe on, which follow in the
    same list, say what the index only promises. They cost 0.01 s of processor, measured.
    """
    # ffmpeg-python's own probe runs the program and takes no deadline, so this one is written out.
    return [
        *("ffprobe", "-v", "error", "-hide_banner"),
        *as_options(HARDENED),
        *("-probesize", "10M", "-analyzeduration", "10M", "-max_pixels", str(MAX_PIXELS), "-threads", "1"),
        *("-show_format", "-show_streams", "-show_entries", "packet=stream_index,pts_time,duration_time,flags"),
        *("-read_intervals", f"%+#{FIRST_PACKETS},{_PAST_ANY_END}", "-of", "json=compact=1", SOURCE_URL),
    ]


def list_packets(stream: str) -> list[str]:
    """Return a command that writes JSON with every packet of *stream* (`v:0` or `a:0`)."""
    return [
        *("ffprobe", "-v", "error", "-hide_banner"),
        *as_options(HARDENED),
        *("-max_pixels", str(MAX_PIXELS), "-select_streams", stream),
        *("-show_entries", "packet=stream_index,pts_time,duration_time,flags", "-of", "json=compact=1", SOURCE_URL),
    ]
