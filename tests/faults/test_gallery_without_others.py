"""The gallery goes on while what it does not need is away, and for a minute while what it needs is."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests

from intake.app import create_app
from intake.domain.states import State
from intake.settings import Settings
from intake.setup import prepare_database
from intake.wiring import connect
from tests import servers
from tests.builders import a_submission, withdraw
from tests.conftest import NOWHERE, an_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.servers import Server

GALLERY = "/gallery/pistoia2030"


def paths_of(submission: Submission) -> list[str]:
    clip = f"{GALLERY}/{submission.clip_id}"
    return [GALLERY, clip, f"/embed/{submission.clip_id}", f"{GALLERY}/feed.xml", "/sitemap.xml"]


@pytest.fixture
def database() -> Iterator[tuple[str, Server]]:
    """A PostgreSQL of this test's own, to be killed."""
    with servers.postgresql_process() as running:
        yield running


@pytest.fixture
def parts(database: tuple[str, Server], tmp_path: Path, clock: FakeClock) -> Iterator[Services]:
    settings = Settings.from_env(an_environment(database[0], NOWHERE, tmp_path))
    parts = replace(connect(settings), clock=clock)
    prepare_database(parts)
    yield parts
    parts.engine.dispose()


def test_pages_are_given_for_a_minute_while_the_database_is_away(
    parts: Services, database: tuple[str, Server], clock: FakeClock
) -> None:
    url, server = database
    client = create_app(parts).test_client()
    paths = paths_of(a_submission(parts, state=State.PUBLISHED))
    never_seen = f"{GALLERY}?q=anna"
    before = [client.get(path).data for path in paths]

    server.kill()
    clock.advance(seconds=45)
    away = [client.get(path) for path in (*paths, never_seen)]
    clock.advance(seconds=15)
    too_long_away = [client.get(path).status_code for path in paths]
    server.restart()
    servers.wait_until(lambda: servers.connects(url), what="PostgreSQL's return")
    back = [client.get(path) for path in (*paths, never_seen)]

    assert [answer.status_code for answer in away] == [200] * len(paths) + [503]
    assert [answer.data for answer in away[:-1]] == before
    assert {answer.headers["Cache-Control"] for answer in away[:-1]} == {"public, max-age=1, stale-if-error=15"}
    assert too_long_away == [503] * len(paths)
    assert [answer.status_code for answer in back] == [200] * (len(paths) + 1)


def test_what_was_withdrawn_before_the_database_went_is_not_given(
    parts: Services, database: tuple[str, Server]
) -> None:
    client = create_app(parts).test_client()
    gone, stays = (a_submission(parts, state=State.PUBLISHED) for _ in range(2))
    paths = paths_of(gone)
    before = [client.get(path).status_code for path in paths]
    withdraw(parts, gone.id)
    # Whatever page somebody asks for since, all of them are known to have changed.
    client.get(f"/embed/{stays.clip_id}")

    database[1].kill()

    assert before == [200] * len(paths)
    assert [client.get(path).status_code for path in (*paths, f"/embed/{stays.clip_id}")] == [503] * len(paths) + [200]


def test_the_web_process_alone_serves_the_gallery_and_begins_again_where_it_was(
    environ: dict[str, str], services: Services, tmp_path: Path
) -> None:
    """No Redis, no worker, no dispatcher; and no storage: pages only name what lies there."""
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    argv = ["gunicorn", "intake.app:from_environment()", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    argv += ["--workers", "2", "--threads", "4", "--no-control-socket"]
    settings = environ | {"PATH": servers.our_path(), "REDIS_URL": "redis://127.0.0.1:9/0", "S3_ENDPOINT_URL": NOWHERE}
    paths = paths_of(a_submission(services, state=State.PUBLISHED))

    with servers.serving(argv, environ=settings, log=tmp_path / "web.log") as server:
        servers.wait_until(lambda: servers.answers(f"{url}/_health"), what="the web process's start")
        before = [requests.get(url + path, timeout=30) for path in paths]
        server.signal(signal.SIGKILL)
        server.process.wait()
        server.restart()
        servers.wait_until(lambda: servers.answers(f"{url}/_health"), what="the web process's return")
        tags = [{"If-None-Match": answer.headers["ETag"]} for answer in before]
        after = [
            requests.get(url + path, headers=headers, timeout=30) for path, headers in zip(paths, tags, strict=True)
        ]

    assert [answer.status_code for answer in before] == [200] * len(paths)
    assert [answer.status_code for answer in after] == [304] * len(paths)
