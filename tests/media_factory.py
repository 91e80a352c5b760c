"""Clips as phones, browsers and editors make them, generated: no test needs a recording of a person.

Each function writes one file, small and short, and returns its path. Sound is Italian speech by espeak-ng.
"""

from __future__ import annotations

import os
import random
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

BuildClip = Callable[[Path], Path]
"""A function of this module: the folder in, the clip out."""

MakeClip = Callable[[BuildClip], Path]
"""Makes each clip once; see the fixture `clip`."""

SHARED_MEDIA: Final = Path(os.environ.get("SHARED_MEDIA") or Path(__file__).parents[2] / "shared" / "media")
"""Real clips nobody here made; the tests that use them skip where the folder is not there."""

SENTENCE: Final = "Buongiorno, sono Anna Rossi. Il mio laboratorio porta nuove idee a Pistoia. Coraggio a tutti."
LOCATION: Final = "+43.9330+010.9170/"

_PICTURE: Final = "testsrc2=size={size}:rate={rate}:duration={duration_s}"
_X264: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_SMALL: Final = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "10", "-c:a", "aac")
_AAC: Final = ("-c:a", "aac", "-b:a", "96k", "-ar", "48000")


def a_landscape_clip(folder: Path, *, duration_s: float = 12, size: str = "640x360", rate: int = 25) -> Path:
    """An ordinary clip with a location, as a phone writes it: index at the end."""
    return _clip(
        folder / "landscape.mp4",
        duration_s=duration_s,
        picture=_picture(size, rate, duration_s),
        codec=(*_X264, "-g", str(rate), *_AAC),
        container=("-metadata", f"location={LOCATION}", "-metadata", "title=Anna"),
    )


def a_portrait_clip(folder: Path) -> Path:
    """Stored lying, turned upright by the display matrix; its left half, so the upper half upright, is white."""
    lying = _clip(
        folder / "lying.mp4",
        picture="color=black:size=320x240:rate=25:duration=11,drawbox=w=iw/2:h=ih:color=white:t=fill,noise=alls=30",
        codec=(*_X264, "-g", "25", *_AAC),
    )
    turned = folder / "portrait.mp4"
    _ffmpeg("-i", lying, "-c", "copy", "-metadata:s:v:0", "rotate=270", turned)
    return turned


def a_trimmed_clip(folder: Path) -> Path:
    """Cut on the phone: half a second before its beginning is still in the file, passed over by an edit list."""
    whole = _clip(folder / "untrimmed.mp4", duration_s=13)
    trimmed = folder / "trimmed.mp4"
    _ffmpeg("-ss", "1.5", "-i", whole, "-c", "copy", trimmed)
    return trimmed


def an_hevc_clip(folder: Path) -> Path:
    """HEVC with open groups of pictures, as newer phones record it."""
    codec = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "keyint=25:log-level=error", "-tag:v", "hvc1")
    return _clip(folder / "hevc.mov", picture=_picture("320x240", 25, 11), codec=(*codec, *_AAC))


def a_long_foreign_clip(folder: Path) -> Path:
    """In MPEG-4's older codec, which no browser plays: quick to make, and for some seconds work to encode."""
    picture, codec = _picture("1280x720", 25, 20), ("-c:v", "mpeg4", "-q:v", "4", "-g", "25", *_AAC)
    return _clip(folder / "foreign.mp4", duration_s=20, picture=picture, codec=codec)


def an_hdr_clip(folder: Path) -> Path:
    """HEVC in ten bits with HLG, an iPhone's own setting."""
    colours = "colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
    codec = (
        *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"),
        *("-x265-params", f"keyint=25:log-level=error:{colours}", "-color_primaries", "bt2020"),
        *("-color_trc", "arib-std-b67", "-colorspace", "bt2020nc"),
    )
    return _clip(folder / "hdr.mov", duration_s=3, picture=_picture("320x240", 25, 3), codec=(*codec, *_AAC))


def a_silent_clip(folder: Path) -> Path:
    """A sound track of digital silence."""
    return _clip(folder / "silent.mp4", sound="volume=0")


def a_clipped_clip(folder: Path) -> Path:
    """Speech far too loud for the recorder."""
    return _clip(folder / "clipped.mp4", sound="volume=30dB,alimiter=level=false:limit=1")


def a_quiet_clip(folder: Path) -> Path:
    """Speech from the other end of the room: 13 dB below what a phone records at arm's length."""
    return _clip(folder / "quiet.mp4", sound="volume=-13dB")


