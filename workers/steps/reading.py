"""How every step begins: it reads its submission anew, and leaves quietly when that has moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.db import backlog, queries
from intake.db.engine import reading
from intake.domain.errors import TryAgainLater

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.domain.calls import Call
    from intake.domain.submissions import Job, Submission
    from intake.wiring import Services


def submission_of(services: Services, job: Job) -> tuple[Submission, Call]:
    """Return the job's submission and its call as they stand now."""
    with reading(services.engine) as connection:
        submission = queries.submission_by_id(connection, job.submission_id)
        return submission, queries.find_call(connection, submission.call_slug)


def require_nobody_writes(services: Services, job: Job) -> None:
    """Make sure that no other job of this submission is writing files now.

    Raises:
        TryAgainLater: One is. It finds the submission moved when it wants to commit, and ends soon.
    """
    with reading(services.engine) as connection:
        if backlog.is_being_written(connection, job):
            raise TryAgainLater("another job of this submission is still at work")


def nothing_to_do(_connection: Connection) -> bool:
    """Commit nothing: the submission went another way."""
    return False
