"""Every URL is in an audience's table with who may use it, and the rule written there holds."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from flask import url_for

from intake.app import create_app
from intake.domain.calls import CallSlug
from intake.domain.states import State
from intake.domain.submissions import ClipId, SubmissionId, Token
from intake.gallery.routes import ROUTES as GALLERY
from intake.mail import links
from intake.moderate.routes import ROUTES as MODERATE
from intake.settings import Settings
from intake.setup import prepare_database
from intake.submit.routes import ROUTES as SUBMIT
from intake.web.health import ROUTES as HEALTH
from intake.web.mail import ROUTES as MAIL
from intake.web.metrics import ROUTES as METRICS
from intake.web.openapi import ROUTES as API
from intake.web.routing import API_PREFIX, Access, Route
from intake.wiring import connect
from tests import builders
from tests.conftest import an_environment

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from intake.wiring import Services
    from tests.databases import Databases

TABLES = {
    "submit": SUBMIT,
    "moderate": MODERATE,
    "gallery": GALLERY,
    "health": HEALTH,
    "metrics": METRICS,
    "mail": MAIL,
    "api": API,
}

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
    "security.forgot_password",
    "security.reset_password",
    "security.tf_select",
}

HERE_ROUTES = [pytest.param(route, id=name) for name, route in DECLARED.items() if route.access is Access.HERE]
STAFF_ACCESS = {Access.VIEWER, Access.MODERATOR, Access.ADMIN}
STAFF_ROUTES = [pytest.param(route, id=name) for name, route in DECLARED.items() if route.access in STAFF_ACCESS]
CHANGING_ROUTES = [
    pytest.param(route, id=name)
    for name, route in DECLARED.items()
    if "POST" in route.methods
    and not route.rule.startswith(API_PREFIX)
    and name not in {"submit.send", "submit.replace", "moderate.stop_alert"}
]
"""Forms without a file. The API and the signed links in mails take no cookie, and so nothing that another site's form
could bear."""


@pytest.fixture(scope="module")
def services(databases: Databases, any_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Services:
    folder: Path = tmp_path_factory.mktemp("routes")
    environ = an_environment(databases.empty(any_kind, folder), "http://127.0.0.1:9", folder)
    services = connect(Settings.from_env(environ))
    prepare_database(services)
    return services


@pytest.fixture(scope="module")
def app(services: Services) -> Flask:
    return create_app(services)


def address(route: Route) -> str:
    return (
        route.rule.replace("<uuid:submission_id>", str(uuid.uuid4()))
        .replace("<token>", "x")
        .replace("<call_slug>", "pistoia2030")
        .replace("<name>", "0" * 32)
        .replace("<signed>", "x")
        .replace("<int:staff_id>", "1")
        .replace("<int:invitation_id>", "1")
        .replace("<int:hook_id>", "1")
        .replace("<uuid:delivery_id>", str(uuid.uuid4()))
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


@pytest.mark.parametrize("route", HERE_ROUTES)
def test_what_is_for_this_machine_is_not_there_for_others(app: Flask, route: Route) -> None:
    answer = app.test_client().get(address(route), headers={"X-Forwarded-For": "203.0.113.9"})

    assert answer.status_code == 404


@pytest.mark.parametrize("route", CHANGING_ROUTES)
def test_no_form_is_taken_from_another_site(app: Flask, route: Route) -> None:
    answer = app.test_client().open(address(route), method="POST", data={"confirm": "y"})

    assert answer.status_code in {302, 400}
    assert "/moderate/login" in answer.headers.get("Location", "/moderate/login")


def test_no_video_is_taken_from_another_site(app: Flask, services: Services) -> None:
    _, token = builders.a_receipt(services, state=State.REDO_REQUESTED)

    first = app.test_client().post("/calls/pistoia2030", data={"given_name": "Eva"})
    another = app.test_client().post(f"/submissions/{token}/replace")

    assert (first.status_code, another.status_code) == (422, 422)
    assert "La pagina è rimasta aperta troppo a lungo" in first.text
    assert "La pagina è rimasta aperta troppo a lungo" in another.text


def test_mails_lead_to_pages_that_are_there(app: Flask) -> None:
    token, clip_id = Token("s3cret"), ClipId("abc")

    with app.test_request_context():
        status = url_for("submit.show_submission", token=token)
        clip = url_for("gallery.show_clip", call_slug="pistoia2030", clip_id=clip_id)
        invitation = url_for("moderate.open_invitation", token=token)
        reset = url_for("security.reset_password", token=token)
        stop = url_for("moderate.ask_to_stop", signed="1.new_clips.5ig", lang="en")
        desk = url_for("moderate.show", submission_id=uuid.UUID(int=7))
        files = url_for("moderate.show_gallery_files")
        alerts, queue = url_for("moderate.show_alerts"), url_for("moderate.queue", lang="en")
        english = url_for("gallery.show_clip", call_slug="pistoia2030", clip_id=clip_id, lang="en")

    call_slug = CallSlug("pistoia2030")
    assert links.status_url("https://x", token) == f"https://x{status}"
    assert links.clip_url("https://x", call_slug, clip_id, "it") == f"https://x{clip}"
    assert links.clip_url("https://x", call_slug, clip_id, "en") == f"https://x{english}"
    assert links.invitation_url("https://x", token, "it") == f"https://x{invitation}"
    assert links.reset_url("https://x", token, "it") == f"https://x{reset}"
    assert links.stop_url("https://x", "1.new_clips.5ig", "en") == f"https://x{stop}"
    assert links.desk_clip_url("https://x", SubmissionId(str(uuid.UUID(int=7))), "it") == f"https://x{desk}"
    assert links.alerts_url("https://x", "it") == f"https://x{alerts}"
    assert links.inventory_url("https://x", "it") == f"https://x{files}"
    assert links.queue_url("https://x", "en") == f"https://x{queue}"
