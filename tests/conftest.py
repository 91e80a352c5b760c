"""What every test may ask for: real servers (started once a run), a database and buckets of its own, the app."""

from __future__ import annotations

import gc
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from intake.app import create_app, staff_of
from intake.db.engine import make_engine
from intake.settings import Settings
from intake.setup import prepare_buckets, prepare_database
from intake.wiring import Services, connect
from tests import servers
from tests.databases import KINDS, SQLITE, Databases, a_swift_folder, is_wanted
from tests.fakes.bucket import MemoryBucket
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import MemoryMailer
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.media_factory import BuildClip, MakeClip
    from tests.servers import Server

PASSWORD = "una parola lunga e segreta"
NOWHERE = "http://127.0.0.1:9"
MODERATOR = "moderatrice@example.org"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=KINDS, help="run all tests on this one (usually: SQLite, and pairs on both)")
    parser.addoption("--only-the-rest", action="store_true", help="with --database: leave out what the usual run has")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the tests of a run: some belong to one kind of database."""
    kind, only_the_rest = config.getoption("database"), config.getoption("only_the_rest")
    wanted = {item: is_wanted(item, kind=kind, only_the_rest=only_the_rest) for item in items}
    config.hook.pytest_deselected(items=[item for item in items if not wanted[item]])
    items[:] = [item for item in items if wanted[item]]


def pytest_collection_finish() -> None:
    """Spare the collector what all tests share: it would look through 350,000 objects again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real S3 server."""
    with servers.storage_server(tmp_path_factory.mktemp("storage")) as (url, _):
        yield url


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL."""
    with servers.postgresql_server() as url:
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
            # A place of its own: two that build on the same one would write over each other's file.
            place = folder / str(len(made))
            place.mkdir()
            made[build] = build(place)
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


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Databases:
    """Makes databases; starts PostgreSQL for the first test that needs it."""
    return Databases(lambda: request.getfixturevalue("postgresql"))


@pytest.fixture(scope="session")
def any_kind(request: pytest.FixtureRequest) -> str:
    """On which kind of database this run tries what is about something else."""
    return request.config.getoption("database") or SQLITE


@pytest.fixture(params=KINDS)
def each_kind(request: pytest.FixtureRequest) -> str:
    """The test runs once on SQLite and once on PostgreSQL."""
    return str(request.param)


@pytest.fixture(scope="session")
def prepared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The address of a database of a kind with its tables and the call, to be copied: making it takes a second."""
    made: dict[str, str] = {}

    def prepare(kind: str) -> str:
        if kind not in made:
            folder = tmp_path_factory.mktemp("prepared")
            made[kind] = databases.empty(kind, folder)
            parts = _parts(an_environment(made[kind], NOWHERE, folder), FakeClock())
            prepare_database(parts)
            parts.engine.dispose()
        return made[kind]

    return prepare


@pytest.fixture
def database_folder() -> Iterator[Path]:
    with a_swift_folder() as folder:
        yield folder


@pytest.fixture
def database_url(
    each_kind: str, databases: Databases, database_folder: Path, prepared: Callable[[str], str]
) -> Iterator[str]:
    """A database of the test's own, prepared: the test runs once on SQLite and once on PostgreSQL."""
    url = databases.copy(prepared(each_kind), database_folder)
    yield url
    databases.drop(url)


@pytest.fixture
def empty_database_url(each_kind: str, databases: Databases, database_folder: Path) -> Iterator[str]:
    """As `database_url`, without tables."""
    url = databases.empty(each_kind, database_folder)
    yield url
    databases.drop(url)


@pytest.fixture
def any_database_url(
    any_kind: str, databases: Databases, database_folder: Path, prepared: Callable[[str], str]
) -> Iterator[str]:
    """A prepared database, for tests that are about something else."""
    url = databases.copy(prepared(any_kind), database_folder)
    yield url
    databases.drop(url)


@pytest.fixture
def environ(any_database_url: str, storage: str, tmp_path: Path) -> dict[str, str]:
    """The settings of a system with a database and buckets of its own, as an environment."""
    return an_environment(any_database_url, storage, tmp_path)


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
    """All the parts of a process, the call loaded, both buckets made."""
    settings = Settings.from_env(environ)
    parts = replace(connect(settings), clock=clock)
    prepare_buckets(settings)
    yield parts
    parts.engine.dispose()


@pytest.fixture
def services_on_each(database_url: str, tmp_path: Path, clock: FakeClock) -> Iterator[Services]:
    """As `services`, once on SQLite and once on PostgreSQL; its buckets are in memory."""
    parts = _parts(an_environment(database_url, NOWHERE, tmp_path), clock)
    yield parts
    parts.engine.dispose()


def _parts(environ: dict[str, str], clock: FakeClock) -> Services:
    # Not `connect`: making clients for real buckets takes longer than most of these tests.
    settings = Settings.from_env(environ)
    return Services(
        settings=settings,
        engine=make_engine(settings.database_url),
        private=MemoryBucket("private"),
        gallery=MemoryBucket("gallery"),
        mailer=MemoryMailer(),
        clock=clock,
    )


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
