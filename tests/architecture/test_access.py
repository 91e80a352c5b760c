"""Who may use which URL by which method: one matrix, held against every URL the service answers to."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import select

from intake.app import create_app, staff_of
from intake.db.engine import reading
from intake.db.people_tables import staff
from intake.moderate.access import ROLES
from intake.settings import Settings
from intake.setup import prepare_database
from intake.web.routing import Access
from intake.wiring import connect
from tests.architecture.test_routes import DECLARED
from tests.conftest import PASSWORD, an_environment
from tests.fakes.bucket import MemoryBucket

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule

    from tests.databases import Databases

NOBODY: Final = "nobody"
PEOPLE: Final = (NOBODY, *ROLES)


class End(StrEnum):
    """How somebody's request ends."""

    IN = "in"
    """With what they asked for, or word that there is no such thing."""
    LOGIN = "login"
    """At the login."""
    REFUSED = "refused"
    """With 403, in words."""


IN, LOGIN, REFUSED = End

MATRIX: Final = {
    #                   nobody, viewer,  moderator, admin
    Access.PUBLIC: (IN, IN, IN, IN),
    Access.SECRET: (IN, IN, IN, IN),
    Access.OPERATOR: (IN, IN, IN, IN),
    Access.HERE: (IN, IN, IN, IN),
    Access.VIEWER: (LOGIN, IN, IN, IN),
    Access.MODERATOR: (LOGIN, REFUSED, IN, IN),
    Access.ADMIN: (LOGIN, REFUSED, REFUSED, IN),
}
"""Requests come from this machine and bear no secret: what wants one says that it knows no such thing."""

LIBRARY: Final = {
    "static": Access.PUBLIC,
    "security.static": Access.PUBLIC,
    "security.login": Access.PUBLIC,
    "security.logout": Access.PUBLIC,
    "security.forgot_password": Access.PUBLIC,
    "security.reset_password": Access.PUBLIC,
    # Halves of a login: each wants the other half in the session, and sends those without one to the login.
    "security.two_factor_token_validation": None,
    "security.two_factor_rescue": None,
    "security.tf_select": None,
    "security.mf_recovery": None,
    # About their own account, for whoever is logged in.
    "security.verify": Access.VIEWER,
    "security.two_factor_setup": Access.VIEWER,
    "security.two_factor_setup_validate": Access.VIEWER,
    "security.mf_recovery_codes": Access.VIEWER,
}
"""Flask's and Flask-Security's own. They guard themselves; this holds them to it."""


@pytest.fixture(scope="module")
def app(databases: Databases, any_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("access")
    environ = an_environment(databases.empty(any_kind, folder), "http://127.0.0.1:9", folder)
    services = connect(Settings.from_env(environ))
    prepare_database(services)
    object.__setattr__(services, "private", MemoryBucket())
    made = create_app(services)
    made.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with made.app_context():
        added = [staff_of(made).add(f"{role}@example.org", role, PASSWORD) for role in ROLES]
    assert all(added)
    return made


@pytest.fixture(scope="module")
def ids(app: Flask) -> dict[str, str]:
    """Who is who among the rows, so that a session can be had without a password each time."""
    with reading(app.extensions["intake.services"].engine) as connection:
        return {row.email.partition("@")[0]: row.fs_uniquifier for row in connection.execute(select(staff))}


def browser(app: Flask, ids: dict[str, str], person: str) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": ids[person], "_fresh": True} if person in ids else {})
    return client


SAMPLES: Final = {"uuid": str(uuid.UUID(int=7)), "int": "999", "default": "x", "path": "x"}


def address(rule: Rule) -> str:
    kinds = {name: type(converter).__name__ for name, converter in rule._converters.items()}  # noqa: SLF001 - no other way to it
    samples = {"UUIDConverter": SAMPLES["uuid"], "IntegerConverter": SAMPLES["int"]}
    built = rule.build({name: samples.get(kind, "x") for name, kind in kinds.items()})
    assert built is not None, rule
    return built[1]


def end_of(client: FlaskClient, path: str, method: str) -> End:
    answer = client.open(path, method=method)
    if answer.status_code == 403:
        assert "Il tuo ruolo" in answer.text or "amministra" in answer.text, answer.text
        return End.REFUSED
    to_login = answer.status_code == 302 and "/moderate/login" in answer.headers["Location"]
    return End.LOGIN if to_login else End.IN


def rules(app: Flask) -> list[tuple[Rule, str, Access | None]]:
    """Every URL with every method, and the rule that is declared for it. An undeclared one is a KeyError."""
    declared = {name: route.access for name, route in DECLARED.items()} | LIBRARY
    return [
        (rule, method, declared[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@pytest.mark.parametrize("person", PEOPLE)
def test_every_url_ends_as_the_matrix_says(app: Flask, ids: dict[str, str], person: str) -> None:
    column = PEOPLE.index(person)
    asked = [(rule, method, access) for rule, method, access in rules(app) if access is not None]

    ends = {
        f"{method} {rule.rule}": (end_of(browser(app, ids, person), address(rule), method), MATRIX[access][column])
        for rule, method, access in asked
        if rule.endpoint != "security.logout"
    }

    assert {url: found for url, found in ends.items() if found[0] is not found[1]} == {}
    assert len(ends) > 60


def test_the_halves_of_a_login_are_nothing_by_themselves(app: Flask, ids: dict[str, str]) -> None:
    halves = [(rule, method) for rule, method, access in rules(app) if access is None]

    ends = {(rule.rule, method): end_of(browser(app, ids, NOBODY), address(rule), method) for rule, method in halves}

    assert set(ends.values()) == {End.LOGIN}
