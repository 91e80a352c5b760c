"""The API's description is true: whatever is sent, nothing breaks, and no answer comes that it does not name.

Schemathesis makes requests from the description, good ones and bad ones; the same ones in every run.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import sampled_from
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from intake.app import describe_api
from intake.domain.states import State
from intake.web.openapi import describe
from intake.web.problems import ProblemCode, about
from intake.web.routing import Access, Route
from tests.builders import CALL, a_letter, a_receipt, a_sender, an_upload
from tests.fakes.bucket import MemoryBucket
from tests.fakes.clock import FakeClock
from tests.integration.pages.conftest import a_service, an_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from schemathesis import APIOperation, Case

    from intake.wiring import Services
    from tests.integration.pages.conftest import Ready

EXAMPLES = 25
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STATES = (None, State.UPLOADING, State.REFUSED, State.PUBLISHED, State.WITHDRAWN)
addresses = count(1)


@pytest.fixture(scope="module")
def behind_a_proxy(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A service that believes a header about who asks, so that every request comes from somebody else."""
    folder = tmp_path_factory.mktemp("described")
    buckets = MemoryBucket("private"), MemoryBucket("gallery")
    with a_service(ready, folder, FakeClock(), private=buckets[0], gallery=buckets[1]) as services:
        yield replace(services, settings=replace(services.settings, trusted_proxies=1))


@pytest.fixture(scope="module")
def described(behind_a_proxy: Services, ready: Ready) -> Flask:
    return an_app(behind_a_proxy, ready.templates)


GENERATION = GenerationConfig(deterministic=True, database="none")
CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=GENERATION)))
API = schemathesis.openapi.from_dict(describe_api(), config=CONFIG)
OPERATIONS = [found.ok() for found in API.get_all_operations()]
GOOD = [pytest.param(one, GenerationMode.POSITIVE, id=f"{one.label} good") for one in OPERATIONS]
# Where nothing is asked for, nothing can be asked for wrongly.
BAD = [pytest.param(one, GenerationMode.NEGATIVE, id=f"{one.label} bad") for one in OPERATIONS if one.body or one.query]


def an_address() -> dict[str, str]:
    """Each request comes from somewhere else, so that none comes too often."""
    return {"X-Forwarded-For": f"2001:db8::{next(addresses):x}"}


def somebodys(services: Services, state: State | None) -> dict[str, str]:
    """The secret of a new submission in a state; in None its file is awaited in parts."""
    if state is None:
        letter = a_letter()
        token = an_upload(services, replace(letter, file=replace(letter.file, comes_in_parts=True))).token
    else:
        token = a_receipt(services, state=state)[1]
    return {"Authorization": f"Bearer {token}"}


def as_this_call_has_it(case: Case) -> None:
    """What a description cannot say: which call there is, and which organisations, files and consents it takes."""
    if isinstance(case.body, dict) and "organisation_kind" in case.body:
        case.body |= {"organisation_kind": "impresa", "consent_gallery": True, "email": a_sender().email}
    if isinstance(case.body, dict) and isinstance(case.body.get("file"), dict):
        case.body["file"] |= {"name": "video.mp4", "type": "video/mp4"}


@pytest.mark.parametrize(("operation", "mode"), [*GOOD, *BAD])
def test_every_answer_is_one_that_is_described(
    described: Flask, behind_a_proxy: Services, operation: APIOperation, mode: GenerationMode
) -> None:
    @given(case=operation.as_strategy(generation_mode=mode), state=sampled_from(STATES))
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
    )
    def ask(case: Case, state: State | None) -> None:
        case.path_parameters = dict.fromkeys(case.path_parameters or {}, CALL)
        if mode is GenerationMode.POSITIVE:
            as_this_call_has_it(case)
        # Schemathesis unpacks nothing.
        headers = an_address() | somebodys(behind_a_proxy, state) | {"Accept-Encoding": "identity"}
        case.call_and_validate(app=described, headers=headers, checks=CHECKS)

    ask()


def test_no_route_of_the_api_goes_undescribed(described: Flask) -> None:
    described_paths = {
        (re.sub(r"{(\w+)}", r"<\1>", path), method.upper())
        for path, methods in describe_api()["paths"].items()
        for method in methods
    }
    served = {
        (rule.rule, method)
        for rule in described.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/api/") and method not in {"HEAD", "OPTIONS"}
    }

    assert described_paths == served


def test_a_route_that_says_nothing_of_itself_is_refused() -> None:
    route = Route(rule="/api/v1/silent", view=lambda: "", access=Access.PUBLIC)

    with pytest.raises(ValueError, match="/api/v1/silent has no description"):
        describe([route], {})


def test_the_description_is_served_to_everybody(described: Flask) -> None:
    answer = described.test_client().get("/api/v1/openapi.json")

    assert (answer.status_code, answer.json) == (200, json.loads(json.dumps(describe_api())))


@pytest.mark.parametrize("code", list(ProblemCode))
def test_every_code_has_a_sentence_and_a_status_that_is_described(code: ProblemCode) -> None:
    status, title, sentence = about(code)

    statuses = {
        int(status)
        for methods in describe_api()["paths"].values()
        for operation in methods.values()
        for status in operation["responses"]
    }
    assert status in statuses
    assert title
    assert sentence
