"""What staff can do, on both databases: one decision wins, for exactly the file that was watched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.actions import judging, moderating, operating, publishing, submitting
from intake.actions.moderating import Decision, Outcome
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.queries import IS_PUBLIC
from intake.db.tables import consents, submissions
from intake.domain.calls import ConsentKind
from intake.domain.history import Cause
from intake.domain.jobs import JobKind, JobState
from intake.domain.publication import is_public
from intake.domain.states import State
from intake.domain.submissions import Sha256
from tests.builders import MODERATOR, a_ruling, a_submission, an_inspection, open_work, read, take_job

if TYPE_CHECKING:
    from intake.domain.submissions import Submission
    from intake.wiring import Services


def decide(services: Services, submission: Submission, decision: Decision, **changes: object) -> Outcome:
    with writing(services.engine) as connection:
        ruling = a_ruling(submission, decision, **changes)
        return moderating.decide(connection, submission.id, ruling, now=services.clock())


def test_an_approval_binds_to_what_was_watched(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    outcome = decide(services_on_each, submission, Decision.APPROVE, poster=1, note="bella luce")

    approved = read(services_on_each, submission.id)
    assert outcome is Outcome.DONE
    assert (approved.state, approved.approved_sha256, approved.poster) == (State.APPROVED, submission.review_sha256, 1)
    assert approved.clip_id is not None
    assert [job.kind for job in open_work(services_on_each)] == [JobKind.PUBLISH]


@pytest.mark.parametrize(
    ("decision", "state"), [(Decision.DECLINE, State.DECLINED), (Decision.ASK_AGAIN, State.REDO_REQUESTED)]
)
def test_a_reason_reaches_the_sender_and_a_note_does_not(
    services_on_each: Services, decision: Decision, state: State
) -> None:
    submission = a_submission(services_on_each)

    decide(services_on_each, submission, decision, reason="Il volto è in ombra.", note="già il secondo tentativo")

    after = read(services_on_each, submission.id)
    with reading(services_on_each.engine) as connection:
        last = queries.history(connection, submission.id)[-1]
    assert (after.state, after.decision_reason) == (state, "Il volto è in ombra.")
    assert (last.actor, last.reason, last.note) == (MODERATOR, "Il volto è in ombra.", "già il secondo tentativo")


def test_the_second_of_two_decisions_is_told(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    outcomes = [decide(services_on_each, submission, choice) for choice in (Decision.APPROVE, Decision.DECLINE)]

    assert outcomes == [Outcome.DONE, Outcome.SOMEBODY_ELSE]
    assert read(services_on_each, submission.id).state is State.APPROVED


def test_a_decision_on_another_file_is_not_carried_out(services_on_each: Services) -> None:
    submission = a_submission(services_on_each)

    outcome = decide(services_on_each, submission, Decision.APPROVE, reviewed_sha256="0" * 64)

    assert outcome is Outcome.FILE_CHANGED
    assert read(services_on_each, submission.id).state is State.AWAITING_REVIEW


def test_a_poster_that_is_not_there_becomes_the_first(services: Services) -> None:
    submission = a_submission(services)

    decide(services, submission, Decision.APPROVE, poster=7)

    assert read(services, submission.id).poster == 0


@pytest.mark.parametrize("poster", [None, 7], ids=["no-choice", "one-that-is-not-there"])
def test_without_a_moderators_choice_the_best_still_is_the_poster(services: Services, poster: int | None) -> None:
    submission = a_submission(services, state=State.UPLOADED)
    with writing(services.engine) as connection:
        job = take_job(connection, submission.id, JobKind.INSPECT)
        found = replace(an_inspection(job), best_still=1)
        judging.record_inspection(connection, job, found, now=services.clock())

    decide(services, read(services, submission.id), Decision.APPROVE, poster=poster)

    assert read(services, submission.id).poster == 1


def test_a_declined_clip_can_be_looked_at_again(services: Services) -> None:
    submission = a_submission(services, state=State.DECLINED)

    with writing(services.engine) as connection:
        moderating.look_again(connection, submission.id, moderator=MODERATOR, now=services.clock())

    after = read(services, submission.id)
    assert (after.state, after.decision_reason) == (State.AWAITING_REVIEW, None)


def test_a_retry_starts_where_the_dead_job_was(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.UPLOADED)
    with writing(services_on_each.engine) as connection:
        connection.exec_driver_sql("UPDATE jobs SET state = 'dead', attempts = 3")
        operating.call_operator(connection, submission.id, error="it broke", now=services_on_each.clock())

    with writing(services_on_each.engine) as connection:
        operating.retry_submission(connection, submission.id, actor=MODERATOR, now=services_on_each.clock())

    fresh = [job for job in open_work(services_on_each) if job.state is JobState.READY]
    assert read(services_on_each, submission.id).state is State.UPLOADED
    assert [(job.kind, job.attempts) for job in fresh] == [(JobKind.INSPECT, 0)]


def test_an_inspection_of_a_withdrawn_clip_counts_for_nothing(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.UPLOADED)
    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission.id, JobKind.INSPECT)
        submitting.withdraw(connection, submission.id, actor="sender", now=services_on_each.clock())

        counts = judging.record_inspection(connection, job, an_inspection(job), now=services_on_each.clock())

    assert not counts
    assert read(services_on_each, submission.id).state is State.WITHDRAWN


def test_a_clip_withdrawn_while_it_is_published_never_becomes_public(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.APPROVED)
    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission.id, JobKind.PUBLISH)
        submitting.withdraw(connection, submission.id, actor="sender", now=services_on_each.clock())
        withdrawn = queries.submission_by_id(connection, submission.id)

        assert not publishing.is_publishable(withdrawn, job)
        assert not queries.is_public_now(connection, submission.id)


def test_two_attempts_at_publishing_never_share_a_folder(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.APPROVED)

    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission.id, JobKind.PUBLISH)
        reserved = [publishing.reserve_revision(connection, job) for _ in range(3)]

    assert reserved == [1, 2, 3]


def test_a_purge_erases_all_that_no_mail_needs_and_keeps_the_trace(services_on_each: Services) -> None:
    submission = a_submission(services_on_each, state=State.WITHDRAWN)

    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission.id, JobKind.PURGE)
        publishing.record_purge(connection, job, now=services_on_each.clock())

    after = read(services_on_each, submission.id)
    with reading(services_on_each.engine) as connection:
        row = str(dict(connection.execute(select(submissions)).mappings().one()))
        last = queries.history(connection, submission.id)[-1]
    assert after.state is State.WITHDRAWN
    # First name and address go with the mail that says so.
    assert not any(word in row for word in ("Rossi", "Titolare", "video.mp4"))
    assert last.cause is Cause.PRIVATE_DELETED


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("consent_stands", [True, False])
def test_the_database_and_the_rule_agree_on_what_is_public(
    services_on_each: Services, state: State, *, consent_stands: bool
) -> None:
    submission = a_submission(services_on_each, state=State.AWAITING_REVIEW)
    with writing(services_on_each.engine) as connection:
        connection.execute(update(submissions).values(state=state))
        connection.execute(update(consents).where(consents.c.kind == ConsentKind.GALLERY).values(given=consent_stands))

        by_database = connection.scalar(select(IS_PUBLIC).where(submissions.c.id == submission.id))

    assert by_database is is_public(state=state, gallery_consent_stands=consent_stands)


def test_nobody_decides_on_a_clip_while_another_takes_its_place(services_on_each: Services) -> None:
    # Given a moderator who watches a clip
    watched = a_submission(services_on_each)

    # When its sender sends a better one
    with writing(services_on_each.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7)
        upload_key = submitting.replace_file(connection, watched.id, file, now=services_on_each.clock())
        assert upload_key is not None
    while_it_comes = decide(services_on_each, watched, Decision.APPROVE)
    with writing(services_on_each.engine) as connection:
        submitting.finish_upload(connection, watched.id, upload_key, now=services_on_each.clock())
        job = take_job(connection, watched.id, JobKind.INSPECT)
        found = an_inspection(job, sha256=Sha256("77" * 32))
        assert judging.record_inspection(connection, job, found, now=services_on_each.clock())

    # Then no decision on the old one counts any more, and the new one waits
    after_it_came = decide(services_on_each, watched, Decision.APPROVE)
    assert (while_it_comes, after_it_came) == (Outcome.SOMEBODY_ELSE, Outcome.FILE_CHANGED)
    assert read(services_on_each, watched.id).state is State.AWAITING_REVIEW
