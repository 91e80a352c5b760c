"""Who is on the staff: invitations, roles, sessions, and who was here when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from intake.db import people
from intake.db.engine import reading
from intake.domain.staff import StaffRole
from tests.conftest import MODERATOR, PASSWORD
from tests.integration.mail.sending import staff_letters
from tests.integration.pages.browsing import Page, press
from tests.integration.pages.conftest import log_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.staff import Colleague
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.integration.pages.conftest import LetIn

ADMIN = "capo@example.org"
GUEST = "ospite@example.org"
PAGE = "/moderate/people"
THEIR_PASSWORD = "però è una frase lunga"


@pytest.fixture
def admin(let_in: LetIn) -> FlaskClient:
    """A browser in which the only admin is logged in."""
    return let_in(ADMIN, "admin")


def invite(admin: FlaskClient, email: str = GUEST, role: str = "moderator", language: str = "it") -> TestResponse:
    return press(admin, PAGE, f"{PAGE}/invitations", email=email, role=role, language=language)


def link_in_the_mail(services: Services) -> str:
    text = staff_letters(services)[-1].get_body(("plain",)).get_content()
    return re.findall(r"http://localhost(/moderate/invitations/\S+)", text)[0]


def enter(stranger: FlaskClient, link: str, password: str = THEIR_PASSWORD) -> TestResponse:
    return press(stranger, link, link, password=password)


def member(services: Services, email: str) -> Colleague:
    with reading(services.engine) as connection:
        return next(one for one in people.colleagues(connection) if one.email == email)


def act(admin: FlaskClient, services: Services, email: str, action: str, **fields: object) -> TestResponse:
    return press(admin, PAGE, f"{PAGE}/{member(services, email).id}/{action}", **fields)


class TestAnInvitation:
    def test_is_mailed_and_lets_somebody_in_with_a_password_of_their_own(
        self, admin: FlaskClient, stranger: FlaskClient, services: Services
    ) -> None:
        invite(admin)

        answer = enter(stranger, link_in_the_mail(services))

        assert (answer.status_code, answer.headers["Location"]) == (303, "/moderate/")
        assert stranger.get("/moderate/").status_code == 200
        assert member(services, GUEST).role is StaffRole.MODERATOR

    def test_s_password_works_at_the_login(self, admin: FlaskClient, app: Flask, services: Services) -> None:
        invite(admin)
        enter(app.test_client(), link_in_the_mail(services))

        later = log_in(app.test_client(), GUEST, THEIR_PASSWORD)

        assert later.get("/moderate/").status_code == 200

    def test_says_who_invites_and_answers_go_to_them(self, admin: FlaskClient, services: Services) -> None:
        invite(admin, role="viewer", language="en")

        [mail] = staff_letters(services)

        assert (mail["To"], mail["Reply-To"], mail["Content-Language"]) == (GUEST, ADMIN, "en")
        assert ADMIN in mail.get_body(("html",)).get_content()
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe"] is None

    def test_opens_once(self, admin: FlaskClient, app: Flask, services: Services) -> None:
        invite(admin)
        link = link_in_the_mail(services)
        enter(app.test_client(), link)

        again = app.test_client().get(link)

        assert again.status_code == 410
        assert "già usato" in again.text

    def test_wants_a_long_password(self, admin: FlaskClient, stranger: FlaskClient, services: Services) -> None:
        invite(admin)

        answer = enter(stranger, link_in_the_mail(services), "troppo corta")

        assert answer.status_code == 422
        assert "servono almeno 15 caratteri" in answer.text

    def test_expires_after_three_days(
        self, admin: FlaskClient, stranger: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        invite(admin)
        link = link_in_the_mail(services)

        clock.advance(days=3)

        assert stranger.get(link).status_code == 410
        assert "scaduto" in Page(admin.get(PAGE)).text

    def test_sent_again_replaces_the_link(self, admin: FlaskClient, stranger: FlaskClient, services: Services) -> None:
        invite(admin)
        first = link_in_the_mail(services)

        press(admin, PAGE, f"{PAGE}/invitations/1/again")

        second = link_in_the_mail(services)
        assert (stranger.get(first).status_code, stranger.get(second).status_code) == (410, 200)

    def test_that_was_overtaken_before_it_was_sent_is_not_sent(self, admin: FlaskClient, services: Services) -> None:
        invite(admin)
        press(admin, PAGE, f"{PAGE}/invitations/1/again")

        letters = staff_letters(services)

        assert len(letters) == 1

    def test_taken_back_opens_nothing(self, admin: FlaskClient, stranger: FlaskClient, services: Services) -> None:
        invite(admin)
        link = link_in_the_mail(services)

        press(admin, PAGE, f"{PAGE}/invitations/1/take-back")

        assert enter_blindly(stranger, link).status_code == 410
        assert GUEST not in admin.get(PAGE).text

    @pytest.mark.parametrize(
        ("email", "sentence"),
        [
            (MODERATOR.upper(), "fa già parte della redazione"),
            ("niente", "Controlla l'indirizzo"),
            ("", "Scrivi l'indirizzo"),
        ],
        ids=["on the staff", "no address", "nothing"],
    )
    def test_that_cannot_be_says_why(self, admin: FlaskClient, services: Services, email: str, sentence: str) -> None:
        answer = invite(admin, email)

        assert answer.status_code in {409, 422}
        assert sentence in Page(answer).text
        assert staff_letters(services) == []

    def test_is_one_for_each_address(self, admin: FlaskClient, services: Services) -> None:
        invite(admin)

        answer = invite(admin)

        assert answer.status_code == 409
        assert len(staff_letters(services)) == 1


def enter_blindly(stranger: FlaskClient, link: str) -> TestResponse:
    token = Page(stranger.get("/moderate/login")).value("csrf_token")
    return stranger.post(link, data={"password": THEIR_PASSWORD, "csrf_token": token})


class TestARole:
    def test_holds_from_the_next_page_on(self, admin: FlaskClient, desk: FlaskClient, services: Services) -> None:
        act(admin, services, MODERATOR, "role", role="viewer")

        answer = desk.get("/moderate/alerts")

        assert answer.status_code == 403
        assert "vedi tutto e non cambi nulla" in Page(answer).text
        assert desk.get("/moderate/").status_code == 200

    @pytest.mark.parametrize(
        ("action", "fields"), [("role", {"role": "moderator"}), ("off", {})], ids=["another role", "no access"]
    )
    def test_of_the_last_admin_stays(
        self, admin: FlaskClient, services: Services, action: str, fields: dict[str, object]
    ) -> None:
        answer = act(admin, services, ADMIN, action, **fields)

        assert answer.status_code == 409
        assert "l'unica persona che amministra" in Page(answer).text
        assert admin.get(PAGE).status_code == 200

    def test_of_an_admin_goes_where_there_is_another(self, admin: FlaskClient, services: Services) -> None:
        act(admin, services, MODERATOR, "role", role="admin")

        act(admin, services, ADMIN, "role", role="viewer")

        assert member(services, ADMIN).role is StaffRole.VIEWER

    def test_that_does_not_exist_is_refused(self, admin: FlaskClient, services: Services) -> None:
        assert act(admin, services, MODERATOR, "role", role="emperor").status_code == 422


class TestSessions:
    def test_end_everywhere(self, admin: FlaskClient, desk: FlaskClient, services: Services) -> None:
        before = desk.get("/moderate/").status_code

        act(admin, services, MODERATOR, "end-sessions")

        assert (before, desk.get("/moderate/").status_code) == (200, 302)

    def test_end_with_the_access_and_do_not_come_back_with_it(
        self, admin: FlaskClient, desk: FlaskClient, app: Flask, services: Services
    ) -> None:
        act(admin, services, MODERATOR, "off")
        without = press(app.test_client(), "/moderate/login", "/moderate/login", email=MODERATOR, password=PASSWORD)

        act(admin, services, MODERATOR, "on")

        assert (without.status_code, desk.get("/moderate/").status_code) == (200, 302)
        assert log_in(app.test_client()).get("/moderate/").status_code == 200


class TestTheLastActivity:
    def test_is_noted_at_most_once_a_minute(self, desk: FlaskClient, services: Services, clock: FakeClock) -> None:
        desk.get("/moderate/")
        first = member(services, MODERATOR).seen_at
        clock.advance(seconds=59)
        desk.get("/moderate/")
        same = member(services, MODERATOR).seen_at
        clock.advance(seconds=1)

        desk.get("/moderate/")

        assert same == first
        assert member(services, MODERATOR).seen_at == clock()

    def test_is_shown(self, admin: FlaskClient) -> None:
        text = Page(admin.get(PAGE)).text

        assert "ultima attività" in text
        assert "non è ancora entrata" in text
        assert "senza secondo passaggio" in text


class TestAForgottenPassword:
    def test_is_replaced_by_a_link_in_a_mail(self, app: Flask, stranger: FlaskClient, services: Services) -> None:
        press(stranger, "/moderate/login", "/moderate/reset", email=MODERATOR)
        [mail] = staff_letters(services)
        link = re.findall(r"http://localhost(/moderate/reset/\S+)", mail.get_body(("plain",)).get_content())[0]

        press(stranger, link, link, password=THEIR_PASSWORD, password_confirm=THEIR_PASSWORD)

        assert log_in(app.test_client(), MODERATOR, THEIR_PASSWORD).get("/moderate/").status_code == 200

    def test_ends_every_session(self, stranger: FlaskClient, desk: FlaskClient, services: Services) -> None:
        press(stranger, "/moderate/login", "/moderate/reset", email=MODERATOR)
        [mail] = staff_letters(services)
        link = re.findall(r"http://localhost(/moderate/reset/\S+)", mail.get_body(("plain",)).get_content())[0]

        press(stranger, link, link, password=THEIR_PASSWORD, password_confirm=THEIR_PASSWORD)

        assert desk.get("/moderate/").status_code == 302

    def test_tells_nobody_who_is_on_the_staff(self, stranger: FlaskClient, services: Services) -> None:
        known = press(stranger, "/moderate/login", "/moderate/reset", email=MODERATOR)
        unknown = press(stranger, "/moderate/login", "/moderate/reset", email="nessuno@example.org")

        assert (known.status_code, known.headers.get("Location")) == (
            unknown.status_code,
            unknown.headers.get("Location"),
        )
        assert len(staff_letters(services)) == 1


def test_guesses_at_one_account_are_limited_from_wherever_they_come(app: Flask) -> None:
    asked = [guess(app, f"198.51.100.{number}", MODERATOR) for number in range(30)]

    last = guess(app, "198.51.100.99", MODERATOR)
    other = guess(app, "198.51.100.99", "altra@example.org")

    assert (set(asked), last, other) == ({200}, 429, 200)


def guess(app: Flask, address: str, email: str) -> int:
    client = app.test_client()
    where = {"REMOTE_ADDR": address}
    token = Page(client.get("/moderate/login", environ_base=where)).value("csrf_token")
    fields = {"email": email, "password": "una parola sbagliata", "csrf_token": token}
    return client.post("/moderate/login", data=fields, environ_base=where).status_code