def a_noisy_clip(folder: Path) -> Path:
    """Speech beside a road."""
    road = "anoisesrc=color=pink:amplitude=0.05:seed=1:sample_rate=48000[n];[s][n]amix=inputs=2:normalize=0"
    return _clip(folder / "noisy.mp4", sound=f"volume=-10dB[s];{road}")


def a_one_sided_clip(folder: Path) -> Path:
    """Stereo whose right channel is dead."""
    return _clip(folder / "one-sided.mp4", sound="pan=stereo|c0=c0|c1=0*c0")


def a_one_keyframe_clip(folder: Path) -> Path:
    """Edited and written again: the only keyframe is the first picture."""
    return _clip(folder / "one-keyframe.mp4", codec=(*_X264, "-g", "9999", *_AAC))


def a_reordered_clip(folder: Path) -> Path:
    """As editors write it: pictures stored in another order than they are shown in."""
    codec = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-pix_fmt", "yuv420p", "-g", "25", *_AAC)
    return _clip(folder / "reordered.mp4", duration_s=12, codec=codec, picture=_picture("320x240", 25, 12))


def a_variable_rate_clip(folder: Path) -> Path:
    """Frames missing at irregular moments, as in a dim room."""
    picture = f"{_picture('320x240', 30, 11)},select='not(lt(mod(n,11),2)*lt(mod(n,97),60))'"
    return _clip(folder / "variable.mp4", picture=picture, codec=(*_X264, "-g", "30", "-vsync", "vfr", *_AAC))


def a_fragmented_clip(folder: Path) -> Path:
    """As a browser's recorder writes it: in fragments, with Opus, without a length in its header."""
    return _clip(
        folder / "fragmented.mp4",
        codec=(*_X264, "-g", "25", "-c:a", "libopus", "-b:a", "64k"),
        container=("-movflags", "frag_keyframe+empty_moov+default_base_moof"),
    )


def a_wide_pixel_clip(folder: Path) -> Path:
    """Pixels that are four thirds as wide as high."""
    return _clip(folder / "wide-pixels.mp4", picture=f"{_picture('320x240', 25, 11)},setsar=4/3")


def a_black_clip(folder: Path) -> Path:
    """A hand over the lens: the noise of the sensor and nothing else."""
    return _clip(folder / "black.mp4", picture="color=0x060606:size=320x240:rate=25:duration=11,noise=alls=6:allf=t")


def a_frozen_clip(folder: Path) -> Path:
    """A single picture under a voice."""
    return _clip(folder / "frozen.mp4", picture=f"{_picture('320x240', 25, 11)},loop=loop=-1:size=1")


def a_talking_head_clip(folder: Path) -> Path:
    """Somebody far away on a tripod's clip, of whom nothing moves but the mouth."""
    room = f"{_picture('640x360', 25, 11)},loop=loop=-1:size=1,noise=alls=4:allf=t"
    mouth = "drawbox=x=312:y=190:w=14:h=8:color=0x402020:t=fill:enable='lt(mod(n,13),6)'"
    return _clip(folder / "talking-head.mp4", picture=f"{room},{mouth}")


def an_interlaced_clip(folder: Path) -> Path:
    """As an old camcorder records it: two halves, one after the other."""
    return _clip(
        folder / "interlaced.mp4",
        picture=f"{_picture('720x576', 50, 11)},interlace,setsar=16/15",
        codec=(*_X264, "-g", "25", "-flags", "+ildct+ilme", "-x264-params", "tff=1", *_AAC),
    )


def a_mirrored_clip(folder: Path) -> Path:
    """Stored as a mirror shows it, to be turned by its matrix."""
    return _with_matrix(folder / "mirrored.mp4", (-0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))


def a_clip_with_an_empty_matrix(folder: Path) -> Path:
    """A matrix of zeros, which is no turn at all."""
    return _with_matrix(folder / "empty-matrix.mp4", (0,) * 9)


def a_clip_whose_picture_stops(folder: Path) -> Path:
    """Four seconds of picture under twelve of sound."""
    return _clip(folder / "stops.mp4", duration_s=12, picture=_picture("320x240", 25, 4))


def a_streamable_clip(folder: Path) -> Path:
    """Its index comes first: cut off, it still opens."""
    return _clip(folder / "streamable.mp4", duration_s=14, container=("-movflags", "+faststart"))


