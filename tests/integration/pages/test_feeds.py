"""What programs follow and search engines read: feeds, the sitemap, and what a clip's page says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from intake.domain.states import State
from intake.gallery.feeds import ATOM, MEDIA
from intake.gallery.sitemap import SITEMAP, VIDEO, listed
from intake.gallery.structured import iso_duration
from tests.builders import a_submission
from tests.integration.pages.browsing import Page
from tests.integration.pages.test_gallery import GALLERY, paths_of, published, withdrawn

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

NAMES = {"media": MEDIA, "atom": ATOM, "map": SITEMAP, "video": VIDEO}
MACHINES = (f"{GALLERY}/feed.xml", f"{GALLERY}/feed.json", "/sitemap.xml")
HOSTILE = "</title><script>alert(1)</script> ]]> & \x0b"


def rss_of(client: FlaskClient) -> ET.Element:
    return ET.fromstring(client.get(f"{GALLERY}/feed.xml").data)


def map_of(client: FlaskClient, query: str = "") -> ET.Element:
    return ET.fromstring(client.get(f"/sitemap.xml{query}").data)


def object_of(client: FlaskClient, path: str) -> dict[str, Any]:
    page = client.get(path).text
    said = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    described: dict[str, Any] = json.loads(said)
    return described


def test_media_rss_lists_a_clip_with_its_file_and_its_player(client: FlaskClient, services: Services) -> None:
    clip = published(services)

    rss = rss_of(client)

    (item,) = rss.findall("channel/item")
    url = f"{services.settings.public_url}{GALLERY}/{clip.clip_id}"
    video = f"http://bucket.invalid/gallery/clips/{clip.clip_id}/1/video.mp4"
    assert [item.findtext(tag) for tag in ("title", "link", "guid")] == ["Anna Rossi, Officina Rossi", url, url]
    enclosure, content = item.find("enclosure"), item.find("media:content", NAMES)
    assert enclosure is not None
    assert content is not None
    assert enclosure.attrib == {"url": video, "length": "11", "type": "video/mp4"}
    assert {name: content.get(name) for name in ("url", "medium", "duration", "width", "height", "fileSize")} == {
        "url": video,
        "medium": "video",
        "duration": "60",
        "width": "1920",
        "height": "1080",
        "fileSize": "11",
    }
    player = item.find("media:player", NAMES)
    assert player is not None
    assert player.get("url") == f"{services.settings.public_url}/embed/{clip.clip_id}"


def test_media_rss_says_where_it_lies(client: FlaskClient, services: Services) -> None:
    itself = rss_of(client).find("channel/atom:link", NAMES)

    assert itself is not None
    assert itself.attrib == {
        "href": f"{services.settings.public_url}{GALLERY}/feed.xml",
        "rel": "self",
        "type": "application/rss+xml",
    }


def test_a_json_feed_lists_a_clip_with_its_file(client: FlaskClient, services: Services) -> None:
    clip = published(services)

    answer = client.get(f"{GALLERY}/feed.json")

    (entry,) = answer.get_json(force=True)["items"]
    assert answer.mimetype == "application/feed+json"
    assert entry["url"] == f"{services.settings.public_url}{GALLERY}/{clip.clip_id}"
    assert entry["attachments"][0] == {
        "url": f"http://bucket.invalid/gallery/clips/{clip.clip_id}/1/video.mp4",
        "mime_type": "video/mp4",
        "size_in_bytes": 11,
        "duration_in_seconds": 60.0,
    }


def test_a_json_feed_goes_on_where_its_first_page_ended(
    client: FlaskClient, services: Services, clock: FakeClock
) -> None:
    for _ in range(25):
        clock.advance(seconds=1)
        published(services)

    first = client.get(f"{GALLERY}/feed.json").get_json(force=True)
    second = client.get(first["next_url"].removeprefix(services.settings.public_url)).get_json(force=True)

    assert [len(first["items"]), len(second["items"])] == [24, 1]
    assert "next_url" not in second


def test_the_sitemap_lists_a_clip_as_a_video(client: FlaskClient, services: Services) -> None:
    clip = published(services)

    (entry,) = map_of(client).findall("map:url", NAMES)

    assert entry.findtext("map:loc", namespaces=NAMES) == f"{services.settings.public_url}{GALLERY}/{clip.clip_id}"
    told = {tag: entry.findtext(f"video:video/video:{tag}", namespaces=NAMES) for tag in ("title", "duration")}
    assert told == {"title": "Anna Rossi, Officina Rossi", "duration": "60"}


def test_a_long_sitemap_is_an_index_of_parts(app: Flask, services: Services, clock: FakeClock) -> None:
    clips = []
    for _ in range(5):
        clock.advance(seconds=1)
        clips.append(published(services).clip_id)

    with app.test_request_context():
        index = listed(None, part_clips=2)
        parts = [last_word_of(loc, "after=") for loc in index.findall("map:sitemap/map:loc", NAMES)]
        found = [listed(after, part_clips=2).findall("map:url/map:loc", NAMES) for after in parts]

    assert [[last_word_of(loc, "/") for loc in part] for part in found] == [
        [clips[4], clips[3]],
        [clips[2], clips[1]],
        [clips[0]],
    ]


def last_word_of(loc: ET.Element, mark: str) -> str:
    return (loc.text or "").rpartition(mark)[2]


@pytest.mark.parametrize("path", MACHINES)
def test_what_is_not_public_is_told_to_no_program(client: FlaskClient, services: Services, path: str) -> None:
    for state in sorted(set(State) - {State.PUBLISHED}):
        a_submission(services, state=state)
    withdrawn(services)

    assert "Rossi" not in client.get(path).text


@pytest.mark.parametrize("path", MACHINES)
def test_no_program_is_told_an_address(client: FlaskClient, services: Services, path: str) -> None:
    submission = published(services)

    told = client.get(path).text

    assert "example.org" not in told
    assert submission.id not in told


@pytest.mark.parametrize("path", MACHINES)
def test_what_programs_read_can_be_cached(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.headers["Cache-Control"] == "public, max-age=1, stale-if-error=60"
    assert "Set-Cookie" not in answer.headers


def test_hostile_words_stay_words(client: FlaskClient, services: Services) -> None:
    clip = published(services, given_name=HOSTILE)
    words = HOSTILE.replace("\x0b", "")

    title = rss_of(client).findtext("channel/item/title") or ""

    assert title.startswith(words.strip())
    assert len(map_of(client).findall("map:url", NAMES)) == 1
    assert object_of(client, paths_of(clip)[0])["creator"]["name"].startswith("</title>")


def test_a_clip_s_page_describes_its_video(client: FlaskClient, services: Services) -> None:
    clip = published(services)

    described = object_of(client, paths_of(clip)[0])

    video = f"http://bucket.invalid/gallery/clips/{clip.clip_id}/1/video.mp4"
    assert {name: described[name] for name in ("@context", "@type", "name", "duration", "contentUrl", "embedUrl")} == {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "Anna Rossi, Officina Rossi",
        "duration": "PT1M",
        "contentUrl": video,
        "embedUrl": f"{services.settings.public_url}/embed/{clip.clip_id}",
    }


def test_a_clip_s_page_shows_itself_where_it_is_shared(client: FlaskClient, services: Services) -> None:
    page = Page(client.get(paths_of(published(services))[0]))

    told = {meta.get("property") or meta.get("name"): meta["content"] for meta in page.all("meta") if "content" in meta}

    assert (told["og:type"], told["og:title"]) == ("video.other", "Anna Rossi, Officina Rossi")
    assert told["twitter:card"] == "player"
    assert told["og:image"].endswith("/poster.jpg")


def test_robots_are_led_to_the_sitemap_and_away_from_the_desk(client: FlaskClient, services: Services) -> None:
    told = client.get("/robots.txt").text.splitlines()

    assert f"Sitemap: {services.settings.public_url}/sitemap.xml" in told
    assert "Disallow: /moderate/" in told


@pytest.mark.parametrize(
    ("seconds", "written"), [(60, "PT1M"), (114.4, "PT1M54S"), (7, "PT7S"), (0.2, "PT1S"), (600, "PT10M")]
)
def test_lengths_are_written_as_iso_8601_does(seconds: float, written: str) -> None:
    assert iso_duration(seconds) == written
