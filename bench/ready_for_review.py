"""What it costs until a moderator can watch a clip, against two yardsticks taken in the same run.

From the fetched file to *ready for review*: SHA-256, boxes, probe, levels and waveform, stills, review copy and its
probe, the sandbox included. Measured is processor time of this process and all that descends from it, because time by
the clock depends on what else the machine does.

- `decode`: `ffmpeg -i clip -f null -`, the least that any transcoding does. Target: at most 0.10 of it.
- `floor`: read the file, decode its sound, decode 25 keyframes; nothing that knows picture and sound can do with less.
  Target: at most 3 times that.

Memory is the sum of the proportional set sizes of all processes, sampled in a run of its own. Target: below 400 MB.

    python bench/ready_for_review.py [--runs 5] [--clip FILE]
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench.make_clip import CLIP, make_clip  # noqa: E402 - the path first
from intake.domain.calls import Format, Rules  # noqa: E402
from workers.media.examine import examine  # noqa: E402
from workers.media.renditions import remux  # noqa: E402
from workers.media.sandbox import Sandbox  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

RESULT: Final = Path(__file__).parent / "results" / "ready_for_review.json"
MAX_OF_DECODE: Final = 0.10
MAX_OF_FLOOR: Final = 3.0
MAX_PSS_BYTES: Final = 400_000_000
FLOOR_KEYFRAMES: Final = 25

_SET_CHILD_SUBREAPER: Final = 36
_SAMPLE_EVERY_S: Final = 0.01
_RULES: Final = Rules(
    min_duration_s=10,
    max_duration_s=180,
    max_bytes=500_000_000,
    min_short_side_px=240,
    max_long_side_px=4096,
    warn_short_side_px=480,
    formats=(Format.MP4, Format.MOV),
)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run took."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True, kw_only=True)
class Result:
    """Medians, and how they compare with the targets."""

    clip_bytes: int
    runs: int
    machine: str
    ready: Cost
    decode: Cost
    floor: Cost
    of_decode: float
    of_floor: float
    peak_pss_bytes: int

    @property
    def targets(self) -> dict[str, tuple[float, float]]:
        """Each measured figure with what it may be at most."""
        return {
            "of a plain decode": (self.of_decode, MAX_OF_DECODE),
            "of the floor": (self.of_floor, MAX_OF_FLOOR),
            "peak memory, MB": (self.peak_pss_bytes / 1e6, MAX_PSS_BYTES / 1e6),
        }

    @property
    def is_met(self) -> bool:
        """Whether every target is met."""
        return all(measured <= limit for measured, limit in self.targets.values())


def main() -> int:
    """Measure, print a table, write the result; exit 1 where a target is missed."""
    options = _options()
    # A sandbox's first process inside outlives the one outside by a moment: we adopt and count it.
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)
    clip = make_clip(options.clip)
    with tempfile.TemporaryDirectory(dir=clip.parent) as folder:
        result = _measure(clip, Path(folder), runs=options.runs)
    _print(result)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({**asdict(result), "is_met": result.is_met}, indent=2) + "\n")
    return 0 if result.is_met else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Processor time and memory until a clip is ready for review.")
    parser.add_argument("--runs", type=int, default=5, help="runs to take the median of (5)")
    parser.add_argument("--clip", type=Path, default=CLIP, help="another clip than the generated one")
    return parser.parse_args()


def _measure(clip: Path, folder: Path, *, runs: int) -> Result:
    sandbox = Sandbox.tested()
    keyframes = _keyframes(clip, folder / "keyframes.mp4")

    def ready() -> None:
        make_ready(clip, sandbox, folder)

    def floor() -> None:
        _run("cat", clip)
        _run("ffmpeg", "-v", "error", "-vn", "-i", clip, "-f", "null", "-")
        _run("ffmpeg", "-v", "error", "-i", keyframes, "-f", "null", "-")

    def decode() -> None:
        _run("ffmpeg", "-v", "error", "-i", clip, "-f", "null", "-")

    ready()  # the page cache is warm from here on
    # Turn and turn about, so that a busy minute weighs on all three.
    taken = [(_cost(ready), _cost(floor), _cost(decode)) for _ in range(runs)]
    medians = [_median(costs) for costs in zip(*taken, strict=True)]
    return Result(
        clip_bytes=clip.stat().st_size,
        runs=runs,
        machine=f"{os.cpu_count()} × {platform.machine()}",
        ready=medians[0],
        floor=medians[1],
        decode=medians[2],
        of_decode=round(medians[0].cpu_s / medians[2].cpu_s, 4),
        of_floor=round(medians[0].cpu_s / medians[1].cpu_s, 3),
        peak_pss_bytes=_peak_pss_bytes(ready),
    )


def make_ready(clip: Path, sandbox: Sandbox, folder: Path) -> None:
    """Do with *clip* what the inspect step does after it fetched it."""
    with clip.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    # As a step does, a new folder for each kind of output: what earlier tools left counts against a tool's limit.
    with tempfile.TemporaryDirectory(dir=folder) as seen, tempfile.TemporaryDirectory(dir=folder) as copy:
        examination = examine(clip, rules=_RULES, sandbox=sandbox, folder=Path(seen))
        assert examination.facts is not None, examination.checks
        assert examination.plan is not None, examination.checks
        assert examination.plan.is_remux, examination.plan
        remux(sandbox, clip, examination.facts, folder=Path(copy))


def _keyframes(clip: Path, out: Path) -> Path:
    every = f"not(key)+mod(n\\,{30 * 120 // FLOOR_KEYFRAMES // 30 * 30})"
    argv = ("-i", clip, "-map", "0:v:0", "-c", "copy", "-bsf:v", f"noise=drop='{every}'", "-f", "mp4", out)
    _run("ffmpeg", "-v", "error", "-y", *argv)
    return out


def _cost(work: Callable[[], None]) -> Cost:
    cpu_before_s, wall_before_s = _cpu_s(), time.monotonic()
    work()
    wall_s = time.monotonic() - wall_before_s
    _adopt_orphans()
    return Cost(cpu_s=_cpu_s() - cpu_before_s, wall_s=wall_s)


def _adopt_orphans() -> None:
    try:
        while os.waitpid(-1, 0)[0]:
            pass
    except ChildProcessError:
        return


def _cpu_s() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _median(costs: tuple[Cost, ...]) -> Cost:
    return Cost(
        cpu_s=round(statistics.median(cost.cpu_s for cost in costs), 3),
        wall_s=round(statistics.median(cost.wall_s for cost in costs), 3),
    )


def _peak_pss_bytes(work: Callable[[], None]) -> int:
    peak, is_done = 0, threading.Event()

    def sample() -> None:
        nonlocal peak
        while not is_done.wait(_SAMPLE_EVERY_S):
            peak = max(peak, sum(_pss_bytes(pid) for pid in _family()))

    sampler = threading.Thread(target=sample)
    sampler.start()
    work()
    is_done.set()
    sampler.join()
    _adopt_orphans()
    return peak


def _family() -> set[int]:
    """Return this process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    family, found = {os.getpid()}, True
    while found:
        found = {pid for pid, parent in parents.items() if parent in family} - family
        family |= found
    return family


def _pss_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _run(*argv: str | Path) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _print(result: Result) -> None:
    print(f"{result.clip_bytes / 1e6:.0f} MB, median of {result.runs} runs, {result.machine}")
    print(f"{'':24}{'CPU s':>8}{'wall s':>8}")
    for name in ("ready", "floor", "decode"):
        cost: Cost = getattr(result, name)
        print(f"{name:24}{cost.cpu_s:8.2f}{cost.wall_s:8.2f}")
    for name, (measured, limit) in result.targets.items():
        verdict = "met" if measured <= limit else "MISSED"
        print(f"{name:24}{measured:8.3f}   target ≤ {limit:g}: {verdict}")


if __name__ == "__main__":
    sys.exit(main())
