"""Another site shows our clips: by an element, by a frame, by a whole gallery in a frame, in a sandbox too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.elsewhere import another_site
from tests.browser.inspection import AXE, WCAG_2_2_AA
from tests.people import COPY_LIFE_MS, plays
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import FrameLocator, Locator, Page

    from tests.browser.conftest import Watch
    from tests.browser.elsewhere import Site
    from tests.browser.exhibition import Exhibit, Exhibition
    from tests.browser.system import System
    from tests.people import Visitor

WORDS: Final = "Mi chiamo Ida."
HEARD: Final = "video => [...video.textTracks].map((track) => [...(track.cues ?? [])].map((cue) => cue.text)).flat()"


@pytest.fixture
def site(watch: Watch) -> Iterator[Site]:
    with another_site() as site:
        watch.origins = (*watch.origins, site.url)
        yield site


@pytest.fixture(scope="module")
def ida(exhibition: Exhibition) -> Iterator[Exhibit]:
    """The newest clip of all, with captions; taken down when no browser is left that might still ask for them."""
    ida = exhibition.hangs("Ida", is_portrait=True)
    exhibition.captions(ida, WORDS)
    yield ida
    exhibition.takes_down(ida)


@pytest.fixture(params=[PHONE, DESKTOP], ids=["telephone", "desk"])
def reader(request: pytest.FixtureRequest, a_visitor: Callable[..., Visitor]) -> Visitor:
    """Somebody who reads the other site."""
    return a_visitor(width_px=request.param)


def element(service_url: str, attributes: str = "") -> str:
    """What a site pastes to show a gallery."""
    return (
        f'<script type="module" src="{service_url}/embed/video-testimonials.js"></script>'
        f'<video-testimonials call="pistoia2030" {attributes}>'
        f'<a href="{service_url}/gallery/pistoia2030">Guarda i videomessaggi</a></video-testimonials>'
    )


def frame(url: str, sandbox: str = "") -> str:
    """What a site pastes to show a page of ours."""
    return f'<iframe src="{url}" width="640" height="424" title="Un video" {sandbox}></iframe>'


def card(page: Page, exhibit: Exhibit) -> Locator:
    return page.get_by_role("button", name=exhibit.name)


def says_what_is_heard(framed: FrameLocator) -> None:
    """Play a clip and have its captions there."""
    plays(framed.locator("video"))
    wait_until(lambda: framed.locator("video").evaluate(HEARD) == [WORDS], what="captions")


SANDBOXES: Final = ["", 'sandbox="allow-scripts"']


class TestTheElement:
    def test_a_clip_plays_above_the_page(self, reader: Visitor, site: Site, system: System, ida: Exhibit) -> None:
        reader.goes_to(site.pastes("/", element(system.url)))

        card(reader.page, ida).press("Enter")

        says_what_is_heard(reader.page.frame_locator("dialog iframe"))

    def test_no_video_is_fetched_before_somebody_wants_one(
        self, reader: Visitor, site: Site, system: System, ida: Exhibit
    ) -> None:
        asked: list[str] = []
        reader.page.on("request", lambda request: asked.append(request.url))

        reader.goes_to(site.pastes("/", element(system.url)))
        expect(card(reader.page, ida)).to_be_visible()

        assert not [url for url in asked if url.endswith(".mp4")]

    def test_who_closes_a_clip_stands_where_they_were(
        self, reader: Visitor, site: Site, system: System, ida: Exhibit
    ) -> None:
        reader.goes_to(site.pastes("/", element(system.url)))
        card(reader.page, ida).press("Enter")
        expect(reader.page.frame_locator("dialog iframe").locator("video")).to_be_visible()
        # The focus is led there once all of it is loaded; a key that is struck just then goes there, too.
        expect(reader.page.locator("dialog iframe")).to_be_focused()

        reader.page.get_by_role("button", name="Chiudi").press("Enter")

        expect(reader.page.locator("iframe")).to_have_count(0)
        expect(card(reader.page, ida)).to_be_focused()

    def test_the_focus_is_led_into_the_clip(self, reader: Visitor, site: Site, system: System, ida: Exhibit) -> None:
        reader.goes_to(site.pastes("/", element(system.url)))

        card(reader.page, ida).press("Enter")

        expect(reader.page.locator("dialog iframe")).to_be_focused()

    def test_it_is_the_same_in_a_sandbox(self, reader: Visitor, site: Site, system: System, ida: Exhibit) -> None:
        inside = site.pastes("/inside", element(system.url))
        reader.goes_to(site.pastes("/", frame(inside, 'sandbox="allow-scripts"')))

        sandboxed = reader.page.frame_locator("iframe")
        sandboxed.get_by_role("button", name=ida.name).press("Enter")

        says_what_is_heard(sandboxed.frame_locator("dialog iframe"))

    @pytest.mark.usefixtures("ida")
    def test_it_speaks_english_and_shows_no_more_than_it_is_asked_for(
        self, reader: Visitor, site: Site, system: System
    ) -> None:
        reader.goes_to(site.pastes("/", element(system.url, 'lang="en" limit="1"')))

        # Whose it is depends on which other stories were told before.
        newest = reader.page.get_by_role("button", name="Watch the video message")
        expect(newest).to_have_count(1)
        newest.click()

        expect(reader.page.get_by_role("button", name="Close")).to_be_visible()
        expect(reader.page.frame_locator("iframe").locator("html")).to_have_attribute("lang", "en")

    def test_it_keeps_nobody_out(self, reader: Visitor, site: Site, system: System, ida: Exhibit) -> None:
        reader.goes_to(site.pastes("/", element(system.url)))
        expect(card(reader.page, ida)).to_be_visible()

        reader.page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": WCAG_2_2_AA}}
        found = reader.page.evaluate("options => axe.run(document, options)", options)

        assert [violation["id"] for violation in found["violations"]] == []


class TestTheLinkBetweenItsTags:
    @pytest.mark.parametrize("attributes", ["", 'kind="nessuno"'], ids=["clips", "nothing public"])
    def test_it_stays(self, reader: Visitor, site: Site, system: System, ida: Exhibit, attributes: str) -> None:
        reader.goes_to(site.pastes("/", element(system.url, attributes)))

        expect(reader.page.get_by_role("link", name="Guarda i videomessaggi")).to_be_visible()
        expect(card(reader.page, ida)).to_have_count(0 if attributes else 1)

    def test_it_is_all_there_is_without_javascript(
        self, a_visitor: Callable[..., Visitor], site: Site, system: System
    ) -> None:
        reader = a_visitor(has_javascript=False)

        reader.goes_to(site.pastes("/", element(system.url)))

        expect(reader.page.get_by_role("link", name="Guarda i videomessaggi")).to_be_visible()

    def test_it_is_all_there_is_for_a_call_that_nobody_knows(self, reader: Visitor, site: Site, system: System) -> None:
        page = element(system.url).replace('call="pistoia2030"', 'call="nessuna"')

        with reader.page.expect_response("**/api/v1/gallery/nessuna"):
            reader.goes_to(site.pastes("/", page))

        expect(reader.page.get_by_role("link", name="Guarda i videomessaggi")).to_be_visible()

    @pytest.mark.parametrize("lost", ["**/embed/*.js", "**/api/**"], ids=["all of it", "the list"])
    def test_it_is_all_there_is_while_the_service_is_down(
        self, reader: Visitor, site: Site, system: System, watch: Watch, lost: str
    ) -> None:
        watch.line_is_bad = True
        reader.page.route(lost, lambda route: route.abort())

        with reader.page.expect_event("requestfailed"):
            reader.goes_to(site.pastes("/", element(system.url)))

        expect(reader.page.get_by_role("link", name="Guarda i videomessaggi")).to_be_visible()
        expect(reader.page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("sandbox", SANDBOXES, ids=["open", "sandboxed"])
class TestFrames:
    def test_a_clip_plays(self, reader: Visitor, site: Site, system: System, ida: Exhibit, sandbox: str) -> None:
        reader.goes_to(site.pastes("/", frame(system.url + ida.embed_path, sandbox)))

        says_what_is_heard(reader.page.frame_locator("iframe"))

    def test_a_gallery_leads_to_a_clip_and_back(
        self, reader: Visitor, site: Site, system: System, ida: Exhibit, sandbox: str
    ) -> None:
        reader.goes_to(site.pastes("/", frame(f"{system.url}/embed/gallery/pistoia2030", sandbox)))
        framed = reader.page.frame_locator("iframe")

        framed.get_by_role("link", name=ida.name).click()
        says_what_is_heard(framed)
        framed.get_by_role("link", name="Tutti i messaggi").click()

        expect(framed.get_by_role("link", name=ida.name)).to_be_visible()


def test_a_clip_that_was_taken_back_is_gone_from_all_of_them(
    reader: Visitor, site: Site, system: System, exhibition: Exhibition
) -> None:
    # Given another site whose visitor opened a clip
    olga = exhibition.hangs("Olga")
    frames = frame(system.url + olga.embed_path) + frame(f"{system.url}/embed/gallery/pistoia2030")
    address = site.pastes("/", element(system.url) + frames)
    reader.goes_to(address)
    expect(card(reader.page, olga)).to_be_visible()

    # When its sender takes it back between the look at the card and the press, and the page is loaded anew
    exhibition.takes_down(olga)
    card(reader.page, olga).click()
    opened = reader.page.frame_locator("dialog iframe")
    expect(opened.get_by_role("heading", name="Questo video non è più qui")).to_be_visible()
    reader.page.wait_for_timeout(COPY_LIFE_MS)
    reader.goes_to(address)

    # Then it is in none of them, and nothing looks broken
    expect(reader.page.frame_locator("iframe").first.get_by_role("heading")).to_have_text("Questo video non è più qui")
    expect(reader.page.get_by_text(olga.name)).to_have_count(0)
    expect(reader.page.frame_locator("iframe").nth(1).get_by_text(olga.name)).to_have_count(0)
