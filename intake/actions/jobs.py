"""The lease, all of it: enqueue, claim, renew, finish, put back, fail, and what the sweep does with a lost one.

The rows are the only queue that counts. Times are the database's own, so that no host's clock can take a lease away.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, insert, or_, select, union_all, update

from intake.actions.tallying import mark
from intake.db.engine import database_now_s
from intake.db.records import job_from
from intake.db.tables import jobs
from intake.domain.jobs import JOB_RULES, JobState, backoff_s
from intake.domain.tallies import Nudge, Tally
from intake.logs import current_request_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection, Select

    from intake.domain.jobs import JobId, JobKind, Progress
    from intake.domain.mails import Overtaken
    from intake.domain.staff import ErrandId
    from intake.domain.submissions import Job, SubmissionId

_ERROR_CHARACTERS: Final = 2000
"""How much of an error a row keeps: the end, where tools say what went wrong."""

_NO_PROGRESS: Final = {"progress_percent": None, "progress_remaining_s": None}
"""What a row says when an attempt begins: from the start, whatever the one before had done."""

_FREE: Final = {"lease_token": None, "lease_until": None, **_NO_PROGRESS}
"""What a row says of a job that nobody holds."""


def enqueue(
    connection: Connection, submission_id: SubmissionId, revision: int, kind: JobKind, *, wait_s: float = 0
) -> None:
    """Write the job that follows from the move to *revision*, in the transaction of that move.

    Args:
        wait_s: Seconds that nobody may take it: for as long a decision can be undone.
    """
    _write(connection, kind, wait_s=wait_s, submission_id=submission_id, revision=revision)


def ask(connection: Connection, submission_id: SubmissionId, revision: int, kind: JobKind) -> None:
    """See to it that a job of *kind* runs from now on, in the transaction that makes it necessary.

    What waits will see what was just written. What is at work may have looked before: its commit must look again.
    """
    mine = (jobs.c.submission_id == submission_id, jobs.c.kind == kind, jobs.c.revision == revision)
    if connection.scalar(select(jobs.c.id).where(*mine)) is None:
        enqueue(connection, submission_id, revision, kind)
        return
    connection.execute(
        update(jobs)
        .where(*mine, jobs.c.state.in_((JobState.DONE, JobState.DEAD)))
        .values(state=JobState.READY, attempts=0, postponed=0, hinted_at=None, **_asked_now())
    )


def widen(connection: Connection, submission_id: SubmissionId, revision: int, kind: JobKind, *, factor: int) -> None:
    """Let the job that follows from the move to *revision* take *factor* times the usual limits."""
    mine = (jobs.c.submission_id == submission_id, jobs.c.revision == revision, jobs.c.kind == kind)
    connection.execute(update(jobs).where(*mine).values(limits_factor=factor))


def enqueue_errand(connection: Connection, errand_id: ErrandId, kind: JobKind, *, wait_s: float = 0) -> None:
    """Write the job that runs an errand, in the transaction that writes the errand.

    Args:
        wait_s: As above.
    """
    _write(connection, kind, wait_s=wait_s, errand_id=errand_id, revision=0)


def run_errand_again(connection: Connection, errand_id: ErrandId, kind: JobKind) -> bool:
    """Give an errand's job, done or dead, all its attempts again; False while it waits or runs."""
    ended = update(jobs).where(
        jobs.c.errand_id == errand_id, jobs.c.kind == kind, jobs.c.state.in_((JobState.DONE, JobState.DEAD))
    )
    fresh = {"state": JobState.READY, "attempts": 0, "postponed": 0, "hinted_at": None, "last_error": None}
    return connection.execute(ended.values(**_asked_now(), **fresh)).rowcount == 1


