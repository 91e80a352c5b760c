"""What the whole verdict on a clip's sound costs: all levels, the waveform, speech against background.

Against the clip's length, which depends on the machine, and against decoding the sound alone, which hardly does.

    python -m bench.sound_verdict [--runs 5]
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import Final

from bench.clips import GRAINY, work_folder
from bench.measuring import measure, read_through
from bench.ours import Workshop
from bench.tables import Line, Machine, Report, Spread, Target, publish
from bench.yardsticks import decode_sound
from workers.media.sandbox import Sandbox

MAX_OF_DURATION_PERCENT: Final = 1.8
MAX_OF_DECODE: Final = 12
"""The same limit for any machine: where it was set, 1.8 % of this clip were 2.16 CPU s, and decoding its sound 0.18."""


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="Processor time of the verdict on the sound.")
    parser.add_argument("--runs", type=int, default=5, help="rounds to take the median of (5)")
    runs: int = parser.parse_args().runs
    machine = Machine.here()
    clip = GRAINY.path
    with work_folder() as folder:
        workshop = Workshop(sandbox=Sandbox.tested(), folder=folder)
        hear = partial(workshop.hear, clip, workshop.facts_of(clip))
        read_through(clip)
        rounds = [(measure(hear), measure(partial(decode_sound, clip))) for _ in range(runs)]
    percent = Spread.of(100 * heard.cpu_s / GRAINY.duration_s for heard, _ in rounds)
    report = Report(
        name="sound_verdict",
        title="The verdict on the sound",
        lines=(
            Line.of(GRAINY.name, "sound verdict", [heard for heard, _ in rounds]),
            Line.of(GRAINY.name, "decode the sound", [decoded for _, decoded in rounds]),
        ),
        targets=(
            Target(
                name="CPU of the sound verdict, per cent of the clip's length (depends on the machine)",
                measured=percent,
                at_most=MAX_OF_DURATION_PERCENT,
            ),
            Target(
                name="CPU of the sound verdict, of `ffmpeg -vn -i clip -f null -`",
                measured=Spread.of(heard.cpu_s / decoded.cpu_s for heard, decoded in rounds),
                at_most=MAX_OF_DECODE,
            ),
        ),
        machine=machine,
    )
    return publish(report)


if __name__ == "__main__":
    sys.exit(main())
