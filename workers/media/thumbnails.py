"""The only place that makes stills of a clip and says what they show, from seven keyframes however long it is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import OutputWrong, ToolFailed, ToolTimedOut, VideoRefused
from intake.domain.facts import PictureLevels
from workers.media import limits
from workers.media.commands import pictures
from workers.media.keyframes import copy_keyframes, read_moments
from workers.media.looks import look_of
from workers.media.scoring import brightness, choose, greatest_change, scores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from intake.domain.facts import VideoFacts
    from workers.media.commands.shaping import Look
    from workers.media.keyframes import SparseClip
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

MAX_KEYFRAMES: Final = 7
"""Keyframes that are decoded, each for 0.03 s of processor in 1080p, measured: six parts of the clip, and its last."""

MAX_SIDE_PX: Final = 1280

FEW_KEYFRAMES: Final = 3
"""With fewer there is nothing to choose from, and the beginning of the clip is decoded as well."""

_EARLY_PIXELS: Final = 300 * 1920 * 1080
"""What may be decoded of such a clip: ten seconds of 1080p30, half of the work left out, cost 4 s of processor."""

_WHITE: Final = 255
_MOMENT_TOLERANCE_S: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Still:
    """A picture of the clip, and when in the clip it is."""

    path: Path
    at_s: float


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What was drawn of a clip.

    Attributes:
        stills: At most six, in the order of time.
        best: Which of them would stand best for the clip, from 0.
        levels: What all that were drawn show.
    """

    stills: tuple[Still, ...]
    best: int
    levels: PictureLevels


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    stills: tuple[Still, ...]
    grays: NDArray[np.uint8]


def take_stills(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None = None
) -> Pictures:
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


def draw_moment(  # noqa: PLR0913 - a file, a moment of it, and where it goes
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, at_s: float, folder: Path, stop: StopSignal | None = None
) -> tuple[Path, Path]:
    """Draw the upright picture of *path* that is shown at *at_s*, in seconds, as JPEG and WebP into *folder*.

    Raises:
        ToolFailed: No picture of it can be decoded.
        LeaseLost: *stop* was set.
    """
    names = ("moment.jpg", "moment.webp")
    argv = pictures.draw_moment(_still_look(facts), at_s=at_s, names=names)
    sandbox.run(argv, source=path, output=folder, limits=limits.STILLS, stop=stop)
    jpeg, webp = (folder / name for name in names)
    if not (jpeg.is_file() and webp.is_file()):
        raise OutputWrong(f"no picture at {at_s} s")
    return jpeg, webp


def make_webps(sandbox: Sandbox, stills: Sequence[Path], *, folder: Path, stop: StopSignal | None = None) -> list[Path]:
    """Write each of *stills*, JPEGs of `take_stills`, as WebP of the same name into *folder*, which is empty.

    Raises:
        ToolFailed: They are no JPEGs of ours.
        LeaseLost: *stop* was set.
    """
    for number, still in enumerate(stills, start=1):
        shutil.copyfile(still, folder / f"{number}.jpg")
    argv = pictures.convert_stills("%d.jpg", "%d.webp")
    sandbox.run(argv, source=None, output=folder, limits=limits.STILLS, stop=stop)
    made = []
    for number, still in enumerate(stills, start=1):
        webp = folder / f"{number}.webp"
        if not webp.is_file() or not webp.stat().st_size:
            raise OutputWrong(f"{still.name} was not converted")
        made.append(webp.rename(folder / f"{still.stem}.webp"))
        (folder / f"{number}.jpg").unlink()
    return made


def _take_stills(sandbox: Sandbox, path: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None) -> Pictures:
    look = _still_look(facts)
    step_s = facts.duration_s / (MAX_KEYFRAMES - 1)
    sparse = copy_keyframes(
        sandbox, path, step_s=step_s, last_s=facts.last_keyframe_s or None, folder=folder, stop=stop
    )
    drawn = _draw(sandbox, sparse.path, look, pictures.draw_stills(look), folder=folder, stop=stop)
    sparse.path.unlink()
    levels = _levels(drawn, sparse, facts)
    if sparse.count < FEW_KEYFRAMES:
        drawn = _with_early_stills(sandbox, path, facts, look, drawn, folder=folder, stop=stop)
        levels = replace(levels, change=_share(greatest_change(drawn.grays)))
    return _chosen(drawn, levels)


