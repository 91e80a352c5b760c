"""What is done to a clip's picture and sound on the desk: cut and turned anew from the original, and cleaned.

The original is never written to. A clip that is to be cut goes back to where it is prepared, and comes to the desk
again with another review copy and so another SHA-256: nobody approves what they did not watch. Whoever is killed on the
way leaves the old copy where it was, and the job to be taken again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from intake.actions import jobs
from intake.actions.moderating import Outcome
from intake.actions.moving import move, record_word
from intake.db import backlog, queries
from intake.db.records import document_of
from intake.db.tables import submissions
from intake.domain.changes import Change
from intake.domain.cutting import WHOLE, Cut, Cuttable, problem_with
from intake.domain.errors import IllegalMove
from intake.domain.history import Cause, came_to_wait
from intake.domain.jobs import JobKind
from intake.domain.states import FINAL, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.actions.judging import ReviewCopy
    from intake.domain.submissions import CutFound, Job, ObjectKey, Submission, SubmissionId


@dataclass(frozen=True, kw_only=True)
class Recut:
    """What a worker made of an original as it was to be cut.

    Attributes:
        found: Of the copy; None where it is the whole original, of which all is known.
        best_still: Which of the stills stands for the clip unless a moderator chooses another, from 0.
    """

    cut: Cut
    review: ReviewCopy
    found: CutFound | None
    stills: tuple[ObjectKey, ...]
    best_still: int
    waveform_key: ObjectKey


def cuttable(submission: Submission) -> Cuttable | None:
    """Return what a cut of this clip is judged by; None where nothing is known of its original."""
    if submission.video is None:
        return None
    return Cuttable(
        duration_s=submission.video.duration_s,
        cut=submission.cut,
        has_cleaner_sound=submission.cleaner_key is not None,
    )


def ask_recut(  # noqa: PLR0913 - as a ruling
    connection: Connection,
    submission_id: SubmissionId,
    wanted: Cut,
    *,
    reviewed_sha256: str,
    moderator: str,
    now: datetime,
) -> Outcome:
    """Have a new review copy made of the original, unless somebody decided or the file is another one by now.

    Raises:
        NotFound: There is no such submission.
        IllegalMove: The clip may not be cut like this; whoever asks has looked at that before.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.AWAITING_REVIEW:
        return Outcome.SOMEBODY_ELSE
    if submission.review_sha256 != reviewed_sha256:
        return Outcome.FILE_CHANGED
    clip, rules = cuttable(submission), queries.find_call(connection, submission.call_slug).rules
    problem = problem_with(wanted, clip, rules) if clip else "nothing is known of it"
    if problem:
        raise IllegalMove(f"a cut: {problem}")
    move(
        connection,
        submission,
        State.INSPECTED,
        actor=moderator,
        now=now,
        then=[JobKind.RECUT],
        cause=Cause.RECUT_ASKED,
        changes=changes_between(submission.cut, wanted),
        wanted_cut=document_of(wanted),
    )
    return Outcome.DONE


def record_recut(connection: Connection, job: Job, made: Recut, *, now: datetime) -> bool:
    """Bring a clip back to the desk as it was to be cut; False when it moved meanwhile."""
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.revision != job.revision:
        return False
    return move(
        connection,
        submission,
        State.AWAITING_REVIEW,
        actor="worker",
        now=now,
        cause=Cause.RECUT_MADE,
        rests_since=_since(connection, submission),
        cut=None if made.cut == WHOLE else document_of(made.cut),
        cut_found=document_of(made.found) if made.found else None,
        wanted_cut=None,
        review_key=made.review.key,
        review_sha256=made.review.sha256,
        review_plan=made.review.plan,
        stills=list(made.stills),
        poster=made.best_still,
        poster_at_s=None,
        waveform_key=made.waveform_key,
    )


def record_failed_recut(connection: Connection, job: Job, *, now: datetime) -> bool:
    """Bring a clip back to the desk as it was: it cannot be cut like that. False when it moved meanwhile."""
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.revision != job.revision:
        return False
    move(
        connection,
        submission,
        State.AWAITING_REVIEW,
        actor="worker",
        now=now,
        cause=Cause.RECUT_FAILED,
        rests_since=_since(connection, submission),
        wanted_cut=None,
    )
    # What the attempt filed counts for nothing.
    return False


def leave_cut(connection: Connection, submission_id: SubmissionId, *, moderator: str, now: datetime) -> bool:
    """Bring a clip whose cut died back to the desk as it was; False where there is none to be left (any more).

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.NEEDS_OPERATOR or not submission.is_cut_pending:
        return False
    return move(
        connection,
        submission,
        State.AWAITING_REVIEW,
        actor=moderator,
        now=now,
        cause=Cause.RECUT_GIVEN_UP,
        rests_since=_since(connection, submission),
        wanted_cut=None,
        came_from=None,
    )


def ask_cleaning(connection: Connection, submission_id: SubmissionId, *, moderator: str, now: datetime) -> bool:
    """Have a clip's sound cleaned, to be listened to; False where it is, is being, or cannot be any more."""
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.AWAITING_REVIEW or submission.cleaner_key is not None:
        return False
    if not _wants_cleaning(connection, submission):
        return False
    record_word(connection, submission, cause=Cause.CLEANING_ASKED, actor=moderator, now=now)
    return True


def record_cleaning(
    connection: Connection, job: Job, key: ObjectKey, *, original_key: ObjectKey, now: datetime
) -> bool:
    """Write down where a clip's cleaner sound is; False where the clip is gone, or is another file by now."""
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.state in FINAL or submission.original_key != original_key:
        return False
    connection.execute(update(submissions).where(submissions.c.id == submission.id).values(cleaner_key=key))
    record_word(connection, submission, cause=Cause.SOUND_CLEANED, actor="worker", now=now)
    return True


def changes_between(before: Cut, after: Cut) -> list[Change]:
    """Return what *after* cuts otherwise than *before*."""
    old, new = asdict(before), asdict(after)
    return [
        Change(name=name, before=_word(old[name]), after=_word(new[name])) for name in old if old[name] != new[name]
    ]


def _since(connection: Connection, submission: Submission) -> datetime | None:
    # Whoever cuts a clip does not send it to the end of the line.
    return came_to_wait(queries.history(connection, submission.id))


def _word(value: object) -> str:
    return "" if value is None else str(value)


def _wants_cleaning(connection: Connection, submission: Submission) -> bool:
    """Write the job unless there is one; one that died is given another chance."""
    known = backlog.last_job(connection, submission.id, JobKind.CLEAN_SOUND)
    if known is not None and known.revision == submission.revision:
        return jobs.revive(connection, known.id) is not None
    if known is not None and known.is_open:
        return False
    jobs.enqueue(connection, submission.id, submission.revision, JobKind.CLEAN_SOUND)
    return True
