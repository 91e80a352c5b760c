"""The web process itself: gunicorn with one worker and several threads, its memory and its log."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest
import requests

from intake.actions import tokens
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.states import State
from intake.storage.bucket import S3Bucket
from intake.wiring import s3_server
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.servers import Server

MEGABYTE = 1_000_000
BOUNDARY = "----a-boundary-that-occurs-nowhere"
TIMEOUT_S = 300
CANARIES = {
    "given_name": "Canarina",
    "family_name": "Dalbecco",
    "role": "Sentinella",
    "organisation": "Miniera Profonda",
    "email": "canarina@miniera.example.org",
}
FILE_NAME = "canarino-in-miniera.mp4"


@dataclass(frozen=True, kw_only=True)
class Web:
    """A running web process."""

    url: str
    server: Server

    def memory_bytes(self) -> int:
        """What the processes hold for themselves, and their share of what they share."""
        family = [psutil.Process(self.server.pid), *psutil.Process(self.server.pid).children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family)


@pytest.fixture
def web(services: Services, environ: dict[str, str], tmp_path: Path) -> Iterator[Web]:
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    argv = ["gunicorn", "intake.app:from_environment()", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    argv += ["--workers", "1", "--threads", "12", "--timeout", "120", "--no-control-socket", "--log-level", "info"]
    argv += ["--config", "python:intake.web.serving"]
    settings = environ | {
        "PATH": servers.our_path(),
        "PUBLIC_URL": url,
        "LOG_LEVEL": "DEBUG",
        "DATA_DIR": str(services.settings.data_dir),
    }
    with servers.serving(argv, environ=settings, log=tmp_path / "web.log") as server:
        servers.wait_until(lambda: servers.answers(f"{url}/_health"), what="the web process's start")
        yield Web(url=url, server=server)


class Body:
    """A form with a video of zeros, made while it is sent: the test itself must not hold it."""

    def __init__(self, fields: dict[str, str], size_bytes: int) -> None:
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()
        ]
        disposition = f'Content-Disposition: form-data; name="video"; filename="{FILE_NAME}"'
        head = "".join(parts) + f"--{BOUNDARY}\r\n{disposition}\r\nContent-Type: video/mp4\r\n\r\n"
        self._head, self._tail = head.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()
        self._size_bytes = size_bytes

    def __len__(self) -> int:
        return len(self._head) + self._size_bytes + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        whole, rest = divmod(self._size_bytes, MEGABYTE)
        for _ in range(whole):
            yield bytes(MEGABYTE)
        yield bytes(rest)
        yield self._tail


def send(web: Web, size_bytes: int) -> requests.Response:
    """Send a video as a browser without JavaScript does."""
    session = requests.Session()
    page = session.get(f"{web.url}/calls/pistoia2030", timeout=TIMEOUT_S).text
    csrf_token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    fields = CANARIES | {"organisation_kind": "impresa", "consent_gallery": "y", "csrf_token": csrf_token}
    return session.post(
        f"{web.url}/calls/pistoia2030",
        data=Body(fields, size_bytes),
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        timeout=TIMEOUT_S,
        allow_redirects=False,
    )


def secret_of(receipt: requests.Response) -> str:
    return receipt.headers["Location"].partition("?")[0].rpartition("/")[2]


def submission_of(services: Services, secret: str) -> Submission:
    with reading(services.engine) as connection:
        return queries.submission_by_token(connection, tokens.hash_of(secret))


def grown_while(web: Web, work: threading.Thread | list[threading.Thread]) -> int:
    """By how many bytes the web process grew at most while *work* was done."""
    threads = work if isinstance(work, list) else [work]
    before = peak = web.memory_bytes()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, web.memory_bytes())
        time.sleep(0.1)
    return peak - before


@pytest.mark.slow
def test_a_video_of_half_a_gigabyte_passes_through_in_constant_memory(web: Web, services: Services) -> None:
    size_bytes = 500 * MEGABYTE
    send(web, 1 * MEGABYTE)
    receipts: list[requests.Response] = []

    grown = grown_while(web, threading.Thread(target=lambda: receipts.append(send(web, size_bytes))))

    print(f"one upload of {size_bytes} bytes: {grown / MEGABYTE:.1f} MB")  # noqa: T201 - a figure we report
    submission = submission_of(services, secret_of(receipts[0]))
    private = S3Bucket(services.settings.private_bucket, s3_server(services.settings))
    assert (submission.state, submission.original_bytes) == (State.UPLOADED, size_bytes)
    assert private.size_of(submission.original_key or "") == size_bytes  # type: ignore[arg-type]
    assert grown < 64 * MEGABYTE


@pytest.mark.slow
def test_eight_uploads_at_once_hold_little_memory_each(web: Web, services: Services) -> None:
    send(web, 1 * MEGABYTE)
    receipts: list[requests.Response] = []
    uploads = [threading.Thread(target=lambda: receipts.append(send(web, 60 * MEGABYTE))) for _ in range(8)]

    grown = grown_while(web, uploads)

    print(f"eight uploads of 60 MB: {grown / 8 / MEGABYTE:.1f} MB each")  # noqa: T201 - a figure we report
    submissions = [submission_of(services, secret_of(receipt)) for receipt in receipts]
    assert [submission.original_bytes for submission in submissions] == [60 * MEGABYTE] * 8
    assert grown / 8 < 8 * MEGABYTE


def test_what_was_sent_is_what_is_held(web: Web, services: Services, tmp_path: Path) -> None:
    receipt = send(web, 3 * MEGABYTE + 7)

    submission = submission_of(services, secret_of(receipt))
    private = S3Bucket(services.settings.private_bucket, s3_server(services.settings))
    private.fetch(submission.original_key, tmp_path / "held")  # type: ignore[arg-type]
    assert (tmp_path / "held").read_bytes() == bytes(3 * MEGABYTE + 7)


def test_nothing_is_left_in_the_spool(web: Web, services: Services) -> None:
    send(web, 3 * MEGABYTE)

    assert list((services.settings.data_dir / "spool").iterdir()) == []


def test_a_video_too_large_is_answered_before_the_line_is_cut(web: Web) -> None:
    answer = send(web, 501 * MEGABYTE)

    assert answer.status_code == 413


def test_a_form_without_a_video_stays_under_a_mebibyte(web: Web) -> None:
    answer = requests.post(f"{web.url}/moderate/login", data={"email": "x" * 1_100_000}, timeout=TIMEOUT_S)

    assert answer.status_code == 413


def test_a_form_that_hides_its_length_is_refused_as_well(web: Web) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    pieces = (b"email=" + b"x" * 100_000 for _ in range(20))

    answer = requests.post(f"{web.url}/moderate/login", data=pieces, headers=headers, timeout=TIMEOUT_S)

    # Unread, so without its token.
    assert answer.status_code in {400, 413}


def test_a_browser_that_goes_away_half_way_leaves_no_submission(web: Web, services: Services) -> None:
    port = int(web.url.rpartition(":")[2])
    body = Body(CANARIES, 5 * MEGABYTE)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    line.putrequest("POST", "/calls/pistoia2030")
    line.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    line.putheader("Content-Length", str(len(body)))
    line.endheaders(next(iter(body)))
    line.close()

    assert send(web, 1 * MEGABYTE).status_code == 303
    with reading(services.engine) as connection:
        assert queries.count_by_state(connection) == {State.UPLOADED: 1}


class TestTheLog:
    """Nothing that names a person, opens a page or tells of a file gets into a line."""

    @staticmethod
    def canaries_in(web: Web, *secrets: str) -> list[str]:
        return [word for word in (*CANARIES.values(), FILE_NAME, *secrets) if word in web.server.output]

    def test_names_nobody_when_all_is_well(self, web: Web) -> None:
        receipt = send(web, 1000)
        requests.get(web.url + receipt.headers["Location"], timeout=TIMEOUT_S)
        requests.get(f"{web.url}/submissions/{secret_of(receipt)}/nothing", timeout=TIMEOUT_S)

        assert "submission_received" in web.server.output
        assert self.canaries_in(web, secret_of(receipt)) == []

    def test_names_nobody_when_the_database_refuses(self, web: Web, services: Services) -> None:
        with writing(services.engine) as connection:
            connection.exec_driver_sql("DROP TABLE consents")

        answer = send(web, 1000)

        assert answer.status_code == 500
        assert re.search("sqlite|psycopg|consents", answer.text.lower()) is None
        assert "request_failed" in web.server.output
        assert self.canaries_in(web) == []

    def test_names_nobody_when_a_column_is_missing(self, web: Web, services: Services) -> None:
        with writing(services.engine) as connection:
            connection.exec_driver_sql("ALTER TABLE submissions RENAME COLUMN role TO rank")

        answer = send(web, 1000)

        assert answer.status_code == 500
        assert self.canaries_in(web) == []


def test_searches_for_garbage_pass_over_what_lives_as_long_as_the_process(
    services: Services, environ: dict[str, str]
) -> None:
    settings = environ | {"DATA_DIR": str(services.settings.data_dir)}
    program = (
        "import gc; from intake.app import from_environment; app = from_environment();"
        " print(gc.get_freeze_count(), len(gc.get_objects()))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program], env=settings, capture_output=True, text=True, check=True, timeout=TIMEOUT_S
    )

    kept, searched = map(int, told.stdout.split())
    assert searched < kept / 20