def _still_look(facts: VideoFacts) -> Look:
    # A still is not a moving picture: no frame may be dropped for its rate, nor mixed with its neighbour.
    look = look_of(facts, max_long_px=MAX_SIDE_PX, max_short_px=MAX_SIDE_PX)
    return replace(look, max_frame_rate=None, is_interlaced=False)


def _draw(  # noqa: PLR0913 - a file, how it is drawn, and where it goes
    sandbox: Sandbox, source: Path, look: Look, argv: list[str], *, folder: Path, stop: StopSignal | None
) -> _Drawn:
    before = set(folder.glob("*.jpg"))
    answer = sandbox.run(argv, source=source, output=folder, limits=limits.STILLS, stop=stop)
    paths, moments = sorted(set(folder.glob("*.jpg")) - before), read_moments(answer.stderr)
    width_px, height_px = pictures.gray_px(look)
    grays = np.frombuffer(answer.stdout, dtype=np.uint8).reshape(-1, height_px, width_px)
    if not paths or len(paths) != len(grays) or len(moments) < len(paths):
        raise OutputWrong(f"{len(paths)} stills and {len(grays)} gray copies at {len(moments)} moments were drawn")
    stills = [Still(path=path, at_s=round(at_s, 3)) for path, at_s in zip(paths, moments, strict=False)]
    return _in_order(stills, grays)


def _in_order(stills: Sequence[Still], grays: NDArray[np.uint8]) -> _Drawn:
    order = sorted(range(len(stills)), key=lambda index: stills[index].at_s)
    return _Drawn(stills=tuple(stills[index] for index in order), grays=grays[order])


def _with_early_stills(  # noqa: PLR0913 - a file, what is known and drawn of it, and where more goes
    sandbox: Sandbox,
    path: Path,
    facts: VideoFacts,
    look: Look,
    keyframes: _Drawn,
    *,
    folder: Path,
    stop: StopSignal | None,
) -> _Drawn:
    """Return pictures of the beginning of the clip, and the keyframes behind it."""
    frames = _EARLY_PIXELS / max(facts.width_px * facts.height_px, 1)
    window_s = min(facts.duration_s, frames / max(facts.frame_rate, 1.0))
    argv = pictures.draw_early_stills(look, window_s=window_s, step_s=window_s / MAX_KEYFRAMES)
    early = _draw(sandbox, path, look, argv, folder=folder, stop=stop)
    later = [index for index, still in enumerate(keyframes.stills) if still.at_s > early.stills[-1].at_s]
    for still in set(keyframes.stills) - {keyframes.stills[index] for index in later}:
        still.path.unlink()
    return _in_order(
        (*early.stills, *(keyframes.stills[index] for index in later)),
        np.concatenate([early.grays, keyframes.grays[later]]),
    )


def _levels(drawn: _Drawn, sparse: SparseClip, facts: VideoFacts) -> PictureLevels:
    last_s = drawn.stills[-1].at_s
    breaks_off = sparse.count >= FEW_KEYFRAMES and last_s < facts.last_keyframe_s - _MOMENT_TOLERANCE_S
    return PictureLevels(
        brightness=round(float(brightness(drawn.grays).max()) / _WHITE, 3),
        change=_share(greatest_change(drawn.grays)),
        drawn=len(drawn.stills),
        lost=max(sparse.count - len(drawn.stills), 0),
        breaks_off_s=last_s if breaks_off else None,
    )


def _share(level: float | None) -> float | None:
    return None if level is None else round(level / _WHITE, 4)


def _chosen(drawn: _Drawn, levels: PictureLevels) -> Pictures:
    places = choose(drawn.grays)
    stills = tuple(drawn.stills[place] for place in places)
    for still in set(drawn.stills) - set(stills):
        still.path.unlink()
    return Pictures(stills=stills, best=int(np.argmax(scores(drawn.grays)[places])), levels=levels)
