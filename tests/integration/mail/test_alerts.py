"""Mails that staff ask for: about new clips, and about those that wait too long; each once, whatever happens."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, update

from intake.actions import cutting, jobs, judging, moderating, staffing, submitting, undoing
from intake.actions.alerting import alert_staff
from intake.db import people
from intake.db.engine import reading, writing
from intake.db.people_tables import roles, staff, staff_mails, staff_roles
from intake.db.tables import jobs as rows
from intake.domain.cutting import Cut
from intake.domain.decisions import UNDO_S
from intake.domain.jobs import JobKind, JobState
from intake.domain.staff import Alerts, NewClips, StaffId
from intake.domain.states import State
from tests import builders
from tests.integration.mail.sending import send_staff_mails

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.mail_server import MailServer

READER = "lettrice@example.org"


def a_reader(services: Services, wish: Alerts, email: str = READER) -> StaffId:
    with writing(services.engine) as connection:
        row = {"email": email, "active": True, "fs_uniquifier": email}
        staff_id = StaffId(connection.execute(insert(staff).values(**row).returning(staff.c.id)).scalar_one())
        staffing.set_alerts(connection, staff_id, wish, now=services.clock())
    return staff_id


def sweep_and_send(services: Services) -> None:
    alert_staff(services.engine, now=services.clock())
    send_staff_mails(services)


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def undo_a_decision(services: Services, clip: Submission) -> None:
    ruling = builders.a_ruling(clip, moderating.Decision.APPROVE, wait_s=UNDO_S)
    with writing(services.engine) as connection:
        moderating.decide(connection, clip.id, ruling, now=services.clock())
        revision = clip.revision + 1
        assert undoing.undo(connection, clip.id, revision, moderator=builders.MODERATOR, now=services.clock())


def cut_it(services: Services, clip: Submission) -> None:
    with writing(services.engine) as connection:
        cutting.ask_recut(
            connection,
            clip.id,
            Cut(rotate_deg=90),
            reviewed_sha256=clip.review_sha256 or "",
            moderator=builders.MODERATOR,
            now=services.clock(),
        )
        job = builders.take_job(connection, clip.id, JobKind.RECUT)
        jobs.finish(connection, job)
        cutting.record_failed_recut(connection, job, now=services.clock())


def take_it_down(services: Services, clip: Submission) -> None:
    ruling = builders.a_ruling(clip, moderating.Decision.APPROVE)
    with writing(services.engine) as connection:
        moderating.decide(connection, clip.id, ruling, now=services.clock())
        moderating.take_down(connection, clip.id, moderator=builders.MODERATOR, note="x", now=services.clock())


def look_at_it_again(services: Services, clip: Submission) -> None:
    ruling = builders.a_ruling(clip, moderating.Decision.DECLINE)
    with writing(services.engine) as connection:
        moderating.decide(connection, clip.id, ruling, now=services.clock())
        moderating.look_again(connection, clip.id, moderator=builders.MODERATOR, now=services.clock())


def send_another_file(services: Services, clip: Submission) -> None:
    file = submitting.Declared(name="nuovo.mp4", size_bytes=11)
    with writing(services.engine) as connection:
        key = submitting.replace_file(connection, clip.id, file, now=services.clock())
        assert key is not None
        submitting.finish_upload(connection, clip.id, key, now=services.clock())
        job = builders.take_job(connection, clip.id, JobKind.INSPECT)
        jobs.finish(connection, job)
        assert judging.record_inspection(connection, job, builders.an_inspection(job), now=services.clock())


BACK_AGAIN = [
    pytest.param(undo_a_decision, id="undone"),
    pytest.param(cut_it, id="cut"),
    pytest.param(take_it_down, id="taken down"),
    pytest.param(look_at_it_again, id="a second look"),
]


class TestAtOnce:
    def test_one_mail_tells_of_all_new_clips_and_names_nobody(self, post: Services, server: MailServer) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        clips = [builders.a_submission(post), builders.a_submission(post)]

        sweep_and_send(post)

        [mail] = server.taken
        assert (mail["To"], mail["Subject"]) == (READER, "2 nuovi video da guardare")
        assert all(f"http://localhost/moderate/{clip.id}" in text_of(mail) for clip in clips)
        assert "Anna" not in mail.as_string()
        assert mail["Auto-Submitted"] == "auto-generated"

    def test_nothing_is_told_twice(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        builders.a_submission(post)

        sweep_and_send(post)
        clock.advance(hours=1)
        sweep_and_send(post)

        assert len(server.taken) == 1

    def test_what_comes_within_five_minutes_is_in_the_next_mail(
        self, post: Services, server: MailServer, clock: FakeClock
    ) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        builders.a_submission(post)
        sweep_and_send(post)
        builders.a_submission(post)
        clock.advance(minutes=4)
        sweep_and_send(post)
        too_soon = len(server.taken)
        clock.advance(minutes=1)

        sweep_and_send(post)

        assert (too_soon, len(server.taken)) == (1, 2)

    def test_what_was_decided_meanwhile_is_no_news(self, post: Services, server: MailServer) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        clip = builders.a_submission(post)
        alert_staff(post.engine, now=post.clock())
        ruling = builders.a_ruling(clip, moderating.Decision.DECLINE)
        with writing(post.engine) as connection:
            moderating.decide(connection, clip.id, ruling, now=post.clock())

        send_staff_mails(post)

        assert server.taken == []

    @pytest.mark.parametrize("way_back", BACK_AGAIN)
    def test_a_clip_that_is_looked_at_again_is_no_news(
        self, post: Services, server: MailServer, clock: FakeClock, way_back: Callable[[Services, Submission], object]
    ) -> None:
        # Given two readers, of whom one comes after the clip
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        clip = builders.a_submission(post)
        sweep_and_send(post)
        clock.advance(hours=1)
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE), email="altro@example.org")

        way_back(post, clip)
        clock.advance(hours=1)
        sweep_and_send(post)

        assert builders.read(post, clip.id).state is State.AWAITING_REVIEW
        assert len(server.taken) == 1

    def test_another_file_is_news(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        clip = builders.a_submission(post)
        sweep_and_send(post)
        clock.advance(hours=1)

        send_another_file(post, clip)
        sweep_and_send(post)

        assert len(server.taken) == 2

    def test_what_was_decided_and_undone_before_the_mail_went_is_in_it(
        self, post: Services, server: MailServer
    ) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        clip = builders.a_submission(post)
        alert_staff(post.engine, now=post.clock())
        undo_a_decision(post, clip)

        send_staff_mails(post)

        [mail] = server.taken
        assert clip.id in text_of(mail)

    def test_what_came_before_somebody_asked_is_no_news(
        self, post: Services, server: MailServer, clock: FakeClock
    ) -> None:
        builders.a_submission(post)
        clock.advance(minutes=1)
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))

        sweep_and_send(post)

        assert server.taken == []

    def test_who_lost_their_access_gets_nothing(self, post: Services, server: MailServer) -> None:
        staff_id = a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        builders.a_submission(post)
        alert_staff(post.engine, now=post.clock())
        with writing(post.engine) as connection:
            connection.execute(update(staff).where(staff.c.id == staff_id).values(active=False))

        send_staff_mails(post)

        assert server.taken == []


class TestTheDigest:
    def test_comes_at_eight_in_pistoia(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        a_reader(post, Alerts(new_clips=NewClips.DAILY, language="en"))
        builders.a_submission(post)
        clock.advance(hours=21, minutes=59)
        sweep_and_send(post)
        before = len(server.taken)
        clock.advance(minutes=1)

        sweep_and_send(post)
        sweep_and_send(post)

        assert before == 0
        assert [mail["Content-Language"] for mail in server.taken] == ["en"]

    def test_does_not_come_when_there_is_nothing(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        a_reader(post, Alerts(new_clips=NewClips.DAILY))
        clock.advance(days=1)

        sweep_and_send(post)

        assert server.taken == []


class TestALongWait:
    def test_is_told_once_a_day(self, post: Services, server: MailServer, clock: FakeClock) -> None:
        a_reader(post, Alerts(waiting_clips=True))
        builders.a_submission(post)
        clock.advance(hours=47)
        sweep_and_send(post)
        before = len(server.taken)
        clock.advance(hours=2)
        sweep_and_send(post)
        clock.advance(hours=1)
        sweep_and_send(post)
        same_day = len(server.taken)
        clock.advance(days=1)

        sweep_and_send(post)

        assert (before, same_day, len(server.taken)) == (0, 1, 2)
        assert server.taken[0]["Subject"] == "Un video aspetta da più di due giorni"


class TestTheLinkThatStopsThem:
    def test_is_in_the_headers_of_rfc_8058(self, post: Services, server: MailServer) -> None:
        staff_id = a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        builders.a_submission(post)

        sweep_and_send(post)

        [mail] = server.taken
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(
            rf"<http://localhost/moderate/alerts/stop/{staff_id}\.new_clips\.[0-9a-f]{{32}}>", mail["List-Unsubscribe"]
        )


class TestWhateverHappens:
    def test_a_mail_server_that_is_away_loses_nothing(
        self, services_on_each: Services, post: Services, server: MailServer
    ) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        builders.a_submission(post)
        services_on_each.mailer.is_down = True  # type: ignore[attr-defined]

        sweep_and_send(services_on_each)
        [waiting] = [job for job in builders.open_jobs(post) if job.kind is JobKind.STAFF_MAIL]
        make_due(post)
        send_staff_mails(post)

        assert (waiting.state, waiting.attempts) == (JobState.READY, 0)
        assert len(server.taken) == 1

    def test_a_worker_killed_after_the_yes_sends_it_again_under_its_one_id(
        self, post: Services, server: MailServer
    ) -> None:
        a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        builders.a_submission(post)
        alert_staff(post.engine, now=post.clock())
        unlucky = replace(post, mailer=KilledAfterTheYes(post))

        with pytest.raises(KeyboardInterrupt):
            send_staff_mails(unlucky)
        lose_the_leases(post)
        send_staff_mails(post)

        first, again = server.taken
        assert first["Message-ID"] == again["Message-ID"]

    def test_two_dispatchers_ask_once(self, post: Services) -> None:
        staff_id = a_reader(post, Alerts(new_clips=NewClips.AT_ONCE))
        builders.a_submission(post)

        alert_staff(post.engine, now=post.clock())
        alert_staff(post.engine, now=post.clock())

        with reading(post.engine) as connection:
            asked = connection.scalars(select(staff_mails.c.staff_id)).all()
            news = people.untold_clips(connection, staff_id, after=datetime(2026, 1, 1, tzinfo=UTC), limit=9)
        assert (asked, news) == ([staff_id], [])


class KilledAfterTheYes:
    """Hands the mail over, then dies as Ctrl-C would have it."""

    def __init__(self, post: Services) -> None:
        self._mailer = post.mailer

    def send(self, message: EmailMessage) -> None:
        self._mailer.send(message)
        raise KeyboardInterrupt


def make_due(services: Services) -> None:
    with writing(services.engine) as connection:
        connection.execute(update(rows).values(run_after=0.0))


def lose_the_leases(services: Services) -> None:
    with writing(services.engine) as connection:
        connection.execute(update(rows).where(rows.c.state == JobState.LEASED).values(lease_until=0.0))
        jobs.expire_leases(connection)
        connection.execute(update(rows).values(run_after=0.0))


def test_who_only_looks_on_by_now_is_left_in_peace(post: Services, server: MailServer) -> None:
    staff_id = a_reader(post, Alerts(new_clips=NewClips.AT_ONCE, waiting_clips=True))
    with writing(post.engine) as connection:
        role_id = connection.execute(insert(roles).values(name="viewer").returning(roles.c.id)).scalar_one()
        connection.execute(insert(staff_roles).values(staff_id=staff_id, role_id=role_id))
    builders.a_submission(post)

    sweep_and_send(post)

    assert server.taken == []
