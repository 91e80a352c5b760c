"""Says what was taken back, and takes it back again where an older copy of the rows knows nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from intake.actions import jobs
from intake.actions.consenting import take_back
from intake.actions.publishing import erase_address, record_purge, record_removal
from intake.actions.submitting import withdraw
from intake.db import backlog, queries
from intake.db.tables import consents, submissions
from intake.domain.calls import ConsentKind
from intake.domain.errors import NotFound
from intake.domain.jobs import JobKind
from intake.domain.mails import Overtaken
from intake.domain.states import FINAL, State
from intake.domain.tombstones import Tombstone

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.submissions import Job, SubmissionId

_ACTOR = "operator"
_LEASE_S = 60.0


def tombstones_in(connection: Connection) -> set[Tombstone]:
    """Return all that was taken back, as the rows know it."""
    whole = select(submissions.c.id, submissions.c.clip_id, submissions.c.moved_at)
    withdrawn = connection.execute(whole.where(submissions.c.state == State.WITHDRAWN))
    single = (
        select(consents.c.submission_id, submissions.c.clip_id, consents.c.kind, consents.c.taken_back_at)
        .join(submissions)
        .where(consents.c.taken_back_at.is_not(None), submissions.c.state.not_in(FINAL))
    )
    return {Tombstone(submission_id=id_, clip_id=clip, consent=None, at=at) for id_, clip, at in withdrawn} | {
        Tombstone(submission_id=id_, clip_id=clip, consent=ConsentKind(kind), at=at)
        for id_, clip, kind, at in connection.execute(single)
    }


def take_back_again(connection: Connection, tombstone: Tombstone) -> bool:
    """Take back what a tombstone says; False where the rows know of it, or have nothing of it.

    Of a whole submission everything is erased here and now: no file of it was brought back, nobody is told a second
    time, and what its sender told us is not to wait for a worker.
    """
    try:
        submission = queries.lock_submission(connection, tombstone.submission_id)
    except NotFound:
        # It came after these rows were copied, and is gone with all that came then.
        return False
    if tombstone.consent is not None:
        call = queries.find_call(connection, submission.call_slug)
        return take_back(connection, call, submission.id, tombstone.consent, now=tombstone.at)
    if not withdraw(connection, submission.id, actor=_ACTOR, now=tombstone.at):
        return False
    _end(connection, submission.id, JobKind.UNPUBLISH, record_removal, now=tombstone.at)
    _end(connection, submission.id, JobKind.PURGE, record_purge, now=tombstone.at)
    _end(connection, submission.id, JobKind.MAIL_WITHDRAWN, _leave_unsent, now=tombstone.at)
    return erase_address(connection, submission.id)


def open_uploads_anew(connection: Connection) -> None:
    """Forget what another storage called the uploads that were on their way: it is asked for new ones."""
    connection.execute(update(submissions).where(submissions.c.upload_id.is_not(None)).values(upload_id=None))


def _end(
    connection: Connection,
    submission_id: SubmissionId,
    kind: JobKind,
    record: Callable[..., None],
    *,
    now: datetime,
) -> None:
    """Do here what a worker would do for the withdrawal, files apart."""
    waiting = backlog.last_job(connection, submission_id, kind)
    job = jobs.claim(connection, waiting.id, lease_s=_LEASE_S) if waiting else None
    if job is not None and jobs.finish(connection, job):
        record(connection, job, now=now)


def _leave_unsent(connection: Connection, job: Job, *, now: datetime) -> None:
    del now
    jobs.note_overtaken(connection, job, Overtaken.NO_ADDRESS)
