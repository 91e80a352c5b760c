"""Decisions that are taken back at once, or later: on both databases."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.actions import jobs, moderating, publishing, undoing
from intake.actions.moderating import Outcome
from intake.db import backlog, queries
from intake.db.engine import reading, writing
from intake.db.tables import consents
from intake.db.tables import jobs as jobs_table
from intake.domain.decisions import LEADS_TO, MAX_UNDO_S, UNDO_S, Decision
from intake.domain.history import Cause
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.storage import keys
from tests.builders import MODERATOR, a_ruling, a_submission, open_jobs, open_work, read, take_job, withdraw
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from intake.domain.submissions import Job, Publication, Submission, SubmissionId
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

EACH_DECISION = pytest.mark.parametrize("decision", Decision)


def decide(services: Services, submission: Submission, decision: Decision, *, wait_s: float = UNDO_S) -> int:
    """Decide, and return the revision that the decision led to."""
    with writing(services.engine) as connection:
        ruling = a_ruling(submission, decision, wait_s=wait_s)
        assert moderating.decide(connection, submission.id, ruling, now=services.clock()) is Outcome.DONE
    return read(services, submission.id).revision


def undo(services: Services, submission: Submission, revision: int, *, moderator: str = MODERATOR) -> bool:
    with writing(services.engine) as connection:
        return undoing.undo(connection, submission.id, revision, moderator=moderator, now=services.clock())


def hold(services: Services, submission: Submission, revision: int, *, moderator: str = MODERATOR) -> float:
    with writing(services.engine) as connection:
        return undoing.hold(connection, submission.id, revision, moderator=moderator, now=services.clock())


def due_at(services: Services, job: Job) -> float:
    """When a job may be taken, by the database's clock."""
    with reading(services.engine) as connection:
        found = connection.scalar(select(jobs_table.c.run_after).where(jobs_table.c.id == job.id))
    assert found is not None
    return found


def take_down(services: Services, submission_id: SubmissionId) -> bool:
    with writing(services.engine) as connection:
        return moderating.take_down(
            connection, submission_id, moderator=MODERATOR, note="Una targa si legge.", now=services.clock()
        )


def jobs_of(services: Services, submission: Submission, revision: int) -> list[Job]:
    """The jobs that a move asked for."""
    return [job for job in open_jobs(services) if (job.submission_id, job.revision) == (submission.id, revision)]


@EACH_DECISION
def test_what_follows_a_decision_waits_for_as_long_as_it_can_be_undone(
    services_on_each: Services, decision: Decision
) -> None:
    submission = a_submission(services_on_each)

    revision = decide(services_on_each, submission, decision)

    [job] = jobs_of(services_on_each, submission, revision)
    with writing(services_on_each.engine) as connection:
        assert jobs.claim(connection, job.id, lease_s=60) is None
        assert job.id not in jobs.due(connection, JobKind, hint_again_s=0, limit=100)


@EACH_DECISION
def test_a_decision_is_undone_as_if_it_had_never_been(
    services_on_each: Services, clock: FakeClock, decision: Decision
) -> None:
    submission = a_submission(services_on_each)
    clock.advance(minutes=5)
    revision = decide(services_on_each, submission, decision)

    is_undone = undo(services_on_each, submission, revision)

    after = read(services_on_each, submission.id)
    with reading(services_on_each.engine) as connection:
        last = queries.history(connection, submission.id)[-1]
    assert is_undone
    assert (after.state, after.moved_at) == (State.AWAITING_REVIEW, submission.moved_at)
    assert (after.decision_reason, after.approved_sha256) == (None, None)
    assert (last.before, last.cause, last.actor) == (LEADS_TO[decision], Cause.UNDONE, MODERATOR)
    assert jobs_of(services_on_each, submission, revision) == []


