"""Pages for the public are finished once and given many times, and never once more after anything has changed."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import update

from intake.actions import calling
from intake.db.engine import make_engine, writing
from intake.db.records import document_of
from intake.db.tables import captions, submissions
from intake.domain.states import State
from tests.builders import CALL, a_submission, withdraw
from tests.integration.pages.conftest import Ready, an_app
from tests.integration.pages.test_gallery import GALLERY, published
from tests.plans import asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

WEBVTT = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nBuongiorno a tutti.\n"
LISTS = ("list", "framed list", "RSS", "JSON feed", "sitemap", "API")
SURFACES = (*LISTS, "clip", "frame", "oEmbed", "captions", "robots")


def a_clip(services: Services) -> Submission:
    """A published clip with captions."""
    submission = published(services)
    row = {"submission_id": submission.id, "language": "it", "vtt": WEBVTT, "version": 1, "origin": "person"}
    row |= {"updated_at": services.clock(), "updated_by": "x", "checked_by": "x", "checked_at": services.clock()}
    with writing(services.engine) as connection:
        connection.execute(captions.insert().values(**row))
    return submission


def path_to(surface: str, submission: Submission) -> str:
    """Where a surface shows a clip."""
    clip = f"{GALLERY}/{submission.clip_id}"
    paths = (
        *(GALLERY, "/embed/gallery/pistoia2030", f"{GALLERY}/feed.xml", f"{GALLERY}/feed.json", "/sitemap.xml"),
        "/api/v1/gallery/pistoia2030",
        clip,
        f"/embed/{submission.clip_id}",
        "/oembed?url=" + quote(f"http://localhost{clip}", safe=""),
        f"{clip}/captions.it.vtt",
        "/robots.txt",
    )
    return dict(zip(SURFACES, paths, strict=True))[surface]


def headers_of(answer: TestResponse) -> dict[str, str]:
    """Its headers, but for those that are another with every request: its id, the time, how often one may still ask."""
    every_time = ("X-Request-ID", "Date", "RateLimit", "Retry-After")
    return {name: value for name, value in answer.headers.items() if not any(part in name for part in every_time)}


@pytest.fixture
def other(services: Services, ready: Ready) -> Iterator[Flask]:
    """Another process of the same service."""
    parts = replace(services, engine=make_engine(services.settings.database_url))
    yield an_app(parts, ready.templates)
    parts.engine.dispose()


@pytest.mark.parametrize("surface", SURFACES)
class TestEverySurface:
    def test_is_made_once_and_then_costs_one_question(
        self, client: FlaskClient, services: Services, surface: str
    ) -> None:
        path = path_to(surface, a_clip(services))
        first = client.get(path)

        with asked(services) as statements:
            second = client.get(path)

        assert (first.status_code, first.data, headers_of(first)) == (200, second.data, headers_of(second))
        assert len(statements) == 1

    def test_is_not_sent_again_to_whoever_has_it(self, client: FlaskClient, services: Services, surface: str) -> None:
        path = path_to(surface, a_clip(services))
        etag = client.get(path).headers["ETag"]

        answers = [client.get(path, headers={"If-None-Match": one}) for one in (etag, '"another"')]

        assert [(answer.status_code, len(answer.data) > 0) for answer in answers] == [(304, False), (200, True)]
        assert not etag.startswith("W/")

    def test_is_for_every_cache_and_the_same_for_everybody(
        self, client: FlaskClient, services: Services, surface: str
    ) -> None:
        answer = client.get(path_to(surface, a_clip(services)))

        assert answer.headers["Cache-Control"] == "public, max-age=1, stale-if-error=60"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in answer.headers

    def test_has_the_same_tag_from_another_process(
        self, client: FlaskClient, services: Services, other: Flask, surface: str
    ) -> None:
        path = path_to(surface, a_clip(services))

        assert client.get(path).headers["ETag"] == other.test_client().get(path).headers["ETag"]

    def test_answers_a_head_without_a_body(self, client: FlaskClient, services: Services, surface: str) -> None:
        path = path_to(surface, a_clip(services))

        whole, head = client.get(path), client.head(path)

        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize(
    ("surface", "status"),
    [*((surface, 200) for surface in LISTS), ("clip", 410), ("frame", 410), ("oEmbed", 404), ("captions", 410)],
)
def test_a_withdrawal_in_another_process_shows_with_the_next_request(
    client: FlaskClient, services: Services, other: Flask, surface: str, status: int
) -> None:
    submission = a_clip(services)
    path, mine = path_to(surface, submission), other.test_client()
    before = [browser.get(path) for browser in (client, mine, mine)]

    withdraw(services, submission.id)
    after = mine.get(path, headers={"If-None-Match": before[1].headers["ETag"]})

    assert ([answer.status_code for answer in before], after.status_code) == ([200] * 3, status)
    assert [word for word in ("Anna", "Officina Rossi", "Buongiorno") if word in after.text] == []


CHANGES = {"a name": "given_name", "a title": "title", "a quote": "quote", "a role": "role"}


@pytest.mark.parametrize("column", CHANGES.values(), ids=CHANGES)
def test_what_is_put_right_shows_with_the_next_request(client: FlaskClient, services: Services, column: str) -> None:
    submission = published(services)
    paths = [path_to(surface, submission) for surface in ("list", "clip")]
    before = [client.get(path).text for path in paths]

    with writing(services.engine) as connection:
        row = update(submissions).where(submissions.c.id == submission.id)
        connection.execute(row.values({column: "Diversamente"}))

    assert ["Diversamente" in page for page in before] == [False, False]
    assert ["Diversamente" in client.get(path).text for path in paths] == [True, True]


def test_captions_show_with_the_next_request(client: FlaskClient, services: Services) -> None:
    submission = a_clip(services)
    path = path_to("clip", submission)
    before = client.get(path).text

    with writing(services.engine) as connection:
        connection.execute(update(captions).values(vtt=WEBVTT.replace("Buongiorno", "Buonasera")))

    assert ("Buongiorno" in before, "Buonasera" in client.get(path).text) == (True, True)


def test_another_language_is_another_answer(client: FlaskClient, services: Services) -> None:
    published(services)

    pages = [client.get(GALLERY + query).text for query in ("", "?lang=en", "", "?lang=en")]

    assert [re.search('<html lang="(..)"', page)[1] for page in pages] == ["it", "en", "it", "en"]  # type: ignore[index]


def test_whoever_cannot_read_what_is_compressed_gets_it_plain(client: FlaskClient, services: Services) -> None:
    published(services)

    answers = [client.get(GALLERY, headers={"Accept-Encoding": coding}) for coding in ("gzip", "identity") * 2]

    assert [answer.headers.get("Content-Encoding") for answer in answers] == ["gzip", None] * 2
    assert gzip.decompress(answers[2].data) == answers[3].data
    assert answers[0].headers["ETag"] != answers[1].headers["ETag"]


@pytest.mark.parametrize("surface", ["clip", "frame"])
def test_what_is_gone_is_asked_for_each_time(client: FlaskClient, services: Services, surface: str) -> None:
    submission = a_clip(services)
    withdraw(services, submission.id)

    answers = [client.get(path_to(surface, submission)) for _ in range(2)]

    assert [(answer.status_code, answer.headers["Cache-Control"]) for answer in answers] == [(410, "no-store")] * 2
    assert "ETag" not in answers[0].headers


def test_what_was_not_found_is_found_as_soon_as_it_is_there(client: FlaskClient, services: Services) -> None:
    submission = a_submission(services, state=State.PUBLISHED)
    row = update(submissions).where(submissions.c.id == submission.id)
    with writing(services.engine) as connection:
        connection.execute(row.values(state=State.APPROVED, publication=None))
    path = path_to("frame", submission)
    before = client.get(path).status_code

    with writing(services.engine) as connection:
        connection.execute(row.values(state=State.PUBLISHED, publication=_document(submission)))

    assert (before, client.get(path).status_code) == (404, 200)


def _document(submission: Submission) -> dict[str, object]:
    assert submission.publication is not None
    return document_of(submission.publication)


def test_who_may_frame_a_clip_is_remembered_with_it(client: FlaskClient, services: Services) -> None:
    submission = published(services)
    path = path_to("frame", submission)
    everybody = client.get(path).headers["Content-Security-Policy"]
    _allow(services, "www.example.org")

    answers = [client.get(path).headers["Content-Security-Policy"] for _ in range(2)]

    assert "frame-ancestors" not in everybody
    assert ["frame-ancestors 'self' www.example.org" in policy for policy in answers] == [True, True]


def _allow(services: Services, host: str) -> None:
    with writing(services.engine) as connection:
        document = calling.present_version(connection, CALL).document | {"embed_hosts": [host]}
        calling.load_document(connection, document, now=services.clock())


def test_an_address_that_nobody_asks_for_twice_is_not_kept(client: FlaskClient, services: Services) -> None:
    published(services)
    path = f"{GALLERY}?q=anna&x={'x' * 300}"
    client.get(path)

    with asked(services) as statements:
        client.get(path)

    assert len(statements) > 1


def test_what_time_alone_changes_shows_within_a_minute(
    client: FlaskClient, services: Services, clock: FakeClock
) -> None:
    published(services)
    client.get(GALLERY)
    clock.advance(seconds=60)

    with asked(services) as statements:
        client.get(GALLERY)

    assert len(statements) > 1
