"""The only place that reads what there is to do: the jobs, who works on them, and which processes are alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from intake.db.engine import database_now_s
from intake.db.records import job_from
from intake.db.tables import heartbeats, jobs
from intake.domain.errors import NotFound
from intake.domain.jobs import CLEANERS, MAILS, MAKERS, WRITERS, JobKind, JobState, Progress
from intake.domain.mails import Overtaken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from intake.domain.submissions import Job, SubmissionId


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """When a process last said that it lives, by the database's clock, and what it said."""

    age_s: float
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Queues:
    """How the jobs stand, all together.

    Attributes:
        dead: How many were given up.
        put_back: How many wait because something outside was down when they were tried.
        longest_due_s: For how long the one has been due that waits longest; None where none is due.
    """

    dead: int
    put_back: int
    longest_due_s: float | None


@dataclass(frozen=True, kw_only=True)
class Post:
    """One mail about a submission.

    Attributes:
        asked_s: When it could go at the earliest, in seconds since 1970.
        ended_s: When it went or was given up; None while it waits, and of mails of earlier versions of the service.
        overtaken_by: What made it untrue, where it was done without being sent.
    """

    kind: JobKind
    state: JobState
    asked_s: float
    ended_s: float | None
    overtaken_by: Overtaken | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the jobs that make something of a submission's file say.

    Attributes:
        is_working: Whether somebody works on it now.
        kind: At what, or what it waits for.
        position: How many wait for the same, itself and those before it; None when it does not wait.
        progress: How far the work is.
    """

    is_working: bool
    kind: JobKind | None
    position: int | None
    progress: Progress | None = None


def job_by_id(connection: Connection, job_id: int) -> Job:
    """Return the job with this id.

    Raises:
        NotFound: There is none.
    """
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"job {job_id}")
    return job_from(row)


def jobs_in(connection: Connection, states: Sequence[JobState], *, limit: int) -> list[Job]:
    """Return jobs in *states*, oldest first."""
    query = select(jobs).where(jobs.c.state.in_(states)).order_by(jobs.c.id).limit(limit)
    return [job_from(row) for row in connection.execute(query).mappings()]


def last_dead_job(connection: Connection, submission_id: SubmissionId) -> Job | None:
    """Return the job that brought a submission to an operator."""
    query = (
        select(jobs)
        .where(jobs.c.submission_id == submission_id, jobs.c.state == JobState.DEAD, jobs.c.kind.in_(MAKERS))
        .order_by(jobs.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return job_from(row) if row is not None else None


def last_job(connection: Connection, submission_id: SubmissionId, kind: JobKind) -> Job | None:
    """Return the last job of a kind that was written for a submission."""
    query = select(jobs).where(jobs.c.submission_id == submission_id, jobs.c.kind == kind)
    row = connection.execute(query.order_by(jobs.c.id.desc()).limit(1)).mappings().one_or_none()
    return job_from(row) if row is not None else None


def mails_about(connection: Connection, submission_id: SubmissionId) -> list[Post]:
    """Return the mails to a submission's sender, in the order in which they were asked for."""
    query = (
        select(jobs.c.kind, jobs.c.state, jobs.c.run_after, jobs.c.ended_at, jobs.c.overtaken_by)
        .where(jobs.c.submission_id == submission_id, jobs.c.kind.in_(MAILS))
        .order_by(jobs.c.id)
    )
    return [
        Post(
            kind=JobKind(kind),
            state=JobState(state),
            asked_s=asked_s,
            ended_s=ended_s,
            overtaken_by=Overtaken(cause) if cause else None,
        )
        for kind, state, asked_s, ended_s, cause in connection.execute(query)
    ]