def test_what_was_undone_can_be_decided_anew(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    undo(services_on_each, submission, decide(services_on_each, submission, Decision.DECLINE))
    decide(services_on_each, submission, Decision.APPROVE)

    assert read(services_on_each, submission.id).state is State.APPROVED
    assert [job.kind for job in open_work(services_on_each)] == [JobKind.PUBLISH]


@EACH_DECISION
def test_an_undo_that_comes_after_the_work_began_changes_nothing(
    services_on_each: Services, decision: Decision
) -> None:
    submission = a_submission(services_on_each)
    revision = decide(services_on_each, submission, decision)
    [job] = jobs_of(services_on_each, submission, revision)
    with writing(services_on_each.engine) as connection:
        connection.execute(update(jobs_table).values(run_after=0))
        claimed = jobs.claim(connection, job.id, lease_s=60)

    is_undone = undo(services_on_each, submission, revision)

    assert claimed is not None
    assert not is_undone
    assert read(services_on_each, submission.id).state is LEADS_TO[decision]
    assert jobs_of(services_on_each, submission, revision) == [claimed]


@EACH_DECISION
def test_an_undo_that_comes_after_its_seconds_changes_nothing(
    services_on_each: Services, clock: FakeClock, decision: Decision
) -> None:
    # Given a decision whose sender may read it by now, though no worker came to its jobs yet
    submission = a_submission(services_on_each)
    revision = decide(services_on_each, submission, decision)
    clock.advance(seconds=UNDO_S)

    assert not undo(services_on_each, submission, revision)
    assert read(services_on_each, submission.id).state is LEADS_TO[decision]


@EACH_DECISION
def test_a_decision_that_comes_twice_is_made_once(services_on_each: Services, decision: Decision) -> None:
    submission = a_submission(services_on_each)

    revisions = [decide(services_on_each, submission, decision) for _ in range(2)]

    assert revisions == [submission.revision + 1] * 2
    assert len(jobs_of(services_on_each, submission, revisions[0])) == 1


@pytest.mark.parametrize(
    "changes",
    [{"moderator": "altro@example.org"}, {"reason": "Un altro motivo."}, {"reviewed_sha256": "0" * 64}],
    ids=["somebody else's", "in other words", "on another file"],
)
def test_a_decision_that_is_not_the_same_comes_too_late(services_on_each: Services, changes: dict[str, object]) -> None:
    submission = a_submission(services_on_each)
    decide(services_on_each, submission, Decision.DECLINE)
    ruling = a_ruling(submission, Decision.DECLINE, **changes)

    with writing(services_on_each.engine) as connection:
        outcome = moderating.decide(connection, submission.id, ruling, now=services_on_each.clock())

    assert outcome is Outcome.SOMEBODY_ELSE


def test_nobody_undoes_what_another_decided(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)
    revision = decide(services_on_each, submission, Decision.DECLINE)

    assert not undo(services_on_each, submission, revision, moderator="altro@example.org")
    assert read(services_on_each, submission.id).state is State.DECLINED


def test_nobody_undoes_a_withdrawal(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)
    revision = decide(services_on_each, submission, Decision.APPROVE)
    withdraw(services_on_each, submission.id)

    assert not undo(services_on_each, submission, revision)
    assert read(services_on_each, submission.id).state is State.WITHDRAWN


def test_an_undo_pressed_twice_undoes_once(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)
    revision = decide(services_on_each, submission, Decision.DECLINE)

    assert [undo(services_on_each, submission, revision) for _ in range(2)] == [True, False]


def _hold_after(wait_s: int, clock: FakeClock, services: Services, submission: Submission, revision: int) -> float:
    clock.advance(seconds=wait_s)
    return hold(services, submission, revision)


class TestHoldingTheTimeUp:
    """While somebody is at the button that undoes a decision."""

    def test_gives_the_whole_time_again(self, services_on_each: Services, clock: FakeClock) -> None:
        submission = a_submission(services_on_each)
        revision = decide(services_on_each, submission, Decision.APPROVE, wait_s=5)
        [job] = jobs_of(services_on_each, submission, revision)
        was_due_at = due_at(services_on_each, job)
        clock.advance(seconds=4)

        left_s = hold(services_on_each, submission, revision)

        assert left_s == UNDO_S
        assert due_at(services_on_each, job) > was_due_at
        assert undo(services_on_each, submission, revision)

    def test_ends_after_two_minutes(self, services_on_each: Services, clock: FakeClock) -> None:
        submission = a_submission(services_on_each)
        revision = decide(services_on_each, submission, Decision.DECLINE)

        soon_s = [_hold_after(9, clock, services_on_each, submission, revision) for _ in range(MAX_UNDO_S // 9)][-1]
        clock.advance(seconds=3)
        late_s = hold(services_on_each, submission, revision)

        assert (soon_s, late_s) == (3, 0)

    def test_is_told_to_nobody_meanwhile(self, services_on_each: Services, clock: FakeClock) -> None:
        submission = a_submission(services_on_each)
        revision = decide(services_on_each, submission, Decision.DECLINE)

        _hold_after(9, clock, services_on_each, submission, revision)
        clock.advance(seconds=9)

        assert read(services_on_each, submission.id).may_be_undone(clock())

    def test_does_not_call_back_what_is_due(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each)
        revision = decide(services_on_each, submission, Decision.APPROVE, wait_s=0)
        [job] = jobs_of(services_on_each, submission, revision)

        left_s = hold(services_on_each, submission, revision)

        assert left_s == 0
        with writing(services_on_each.engine) as connection:
            assert jobs.claim(connection, job.id, lease_s=60) is not None

    def test_is_for_who_decided(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each)
        revision = decide(services_on_each, submission, Decision.APPROVE)

        assert hold(services_on_each, submission, revision, moderator="altro@example.org") == 0

    def test_does_not_stop_a_withdrawal(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each)
        revision = decide(services_on_each, submission, Decision.APPROVE)
        withdraw(services_on_each, submission.id)

        assert hold(services_on_each, submission, revision) == 0


def test_nothing_is_approved_without_consent(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)
    with writing(services_on_each.engine) as connection:
        connection.execute(update(consents).values(given=False))
        ruling = a_ruling(submission, Decision.APPROVE)

        outcome = moderating.decide(connection, submission.id, ruling, now=services_on_each.clock())

    assert outcome is Outcome.NO_CONSENT
    assert read(services_on_each, submission.id).state is State.AWAITING_REVIEW


@pytest.mark.parametrize("state", [State.APPROVED, State.PUBLISHED])
def test_a_clip_that_is_taken_down_is_public_nowhere_and_can_be_decided_on(
    services_on_each: Services, state: State
) -> None:
    submission = a_submission(services_on_each, state=state)

    is_down = take_down(services_on_each, submission.id)

    after = read(services_on_each, submission.id)
    with reading(services_on_each.engine) as connection:
        last = queries.history(connection, submission.id)[-1]
        assert not queries.is_public_now(connection, submission.id)
    assert is_down
    assert (after.state, after.approved_sha256) == (State.AWAITING_REVIEW, None)
    assert (last.cause, last.note, last.reason) == (Cause.TAKEN_DOWN, "Una targa si legge.", None)
    assert JobKind.UNPUBLISH in [job.kind for job in open_work(services_on_each)]


@pytest.mark.parametrize("state", sorted(set(State) - {State.APPROVED, State.PUBLISHED}))
def test_only_what_is_public_or_about_to_be_is_taken_down(services: Services, state: State) -> None:
    submission = a_submission(services, state=state)

    assert not take_down(services, submission.id)
    assert read(services, submission.id).state is state


def test_a_clip_stopped_on_its_way_to_the_gallery_does_not_get_there(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.APPROVED)
    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission.id, JobKind.PUBLISH)

    take_down(services_on_each, submission.id)

    with writing(services_on_each.engine) as connection:
        assert publishing.reserve_revision(connection, job) is None


class TestTheFilesOfAClipThatWasTakenDown:
    def test_are_deleted(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each, state=State.PUBLISHED)
        file_publicly(services_on_each, submission, 1)
        take_down(services_on_each, submission.id)

        run(services_on_each, submission, JobKind.UNPUBLISH)

        assert public_revisions(services_on_each, submission) == []

    def test_make_room_for_a_new_publication_that_stays(self, services_on_each: Services) -> None:
        # Given a clip that was taken down and published again before its old files were deleted
        submission = a_submission(services_on_each, state=State.PUBLISHED)
        first = the_publication(services_on_each, submission)
        file_publicly(services_on_each, submission, 1)
        take_down(services_on_each, submission.id)
        decide(services_on_each, read(services_on_each, submission.id), Decision.APPROVE, wait_s=0)
        publish_again(services_on_each, submission, first)
        file_publicly(services_on_each, submission, 2)

        run(services_on_each, submission, JobKind.UNPUBLISH)

        after = read(services_on_each, submission.id)
        assert public_revisions(services_on_each, submission) == ["2"]
        assert (after.state, the_publication(services_on_each, submission).revision) == (State.PUBLISHED, 2)

    def test_wait_for_whoever_publishes_the_clip_again(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each, state=State.PUBLISHED)
        file_publicly(services_on_each, submission, 1)
        take_down(services_on_each, submission.id)
        decide(services_on_each, read(services_on_each, submission.id), Decision.APPROVE, wait_s=0)
        with writing(services_on_each.engine) as connection:
            take_job(connection, submission.id, JobKind.PUBLISH)

        run(services_on_each, submission, JobKind.UNPUBLISH)

        [waiting] = [job for job in open_work(services_on_each) if job.kind is JobKind.UNPUBLISH]
        assert waiting.state is JobState.READY
        assert public_revisions(services_on_each, submission) == ["1"]

    def test_are_told_of_once_where_it_is_withdrawn_before_they_are_gone(self, services_on_each: Services) -> None:
        submission = a_submission(services_on_each, state=State.PUBLISHED)
        take_down(services_on_each, submission.id)
        withdraw(services_on_each, submission.id)

        run_all(services_on_each)

        with reading(services_on_each.engine) as connection:
            mails = [
                job for job in backlog.jobs_in(connection, tuple(JobState), limit=100) if job.kind == "mail_withdrawn"
            ]
        assert [job.revision for job in mails] == [read(services_on_each, submission.id).revision]


def the_publication(services: Services, submission: Submission) -> Publication:
    publication = read(services, submission.id).publication
    assert publication is not None
    return publication


def publish_again(services: Services, submission: Submission, like: Publication) -> None:
    with writing(services.engine) as connection:
        job = take_job(connection, submission.id, JobKind.PUBLISH)
        revision = publishing.reserve_revision(connection, job)
        assert revision is not None
        jobs.finish(connection, job)
        assert publishing.record_publication(connection, job, replace(like, revision=revision), now=services.clock())


def file_publicly(services: Services, submission: Submission, revision: int) -> None:
    assert submission.clip_id is not None
    key = keys.published(submission.clip_id, revision, "video.mp4")
    services.gallery.put_stream(key, io.BytesIO(b"eleven byte"), content_type="video/mp4")


def public_revisions(services: Services, submission: Submission) -> list[str]:
    """Which folders of the clip hold files."""
    assert submission.clip_id is not None
    return sorted({stored.key.split("/")[2] for stored in services.gallery.listing(keys.of_clip(submission.clip_id))})


def run(services: Services, submission: Submission, kind: JobKind) -> None:
    """Run the submission's job of a kind as a worker does."""
    [job] = [job for job in open_work(services) if (job.submission_id, job.kind) == (submission.id, kind)]
    run_job(Worker(services=services, sandbox=None), job.id)


def run_all(services: Services) -> None:
    """Run all that cleans up, in the order it was asked for."""
    with writing(services.engine) as connection:
        connection.execute(update(jobs_table).values(run_after=0))
    for job in open_work(services):
        run_job(Worker(services=services, sandbox=None), job.id)