def a_clip_without_sound(folder: Path) -> Path:
    """No sound track at all."""
    out = folder / "mute.mp4"
    _ffmpeg("-f", "lavfi", "-i", _picture("320x240", 25, 11), *_X264, out)
    return out


def a_clip_without_picture(folder: Path) -> Path:
    """A voice memo under the name of a clip."""
    out = folder / "memo.mp4"
    _ffmpeg("-f", "lavfi", "-i", "sine=duration=11", *_AAC, out)
    return out


def a_short_clip(folder: Path) -> Path:
    """Three seconds."""
    return _clip(folder / "short.mp4", duration_s=3)


def a_brief_clip(folder: Path) -> Path:
    """Four seconds and a half, of which there is something to cut off."""
    return _clip(folder / "brief.mp4", duration_s=4.5)


def a_heavy_clip(folder: Path) -> Path:
    """A good clip of about 28 MB, as phones make them: six parts of an upload. Most of it is padding players skip."""
    heavy = folder / "heavy.mp4"
    return _padded(a_portrait_clip(folder), heavy, size_bytes=28_000_000, seed=1)


def another_heavy_clip(folder: Path) -> Path:
    """As heavy to the byte, and another: what an iPhone makes of a clip when it is chosen again."""
    return _padded(a_portrait_clip(folder), folder / "heavy-again.mp4", size_bytes=28_000_000, seed=2)


def _padded(clip: Path, out: Path, *, size_bytes: int, seed: int) -> Path:
    content = clip.read_bytes()
    padding = random.Random(seed).randbytes(size_bytes - len(content) - 8)
    out.write_bytes(content + struct.pack(">I4s", len(padding) + 8, b"free") + padding)
    return out


def _with_matrix(out: Path, matrix: tuple[int, ...]) -> Path:
    """Write a short clip whose picture is shown through *matrix*, as in ISO/IEC 14496-12, 8.3.2."""
    content = bytearray(a_short_clip(out.parent).read_bytes())
    # Version and flags, two times, track, a reserved word, length, two reserved words, layer to volume, a reserved one.
    struct.pack_into(">9i", content, content.index(b"tkhd") + 4 + 40, *matrix)
    out.write_bytes(content)
    return out


def a_small_clip(folder: Path) -> Path:
    """A few seconds, stamp-sized: what is looked at hundreds of times must be cheap to look at."""
    return _clip(folder / "small.mp4", duration_s=3, picture=_picture("320x240", 10, 3), codec=_SMALL)


def a_small_portrait_clip(folder: Path) -> Path:
    """The same from a phone held upright: turned by its matrix, index first, in QuickTime's clothes."""
    turned = folder / "small.mov"
    turning = ("-metadata:s:v:0", "rotate=270", "-metadata", f"location={LOCATION}", "-movflags", "+faststart")
    _ffmpeg("-i", a_small_clip(folder), "-c", "copy", *turning, turned)
    return turned


def a_small_fragmented_clip(folder: Path) -> Path:
    """The same as a browser writes it, in fragments."""
    fragmented = folder / "small-fragmented.mp4"
    flags = ("-movflags", "frag_keyframe+empty_moov+default_base_moof")
    _ffmpeg("-i", a_small_clip(folder), "-c", "copy", *flags, fragmented)
    return fragmented


def _picture(size: str, rate: int, duration_s: float) -> str:
    return _PICTURE.format(size=size, rate=rate, duration_s=duration_s)


def _clip(
    out: Path,
    *,
    duration_s: float = 11,
    picture: str = "",
    sound: str = "anull",
    codec: tuple[str, ...] = (*_X264, "-g", "25", *_AAC),
    container: tuple[str, ...] = (),
) -> Path:
    speech = _speech(out.parent)
    _ffmpeg(
        *("-f", "lavfi", "-i", picture or _picture("320x240", 25, duration_s), "-i", speech),
        *("-filter_complex", f"[1:a]aresample=48000,apad,{sound}[a]", "-map", "0:v", "-map", "[a]"),
        *("-t", str(duration_s), *codec, *container, out),
    )
    return out


def _speech(folder: Path) -> Path:
    path = folder / "speech.wav"
    if not path.is_file():
        subprocess.run(["espeak-ng", "-v", "it", "-s", "130", "-a", "60", "-w", path, SENTENCE], check=True)
    return path


def _ffmpeg(*argv: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *argv], check=True)
