"""What a gallery page holds for eyes, for other sites and for machines, beside the clips' words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.domain.states import State
from tests.builders import a_submission
from tests.integration.pages.browsing import Page
from tests.integration.pages.test_gallery import GALLERY, published, withdrawn

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

ELEMENT = "/embed/video-testimonials.js"
FRAMED = "/embed/gallery/pistoia2030"


def several(services: Services, clock: FakeClock, number: int) -> list[str]:
    """Publish clips; returns their public ids, newest first."""
    made = []
    for _ in range(number):
        clock.advance(seconds=1)
        made.append(str(published(services).clip_id))
    return made[::-1]


def named(page: Page) -> dict[str, str]:
    """What a page says of itself, by property or name."""
    return {meta.get("property", meta.get("name", "")): meta.get("content", "") for meta in page.all("meta")}


class TestPictures:
    @pytest.mark.parametrize("path", [GALLERY, FRAMED])
    def test_the_first_come_at_once_and_the_others_when_they_are_near(
        self, client: FlaskClient, services: Services, clock: FakeClock, path: str
    ) -> None:
        several(services, clock, 5)

        pictures = Page(client.get(path)).all("img")

        eager = ["loading" not in picture for picture in pictures]
        assert eager == sorted(eager, reverse=True)
        assert 0 < sum(eager) < len(eager)
        assert all(picture.get("fetchpriority") == "high" for picture in pictures if "loading" not in picture)

    def test_each_says_its_size_and_where_its_strip_is(self, client: FlaskClient, services: Services) -> None:
        clip_id = published(services).clip_id

        page = Page(client.get(GALLERY))

        (poster,) = [attributes for attributes in page.all("span") if "data-strip" in attributes]
        assert poster["data-strip"] == f"http://bucket.invalid/gallery/clips/{clip_id}/1/"
        assert {(picture["width"], picture["height"]) for picture in page.all("img")} == {("1920", "1080")}

    def test_a_page_holds_no_video(self, client: FlaskClient, services: Services) -> None:
        published(services)

        pages = [Page(client.get(path)) for path in (GALLERY, FRAMED)]

        assert [(page.all("video"), page.all("source")[0]["type"]) for page in pages] == [([], "image/webp")] * 2


class TestFinding:
    def test_a_handful_of_clips_needs_no_search(self, client: FlaskClient, services: Services) -> None:
        published(services)

        assert not Page(client.get(GALLERY)).has_id("q")

    def test_many_can_be_searched(self, client: FlaskClient, services: Services, clock: FakeClock) -> None:
        several(services, clock, 7)

        assert Page(client.get(GALLERY)).has_id("q")

    def test_what_was_found_is_counted_where_that_is_all(self, client: FlaskClient, services: Services) -> None:
        published(services)
        published(services, given_name="Bruno")

        assert "2 messaggi trovati" in Page(client.get(f"{GALLERY}?q=rossi")).text

    def test_what_goes_on_is_not_counted(self, client: FlaskClient, services: Services, clock: FakeClock) -> None:
        several(services, clock, 25)

        first = Page(client.get(f"{GALLERY}?q=rossi"))
        (following,) = [link for link in first.links if "after=" in link]
        second = Page(client.get(following))

        assert ["I messaggi trovati" in page.text for page in (first, second)] == [True, True]
        assert second.value("q") == "rossi"

    def test_the_last_page_is_searched_too(self, client: FlaskClient, services: Services, clock: FakeClock) -> None:
        clips = several(services, clock, 2)

        page = Page(client.get(f"{GALLERY}?after={clips[0]}"))

        assert page.has_id("q")


class TestSharing:
    def test_the_newest_face_stands_for_a_gallery(
        self, client: FlaskClient, services: Services, clock: FakeClock
    ) -> None:
        newest, _ = several(services, clock, 2)

        said = named(Page(client.get(GALLERY)))

        assert said["og:title"] == "Racconta la tua innovazione"
        assert said["og:url"] == services.settings.public_url + GALLERY
        assert said["og:image"] == f"http://bucket.invalid/gallery/clips/{newest}/1/poster.jpg"
        assert said["og:image:alt"].startswith("Il videomessaggio di Anna Rossi")

    def test_an_empty_gallery_shows_no_face(self, client: FlaskClient, services: Services) -> None:
        withdrawn(services)
        a_submission(services, state=State.APPROVED)

        said = named(Page(client.get(GALLERY)))

        assert "og:image" not in said
        assert said["og:title"] == "Racconta la tua innovazione"

    def test_a_gallery_can_be_put_into_another_page(self, client: FlaskClient, services: Services) -> None:
        published(services)

        page = client.get(GALLERY).text

        assert f"{services.settings.public_url}{FRAMED}" in page
        assert f"{services.settings.public_url}{ELEMENT}" in page


class TestTheElement:
    def test_it_is_a_script_that_every_page_may_take(self, client: FlaskClient) -> None:
        answer = client.get(ELEMENT)

        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (answer.cache_control.public, answer.cache_control.max_age) == (True, 300)
        assert "Set-Cookie" not in answer.headers
        assert "customElements.define" in answer.text

    def test_it_is_light(self, client: FlaskClient) -> None:
        answer = client.get(ELEMENT, headers={"Accept-Encoding": "br"})

        assert 0 < len(answer.data) < 10_000

    @pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
    def test_who_has_it_is_not_sent_it_again(self, client: FlaskClient, coding: str) -> None:
        accepted = {"Accept-Encoding": coding}
        etag = client.get(ELEMENT, headers=accepted).headers["ETag"]

        again = client.get(ELEMENT, headers=accepted | {"If-None-Match": etag})

        assert (again.status_code, again.data) == (304, b"")

    def test_it_is_another_in_each_coding(self, client: FlaskClient) -> None:
        answers = [client.get(ELEMENT, headers={"Accept-Encoding": coding}) for coding in ("br", "gzip", "")]

        assert len({answer.headers["ETag"] for answer in answers}) == 3
        assert all("Accept-Encoding" in answer.vary for answer in answers)

    def test_a_call_that_nobody_knows_is_said_to_every_page(self, client: FlaskClient) -> None:
        answer = client.get("/api/v1/gallery/nowhere")

        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, "*")
