"""What the service says of its own health."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from intake.actions import heartbeats
from intake.app import create_app
from intake.db.engine import database_now_s, make_engine, writing
from intake.db.tables import heartbeats as beats
from intake.domain.jobs import Queue

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.fakes.bucket import MemoryBucket

PARTS = {"database", "bucket", "free_space", "redis", "dispatcher", "workers", "sandbox"}


def a_client(services: Services, **settings: object) -> FlaskClient:
    """A browser at a service with other settings."""
    changed = replace(services.settings, **settings)  # type: ignore[arg-type]
    return create_app(replace(services, settings=changed)).test_client()


def all_beat(services: Services) -> None:
    with writing(services.engine) as connection:
        heartbeats.beat(connection, heartbeats.DISPATCHER, {"redis": True})
        heartbeats.beat(connection, heartbeats.worker(Queue.QUICK), {"sandbox": "namespaces"})
        heartbeats.beat(connection, heartbeats.worker(Queue.HEAVY), {"sandbox": "namespaces"})


def parts_of(client: FlaskClient) -> dict[str, str]:
    return {name: value for name, value in client.get("/_ready").json.items() if name in PARTS}


def test_a_process_that_lives_says_so(client: FlaskClient) -> None:
    assert client.get("/_health").status_code == 200


def test_life_needs_no_bucket_and_no_database(services: Services, private: MemoryBucket, tmp_path: Path) -> None:
    private.is_down = True
    gone = make_engine(f"sqlite:///{tmp_path}/not/there.db")

    assert create_app(replace(services, engine=gone)).test_client().get("/_health").status_code == 200


def test_everything_that_works_is_ok(client: FlaskClient, services: Services) -> None:
    all_beat(services)

    answer = client.get("/_ready")

    assert answer.status_code == 200
    assert parts_of(client) == dict.fromkeys(PARTS, "ok")


def test_silent_workers_do_not_stop_receipts(client: FlaskClient) -> None:
    answer = client.get("/_ready")

    assert answer.status_code == 200
    assert {name for name, value in answer.json.items() if value == "down"} == {
        "redis",
        "dispatcher",
        "workers",
        "sandbox",
    }


def test_a_bucket_that_is_down_stops_receipts(client: FlaskClient, services: Services, private: MemoryBucket) -> None:
    all_beat(services)
    private.is_down = True

    answer = client.get("/_ready")

    assert (answer.status_code, answer.json["bucket"], answer.json["database"]) == (503, "down", "ok")


def test_a_database_that_is_down_stops_receipts_and_hides_no_part(services: Services, tmp_path: Path) -> None:
    gone = make_engine(f"sqlite:///{tmp_path}/not/there.db")
    client = create_app(replace(services, engine=gone)).test_client()

    answer = client.get("/_ready")

    assert (answer.status_code, answer.json["database"]) == (503, "down")
    assert set(answer.json) >= PARTS


def test_a_full_disk_stops_receipts(services: Services) -> None:
    answer = a_client(services, min_free_bytes=10**18).get("/_ready")

    assert (answer.status_code, answer.json["free_space"]) == (503, "down")


def test_a_disk_that_is_nearly_full_is_degraded_and_still_receives(services: Services) -> None:
    free = shutil.disk_usage(services.settings.data_dir.parent).free

    answer = a_client(services, min_free_bytes=free * 2 // 3).get("/_ready")

    assert (answer.status_code, answer.json["free_space"]) == (200, "degraded")


def test_half_the_workers_silent_is_degraded(client: FlaskClient, services: Services) -> None:
    with writing(services.engine) as connection:
        heartbeats.beat(connection, heartbeats.worker(Queue.QUICK), {"sandbox": "namespaces"})

    assert (parts_of(client)["workers"], parts_of(client)["sandbox"]) == ("degraded", "degraded")


def test_workers_without_a_sandbox_are_seen(client: FlaskClient, services: Services) -> None:
    with writing(services.engine) as connection:
        heartbeats.beat(connection, heartbeats.worker(Queue.QUICK), {"sandbox": None})
        heartbeats.beat(connection, heartbeats.worker(Queue.HEAVY), {"sandbox": None})

    assert (parts_of(client)["workers"], parts_of(client)["sandbox"]) == ("ok", "down")


@pytest.mark.parametrize(("release", "expected"), [("5.1.9-0+deb12u1", "degraded"), ("7.1.5-0+deb13u1", "ok")])
def test_an_ffmpeg_with_known_holes_is_seen_and_not_which(
    client: FlaskClient, services: Services, release: str, expected: str
) -> None:
    with writing(services.engine) as connection:
        heartbeats.beat(connection, heartbeats.worker(Queue.QUICK), {"sandbox": "landlock", "ffmpeg": "7.1.5"})
        heartbeats.beat(connection, heartbeats.worker(Queue.HEAVY), {"sandbox": "landlock", "ffmpeg": release})

    answer = client.get("/_ready")

    assert answer.json["ffmpeg"] == expected
    assert release not in answer.text


def test_a_dispatcher_that_lost_redis_is_seen(client: FlaskClient, services: Services) -> None:
    with writing(services.engine) as connection:
        heartbeats.beat(connection, heartbeats.DISPATCHER, {"redis": False})

    assert (parts_of(client)["dispatcher"], parts_of(client)["redis"]) == ("ok", "down")


def test_four_missed_beats_are_silence(client: FlaskClient, services: Services) -> None:
    all_beat(services)
    with writing(services.engine) as connection:
        connection.execute(update(beats).values(seen_at=database_now_s() - heartbeats.SILENT_AFTER_S - 1))

    assert parts_of(client)["dispatcher"] == "down"
