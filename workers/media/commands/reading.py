"""How a file is opened: as what it must be, and nothing else. Every command starts here."""

from __future__ import annotations

from typing import Any, Final

import ffmpeg

from workers.media.limits import MAX_ONE_ALLOCATION_BYTES, MAX_PIXELS, MAX_STREAMS
from workers.media.sandbox import SOURCE

SOURCE_URL: Final = f"file:{SOURCE}"

_DECODERS: Final = "h264,hevc,mpeg4,aac,aac_latm,mp3,mp3float,opus,libopus,alac,pcm_s16le,pcm_s16be,amrnb,amrwb"
"""What may decode a sender's file. Without this list a MagicYUV stream in an .mp4 reaches its broken decoder."""

HARDENED: Final = {
    "protocol_whitelist": "file",
    # Detection would open a playlist under the name of a clip, and with it another sender's file.
    "format": "mov",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2",
    "codec_whitelist": _DECODERS,
    "enable_drefs": 0,
    "use_absolute_path": 0,
    "max_streams": MAX_STREAMS,
}

UNDECODED: Final = {"probesize": 32, "analyzeduration": 0}
"""For what is copied, or was by us: the container has said enough, and looking further means decoding pictures."""

THREADS: Final = 2
"""A worker has a small machine, and more threads mean more frames in memory."""


def open_source(**options: Any) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Return `/in/src` as an input of ffmpeg-python, hardened."""
    return ffmpeg.input(SOURCE_URL, **HARDENED, max_pixels=MAX_PIXELS, max_alloc=MAX_ONE_ALLOCATION_BYTES, **options)


def compile_argv(
    output: Any,  # noqa: ANN401 - as above
    *,
    level: str = "error",
    tells_progress: bool = False,
) -> list[str]:
    """Return the argument list of *output*, saying what is at least of *level*; on stdout how far it is, if asked."""
    # A thread a core would cost a large machine more address space than the sandbox gives.
    modest = ("-nostdin", "-hide_banner", "-nostats", "-loglevel", level, "-filter_complex_threads", THREADS)
    progress = ("-progress", "pipe:1", "-stats_period", "0.5") if tells_progress else ()
    return [str(word) for word in output.global_args(*modest, *progress).overwrite_output().compile()]


def as_options(options: dict[str, Any]) -> list[str]:
    """Return ffmpeg-python's *options* as arguments, for programs it does not know."""
    names = {"format": "f"}
    return [word for name, value in options.items() for word in (f"-{names.get(name, name)}", str(value))]
