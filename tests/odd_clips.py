"""Clips that browsers do not play, or only just: some phone, camera or editor writes each. Three seconds each."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING, Final

from tests.media_factory import SENTENCE

if TYPE_CHECKING:
    from pathlib import Path

DURATION_S: Final = 3

_X264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
_X265: Final = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1")
_AAC: Final = ("-c:a", "aac", "-b:a", "96k", "-ar", "48000")
_AMR_FRAME: Final = 31
"""Bytes of a frame of AMR at 12.2 kbit/s, of which there are fifty a second. Source: RFC 4867, section 5."""

_LC_AT_24_KHZ: Final = bytes.fromhex("130856e500")
_HE_AT_48_KHZ: Final = bytes.fromhex("130856e598")
"""What a decoder is told of AAC at 24 kHz: that nothing is above 12 kHz, and that spectral band replication makes it.

Source: ISO/IEC 14496-3, AudioSpecificConfig with the backward compatible sync extension.
"""


def mpeg4_with_odd_sides(folder: Path) -> Path:
    return _clip(folder / "mpeg4.mp4", size="351x201", codec=("-c:v", "mpeg4", "-q:v", "4", *_AAC))


def half_colour(folder: Path) -> Path:
    return _clip(folder / "422.mp4", codec=(*_X264, "-pix_fmt", "yuv422p", *_AAC))


def ten_bits(folder: Path) -> Path:
    return _clip(folder / "ten-bits.mp4", codec=(*_X264, "-pix_fmt", "yuv420p10le", *_AAC))


def hevc_in_ten_bits(folder: Path) -> Path:
    return _clip(folder / "hevc10.mov", codec=(*_X265, "-pix_fmt", "yuv420p10le", *_AAC))


def interlaced(folder: Path) -> Path:
    codec = (*_X264, "-pix_fmt", "yuv420p", "-x264opts", "tff=1", "-flags", "+ildct+ilme", *_AAC)
    return _clip(folder / "interlaced.mp4", codec=codec)


def opus(folder: Path) -> Path:
    return _clip(folder / "opus.mp4", codec=(*_X264, "-pix_fmt", "yuv420p", "-c:a", "libopus", "-b:a", "48k"))


def pcm_little(folder: Path) -> Path:
    return _clip(folder / "sowt.mov", codec=(*_X264, "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"))


def pcm_big(folder: Path) -> Path:
    return _clip(folder / "twos.mov", codec=(*_X264, "-pix_fmt", "yuv420p", "-c:a", "pcm_s16be"))


def alac(folder: Path) -> Path:
    return _clip(folder / "alac.mov", codec=(*_X264, "-pix_fmt", "yuv420p", "-c:a", "alac"))


def he_aac(folder: Path) -> Path:
    """Debian's ffmpeg writes none: a decoder is told that there is spectral band replication, and finds it empty."""
    codec = (*_X264, "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "48k", "-ar", "24000", "-ac", "1")
    out = _clip(folder / "he-aac.mp4", codec=codec)
    content = out.read_bytes()
    assert content.count(_LC_AT_24_KHZ) == 1
    out.write_bytes(content.replace(_LC_AT_24_KHZ, _HE_AT_48_KHZ))
    return out


def amr(folder: Path) -> Path:
    """Noise, as Debian's ffmpeg writes no AMR: any bits are sound to it."""
    chance = random.Random(2030)
    frames = (bytes([7 << 3 | 4]) + chance.randbytes(_AMR_FRAME) for _ in range(50 * DURATION_S))
    voice = folder / "voice.amr"
    voice.write_bytes(b"#!AMR\n" + b"".join(frames))
    return _clip(folder / "amr.3gp", sound=("-i", voice), codec=(*_X264, "-pix_fmt", "yuv420p", "-c:a", "copy"))


def two_sound_tracks(folder: Path) -> Path:
    """A silent track first, the voice second, as some editors export."""
    out = folder / "two-tracks.mp4"
    inputs = ("-f", "lavfi", "-i", "anullsrc=r=44100", *_speech(folder))
    maps = ("-map", "0:v", "-map", "1:a", "-map", "2:a")
    _ffmpeg(*_picture("320x240"), *inputs, *maps, "-t", DURATION_S, *_X264, "-pix_fmt", "yuv420p", *_AAC, out)
    return out


def _clip(
    out: Path, *, size: str = "320x240", sound: tuple[str | Path, ...] = (), codec: tuple[str | Path, ...]
) -> Path:
    voice = sound or _speech(out.parent)
    _ffmpeg(*_picture(size), *voice, "-map", "0:v", "-map", "1:a", "-t", DURATION_S, *codec, out)
    return out


def _picture(size: str) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc=size={size}:rate=25:duration={DURATION_S}")


def _speech(folder: Path) -> tuple[str | Path, ...]:
    path = folder / "odd-speech.wav"
    if not path.is_file():
        subprocess.run(["espeak-ng", "-v", "it", "-s", "130", "-w", path, SENTENCE], check=True)
    return ("-i", path)


def _ffmpeg(*argv: str | Path | float) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, argv)], check=True)