def claim(connection: Connection, job_id: JobId, *, lease_s: float) -> Job | None:
    """Take a due job for *lease_s* seconds; None when it is done, dead, not due, or somebody else's.

    The attempt is counted here, before the work: a job that kills its worker uses its attempts up all the same.
    """
    row = connection.execute(
        update(jobs)
        .where(
            jobs.c.id == job_id,
            jobs.c.run_after <= database_now_s(),
            or_(jobs.c.state == JobState.READY, _lease_expired()),
            jobs.c.attempts < jobs.c.max_attempts,
        )
        .values(
            state=JobState.LEASED,
            lease_token=secrets.token_hex(16),
            lease_until=database_now_s() + lease_s,
            attempts=jobs.c.attempts + 1,
            **_NO_PROGRESS,
        )
        .returning(jobs)
    ).mappings()
    claimed = row.one_or_none()
    if claimed is None:
        return None
    job = job_from(claimed)
    due_for_s = claimed["lease_until"] - lease_s - claimed["run_after"]
    mark(connection, Tally.WAITS, JOB_RULES[job.kind].queue, due_for_s)
    return job


def renew(connection: Connection, job: Job, *, lease_s: float) -> bool:
    """Hold the lease for another *lease_s* seconds; False when it is somebody else's by now."""
    return _update_mine(connection, job, lease_until=database_now_s() + lease_s)


def show_progress(connection: Connection, job: Job, progress: Progress) -> bool:
    """Write down how far the job is; False when it is somebody else's by now."""
    return _update_mine(connection, job, progress_percent=progress.percent, progress_remaining_s=progress.remaining_s)


def finish(connection: Connection, job: Job) -> bool:
    """Mark the job done, in the transaction that commits its work; False when somebody else won."""
    done = {"state": JobState.DONE, "ended_at": database_now_s(), "last_error": None}
    is_mine = _update_mine(connection, job, **done, **_FREE)
    if is_mine:
        mark(connection, Tally.ATTEMPTS, job.kind, job.attempts)
    return is_mine


def note_overtaken(connection: Connection, job: Job, cause: Overtaken) -> bool:
    """Write down that a mail was not sent, in the transaction that ends its job."""
    noted = connection.execute(update(jobs).where(jobs.c.id == job.id).values(overtaken_by=cause))
    return noted.rowcount == 1


def put_back(connection: Connection, job: Job, error: str) -> bool:
    """Give the attempt back because something outside is down; the job waits longer each time."""
    postponed = connection.scalar(select(jobs.c.postponed).where(jobs.c.id == job.id)) or 0
    is_mine = _update_mine(
        connection,
        job,
        state=JobState.READY,
        attempts=jobs.c.attempts - 1,
        postponed=postponed + 1,
        run_after=database_now_s() + backoff_s(postponed + 1),
        hinted_at=None,
        **_FREE,
        last_error=error[-_ERROR_CHARACTERS:],
    )
    if is_mine:
        mark(connection, Tally.PUT_BACK, job.kind)
    return is_mine


def fail(connection: Connection, job: Job, error: str, *, for_good: bool = False) -> bool:
    """Count a failure: ready again after a while, or dead when that was the last attempt. False: somebody else won.

    Args:
        for_good: Trying again cannot help, so this was the last attempt whatever is left.
    """
    is_last = for_good or job.attempts >= job.max_attempts
    is_mine = _update_mine(
        connection,
        job,
        state=JobState.DEAD if is_last else JobState.READY,
        ended_at=database_now_s() if is_last else None,
        run_after=database_now_s() + backoff_s(job.attempts),
        hinted_at=None,
        **_FREE,
        last_error=error[-_ERROR_CHARACTERS:],
    )
    if is_mine and is_last:
        mark(connection, Tally.DEATHS, job.kind)
    return is_mine


