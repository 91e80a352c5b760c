"""How many clips an hour quick workers look at, and how soon a free one hears of a job."""

from __future__ import annotations

import multiprocessing
import random
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from bench.clips import work_folder
from bench.measuring import measure
from bench.ours import Workshop
from bench.processes import a_system
from bench.scale import claims
from bench.worker import Sender
from intake.actions import jobs
from intake.db.engine import reading, writing
from intake.db.tables import jobs as rows
from intake.domain.jobs import JobKind, JobState, Queue
from intake.domain.states import State
from tests import builders
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from intake.wiring import Services

_LOOK_EVERY_S: Final = 0.5
_PATIENCE_S: Final = 1800.0
_SECONDS_PER_HOUR: Final = 3600

APART_S: Final = 0.5
"""Seconds between two jobs for workers that have nothing else to do, on average."""


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """What so many workers did with a queue.

    Attributes:
        cpu_s: Processor time for a clip, its mails included: of workers, dispatcher, database, Redis and bucket server.
        idle: The part of their time in which they had no job.
        waits_s: Of jobs that came while nobody had anything to do, from the moment they were due to their claim.
    """

    clips_per_hour: float
    cpu_s: float
    idle: float
    waits_s: tuple[float, ...]


def look_at_queue(  # noqa: PLR0913 - what one round is made of
    folder: Path, database_url: str, clips: Sequence[Path], *, count: int, workers: int, singles: int
) -> Throughput:
    """Queue *count* clips, then let so many workers look at them, then give them *singles* jobs now and then."""
    with a_system(folder, database_url=database_url) as system:
        services = system.services
        claims.begin(services.engine)
        sender = Sender(services=services)
        for clip in islice(cycle(clips), count):
            sender.send(clip)
        system.start("quick", concurrency=workers)
        system.await_workers(Queue.QUICK)
        system.start("dispatcher")
        cost = measure(lambda: _await_quiet(services))
        queued = claims.read(services.engine)
        _give_singles(services, singles)
        waits_s = tuple(one.claimed_at - one.due_at for one in claims.read(services.engine)[len(queued) :])
    return Throughput(
        clips_per_hour=clips_per_hour(queued),
        cpu_s=cost.cpu_s / count,
        idle=idle_share(queued, workers=workers),
        waits_s=waits_s,
    )


def clips_per_hour(done: Sequence[claims.Claim]) -> float:
    """Return how many clips were inspected in an hour, from the first claim to the last verdict."""
    inspected = [one for one in done if one.kind is JobKind.INSPECT]
    return len(inspected) * _SECONDS_PER_HOUR / (max(one.ended_at for one in inspected) - done[0].claimed_at)


def idle_share(done: Sequence[claims.Claim], *, workers: int) -> float:
    """Return the part of the workers' time in which they had no job while clips waited."""
    ends_at = max(one.claimed_at for one in done if one.kind is JobKind.INSPECT)
    busy_s = sum(min(one.ended_at, ends_at) - one.claimed_at for one in done if one.claimed_at < ends_at)
    return 1 - busy_s / (workers * (ends_at - done[0].claimed_at))


def bare_clips_per_hour(clips: Sequence[Path], *, count: int, workers: int) -> float:
    """Return how many clips an hour the same work alone does, in so many processes: no queue, no bucket, no rows."""
    # Started anew, not forked: a fork would keep what it inherits open.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=fresh, initializer=_prepare) as pool:
        # Each process proves its sandbox, and loads what it needs, before the clock runs.
        list(pool.map(_get_ready, [clips[0]] * workers * 2, chunksize=1))
        began_at = time.monotonic()
        list(pool.map(_get_ready, islice(cycle(clips), count), chunksize=1))
        return count * _SECONDS_PER_HOUR / (time.monotonic() - began_at)


_sandbox: Final[list[Sandbox]] = []
"""Of this process, once it is proved."""


def _prepare() -> None:
    _sandbox.append(Sandbox.tested())


def _get_ready(clip: Path) -> None:
    with work_folder() as folder:
        Workshop(sandbox=_sandbox[0], folder=folder).ready(clip)


def _give_singles(services: Services, count: int) -> None:
    submission_id = builders.a_submission(services, state=State.ABANDONED).id
    _await_quiet(services)
    dice = random.Random(2030)  # noqa: S311 - the same moments each time, not a secret
    for revision in range(count):
        time.sleep(dice.expovariate(1 / APART_S))
        with writing(services.engine) as connection:
            # It finds nothing that is left to delete: hardly any work, so that the next one finds nobody busy.
            jobs.enqueue(connection, submission_id, 1000 + revision, JobKind.MAIL_RECEIPT)
    _await_quiet(services)


def _await_quiet(services: Services) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while left := _count(services, JobState.READY, JobState.LEASED):
        assert time.monotonic() < deadline, left
        time.sleep(_LOOK_EVERY_S)
    assert _count(services, JobState.DEAD) == 0


def _count(services: Services, *states: JobState) -> int:
    with reading(services.engine) as connection:
        return connection.scalar(select(func.count()).select_from(rows).where(rows.c.state.in_(states))) or 0
