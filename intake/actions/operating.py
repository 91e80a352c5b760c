"""What is done about a submission whose job died: a human is called, who tries it again or sends it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.actions import jobs
from intake.actions.moving import move
from intake.db import backlog, queries
from intake.domain.desk import larger_limits
from intake.domain.errors import NotFound
from intake.domain.jobs import JOB_RULES, JobKind, JobState
from intake.domain.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.jobs import JobId
    from intake.domain.submissions import SubmissionId


def call_operator(connection: Connection, submission_id: SubmissionId, *, error: str, now: datetime) -> bool:
    """Show a submission whose job died to a human; False where it has moved on without that job."""
    submission = queries.lock_submission(connection, submission_id)
    if submission.state not in {State.UPLOADED, State.INSPECTED, State.APPROVED}:
        return False
    return move(
        connection,
        submission,
        State.NEEDS_OPERATOR,
        actor="dispatcher",
        now=now,
        note=error,
        came_from=submission.state,
    )


def retry_job(
    connection: Connection, job_id: JobId, *, actor: str, now: datetime, has_larger_limits: bool = False
) -> bool:
    """Give a dead job another three tries, from where it found its submission; False when it is not dead.

    Args:
        has_larger_limits: Its tools may take more time and memory than they had.

    Raises:
        NotFound: There is no such job.
    """
    job = backlog.job_by_id(connection, job_id)
    if job.state is not JobState.DEAD:
        return False
    if not JOB_RULES[job.kind].needs_operator:
        return jobs.revive(connection, job_id) is not None
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.state is not State.NEEDS_OPERATOR or submission.came_from is None:
        return False
    # An older one was retried before; only the last one's work is missing.
    last = backlog.last_dead_job(connection, submission.id)
    if last is None or last.id != job.id:
        return False
    moved = move(connection, submission, submission.came_from, actor=actor, now=now, then=[job.kind], came_from=None)
    # What was granted once is not taken back: it would die of the same again.
    factor = larger_limits(job.limits_factor) if has_larger_limits else job.limits_factor
    jobs.widen(connection, submission.id, submission.revision + 1, job.kind, factor=factor)
    return moved


def retry_submission(
    connection: Connection, submission_id: SubmissionId, *, actor: str, now: datetime, has_larger_limits: bool = False
) -> bool:
    """Retry the job that brought a submission to an operator; False when nothing of it is dead (any more).

    Raises:
        NotFound: There is no such submission.
    """
    job = backlog.last_dead_job(connection, submission_id)
    if job is None:
        raise NotFound(submission_id)
    return retry_job(connection, job.id, actor=actor, now=now, has_larger_limits=has_larger_limits)


def refuse_stuck(
    connection: Connection, submission_id: SubmissionId, *, reason: str, actor: str, now: datetime
) -> bool:
    """Send a clip that no retry mends back to its sender, who reads *reason*; False where it is not stuck (any more).

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.NEEDS_OPERATOR:
        return False
    return move(
        connection,
        submission,
        State.REFUSED,
        actor=actor,
        now=now,
        then=[JobKind.MAIL_VERDICT],
        reason=reason,
        decision_reason=reason,
        came_from=None,
    )