def expire_leases(connection: Connection) -> list[Job]:
    """Free the jobs whose workers went silent; return those that died with it, for their submissions' sake."""
    died = connection.execute(
        update(jobs)
        .where(_lease_expired(), jobs.c.attempts >= jobs.c.max_attempts)
        .values(
            state=JobState.DEAD,
            ended_at=database_now_s(),
            **_FREE,
            last_error="the worker died or went silent while it did this, on every attempt",
        )
        .returning(jobs)
    ).mappings()
    dead = [job_from(row) for row in died]
    freed = connection.execute(
        update(jobs)
        # Their tries are looked at again: time goes on between the two statements, and a job that is ready with none
        # left would be nobody's for ever.
        .where(_lease_expired(), jobs.c.attempts < jobs.c.max_attempts)
        .values(state=JobState.READY, hinted_at=None, **_FREE)
    )
    for job in dead:
        mark(connection, Tally.DEATHS, job.kind)
    if silent := len(dead) + freed.rowcount:
        mark(connection, Tally.NUDGES, Nudge.LEASE_EXPIRED, silent)
    return dead


def due(connection: Connection, kinds: Iterable[JobKind], *, hint_again_s: float, limit: int) -> list[JobId]:
    """Return jobs a worker should be told of: due, and not told of for *hint_again_s* seconds, the longest due first.

    Only the first *limit* that are ready are looked at, so that a long queue does not fill the broker with repetitions.
    """
    ready = union_all(*(_ready(kind, limit) for kind in kinds)).subquery()
    first = select(ready).order_by(ready.c.run_after, ready.c.id).limit(limit).subquery()
    query = select(first.c.id).where(
        or_(first.c.hinted_at.is_(None), first.c.hinted_at < database_now_s() - hint_again_s)
    )
    return list(connection.scalars(query.order_by(first.c.run_after, first.c.id)))


def mark_hinted(connection: Connection, job_ids: Iterable[JobId]) -> None:
    """Remember that workers were told of these jobs."""
    told = jobs.c.id.in_(list(job_ids))
    if again := connection.scalar(select(func.count()).where(told, jobs.c.hinted_at.is_not(None))):
        mark(connection, Tally.NUDGES, Nudge.HINT_REPEATED, again)
    connection.execute(update(jobs).where(told).values(hinted_at=database_now_s()))


def revive(connection: Connection, job_id: JobId) -> Job | None:
    """Give a dead job all its attempts again; None when it is not dead."""
    row = connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == JobState.DEAD)
        .values(
            state=JobState.READY,
            attempts=0,
            postponed=0,
            hinted_at=None,
            ended_at=None,
            **_asked_now(),
        )
        .returning(jobs)
    ).mappings()
    revived = row.one_or_none()
    return job_from(revived) if revived is not None else None


def _write(connection: Connection, kind: JobKind, *, wait_s: float, **about: object) -> None:
    connection.execute(
        insert(jobs).values(
            kind=kind,
            state=JobState.READY,
            max_attempts=JOB_RULES[kind].max_attempts,
            request_id=current_request_id(),
            **_asked_now(wait_s=wait_s),
            **about,
        )
    )


def _asked_now(*, wait_s: float = 0) -> dict[str, ColumnElement[float]]:
    when = database_now_s() + wait_s
    return {"run_after": when, "asked_at": when}


def _ready(kind: JobKind, limit: int) -> Select[Any]:
    # Each kind is a stretch of the index, read from its beginning and no further than *limit*: asked for together, all
    # that waits in either queue would be read to find a hundred. The clock is asked first, in a query of its own, since
    # PostgreSQL looks nothing up in an index by what may change from row to row.
    now_s = select(database_now_s()).scalar_subquery()
    first = (
        select(jobs.c.id, jobs.c.run_after, jobs.c.hinted_at)
        .where(jobs.c.state == JobState.READY, jobs.c.kind == kind, jobs.c.run_after <= now_s)
        .order_by(jobs.c.run_after, jobs.c.id)
        .limit(limit)
    )
    return select(first.subquery())


def _lease_expired() -> ColumnElement[bool]:
    return and_(jobs.c.state == JobState.LEASED, jobs.c.lease_until < database_now_s())


def _update_mine(connection: Connection, job: Job, **values: object) -> bool:
    result = connection.execute(
        update(jobs).where(jobs.c.id == job.id, jobs.c.lease_token == job.token).values(**values)
    )
    return result.rowcount == 1
