"""The headers of every route, found by walking the map of routes: what is new is tried without being listed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from intake.actions import tokens
from intake.domain.states import State
from intake.mail.letters import id_of
from tests.builders import CALL, a_mail, a_receipt, read
from tests.fakes.bucket import MemoryBucket
from tests.fakes.clock import FakeClock
from tests.integration.pages.conftest import Ready, a_desk, a_service, an_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.wiring import Services


DESCRIPTION = '<script type="application/ld+json">'
"""Run by nobody, so it needs no nonce: pages that hold it can be cached."""


CACHEABLE = ("/gallery/", "/embed/")


def answers_of_every_route(app: Flask, client: FlaskClient, services: Services) -> dict[str, TestResponse]:
    submission_id, token = a_receipt(services, state=State.PUBLISHED)
    services.mailer.send(a_mail())
    values = {
        "call_slug": CALL,
        "caption_language": "it",
        "title_language": "it",
        "clip_id": read(services, submission_id).clip_id or "",
        "submission_id": submission_id,
        "token": token,
        "filename": "nothing.css",
        "name": id_of(a_mail()),
        "signed": tokens.sign("1.new_clips", services.settings.secret_key),
        "accent": "1f4f8f",
    }
    paths = {
        re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule.rule): rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }
    return {path: client.get(path) for path in paths}


@pytest.fixture(scope="module")
def answers(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> dict[str, TestResponse]:
    """What a moderator's browser gets from every address there is."""
    folder, buckets = tmp_path_factory.mktemp("answers"), [MemoryBucket("private"), MemoryBucket("gallery")]
    with a_service(ready, folder, FakeClock(), private=buckets[0], gallery=buckets[1]) as services:
        app = an_app(services, ready.templates)
        return answers_of_every_route(app, a_desk(app, ready), services)


OURS = {"'none'", "'self'"}


def is_a_mails_body(path: str) -> bool:
    """Whether this is what the page of a kept mail shows in its frame."""
    return path.startswith("/_mail/") and path.endswith("/body")


def policy(answer: TestResponse) -> dict[str, str]:
    directives = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in directives}


def test_no_route_breaks(answers: dict[str, TestResponse]) -> None:
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code >= 500} == {}


def test_no_policy_allows_anything_unsafe(answers: dict[str, TestResponse]) -> None:
    policies = {path: answer.headers["Content-Security-Policy"] for path, answer in answers.items()}

    unsafe = [path for path, text in policies.items() if "unsafe" in text or "default-src 'none'" not in text]
    assert [path for path in unsafe if not is_a_mails_body(path)] == []


def test_a_mail_brings_its_looks_and_nothing_else(answers: dict[str, TestResponse]) -> None:
    [body] = [answer for path, answer in answers.items() if is_a_mails_body(path)]

    allowed = {name for name, value in policy(body).items() if name.endswith("-src") and value != "'none'"}
    assert (body.status_code, allowed) == (200, {"style-src"})
    assert policy(body)["frame-ancestors"] == "'self'"


def test_only_embeds_may_be_framed(answers: dict[str, TestResponse]) -> None:
    framable = {path for path, answer in answers.items() if policy(answer).get("frame-ancestors") not in OURS}

    assert framable == {path for path in answers if path.startswith("/embed/")}


def test_embeds_may_be_framed_by_everybody(answers: dict[str, TestResponse]) -> None:
    embeds = [answer for path, answer in answers.items() if path.startswith("/embed/")]

    assert embeds
    # `*` would leave out pages without an origin of their own: sandboxes, files.
    assert not any("frame-ancestors" in policy(answer) for answer in embeds)
    assert not any("X-Frame-Options" in answer.headers for answer in embeds)


def test_only_pages_that_ask_for_a_video_may_use_the_camera(answers: dict[str, TestResponse]) -> None:
    recording = {path for path, answer in answers.items() if "camera=(self)" in answer.headers["Permissions-Policy"]}

    assert recording == {path for path in answers if re.fullmatch(r"/|/calls/[^/]+|/submissions/[^/]+", path)}


def test_only_pages_that_ask_for_a_video_play_what_the_browser_holds(answers: dict[str, TestResponse]) -> None:
    playing = {path for path, answer in answers.items() if "blob:" in answer.headers["Content-Security-Policy"]}

    assert playing == {path for path in answers if re.fullmatch(r"/|/calls/[^/]+|/submissions/[^/]+", path)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_every_answer_bears_the_header(answers: dict[str, TestResponse], name: str, value: str) -> None:
    assert {
        path: answer.headers.get(name) for path, answer in answers.items() if answer.headers.get(name) != value
    } == {}


def has_scripts(answer: TestResponse) -> bool:
    return answer.mimetype == "text/html" and "<script " in answer.text.replace(DESCRIPTION, "")


def test_every_script_bears_the_nonce_of_its_own_answer(answers: dict[str, TestResponse]) -> None:
    nonces = {
        path: (re.findall(r'<script[^>]*nonce="([^"]*)"', answer.text), policy(answer)["script-src"])
        for path, answer in answers.items()
        if has_scripts(answer) and not path.startswith(CACHEABLE)
    }

    assert nonces
    assert [
        path for path, (found, allowed) in nonces.items() if [f"'nonce-{one}'" in allowed for one in found] != [True]
    ] == []


def test_pages_that_can_be_cached_have_scripts_of_ours_and_no_nonce(answers: dict[str, TestResponse]) -> None:
    scripts = {
        path: (answer.text.count("nonce"), policy(answer)["script-src"])
        for path, answer in answers.items()
        if has_scripts(answer) and path.startswith(CACHEABLE)
    }

    assert scripts
    assert set(scripts.values()) == {(0, "'self'")}


def test_a_nonce_is_used_once(client: FlaskClient) -> None:
    first, second = (client.get("/").headers["Content-Security-Policy"] for _ in range(2))

    assert first != second


@pytest.mark.parametrize("path", ["/nothing", "/calls/nowhere", "/api/v1/nothing", "/embed/nothing", "/moderate/login"])
def test_errors_and_forms_bear_the_headers_too(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    (cookie,) = client.get("/").headers.getlist("Set-Cookie")

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
