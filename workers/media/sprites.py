"""The only place that makes the strip by which players show where in a clip a visitor is about to jump.

`sprite.jpg` and `sprite.webp` hold small pictures in rows, `sprite.vtt` says which of them stands for which seconds, as
Plyr, Video.js, JW Player and others read it. The pictures are keyframes: a clip that has few gets few, with their true
times, rather than a decode of all of it.

Source: W3C, "WebVTT" (cues); W3C, "Media Fragments URI 1.0", 4.2.2 (`#xywh`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from intake.domain.errors import OutputWrong
from workers.media import limits
from workers.media.commands import pictures
from workers.media.keyframes import copy_keyframes, read_moments
from workers.media.looks import look_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from workers.media.commands.shaping import Look
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

MAX_TILES: Final = 25
"""Pictures that are decoded; each costs 0.03 s of processor in 1080p, measured."""

TILE_SIDE_PX: Final = 160
"""Longer side of a tile: a portrait is as large as a landscape, turned."""

COLUMNS: Final = 5

JPEG_NAME: Final = "sprite.jpg"
WEBP_NAME: Final = "sprite.webp"
VTT_NAME: Final = "sprite.vtt"


@dataclass(frozen=True, kw_only=True)
class Sprite:
    """The strip and its description."""

    jpeg: Path
    webp: Path
    vtt: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All of it."""
        return self.jpeg, self.webp, self.vtt


def draw_sprite(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, folder: Path, stop: StopSignal | None = None
) -> Sprite:
    """Make the strip of a clip of ours at *path* in *folder*.

    Raises:
        ToolFailed: It cannot be decoded.
        LeaseLost: *stop* was set.
    """
    sparse = copy_keyframes(sandbox, path, step_s=facts.duration_s / MAX_TILES, folder=folder, stop=stop)
    look = replace(
        look_of(facts, max_long_px=TILE_SIDE_PX, max_short_px=TILE_SIDE_PX), max_frame_rate=None, is_interlaced=False
    )
    count = min(sparse.count, MAX_TILES)
    columns = min(count, COLUMNS)
    argv = pictures.draw_sprite(look, columns=columns, rows=math.ceil(count / columns), names=(JPEG_NAME, WEBP_NAME))
    answer = sandbox.run(argv, source=sparse.path, output=folder, limits=limits.STILLS, stop=stop)
    sparse.path.unlink()
    sprite = Sprite(jpeg=folder / JPEG_NAME, webp=folder / WEBP_NAME, vtt=folder / VTT_NAME)
    moments = read_moments(answer.stderr)[:count]
    if not moments or not all(picture.is_file() and picture.stat().st_size for picture in (sprite.jpeg, sprite.webp)):
        raise OutputWrong("no sprite was drawn")
    sprite.vtt.write_text(describe(moments, look, columns=columns, duration_s=facts.duration_s), encoding="utf-8")
    return sprite


def describe(moments_s: Sequence[float], look: Look, *, columns: int, duration_s: float) -> str:
    """Return the WebVTT for tiles of *look* in rows of *columns*, each shown from its moment to the next one's.

    The first stands from the beginning, whenever it was; what comes out of order keeps its place and gets its own time.
    """
    tiles = sorted((moment_s, place) for place, moment_s in enumerate(moments_s))
    starts_s = [0.0, *(moment_s for moment_s, _ in tiles[1:])]
    ends_s = [*starts_s[1:], max(duration_s, starts_s[-1])]
    cues = [
        f"{_time(start_s)} --> {_time(end_s)}\n{JPEG_NAME}#xywh={_area(place, look, columns)}\n"
        for (_, place), start_s, end_s in zip(tiles, starts_s, ends_s, strict=True)
        if end_s > start_s
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _area(place: int, look: Look, columns: int) -> str:
    row, column = divmod(place, columns)
    return f"{column * look.width_px},{row * look.height_px},{look.width_px},{look.height_px}"


def _time(moment_s: float) -> str:
    minutes, milliseconds = divmod(round(moment_s * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
