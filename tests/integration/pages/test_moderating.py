"""The staff's pages: who gets in, what they see, what they decide."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import update

from intake.actions import operating
from intake.app import create_app, staff_of
from intake.db import queries
from intake.db.engine import reading, writing
from intake.db.people_tables import staff, staff_roles
from intake.db.tables import consents
from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.domain.submissions import Sha256
from tests.builders import REVIEWED, a_letter, a_sender, a_submission, open_work, read
from tests.conftest import MODERATOR, PASSWORD
from tests.integration.pages.browsing import Page, filled, press
from tests.integration.pages.conftest import log_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

REASON = "Il rumore della strada copre la voce."


def page_of(submission: Submission) -> str:
    return f"/moderate/{submission.id}"


def decide(desk: FlaskClient, submission: Submission, decision: str | None, **fields: object) -> TestResponse:
    form = {"decision": decision, "reviewed_sha256": REVIEWED} | fields
    return press(desk, page_of(submission), f"{page_of(submission)}/decision", **form)


class TestTheLogin:
    def test_has_the_fields_of_the_contract(self, client: FlaskClient) -> None:
        page = Page(client.get("/moderate/login"))

        assert all(page.field(name) for name in ("email", "password", "csrf_token"))

    def test_leads_to_the_queue(self, desk: FlaskClient) -> None:
        assert desk.get("/moderate/").status_code == 200

    def test_sends_a_stranger_to_the_form(self, client: FlaskClient) -> None:
        answer = client.get("/moderate/")

        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/moderate/login")

    @pytest.mark.parametrize(
        ("email", "password"),
        [(MODERATOR, "una parola sbagliata"), ("nessuno@example.org", PASSWORD), ("", "")],
        ids=["a wrong password", "an unknown address", "nothing"],
    )
    def test_refuses_a_stranger(self, client: FlaskClient, email: str, password: str) -> None:
        press(client, "/moderate/login", "/moderate/login", email=email, password=password)

        assert client.get("/moderate/").status_code == 302

    def test_says_the_same_for_an_unknown_address_as_for_a_wrong_password(self, client: FlaskClient) -> None:
        wrong = press(client, "/moderate/login", "/moderate/login", email=MODERATOR, password="x" * 20)
        unknown = press(client, "/moderate/login", "/moderate/login", email="nessuno@example.org", password="x" * 20)

        errors = [re.findall(r"field-error.*?</p>", answer.text, re.DOTALL) for answer in (wrong, unknown)]
        assert errors[0] == errors[1]

    def test_needs_the_form_s_token(self, client: FlaskClient) -> None:
        answer = client.post("/moderate/login", data={"email": MODERATOR, "password": PASSWORD})

        assert answer.status_code == 400
        assert client.get("/moderate/").status_code == 302

    @pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
    def test_never_leads_to_another_site(self, client: FlaskClient, wanted: str) -> None:
        answer = press(
            client, "/moderate/login", f"/moderate/login?next={wanted}", email=MODERATOR, password=PASSWORD, next=wanted
        )

        goal = urlsplit(answer.headers.get("Location", ""))
        assert (goal.netloc, goal.path.startswith("//")) == ("", False)

    def test_gives_up_on_somebody_who_guesses(self, client: FlaskClient) -> None:
        token = Page(client.get("/moderate/login")).value("csrf_token")
        guess = {"email": "nessuno@example.org", "password": "", "csrf_token": token}

        statuses = [client.post("/moderate/login", data=guess).status_code for _ in range(22)]

        assert statuses[-1] == 429

    def test_ends_with_the_logout(self, desk: FlaskClient) -> None:
        press(desk, "/moderate/", "/moderate/logout")

        assert desk.get("/moderate/").status_code == 302

    def test_lasts_no_longer_than_a_working_day_even_when_remembered(self, client: FlaskClient) -> None:
        answer = press(client, "/moderate/login", "/moderate/login", email=MODERATOR, password=PASSWORD, remember="y")

        expiries = re.findall(r"Expires=([^;]+)", "\n".join(answer.headers.getlist("Set-Cookie")))
        lives = [parsedate_to_datetime(expiry) - datetime.now(UTC) for expiry in expiries]
        assert lives
        assert max(lives) <= timedelta(hours=12)

    def test_sets_only_cookies_that_bind_to_a_secure_host(self, services: Services) -> None:
        settings = replace(services.settings, public_url="https://video.example.org")
        client = create_app(replace(services, settings=settings)).test_client()
        secure = {
            "base_url": "https://video.example.org",
            "headers": {"Referer": "https://video.example.org/moderate/login"},
        }
        page = Page(client.get("/moderate/login", base_url=secure["base_url"]))
        fields = {"email": MODERATOR, "password": PASSWORD, "remember": "y", "csrf_token": page.value("csrf_token")}

        answer = client.post("/moderate/login", data=fields, **secure)

        cookies = answer.headers.getlist("Set-Cookie")
        assert cookies
        assert [
            cookie for cookie in cookies if not re.match(r"__Host-.*; Secure; HttpOnly; Path=/; SameSite=Lax$", cookie)
        ] == []


class TestWhoGetsIn:
    @pytest.fixture
    def outsider(self, app: Flask, services: Services) -> FlaskClient:
        """A browser in which somebody is logged in who lost their role."""
        with app.app_context():
            staff_of(app).add("ex@example.org", "moderator", PASSWORD)
        with writing(services.engine) as connection:
            ex = staff.select().where(staff.c.email == "ex@example.org").with_only_columns(staff.c.id)
            connection.execute(staff_roles.delete().where(staff_roles.c.staff_id == ex.scalar_subquery()))
        return log_in(app.test_client(), "ex@example.org")

    def test_somebody_without_a_role_does_not(self, outsider: FlaskClient) -> None:
        assert outsider.get("/moderate/").status_code == 403

    def test_an_admin_does(self, app: Flask) -> None:
        with app.app_context():
            staff_of(app).add("capo@example.org", "admin", PASSWORD)

        assert log_in(app.test_client(), "capo@example.org").get("/moderate/").status_code == 200


class TestTheQueue:
    def test_shows_the_oldest_first(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        first = a_submission(services)
        clock.advance(minutes=1)
        second = a_submission(services)

        links = Page(desk.get("/moderate/")).links

        assert links.index(first.id) < links.index(second.id)

    def test_links_each_row_by_a_relative_address(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        assert submission.id in Page(desk.get("/moderate/")).links
        assert desk.get(f"/moderate/{submission.id}").status_code == 200

    def test_holds_only_what_waits(self, desk: FlaskClient, services: Services) -> None:
        published = a_submission(services, state=State.PUBLISHED)

        assert published.id not in Page(desk.get("/moderate/")).links

    @pytest.mark.parametrize("state", sorted(State))
    def test_shows_any_state_on_request(self, desk: FlaskClient, services: Services, state: State) -> None:
        submission = a_submission(services, state=state)

        assert submission.id in Page(desk.get(f"/moderate/?state={state}")).rows

    def test_shows_what_needs_an_operator_apart(self, desk: FlaskClient, services: Services) -> None:
        stuck = a_submission(services, state=State.NEEDS_OPERATOR)

        page = Page(desk.get("/moderate/"))

        assert stuck.id in page.links
        assert "Fermi: serve una mano" in page.text

    @pytest.mark.parametrize("query", ["?state=nothing", "?after=nothing", "?state="])
    def test_survives_any_query(self, desk: FlaskClient, query: str) -> None:
        assert desk.get(f"/moderate/{query}").status_code == 200

    def test_goes_on_where_its_first_page_ended(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        submissions = []
        for _ in range(27):
            clock.advance(seconds=1)
            submissions.append(a_submission(services).id)

        first = Page(desk.get("/moderate/")).links
        (following,) = [link for link in first if "after=" in link]
        second = Page(desk.get(urljoin("/moderate/", following))).links

        assert [link for link in first if link in submissions] == submissions[:25]
        assert [link for link in second if link in submissions] == submissions[25:]

    def test_is_kept_nowhere(self, desk: FlaskClient) -> None:
        assert desk.get("/moderate/").headers["Cache-Control"] == "no-store"


class TestAClip:
    def test_is_shown_with_everything_that_helps_to_decide(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        page = Page(desk.get(page_of(submission)))

        assert all(
            words in page.text
            for words in ("Anna Rossi", "Titolare", "Officina Rossi", "Impresa", "anna.rossi@example.org", "video.mp4")
        )
        assert submission.review_key in page.all("video")[0]["src"]
        assert page.value("reviewed_sha256") == REVIEWED

    def test_shows_the_words_that_were_agreed_to_and_no_others(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        agreed = "Acconsento alla pubblicazione del mio video"
        before = Page(desk.get(page_of(submission))).text

        with writing(services.engine) as connection:
            connection.execute(update(consents).values(text_sha256="0" * 64, version="2025-01"))

        after = Page(desk.get(page_of(submission))).text
        assert agreed in before
        assert agreed not in after
        assert "Parole di una versione precedente" in after

    def test_offers_its_stills_as_posters(self, desk: FlaskClient, services: Services) -> None:
        page = Page(desk.get(page_of(a_submission(services))))

        posters = [attributes for _, attributes in page.elements if attributes.get("name") == "poster"]
        assert [(poster["value"], "checked" in poster) for poster in posters] == [("0", True), ("1", False)]

    @pytest.mark.parametrize("decision", ["approve", "decline", "ask_again"])
    def test_has_a_button_for_each_decision(self, desk: FlaskClient, services: Services, decision: str) -> None:
        buttons = Page(desk.get(page_of(a_submission(services)))).all("button")

        assert decision in [button.get("value") for button in buttons if button.get("name") == "decision"]

    @pytest.mark.parametrize("state", sorted(State))
    def test_has_a_page_in_every_state(self, desk: FlaskClient, services: Services, state: State) -> None:
        assert desk.get(page_of(a_submission(services, state=state))).status_code == 200

    def test_that_does_not_exist_is_not_found(self, desk: FlaskClient) -> None:
        assert desk.get("/moderate/9b2c1a58-0000-4000-8000-000000000000").status_code == 404


class TestADecision:
    def test_to_approve_asks_for_the_publication(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        answer = decide(desk, submission, "approve", poster="1", note="Bella voce.")

        approved = read(services, submission.id)
        assert answer.status_code == 303
        assert (approved.state, approved.approved_sha256, approved.poster) == (State.APPROVED, REVIEWED, 1)
        assert [job.kind for job in open_work(services)] == [JobKind.PUBLISH]

    @pytest.mark.parametrize(("decision", "state"), [("decline", State.DECLINED), ("ask_again", State.REDO_REQUESTED)])
    def test_against_a_clip_gives_its_reason_to_the_sender(
        self, desk: FlaskClient, services: Services, decision: str, state: State
    ) -> None:
        submission = a_submission(services)

        decide(desk, submission, decision, reason=f"  {REASON} ")

        told = read(services, submission.id)
        assert (told.state, told.decision_reason) == (state, REASON)

    @pytest.mark.parametrize("decision", ["decline", "ask_again"])
    @pytest.mark.parametrize("reason", ["", "   \n", None], ids=["empty", "blank", "none"])
    def test_against_a_clip_needs_a_reason(
        self, desk: FlaskClient, services: Services, decision: str, reason: str | None
    ) -> None:
        submission = a_submission(services)

        answer = decide(desk, submission, decision, reason=reason, note="Da tenere.")

        page = Page(answer)
        assert (answer.status_code, page.has_id("reason-error")) == (422, True)
        assert "Da tenere." in page.text
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    @pytest.mark.parametrize(
        "fields",
        [
            {"decision": "publish"},
            {"decision": None},
            {"reviewed_sha256": None},
            {"poster": "-1"},
            {"poster": "x"},
            {"poster": "101"},
            {"poster_at_s": "adesso"},
            {"note": "x" * 2001},
        ],
        ids=lambda fields: " ".join(f"{name}={str(value)[:8]}" for name, value in fields.items()),
    )
    def test_that_makes_no_sense_decides_nothing(
        self, desk: FlaskClient, services: Services, fields: dict[str, object]
    ) -> None:
        submission = a_submission(services)

        answer = decide(desk, submission, **({"decision": "approve"} | fields))

        assert answer.status_code == 422
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_without_the_page_s_token_decides_nothing(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        answer = desk.post(f"{page_of(submission)}/decision", data={"decision": "approve", "reviewed_sha256": REVIEWED})

        assert answer.status_code == 400
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_takes_the_first_still_where_the_chosen_one_does_not_exist(
        self, desk: FlaskClient, services: Services
    ) -> None:
        submission = a_submission(services)

        decide(desk, submission, "approve", poster="7")

        assert read(services, submission.id).poster == 0

    @pytest.mark.parametrize(
        ("typed", "at_s"),
        [("0:07", 7.0), ("3,25", 3.25), ("", None), ("999", 59.5)],
        ids=["a clock", "a comma", "-", "late"],
    )
    def test_takes_any_moment_of_the_clip_for_the_poster(
        self, desk: FlaskClient, services: Services, typed: str, at_s: float | None
    ) -> None:
        submission = a_submission(services)

        decide(desk, submission, "approve", poster="1", poster_at_s=typed)

        assert read(services, submission.id).poster_at_s == at_s

    def test_that_somebody_else_took_first_is_told(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        form = {
            "decision": "decline",
            "reason": REASON,
            "reviewed_sha256": REVIEWED,
            "csrf_token": Page(desk.get(page_of(submission))).value("csrf_token"),
        }

        decide(desk, submission, "approve")
        answer = desk.post(f"{page_of(submission)}/decision", data=form)

        assert answer.status_code == 409
        assert "Qualcun altro ha già deciso" in Page(answer).text
        assert read(services, submission.id).state is State.APPROVED

    def test_that_comes_too_late_shows_what_was_written_for_it(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)
        token = Page(desk.get(page_of(submission))).value("csrf_token")
        typed = {"reason": REASON, "note": "Bella voce.", "reviewed_sha256": REVIEWED, "csrf_token": token}

        decide(desk, submission, "approve")
        page = Page(desk.post(f"{page_of(submission)}/decision", data=typed | {"decision": "decline"}))

        assert "Quello che hai scritto" in page.text
        assert [words in page.text for words in (REASON, "Bella voce.")] == [True, True]
        assert not page.has_id("decision")

    def test_on_a_file_that_changed_meanwhile_is_told(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        answer = decide(desk, submission, "approve", reviewed_sha256=Sha256("00" * 32))

        assert answer.status_code == 409
        assert "Il video è cambiato" in Page(answer).text
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_on_a_file_that_changed_keeps_what_was_written_and_asks_about_the_new_one(
        self, desk: FlaskClient, services: Services
    ) -> None:
        submission = a_submission(services)

        typed = {"reason": REASON, "note": "Bella voce.", "poster": "1", "poster_at_s": "2,5"}
        page = Page(decide(desk, submission, "decline", reviewed_sha256=Sha256("00" * 32), **typed))

        assert [words in page.text for words in (REASON, "Bella voce.")] == [True, True]
        assert "Quello che hai scritto" not in page.text
        assert (page.value("reviewed_sha256"), page.value("poster_at_s")) == (REVIEWED, "")
        (chosen,) = [still for still in page.all("input") if still.get("name") == "poster" and "checked" in still]
        assert chosen["value"] == str(submission.poster)

    def test_on_a_clip_that_was_withdrawn_is_told(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, state=State.WITHDRAWN)

        answer = press(
            desk, "/moderate/", f"{page_of(submission)}/decision", decision="approve", reviewed_sha256=REVIEWED
        )

        assert answer.status_code == 409

    def test_on_nothing_is_not_found(self, desk: FlaskClient) -> None:
        answer = press(
            desk,
            "/moderate/",
            "/moderate/9b2c1a58-0000-4000-8000-000000000000/decision",
            decision="approve",
            reviewed_sha256=REVIEWED,
        )

        assert answer.status_code == 404

    def test_is_in_the_history_under_the_moderator_s_name(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        decide(desk, submission, "decline", reason=REASON, note="Bella voce.")

        with reading(services.engine) as connection:
            last = queries.history(connection, submission.id)[-1]
        assert (last.actor, last.reason, last.note) == (MODERATOR, REASON, "Bella voce.")


class TestAfterwards:
    def test_a_declined_clip_can_be_looked_at_again(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, state=State.DECLINED)

        answer = press(desk, page_of(submission), f"{page_of(submission)}/look-again")

        assert answer.status_code == 303
        assert read(services, submission.id).state is State.AWAITING_REVIEW

    def test_a_dead_job_can_be_tried_again(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services, state=State.UPLOADED)
        with writing(services.engine) as connection:
            connection.exec_driver_sql("UPDATE jobs SET state = 'dead'")
            operating.call_operator(connection, submission.id, error="it broke", now=services.clock())

        answer = press(desk, "/moderate/", f"{page_of(submission)}/retry")

        assert answer.status_code == 303
        assert read(services, submission.id).state is State.UPLOADED

    def test_nothing_is_tried_again_where_nothing_died(self, desk: FlaskClient, services: Services) -> None:
        submission = a_submission(services)

        assert press(desk, "/moderate/", f"{page_of(submission)}/retry").status_code == 404


def test_what_a_sender_typed_is_shown_and_never_run(desk: FlaskClient, services: Services) -> None:
    nasty = a_sender(given_name="<script>alert(1)</script>", organisation='"><img src=x onerror=alert(1)>')
    submission = a_submission(services, letter=a_letter(sender=nasty, file_name="<svg onload=alert(1)>.mp4"))

    pages = [Page(desk.get(path)) for path in ("/moderate/", page_of(submission))]

    assert all("<script>alert(1)</script>" in page.text for page in pages)
    assert [page.inline_code for page in pages] == [[], []]
    assert not [attributes for page in pages for _, attributes in page.elements if "onerror" in attributes]


def test_a_wrong_decision_form_keeps_what_was_typed(desk: FlaskClient, services: Services) -> None:
    submission = a_submission(services)
    form = filled({"decision": "decline", "note": "Da tenere.", "poster": "1", "reviewed_sha256": REVIEWED})

    page = Page(press(desk, page_of(submission), f"{page_of(submission)}/decision", **form))

    posters = [attributes for _, attributes in page.elements if attributes.get("name") == "poster"]
    assert [poster["value"] for poster in posters if "checked" in poster] == ["1"]
