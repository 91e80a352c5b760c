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

SCHEMES = ("http", "https")
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

        assert 'style="max-width:100%;height:auto;min-height:256px;aspect-ratio:640/424"' in html
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

    @pytest.mark.parametrize("query", ["&maxwidth=1279", "&maxheight=719"])
    def test_no_thumbnail_is_larger_than_asked_for(self, client: FlaskClient, services: Services, query: str) -> None:
        clip, _ = paths_of(published(services))

        assert "thumbnail_url" not in asked(client, services, clip, query).get_json()

    @pytest.mark.parametrize(
        "suffix",
        ["/", "#comment-3", "#?secret=PzJyjurNNP", "?utm_source=letter", "?lang=xx", "/?after=&lang=%00#x"],
    )
    @pytest.mark.parametrize("which", [0, 1], ids=["its page", "its frame"])
    def test_an_address_is_known_with_whatever_stuck_to_it(
        self, client: FlaskClient, services: Services, which: int, suffix: str
    ) -> None:
        paths = paths_of(published(services))

        described = asked(client, services, paths[which] + suffix).get_json()

        assert f'src="{services.settings.public_url}{paths[1]}"' in described["html"]

    def test_an_address_is_known_whatever_scheme_it_was_copied_with(
        self, client: FlaskClient, services: Services
    ) -> None:
        clip, _ = paths_of(published(services))

        answers = [client.get("/oembed", query_string={"url": f"{scheme}://localhost{clip}"}) for scheme in SCHEMES]

        assert [answer.get_json()["author_url"] for answer in answers] == [services.settings.public_url + clip] * 2

    @pytest.mark.parametrize(
        "query", ["&dnt=1", "&frame=nobody&callback=alert", "&format=JSON", "&format=json&format="]
    )
    def test_what_else_is_asked_changes_nothing(self, client: FlaskClient, services: Services, query: str) -> None:
        clip, _ = paths_of(published(services))

        assert asked(client, services, clip, query).get_json() == asked(client, services, clip).get_json()

    def test_of_what_is_said_twice_the_first_counts(self, client: FlaskClient, services: Services) -> None:
        clip, _ = paths_of(published(services))

        described = asked(client, services, clip, "&maxwidth=320&maxwidth=500&url=http%3A%2F%2Felsewhere.example")

        assert described.get_json()["width"] == 320

    def test_an_english_address_is_answered_with_an_english_frame(
        self, client: FlaskClient, services: Services
    ) -> None:
        clip, frame = paths_of(published(services))

        described = asked(client, services, f"{clip}?lang=en").get_json()

        assert described["author_url"] == f"{services.settings.public_url}{clip}?lang=en"
        assert f'src="{services.settings.public_url}{frame}?lang=en"' in described["html"]
        assert Page(client.get(f"{frame}?lang=en")).lang == "en"

    def test_an_english_gallery_has_an_english_title(self, client: FlaskClient, services: Services) -> None:
        described = asked(client, services, f"{GALLERY}?lang=en").get_json()

        assert f"{FRAMED_GALLERY}?lang=en" in described["html"]
        assert described["title"] == Page(client.get(f"{FRAMED_GALLERY}?lang=en")).text.partition(" – ")[0]

    def test_an_english_page_names_its_english_description(self, client: FlaskClient, services: Services) -> None:
        clip, frame = paths_of(published(services))

        page = Page(client.get(f"{clip}?lang=en"))

        (named,) = [link["href"] for link in page.all("link") if link.get("type") == "application/json+oembed"]
        html = client.get(named.removeprefix(services.settings.public_url)).get_json()["html"]
        assert f'src="{services.settings.public_url}{frame}?lang=en"' in html

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
            "javascript://localhost/gallery/pistoia2030",
            "https://[/gallery/pistoia2030",
            "//localhost/gallery/pistoia2030",
            "https://localhost.example/gallery/pistoia2030",
            "{ours}/gallery/pistoia2030/{clip}/captions.it.vtt",
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
        assert answer.headers["Cache-Control"] == "public, max-age=1, stale-if-error=60"


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

    @pytest.mark.parametrize(("which", "gallery"), [(0, GALLERY), (1, FRAMED_GALLERY)], ids=["its page", "its frame"])
    def test_what_was_taken_back_leads_to_the_others_where_it_was_shown(
        self, client: FlaskClient, services: Services, which: int, gallery: str
    ) -> None:
        answer = client.get(paths_of(withdrawn(services))[which])

        (link,) = Page(answer).all("a")
        assert (answer.status_code, client.get(link["href"]).status_code) == (410, 200)
        assert (link["href"], "target" in link) == (gallery, False)

    def test_an_english_frame_leads_to_an_english_gallery(self, client: FlaskClient, services: Services) -> None:
        _, frame = paths_of(withdrawn(services))

        gone = Page(client.get(f"{frame}?lang=en"))

        assert gone.links == [f"{FRAMED_GALLERY}?lang=en"]

    def test_every_page_may_frame_a_call_that_names_no_host(self, client: FlaskClient, services: Services) -> None:
        _, frame = paths_of(published(services))

        assert [ancestors_of(client.get(path)) for path in (frame, FRAMED_GALLERY)] == ["", ""]

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
    """Who may show an answer in a frame; everybody where it does not say."""
    return answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]
