"""How the service grows: more workers, longer queues, more submissions, heavy neighbours; on the real parts.

PostgreSQL (its writes flushed, as in production), Redis, SeaweedFS, the dispatcher and Celery's workers as the Procfile
starts them; the rows on SQLite as well. Limits hold on a machine that does nothing else. Killed at any moment it takes
with it all that it started.

    python -m bench.scale [--clips 200] [--submissions 100000] [--encodes 50] [--only workers rows neighbours]
"""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

import psycopg

from bench.clips import Codec, talking, work_folder
from bench.measuring import end_together, measure
from bench.processes import a_system
from bench.scale.neighbours import wait_beside_encodes
from bench.scale.rows import DEPTHS, QUIET, fill, measure_rows
from bench.scale.workers import bare_clips_per_hour, look_at_queue
from bench.tables import Machine, Report, Spread, Target, publish
from tests import media_factory, servers
from workers.dispatcher import HINTS_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.scale.rows import Rows, Taken
    from bench.scale.workers import Throughput

WORKERS: Final = (1, 2, 4)
LENGTHS_S: Final = (12, 15, 20)
"""Of the clips that are looked at, in seconds."""

MAX_SECOND_WORKER: Final = 1.25
"""Time for a clip with two workers, of that with one, beside the same of the bare work. ffmpeg uses several cores by
itself, so how much a second process can gain is the machine's affair; that we lose none of it is ours."""

MAX_IDLE: Final = 0.10
MAX_HINT_S: Final = 1.5
"""Half a second beside `HINT_S`, which is one."""

MAX_CLAIM_RATIO: Final = 1.5
MAX_PASS_MS: Final = 50
MAX_BESIDE: Final = 2.0
"""A job may be delayed by as much as it takes itself."""