def last_dead_jobs(connection: Connection, submission_ids: Iterable[SubmissionId]) -> dict[SubmissionId, Job]:
    """As `last_dead_job`, for several submissions at once; those without one are left out."""
    query = select(jobs).where(
        jobs.c.submission_id.in_(list(submission_ids)), jobs.c.state == JobState.DEAD, jobs.c.kind.in_(MAKERS)
    )
    found = [job_from(row) for row in connection.execute(query.order_by(jobs.c.id)).mappings()]
    return {job.submission_id: job for job in found}


def work_on(connection: Connection, submission_id: SubmissionId) -> Work:
    """Say what the jobs say of a submission."""
    open_jobs = connection.execute(
        select(jobs, (jobs.c.lease_until > database_now_s()).label("is_held")).where(
            jobs.c.submission_id == submission_id,
            jobs.c.kind.in_(MAKERS),
            jobs.c.state.in_((JobState.READY, JobState.LEASED)),
        )
    ).all()
    waiting = [job for job in open_jobs if job.state == JobState.READY]
    held = [job for job in open_jobs if job.state == JobState.LEASED and job.is_held]
    return Work(
        is_working=bool(held),
        kind=next((JobKind(job.kind) for job in (*held, *waiting)), None),
        position=_position(connection, waiting[0]) if waiting else None,
        progress=next((_progress(job) for job in held if job.progress_percent is not None), None),
    )


def is_being_written(connection: Connection, job: Job) -> bool:
    """Tell whether a worker holds another job of the same submission that makes files now."""
    query = select(jobs.c.id).where(
        jobs.c.submission_id == job.submission_id,
        jobs.c.id != job.id,
        jobs.c.kind.in_(WRITERS),
        jobs.c.state == JobState.LEASED,
        jobs.c.lease_until > database_now_s(),
    )
    return connection.execute(query.limit(1)).first() is not None


def is_cleaned(connection: Connection, submission_id: SubmissionId, revision: int) -> bool:
    """Tell whether all that had to be deleted after the move to *revision* is deleted."""
    query = select(jobs.c.id).where(
        jobs.c.submission_id == submission_id,
        jobs.c.revision == revision,
        jobs.c.kind.in_(CLEANERS),
        jobs.c.state != JobState.DONE,
    )
    return connection.execute(query.limit(1)).first() is None


def was_asked(connection: Connection, submission_id: SubmissionId, revision: int, kind: JobKind) -> bool:
    """Tell whether a job of this kind was written after a submission's move to *revision*."""
    query = select(jobs.c.id).where(
        jobs.c.submission_id == submission_id, jobs.c.revision == revision, jobs.c.kind == kind
    )
    return connection.execute(query.limit(1)).first() is not None


def queues(connection: Connection) -> Queues:
    """Say how the jobs stand."""
    ready = jobs.c.state == JobState.READY
    oldest = connection.scalar(
        select(database_now_s() - func.min(jobs.c.run_after)).where(ready, jobs.c.run_after <= database_now_s())
    )
    return Queues(
        dead=_count(connection, jobs.c.state == JobState.DEAD),
        put_back=_count(connection, ready & (jobs.c.postponed > 0)),
        longest_due_s=oldest,
    )


def heartbeat(connection: Connection, name: str) -> Heartbeat | None:
    """Return when *name* last said that it lives."""
    query = select(
        (database_now_s() - heartbeats.c.seen_at).label("age_s"),
        heartbeats.c.detail,
    ).where(heartbeats.c.name == name)
    row = connection.execute(query).one_or_none()
    return Heartbeat(age_s=row.age_s, detail=row.detail) if row is not None else None


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(jobs).where(condition)) or 0


def _progress(job: Row[Any]) -> Progress:
    return Progress(percent=job.progress_percent, remaining_s=job.progress_remaining_s)


def _position(connection: Connection, job: Row[Any]) -> int:
    query = (
        select(func.count())
        .select_from(jobs)
        .where(jobs.c.state == JobState.READY, jobs.c.kind == job.kind, jobs.c.id <= job.id)
    )
    return connection.scalar(query) or 0
