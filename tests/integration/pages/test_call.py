"""The page of a call, before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.db.engine import writing
from intake.db.tables import calls
from tests.integration.pages.browsing import CALL_PAGE, Page, send

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

FORM_FIELDS = (
    "given_name",
    "family_name",
    "role",
    "organisation",
    "organisation_kind",
    "email",
    "consent_gallery",
    "consent_social",
    "language",
    "video",
    "csrf_token",
)


def close_the_call(services: Services, *, closes_at: datetime) -> None:
    with writing(services.engine) as connection:
        document = connection.scalar(select(calls.c.document))
        connection.execute(update(calls).values(document=document | {"closes_at": closes_at.isoformat()}))


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_the_first_page_shows_the_only_open_call(client: FlaskClient) -> None:
    page = Page(client.get("/"))

    assert "Racconta la tua innovazione" in page.text
    assert page.field("video")["type"] == "file"


def test_the_first_page_says_so_when_no_call_is_open(client: FlaskClient, services: Services) -> None:
    close_the_call(services, closes_at=LONG_AGO)

    answer = client.get("/")

    assert answer.status_code == 200
    assert "non ci sono inviti aperti" in Page(answer).text


@pytest.mark.parametrize(
    ("query", "lang", "words"),
    [
        ("", "it", "Racconta la tua innovazione"),
        ("?lang=it", "it", "Presentati"),
        ("?lang=en", "en", "Tell us about your innovation"),
        ("?lang=xx", "it", "Racconta la tua innovazione"),
    ],
    ids=["italian by default", "italian", "english", "a language we do not speak"],
)
def test_a_call_speaks_the_language_it_is_asked_in(client: FlaskClient, query: str, lang: str, words: str) -> None:
    page = Page(client.get(CALL_PAGE + query))

    assert (page.lang, words in page.text) == (lang, True)


@pytest.mark.parametrize("name", FORM_FIELDS)
def test_the_form_has_every_field_of_the_contract(client: FlaskClient, name: str) -> None:
    assert Page(client.get(CALL_PAGE)).field(name)


def test_the_form_is_sent_as_a_multipart_form_to_the_call(client: FlaskClient) -> None:
    (form,) = [form for form in Page(client.get(CALL_PAGE)).all("form") if form.get("method") == "post"]

    assert (form["action"], form["enctype"]) == (CALL_PAGE, "multipart/form-data")


def test_no_consent_is_ticked_beforehand(client: FlaskClient) -> None:
    page = Page(client.get(CALL_PAGE))

    assert "checked" not in page.field("consent_gallery")
    assert "checked" not in page.field("consent_social")


def test_an_unknown_call_is_not_found(client: FlaskClient) -> None:
    assert client.get("/calls/nowhere").status_code == 404


def test_a_closed_call_shows_no_form(client: FlaskClient, services: Services) -> None:
    close_the_call(services, closes_at=LONG_AGO)

    answer = client.get(CALL_PAGE)

    assert answer.status_code == 410
    assert 'name="video"' not in answer.text


def test_a_call_that_closed_while_the_form_was_open_takes_nothing(
    client: FlaskClient, services: Services, clock: FakeClock
) -> None:
    close_the_call(services, closes_at=services.clock().replace(hour=10))
    client.get(CALL_PAGE)
    clock.advance(hours=2)

    answer = client.post(CALL_PAGE, data={"given_name": "Anna"})

    assert answer.status_code == 410
    assert "non è aperto" in Page(answer).text


def test_a_call_that_has_closed_answers_410_to_a_whole_form(client: FlaskClient, services: Services) -> None:
    fields_of_an_open_call = send(client)
    close_the_call(services, closes_at=LONG_AGO)

    answer = client.post(CALL_PAGE, data={"given_name": "Anna", "video": (b"x" * 2_000_000, "video.mp4")})

    assert fields_of_an_open_call.status_code == 303
    assert answer.status_code == 410


@pytest.mark.parametrize("path", ["/privacy", "/accessibility"])
@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_pages_the_law_asks_for_are_there(client: FlaskClient, path: str, lang: str) -> None:
    answer = client.get(f"{path}?lang={lang}")

    assert (answer.status_code, Page(answer).lang) == (200, lang)


def test_security_txt_says_whom_to_tell_and_until_when(client: FlaskClient, services: Services) -> None:
    answer = client.get("/.well-known/security.txt")

    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.content_type == "text/plain; charset=utf-8"
    assert lines["Contact"] == "mailto:videomessaggi@pistoia2030.example"
    assert (datetime.fromisoformat(lines["Expires"]) - services.clock()).days > 30


def test_the_link_to_the_other_language_keeps_the_page_and_its_query(client: FlaskClient) -> None:
    links = Page(client.get("/gallery/pistoia2030?q=anna&kind=impresa")).links

    assert any(link.endswith("?q=anna&kind=impresa&lang=en") for link in links)


@pytest.mark.parametrize(
    "query",
    ["?endpoint=x", "?_scheme=javascript&_external=1", "?_anchor=x&_method=POST", "?values=x", "?_external=1"],
)
def test_no_query_makes_a_link_lead_elsewhere(client: FlaskClient, query: str) -> None:
    answer = client.get("/" + query)

    assert answer.status_code == 200
    assert not [link for link in Page(answer).links if link.startswith(("javascript:", "http:", "https:", "//"))]


def test_the_static_files_are_kept_for_a_year(client: FlaskClient) -> None:
    sheet = next(link["href"] for link in Page(client.get("/")).all("link") if link.get("rel") == "stylesheet")

    answer = client.get(sheet)

    assert (answer.status_code, answer.cache_control.max_age) == (200, 31_536_000)