_TIMES: Final = 100
_SINGLES: Final = 40
_WAITS: Final = 10
_BARE_CLIPS: Final = 10
_PERCENT: Final = 100
_MB: Final = 1e6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is measured, and how much of it."""

    clips: int
    submissions: int
    encodes: int
    only: Sequence[str]


def main() -> int:
    """Measure and tell."""
    asked = _options()
    machine = Machine.here()
    end_together()
    # Before the databases start, so that they are counted with us.
    measure(lambda: None)
    missed = 0
    with work_folder() as folder, servers.postgresql_server(flushes=True) as postgresql:
        for name in asked.only:
            title, part = PARTS[name]
            targets = tuple(part(asked, folder, postgresql))
            # Each as it ends: what was measured in a quarter of an hour is not lost with the next part.
            missed |= publish(
                Report(
                    name=f"scale_{name}", title=title, program=f"scale --only {name}", machine=machine, targets=targets
                )
            )
    return missed


def _options() -> Asked:
    parser = argparse.ArgumentParser(description="What more workers, jobs and submissions cost.")
    parser.add_argument("--clips", type=int, default=200, help="how many wait for the quick workers (200)")
    parser.add_argument("--submissions", type=int, default=100_000, help="how many rows there are (100,000)")
    parser.add_argument("--encodes", type=int, default=50, help="how many wait for the heavy worker (50)")
    parser.add_argument("--only", nargs="+", choices=tuple(PARTS), default=tuple(PARTS), help="some of the parts")
    return Asked(**vars(parser.parse_args()))


def _workers(asked: Asked, folder: Path, postgresql: str) -> Iterator[Target]:
    with _stage("the clips"):
        clips = [_a_clip(folder / f"{length_s}", length_s) for length_s in LENGTHS_S]
    rounds: dict[int, Throughput] = {}
    bare: dict[int, float] = {}
    for workers in WORKERS:
        with _stage(f"{asked.clips} clips, quick workers: {workers}") as place:
            rounds[workers] = look_at_queue(
                place, _new_database(postgresql), clips, count=asked.clips, workers=workers, singles=_SINGLES
            )
        with _stage(f"the bare work, processes: {workers}"):
            bare[workers] = bare_clips_per_hour(clips, count=_BARE_CLIPS * workers, workers=workers)
    for workers, done in rounds.items():
        yield from _told_of_workers(
            "1 quick worker" if workers == 1 else f"{workers} quick workers", done, bare[workers]
        )
    one, two, four = (rounds[workers].clips_per_hour for workers in WORKERS)
    yield _figure("time for a clip, 2 quick workers, of 1", one / two)
    yield _figure("the same of the bare work", bare[1] / bare[2])
    yield _figure("the one of the other", (one / two) / (bare[1] / bare[2]), MAX_SECOND_WORKER)
    yield _figure("time for a clip, 4 quick workers, of 1", one / four)


def _told_of_workers(who: str, done: Throughput, bare_clips_per_hour: float) -> Iterator[Target]:
    yield _figure(f"{who}, clips an hour", done.clips_per_hour)
    yield _figure(f"{who}, clips an hour, of the bare work", done.clips_per_hour / bare_clips_per_hour)
    yield _figure(f"{who}, processor time a clip of all processes, s", done.cpu_s)
    yield _figure(f"{who}, per cent of their time without a job", done.idle * _PERCENT, MAX_IDLE * _PERCENT)
    yield _figure(f"{who}, from due to claimed, median, s", median(done.waits_s))
    yield _figure(f"{who}, from due to claimed, 95th percentile, s", quantiles(done.waits_s, n=20)[-1], MAX_HINT_S)


def _rows(asked: Asked, _folder: Path, postgresql: str) -> Iterator[Target]:
    for name, url in {"SQLite": None, "PostgreSQL": _new_database(postgresql)}.items():
        stage = _stage(f"{asked.submissions:,} submissions on {name}")
        with stage as place, a_system(place, database_url=url) as system:
            fill(system.services, asked.submissions)
            found = measure_rows(system.services, times=_TIMES)
        yield from _told_of_rows(name, asked.submissions, found)


def _told_of_rows(name: str, submissions: int, found: Rows) -> Iterator[Target]:
    for depth, claim_ms in found.claim_ms.items():
        yield _figure(f"{name}, claiming one of {depth:,} jobs, median, ms", claim_ms)
    ratio = found.claim_ms[DEPTHS[-1]] / found.claim_ms[DEPTHS[0]]
    yield _figure(f"{name}, claiming one of {DEPTHS[-1]:,}, of one of {DEPTHS[0]}", ratio, MAX_CLAIM_RATIO)
    yield from _times(f"{name}, a pass, {DEPTHS[-1]:,} jobs wait", found.quiet, MAX_PASS_MS)
    yield from _times(f"{name}, a pass that tells of {HINTS_AT_ONCE} of them", found.telling)
    yield from _times(f"{name}, a sweep", found.sweep, MAX_PASS_MS)
    yield _figure(f"{name}, asking for {QUIET} uploads that stopped, in nobody's way, s", found.settle_s)
    yield _figure(f"{name}, MB for 1,000 submissions", found.database_bytes / _MB / submissions * 1000)


def _times(what: str, taken: Taken, at_most_ms: float | None = None) -> Iterator[Target]:
    yield _figure(f"{what}: 95th percentile, ms by the clock", taken.wall_p95_ms, at_most_ms)
    yield _figure(f"{what}: 95th percentile, ms of processor", taken.cpu_p95_ms, at_most_ms)


def _neighbours(asked: Asked, folder: Path, postgresql: str) -> Iterator[Target]:
    with _stage("the clips, for minutes where the foreign one was never made"):
        clip, foreign = _a_clip(folder / "quick", LENGTHS_S[0]), talking(Codec.HEVC, 10).path
    with _stage(f"a verdict beside {asked.encodes} encodes") as place:
        found = wait_beside_encodes(
            place, _new_database(postgresql), clip, foreign, encodes=asked.encodes, times=_WAITS
        )
    yield Target(name="receipt to verdict, nothing else to do, s", measured=Spread.of(found.alone_s))
    beside = f"beside {asked.encodes} encodes"
    yield Target(name=f"receipt to verdict, {beside}, s", measured=Spread.of(found.beside_encodes_s))
    ratio = median(found.beside_encodes_s) / median(found.alone_s)
    yield _figure(f"receipt to verdict, {beside}, of nothing else to do", ratio, MAX_BESIDE)


def _a_clip(folder: Path, length_s: int) -> Path:
    folder.mkdir()
    return media_factory.a_landscape_clip(folder, duration_s=length_s, size="1920x1080", rate=30)


PARTS: Final = {
    "workers": ("More quick workers", _workers),
    "rows": ("More jobs and submissions", _rows),
    "neighbours": ("A verdict beside encodes", _neighbours),
}
"""What is measured: title and how."""


@contextmanager
def _stage(what: str) -> Iterator[Path]:
    """Say what is being done, how long it took, and lend a folder for it."""
    began_at = time.monotonic()
    print(f"… {what}", file=sys.stderr, flush=True)
    with work_folder() as place:
        yield place
    print(f"  {time.monotonic() - began_at:.0f} s", file=sys.stderr, flush=True)


def _new_database(server: str) -> str:
    name = f"scale_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.rpartition("/")[0] + f"/{name}"


def _figure(name: str, value: float, at_most: float | None = None) -> Target:
    return Target(name=name, measured=Spread.of([value]), at_most=at_most)


if __name__ == "__main__":
    sys.exit(main())
