"""A sender takes one optional consent back at their page, and the video stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.domain.states import State
from tests.builders import a_letter, a_receipt, read
from tests.integration.pages.browsing import Page, press

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import SubmissionId
    from intake.wiring import Services

BUTTON = "Ritira solo questo consenso"


@pytest.fixture
def sent(services: Services) -> tuple[SubmissionId, str]:
    """A published video whose sender agreed to everything: its id, and the address of their page."""
    letter = a_letter(social=True, download=True)
    submission_id, token = a_receipt(services, state=State.PUBLISHED, letter=letter)
    return submission_id, f"/submissions/{token}"


def take_back(client: FlaskClient, page: str, kind: str) -> TestResponse:
    return press(client, page, f"{page}/take-back", kind=kind)


def standing(services: Services, submission_id: SubmissionId) -> set[str]:
    return {consent.kind.value for consent in read(services, submission_id).consents if consent.stands}


@pytest.mark.parametrize("kind", ["social", "download"])
def test_one_ends_and_the_others_and_the_video_stay(
    client: FlaskClient, services: Services, sent: tuple[SubmissionId, str], kind: str
) -> None:
    submission_id, page = sent

    answer = take_back(client, page, kind)

    after = Page(client.get(answer.headers["Location"])).text
    assert answer.status_code == 303
    assert standing(services, submission_id) == {"gallery", "social", "download"} - {kind}
    assert read(services, submission_id).state is State.PUBLISHED
    assert "Consenso ritirato. Il video resta dov'è." in after
    assert "Ritirato: 22 novembre 2026" in after
    assert after.count(BUTTON) == 1


@pytest.mark.parametrize("kind", ["gallery", "hunger", ""])
def test_nothing_else_can_be_taken_back_by_itself(
    client: FlaskClient, services: Services, sent: tuple[SubmissionId, str], kind: str
) -> None:
    submission_id, page = sent

    answer = take_back(client, page, kind)

    assert answer.headers["Location"] == page
    assert standing(services, submission_id) == {"gallery", "social", "download"}


def test_who_presses_twice_finds_it_done(
    client: FlaskClient, services: Services, sent: tuple[SubmissionId, str]
) -> None:
    submission_id, page = sent
    take_back(client, page, "download")
    first = read(services, submission_id)

    take_back(client, page, "download")

    assert read(services, submission_id).consents == first.consents


def test_there_is_no_button_for_what_must_be_there(client: FlaskClient, sent: tuple[SubmissionId, str]) -> None:
    assert Page(client.get(sent[1])).text.count(BUTTON) == 2


def test_the_receipt_and_the_desk_say_so(
    client: FlaskClient, desk: FlaskClient, sent: tuple[SubmissionId, str]
) -> None:
    submission_id, page = sent

    take_back(client, page, "download")

    assert "Consenso ritirato: 22 novembre 2026" in client.get(f"{page}/receipt.txt").text
    assert "Ritirato un consenso facoltativo: Copie per chi visita la galleria" in Page(
        desk.get(f"/moderate/{submission_id}")
    ).text.replace("facoltativo :", "facoltativo:")


def test_a_program_agrees_to_copies_as_the_form_does(client: FlaskClient) -> None:
    said = {
        "given_name": "Anna",
        "family_name": "Rossi",
        "role": "Titolare",
        "organisation": "Officina Rossi",
        "organisation_kind": "impresa",
        "email": "anna.rossi@example.org",
        "consent_gallery": True,
        "consent_download": True,
        "file": {"name": "video.mp4", "size_bytes": 11},
    }

    token = client.post("/api/v1/calls/pistoia2030/submissions", json=said).get_json()["token"]

    page = Page(client.get(f"/submissions/{token}")).text
    assert page.count("Sì, acconsento") == 2
    assert page.count(BUTTON) == 1
