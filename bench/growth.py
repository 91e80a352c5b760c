"""How the cost until ready for review grows with the length of a clip, from ten seconds to ten minutes.

The fixed part and the cost a second are those of the straight line through one and ten minutes. A second of processor
time is another thing on every machine, so the fixed part is told three times: in seconds; in seconds of this clip that
a plain decode gets through in that time; and against the fixed part of the floor.

    python -m bench.growth [--runs 5]
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from bench.clips import Codec, talking, work_folder
from bench.measuring import Cost, measure, read_through
from bench.ours import Workshop
from bench.tables import Line, Machine, Report, Spread, Target, publish
from bench.yardsticks import decode, floor, keyframes_of
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from bench.clips import Clip

LENGTHS_S: Final = (10, 60, 300, 600)
MAX_FIXED_S: Final = 1.0
MAX_FIXED_IN_DECODES_S: Final = 3.9
"""What a plain decode gets through in one CPU second where the limit was set: 0.254 CPU s a second of such a clip."""

MAX_GROWTH: Final = 1.0
"""Cost of ten minutes against ten times the cost of one: linear, no worse."""

Costs = dict[tuple[int, str], list[Cost]]


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="How the cost grows with the length of a clip.")
    parser.add_argument("--runs", type=int, default=5, help="rounds to take the median of (5)")
    runs: int = parser.parse_args().runs
    machine = Machine.here()
    costs: Costs = {}
    with work_folder() as folder:
        workshop = Workshop(sandbox=Sandbox.tested(), folder=folder)
        for length_s in LENGTHS_S:
            # One clip after the other: together they are larger than the memory that keeps files.
            _measure(talking(Codec.H264, length_s), workshop, runs, costs)
    return publish(_report(machine, costs))


def _measure(clip: Clip, workshop: Workshop, runs: int, costs: Costs) -> None:
    path, length_s = clip.path, clip.duration_s
    works = {
        "ready": partial(workshop.ready, path),
        "floor": partial(floor, path, keyframes_of(path, workshop.folder, duration_s=length_s)),
    }
    if length_s == LENGTHS_S[0]:
        works["decode"] = partial(decode, path)
    for _ in range(runs):
        for name, work in works.items():
            read_through(path)
            costs.setdefault((length_s, name), []).append(measure(work))


def _report(machine: Machine, costs: Costs) -> Report:
    ready = {length_s: [cost.cpu_s for cost in costs[length_s, "ready"]] for length_s in LENGTHS_S}
    one_min, ten_min = ready[60], ready[600]
    fixed_s = Spread.of(fixed_part(one, ten) for one, ten in zip(one_min, ten_min, strict=True))
    floors = zip(costs[60, "floor"], costs[600, "floor"], strict=True)
    floor_fixed_s = Spread.of(fixed_part(one.cpu_s, ten.cpu_s) for one, ten in floors).median
    decode_a_second = Spread.of(cost.cpu_s for cost in costs[LENGTHS_S[0], "decode"]).median / LENGTHS_S[0]
    growth = Spread.of(ten / (10 * one) for one, ten in zip(one_min, ten_min, strict=True))
    a_second = Spread.of((ten - one) / 540 for one, ten in zip(one_min, ten_min, strict=True))
    return Report(
        machine=machine,
        name="growth",
        title="From one minute to ten",
        lines=tuple(Line.of(f"{length_s} s", name, taken) for (length_s, name), taken in costs.items()),
        targets=(
            Target(name="ready at 10 minutes, of ten times ready at 1 minute", measured=growth, at_most=MAX_GROWTH),
            Target(name="fixed part, CPU s (depends on the machine)", measured=fixed_s, at_most=MAX_FIXED_S),
            Target(
                name="fixed part, in seconds of the clip that a plain decode does in that time",
                measured=fixed_s.times(1 / decode_a_second),
                at_most=MAX_FIXED_IN_DECODES_S,
            ),
            Target(name="fixed part, of the floor's fixed part", measured=fixed_s.times(1 / floor_fixed_s)),
            Target(name="CPU s a second of clip beyond it", measured=a_second),
        ),
    )


def fixed_part(at_60_s: float, at_600_s: float) -> float:
    """Return where the straight line through both meets a clip of no length."""
    return at_60_s - 60 * (at_600_s - at_60_s) / (600 - 60)


if __name__ == "__main__":
    sys.exit(main())
