"""What the fault tests stand on: quick leases, a gate before the bucket, and the service's own processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import servers
from tests.conftest import an_environment
from tests.faults.gate import Gate, gate_before
from tests.faults.stories import Clips, World, make_clips
from tests.faults.system import System

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.wiring import Services
    from tests.servers import Server
    from workers.media.sandbox import Sandbox

QUICK = {"LEASE_S": "2", "SWEEP_S": "0.5", "HINT_S": "0.2"}


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real S3 server. One for each file: every bucket takes volumes, and they run out."""
    with servers.storage_server(tmp_path_factory.mktemp("storage")) as (url, _):
        yield url


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return make_clips(tmp_path_factory.mktemp("clips"))


@pytest.fixture
def environ(database_url: str, storage: str, tmp_path: Path) -> dict[str, str]:
    """The settings of a system with buckets of its own, once on SQLite and once on PostgreSQL."""
    return an_environment(database_url, storage, tmp_path) | QUICK


@pytest.fixture
def world(services: Services, environ: dict[str, str], sandbox: Sandbox, clips: Clips) -> World:
    return World(services=services, environ=environ, sandbox=sandbox, clips=clips)


@pytest.fixture
def gate(storage: str) -> Iterator[Gate]:
    """The S3 server's address for those who are to be caught; the tests themselves go past it."""
    with gate_before(storage) as gate:
        yield gate


@pytest.fixture
def gated_environ(environ: dict[str, str], gate: Gate) -> dict[str, str]:
    """The same system, reached through the gate."""
    return environ | {"S3_ENDPOINT_URL": gate.url}


@pytest.fixture
def system(
    gated_environ: dict[str, str], redis_server: tuple[str, Server], gate: Gate, tmp_path: Path
) -> Iterator[System]:
    """Starts the service's own processes, behind the gate and on a Redis of their own."""
    running = System(gated_environ | {"REDIS_URL": redis_server[0]}, tmp_path)
    yield running
    gate.clear()
    running.stop()
