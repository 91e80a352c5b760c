"""The verdict reaches the row before the job ends, on both databases; only from whoever holds the lease."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from intake.actions import jobs, judging, submitting
from intake.db.engine import database_now_s, writing
from intake.db.tables import jobs as rows
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests.builders import FINE, a_submission, read, some_findings, take_job

if TYPE_CHECKING:
    from intake.domain.submissions import Job
    from intake.wiring import Services


@pytest.fixture
def job(services_on_each: Services) -> Job:
    """An inspection that somebody is doing."""
    submission = a_submission(services_on_each, state=State.UPLOADED)
    with writing(services_on_each.engine) as connection:
        return take_job(connection, submission.id, JobKind.INSPECT)


def tell(services: Services, job: Job) -> bool:
    with writing(services.engine) as connection:
        return judging.tell_findings(connection, job, some_findings(), lease_s=60)


def test_the_verdict_is_told_while_the_work_goes_on(services_on_each: Services, job: Job) -> None:
    told = tell(services_on_each, job)

    submission = read(services_on_each, job.submission_id)
    assert told
    assert (submission.state, submission.revision) == (State.UPLOADED, job.revision)
    assert submission.checks == (FINE,)
    assert submission.levels == some_findings().levels


def test_whoever_lost_the_lease_tells_nothing(services_on_each: Services, job: Job) -> None:
    with writing(services_on_each.engine) as connection:
        connection.execute(update(rows).values(lease_until=database_now_s() - 1))
        successor = jobs.claim(connection, job.id, lease_s=60)

    told = tell(services_on_each, job)

    assert successor is not None
    assert not told
    assert read(services_on_each, job.submission_id).checks == ()


def test_a_withdrawn_submission_is_told_nothing(services_on_each: Services, job: Job) -> None:
    with writing(services_on_each.engine) as connection:
        assert submitting.withdraw(connection, job.submission_id, actor="sender", now=services_on_each.clock())

    told = tell(services_on_each, job)

    assert told
    assert read(services_on_each, job.submission_id).checks == ()


def test_the_next_attempt_tells_again(services_on_each: Services, job: Job) -> None:
    tell(services_on_each, job)
    with writing(services_on_each.engine) as connection:
        connection.execute(update(rows).values(lease_until=database_now_s() - 1))
        successor = jobs.claim(connection, job.id, lease_s=60)

    assert successor is not None
    assert tell(services_on_each, successor)
    assert not tell(services_on_each, replace(successor, token=job.token))
