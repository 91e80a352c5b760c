"""What staff can do with a submission: approve, decline, ask again, take that back, take down, look again.

What follows from a decision is a job in its transaction that waits for as long as the decision can be undone. Whoever
is killed meanwhile changes nothing about that: the row says when it is due, and it is done then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.actions import jobs
from intake.actions.captioning import lacks_required
from intake.actions.moving import move
from intake.db import queries
from intake.domain.decisions import LEADS_TO, TOLD_OF_TAKE_DOWN_AFTER_S, UNDO_S, Decision
from intake.domain.history import Cause
from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.storage import keys

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.history import Event
    from intake.domain.submissions import Submission, SubmissionId


_LAST_PICTURES_S: Final = 0.5
"""Nearer to its end than this a clip may have no picture any more: sound often lasts a little longer."""


class Outcome(StrEnum):
    """How a decision ended. Losing a race is no error: the other one is told."""

    DONE = "done"
    SOMEBODY_ELSE = "somebody_else"
    FILE_CHANGED = "file_changed"
    NO_CHECKED_CAPTIONS = "no_checked_captions"
    NO_CONSENT = "no_consent"


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """A decision with everything that belongs to it.

    Attributes:
        reviewed_sha256: Of the copy that was watched; the decision holds for exactly that file.
        reason: What the sender reads; None only for an approval.
        reason_code: Which of the call's canned reasons that is, or began as.
        note: What only staff read.
        poster: Which still stands for the clip, from 0; None for the one that inspection found best.
        poster_at_s: Or which moment of the copy that was watched; it goes before a still.
        wait_s: Seconds that what follows waits, so that the decision can be undone.
    """

    decision: Decision
    reviewed_sha256: str
    moderator: str
    reason: str | None = None
    reason_code: str | None = None
    note: str | None = None
    poster_at_s: float | None = None
    poster: int | None = None
    wait_s: float = UNDO_S


def decide(connection: Connection, submission_id: SubmissionId, ruling: Ruling, *, now: datetime) -> Outcome:
    """Carry out a moderator's decision unless somebody was faster or the file is another one by now.

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if _is_decided_so(connection, submission, ruling, now=now):
        return Outcome.DONE
    lost = _lost(connection, submission, ruling)
    if lost is not None:
        return lost
    carry_out = _approve if ruling.decision is Decision.APPROVE else _turn_down
    carry_out(connection, submission, ruling, now=now)
    return Outcome.DONE


def take_down(  # noqa: PLR0913 - as a ruling
    connection: Connection,
    submission_id: SubmissionId,
    *,
    moderator: str,
    note: str,
    now: datetime,
    tell_after_s: float = TOLD_OF_TAKE_DOWN_AFTER_S,
) -> bool:
    """Take a clip out of the gallery, or stop it on its way there, to be looked at again.

    Its files follow, and it can be approved again meanwhile: it is published anew under another revision. The sender of
    one that was public is told after *tell_after_s* seconds, unless it is back by then.

    Returns:
        False when it is not public or about to be (any more).

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state not in {State.APPROVED, State.PUBLISHED}:
        return False
    if submission.state is State.PUBLISHED:
        told = submission.revision + 1
        jobs.enqueue(connection, submission.id, told, JobKind.MAIL_TAKEN_DOWN, wait_s=tell_after_s)
    return move(
        connection,
        submission,
        State.AWAITING_REVIEW,
        actor=moderator,
        now=now,
        then=[JobKind.UNPUBLISH],
        note=note,
        cause=Cause.TAKEN_DOWN,
        approved_sha256=None,
    )


def look_again(connection: Connection, submission_id: SubmissionId, *, moderator: str, now: datetime) -> bool:
    """Bring a declined clip back to the queue; False when it is not declined (any more)."""
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.DECLINED:
        return False
    return move(connection, submission, State.AWAITING_REVIEW, actor=moderator, now=now, decision_reason=None)


def _undo_until(ruling: Ruling, now: datetime) -> datetime | None:
    return now + timedelta(seconds=ruling.wait_s) if ruling.wait_s else None


def _approve(connection: Connection, submission: Submission, ruling: Ruling, *, now: datetime) -> None:
    move(
        connection,
        submission,
        State.APPROVED,
        actor=ruling.moderator,
        now=now,
        then=[JobKind.PUBLISH],
        wait_s=ruling.wait_s,
        note=ruling.note,
        approved_sha256=ruling.reviewed_sha256,
        poster=_poster(submission, ruling),
        poster_at_s=_moment(submission, ruling),
        clip_id=submission.clip_id or keys.new_clip_id(),
        decision_reason=None,
        undo_until=_undo_until(ruling, now),
    )


def _is_decided_so(connection: Connection, submission: Submission, ruling: Ruling, *, now: datetime) -> bool:
    """Tell whether the same person decided just the same a moment ago: the form came twice, and did what it says."""
    is_same = (
        submission.state is LEADS_TO[ruling.decision]
        and submission.decision_reason == ruling.reason
        and submission.review_sha256 == ruling.reviewed_sha256
    )
    return is_same and submission.may_be_undone(now) and _last_move(connection, submission).actor == ruling.moderator


def _last_move(connection: Connection, submission: Submission) -> Event:
    return [event for event in queries.history(connection, submission.id) if event.before is not event.after][-1]


def _lost(connection: Connection, submission: Submission, ruling: Ruling) -> Outcome | None:
    if submission.state is not State.AWAITING_REVIEW:
        return Outcome.SOMEBODY_ELSE
    if submission.review_sha256 != ruling.reviewed_sha256:
        return Outcome.FILE_CHANGED
    if ruling.decision is not Decision.APPROVE:
        return None
    if not submission.may_be_approved:
        return Outcome.NO_CONSENT
    return Outcome.NO_CHECKED_CAPTIONS if lacks_required(connection, submission) else None


def _poster(submission: Submission, ruling: Ruling) -> int:
    is_there = ruling.poster is not None and ruling.poster < len(submission.stills)
    return ruling.poster if ruling.poster is not None and is_there else submission.poster


def _moment(submission: Submission, ruling: Ruling) -> float | None:
    if ruling.poster_at_s is None or submission.shown_video is None:
        return None
    return min(ruling.poster_at_s, max(submission.shown_video.duration_s - _LAST_PICTURES_S, 0.0))


def _turn_down(connection: Connection, submission: Submission, ruling: Ruling, *, now: datetime) -> None:
    move(
        connection,
        submission,
        LEADS_TO[ruling.decision],
        actor=ruling.moderator,
        now=now,
        then=[JobKind.MAIL_VERDICT],
        wait_s=ruling.wait_s,
        reason=ruling.reason,
        reason_code=ruling.reason_code,
        note=ruling.note,
        decision_reason=ruling.reason,
        undo_until=_undo_until(ruling, now),
    )
