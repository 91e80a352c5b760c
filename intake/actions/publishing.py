"""What a worker writes down when it makes a clip public, takes it away, or deletes what was private."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, update

from intake.actions.moving import move
from intake.db import queries
from intake.db.records import document_of
from intake.db.tables import AWAITED, FOUND, events, jobs, submissions
from intake.domain.calls import ConsentKind
from intake.domain.publication import may_publish
from intake.domain.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.submissions import Job, Publication, Submission


_KEPT: Final = (*AWAITED, "original_key", "submission_key", "letter_hmac", "file_fingerprint")
"""Where a sender's bytes were, and how their browser called them."""


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
    """Make a filed clip public; False when it may not be any more: withdrawn, or decided anew."""
    submission = queries.lock_submission(connection, job.submission_id)
    if not is_publishable(submission, job):
        return False
    return move(
        connection,
        submission,
        State.PUBLISHED,
        actor="worker",
        now=now,
        publication=document_of(publication),
        published_revision=publication.revision,
        published_at=publication.published_at,
    )


def record_purge(connection: Connection, job: Job, *, deleted: int, now: datetime) -> None:
    """Erase what the sender told us, and write down what was deleted and when."""
    submission = queries.lock_submission(connection, job.submission_id)
    erased = dict.fromkeys(("given_name", "family_name", "role", "organisation", "email", "file_name"), "")
    found = dict.fromkeys((*FOUND, *_KEPT))
    connection.execute(update(submissions).where(submissions.c.id == submission.id).values(**erased, **found))
    # What staff wrote about a clip, and what tools said of it, is about a person too.
    mine = events.c.submission_id == submission.id
    connection.execute(update(events).where(mine).values(reason=None, note=None))
    connection.execute(update(jobs).where(jobs.c.submission_id == submission.id).values(last_error=None))
    _record(connection, submission, f"deleted {deleted} private files and what the sender told us", now=now)


def record_removal(connection: Connection, job: Job, *, deleted: int, now: datetime) -> None:
    """Write down that a clip's public files are gone."""
    submission = queries.lock_submission(connection, job.submission_id)
    connection.execute(update(submissions).where(submissions.c.id == submission.id).values(publication=None))
    _record(connection, submission, f"deleted {deleted} public files", now=now)


def _record(connection: Connection, submission: Submission, note: str, *, now: datetime) -> None:
    connection.execute(
        insert(events).values(
            submission_id=submission.id,
            revision=submission.revision,
            at=now,
            actor="worker",
            before=submission.state,
            after=submission.state,
            note=note,
        )
    )
