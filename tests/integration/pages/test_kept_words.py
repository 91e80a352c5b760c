"""What staff typed is not lost with their session, nor to a second tab; another site's form is not shown to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.domain.states import State
from tests import builders
from tests.integration.pages.browsing import File, Page, filled
from tests.integration.pages.conftest import log_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services

HERE = {"Origin": "http://localhost"}
REASON = 'Il volto è controluce.\n\n  "Rifallo" <davanti> a una finestra & piano.'


def declining(clip: Submission) -> dict[str, object]:
    return {"decision": "decline", "reason": REASON, "reviewed_sha256": clip.review_sha256 or "", "csrf_token": "old"}


def decide(client: FlaskClient, clip: Submission, headers: dict[str, str]) -> TestResponse:
    return client.post(f"/moderate/{clip.id}/decision", data=declining(clip), headers=headers)


def fields_of(page: Page) -> dict[str, object]:
    """What the kept form sends, as a browser reads it."""
    return {field["name"]: field["value"] for field in page.all("input") if "name" in field}


@pytest.fixture
def clip(services: Services) -> Submission:
    return builders.a_submission(services)


def test_a_decision_from_an_old_page_is_sent_again_as_it_was_typed(
    services: Services, desk: FlaskClient, clip: Submission
) -> None:
    answer = decide(desk, clip, HERE)

    kept = Page(answer)
    again = desk.post(f"/moderate/{clip.id}/decision", data=fields_of(kept), headers=HERE)
    after = builders.read(services, clip.id)
    assert (answer.status_code, again.status_code) == (400, 303)
    assert "Quello che hai scritto" in kept.text
    assert (after.state, after.decision_reason) == (State.DECLINED, REASON)


def test_whoever_was_logged_out_meanwhile_logs_in_and_sends_it_again(
    services: Services, stranger: FlaskClient, clip: Submission
) -> None:
    kept = Page(decide(stranger, clip, HERE))
    log_in(stranger)

    again = stranger.post(f"/moderate/{clip.id}/decision", data=fields_of(kept), headers=HERE)

    assert "Accedi in un'altra scheda" in kept.text
    assert again.status_code == 303
    assert builders.read(services, clip.id).decision_reason == REASON


def test_whoever_sends_it_before_logging_in_loses_nothing_either(
    services: Services, stranger: FlaskClient, clip: Submission
) -> None:
    kept = Page(decide(stranger, clip, HERE))

    again = Page(stranger.post(f"/moderate/{clip.id}/decision", data=fields_of(kept), headers=HERE))

    assert fields_of(again)["reason"] == REASON
    assert builders.read(services, clip.id).state is State.AWAITING_REVIEW


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("{id}/words", "quote"),
        ("{id}/captions", "text"),
        ("{id}/take-down", "why"),
        ("{id}/refuse", "reason"),
        ("bulk-decline", "note"),
        ("calls/pistoia2030", "summary.it"),
    ],
)
def test_every_form_with_words_is_kept(desk: FlaskClient, clip: Submission, path: str, name: str) -> None:
    answer = desk.post(f"/moderate/{path.format(id=clip.id)}", data={name: REASON, "csrf_token": ""}, headers=HERE)

    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert fields_of(Page(answer))[name] == REASON


@pytest.mark.parametrize("size_bytes", [11, 3_000_000], ids=["a small file", "a large one"])
def test_a_clip_handed_in_without_a_session_keeps_all_but_the_file(stranger: FlaskClient, size_bytes: int) -> None:
    fields = {"given_name": "Anna", "email": "anna@example.org", "video": File(content=b"x" * size_bytes)}

    answer = stranger.post("/moderate/on-behalf/pistoia2030", data=filled(fields), headers=HERE)

    page = Page(answer)
    assert answer.status_code == 400
    assert fields_of(page)["email"] == "anna@example.org"
    assert "Il file che avevi scelto non possiamo tenerlo" in page.text


def test_a_clip_handed_in_from_an_old_page_keeps_all_but_the_file(desk: FlaskClient) -> None:
    fields = {"given_name": "Anna", "email": "anna@example.org", "csrf_token": "old", "video": File()}

    kept = Page(desk.post("/moderate/on-behalf/pistoia2030", data=filled(fields), headers=HERE))
    form = Page(desk.post("/moderate/on-behalf/pistoia2030", data=fields_of(kept), headers=HERE))

    assert "Il file che avevi scelto non possiamo tenerlo" in kept.text
    assert form.value("email") == "anna@example.org"
    assert "Scegli il video da mandare." in form.text


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
@pytest.mark.parametrize("who", ["desk", "stranger"])
def test_the_form_of_another_site_is_not_shown(
    request: pytest.FixtureRequest, who: str, clip: Submission, origin: dict[str, str]
) -> None:
    answer = decide(request.getfixturevalue(who), clip, origin)

    assert answer.status_code == 400
    assert "Rifallo" not in answer.text
