"""Workers that die around the mail server's yes, and a mail server that is away: no mail is lost."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from intake.domain.jobs import MAILS, JobKind, JobState
from intake.settings import Settings
from intake.wiring import make_mailer, utc_now
from tests import builders
from tests.faults import doomed, history, stories
from tests.faults.doomed import Point
from tests.mail_server import MailServer, running
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intake.domain.jobs import JobId
    from intake.domain.submissions import SubmissionId
    from intake.wiring import Clock, Services
    from tests.faults.stories import World
    from tests.faults.system import System

SQLITE = pytest.mark.usually("sqlite")
POSTGRESQL = pytest.mark.usually("postgresql")


@pytest.fixture
def clock() -> Clock:
    """The real one, as the dispatcher's: it forgets whoever withdrew days ago."""
    return utc_now


@pytest.fixture
def server() -> MailServer:
    """A mail server that does not answer yet."""
    return MailServer()


@pytest.fixture
def environ(environ: dict[str, str], server: MailServer) -> dict[str, str]:
    """The same system, with a mail server."""
    return environ | {"SMTP_URL": server.url, "MAIL_FROM": "Pistoia2030 <noreply@example.org>"}


@pytest.fixture
def answering(server: MailServer) -> Iterator[MailServer]:
    with running(server) as answering:
        yield answering


@SQLITE
@pytest.mark.parametrize("kind", [JobKind.MAIL_VERDICT, JobKind.MAIL_WITHDRAWN])
def test_a_mail_whose_worker_died_after_the_yes_comes_again_under_its_one_id(
    kind: JobKind, world: World, answering: MailServer
) -> None:
    submission_id, job_id = stories.before(kind, world)

    ended = doomed.run(world, job_id, Point(effect="commit", side="before"))
    [first] = answering.taken
    stories.wait_for_free_job(world.services, job_id)
    stories.run(world, job_id)

    again = answering.taken[-1]
    assert ended == -signal.SIGKILL
    assert len(answering.taken) == 2
    assert (again["Message-ID"], again["Subject"], again["To"]) == (first["Message-ID"], first["Subject"], first["To"])
    assert stories.job_of(world.services, job_id).state is JobState.DONE
    assert history.problems(world.services, receipts=[submission_id]) == []


@POSTGRESQL
@pytest.mark.parametrize("kind", [JobKind.MAIL_RECEIPT, JobKind.MAIL_WITHDRAWN])
def test_a_mail_whose_worker_died_after_its_commit_came_once(
    kind: JobKind, world: World, answering: MailServer
) -> None:
    _, job_id = stories.before(kind, world)

    ended = doomed.run(world, job_id, Point(effect="commit", side="after"))
    stories.sweep_leases(world.services)
    stories.run(world, job_id)

    assert ended == -signal.SIGKILL
    assert len(answering.taken) == 1
    assert stories.job_of(world.services, job_id).state is JobState.DONE


@pytest.mark.parametrize(
    ("killed", "then"),
    [(JobKind.UNPUBLISH, JobKind.PURGE), (JobKind.PURGE, JobKind.UNPUBLISH)],
    ids=["the first clean-up", "the last"],
)
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_withdrawal_is_confirmed_once_whichever_clean_up_is_killed(
    killed: JobKind, then: JobKind, side: str, world: World, answering: MailServer
) -> None:
    services = world.services
    submission_id, job_id = stories.before(killed, world)

    doomed.run(world, job_id, Point(effect="commit", side=side))
    stories.run(world, stories.ready_job(services, submission_id, then).id)
    stories.finish_everything(services, world.sandbox)

    assert confirmations(answering) == ["Il tuo video è stato ritirato e cancellato"]
    assert builders.read(services, submission_id).sender.email == ""
    assert history.problems(services, receipts=[submission_id]) == []


@SQLITE
def test_a_mail_waits_for_a_server_that_is_away_and_then_comes_once(world: World, server: MailServer) -> None:
    services = world.services
    _, job_id = stories.before(JobKind.MAIL_WITHDRAWN, world)

    stories.run(world, job_id)
    waiting, kept = (
        stories.job_of(services, job_id),
        builders.read(services, waiting_for(services, job_id)).sender.email,
    )
    with running(server):
        # Another process than the one that gives the server a rest.
        run_elsewhere(world, job_id)

    assert (waiting.state, waiting.attempts) == (JobState.READY, 0)
    assert waiting.last_error == "MailUnavailable: no connection: ConnectionRefusedError"
    assert kept == "anna.rossi@example.org"
    assert len(server.taken) == 1
    assert stories.job_of(services, job_id).state is JobState.DONE


@SQLITE
def test_real_workers_send_everything_when_the_server_is_well_again(
    world: World, system: System, answering: MailServer
) -> None:
    services = world.services
    answering.on_recipient = "451 4.3.0 not now"
    declined, _ = stories.before(JobKind.MAIL_VERDICT, world)
    deleted, _ = stories.before(JobKind.MAIL_WITHDRAWN, world)
    system.worker()
    system.dispatcher()

    wait_until(lambda: all_were_tried(services), what="a first try of each mail")
    kept = builders.read(services, deleted).sender.email
    answering.on_recipient = "250 OK"
    wait_until(lambda: all_are_sent(services), what="every mail's end")

    assert kept == "anna.rossi@example.org"
    assert sorted(mail["Subject"] for mail in answering.taken) == [
        "Abbiamo ricevuto il tuo video",
        "Il tuo video è stato ritirato e cancellato",
        "La risposta sul tuo video",
    ]
    assert builders.read(services, deleted).sender.email == ""
    assert history.problems(services, receipts=[declined, deleted]) == []


def test_the_settings_choose_who_takes_the_mails(environ: Mapping[str, str], answering: MailServer) -> None:
    mailer = make_mailer(Settings.from_env(environ))

    mailer.send(builders.a_mail())

    assert len(answering.taken) == 1


def confirmations(server: MailServer) -> list[str]:
    return [mail["Subject"] for mail in server.taken if "ritirato" in mail["Subject"]]


def waiting_for(services: Services, job_id: JobId) -> SubmissionId:
    return stories.job_of(services, job_id).submission_id


def run_elsewhere(world: World, job_id: JobId) -> None:
    stories.let_backoff_pass(world.services)
    doomed.start(world, job_id).join(60)


def all_were_tried(services: Services) -> bool:
    waiting = [job for job in builders.open_jobs(services) if job.kind in MAILS]
    return all("MailUnavailable" in (job.last_error or "") for job in waiting)


def all_are_sent(services: Services) -> bool:
    stories.let_backoff_pass(services)
    return not [job for job in builders.open_jobs(services) if job.kind in MAILS]
