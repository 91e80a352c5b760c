"""Every URL is in an audience's table with who may use it, and the rule written there holds."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from intake.app import create_app
from intake.gallery.routes import ROUTES as GALLERY
from intake.moderate.routes import ROUTES as MODERATE
from intake.settings import Settings
from intake.setup import prepare_database
from intake.submit.routes import ROUTES as SUBMIT
from intake.web.health import ROUTES as HEALTH
from intake.web.openapi import ROUTES as API
from intake.web.routing import Access, Route
from intake.wiring import connect
from tests.conftest import an_environment

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

TABLES = {"submit": SUBMIT, "moderate": MODERATE, "gallery": GALLERY, "health": HEALTH, "api": API}

DECLARED = {f"{audience}.{route.name}": route for audience, routes in TABLES.items() for route in routes}

LIBRARY = {
    # Flask's own, for the built assets.
    "static",
    # Flask-Security's login and authenticator app. Each guards itself; all but login want a session or a login's half.
    "security.static",
    "security.login",
    "security.logout",
    "security.verify",
    "security.two_factor_setup",
    "security.two_factor_setup_validate",
    "security.two_factor_token_validation",
    "security.two_factor_rescue",
    "security.mf_recovery",
    "security.mf_recovery_codes",
    "security.tf_select",
}

STAFF_ROUTES = [pytest.param(route, id=name) for name, route in DECLARED.items() if route.access is Access.STAFF]
CHANGING_ROUTES = [
    pytest.param(route, id=name)
    for name, route in DECLARED.items()
    if "POST" in route.methods and route.access is not Access.STAFF
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("routes")
    environ = an_environment(f"sqlite:///{folder / 'intake.db'}", "http://127.0.0.1:9", folder)
    services = connect(Settings.from_env(environ))
    prepare_database(services)
    return create_app(services)


def address(route: Route) -> str:
    return (
        route.rule.replace("<uuid:submission_id>", str(uuid.uuid4()))
        .replace("<token>", "x")
        .replace("<call_slug>", "pistoia2030")
    )


def test_every_url_is_declared(app: Flask) -> None:
    answering = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert answering == set(DECLARED) | LIBRARY


def test_every_method_is_declared(app: Flask) -> None:
    answering = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.endpoint in DECLARED and method not in {"HEAD", "OPTIONS"}
    }

    assert answering == {(name, method) for name, route in DECLARED.items() for method in route.methods}


@pytest.mark.parametrize("route", STAFF_ROUTES)
def test_staff_routes_send_strangers_to_the_login(app: Flask, route: Route) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()

    answer = client.open(address(route), method=route.methods[0])

    app.config["WTF_CSRF_ENABLED"] = True
    assert answer.status_code == 302
    assert answer.headers["Location"].partition("?")[0].endswith("/moderate/login")


@pytest.mark.parametrize("route", [*STAFF_ROUTES, *CHANGING_ROUTES])
def test_no_form_is_taken_from_another_site(app: Flask, route: Route) -> None:
    answer = app.test_client().open(address(route), method="POST", data={"confirm": "y"})

    assert answer.status_code in {302, 400, 401, 404, 405, 415, 422}
    assert "/moderate/login" in answer.headers.get("Location", "/moderate/login")
