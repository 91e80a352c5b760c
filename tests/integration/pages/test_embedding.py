"""What other sites are told of a clip and of a gallery, and what their frames show."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from intake.actions import calling
from intake.db.engine import writing
from intake.domain.states import State
from tests.builders import a_submission
from tests.integration.pages.browsing import Page
from tests.integration.pages.test_gallery import GALLERY, paths_of, published, withdrawn

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake.wiring import Services

FRAMED_GALLERY = "/embed/gallery/pistoia2030"


def asked(client: FlaskClient, services: Services, path: str, query: str = "") -> TestResponse:
    """What oEmbed answers about an address of ours."""
    return client.get(f"/oembed?url={quote(services.settings.public_url + path, safe='')}{query}")


class TestOembed:
    @pytest.mark.parametrize("which", [0, 1], ids=["its page", "its frame"])
    def test_a_clip_is_a_video_in_one_iframe(self, client: FlaskClient, services: Services, which: int) -> None:
        clip, frame = paths_of(published(services))

        answer = asked(client, services, (clip, frame)[which])

        described = answer.get_json()
        assert (answer.status_code, answer.mimetype) == (200, "application/json")
        assert {name: described[name] for name in ("version", "type", "title", "author_name", "width", "height")} == {
            "version": "1.0",
            "type": "video",
            "title": "Anna Rossi, Officina Rossi",
            "author_name": "Anna Rossi",
            "width": 640,
            "height": 424,
        }
        assert described["html"].count("<iframe") == 1
        assert "\n" not in described["html"]
        assert f'src="{services.settings.public_url}{frame}"' in described["html"]

    def test_a_frame_keeps_its_shape_on_a_narrow_page_and_may_fill_the_screen(
        self, client: FlaskClient, services: Services
    ) -> None:
        clip, _ = paths_of(published(services))

        html = asked(client, services, clip).get_json()["html"]

        assert 'style="max-width:100%;height:auto;aspect-ratio:640/424"' in html
        # Chromium complains on the console of whoever says both.
        assert ('allow="fullscreen"' in html, "allowfullscreen" in html) == (True, False)

    def test_a_page_names_its_description(self, client: FlaskClient, services: Services) -> None:
        clip, _ = paths_of(published(services))

        page = Page(client.get(clip))

        (named,) = [link["href"] for link in page.all("link") if link.get("type") == "application/json+oembed"]
        assert client.get(named.removeprefix(services.settings.public_url)).get_json()["type"] == "video"

    @pytest.mark.parametrize(
        ("query", "size", "has_thumbnail"),
        [
            ("&maxwidth=320", (320, 244), False),
            ("&maxheight=244", (320, 244), False),
            ("&maxwidth=1280&maxheight=720", (640, 424), True),
            ("&maxwidth=none&maxheight=-3&dnt=1", (640, 424), True),
            ("&maxwidth=0", (640, 424), True),
            ("&maxwidth=" + "9" * 400, (640, 424), True),
        ],
    )
    def test_nothing_is_larger_than_asked_for(
        self, client: FlaskClient, services: Services, query: str, size: tuple[int, int], *, has_thumbnail: bool
    ) -> None:
        clip, _ = paths_of(published(services))

        described = asked(client, services, clip, query).get_json()

        assert (described["width"], described["height"]) == size
        assert {name in described for name in ("thumbnail_url", "thumbnail_width", "thumbnail_height")} == {
            has_thumbnail
        }

    def test_a_gallery_is_rich(self, client: FlaskClient, services: Services) -> None:
        described = asked(client, services, GALLERY).get_json()

        assert described["type"] == "rich"
        assert f'src="{services.settings.public_url}{FRAMED_GALLERY}"' in described["html"]

    @pytest.mark.parametrize("form", ["xml", "", "json%20"])
    def test_other_formats_are_not_implemented(self, client: FlaskClient, services: Services, form: str) -> None:
        assert asked(client, services, GALLERY, f"&format={form}").status_code == 501

    def test_what_is_not_public_is_not_found(self, client: FlaskClient, services: Services) -> None:
        waiting = a_submission(services, state=State.APPROVED)
        taken_back = withdrawn(services)

        paths = [*paths_of(waiting), *paths_of(taken_back)]

        assert {asked(client, services, path).status_code for path in paths} == {404}

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "http://elsewhere.example/gallery/pistoia2030",
            "http://localhost:8000@elsewhere.example/gallery/pistoia2030",
            "{ours}",
            "{ours}/moderate/",
            "{ours}/gallery/nowhere",
            "{ours}/gallery/pistoia2030/2222222222",
            "{ours}/gallery/other/{clip}",
            "{ours}/../gallery/pistoia2030/{clip}",
            "javascript:alert(1)",
        ],
    )
    def test_what_is_not_ours_is_not_found(self, client: FlaskClient, services: Services, url: str) -> None:
        clip_id = published(services).clip_id
        address = url.format(ours=services.settings.public_url, clip=clip_id)

        assert client.get("/oembed", query_string={"url": address}).status_code == 404

    def test_what_a_sender_typed_stays_words(self, client: FlaskClient, services: Services) -> None:
        clip, _ = paths_of(published(services, given_name='"><script>alert(1)</script>'))

        html = asked(client, services, clip).get_json()["html"]

        assert "<script" not in html
        assert html.count(">") == 2

    def test_everybody_may_ask(self, client: FlaskClient, services: Services) -> None:
        answer = asked(client, services, GALLERY)

        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=1"


class TestFrames:
    def test_a_gallery_leads_to_clips_in_the_same_frame(self, client: FlaskClient, services: Services) -> None:
        _, frame = paths_of(published(services))

        gallery = Page(client.get(FRAMED_GALLERY))
        (link,) = [link for link in gallery.links if frame in link]
        clip = Page(client.get(link))

        assert "Anna Rossi" in gallery.text
        assert FRAMED_GALLERY in clip.links
        assert not [link for page in (gallery, clip) for link in page.all("a") if "target" in link]

    def test_a_gallery_shows_no_clip_that_was_taken_back(self, client: FlaskClient, services: Services) -> None:
        withdrawn(services)

        assert "Anna Rossi" not in client.get(FRAMED_GALLERY).text

    def test_every_page_may_frame_a_call_that_names_no_host(self, client: FlaskClient, services: Services) -> None:
        _, frame = paths_of(published(services))

        assert [ancestors_of(client.get(path)) for path in (frame, FRAMED_GALLERY)] == ["*", "*"]

    def test_a_call_names_the_hosts_that_may_frame_it(self, client: FlaskClient, services: Services) -> None:
        frames = [paths_of(published(services))[1], paths_of(withdrawn(services))[1], FRAMED_GALLERY]
        with writing(services.engine) as connection:
            document = calling.present_version(connection, "pistoia2030").document
            document |= {"embed_hosts": ["www.pistoia2030.example", "*.centrinno.example"]}
            calling.load_document(connection, document, now=services.clock())

        allowed = [ancestors_of(client.get(path)) for path in frames]

        assert allowed == ["'self' www.pistoia2030.example *.centrinno.example"] * 3

    @pytest.mark.parametrize("path", ["/gallery/pistoia2030", "/oembed", "/"])
    def test_nobody_frames_our_other_pages(self, client: FlaskClient, path: str) -> None:
        assert ancestors_of(client.get(path)) == "'none'"


def ancestors_of(answer: TestResponse) -> str:
    """Who may show an answer in a frame."""
    return answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]
