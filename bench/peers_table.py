"""Ours, the floor, the naive way, PeerTube's and MediaCMS's commands, side by side on H.264 and HEVC, 10 s to 10 min.

What costs seconds is measured at every length. What encodes the whole picture costs minutes to hours: it is measured
at 30 s, ours at 10 s as well, and at the other lengths told as a multiple, marked so; `--full` measures it everywhere.
What the figures are made of is measured as often as what costs seconds.

    python -m bench.peers_table [--runs 5] [--slow-runs 1] [--full]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from bench.clips import TALKING_S, Codec, talking, work_folder
from bench.measuring import counted_folder, measure_with_memory, read_through
from bench.ours import Workshop
from bench.peers import mediacms, peertube
from bench.tables import Line, Machine, Report, Spread, Target, publish
from bench.yardsticks import floor, keyframes_of, naive
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bench.clips import Clip
    from bench.measuring import Cost

LENGTHS_S: Final = (10, TALKING_S, 120, 600)
SHORT_S: Final = (10, TALKING_S)
ONCE_S: Final = (TALKING_S,)

READY, PUBLISHED, MEDIACMS = "ours: ready for review", "ours: published", "MediaCMS"
COMPARED: Final = frozenset({READY, PUBLISHED, MEDIACMS})
"""What the figures are made of, on H.264 of 30 s."""

NOTE: Final = (
    "`×`: CPU against the first line of the clip. Memory: the sampled peak of the proportional set sizes, with the "
    "Python process that starts the tools. `≈`: not measured on this clip but at 30 s, and multiplied. For their time "
    "the peers make more: MediaCMS six renditions and a preview, PeerTube one packaged for streaming. They judge no "
    "sound."
)

MAX_READY_OF_MEDIACMS: Final = 1 / 100
MAX_PUBLISHED_OF_MEDIACMS: Final = 1 / 7


@dataclass(frozen=True, kw_only=True)
class Work:
    """Something that is done with a clip.

    Attributes:
        lengths_s: Of the clips it is measured on. What encodes takes minutes; ours has a fixed part that no multiple
            tells, so it is measured on a short clip, too.
    """

    name: str
    act: Callable[[], None]
    lengths_s: tuple[int, ...] = LENGTHS_S

    @property
    def is_slow(self) -> bool:
        """Whether it takes minutes."""
        return self.lengths_s != LENGTHS_S


def main() -> int:
    """Measure and tell."""
    options = _options()
    machine = Machine.here()
    lines: list[Line] = []
    with work_folder() as folder:
        workshop = Workshop(sandbox=Sandbox.tested(), folder=folder)
        for codec in Codec:
            lines += _lines(codec, workshop, options)
    return publish(_report(machine, lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ours and the peers' commands, side by side.")
    parser.add_argument("--runs", type=int, default=5, help="runs of what costs seconds, and of what is compared (5)")
    parser.add_argument("--slow-runs", type=int, default=1, help="runs of what else costs minutes (1)")
    parser.add_argument("--full", action="store_true", help="multiply nothing, measure all, for most of a day")
    return parser.parse_args()


def _lines(codec: Codec, workshop: Workshop, options: argparse.Namespace) -> Iterator[Line]:
    taken = {length_s: list(_measured(talking(codec, length_s), workshop, options)) for length_s in LENGTHS_S}
    for length_s in LENGTHS_S:
        yield from filled(taken[length_s], taken[TALKING_S], length_s / TALKING_S)


def filled(measured: Iterable[Line], at_30_s: Iterable[Line], factor: float) -> Iterator[Line]:
    """Complete the lines of one clip, in the order of those at 30 s, by multiples of them."""
    known = {line.work: line for line in measured}
    clip = next(iter(known.values())).clip
    for line in at_30_s:
        yield known.get(line.work) or line.stretched(clip, factor)


def _measured(clip: Clip, workshop: Workshop, options: argparse.Namespace) -> Iterator[Line]:
    """Take all works turn and turn about, so that a busy minute weighs on all of them."""
    is_judged = (clip.codec, clip.duration_s) == (Codec.H264, TALKING_S)
    runs = {
        work: options.slow_runs if work.is_slow and not (is_judged and work.name in COMPARED) else options.runs
        for work in _works(clip, workshop)
        if options.full or clip.duration_s in work.lengths_s
    }
    costs: dict[Work, list[Cost]] = {work: [] for work in runs}
    for number in range(max(runs.values())):
        for work in (work for work, times in runs.items() if number < times):
            read_through(clip.path)
            costs[work].append(measure_with_memory(work.act))
    for work, taken in costs.items():
        yield Line.of(f"{clip.codec.upper()} {clip.duration_s} s", work.name, taken)


def _works(clip: Clip, workshop: Workshop) -> Iterator[Work]:
    path, length_s = clip.path, clip.duration_s
    keyframes = keyframes_of(path, workshop.folder, duration_s=length_s)
    copied_or_encoded = LENGTHS_S if clip.codec is Codec.H264 else SHORT_S
    yield Work(name=READY, act=partial(workshop.ready, path), lengths_s=copied_or_encoded)
    yield Work(name="ours: verdict alone", act=partial(workshop.verdict, path))
    yield Work(name=PUBLISHED, act=partial(workshop.published, path), lengths_s=SHORT_S)
    yield Work(name="floor", act=partial(floor, path, keyframes))
    for name, act in (
        ("naive", partial(naive, path, codec=clip.codec, duration_s=length_s)),
        ("PeerTube", partial(peertube, path, duration_s=length_s)),
        (MEDIACMS, partial(mediacms, path, duration_s=length_s)),
    ):
        yield Work(name=name, act=_in_a_folder(workshop, act), lengths_s=ONCE_S)


def _in_a_folder(workshop: Workshop, act: Callable[[Path], None]) -> Callable[[], None]:
    def act_there() -> None:
        with counted_folder(workshop.folder) as folder:
            act(folder)

    return act_there


def _report(machine: Machine, lines: list[Line]) -> Report:
    h264 = {line.work: line.cpu_s for line in lines if line.clip == f"H264 {TALKING_S} s"}
    theirs_s = h264[MEDIACMS].median
    return Report(
        machine=machine,
        name="peers_table",
        title="Beside other services",
        lines=tuple(lines),
        targets=(
            _share(READY, h264[READY], theirs_s, MAX_READY_OF_MEDIACMS),
            _share(PUBLISHED, h264[PUBLISHED], theirs_s, MAX_PUBLISHED_OF_MEDIACMS),
        ),
        notes=(NOTE,),
    )


def _share(name: str, ours_s: Spread, theirs_s: float, at_most: float) -> Target:
    return Target(
        name=f"CPU of “{name}”, of MediaCMS's default profiles, H.264 30 s",
        measured=ours_s.times(1 / theirs_s),
        at_most=at_most,
    )


if __name__ == "__main__":
    sys.exit(main())
