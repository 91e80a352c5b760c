"""`intake doctor` on real servers: one of them broken at a time, and none of them able to hold it up."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import psycopg
import pytest
from click.testing import CliRunner

from intake.cli import main
from intake.db.engine import make_engine, writing
from intake.doctor import database, mail
from intake.doctor.asking import Check, examine
from intake.doctor.examination import examine_service
from intake.domain.diagnosis import Mark
from intake.settings import Settings
from intake.storage import keys
from intake.wiring import connect, utc_now
from tests.mail_server import PASSWORD, USER, MailServer, knows_the_password, make_certificates, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.domain.diagnosis import Finding
    from intake.wiring import Services
    from tests.servers import Server


PATIENCE_S = 60.0


@pytest.fixture
def asked(environ: dict[str, str], services: Services, redis_server: tuple[str, Server]) -> dict[str, str]:
    """An environment with everything there but the pages, the dispatcher and the workers."""
    assert services
    return environ | {"REDIS_URL": redis_server[0]}


def find(environ: dict[str, str]) -> dict[str, Finding]:
    """The first line about each part."""
    found = examine_service(connect(Settings.from_env(environ)), deadline_s=PATIENCE_S)
    return {finding.part: finding for finding in reversed(found)}


@contextmanager
def one_who_never_answers() -> Iterator[int]:
    """A port that takes every connection, and says nothing on any."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@contextmanager
