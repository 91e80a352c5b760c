"""What every test may ask for: real servers (started once a run), a database and buckets of its own, the app."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from intake.app import create_app, staff_of
from intake.settings import Settings
from intake.setup import prepare_buckets, prepare_database
from intake.wiring import Services, connect
from tests import servers
from tests.fakes.clock import FakeClock
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.media_factory import BuildClip, MakeClip
    from tests.servers import Server

DATABASES = ("sqlite", "postgresql")
PASSWORD = "una parola lunga e segreta"
MODERATOR = "moderatrice@example.org"


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real S3 server."""
    with servers.storage_server(tmp_path_factory.mktemp("storage")) as (url, _):
        yield url


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL."""
    with servers.postgresql_server(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """The sandbox of this machine. Where there is none, tests must fail: it is what everything relies on."""
    return Sandbox.tested()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """Make a clip by a function of `media_factory`, once a session."""
    folder = tmp_path_factory.mktemp("clips")
    made: dict[BuildClip, Path] = {}

    def make(build: BuildClip) -> Path:
        if build not in made:
            made[build] = build(folder)
        return made[build]

    return make


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[tuple[str, Server]]:
    """A real Redis of this test's own, to be stopped, frozen and flushed."""
    with servers.redis_server(tmp_path) as (url, server):
        yield url, server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database: the test runs once on SQLite and once on PostgreSQL."""
    return new_database(request, tmp_path, request.param)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A new, empty SQLite database, for tests that are about something else."""
    return f"sqlite:///{tmp_path / 'intake.db'}"


def new_database(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> str:
    """The address of a new database of *kind*."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'intake.db'}"
    server: str = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.rpartition("/")[0] + f"/{name}"


@pytest.fixture
def environ(sqlite_url: str, storage: str, tmp_path: Path) -> dict[str, str]:
    """The settings of a system on SQLite with buckets of its own, as an environment."""
    return an_environment(sqlite_url, storage, tmp_path)


def an_environment(database_url: str, storage_url: str, data_dir: Path) -> dict[str, str]:
    """Every setting a process needs."""
    return {
        "DATABASE_URL": database_url,
        "S3_ENDPOINT_URL": storage_url,
        "S3_ACCESS_KEY": servers.ACCESS_KEY,
        "S3_SECRET_KEY": servers.SECRET_KEY,
        "PRIVATE_BUCKET": f"private-{uuid.uuid4().hex[:12]}",
        "GALLERY_BUCKET": f"gallery-{uuid.uuid4().hex[:12]}",
        "SECRET_KEY": "for tests only, and longer than thirty-two characters",
        "PUBLIC_URL": "http://localhost",
        "DATA_DIR": str(data_dir / "data"),
        "MIN_FREE_BYTES": "1000000",
    }


@pytest.fixture
def services(environ: dict[str, str], clock: FakeClock) -> Iterator[Services]:
    """All the parts of a process on SQLite, the call loaded, both buckets made."""
    yield from _services(environ, clock, has_buckets=True)


@pytest.fixture
def services_on_each(database_url: str, tmp_path: Path, clock: FakeClock) -> Iterator[Services]:
    """As `services`, once on SQLite and once on PostgreSQL; its buckets are not made."""
    yield from _services(an_environment(database_url, "http://127.0.0.1:9", tmp_path), clock, has_buckets=False)


def _services(environ: dict[str, str], clock: FakeClock, *, has_buckets: bool) -> Iterator[Services]:
    settings = Settings.from_env(environ)
    made = connect(settings)
    parts = Services(settings=settings, engine=made.engine, private=made.private, gallery=made.gallery, clock=clock)
    prepare_database(parts)
    if has_buckets:
        prepare_buckets(settings)
    yield parts
    parts.engine.dispose()


@pytest.fixture
def app(services: Services) -> Flask:
    """The web side, with one moderator."""
    app = create_app(services)
    with app.app_context():
        staff_of(app).add(MODERATOR, "moderator", PASSWORD)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody's browser, as far as HTTP goes."""
    return app.test_client()
