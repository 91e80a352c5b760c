"""What a sender can do, on both databases: each thing once, and nothing without its receipt's promises."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from intake.actions import announcing, submitting, tokens
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.tables import submissions
from intake.domain.calls import ConsentKind
from intake.domain.errors import CallClosed
from intake.domain.jobs import JobKind
from intake.domain.states import FINAL, REPLACEABLE, State
from tests.builders import a_letter, a_receipt, a_sender, a_submission, an_upload, open_jobs, read, the_call

if TYPE_CHECKING:
    from intake.wiring import Services

KEYED = a_letter(submission_key="the browser's own")


def finish(services: Services, upload: submitting.Upload) -> bool:
    assert upload.upload_key is not None
    with writing(services.engine) as connection:
        return submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())


def withdraw(services: Services, submission_id: str) -> bool:
    with writing(services.engine) as connection:
        return submitting.withdraw(connection, submission_id, actor="sender", now=services.clock())


def test_details_and_consents_are_there_before_any_byte(services_on_each: Services) -> None:
    upload = an_upload(services_on_each, a_letter(social=True, download=True))

    submission = read(services_on_each, upload.submission_id)
    call = the_call(services_on_each)
    assert submission.state is State.UPLOADING
    assert submission.sender == a_sender()
    assert {answer.kind: answer.given for answer in submission.consents} == dict.fromkeys(ConsentKind, True)
    shown = {consent.kind: consent.text.words["it"] for consent in call.consents}
    assert all(
        answer.text_sha256 == hashlib.sha256(shown[answer.kind].encode()).hexdigest() for answer in submission.consents
    )


def test_an_answer_names_the_language_of_the_words_it_was_given_to(services_on_each: Services) -> None:
    # The call does not speak it: its page was in that language, its consents in Italian.
    upload = an_upload(services_on_each, a_letter(sender=a_sender(language="de")))

    submission = read(services_on_each, upload.submission_id)
    assert {answer.language for answer in submission.consents} == {"it"}
    assert all((answer.words or "").startswith("Acconsento") for answer in submission.consents)


def test_the_secret_finds_its_submission_and_is_not_in_the_row(services_on_each: Services) -> None:
    upload = an_upload(services_on_each)

    with reading(services_on_each.engine) as connection:
        found = queries.submission_by_token(connection, tokens.hash_of(upload.token))
        row = connection.execute(select(submissions)).mappings().one()

    assert found.id == upload.submission_id
    assert upload.token not in str(dict(row))


def test_a_receipt_writes_the_job_that_follows(services_on_each: Services) -> None:
    upload = an_upload(services_on_each)

    received = finish(services_on_each, upload)

    submission = read(services_on_each, upload.submission_id)
    assert received
    assert (submission.state, submission.original_key) == (State.UPLOADED, upload.upload_key)
    assert [(job.kind, job.revision) for job in open_jobs(services_on_each)] == [
        (JobKind.INSPECT, submission.revision),
        (JobKind.MAIL_RECEIPT, submission.revision),
    ]


def test_the_same_upload_is_received_once(services_on_each: Services) -> None:
    upload = an_upload(services_on_each)

    assert [finish(services_on_each, upload), finish(services_on_each, upload)] == [True, False]
    assert [job.kind for job in open_jobs(services_on_each)] == [JobKind.INSPECT, JobKind.MAIL_RECEIPT]


def test_the_same_request_again_finds_the_same_submission(services_on_each: Services) -> None:
    first = an_upload(services_on_each, KEYED)
    finish(services_on_each, first)

    again = an_upload(services_on_each, KEYED)

    assert again == submitting.Upload(submission_id=first.submission_id, token=first.token, upload_key=None)


def test_a_request_whose_bytes_never_came_starts_over(services_on_each: Services) -> None:
    first = an_upload(services_on_each, KEYED)

    again = an_upload(services_on_each, a_letter(submission_key=KEYED.submission_key, gallery=True, social=True))

    assert (again.submission_id, again.token) == (first.submission_id, first.token)
    assert again.upload_key not in {None, first.upload_key}
    assert not finish(services_on_each, first)
    assert finish(services_on_each, again)
    assert read(services_on_each, first.submission_id).has_consent(ConsentKind.SOCIAL)


def test_another_video_from_the_same_open_page_is_another_submission(services_on_each: Services) -> None:
    first = an_upload(services_on_each, KEYED)
    finish(services_on_each, first)

    other = an_upload(services_on_each, a_letter(submission_key=KEYED.submission_key, file_name="another.mp4"))

    assert other.submission_id != first.submission_id
    assert other.upload_key is not None


def announced(services: Services, letter: submitting.Letter) -> submitting.Upload:
    with writing(services.engine) as connection:
        return announcing.announce_submission(
            connection, the_call(services), letter, now=services.clock(), secret_key=services.settings.secret_key
        )


@pytest.mark.parametrize(
    "letter",
    [
        pytest.param(a_letter(submission_key=KEYED.submission_key, sender=a_sender(role="Socia")), id="another-sender"),
        pytest.param(a_letter(submission_key=KEYED.submission_key, file_name="another.mp4"), id="another-file"),
    ],
)
def test_a_form_does_not_get_the_secret_of_what_a_program_announced(
    services_on_each: Services, letter: submitting.Letter
) -> None:
    first = announced(services_on_each, KEYED)

    other = an_upload(services_on_each, letter)

    assert (other.submission_id == first.submission_id, other.token == first.token) == (False, False)
    assert read(services_on_each, first.submission_id).sender == KEYED.sender
    assert finish(services_on_each, first)
    assert finish(services_on_each, other)


def test_a_form_takes_over_what_its_own_page_announced(services_on_each: Services) -> None:
    first = announced(services_on_each, KEYED)

    again = an_upload(services_on_each, KEYED)

    assert (again.submission_id, again.token) == (first.submission_id, first.token)
    assert finish(services_on_each, again)


def test_the_form_again_leaves_alone_what_is_being_replaced(services_on_each: Services) -> None:
    submission_id, token = a_receipt(services_on_each, state=State.REFUSED, letter=KEYED)
    with writing(services_on_each.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7)
        upload_key = submitting.replace_file(connection, submission_id, file, now=services_on_each.clock())

    again = an_upload(services_on_each, KEYED)

    assert again == submitting.Upload(submission_id=submission_id, token=token, upload_key=None)
    assert read(services_on_each, submission_id).upload_key == upload_key


def test_a_closed_call_takes_nothing(services_on_each: Services) -> None:
    from dataclasses import replace

    closed = replace(the_call(services_on_each), closes_at=services_on_each.clock())

    with writing(services_on_each.engine) as connection, pytest.raises(CallClosed):
        submitting.start_upload(connection, closed, a_letter(), now=services_on_each.clock(), secret_key="x" * 32)


@pytest.mark.parametrize("state", sorted(REPLACEABLE))
def test_a_new_file_takes_the_place_of_one_that_would_not_do(services_on_each: Services, state: State) -> None:
    before = a_submission(services_on_each, state=state)

    with writing(services_on_each.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7)
        upload_key = submitting.replace_file(connection, before.id, file, now=services_on_each.clock())
        assert upload_key is not None
        submitting.finish_upload(connection, before.id, upload_key, now=services_on_each.clock())

    after = read(services_on_each, before.id)
    assert (after.state, after.original_key, after.original_bytes) == (State.UPLOADED, upload_key, 7)
    assert (after.checks, after.review_key, after.decision_reason) == ((), None, None)
    assert after.sender == before.sender


@pytest.mark.parametrize("state", sorted(REPLACEABLE))
def test_a_replacement_given_up_goes_back(services_on_each: Services, state: State) -> None:
    before = a_submission(services_on_each, state=state)

    with writing(services_on_each.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7, fingerprint="another")
        submitting.replace_file(connection, before.id, file, now=services_on_each.clock())
        submitting.give_up_upload(connection, before.id, actor="dispatcher", now=services_on_each.clock())

    after = read(services_on_each, before.id)
    assert (after.state, after.original_key, after.review_key) == (state, before.original_key, before.review_key)
    assert after.checks == before.checks
    assert (after.file_name, after.declared_bytes, after.file_fingerprint) == ("video.mp4", 11, None)
    assert (after.upload_name, after.upload_bytes, after.upload_fingerprint) == (None, None, None)


def test_what_is_said_of_a_replacement_is_not_said_of_the_file_that_is_held(services_on_each: Services) -> None:
    before = a_submission(services_on_each, state=State.REFUSED)

    with writing(services_on_each.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7, fingerprint="another")
        upload_key = submitting.replace_file(connection, before.id, file, now=services_on_each.clock())
    awaiting = read(services_on_each, before.id)
    with writing(services_on_each.engine) as connection:
        assert upload_key is not None
        submitting.finish_upload(connection, before.id, upload_key, now=services_on_each.clock())
    after = read(services_on_each, before.id)

    assert (awaiting.file_name, awaiting.declared_bytes, awaiting.file_fingerprint) == ("video.mp4", 11, None)
    assert (awaiting.upload_name, awaiting.upload_bytes, awaiting.upload_fingerprint) == ("better.mp4", 7, "another")
    assert (after.file_name, after.declared_bytes, after.file_fingerprint) == ("better.mp4", 7, "another")


@pytest.mark.parametrize("state", sorted(set(State) - REPLACEABLE))
def test_nothing_else_can_be_replaced(services: Services, state: State) -> None:
    submission = a_submission(services, state=state)

    with writing(services.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7)
        upload_key = submitting.replace_file(connection, submission.id, file, now=services.clock())

    assert upload_key is None
    assert read(services, submission.id).state is state


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_everything_can_be_withdrawn_from_everywhere(services: Services, state: State) -> None:
    submission = a_submission(services, state=state)

    withdrew = withdraw(services, submission.id)

    after = read(services, submission.id)
    assert withdrew
    assert after.state is State.WITHDRAWN
    assert not any(consent.stands for consent in after.consents)
    kinds = {job.kind for job in open_jobs(services) if job.revision == after.revision}
    assert kinds == {JobKind.UNPUBLISH, JobKind.PURGE}


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_is_over_stays_over(services: Services, state: State) -> None:
    submission = a_submission(services, state=state)

    assert not withdraw(services, submission.id)
