"""The seconds in which a decision can be taken back, and what keeps them from ending while somebody is about to.

What follows from a decision is a job that waits. Taking the decision back deletes it, and holding the time up has it
wait longer. Nothing is kept outside the rows: whoever is killed in between leaves a decision that stands,
and is carried out when its job is due.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from intake.actions import hooking, jobs
from intake.actions.moving import move
from intake.db import hooks, queries
from intake.db.tables import submissions
from intake.domain.decisions import MAX_UNDO_S, UNDO_S
from intake.domain.history import Cause, came_to_wait
from intake.domain.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

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
    if not jobs.take_away(connection, submission.id, revision, errands=untold):
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
    if not jobs.hold_back(connection, submission.id, revision, wait_s=left_s, errands=untold):
        return 0
    until = now + timedelta(seconds=left_s)
    connection.execute(update(submissions).where(submissions.c.id == submission.id).values(undo_until=until))
    return left_s
