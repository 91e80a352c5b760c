"""The only place for what each tool may take. Every figure has its reason; the sandbox enforces them."""

from __future__ import annotations

from typing import Final

from workers.media.sandbox import Limits

_MEBIBYTE: Final = 1024 * 1024
_GIBIBYTE: Final = 1024 * _MEBIBYTE

MAX_PIXELS: Final = 4096 * 3072
"""Pixels of one picture that a decoder may be asked for: 4K in 4:3, the largest a call may allow.

A 16,000 × 16,000 picture in a file of 0.7 MB took 0.8 GB in ffprobe alone, measured.
"""

MAX_STREAMS: Final = 16
"""Tracks a file may have. An iPhone of 2025 writes eight: picture, sound and six of metadata."""

MAX_ONE_ALLOCATION_BYTES: Final = 256 * _MEBIBYTE
"""One block of memory for ffmpeg. Frames of the size above take 38 MB in 10 bits."""

PROBE: Final = Limits(timeout_s=20, cpu_s=5, memory_bytes=512 * _MEBIBYTE, output_bytes=_MEBIBYTE)
"""ffprobe takes 0.1 s and 60 MB for any phone's clip, measured. Only processor time is the file's fault."""

SOUND: Final = Limits(timeout_s=120, cpu_s=60, memory_bytes=_GIBIBYTE, output_bytes=64 * _MEBIBYTE)
"""One decode of the sound takes 0.3 s of processor a minute, measured; reading the file may wait for a slow disk."""

CLEANING: Final = Limits(timeout_s=600, cpu_s=240, memory_bytes=2 * _GIBIBYTE, output_bytes=512 * _MEBIBYTE)
"""Taking the noise out of a minute takes 2.5 s of processor, measured, and 23 MB of samples, before and after."""

STILLS: Final = Limits(timeout_s=120, cpu_s=60, memory_bytes=2 * _GIBIBYTE, output_bytes=256 * _MEBIBYTE)
"""Seven keyframes take 0.3 s in 1080p, measured; HDR in 4K several times that, and its frames much address space."""

MAX_COPY_BYTES: Final = 4 * _GIBIBYTE
"""A copied file is as large as its source; calls allow far less."""


def copying() -> Limits:
    """Return what a remux may take: 0.5 s of processor a gigabyte, measured, the rest is the disk's."""
    return Limits(timeout_s=300, cpu_s=60, memory_bytes=_GIBIBYTE, output_bytes=MAX_COPY_BYTES)


def encoding(duration_s: float) -> Limits:
    """Return what an encode of *duration_s* seconds of video may take.

    A second of 1080p costs 0.9 s of processor, of HDR 2.3 s, measured; a picture of 4K has four times the pixels to
    decode. Half an hour at most: a clip that needs more is for people to look at.
    """
    timeout_s = min(60 + 6 * duration_s, 1800)
    return Limits(
        timeout_s=timeout_s,
        cpu_s=int(4 * timeout_s),
        memory_bytes=3 * _GIBIBYTE,
        output_bytes=_GIBIBYTE,
    )
