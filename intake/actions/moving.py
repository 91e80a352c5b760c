"""The only place that moves a submission from one state to another, and writes down that it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from intake.actions import hooking, jobs
from intake.actions.tallying import mark
from intake.db.records import document_of
from intake.db.tables import events, submissions
from intake.domain.errors import IllegalMove
from intake.domain.states import State, is_legal
from intake.domain.tallies import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.changes import Change
    from intake.domain.history import Cause
    from intake.domain.jobs import JobKind
    from intake.domain.submissions import Submission, SubmissionId


def move(  # noqa: PLR0913 - a move is all of this, and callers name each part
    connection: Connection,
    submission: Submission,
    after: State,
    *,
    actor: str,
    now: datetime,
    then: Iterable[JobKind] = (),
    wait_s: float = 0,
    reason: str | None = None,
    reason_code: str | None = None,
    note: str | None = None,
    cause: Cause | None = None,
    changes: Iterable[Change] = (),
    rests_since: datetime | None = None,
    **columns: object,
) -> bool:
    """Move *submission* from the state and revision it was read in; write the event and the jobs that follow.

    Args:
        then: The kinds of job this move asks for.
        wait_s: Seconds these jobs wait before anybody may take them, and other systems before they are told.
        reason: What the sender may read.
        reason_code: Which of the call's canned reasons that is, or began as.
        note: What only staff may read.
        cause: Why, where the two states do not tell.
        changes: What is another by it.
        rests_since: Since when it counts as resting there, where not since now: who waited does not go to the back.
        columns: What else changes in the row.

    Returns:
        False when somebody else moved it first: nothing was written.

    Raises:
        IllegalMove: The table of moves does not know this move.
    """
    if not is_legal(submission.state, after):
        raise IllegalMove(f"{submission.state} → {after}")
    revision = submission.revision + 1
    if not _update_as_read(connection, submission, state=after, moved_at=rests_since or now, **columns):
        return False
    _write_line(
        connection,
        submission,
        (after, revision),
        at=now,
        actor=actor,
        reason=reason,
        reason_code=reason_code,
        note=note,
        cause=cause,
        changes=_kept(changes),
    )
    mark(connection, Tally.MOVES, after)
    hooking.announce(connection, submission, after, now=now, cause=cause, wait_s=wait_s)
    for kind in then:
        jobs.enqueue(connection, submission.id, revision, kind, wait_s=wait_s)
    return True


def record_creation(
    connection: Connection,
    submission_id: SubmissionId,
    *,
    actor: str = "sender",
    cause: Cause | None = None,
    now: datetime,
) -> None:
    """Write the first line of a submission's history."""
    line = {"revision": 0, "at": now, "actor": actor, "before": None, "after": State.UPLOADING, "cause": cause}
    connection.execute(insert(events).values(submission_id=submission_id, **line))
    mark(connection, Tally.MOVES, State.UPLOADING)


def record_word(  # noqa: PLR0913 - as a move
    connection: Connection,
    submission: Submission,
    *,
    actor: str,
    now: datetime,
    cause: Cause | None = None,
    reason_code: str | None = None,
    note: str | None = None,
    changes: Iterable[Change] = (),
) -> int:
    """Write a line of a submission's history about something that did not move it; return its number."""
    here = (submission.state, submission.revision)
    line = {"at": now, "actor": actor, "note": note, "cause": cause, "reason_code": reason_code}
    return _write_line(connection, submission, here, **line, changes=_kept(changes))


def _update_as_read(connection: Connection, submission: Submission, **columns: object) -> bool:
    """Write to a submission's row, one revision further; False where it is not as it was read any more."""
    as_read = update(submissions).where(
        submissions.c.id == submission.id,
        submissions.c.state == submission.state,
        submissions.c.revision == submission.revision,
    )
    written = connection.execute(as_read.values(revision=submission.revision + 1, **columns))
    return written.rowcount == 1


def _write_line(connection: Connection, submission: Submission, to: tuple[State, int], **line: object) -> int:
    """Write a line of a submission's history that ends at this state and revision; return its number."""
    after, revision = to
    ends = {"before": submission.state, "after": after, "revision": revision}
    written = insert(events).values(submission_id=submission.id, **ends, **line).returning(events.c.id)
    return int(connection.execute(written).scalar_one())


def _kept(changes: Iterable[Change]) -> list[dict[str, Any]] | None:
    return [document_of(change) for change in changes] or None
