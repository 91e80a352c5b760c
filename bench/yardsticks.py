"""What ours is held against: the least anybody can do, one plain decode, and what is done without thinking."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from bench.clips import Codec

if TYPE_CHECKING:
    from pathlib import Path

FLOOR_KEYFRAMES: Final = 25
_FRAMES_PER_S: Final = 30
_STILLS: Final = 6


def run(*argv: str | Path) -> None:
    """Run a program; what it says is not looked at.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def decode(clip: Path) -> None:
    """Decode picture and sound once: the least that any transcoding does."""
    run("ffmpeg", "-i", clip, "-f", "null", "-")


def decode_sound(clip: Path) -> None:
    """Decode the sound alone: the least that any judging of it does."""
    run("ffmpeg", "-vn", "-i", clip, "-f", "null", "-")


def floor(clip: Path, keyframes: Path) -> None:
    """Read the file, decode its sound, decode 25 keyframes: nothing that knows picture and sound can do with less."""
    run("cat", clip)
    decode_sound(clip)
    run("ffmpeg", "-i", keyframes, "-frames:v", str(FLOOR_KEYFRAMES), "-f", "null", "-")


def keyframes_of(clip: Path, folder: Path, *, duration_s: int) -> Path:
    """Copy keyframes spread over a clip of one a second, at least as many as the floor decodes where it has them."""
    out = folder / f"keyframes-{clip.name}"
    every = max(duration_s // FLOOR_KEYFRAMES, 1) * _FRAMES_PER_S
    drop = f"noise=drop='not(key)+mod(n\\,{every})'"
    run("ffmpeg", "-y", "-i", clip, "-map", "0:v:0", "-c", "copy", "-bsf:v", drop, "-f", "mp4", out)
    return out


def naive(clip: Path, folder: Path, *, codec: Codec, duration_s: int) -> None:
    """Ask each question with a process of its own, as tutorials show it; none is told to leave the picture alone.

    The same answers as ours: hash, probe, loudness with true peak, silence, statistics of the samples, six stills, and
    a copy that browsers play, encoded with the encoder's own defaults where the picture is HEVC.
    """
    run("sha256sum", clip)
    run("ffprobe", "-show_format", "-show_streams", "-of", "json", clip)
    for question in ("ebur128=peak=true", "silencedetect=n=-50dB:d=0.5", "astats"):
        run("ffmpeg", "-i", clip, "-af", question, "-f", "null", "-")
    for number in range(_STILLS):
        at_s = str(duration_s * (number + 0.5) / _STILLS)
        run("ffmpeg", "-y", "-ss", at_s, "-i", clip, "-frames:v", "1", folder / f"still-{number}.jpg")
    video = ("-c", "copy") if codec is Codec.H264 else ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "copy")
    run("ffmpeg", "-y", "-i", clip, *video, "-movflags", "+faststart", folder / "review.mp4")
