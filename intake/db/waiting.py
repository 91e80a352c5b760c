"""The only place that knows which clip comes before and after another in the line of those that wait to be watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from intake.db.tables import submissions
from intake.domain.states import State

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from intake.domain.submissions import Submission, SubmissionId


def next_waiting(connection: Connection, submission: Submission) -> SubmissionId | None:
    """Return the clip that waits behind *submission*; behind the last, and for one that does not wait, the first."""
    if submission.state is State.AWAITING_REVIEW:
        behind = _first(connection, _is_behind(submission))
        if behind is not None:
            return behind
    return _first(connection, submissions.c.id != submission.id)


def previous_waiting(connection: Connection, submission: Submission) -> SubmissionId | None:
    """Return the clip that waits before *submission*; None before the first, and for one that does not wait."""
    if submission.state is not State.AWAITING_REVIEW:
        return None
    query = (
        select(submissions.c.id)
        .where(
            submissions.c.state == State.AWAITING_REVIEW,
            # Said twice: the first is what the index is searched by.
            submissions.c.moved_at <= submission.moved_at,
            or_(submissions.c.moved_at < submission.moved_at, submissions.c.id < submission.id),
        )
        .order_by(submissions.c.moved_at.desc(), submissions.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query)


def _is_behind(submission: Submission) -> ColumnElement[bool]:
    return and_(
        submissions.c.moved_at >= submission.moved_at,
        or_(submissions.c.moved_at > submission.moved_at, submissions.c.id > submission.id),
    )


def _first(connection: Connection, condition: ColumnElement[bool]) -> SubmissionId | None:
    query = (
        select(submissions.c.id)
        .where(submissions.c.state == State.AWAITING_REVIEW, condition)
        .order_by(submissions.c.moved_at, submissions.c.id)
        .limit(1)
    )
    return connection.scalar(query)
