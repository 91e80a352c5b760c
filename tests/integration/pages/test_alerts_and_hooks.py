"""The pages on which staff choose their mails, stop them, and say which other systems are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from intake.actions import hooking, tokens
from intake.db import hooks, people
from intake.db.engine import reading, writing
from intake.db.people_tables import staff
from intake.domain.errors import HookUnavailable
from intake.domain.hooks import HookEvent, HookTrouble
from intake.domain.staff import Alerts, NewClips, StaffId
from intake.domain.states import State
from tests import builders
from tests.conftest import MODERATOR
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.integration.pages.conftest import LetIn

ALERTS = "/moderate/alerts"
HOOKS = "/moderate/hooks"
RECEIVER = "https://example.org/avvisi"


@pytest.fixture
def admin(let_in: LetIn) -> FlaskClient:
    return let_in("capo@example.org", "admin")


def moderator_id(services: Services) -> StaffId:
    with reading(services.engine) as connection:
        return StaffId(connection.execute(select(staff.c.id).where(staff.c.email == MODERATOR)).scalar_one())


def wish(services: Services) -> Alerts:
    with reading(services.engine) as connection:
        return people.alerts(connection, moderator_id(services))


def stop_link(services: Services, kind: str = "new_clips") -> str:
    signed = tokens.sign(f"{moderator_id(services)}.{kind}", services.settings.secret_key)
    return f"{ALERTS}/stop/{signed}"


class TestMyAlerts:
    def test_are_off_until_somebody_wants_them(self, desk: FlaskClient) -> None:
        assert wish_on(Page(desk.get(ALERTS))) == "off"

    def test_are_kept_as_chosen(self, desk: FlaskClient, services: Services) -> None:
        press(desk, ALERTS, ALERTS, new_clips="daily", waiting_clips="y", language="en")

        assert wish(services) == Alerts(new_clips=NewClips.DAILY, waiting_clips=True, language="en")
        assert wish_on(Page(desk.get(ALERTS))) == "daily"

    def test_that_do_not_exist_are_refused(self, desk: FlaskClient) -> None:
        answer = press(desk, ALERTS, ALERTS, new_clips="hourly", language="it")

        assert answer.status_code == 422


def wish_on(page: Page) -> str:
    return next(
        field["value"] for field in page.all("input") if field.get("name") == "new_clips" and "checked" in field
    )


class TestTheLinkThatStopsAMail:
    def test_asks_first_for_mail_programs_open_links(
        self, desk: FlaskClient, stranger: FlaskClient, services: Services
    ) -> None:
        press(desk, ALERTS, ALERTS, new_clips="at_once", waiting_clips="y", language="it")

        answer = stranger.get(stop_link(services))

        assert "Basta e-mail?" in Page(answer).text
        assert wish(services).new_clips is NewClips.AT_ONCE

    def test_works_by_one_click_of_a_mail_program(
        self, desk: FlaskClient, stranger: FlaskClient, services: Services
    ) -> None:
        press(desk, ALERTS, ALERTS, new_clips="at_once", waiting_clips="y", language="it")

        answer = stranger.post(stop_link(services), data={"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        assert wish(services) == Alerts(new_clips=NewClips.OFF, waiting_clips=True)

    def test_stops_the_kind_it_came_with(self, desk: FlaskClient, stranger: FlaskClient, services: Services) -> None:
        press(desk, ALERTS, ALERTS, new_clips="daily", waiting_clips="y", language="it")

        stranger.post(stop_link(services, "waiting_clips"))

        assert wish(services) == Alerts(new_clips=NewClips.DAILY, waiting_clips=False)

    @pytest.mark.parametrize("change", [lambda link: link[:-1] + "x", lambda link: link.replace("/1.", "/2.")])
    def test_is_ours_alone_to_make(self, stranger: FlaskClient, services: Services, change: object) -> None:
        forged = change(stop_link(services))  # type: ignore[operator]

        assert (stranger.get(forged).status_code, stranger.post(forged).status_code) == (404, 404)


class TestAHook:
    def test_shows_its_secret_once(self, admin: FlaskClient) -> None:
        added = press(admin, HOOKS, HOOKS, url=RECEIVER, events=["received", "withdrawn"])

        later = admin.get(HOOKS)
        assert added.status_code == 201
        assert "whsec_" in added.text
        assert added.headers["Cache-Control"] == "no-store"
        assert "whsec_" not in later.text
        assert RECEIVER in later.text

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"url": "ftp://example.org/", "events": ["received"]}, "Serve un indirizzo pubblico"),
            ({"url": RECEIVER}, "Scegli almeno un avviso"),
            ({"url": "", "events": ["received"]}, "Scrivi l'indirizzo"),
        ],
        ids=["no address", "nothing to tell", "nobody"],
    )
    def test_that_cannot_be_says_why(self, admin: FlaskClient, fields: dict[str, object], sentence: str) -> None:
        answer = press(admin, HOOKS, HOOKS, **fields)

        assert answer.status_code == 422
        assert sentence in Page(answer).text

    def test_is_removed(self, admin: FlaskClient, services: Services) -> None:
        press(admin, HOOKS, HOOKS, url=RECEIVER, events=["received"])

        press(admin, HOOKS, f"{HOOKS}/1/remove")

        with reading(services.engine) as connection:
            assert hooks.all_hooks(connection) == []

    def test_lists_its_calls_and_calls_again_when_asked(self, admin: FlaskClient, services: Services) -> None:
        with writing(services.engine) as connection:
            key = services.settings.secret_key
            hooking.add_hook(connection, RECEIVER, [HookEvent.RECEIVED], by="x", now=services.clock(), secret_key=key)
        builders.a_submission(services, state=State.UPLOADED)
        with reading(services.engine) as connection:
            [standing] = hooks.deliveries(connection, limit=9)

        shown = Page(admin.get(HOOKS)).text
        again = press(admin, HOOKS, f"{HOOKS}/deliveries/{standing.delivery.id}/replay")

        assert standing.delivery.id in shown
        assert "Da consegnare" in shown
        assert again.status_code == 303
        assert "La stiamo già mandando" in admin.get(HOOKS).text

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("it", "Ha risposto che qualcosa non va (codice 503). not_well"),
            ("en", "It answered that something is wrong (code 503). not_well"),
        ],
    )
    def test_that_did_not_get_through_says_why(
        self, admin: FlaskClient, services: Services, language: str, sentence: str
    ) -> None:
        with writing(services.engine) as connection:
            key = services.settings.secret_key
            hooking.add_hook(connection, RECEIVER, [HookEvent.RECEIVED], by="x", now=services.clock(), secret_key=key)
        builders.a_submission(services, state=State.UPLOADED)
        with writing(services.engine) as connection:
            [standing] = hooks.deliveries(connection, limit=9)
            trouble = HookUnavailable(HookTrouble.NOT_WELL, answer=503)
            hooking.record_trouble(connection, standing.delivery, trouble, now=services.clock())

        assert sentence in Page(admin.get(f"{HOOKS}?lang={language}")).text
