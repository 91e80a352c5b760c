"""What helps a clip whose job died: another try, with more or with the same, or its way back to the sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from intake.actions import operating, submitting
from intake.db.engine import writing
from intake.db.tables import jobs
from intake.domain.errors import NotFound
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from tests.builders import MODERATOR, a_submission, open_jobs, open_work, read
from workers.media.sandbox import Level, Sandbox
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from intake.domain.submissions import Submission
    from intake.wiring import Services

REASON = "Ne hai un altro?"


class NotedSandbox(Sandbox):
    """Runs nothing; notes what its tools would be granted."""

    def __init__(self) -> None:
        self.granted: list[int] = []

    @property
    def level(self) -> Level:
        return Level.BUBBLEWRAP

    def widened(self, factor: int, **_: object) -> Sandbox:
        self.granted.append(factor)
        return self


@pytest.fixture
def stuck(services_on_each: Services) -> Submission:
    submission = a_submission(services_on_each, state=State.NEEDS_OPERATOR)
    with writing(services_on_each.engine) as connection:
        mine = (jobs.c.submission_id == submission.id, jobs.c.kind == JobKind.INSPECT)
        connection.execute(update(jobs).where(*mine).values(state=JobState.DEAD, last_error="ToolTimedOut: x"))
    return submission


def retry(services: Services, submission: Submission, *, has_larger_limits: bool) -> bool:
    with writing(services.engine) as connection:
        return operating.retry_submission(
            connection,
            submission.id,
            actor=MODERATOR,
            now=services.clock(),
            has_larger_limits=has_larger_limits,
        )


def refuse(services: Services, submission_id: SubmissionId) -> bool:
    with writing(services.engine) as connection:
        return operating.refuse_stuck(connection, submission_id, reason=REASON, actor=MODERATOR, now=services.clock())


@pytest.mark.parametrize(("has_larger_limits", "factor"), [(True, 2), (False, 1)], ids=["more", "the same"])
def test_the_next_try_is_granted_what_was_asked_for(
    services_on_each: Services, stuck: Submission, *, has_larger_limits: bool, factor: int
) -> None:
    sandbox = NotedSandbox()

    assert retry(services_on_each, stuck, has_larger_limits=has_larger_limits)
    (job,) = open_work(services_on_each, JobState.READY)
    # Its file is in no bucket, so the try ends before any tool is run.
    run_job(Worker(services=services_on_each, sandbox=sandbox), job.id)

    assert (job.kind, job.limits_factor, sandbox.granted) == (JobKind.INSPECT, factor, [factor])
    assert read(services_on_each, stuck.id).state is State.UPLOADED


def test_two_who_help_at_once_help_once(services_on_each: Services, stuck: Submission) -> None:
    helped = [retry(services_on_each, stuck, has_larger_limits=True) for _ in range(2)]
    helped.append(refuse(services_on_each, stuck.id))

    assert helped == [True, False, False]
    assert len(open_work(services_on_each, JobState.READY)) == 1


def test_a_refusal_asks_for_the_mail_and_for_a_new_file(services_on_each: Services, stuck: Submission) -> None:
    assert refuse(services_on_each, stuck.id)

    after = read(services_on_each, stuck.id)
    assert (after.state, after.came_from, after.decision_reason) == (State.REFUSED, None, REASON)
    assert [job.kind for job in open_jobs(services_on_each, JobState.READY)][-1] is JobKind.MAIL_VERDICT
    with writing(services_on_each.engine) as connection:
        better = submitting.Declared(name="better.mp4", size_bytes=7)
        assert submitting.replace_file(connection, stuck.id, better, now=services_on_each.clock())


def test_a_refusal_comes_too_late_for_who_withdrew(services_on_each: Services, stuck: Submission) -> None:
    with writing(services_on_each.engine) as connection:
        submitting.withdraw(connection, stuck.id, actor="sender", now=services_on_each.clock())

    assert not refuse(services_on_each, stuck.id)
    assert read(services_on_each, stuck.id).state is State.WITHDRAWN


def test_nothing_is_not_refused(services_on_each: Services) -> None:
    with pytest.raises(NotFound):
        refuse(services_on_each, SubmissionId("9b2c1a58-0000-4000-8000-000000000000"))
