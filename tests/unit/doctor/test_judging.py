"""What the doctor makes of what it sees, where no server need be asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from intake.db.backlog import Heartbeat, Queues
from intake.doctor import database, pages, queue, settings, work
from intake.doctor.database import DatabaseFacts
from intake.doctor.http import Answer
from intake.doctor.pages import Site
from intake.doctor.settings import SettingsFacts
from intake.doctor.work import WorkFacts
from intake.domain.diagnosis import Finding, Mark, is_well, unknown, warning, wrong
from intake.domain.jobs import Queue
from intake.settings import Settings

PUBLIC = {
    "DATABASE_URL": "postgresql://intake@db/intake",
    "S3_ACCESS_KEY": "a key",
    "S3_SECRET_KEY": "a secret that is long",
    "SECRET_KEY": "for tests only, and longer than thirty-two characters",
    "PUBLIC_URL": "https://video.example.org",
    "S3_PUBLIC_URL": "https://media.example.org",
    "SMTP_URL": "smtp://mail.example.org",
    "MAIL_FROM": "noreply@example.org",
}
TABLES = DatabaseFacts(kind="postgresql", version="17.1", revision="0018", known=["0018", "0017"], apart_s=0.1)
SITE = Site(
    public_url="https://video.example.org",
    media_url="https://media.example.org",
    trusted_proxies=1,
    is_inside=False,
    is_loopback=False,
)
ALIVE = Heartbeat(age_s=4.0, detail={"redis": True, "sandbox": "bubblewrap", "ffmpeg": "5.1.10"})
WORK = WorkFacts(
    dispatcher=ALIVE,
    workers={Queue.QUICK: ALIVE, Queue.HEAVY: ALIVE},
    queues=Queues(dead=0, put_back=0, longest_due_s=None),
    stuck=0,
)


def marks(findings: list[Finding]) -> set[tuple[str, Mark]]:
    return {(finding.part, finding.mark) for finding in findings if finding.mark is not Mark.OK}


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({}, Mark.OK),
        ({"S3_PUBLIC_URL": "http://media.example.org"}, Mark.WRONG),
        ({"S3_PUBLIC_URL": "https://127.0.0.1:8333"}, Mark.WRONG),
        ({"PUBLIC_URL": "http://video.example.org"}, Mark.WRONG),
        ({"S3_SECRET_KEY": "short"}, Mark.WARNING),
    ],
)
def test_settings_that_contradict_each_other(changes: dict[str, str], mark: Mark) -> None:
    chosen = Settings.from_env(PUBLIC | changes)

    [finding] = settings.judge(SettingsFacts(settings=chosen, open_files=()))

    assert finding.mark is mark


def test_a_secret_that_everybody_can_read() -> None:
    facts = SettingsFacts(settings=Settings.from_env(PUBLIC), open_files=(Path("/srv/secret_key"),))

    [finding] = settings.judge(facts)

    assert (finding.mark, finding.mend) == (Mark.WARNING, "chmod 600 /srv/secret_key")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"revision": None}, "no tables"),
        ({"revision": "0017"}, "older version"),
        ({"revision": "0099"}, "newer version"),
        ({"has_trgm": False}, "pg_trgm"),
        ({"kind": "sqlite", "file_system": "nfs4"}, "network disk"),
    ],
)
def test_a_database_that_is_not_as_it_must_be(changes: dict[str, object], words: str) -> None:
    findings = list(database.judge(replace(TABLES, **changes)))

    assert marks(findings) == {("database", Mark.WRONG)}
    assert words in findings[0].found


def test_clocks_that_do_not_agree() -> None:
    assert marks(list(database.judge(replace(TABLES, apart_s=-42.0)))) == {("clock", Mark.WARNING)}


def test_a_redis_that_throws_messages_away() -> None:
    finding = queue.judge("redis:6379", {"redis_version": "7.0.15", "maxmemory_policy": "allkeys-lru"})

    assert (finding.mark, finding.mend) == (Mark.WRONG, "Set in its configuration: maxmemory-policy noeviction")


@pytest.mark.parametrize(
    ("server", "proxies", "mark"),
    [("gunicorn", 0, Mark.OK), ("nginx", 1, Mark.OK), ("nginx", 0, Mark.WARNING), ("gunicorn", 1, Mark.WARNING)],
)
def test_proxies_that_are_there_and_proxies_that_are_trusted(server: str, proxies: int, mark: Mark) -> None:
    answer = Answer(status=200, headers={"server": server}, body=b'{"status":"ok"}')

    assert pages.judge_pages(replace(SITE, trusted_proxies=proxies), answer).mark is mark


def test_a_proxy_that_changes_the_host() -> None:
    answer = Answer(status=403, headers={}, body=b"<Error><Code>SignatureDoesNotMatch</Code></Error>")

    finding = pages.judge_media(SITE, answer)

    assert (finding.mark, "Host" in finding.mend) == (Mark.WRONG, True)


def test_what_cannot_be_reached_from_a_container_is_not_called_wrong() -> None:
    finding = pages.judge_silence("pages", SITE.public_url, "nothing listens there", is_inside=True)

    assert finding.mark is Mark.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"dispatcher": None}, {("dispatcher", Mark.WRONG)}),
        ({"dispatcher": replace(ALIVE, age_s=3600.0)}, {("dispatcher", Mark.WRONG)}),
        ({"dispatcher": replace(ALIVE, detail={"redis": False})}, {("dispatcher", Mark.WRONG)}),
        ({"workers": {Queue.QUICK: ALIVE, Queue.HEAVY: None}}, {("workers", Mark.WRONG)}),
        ({"queues": Queues(dead=2, put_back=0, longest_due_s=3.0)}, {("jobs", Mark.WARNING)}),
        ({"queues": Queues(dead=0, put_back=0, longest_due_s=1200.0)}, {("jobs", Mark.WARNING)}),
        ({"stuck": 1}, {("jobs", Mark.WARNING)}),
    ],
)
def test_who_works_and_what_waits(changes: dict[str, object], expected: set[tuple[str, Mark]]) -> None:
    assert marks(list(work.judge(replace(WORK, **changes)))) == expected


def test_a_worker_without_walls_and_with_an_old_ffmpeg() -> None:
    bare = replace(ALIVE, detail={"sandbox": None, "ffmpeg": "5.1.9"})

    findings = list(work.judge(replace(WORK, workers={Queue.QUICK: ALIVE, Queue.HEAVY: bare})))

    assert marks(findings) == {("sandbox", Mark.WRONG), ("ffmpeg", Mark.WARNING)}


@pytest.mark.parametrize(("free", "mark"), [(5, Mark.WRONG), (15, Mark.WARNING), (25, Mark.OK)])
def test_the_room_that_is_left(free: int, mark: Mark) -> None:
    assert work.judge_space(free, 10, "/data").mark is mark


@pytest.mark.parametrize(("hours", "mark"), [(None, Mark.WARNING), (25, Mark.OK), (27, Mark.WARNING)])
def test_how_old_the_last_backup_is(hours: float | None, mark: Mark) -> None:
    last = Heartbeat(age_s=hours * 3600, detail={}) if hours is not None else None

    assert work.judge_backups(last).mark is mark


def test_only_what_is_wrong_fails() -> None:
    assert is_well([warning("a", "b", "c"), unknown("d", "e")])
    assert not is_well([warning("a", "b", "c"), wrong("d", "e", "f")])
