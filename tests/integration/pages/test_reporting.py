"""A visitor says that something is wrong with a clip: staff read it in its history, and some get a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from intake.actions import jobs, publishing
from intake.db.engine import reading, writing
from intake.db.people_tables import staff_mails
from intake.db.tables import events
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests.builders import a_submission, open_work, read, take_job, withdraw
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.integration.pages.conftest import LetIn

SAID = {"kind": "captions", "words": "Alla fine dice “provateci”,\r\n\r\n non “provaci”.", "email": "eva@example.org"}


@pytest.fixture
def clip(services: Services) -> Submission:
    return a_submission(services, state=State.PUBLISHED)


def page_of(clip: Submission) -> str:
    return f"/gallery/pistoia2030/{clip.clip_id}/report"


def report(visitor: FlaskClient, clip: Submission, **changes: str) -> TestResponse:
    return press(visitor, page_of(clip), page_of(clip), **(SAID | changes))


def lines(services: Services, clip: Submission) -> int:
    with reading(services.engine) as connection:
        query = select(func.count()).select_from(events).where(events.c.submission_id == clip.id)
        return connection.scalar(query.where(events.c.cause == "reported")) or 0


def mails(services: Services) -> int:
    with reading(services.engine) as connection:
        query = select(func.count()).select_from(staff_mails).where(staff_mails.c.kind == "reported")
        return connection.scalar(query) or 0


def test_the_clip_s_page_leads_to_the_form(stranger: FlaskClient, clip: Submission) -> None:
    assert page_of(clip) in Page(stranger.get(page_of(clip).removesuffix("/report"))).links


def test_staff_read_it_in_the_clip_s_history(stranger: FlaskClient, desk: FlaskClient, clip: Submission) -> None:
    answer = report(stranger, clip)

    page = Page(desk.get(f"/moderate/{clip.id}"))
    assert answer.status_code == 303
    assert "Segnalato un problema : I sottotitoli sono sbagliati" in page.text.replace("problema:", "problema :")
    assert "Alla fine dice “provateci”, non “provaci”. eva@example.org" in page.text
    assert "chi visita la galleria" in page.text


def test_the_visitor_is_thanked(stranger: FlaskClient, clip: Submission) -> None:
    answer = report(stranger, clip)

    assert "Grazie della segnalazione" in stranger.get(answer.headers["Location"]).text


def test_the_clip_stays_as_it_was(stranger: FlaskClient, services: Services, clip: Submission) -> None:
    report(stranger, clip)

    assert (read(services, clip.id).state, read(services, clip.id).revision) == (State.PUBLISHED, clip.revision)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": ""}, "Scegli una voce."),
        ({"kind": "hunger"}, "Che cosa non va?: "),
        ({"words": " \n "}, "Compila questo campo."),
        ({"words": "x" * 1001}, "Al massimo 1000 caratteri."),
        ({"email": "eva at example"}, "Controlla l'indirizzo"),
    ],
    ids=["no kind", "unknown kind", "no words", "too many words", "no address"],
)
def test_what_is_mistaken_is_said_and_what_was_typed_is_kept(
    stranger: FlaskClient, services: Services, clip: Submission, wrong: dict[str, str], sentence: str
) -> None:
    answer = report(stranger, clip, **wrong)

    assert answer.status_code == 422
    assert sentence in Page(answer).text
    assert Page(answer).value("email") == (SAID | wrong)["email"]
    assert lines(services, clip) == 0


def test_an_address_may_be_left_out(stranger: FlaskClient, services: Services, clip: Submission) -> None:
    assert report(stranger, clip, email="").status_code == 303
    assert lines(services, clip) == 1


def test_nobody_on_the_way_keeps_the_form(stranger: FlaskClient, clip: Submission) -> None:
    headers = stranger.get(page_of(clip)).headers

    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_of_a_clip_that_is_gone_there_is_nothing_to_report(
    stranger: FlaskClient, services: Services, clip: Submission
) -> None:
    page = Page(stranger.get(page_of(clip)))
    withdraw(services, clip.id)

    answer = stranger.post(page_of(clip), data=SAID | {"csrf_token": page.value("csrf_token")})

    assert (answer.status_code, stranger.get(page_of(clip)).status_code) == (410, 410)
    assert lines(services, clip) == 0


def test_of_another_call_there_is_no_such_clip(stranger: FlaskClient, clip: Submission) -> None:
    assert stranger.get(page_of(clip).replace("pistoia2030", "other")).status_code == 404


def test_who_goes_on_and_on_is_stopped(stranger: FlaskClient, services: Services, clip: Submission) -> None:
    answers = [report(stranger, clip).status_code for _ in range(11)]

    assert answers == [303] * 10 + [429]
    assert lines(services, clip) == 10


class TestMails:
    def test_everybody_who_wants_mails_is_told_once_a_day(
        self, stranger: FlaskClient, services: Services, clip: Submission, let_in: LetIn, clock: FakeClock
    ) -> None:
        # Given one who wants mails, one who turned them off, and one who only looks on
        let_in("viewer@example.org", "viewer")
        mod = let_in("mod@example.org", "moderator")
        press(mod, "/moderate/alerts", "/moderate/alerts", new_clips="off", waiting_clips="y", language="it")
        off = let_in("off@example.org", "moderator")
        press(off, "/moderate/alerts", "/moderate/alerts", new_clips="off", language="it")

        # When a clip is reported twice, and again the day after
        report(stranger, clip)
        report(stranger, clip)
        first_day = mails(services)
        clock.advance(days=1)
        report(stranger, clip)

        # Then they are told once each day, and the history has every line
        assert (first_day, mails(services)) == (1, 2)
        assert lines(services, clip) == 3
        assert [job.kind for job in open_work(services)].count(JobKind.STAFF_MAIL) == 2


def test_with_the_clip_what_was_said_of_it_is_erased(
    stranger: FlaskClient, services: Services, clip: Submission
) -> None:
    report(stranger, clip)
    withdraw(services, clip.id)

    with writing(services.engine) as connection:
        job = take_job(connection, clip.id, JobKind.PURGE)
        jobs.finish(connection, job)
        publishing.record_purge(connection, job, now=services.clock())

    with reading(services.engine) as connection:
        notes = connection.scalars(select(events.c.note).where(events.c.cause == "reported")).all()
    assert notes == [None]
