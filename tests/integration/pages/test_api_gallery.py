"""What programs ask of the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.domain.states import State
from intake.gallery.clips import PAGE_CLIPS
from tests.builders import a_letter, a_sender, a_submission
from tests.faults import stories

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

GALLERY = "/api/v1/gallery/pistoia2030"


def publish(services: Services, **sender: str) -> str:
    submission = a_submission(services, state=State.PUBLISHED, letter=a_letter(sender=a_sender(**sender)))
    assert submission.clip_id is not None
    return submission.clip_id


def ids(client: FlaskClient, address: str = GALLERY) -> list[str]:
    return [clip["id"] for clip in client.get(address).json["clips"]]


def test_a_clip_has_what_a_site_needs_to_show_it(client: FlaskClient, services: Services) -> None:
    clip_id = publish(services)

    answer = client.get(GALLERY)

    [clip] = answer.json["clips"]
    assert (clip["id"], clip["name"], clip["organisation"], clip["kind"]) == (
        clip_id,
        "Anna Rossi",
        "Officina Rossi",
        "impresa",
    )
    assert clip["url"] == f"{services.settings.public_url}/gallery/pistoia2030/{clip_id}"
    assert clip["embed_url"] == f"{services.settings.public_url}/embed/{clip_id}"
    assert (clip["duration_s"], clip["width_px"], clip["height_px"]) == (60.0, 1920, 1080)
    assert clip["video_url"].endswith("/video.mp4")
    assert answer.json["next_url"] is None


def test_nobody_s_address_is_in_it(client: FlaskClient, services: Services) -> None:
    publish(services, email="secret@example.org")

    assert "secret@example.org" not in client.get(GALLERY).text


@pytest.mark.parametrize("state", sorted(set(State) - {State.PUBLISHED}))
def test_nothing_else_is_in_it(client: FlaskClient, services: Services, state: State) -> None:
    a_submission(services, state=state)

    assert ids(client) == []


def test_what_is_taken_back_is_out_of_it_at_once(client: FlaskClient, services: Services) -> None:
    submission = a_submission(services, state=State.PUBLISHED)

    stories.withdraw(services, submission.id)

    assert ids(client) == []


def test_following_the_pages_finds_every_clip_once_and_the_newest_first(
    client: FlaskClient, services: Services, clock: FakeClock
) -> None:
    published = []
    for _ in range(PAGE_CLIPS + 2):
        clock.advance(minutes=1)
        published.append(publish(services))

    first = client.get(GALLERY).json
    second = client.get(first["next_url"].removeprefix(services.settings.public_url)).json

    assert [clip["id"] for clip in (*first["clips"], *second["clips"])] == published[::-1]
    assert second["next_url"] is None


def test_only_one_kind_is_shown_when_asked_for(client: FlaskClient, services: Services) -> None:
    publish(services)
    school = publish(services, organisation_kind="scuola")

    assert ids(client, f"{GALLERY}?kind=scuola") == [school]


def test_every_word_must_be_somewhere(client: FlaskClient, services: Services) -> None:
    found = publish(services, role="Sarta", organisation="Filo d'oro")
    publish(services, role="Sarta")

    assert ids(client, f"{GALLERY}?q=sarta+filo") == [found]


def test_who_asks_in_english_is_answered_and_led_on_in_english(client: FlaskClient, services: Services) -> None:
    publish(services)

    [clip] = client.get(f"{GALLERY}?lang=en").json["clips"]

    assert clip["kind_label"] == "Business"
    assert {clip[name].partition("?")[2] for name in ("url", "embed_url")} == {"lang=en"}


def test_every_field_and_parameter_is_described(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json

    clip = described["components"]["schemas"]["Clip"]
    listing = described["paths"]["/api/v1/gallery/{call_slug}"]["get"]
    assert [name for name, field in clip["properties"].items() if not field["description"]] == []
    assert {one["name"] for one in listing["parameters"]} == {"call_slug", "after", "kind", "q", "lang"}
    assert set(listing["responses"]) == {"200", "404", "429", "503"}


def test_pages_of_other_sites_may_read_it(client: FlaskClient) -> None:
    assert client.get(GALLERY).headers["Access-Control-Allow-Origin"] == "*"


def test_a_proxy_may_keep_it_for_a_second(client: FlaskClient) -> None:
    answer = client.get(GALLERY)

    assert answer.headers["Cache-Control"] == "public, max-age=1, stale-if-error=60"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_call_nobody_loaded_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/v1/gallery/nowhere")

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
