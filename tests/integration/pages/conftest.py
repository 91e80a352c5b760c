"""The web side on SQLite with buckets in memory: pages are tried through Flask's test client."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake.app import create_app, staff_of
from intake.settings import Settings
from intake.setup import prepare_database
from intake.wiring import Services, connect
from tests.conftest import MODERATOR, PASSWORD, an_environment
from tests.fakes.bucket import MemoryBucket
from tests.integration.pages.browsing import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.fakes.clock import FakeClock

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def ready_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the call and one moderator, made once: it takes half a second."""
    folder = tmp_path_factory.mktemp("ready")
    parts = connect(Settings.from_env(an_environment(f"sqlite:///{folder / 'intake.db'}", NOWHERE, folder)))
    prepare_database(parts)
    app = create_app(parts)
    with app.app_context():
        staff_of(app).add(MODERATOR, "moderator", PASSWORD)
    parts.engine.dispose()
    return folder / "intake.db"


@pytest.fixture
def environ(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    return an_environment(sqlite_url, NOWHERE, tmp_path)


@pytest.fixture
def private() -> MemoryBucket:
    return MemoryBucket("private")


@pytest.fixture
def gallery() -> MemoryBucket:
    return MemoryBucket("gallery")


@pytest.fixture
def services(
    environ: dict[str, str], clock: FakeClock, private: MemoryBucket, gallery: MemoryBucket, ready_database: Path
) -> Iterator[Services]:
    shutil.copy(ready_database, environ["DATABASE_URL"].removeprefix("sqlite:///"))
    parts = replace(connect(Settings.from_env(environ)), private=private, gallery=gallery, clock=clock)
    yield parts
    parts.engine.dispose()


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """A browser in which a moderator is logged in."""
    return log_in(client)


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
