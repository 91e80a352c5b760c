"""What staff can do with a submission: approve, decline, ask again, take back, give a dead job another chance.

What follows from a decision is a job in its transaction that waits for as long as the decision can be undone. Whoever
is killed meanwhile changes nothing about that: the row says when it is due, and it is done then.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.actions import jobs
from intake.actions.captioning import has_checked_captions
from intake.actions.moving import move
from intake.db import backlog, queries
from intake.domain.decisions import LEADS_TO, UNDO_S, Decision
from intake.domain.desk import larger_limits
from intake.domain.errors import NotFound
from intake.domain.history import Cause
from intake.domain.jobs import JOB_RULES, JobKind, JobState
from intake.domain.states import State
from intake.storage import keys

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.jobs import JobId
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
        note: What only staff read.
        poster: Which still stands for the clip, from 0; None for the one that inspection found best.
        poster_at_s: Or which moment of the copy that was watched; it goes before a still.
        wait_s: Seconds that what follows waits, so that the decision can be undone.
    """

    decision: Decision
    reviewed_sha256: str
    moderator: str
    reason: str | None = None
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
    if submission.state is not State.AWAITING_REVIEW:
        return Outcome.SOMEBODY_ELSE
    if submission.review_sha256 != ruling.reviewed_sha256:
        return Outcome.FILE_CHANGED
    if ruling.decision is not Decision.APPROVE:
        _turn_down(connection, submission, ruling, now=now)
        return Outcome.DONE
    if not submission.may_be_approved:
        return Outcome.NO_CONSENT
    if _lacks_captions(connection, submission):
        return Outcome.NO_CHECKED_CAPTIONS
    _approve(connection, submission, ruling, now=now)
    return Outcome.DONE


def take_down(connection: Connection, submission_id: SubmissionId, *, moderator: str, note: str, now: datetime) -> bool:
    """Take a clip out of the gallery, or stop it on its way there, to be looked at again.

    Its files follow, and it can be approved again meanwhile: it is published anew under another revision.

    Returns:
        False when it is not public or about to be (any more).

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state not in {State.APPROVED, State.PUBLISHED}:
        return False
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
    )


def _lacks_captions(connection: Connection, submission: Submission) -> bool:
    call = queries.find_call(connection, submission.call_slug)
    return call.requires_captions and not has_checked_captions(connection, submission)


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
        note=ruling.note,
        decision_reason=ruling.reason,
    )
