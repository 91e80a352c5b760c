"""What a worker writes down of a file: the verdict as soon as it stands, the rest in the commit that ends its job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from intake.actions import jobs
from intake.actions.moving import move
from intake.actions.tallying import mark
from intake.db import queries
from intake.db.records import document_of
from intake.db.tables import submissions
from intake.domain.checks import Verdict
from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.domain.tallies import Tally
from intake.domain.verdict import is_accepted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.checks import Check
    from intake.domain.facts import AudioLevels, VideoFacts
    from intake.domain.submissions import Job, ObjectKey, Sha256


@dataclass(frozen=True, kw_only=True)
class ReviewCopy:
    """What moderators watch: playable by every browser, without the phone's metadata.

    Attributes:
        plan: Why it was copied or encoded: one of the reasons of the plan, e.g. `plays_as_it_is` or `video_codec`.
    """

    key: ObjectKey
    sha256: Sha256
    plan: str


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What looking at an original found, before anything is made of it.

    Attributes:
        peaks: The sound's outline for a picture, 0 to 100.
    """

    checks: tuple[Check, ...]
    video: VideoFacts | None
    levels: AudioLevels | None
    peaks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What looking at an original found and made.

    Attributes:
        best_still: Which of the stills stands for the clip unless a moderator chooses another, from 0.
        review: None where the file is refused or must be encoded first.
        wants_draft: Whether a machine shall draft captions of what is accepted.
    """

    findings: Findings
    original_sha256: Sha256
    stills: tuple[ObjectKey, ...]
    best_still: int = 0
    waveform_key: ObjectKey | None
    review: ReviewCopy | None
    wants_draft: bool = False


def tell_findings(connection: Connection, job: Job, found: Findings, *, lease_s: float) -> bool:
    """Let the sender know the verdict while the review copy is still being made and filed.

    The submission does not move: killed after this, the next attempt finds the same and tells it again.

    Returns:
        False when the job is somebody else's by now: nothing was written. Nor is it where the submission moved.
    """
    if not jobs.renew(connection, job, lease_s=lease_s):
        return False
    connection.execute(
        update(submissions)
        .where(submissions.c.id == job.submission_id, submissions.c.revision == job.revision)
        .values(_columns(found))
    )
    return True


def record_inspection(connection: Connection, job: Job, found: Inspection, *, now: datetime) -> bool:
    """Write down what an inspection found and move the submission on; False when it moved meanwhile."""
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.revision != job.revision:
        return False
    after, then = _what_follows(found)
    is_moved = move(
        connection,
        submission,
        after,
        actor="worker",
        now=now,
        then=then,
        **_columns(found.findings),
        original_sha256=found.original_sha256,
        stills=list(found.stills),
        poster=found.best_still,
        waveform_key=found.waveform_key,
        **_review_columns(found.review),
    )
    if is_moved:
        _tally(connection, found.findings.checks, received_at=submission.received_at, now=now)
    return is_moved


def record_encode(connection: Connection, job: Job, review: ReviewCopy, *, now: datetime) -> bool:
    """Write down the review copy an encode made; False when the submission moved meanwhile."""
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.revision != job.revision:
        return False
    return move(connection, submission, State.AWAITING_REVIEW, actor="worker", now=now, **_review_columns(review))


def record_refusal(connection: Connection, job: Job, refusal: Check, *, now: datetime) -> bool:
    """Refuse a file that passed inspection and could not be encoded; False when the submission moved meanwhile."""
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.revision != job.revision:
        return False
    others = [check for check in submission.checks if check.code is not refusal.code]
    checks = [document_of(check) for check in (*others, refusal)]
    then = [JobKind.MAIL_VERDICT]
    is_moved = move(connection, submission, State.REFUSED, actor="worker", now=now, then=then, checks=checks)
    if is_moved:
        mark(connection, Tally.REFUSALS, refusal.code)
    return is_moved


def _tally(connection: Connection, checks: tuple[Check, ...], *, received_at: datetime | None, now: datetime) -> None:
    for check in checks:
        if check.verdict is Verdict.FAIL:
            mark(connection, Tally.REFUSALS, check.code)
    if received_at is not None:
        mark(connection, Tally.VERDICTS, value=(now - received_at).total_seconds())


def _what_follows(found: Inspection) -> tuple[State, list[JobKind]]:
    if not is_accepted(found.findings.checks):
        return State.REFUSED, [JobKind.MAIL_VERDICT]
    draft = [JobKind.TRANSCRIBE] if found.wants_draft else []
    if found.review is None:
        return State.INSPECTED, [JobKind.ENCODE, *draft]
    return State.AWAITING_REVIEW, draft


def _columns(found: Findings) -> dict[str, Any]:
    return {
        "checks": [document_of(check) for check in found.checks],
        "video": document_of(found.video) if found.video else None,
        "levels": document_of(found.levels) if found.levels else None,
        "peaks": list(found.peaks),
    }


def _review_columns(review: ReviewCopy | None) -> dict[str, Any]:
    if review is None:
        return {"review_key": None, "review_sha256": None, "review_plan": None}
    return {"review_key": review.key, "review_sha256": review.sha256, "review_plan": review.plan}
