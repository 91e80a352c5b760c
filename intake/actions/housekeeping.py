"""What the dispatcher sweeps: lost leases, uploads that stopped, objects no row knows.

Every sweep can be run at any time, by several at once, and again.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

import structlog

from intake.actions import jobs
from intake.actions.operating import call_operator
from intake.actions.publishing import erase_address
from intake.actions.reporting import erase_reports
from intake.actions.submitting import finish_upload, give_up_upload
from intake.actions.tallying import mark
from intake.actions.uploading import put_together, throw_away
from intake.db import backlog, filings, queries
from intake.db.engine import reading, writing
from intake.domain.errors import TryAgainLater
from intake.domain.jobs import JOB_RULES, JobKind
from intake.domain.states import State
from intake.domain.tallies import Nudge, Tally
from intake.storage import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from intake.domain.submissions import Submission, SubmissionId
    from intake.storage.bucket import Objects, Uploads
    from intake.storage.parts import PartUploads

    Known = Callable[[Connection, Iterable[str]], set[str]]

log = structlog.get_logger()

QUIET_UPLOAD: Final = timedelta(minutes=15)
"""This long after an upload was begun, look at each sweep whether its bytes are all there. Nobody says so meanwhile:
parts go past us, and its sender may be at work all the time."""

LEFTOVER_AGE: Final = timedelta(hours=3)
"""What is younger than this may belong to somebody still at work: no job takes longer than an hour, and between opening
an upload and writing down its name there are moments."""

REMIND_AFTER: Final = timedelta(hours=24)
"""After this long a sender whose file did not come is reminded, once: two days are left to send it."""

ASK_AGAIN_AFTER: Final = timedelta(days=3)
"""After this long somebody for whom a clip was handed in, and who did not answer, is asked once more."""

ADDRESS_KEPT: Final = timedelta(hours=72)
"""After this long the address of whoever withdrew is erased, even if no mail server took the last mail."""

REPORTS_KEPT: Final = timedelta(days=90)
"""After this long what visitors wrote of a clip is erased, with their addresses. The privacy page promises it."""

_BATCH: Final = 500


def expire_leases(connection: Connection, *, now: datetime) -> int:
    """Free jobs whose workers went silent; bring those that used up their tries before a human."""
    dead = jobs.expire_leases(connection)
    for job in dead:
        log.warning("job_died", job_id=job.id, kind=job.kind, submission_id=job.submission_id)
        if JOB_RULES[job.kind].needs_operator:
            call_operator(connection, job.submission_id, error=job.last_error or "", now=now)
    return len(dead)


def settle_uploads(engine: Engine, private: Uploads, *, now: datetime) -> None:
    """Finish uploads whose bytes are all there though nobody said so, and give up those that never came."""
    with reading(engine) as connection:
        quiet = queries.stuck_uploads(connection, before=now - QUIET_UPLOAD)
    for submission in quiet:
        try:
            _settle_one(engine, private, submission, now=now)
        except TryAgainLater as error:
            # At the next sweep. What is the matter with one upload must not keep the others waiting.
            log.warning("settling_postponed", submission_id=submission.id, cause=str(error))


def forget_senders(connection: Connection, *, now: datetime) -> int:
    """Erase the addresses of those who withdrew and whose last mail never went; return how many."""
    waiting = queries.withdrawn_with_address(connection, before=now - ADDRESS_KEPT)
    for submission_id in waiting:
        erase_address(connection, submission_id)
        log.warning("confirmation_given_up", submission_id=submission_id)
    return len(waiting)


def forget_reporters(engine: Engine, *, now: datetime) -> int:
    """Erase what visitors wrote long ago when they reported a clip; return of how many clips."""
    before = now - REPORTS_KEPT
    with reading(engine) as connection:
        reported = queries.with_reports(connection, before=before)
    # Each by itself: killed in between, the rest waits for the next time, and nobody waits for more than one clip.
    for submission_id in reported:
        with writing(engine) as connection:
            erase_reports(connection, submission_id, before=before)
    return len(reported)


def ask_again(connection: Connection, *, now: datetime) -> int:
    """Ask those once more for whom a clip was handed in and who did not answer; return how many."""
    silent = filings.unanswered(connection, before=now - ASK_AGAIN_AFTER)
    for submission_id, revision in silent:
        jobs.enqueue(connection, submission_id, revision, JobKind.MAIL_UNCONFIRMED)
    return len(silent)


def sweep_leftovers(engine: Engine, private: Uploads, gallery: Objects, *, now: datetime) -> int:
    """Delete objects, and abort uploads in parts, that no row knows and nobody can be writing; return how many."""
    swept = _sweep(engine, private, keys.PRIVATE_ROOT, queries.private_keys, now=now)
    swept += _sweep(engine, gallery, keys.GALLERY_ROOT, _public_folders, now=now)
    swept += _abort_strays(engine, private, now=now)
    if swept:
        log.warning("leftovers_deleted", count=swept)
    return swept


def _sweep(engine: Engine, bucket: Objects, root: str, known: Known, *, now: datetime) -> int:
    old = (stored.key for stored in bucket.listing(root) if stored.written_at < now - LEFTOVER_AGE)
    swept = 0
    while batch := list(islice(old, _BATCH)):
        with reading(engine) as connection:
            kept = known(connection, {keys.owner_of(key) for key in batch})
        strays = [key for key in batch if key not in kept and keys.folder_of(key) not in kept]
        bucket.delete(strays)
        swept += len(strays)
    return swept


def _abort_strays(engine: Engine, private: PartUploads, *, now: datetime) -> int:
    old = [upload for upload in private.open_uploads(keys.PRIVATE_ROOT) if upload.opened_at < now - LEFTOVER_AGE]
    with reading(engine) as connection:
        kept = queries.open_uploads(connection, {keys.owner_of(upload.key) for upload in old})
    strays = [upload for upload in old if upload.upload_id not in kept]
    for upload in strays:
        private.abort_upload(upload.key, upload.upload_id)
    return len(strays)


def _public_folders(connection: Connection, clip_ids: Iterable[str]) -> set[str]:
    revisions = queries.public_revisions(connection, clip_ids)
    return {keys.published(clip_id, revision) for clip_id, revision in revisions}


def _settle_one(engine: Engine, private: Uploads, submission: Submission, *, now: datetime) -> None:
    is_complete = put_together(private, submission)
    with writing(engine) as connection:
        is_given_up = _settle(connection, submission, is_complete=is_complete, now=now)
    if is_given_up:
        throw_away(private, submission)


def _settle(connection: Connection, submission: Submission, *, is_complete: bool, now: datetime) -> bool:
    """Finish an upload or give it up; tell whether it was given up."""
    if is_complete and submission.upload_key is not None:
        if finish_upload(connection, submission.id, submission.upload_key, now=now):
            mark(connection, Tally.NUDGES, Nudge.UPLOAD_FINISHED)
            log.warning("upload_finished_late", submission_id=submission.id)
        return False
    # Its sender may have begun again since we looked.
    is_another = queries.lock_submission(connection, submission.id).upload_key != submission.upload_key
    if is_another:
        return False
    if not _is_hopeless(submission, now=now):
        if submission.moved_at < now - REMIND_AFTER:
            remind(connection, submission.id)
        return False
    log.info("upload_given_up", submission_id=submission.id)
    return give_up_upload(connection, submission.id, actor="dispatcher", now=now)


def remind(connection: Connection, submission_id: SubmissionId) -> bool:
    """Ask for one mail to the sender of a file that is still awaited; False where one was asked for before."""
    submission = queries.lock_submission(connection, submission_id)
    asked = backlog.was_asked(connection, submission.id, submission.revision, JobKind.MAIL_REMINDER)
    # Whoever had theirs handed in by somebody else never began anything.
    is_filed = submission.filed_by is not None and submission.came_from is None
    if asked or is_filed or submission.state is not State.UPLOADING:
        return False
    jobs.enqueue(connection, submission.id, submission.revision, JobKind.MAIL_REMINDER)
    return True


def _is_hopeless(submission: Submission, *, now: datetime) -> bool:
    # A replacement goes back to where its sender is asked for a file: one that a form was sending when it died need not
    # wait for days. One that comes in parts may be on its way all the time.
    is_form_s_replacement = submission.came_from is not None and submission.part_plan is None
    expires_at = submission.upload_expires_at
    return is_form_s_replacement or expires_at is None or expires_at < now
