"""Commands for the sound alone."""

from __future__ import annotations

from typing import Final

import ffmpeg

from workers.media.commands.reading import compile_argv, open_source
from workers.media.commands.writing import AAC, CLEAN_MP4, LAYOUTS, WHOLE_SOUND
from workers.media.sandbox import OUTPUT

LIMITER_CEILING_DBTP: Final = -1.8
"""Where the limiter holds: 0.3 dB below the target, for what the coder adds. Source: measured on seven voices."""


def measure_sound(*, track: int, sample_rate_hz: int, layout: str) -> list[str]:
    """Return one decode of sound track *track*: EBU R128 summary on stderr, samples as 32-bit floats on stdout."""
    # There is no `framelog=quiet` in ffmpeg 5.1; `verbose` is one level below what is printed. Its own true peak costs
    # as much as all else here: we look for that ourselves, where it can be. The meter hands on what it is given.
    metered = open_source(vn=None, threads=1)[f"a:{track}"].filter("ebur128", dualmono="true", framelog="verbose")
    samples = metered.filter("aformat", sample_rates=sample_rate_hz, channel_layouts=layout, sample_fmts="flt")
    # Written in large pieces: one for each AAC frame made waking us cost more than measuring.
    return compile_argv(ffmpeg.output(samples, "pipe:1", format="f32le", flush_packets=0), level="info")


def decode_voice(*, track: int, sample_rate_hz: int) -> list[str]:
    """Return one decode of sound track *track* as one channel of 32-bit floats on stdout."""
    voice = open_source(vn=None, threads=1)[f"a:{track}"].filter(
        "aformat", sample_rates=sample_rate_hz, channel_layouts="mono", sample_fmts="flt"
    )
    return compile_argv(ffmpeg.output(voice, "pipe:1", format="f32le", flush_packets=0))


def level_sound(name: str, *, gain_db: float, ceiling_dbtp: float) -> list[str]:
    """Return an encode of the sound alone, *gain_db* louder and held below *ceiling_dbtp*."""
    # Four times the rate makes the limiter see peaks between samples; the default coder overshoots by up to 3.5 dB.
    levelled = (
        open_source(vn=None)["a:0"]
        .filter("volume", f"{gain_db:.2f}dB")
        .filter("aresample", 192_000, **WHOLE_SOUND)
        .filter("alimiter", limit=f"{10 ** (ceiling_dbtp / 20):.4f}", attack=5, release=50, level="false")
        .filter("aformat", sample_rates=48_000, channel_layouts=LAYOUTS)
    )
    return compile_argv(ffmpeg.output(levelled, f"file:{OUTPUT}/{name}", **AAC, **CLEAN_MP4))
