"""The web side with buckets in memory: pages are tried through Flask's test client."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import insert, select

from intake.app import create_app, staff_of
from intake.db.engine import make_engine, reading, writing
from intake.db.people_tables import staff
from intake.gallery.answers import set_up_memory
from intake.settings import Settings
from intake.setup import prepare_database
from intake.web.services import provide
from intake.wiring import Services, connect, make_mailer
from tests.conftest import MODERATOR, PASSWORD, an_environment
from tests.databases import a_swift_folder
from tests.fakes.bucket import MemoryBucket
from tests.integration.pages.browsing import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.databases import Databases
    from tests.fakes.clock import FakeClock

    LetIn = Callable[[str, str], FlaskClient]

NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What every test starts from, made once a run: it takes a second, and there are hundreds of tests.

    Attributes:
        databases: Makes copies of the one at `database_url`.
        database_url: Of a database that holds the call and one moderator.
        session: The cookie of that moderator's browser.
        templates: Where compiled templates are kept.
        app: The web side, to be given to each test on parts of its own.
    """

    databases: Databases
    database_url: str
    session: str
    templates: Path
    app: Flask


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody of the staff as their row stands, and the cookie of their browser."""

    row: dict[str, object]
    session: str


@pytest.fixture(scope="session")
def ready(databases: Databases, any_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    folder = tmp_path_factory.mktemp("ready")
    url = databases.empty(any_kind, folder)
    parts = connect(Settings.from_env(an_environment(url, NOWHERE, folder)))
    prepare_database(parts)
    app = an_app(parts, folder)
    with app.app_context():
        staff_of(app).add(MODERATOR, "moderator", PASSWORD)
    cookie = log_in(app.test_client()).get_cookie("session")
    assert cookie is not None
    parts.engine.dispose()
    return Ready(databases=databases, database_url=url, session=cookie.value, templates=folder, app=app)


def an_app(services: Services, templates: Path) -> Flask:
    """The web side, which need not compile its templates anew for each test."""
    made = create_app(services)
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
    return made


@contextmanager
def a_service(
    ready: Ready, folder: Path, clock: FakeClock, *, private: MemoryBucket, gallery: MemoryBucket
) -> Iterator[Services]:
    """All the parts of the web side, on a database of its own."""
    with a_swift_folder() as swift:
        url = ready.databases.copy(ready.database_url, swift)
        settings = Settings.from_env(an_environment(url, NOWHERE, folder))
        # Not `connect`: making clients for real buckets takes longer than most of these tests.
        parts = Services(
            settings=settings,
            engine=make_engine(settings.database_url),
            private=private,
            gallery=gallery,
            mailer=make_mailer(settings),
            clock=clock,
        )
        yield parts
        parts.engine.dispose()
        ready.databases.drop(url)


def a_desk(app: Flask, ready: Ready) -> FlaskClient:
    """A browser in which a moderator is logged in."""
    client = app.test_client()
    client.set_cookie("session", ready.session)
    return client


@pytest.fixture
def private() -> MemoryBucket:
    return MemoryBucket("private")


@pytest.fixture
def gallery() -> MemoryBucket:
    return MemoryBucket("gallery")


@pytest.fixture
def services(
    ready: Ready, tmp_path: Path, clock: FakeClock, private: MemoryBucket, gallery: MemoryBucket
) -> Iterator[Services]:
    with a_service(ready, tmp_path, clock, private=private, gallery=gallery) as parts:
        yield parts


@pytest.fixture
def app(services: Services, ready: Ready) -> Flask:
    """The web side on this test's parts, with nothing in its memory: making it anew takes as long as most tests."""
    provide(ready.app, services)
    set_up_memory(ready.app)
    for limiter in ready.app.extensions["limiter"]:
        limiter.reset()
    return ready.app


@pytest.fixture
def desk(app: Flask, ready: Ready) -> FlaskClient:
    """A browser in which a moderator is logged in."""
    return a_desk(app, ready)


@pytest.fixture(scope="session")
def known() -> dict[str, Member]:
    """Whoever logged in once."""
    return {}


@pytest.fixture
def let_in(app: Flask, services: Services, known: dict[str, Member]) -> LetIn:
    """Open a browser in which somebody else is logged in: address and role.

    Their password is hashed and compared once a run. Both take as long as a test, as they should.
    """

    def enter(email: str, role: str) -> FlaskClient:
        if email not in known:
            known[email] = a_member(app, services, email)
        else:
            with writing(services.engine) as connection:
                connection.execute(insert(staff).values(known[email].row))
        with app.app_context():
            assert staff_of(app).give_role(email, role)
        client = app.test_client()
        client.set_cookie("session", known[email].session)
        return client

    return enter


def a_member(app: Flask, services: Services, email: str) -> Member:
    """Put somebody on the staff, and log them in."""
    with app.app_context():
        staff_of(app).add(email, "viewer", PASSWORD)
    cookie = log_in(app.test_client(), email).get_cookie("session")
    assert cookie is not None
    columns = [column for column in staff.c if column.name != "id"]
    with reading(services.engine) as connection:
        row = connection.execute(select(*columns).where(staff.c.email == email)).one()
    return Member(row=row._asdict(), session=cookie.value)


def log_in(client: FlaskClient, email: str = MODERATOR, password: str = PASSWORD) -> FlaskClient:
    page = Page(client.get("/moderate/login"))
    fields = {"email": email, "password": password, "csrf_token": page.value("csrf_token")}
    answer = client.post("/moderate/login", data=fields)
    assert answer.status_code == 302, answer.text
    return client


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser in which nobody is logged in."""
    return app.test_client()
