"""What programs of other people make of our feeds and pages: theirs, not ours, say whether we are understood."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import extruct
import feedparser
import pytest
import yt_dlp
from yt_dlp.extractor.common import InfoExtractor

from intake.gallery.sitemap import SITEMAP, VIDEO
from tests.integration.pages.test_gallery import GALLERY, paths_of, published
from tests.serving import at_its_own_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from intake.wiring import Services

NAMES = {"map": SITEMAP, "video": VIDEO}
QUIETLY = {"quiet": True, "no_warnings": True, "cachedir": False, "proxy": ""}


@pytest.fixture
def served(services: Services) -> Iterator[Services]:
    """A service that answers at its own address."""
    with at_its_own_address(services) as parts:
        yield parts


def test_feedparser_finds_the_clip_and_no_fault_in_the_feed(client: FlaskClient, services: Services) -> None:
    clip = published(services)

    feed = feedparser.parse(client.get(f"{GALLERY}/feed.xml").data)

    (entry,) = feed.entries
    video = f"http://bucket.invalid/gallery/clips/{clip.clip_id}/1/video.mp4"
    assert (feed.bozo, feed.version, feed.encoding) == (False, "rss20", "utf-8")
    assert (entry.title, entry.link) == (
        "Anna Rossi, Officina Rossi",
        f"{services.settings.public_url}{GALLERY}/{clip.clip_id}",
    )
    assert entry.published_parsed[:6] == services.clock().utctimetuple()[:6]
    assert [(one.href, one.type) for one in entry.enclosures] == [(video, "video/mp4")]
    assert [(one["url"], one["medium"], one["duration"]) for one in entry.media_content] == [(video, "video", "60")]
    assert entry.media_thumbnail[0]["url"].endswith("/poster.jpg")
    assert entry.media_player["url"].endswith(f"/embed/{clip.clip_id}")


def test_what_a_sender_typed_stays_words_in_a_reader(client: FlaskClient, services: Services) -> None:
    published(services, given_name="Anna <b>&amp; figli</b>")

    feed = feedparser.parse(client.get(f"{GALLERY}/feed.xml").data)

    # Readers show a description as HTML.
    (entry,) = feed.entries
    assert unescape(entry.summary).startswith("Il videomessaggio di Anna <b>&amp; figli</b> Rossi")


def test_the_feed_tells_readers_that_its_titles_are_no_html(client: FlaskClient, services: Services) -> None:
    published(services, family_name="Rossi & <figli>")

    answer = client.get(f"{GALLERY}/feed.xml")

    assert "<title>Anna Rossi &#x26; &#x3C;figli&gt;, Officina Rossi</title>" in answer.text
    assert ET.fromstring(answer.data).findtext("channel/item/title") == "Anna Rossi & <figli>, Officina Rossi"


def test_extruct_finds_one_video_on_a_clip_s_page(client: FlaskClient, services: Services) -> None:
    clip, frame = paths_of(published(services))
    url = services.settings.public_url + clip

    found = extruct.extract(client.get(clip).text, base_url=url, syntaxes=["json-ld", "opengraph"], uniform=True)

    (video,) = found["json-ld"]
    (card,) = found["opengraph"]
    assert (video["@type"], video["name"], video["url"]) == ("VideoObject", "Anna Rossi, Officina Rossi", url)
    assert video["embedUrl"] == services.settings.public_url + frame
    # What Google asks of a video before it shows one.
    assert {"name", "thumbnailUrl", "uploadDate", "description", "contentUrl", "duration"} <= video.keys()
    assert (card["@type"], card["og:url"], card["og:title"]) == ("video.other", url, "Anna Rossi, Officina Rossi")
    assert card["og:video"] == video["contentUrl"]


def test_yt_dlp_finds_the_video_of_a_clip_s_page(served: Services) -> None:
    clip = published(served)
    url = served.settings.public_url + paths_of(clip)[0]

    with yt_dlp.YoutubeDL(QUIETLY) as downloader:
        found = downloader.extract_info(url, download=False)

    # It numbers the players of a page, and looks no further for a length.
    assert found["title"] == "Anna Rossi, Officina Rossi (1)"
    assert [one["url"] for one in found["formats"]] == [
        f"http://bucket.invalid/gallery/clips/{clip.clip_id}/1/video.mp4"
    ]
    assert found["thumbnail"].endswith("/poster.jpg")


def test_yt_dlp_reads_what_a_clip_s_page_says_of_its_video(client: FlaskClient, services: Services) -> None:
    page = client.get(paths_of(published(services))[0]).text

    with yt_dlp.YoutubeDL(QUIETLY) as downloader:
        read = Extractor(downloader).reads(page)

    assert (read["title"], timedelta(seconds=read["duration"])) == ("Anna Rossi, Officina Rossi", timedelta(minutes=1))
    assert datetime.fromtimestamp(read["timestamp"], UTC) == services.clock().replace(microsecond=0)
    assert read["url"].endswith("/video.mp4")


class Extractor(InfoExtractor):
    """As yt-dlp's sites are made that know nothing but schema.org."""

    def reads(self, page: str) -> dict[str, Any]:
        found: dict[str, Any] = self._search_json_ld(page, "clip")
        return found


def test_robots_read_what_they_may_and_where_the_clips_are(client: FlaskClient, services: Services) -> None:
    clip, frame = paths_of(published(services))
    robots = RobotFileParser()

    robots.parse(client.get("/robots.txt").text.splitlines())

    ours = services.settings.public_url
    allowed = [path for path in (clip, frame, GALLERY, "/sitemap.xml", "/oembed") if robots.can_fetch("*", ours + path)]
    assert allowed == [clip, frame, GALLERY, "/sitemap.xml", "/oembed"]
    assert not robots.can_fetch("*", f"{ours}/moderate/")
    assert not robots.can_fetch("*", f"{ours}/submissions/a-secret")
    assert robots.site_maps() == [f"{ours}/sitemap.xml"]


def test_the_sitemap_keeps_the_rules_of_its_format(client: FlaskClient, services: Services) -> None:
    """Source: sitemaps.org, "Sitemaps XML format"; Google, "Video sitemaps and alternatives"."""
    published(services, organisation="Officina " * 22)

    answer = client.get("/sitemap.xml")

    root = ET.fromstring(answer.data)
    (entry,) = root
    (video,) = entry.findall("video:video", NAMES)
    loc = entry.findtext("map:loc", "", NAMES)
    told = {child.tag.partition("}")[2]: child.text or "" for child in video}
    assert answer.data.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert root.tag == f"{{{SITEMAP}}}urlset"
    assert loc.startswith(services.settings.public_url + "/")
    assert len(loc) < 2048
    assert {"thumbnail_loc", "title", "description", "content_loc"} <= told.keys()
    assert len(told["description"]) <= 2048
    assert 1 <= int(told["duration"]) <= 28_800
