"""Who wants mails is told of a clip that a visitor reported; nobody else learns whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import func, select

from intake.actions import reporting
from intake.db.engine import reading, writing
from intake.db.people_tables import staff_mails
from intake.db.tables import events
from intake.domain.history import Cause
from intake.domain.reports import Report, ReportKind
from intake.domain.staff import Alerts
from intake.domain.states import State
from tests import builders
from tests.integration.mail.sending import send_staff_mails
from tests.integration.mail.test_alerts import READER, a_reader, text_of

if TYPE_CHECKING:
    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.mail_server import MailServer

SOUNDLESS: Final = Report(kind=ReportKind.DOES_NOT_PLAY, words="Non si sente.", email="eva@example.org")


class KilledError(Exception):
    """The process ended here."""


def reported(services: Services) -> Submission:
    a_reader(services, Alerts(waiting_clips=True))
    clip = builders.a_submission(services, state=State.PUBLISHED)
    with writing(services.engine) as connection:
        assert reporting.report(connection, clip.id, SOUNDLESS, now=services.clock())
    return clip


def report_and_die(services: Services, clip: Submission) -> None:
    with writing(services.engine) as connection:
        assert reporting.report(connection, clip.id, SOUNDLESS, now=services.clock())
        raise KilledError


def test_the_mail_leads_to_the_clip_and_names_nobody(post: Services, server: MailServer) -> None:
    clip = reported(post)

    send_staff_mails(post)

    [mail] = server.taken
    assert (mail["To"], mail["Subject"]) == (READER, "Qualcuno segnala un problema in un video")
    assert f"http://localhost/moderate/{clip.id}" in text_of(mail)
    assert not [word for word in ("Anna", "Rossi", "Non si sente", "eva@example.org") if word in mail.as_string()]


def test_of_what_is_not_public_any_more_nobody_is_told(post: Services, server: MailServer) -> None:
    clip = reported(post)
    builders.withdraw(post, clip.id)

    send_staff_mails(post)

    assert server.taken == []


def test_who_dies_before_the_end_has_reported_nothing(post: Services) -> None:
    a_reader(post, Alerts(waiting_clips=True))
    clip = builders.a_submission(post, state=State.PUBLISHED)

    with pytest.raises(KilledError):
        report_and_die(post, clip)

    with reading(post.engine) as connection:
        lines = select(func.count()).select_from(events).where(events.c.cause == Cause.REPORTED)
        asked = select(func.count()).select_from(staff_mails)
        assert (connection.scalar(lines), connection.scalar(asked)) == (0, 0)


@pytest.mark.parametrize("state", sorted(set(State) - {State.PUBLISHED}))
def test_only_what_is_public_can_be_reported(post: Services, state: State) -> None:
    clip = builders.a_submission(post, state=state)

    with writing(post.engine) as connection:
        assert not reporting.report(connection, clip.id, SOUNDLESS, now=post.clock())