def another_web_server(folder: Path) -> Iterator[int]:
    """A port at which files of an empty folder are given."""
    give = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), give) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask_for_a_password(postgresql: str, user: str, password: str) -> None:
    """Make a user whom this PostgreSQL, which trusts all others, does not let in without."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{password}'".encode())
        [file] = connection.execute("SHOW hba_file").fetchone() or ()
        doors = Path(file)
        doors.write_text(f"host all {user} 127.0.0.1/32 scram-sha-256\n{doors.read_text()}")
        connection.execute("SELECT pg_reload_conf()")


def s3_of(environ: dict[str, str]) -> Any:  # noqa: ANN401 - boto3 ships no types
    return boto3.client(
        "s3",
        endpoint_url=environ["S3_ENDPOINT_URL"],
        aws_access_key_id=environ["S3_ACCESS_KEY"],
        aws_secret_access_key=environ["S3_SECRET_KEY"],
        region_name="us-east-1",
    )


def test_a_whole_system_is_well_but_for_what_does_not_run(asked: dict[str, str], services: Services) -> None:
    found = find(asked)

    fine = {"settings", "database", "clock", "redis", "private bucket", "gallery bucket", "media", "free space", "jobs"}
    assert {part for part, finding in found.items() if finding.mark is Mark.OK} == fine
    assert (found["dispatcher"].mark, found["workers"].mark) == (Mark.WRONG, Mark.WRONG)
    assert list(services.private.listing(keys.PRIVATE_ROOT)) == []
    assert list(services.gallery.listing(keys.GALLERY_ROOT)) == []


def test_backups_are_asked_about_where_it_is_no_trial_on_one_machine(asked: dict[str, str]) -> None:
    there = {"PUBLIC_URL": "https://video.invalid", "SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "a@example.org"}

    assert find(asked | there)["backups"].mark is Mark.WARNING
    assert "backups" not in find(asked)


def test_a_stopped_redis_is_named_and_ends_with_1(asked: dict[str, str], redis_server: tuple[str, Server]) -> None:
    redis_server[1].stop()

    ended = CliRunner(env=asked).invoke(main, ["doctor", "--json"])

    redis = next(line for line in json.loads(ended.output) if line["part"] == "redis")
    assert (ended.exit_code, redis["mark"]) == (1, "wrong")
    assert "nothing listens there" in redis["found"]


def test_settings_that_describe_no_service_are_all_named(asked: dict[str, str]) -> None:
    ended = CliRunner(env=asked | {"SECRET_KEY": "short", "LEASE_S": "soon"}).invoke(main, ["doctor"])

    assert ended.exit_code == 1
    assert ended.output.count("WRONG") == 2


def test_a_wrong_password_for_postgresql(postgresql: str) -> None:
    ask_for_a_password(postgresql, "doctored", "right")
    url = postgresql.replace("postgres@", "doctored:wrong@")

    [finding, *_] = database.look(make_engine(url), None, clock=utc_now)

    assert (finding.mark, "The password in DATABASE_URL" in finding.mend) == (Mark.WRONG, True)


def test_a_database_without_tables(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    engine = make_engine(f"sqlite:///{empty}")
    with writing(engine):
        pass

    [finding, *_] = database.look(engine, empty, clock=utc_now)

    assert (finding.found, finding.mend) == ("has no tables yet", "Run: intake setup")


def test_looking_for_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    file = tmp_path / "intake.db"

    [finding] = database.look(make_engine(f"sqlite:///{file}"), file, clock=utc_now)

    assert (finding.mark, file.exists()) == (Mark.WRONG, False)


def test_a_bucket_without_rules_for_pages(asked: dict[str, str]) -> None:
    s3_of(asked).delete_bucket_cors(Bucket=asked["PRIVATE_BUCKET"])

    finding = find(asked)["private bucket"]

    assert (finding.mark, "do GET and PUT (CORS)" in finding.found) == (Mark.WRONG, True)


def test_a_private_bucket_that_everybody_can_read(asked: dict[str, str], services: Services) -> None:
    services.private.let_everybody_read()  # type: ignore[attr-defined] # the real one

    finding = find(asked)["private bucket"]

    assert (finding.mark, "everybody can read" in finding.found) == (Mark.WRONG, True)


def test_a_gallery_bucket_that_nobody_can_read(asked: dict[str, str]) -> None:
    s3_of(asked).delete_bucket_policy(Bucket=asked["GALLERY_BUCKET"])

    finding = find(asked)["gallery bucket"]

    assert (finding.mark, "visitors get 403" in finding.found) == (Mark.WRONG, True)


def test_a_bucket_that_keeps_what_is_deleted(asked: dict[str, str]) -> None:
    enabled = {"Status": "Enabled"}
    s3_of(asked).put_bucket_versioning(Bucket=asked["GALLERY_BUCKET"], VersioningConfiguration=enabled)

    finding = find(asked)["gallery bucket"]

    assert (finding.mark, "old versions" in finding.found) == (Mark.WRONG, True)


def test_keys_that_the_storage_does_not_know(asked: dict[str, str]) -> None:
    finding = find(asked | {"S3_SECRET_KEY": "another one, and long enough"})["private bucket"]

    assert (finding.mark, "refuses our keys" in finding.found) == (Mark.WRONG, True)


def test_media_that_lead_to_another_server(asked: dict[str, str], tmp_path: Path) -> None:
    with another_web_server(tmp_path) as port:
        finding = find(asked | {"S3_PUBLIC_URL": f"http://127.0.0.1:{port}"})["media"]

    assert (finding.mark, "answers 404" in finding.found) == (Mark.WRONG, True)


def test_a_mail_server_that_refuses_the_password(asked: dict[str, str], tmp_path: Path) -> None:
    server, certificates = MailServer(), make_certificates(tmp_path)
    options = {"authenticator": knows_the_password, "tls_context": certificates.server, "auth_required": True}
    settings = replace(
        Settings.from_env(asked),
        smtp_url=f"smtp://{quote(USER)}:wrong@127.0.0.1:{server.port}",
        mail_from="a@b.example",
    )
    with running(server, **options):
        trusting = [*mail.look(settings, mail_to=None, is_inside=False, tls=certificates.client)]
        strict = [*mail.look(settings, mail_to=None, is_inside=False)]
        right = replace(settings, smtp_url=f"smtp://{quote(USER)}:{quote(PASSWORD)}@127.0.0.1:{server.port}")
        welcome = [*mail.look(right, mail_to="chiara@example.org", is_inside=False, tls=certificates.client)]

    assert "refuses our user or password" in trusting[0].found
    assert "not to be trusted" in strict[0].found
    assert welcome[0].mark is Mark.OK
    assert [message["To"] for message in server.taken] == ["chiara@example.org"]


def test_servers_that_take_connections_and_never_answer_hold_nobody_up(environ: dict[str, str]) -> None:
    with one_who_never_answers() as port:
        silent = environ | {
            "DATABASE_URL": f"postgresql://intake@127.0.0.1:{port}/intake",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "S3_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SMTP_URL": f"smtp://127.0.0.1:{port}",
            "MAIL_FROM": "noreply@example.org",
        }
        services = connect(Settings.from_env(silent))
        begun = time.monotonic()

        found = examine_service(services, deadline_s=2.0)

        took_s = time.monotonic() - begun
    silent_parts = {finding.part for finding in found if "gave no answer in 2 seconds" in finding.found}
    assert {"database", "redis", "private bucket", "gallery bucket", "mail", "pages"} <= silent_parts
    # One that waited for the S3 client's own patience would take a minute and more.
    assert took_s < PATIENCE_S


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_check_that_breaks_is_no_verdict_on_its_part() -> None:
    def break_down() -> list[Finding]:
        raise ZeroDivisionError

    [finding] = examine([Check(part="redis", look=break_down)])

    assert finding.mark is Mark.UNKNOWN
