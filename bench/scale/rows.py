"""What claiming a job and the dispatcher's rounds take where much waits, and where much was done before."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Update, delete, func, insert, literal, select, update

from bench.measuring import measure
from intake.actions import jobs, staffing
from intake.db.engine import database_now_s, reading, writing
from intake.db.people_tables import staff
from intake.db.tables import jobs as rows
from intake.db.tables import submissions
from intake.domain.jobs import JOB_RULES, JobKind, JobState
from intake.domain.staff import Alerts, NewClips, StaffId
from intake.domain.states import State
from tests import full_desk
from workers.broker import make_celery
from workers.dispatcher import HINTS_AT_ONCE, Dispatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Select

    from intake.domain.jobs import JobId
    from intake.wiring import Services

DEPTHS: Final = (10, 1000, 10_000)
"""How many jobs wait while one is claimed."""

LIFE: Final = (
    JobKind.INSPECT,
    JobKind.MAIL_RECEIPT,
    JobKind.MAIL_VERDICT,
    JobKind.PUBLISH,
    JobKind.MAIL_PUBLISHED,
)
"""What was done for a submission before: half a million rows for a hundred thousand."""

READERS: Final = 10
"""How many of the staff want mails about new clips; each is looked after at every sweep."""

QUIET: Final = 100
"""How many uploads stopped and may still come: three days' worth of a service with a hundred thousand."""

_QUEUED: Final = 9
"""The revision of the jobs that wait here, or the first of them; no other job has one as high."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Seconds that one thing took, each time."""

    wall_s: tuple[float, ...]
    cpu_s: tuple[float, ...]

    @property
    def wall_p95_ms(self) -> float:
        """The 95th percentile by the clock."""
        return quantiles(self.wall_s, n=20)[-1] * 1000

    @property
    def cpu_p95_ms(self) -> float:
        """The 95th percentile of processor time, the database's included."""
        return quantiles(self.cpu_s, n=20)[-1] * 1000


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What it took with so many rows.

    Attributes:
        claim_ms: The median by the clock, for each depth of the queue.
        quiet: A pass in which nothing is to be told, though ten thousand wait.
        telling: A pass that tells of a hundred jobs.
        settle_s: Asking the bucket for each upload that stopped, which holds up nobody.
        database_bytes: All of it, with its indexes.
    """

    claim_ms: Mapping[int, float]
    quiet: Taken
    telling: Taken
    sweep: Taken
    settle_s: float
    database_bytes: int


def fill(services: Services, count: int) -> None:
    """Write so many submissions, as years of calls would leave them, with all that was done for them."""
    share = count / sum(full_desk.MIX.values())
    full_desk.fill(services, mix={state: round(number * share) for state, number in full_desk.MIX.items()})
    with writing(services.engine) as connection:
        for kind in LIFE:
            done = select(
                submissions.c.id,
                literal(kind),
                literal(1),
                literal(JobState.DONE),
                literal(1),
                literal(3),
                literal(0.0),
            )
            connection.execute(insert(rows).from_select(_COLUMNS, done))
        for number in range(READERS):
            email = f"staff-{number}@example.org"
            row = {"email": email, "active": True, "fs_uniquifier": email}
            reader = StaffId(connection.execute(insert(staff).values(**row).returning(staff.c.id)).scalar_one())
            wish = Alerts(new_clips=NewClips.AT_ONCE, waiting_clips=True)
            staffing.set_alerts(connection, reader, wish, now=services.clock() - timedelta(days=30))
        connection.execute(_half_sent(services))
    full_desk.look_through(services)


def measure_rows(services: Services, *, times: int) -> Rows:
    """Claim, pass and sweep, so many times each."""
    dispatcher = Dispatcher(services=services, celery=make_celery(services.settings.redis_url))
    # The first one asks for the mails that are due; from then on nearly every sweep finds nothing.
    dispatcher.sweep()
    claim_ms = {}
    for depth in DEPTHS:
        _queue(services, depth)
        claim_ms[depth] = median(_claims_s(services, times)) * 1000
    telling = _taken(dispatcher.hint, max(times // 10, 2), before=partial(_forget_hints, services))
    quiet = _taken(dispatcher.hint, times)
    sweep = _taken(dispatcher.sweep, times)
    settle_s = measure(dispatcher.settle_uploads).wall_s
    return Rows(
        claim_ms=claim_ms,
        quiet=quiet,
        telling=telling,
        sweep=sweep,
        settle_s=settle_s,
        database_bytes=_size_bytes(services),
    )


_COLUMNS: Final = ("submission_id", "kind", "revision", "state", "attempts", "max_attempts", "run_after")


def _half_sent(services: Services) -> Update:
    some = select(submissions.c.id).where(submissions.c.state == State.UPLOADING).limit(QUIET)
    upload_key = "submissions/" + submissions.c.id + "/upload"
    begun_at = services.clock() - timedelta(hours=1)
    return (
        update(submissions)
        .where(submissions.c.id.in_(some))
        .values(upload_key=upload_key, upload_bytes=1, upload_begun_at=begun_at, moved_at=begun_at)
    )


def _queue(services: Services, depth: int) -> None:
    with writing(services.engine) as connection:
        connection.execute(delete(rows).where(rows.c.revision >= _QUEUED))
        left, revision = depth, _QUEUED
        while left:
            # Of each submission once more, where there are fewer than wait.
            more = insert(rows).from_select(_COLUMNS, _waiting(revision).limit(left))
            left -= connection.execute(more.execution_options(preserve_rowcount=True)).rowcount
            revision += 1
    full_desk.look_through(services)


def _waiting(revision: int) -> Select[Any]:
    tries = JOB_RULES[JobKind.INSPECT].max_attempts
    fixed = (JobKind.INSPECT, revision, JobState.READY, 0, tries)
    return select(submissions.c.id, *(literal(value) for value in fixed), database_now_s())


def _claims_s(services: Services, times: int) -> list[float]:
    with reading(services.engine) as connection:
        queued = list(connection.scalars(select(rows.c.id).where(rows.c.revision >= _QUEUED)))
    dice = random.Random(2030)  # noqa: S311 - the same jobs each time, not a secret
    return [_claim_s(services, dice.choice(queued)) for _ in range(times)]


def _claim_s(services: Services, job_id: JobId) -> float:
    began_at = time.perf_counter()
    with writing(services.engine) as connection:
        job = jobs.claim(connection, job_id, lease_s=60)
    took_s = time.perf_counter() - began_at
    assert job is not None
    with writing(services.engine) as connection:
        ready = {"state": JobState.READY, "attempts": 0, "lease_token": None, "lease_until": None}
        connection.execute(update(rows).where(rows.c.id == job_id).values(**ready))
    return took_s


def _taken(work: Callable[[], object], times: int, *, before: Callable[[], object] = lambda: None) -> Taken:
    costs = []
    for _ in range(times):
        before()
        costs.append(measure(work))
    return Taken(wall_s=tuple(cost.wall_s for cost in costs), cpu_s=tuple(cost.cpu_s for cost in costs))


def _forget_hints(services: Services) -> None:
    with writing(services.engine) as connection:
        told = connection.execute(update(rows).where(rows.c.hinted_at.is_not(None)).values(hinted_at=None)).rowcount
    assert told in {0, HINTS_AT_ONCE}, told


def _size_bytes(services: Services) -> int:
    with reading(services.engine) as connection:
        if connection.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)
