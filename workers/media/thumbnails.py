"""The only place that makes still pictures of a clip, from nine keyframes however long it is.

Decoding all of a clip to find stills costs as much as playing it. Here keyframes spread over the clip are copied into a
tiny file, undecoded, and only those are decoded: 0.4 s of processor for any length, measured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import OutputWrong, ToolFailed, ToolTimedOut, VideoRefused
from workers.media import limits
from workers.media.commands import pictures
from workers.media.looks import look_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from intake.domain.facts import VideoFacts
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

MAX_KEYFRAMES: Final = 9
"""Keyframes that are decoded; each costs 0.03 s of processor in 1080p, measured."""

MAX_STILLS: Final = 6
MAX_SIDE_PX: Final = 1280

_DARK: Final = 24.0
_FLAT: Final = 8.0
"""Mean and deviation of the gray copy, of 255, below which a still shows nothing: a lens in a pocket, a blank wall."""

_POSTER_JPEG_QUALITY: Final = 3
_POSTER_WEBP_QUALITY: Final = 80


@dataclass(frozen=True, kw_only=True)
class Still:
    """A picture of the clip, and when in the clip it is."""

    path: Path
    at_s: float


@dataclass(frozen=True, kw_only=True)
class Posters:
    """The same picture in two formats, for browsers old and new."""

    jpeg: Path
    webp: Path


def take_stills(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None = None
) -> tuple[Still, ...]:
    """Make up to six upright JPEGs of the sender's file at *path* in *folder*, in the order of time.

    Raises:
        VideoRefused: No picture of it can be decoded.
        ToolTimedOut: The machine is too busy; this says nothing about the file.
        LeaseLost: *stop* was set.
    """
    try:
        return _take_stills(sandbox, path, facts, folder=folder, stop=stop)
    except ToolTimedOut:
        raise
    except ToolFailed as error:
        raise VideoRefused(CheckCode.DECODABLE, Reason.DAMAGED, measured=facts.video_codec) from error


def make_posters(sandbox: Sandbox, still: Path, *, folder: Path, stop: StopSignal | None = None) -> Posters:
    """Write *still*, one of `take_stills`, as `poster.jpg` and `poster.webp` into *folder*.

    Raises:
        ToolFailed: It is no JPEG of ours.
        LeaseLost: *stop* was set.
    """
    posters = Posters(jpeg=folder / "poster.jpg", webp=folder / "poster.webp")
    for poster, codec, quality in (
        (posters.jpeg, "mjpeg", _POSTER_JPEG_QUALITY),
        (posters.webp, "libwebp", _POSTER_WEBP_QUALITY),
    ):
        argv = pictures.convert_still(name=poster.name, codec=codec, quality=quality)
        sandbox.run(argv, source=still, output=folder, limits=limits.STILLS, stop=stop)
        if not poster.is_file() or not poster.stat().st_size:
            raise OutputWrong(f"{poster.name} was not written")
    return posters


def _take_stills(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None
) -> tuple[Still, ...]:
    step_s = max(facts.duration_s / MAX_KEYFRAMES, 0.01)
    sparse = folder / pictures.SPARSE_CLIP
    sandbox.run(
        pictures.copy_sparse_keyframes(step_s=step_s), source=path, output=folder, limits=limits.STILLS, stop=stop
    )
    # A still is not a moving picture: no frame may be dropped for its rate, nor mixed with its neighbour.
    look = replace(
        look_of(facts, max_long_px=MAX_SIDE_PX, max_short_px=MAX_SIDE_PX), max_frame_rate=None, is_interlaced=False
    )
    drawn = sandbox.run(pictures.draw_stills(look), source=sparse, output=folder, limits=limits.STILLS, stop=stop)
    sparse.unlink()
    stills = _drawn_stills(folder, drawn.stderr)
    grays = np.frombuffer(drawn.stdout, dtype=np.uint8).reshape(-1, pictures.GRAY_PX[0] * pictures.GRAY_PX[1])
    if not stills or len(stills) != len(grays):
        raise OutputWrong(f"{len(stills)} stills and {len(grays)} gray copies were drawn")
    order = sorted(range(len(stills)), key=lambda index: stills[index].at_s)
    chosen = [stills[order[place]] for place in choose(grays[order])]
    for still in set(stills) - set(chosen):
        still.path.unlink()
    return tuple(chosen)


def _drawn_stills(folder: Path, stderr: str) -> list[Still]:
    times = [float(text) for text in re.findall(r"\bpts_time:\s*(-?[\d.]+)", stderr)]
    paths = sorted(folder.glob(pictures.STILL_PATTERN.replace("%02d", "[0-9][0-9]")))
    if len(times) < len(paths):
        raise OutputWrong(f"{len(paths)} stills at {len(times)} moments were drawn")
    return [Still(path=path, at_s=round(max(at_s, 0.0), 3)) for path, at_s in zip(paths, times, strict=False)]


def choose(grays: NDArray[np.uint8]) -> Sequence[int]:
    """Return which of the pictures, a row of gray points each, to keep: spread in time, and none that shows nothing.

    Where all show nothing, they are all there is.
    """
    shows = np.flatnonzero((grays.mean(axis=1) >= _DARK) & (grays.std(axis=1) >= _FLAT))
    candidates = shows if shows.size else np.arange(len(grays))
    places = np.linspace(0, candidates.size - 1, num=min(MAX_STILLS, candidates.size)).round().astype(int)
    return [int(index) for index in candidates[places]]
