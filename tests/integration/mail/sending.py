"""Runs the mail jobs of a submission as the workers do, and looks at what is left of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from intake.actions import jobs, publishing
from intake.db.engine import reading, writing
from intake.db.tables import jobs as rows
from intake.domain.jobs import MAILS, JobKind, JobState
from intake.domain.states import State
from tests import builders
from tests.fakes.mailer import MemoryMailer
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from email.message import EmailMessage

    from intake.domain.submissions import Job, SubmissionId
    from intake.wiring import Services


def send_mails(services: Services) -> None:
    """Run every mail job that waits, due or not."""
    with writing(services.engine) as connection:
        connection.execute(update(rows).values(run_after=0.0))
    for job in mail_jobs(services, JobState.READY):
        run_job(Worker(services=services, sandbox=None), job.id)


def mail_jobs(services: Services, *states: JobState) -> list[Job]:
    """The mails that are asked for and not sent."""
    return [job for job in builders.open_jobs(services, *states) if job.kind in MAILS]


def forget_mails(services: Services) -> None:
    """Mark every mail so far as sent, for tests that are about the next."""
    with writing(services.engine) as connection:
        connection.execute(update(rows).where(rows.c.kind.in_(MAILS)).values(state=JobState.DONE))


def clean_up(services: Services, submission_id: SubmissionId, *kinds: JobKind) -> None:
    """Carry out a withdrawal's clean-ups, in this order; the buckets hold nothing."""
    ends = {JobKind.PURGE: publishing.record_purge, JobKind.UNPUBLISH: publishing.record_removal}
    for kind in kinds:
        with writing(services.engine) as connection:
            job = builders.take_job(connection, submission_id, kind)
            assert jobs.finish(connection, job)
            ends[kind](connection, job, now=services.clock())


def a_withdrawn_clip(services: Services, state: State = State.PUBLISHED) -> SubmissionId:
    """A clip that was in *state* and was taken back, its files gone; only the last mail is missing."""
    submission = builders.a_submission(services, state=state)
    builders.withdraw(services, submission.id)
    clean_up(services, submission.id, JobKind.UNPUBLISH, JobKind.PURGE)
    return submission.id


def job_rows(services: Services, kind: JobKind) -> list[str]:
    """In which states the jobs of a kind are."""
    with reading(services.engine) as connection:
        return list(connection.scalars(select(rows.c.state).where(rows.c.kind == kind).order_by(rows.c.id)))


def send_staff_mails(services: Services) -> None:
    """Run every mail to staff that waits."""
    for job in builders.open_jobs(services, JobState.READY):
        if job.kind is JobKind.STAFF_MAIL:
            run_job(Worker(services=services, sandbox=None), job.id)


def staff_letters(services: Services) -> list[EmailMessage]:
    """Send what waits; return every mail that staff ever got, the oldest first."""
    mailer = MemoryMailer()
    send_staff_mails(replace(services, mailer=mailer))
    _ARRIVED.setdefault(services.settings.database_url, []).extend(mailer.sent)
    return _ARRIVED[services.settings.database_url]


_ARRIVED: dict[str, list[EmailMessage]] = {}
"""Mailboxes, by database."""
