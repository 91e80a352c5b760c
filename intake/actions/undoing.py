"""The seconds in which a decision can be taken back, and what keeps them from ending while somebody is about to.

What follows from a decision is a job that waits. Taking the decision back deletes it, and holding the time up has it
wait longer. Nothing is kept outside the rows: whoever is killed in between leaves a decision that stands,
and is carried out when its job is due.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, select, update

from intake.actions import hooking
from intake.actions.moving import move
from intake.db import hooks, queries
from intake.db.engine import database_now_s
from intake.db.tables import jobs, submissions
from intake.domain.decisions import MAX_UNDO_S, UNDO_S
from intake.domain.history import Cause, came_to_wait
from intake.domain.jobs import JobState
from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from intake.domain.staff import ErrandId
    from intake.domain.submissions import SubmissionId


def undo(connection: Connection, submission_id: SubmissionId, revision: int, *, moderator: str, now: datetime) -> bool:
    """Take one's own decision, the move to *revision*, back: the clip waits again, and nobody is told anything.

    Returns:
        False when it is too late: its seconds are over, something that followed was begun, or the submission was
        moved since.

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.revision != revision or not submission.may_be_undone(now):
        return False
    moves = [event for event in queries.history(connection, submission.id) if event.before is not event.after]
    if moves[-1].actor != moderator:
        return False
    untold = hooks.deliveries_of(connection, submission.id, revision)
    if not _take_away(connection, submission.id, revision, errands=untold):
        return False
    hooking.retract(connection, untold)
    return move(
        connection,
        submission,
        State.AWAITING_REVIEW,
        actor=moderator,
        now=now,
        cause=Cause.UNDONE,
        rests_since=came_to_wait(moves),
        decision_reason=None,
        approved_sha256=None,
        undo_until=None,
    )


def hold(connection: Connection, submission_id: SubmissionId, revision: int, *, moderator: str, now: datetime) -> float:
    """Keep what follows from one's own decision, the move to *revision*, waiting while somebody is about to undo it.

    Returns:
        For how many seconds more it can be undone; 0 when it is too late, or was held for long enough.

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.revision != revision or not submission.may_be_undone(now):
        return 0
    moves = [event for event in queries.history(connection, submission.id) if event.before is not event.after]
    left_s = min(UNDO_S, MAX_UNDO_S - (now - moves[-1].at).total_seconds())
    if moves[-1].actor != moderator or left_s <= 0:
        return 0
    untold = hooks.deliveries_of(connection, submission.id, revision)
    if not _hold_back(connection, submission.id, revision, wait_s=left_s, errands=untold):
        return 0
    until = now + timedelta(seconds=left_s)
    connection.execute(update(submissions).where(submissions.c.id == submission.id).values(undo_until=until))
    return left_s


def _hold_back(
    connection: Connection,
    submission_id: SubmissionId,
    revision: int,
    *,
    wait_s: float,
    errands: Iterable[ErrandId] = (),
) -> bool:
    """Have the jobs that a move to *revision* asked for wait for *wait_s* from now; False when they wait no more.

    What is due may be on its way to a worker, and is left alone.

    Args:
        errands: Whose jobs are of them as well.
    """
    waits = (jobs.c.state == JobState.READY, jobs.c.run_after > database_now_s())
    held = update(jobs).where(_of_move(submission_id, revision, errands), *waits)
    return connection.execute(held.values(run_after=database_now_s() + wait_s)).rowcount > 0


def _take_away(
    connection: Connection, submission_id: SubmissionId, revision: int, *, errands: Iterable[ErrandId] = ()
) -> bool:
    """Delete the jobs that a move to *revision* asked for, before anybody began one; False when somebody did.

    The rows are locked before they are looked at: a worker that wants one meanwhile waits, and then finds it gone.

    Args:
        errands: Whose jobs are of them as well.
    """
    mine = _of_move(submission_id, revision, errands)
    found = select(jobs.c.state, jobs.c.attempts, jobs.c.postponed).where(mine).order_by(jobs.c.id)
    rows = connection.execute(found.with_for_update())
    if any((row.state, row.attempts, row.postponed) != (JobState.READY, 0, 0) for row in rows):
        return False
    connection.execute(delete(jobs).where(mine))
    return True


def _of_move(submission_id: SubmissionId, revision: int, errands: Iterable[ErrandId]) -> ColumnElement[bool]:
    of_the_move = and_(jobs.c.submission_id == submission_id, jobs.c.revision == revision)
    return or_(of_the_move, jobs.c.errand_id.in_(list(errands)))
