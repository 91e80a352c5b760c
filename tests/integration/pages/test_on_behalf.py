"""A clip that came by mail: a moderator hands it in, its sender answers for it, and only then it can be approved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.actions import submitting
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.tables import calls
from intake.domain.calls import ConsentKind
from intake.domain.history import Cause
from intake.domain.jobs import MAILS, JobKind
from intake.domain.states import State
from intake.web.uploads import SMALL_BODY_BYTES
from tests.builders import MODERATOR as DECIDER
from tests.builders import REVIEWED, a_letter, a_receipt, an_inspection, open_jobs, read, take_job, the_call
from tests.integration.pages.browsing import File, Page, filled, press
from tests.integration.pages.rows import all_submissions

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.calls import Consent
    from intake.domain.submissions import Submission, Token
    from intake.wiring import Services
    from tests.fakes.bucket import MemoryBucket

FORM = "/moderate/on-behalf/pistoia2030"
BRUNA: dict[str, object] = {
    "given_name": "Bruna",
    "family_name": "Galli",
    "role": "Presidente",
    "organisation": "Cooperativa Il Ponte",
    "organisation_kind": "associazione",
    "email": "bruna.galli@example.org",
    "language": "it",
}


def hand_in(desk: FlaskClient, **changes: object) -> TestResponse:
    page = Page(desk.get(FORM))
    hidden = {name: page.value(name) for name in ("csrf_token", "submission_key")}
    return desk.post(FORM, data=filled(hidden | BRUNA | {"video": File()} | changes))


def a_filed_clip(services: Services) -> tuple[Submission, Token]:
    """A clip that was handed in for its sender and waits to be watched, and the secret they got."""
    letter = replace(a_letter(), answers={}, filed_by=DECIDER)
    submission_id, token = a_receipt(services, state=State.AWAITING_REVIEW, letter=letter)
    return read(services, submission_id), token


def confirm(client: FlaskClient, token: Token, **changes: object) -> TestResponse:
    url = f"/submissions/{token}"
    page = Page(client.get(url))
    names = ("given_name", "family_name", "role", "organisation", "language")
    told = {name: page.value(name) for name in names} | {"organisation_kind": "impresa", "consent_gallery": "y"}
    return press(client, url, f"{url}/confirm", **(told | changes))


def approve(desk: FlaskClient, submission: Submission) -> TestResponse:
    url = f"/moderate/{submission.id}"
    return press(desk, url, f"{url}/decision", decision="approve", reviewed_sha256=REVIEWED)


class TestHandingIn:
    def test_holds_the_clip_without_any_consent_and_writes_to_its_sender(
        self, desk: FlaskClient, services: Services, private: MemoryBucket
    ) -> None:
        answer = hand_in(desk)

        [filed] = all_submissions(services)
        assert answer.headers["Location"] == f"/moderate/{filed.id}"
        assert (filed.state, filed.sender.full_name, filed.sender.email) == (
            State.UPLOADED,
            "Bruna Galli",
            "bruna.galli@example.org",
        )
        assert (filed.filed_by, filed.consents, filed.awaits_consent) == ("moderatrice@example.org", (), True)
        assert filed.original_key is not None
        assert private.size_of(filed.original_key) == len(File().content)
        assert [job.kind for job in open_jobs(services) if job.kind in MAILS] == [JobKind.MAIL_FILED]

    def test_is_in_the_history(self, desk: FlaskClient, services: Services) -> None:
        hand_in(desk)

        [filed] = all_submissions(services)
        with reading(services.engine) as connection:
            first, received = queries.history(connection, filed.id)
        assert (first.actor, first.cause, received.actor) == (
            "moderatrice@example.org",
            Cause.FILED,
            "moderatrice@example.org",
        )
        assert "Inserito per conto" in Page(desk.get(f"/moderate/{filed.id}")).text

    def test_never_shows_the_secret(self, desk: FlaskClient, services: Services) -> None:
        hand_in(desk)

        [filed] = all_submissions(services)
        with reading(services.engine) as connection:
            token = submitting.token_of(connection, filed.id, services.settings.secret_key)
        assert token not in desk.get(f"/moderate/{filed.id}").text

    def test_twice_is_counted_once(self, desk: FlaskClient, services: Services) -> None:
        page = Page(desk.get(FORM))
        hidden = {name: page.value(name) for name in ("csrf_token", "submission_key")}

        statuses = [desk.post(FORM, data=filled(hidden | BRUNA | {"video": File()})).status_code for _ in range(2)]

        assert statuses == [303, 303]
        assert len(all_submissions(services)) == 1

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({"email": "bruna"}, "email"),
            ({"given_name": " "}, "given_name"),
            ({"organisation_kind": "x"}, "organisation_kind"),
            ({"language": "xx"}, "language"),
            ({"video": None}, "video"),
            ({"video": File("video.txt")}, "video"),
            ({"video": File(content=b"")}, "video"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_says_what_must_be_mended(
        self, desk: FlaskClient, services: Services, changes: dict[str, object], wrong: str
    ) -> None:
        answer = hand_in(desk, **changes)

        assert (answer.status_code, Page(answer).has_id(f"{wrong}-error")) == (422, True)
        assert all_submissions(services) == []

    def test_is_for_one_call_where_there_is_one(self, desk: FlaskClient) -> None:
        assert desk.get("/moderate/on-behalf").headers["Location"] == FORM

    def test_for_a_call_that_does_not_exist_is_not_found(self, desk: FlaskClient) -> None:
        assert desk.get("/moderate/on-behalf/nowhere").status_code == 404

    def test_needs_the_form_s_token(self, desk: FlaskClient, services: Services) -> None:
        answer = desk.post(FORM, data=filled(BRUNA | {"video": File()}))

        assert answer.status_code == 400
        assert all_submissions(services) == []

    def test_takes_a_file_that_is_larger_than_any_other_form(self, desk: FlaskClient, services: Services) -> None:
        answer = hand_in(desk, video=File(content=b"x" * (SMALL_BODY_BYTES + 1)))

        assert answer.status_code == 303
        assert all_submissions(services)[0].original_bytes == SMALL_BODY_BYTES + 1

    def test_refuses_a_file_that_is_larger_than_the_call_allows(self, desk: FlaskClient, services: Services) -> None:
        with writing(services.engine) as connection:
            document = connection.scalar(select(calls.c.document))
            rules = document["rules"] | {"max_bytes": 10}
            connection.execute(update(calls).values(document=document | {"rules": rules}))

        answer = hand_in(desk)

        assert (answer.status_code, Page(answer).has_id("video-error")) == (413, True)
        assert all_submissions(services) == []


class TestUntilItsSenderAnswers:
    def test_it_cannot_be_approved(self, desk: FlaskClient, services: Services) -> None:
        submission, _ = a_filed_clip(services)

        answer = approve(desk, submission)

        page = Page(answer)
        assert answer.status_code == 409
        assert "Non si può ancora approvare" in page.text
        assert "Aspettiamo il consenso di chi compare nel video" in page.text
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_the_queue_says_so(self, desk: FlaskClient, services: Services) -> None:
        a_filed_clip(services)

        assert "aspetta il consenso" in Page(desk.get("/moderate/")).text

    def test_it_can_be_declined(self, desk: FlaskClient, services: Services) -> None:
        submission, _ = a_filed_clip(services)
        url = f"/moderate/{submission.id}"

        press(desk, url, f"{url}/decision", decision="decline", reviewed_sha256=REVIEWED, reason="Fuori tema.")

        assert read(services, submission.id).state is State.DECLINED


class TestItsSender:
    def test_finds_the_details_and_no_answer_in_the_form(self, stranger: FlaskClient, services: Services) -> None:
        _, token = a_filed_clip(services)

        page = Page(stranger.get(f"/submissions/{token}"))

        assert "Manca solo il tuo sì" in page.text
        assert page.value("given_name") == "Anna"
        assert "checked" not in page.field("consent_gallery")

    @pytest.mark.parametrize("language", ["it", "en"])
    def test_answers_in_words_that_are_kept(self, stranger: FlaskClient, services: Services, language: str) -> None:
        submission, token = a_filed_clip(services)

        answer = confirm(stranger, token, language=language, role="Fondatrice")

        def words(consent: Consent) -> str:
            return consent.text.in_language(language)

        confirmed, asked = read(services, submission.id), the_call(services).consents
        with reading(services.engine) as connection:
            last = queries.history(connection, submission.id)[-1]
        assert answer.status_code == 303
        assert Page(stranger.get(answer.headers["Location"])).has_id("confirmed-title")
        assert (confirmed.sender.role, confirmed.sender.email) == ("Fondatrice", "anna.rossi@example.org")
        assert {(one.kind, one.given, one.version, one.text_sha256, one.words) for one in confirmed.consents} == {
            (
                one.kind,
                one.kind is ConsentKind.GALLERY,
                one.version,
                one.text_sha256(language),
                one.text.in_language(language),
            )
            for one in asked
        }
        assert (last.actor, last.cause) == ("sender", Cause.CONFIRMED)

    def test_opens_the_way_to_the_gallery(self, stranger: FlaskClient, desk: FlaskClient, services: Services) -> None:
        submission, token = a_filed_clip(services)

        confirm(stranger, token)

        assert approve(desk, submission).status_code == 303
        assert read(services, submission.id).state is State.APPROVED

    def test_is_told_what_is_missing(self, stranger: FlaskClient, services: Services) -> None:
        submission, token = a_filed_clip(services)

        answer = confirm(stranger, token, consent_gallery=None, role="")

        page = Page(answer)
        assert answer.status_code == 422
        assert (page.has_id("consent_gallery-error"), page.has_id("role-error")) == (True, True)
        assert read(services, submission.id).awaits_consent

    def test_can_say_no(self, stranger: FlaskClient, services: Services) -> None:
        submission, token = a_filed_clip(services)
        url = f"/submissions/{token}"

        press(stranger, url, f"{url}/withdraw", confirm="y")

        assert read(services, submission.id).state is State.WITHDRAWN
        assert "Manca solo il tuo sì" not in Page(stranger.get(url)).text

    def test_answers_once(self, stranger: FlaskClient, services: Services) -> None:
        submission, token = a_filed_clip(services)
        confirm(stranger, token)

        press(stranger, f"/submissions/{token}", f"/submissions/{token}/confirm", given_name="Eva")

        assert read(services, submission.id).sender.given_name == "Anna"

    def test_who_sent_the_video_is_asked_nothing(self, stranger: FlaskClient, services: Services) -> None:
        _, token = a_receipt(services)

        assert "Manca solo il tuo sì" not in Page(stranger.get(f"/submissions/{token}")).text


def test_a_better_file_from_its_sender_still_waits_for_the_answer(services: Services) -> None:
    # Given a clip that was handed in, and whose sender sends a better one before they answer
    submission, _ = a_filed_clip(services)
    with writing(services.engine) as connection:
        file = submitting.Declared(name="better.mp4", size_bytes=7)
        upload_key = submitting.replace_file(connection, submission.id, file, now=services.clock())
        assert upload_key is not None
        submitting.finish_upload(connection, submission.id, upload_key, now=services.clock())
        job = take_job(connection, submission.id, JobKind.INSPECT)

    # Then the receipt is the sender's own, and the consent is still missing
    assert an_inspection(job)
    assert JobKind.MAIL_RECEIPT in [job.kind for job in open_jobs(services)]
    assert read(services, submission.id).awaits_consent
