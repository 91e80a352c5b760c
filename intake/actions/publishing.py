"""What a worker writes down when it makes a clip public, takes it away, or deletes what was private.

A withdrawal ends with a mail that says what was deleted. Whichever of the two clean-ups ends last asks for it, in its
own transaction, so it is written once and never before the files are gone. Until it is sent the row keeps the first
name and the address, and nothing else of what the sender told us; `housekeeping` erases these after three days in any
case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, update

from intake.actions.captioning import forget_captions, lacks_required
from intake.actions.jobs import enqueue
from intake.actions.moving import move, record_word
from intake.db import backlog, deletions, queries
from intake.db.figures_tables import clip_views, object_checksums
from intake.db.published_files import forget_files
from intake.db.records import document_of
from intake.db.tables import AWAITED, FOUND, events, jobs, submissions
from intake.domain.calls import ConsentKind
from intake.domain.history import Cause
from intake.domain.jobs import JobKind
from intake.domain.publication import may_publish
from intake.domain.states import State
from intake.storage import keys

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.submissions import Job, Publication, Submission, SubmissionId


_TOLD: Final = ("family_name", "role", "organisation", "file_name")
"""What a sender told us and no mail needs."""

_ADDRESS: Final = ("given_name", "email")
"""What the mail after a withdrawal needs."""

_KEPT: Final = (*AWAITED, "original_key", "submission_key", "letter_hmac", "file_fingerprint", "title", "sender_said")
"""Where a sender's bytes were, how their browser called them, and what staff made of what was told."""


def reserve_revision(connection: Connection, job: Job) -> int | None:
    """Return the number of a folder in the gallery bucket that no other attempt ever writes to.

    None where the clip may not be published any more: withdrawn, or decided anew, while it was made ready.
    """
    if not is_publishable(queries.lock_submission(connection, job.submission_id), job):
        return None
    reserved = connection.scalar(
        update(submissions)
        .where(submissions.c.id == job.submission_id)
        .values(publications=submissions.c.publications + 1)
        .returning(submissions.c.publications)
    )
    return int(reserved or 0)


def is_publishable(submission: Submission, job: Job) -> bool:
    """Tell whether this publish job still has its clip to publish."""
    return submission.revision == job.revision and may_publish(
        state=submission.state,
        gallery_consent_stands=submission.has_consent(ConsentKind.GALLERY),
        approved_sha256=submission.approved_sha256,
        review_sha256=submission.review_sha256 or "",
    )


def record_publication(connection: Connection, job: Job, publication: Publication, *, now: datetime) -> bool:
    """Make a filed clip public; False when it may not be any more: withdrawn, decided anew, or without its captions."""
    submission = queries.lock_submission(connection, job.submission_id)
    if not is_publishable(submission, job):
        return False
    if lacks_required(connection, submission):
        return send_back_uncaptioned(connection, job, now=now)
    return move(
        connection,
        submission,
        State.PUBLISHED,
        actor="worker",
        now=now,
        then=[JobKind.MAIL_PUBLISHED],
        publication=document_of(publication),
        published_revision=publication.revision,
        published_at=publication.published_at,
    )


def send_back_uncaptioned(connection: Connection, job: Job, *, now: datetime) -> bool:
    """Bring an approved clip back to the desk: its call demands checked captions by now. What was made is left."""
    submission = queries.lock_submission(connection, job.submission_id)
    if is_publishable(submission, job) and lacks_required(connection, submission):
        move(
            connection,
            submission,
            State.AWAITING_REVIEW,
            actor="worker",
            now=now,
            cause=Cause.CAPTIONS_MISSING,
            approved_sha256=None,
        )
    return False


def record_purge(connection: Connection, job: Job, *, now: datetime) -> None:
    """Erase what the sender told us, and write down that the private files are gone. What they were stays."""
    submission = queries.lock_submission(connection, job.submission_id)
    is_confirmed = submission.state is State.WITHDRAWN
    erased = dict.fromkeys(_TOLD if is_confirmed else (*_TOLD, *_ADDRESS), "")
    found = dict.fromkeys((*FOUND, *_KEPT))
    row = submissions.c.id == submission.id
    connection.execute(update(submissions).where(row).values(**erased, **found, choices={}))
    its_objects = object_checksums.c.key.startswith(keys.of_submission(submission.id), autoescape=True)
    connection.execute(delete(object_checksums).where(its_objects))
    # In the sums of their weeks its views stay: numbers that are nobody's.
    connection.execute(delete(clip_views).where(clip_views.c.clip_id == submission.clip_id))
    # What staff wrote about a clip, and what tools said of it, is about a person too.
    mine = events.c.submission_id == submission.id
    connection.execute(update(events).where(mine).values(reason=None, note=None, changes=None))
    # Only where there is one: the others' rows may be held by workers that wait for this submission.
    said = (jobs.c.submission_id == submission.id, jobs.c.last_error.is_not(None))
    connection.execute(update(jobs).where(*said).values(last_error=None))
    forget_captions(connection, submission.id)
    _record(connection, submission, job, Cause.PRIVATE_DELETED, now=now)
    _confirm_when_clean(connection, submission, job)


def record_removal(connection: Connection, job: Job, *, now: datetime) -> None:
    """Write down that a clip's public files are gone."""
    submission = queries.lock_submission(connection, job.submission_id)
    if submission.state is State.WITHDRAWN:
        # Of one that was only taken down it is kept: its first publication dates a clip, whenever it comes back.
        connection.execute(update(submissions).where(submissions.c.id == submission.id).values(publication=None))
    if submission.state is not State.PUBLISHED:
        forget_files(connection, submission.id)
    _record(connection, submission, job, Cause.PUBLIC_DELETED, now=now)
    _confirm_when_clean(connection, submission, job)


def erase_address(connection: Connection, submission_id: SubmissionId) -> bool:
    """Forget the last that a withdrawn submission's row knows of its sender; True."""
    erased = dict.fromkeys(_ADDRESS, "")
    connection.execute(update(submissions).where(submissions.c.id == submission_id).values(**erased))
    return True


def _confirm_when_clean(connection: Connection, submission: Submission, job: Job) -> None:
    # The submission is locked and this job is done in this transaction, so one of the two sees the other's end.
    # One that took the clip down before it was withdrawn is not one of the two.
    is_of_withdrawal = submission.state is State.WITHDRAWN and submission.revision == job.revision
    if is_of_withdrawal and backlog.is_cleaned(connection, submission.id, job.revision):
        enqueue(connection, submission.id, job.revision, JobKind.MAIL_WITHDRAWN)


def _record(connection: Connection, submission: Submission, job: Job, cause: Cause, *, now: datetime) -> None:
    event_id = record_word(connection, submission, actor="worker", now=now, cause=cause)
    deletions.close(connection, job, event_id=event_id, now=now)
