"""What it costs until a moderator can watch a web-ready clip, against two yardsticks taken in the same run.

The clip is two minutes of 1080p30 H.264 at 17 Mbit/s with AAC, 262 MB. *Ready* is everything from the fetched file to
ready for review: SHA-256, boxes, probe, sound levels, waveform, stills, review copy, its probe and its SHA-256, every
tool in its sandbox. The limits are ratios of processor time, because seconds depend on the machine.

    python -m bench.ready_for_review [--runs 5] [--clip FILE]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.clips import GRAINY, work_folder
from bench.measuring import Cost, measure, measure_with_memory, read_through
from bench.ours import Workshop
from bench.tables import Line, Machine, Report, Spread, Target, publish
from bench.yardsticks import decode, floor, keyframes_of
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_OF_DECODE: Final = 0.08
MAX_OF_FLOOR: Final = 2.6
MAX_WITH_NOISE_OF_DECODE: Final = 0.10
MAX_WITH_NOISE_OF_FLOOR: Final = 3.0
"""With the voice detector, which a judge of format alone does not need."""

MAX_PSS_MB: Final = 400
_TIMES_A_ROUND: Final = 2


def main() -> int:
    """Measure and tell."""
    options = _options()
    machine = Machine.here()
    clip: Path = options.clip or GRAINY.path
    with work_folder() as folder:
        workshop = Workshop(sandbox=Sandbox.tested(), folder=folder)
        keyframes = keyframes_of(clip, folder, duration_s=GRAINY.duration_s)
        rounds = [_round(clip, workshop, keyframes) for _ in range(options.runs)]
        peak_bytes = measure_with_memory(lambda: workshop.ready(clip)).peak_pss_bytes or 0
    return publish(_report(machine, clip.stem, rounds, peak_bytes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Processor time and memory until a clip is ready for review.")
    parser.add_argument("--runs", type=int, default=5, help="rounds to take the median of (5)")
    parser.add_argument("--clip", type=Path, help="another two minutes than the generated ones")
    return parser.parse_args()


def _round(clip: Path, workshop: Workshop, keyframes: Path) -> dict[str, list[Cost]]:
    """Take all three turn and turn about, so that a busy minute weighs on all; the cheap ones twice."""

    def warm(work: Callable[[], None]) -> Cost:
        # Between two long steps the kernel may have taken the file out of memory.
        read_through(clip)
        return measure(work)

    costs: dict[str, list[Cost]] = {"ready": [], "ready, noise left out": [], "floor": []}
    for _ in range(_TIMES_A_ROUND):
        costs["ready"].append(warm(lambda: workshop.ready(clip)))
        costs["ready, noise left out"].append(warm(lambda: workshop.ready(clip, judges_noise=False)))
        costs["floor"].append(warm(lambda: floor(clip, keyframes)))
    return {**costs, "decode": [measure(lambda: decode(clip))]}


def _report(machine: Machine, clip: str, rounds: list[dict[str, list[Cost]]], peak_bytes: int) -> Report:
    every = {name: [cost for costs in rounds for cost in costs[name]] for name in rounds[0]}
    judged, without = (
        {
            yardstick: Spread.of(_cpu_s(costs[name]) / _cpu_s(costs[yardstick]) for costs in rounds)
            for yardstick in ("decode", "floor")
        }
        for name in ("ready", "ready, noise left out")
    )
    return Report(
        machine=machine,
        name="ready_for_review",
        title="Until a moderator can watch it",
        lines=tuple(Line.of(clip, name, costs) for name, costs in every.items()),
        targets=(
            Target(
                name="CPU of ready, noise left out, of a plain decode",
                measured=without["decode"],
                at_most=MAX_OF_DECODE,
            ),
            Target(name="CPU of ready, noise left out, of the floor", measured=without["floor"], at_most=MAX_OF_FLOOR),
            Target(name="CPU of ready, of a decode", measured=judged["decode"], at_most=MAX_WITH_NOISE_OF_DECODE),
            Target(name="CPU of ready, of the floor", measured=judged["floor"], at_most=MAX_WITH_NOISE_OF_FLOOR),
            Target(name="memory of ready, MB", measured=Spread.of([peak_bytes / 1e6]), at_most=MAX_PSS_MB),
        ),
        notes=("*Floor*: read the file, decode its sound, decode 25 keyframes. *Decode*: `ffmpeg -i clip -f null -`.",),
    )


def _cpu_s(costs: list[Cost]) -> float:
    return Spread.of(cost.cpu_s for cost in costs).median


if __name__ == "__main__":
    sys.exit(main())
