"""Visitors look through a gallery: with and without JavaScript, on a telephone and at a desk, by mouse and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from intake.domain.calls import CallSlug
from tests.browser.conftest import DESKTOP, PHONE
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.browser.conftest import Watch
    from tests.browser.exhibition import Exhibition
    from tests.people import Visitor

CALL: Final = CallSlug("altra")
GALLERY: Final = "/gallery/altra"
ON_A_PAGE: Final = 24
IN_ALL: Final = 26

MOVED: Final = """() => new Promise((resolve) => new PerformanceObserver((list) =>
    resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
).observe({ type: 'layout-shift', buffered: true }) ?? setTimeout(() => resolve(0), 500))"""

NOTE_STRIPS: Final = """() => {
    window.strips = []
    new MutationObserver((changes) => changes.forEach(({ addedNodes, target }) => {
        if (![...addedNodes].some((node) => node.className === 'clip-strip')) return
        strips.push(target.closest('.clip-card').querySelector('a').textContent)
    })).observe(document.querySelector('ul.clips'), { childList: true, subtree: true })
}"""

TELL_LATE: Final = """window.IntersectionObserver = class extends IntersectionObserver {
    constructor(tell, options) {
        const told = []
        super((entries) => told.push(...entries), options)
        window.isToldOf = (count) => told.length >= count
        window.tell = () => tell(told.splice(0))
    }
}"""
"""As a busy telephone does: that the end was away, and that it came near since, is told at once."""

CUT_PICTURES: Final = """pictures => pictures.filter((picture) =>
    getComputedStyle(picture).objectFit !== 'contain' || !picture.closest('.clip-poster').contains(picture)).length"""


@pytest.fixture(scope="module", autouse=True)
def clips(exhibition: Exhibition) -> None:
    """Two pages of clips, portraits and landscapes."""
    for number in range(IN_ALL):
        exhibition.hangs(f"Voce {number:02}", call=CALL, is_portrait=number % 3 == 0)


def scrolls_down(page: Page) -> None:
    page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")


def opens_a_gallery_without_end(visitor: Visitor) -> None:
    """Look at a gallery of which every further page is the first one again."""

    def answer(route: Route) -> None:
        route.fulfill(response=route.fetch(url=route.request.url.partition("?")[0]))

    visitor.page.route("**/gallery/altra?after=*", answer)
    visitor.opens(GALLERY)


def notes_strips(page: Page) -> None:
    """Have the page remember whose strips it showed: they last for some seconds, and a busy machine looks away."""
    page.evaluate(NOTE_STRIPS)


def strips_seen_on(page: Page) -> list[str]:
    """Whose strips were shown since then."""
    seen: list[str] = page.evaluate("strips")
    return seen


class TestWithoutJavaScript:
    def test_a_link_leads_from_page_to_page(self, a_visitor: Callable[..., Visitor]) -> None:
        visitor = a_visitor(has_javascript=False)

        visitor.opens(GALLERY)
        expect(visitor.clips).to_have_count(ON_A_PAGE)
        visitor.page.get_by_role("link", name="Mostra altri messaggi").click()

        expect(visitor.clips).to_have_count(IN_ALL - ON_A_PAGE)
        expect(visitor.page.get_by_role("link", name="Mostra altri messaggi")).to_have_count(0)

    def test_what_was_looked_for_stays_typed(self, a_visitor: Callable[..., Visitor]) -> None:
        visitor = a_visitor(has_javascript=False)
        visitor.opens(GALLERY)

        visitor.page.get_by_label("Cerca un nome").fill("voce 07")
        visitor.page.get_by_label("Mostra").select_option("impresa")
        visitor.page.get_by_role("button", name="Cerca").click()

        visitor.reads("1 messaggio trovato")
        expect(visitor.clips).to_have_count(1)
        expect(visitor.page.get_by_label("Cerca un nome")).to_have_value("voce 07")
        expect(visitor.page.get_by_label("Mostra")).to_have_value("impresa")

    def test_who_finds_nothing_is_told_what_to_do(self, a_visitor: Callable[..., Visitor]) -> None:
        visitor = a_visitor(has_javascript=False)

        visitor.opens(f"{GALLERY}?q=nessuno")
        visitor.reads("Prova con una parola sola")
        visitor.page.get_by_role("link", name="Mostrali tutti").click()

        expect(visitor.clips).to_have_count(ON_A_PAGE)


class TestGoingOn:
    def test_the_next_page_comes_where_this_one_ends(self, visitor: Visitor) -> None:
        visitor.opens(GALLERY)

        scrolls_down(visitor.page)

        expect(visitor.clips).to_have_count(IN_ALL)
        expect(visitor.page.get_by_role("status")).to_have_text("Messaggi aggiunti alla pagina: 2")
        expect(visitor.page.get_by_role("link", name="Mostra altri messaggi")).to_be_hidden()

    def test_it_comes_on_a_busy_telephone_too(self, visitor: Visitor) -> None:
        visitor.page.add_init_script(TELL_LATE)
        visitor.opens(GALLERY)
        wait_until(lambda: visitor.page.evaluate("window.isToldOf?.(1)"), what="that the end is away")
        scrolls_down(visitor.page)
        wait_until(lambda: visitor.page.evaluate("isToldOf(2)"), what="that the end came near")

        visitor.page.evaluate("tell()")

        expect(visitor.clips).to_have_count(IN_ALL)

    @pytest.mark.parametrize("width_px", [PHONE, DESKTOP], ids=["telephone", "desk"])
    def test_who_comes_back_is_where_they_were(self, a_visitor: Callable[..., Visitor], width_px: int) -> None:
        visitor = a_visitor(width_px=width_px)
        visitor.opens(GALLERY)
        scrolls_down(visitor.page)
        expect(visitor.clips).to_have_count(IN_ALL)
        link = visitor.page.get_by_role("link", name="Voce 00 Galli")
        link.click()
        expect(visitor.video).to_be_visible()

        visitor.page.go_back()

        expect(visitor.clips).to_have_count(IN_ALL)
        expect(link).to_be_in_viewport()

    def test_it_stops_so_that_the_end_of_the_page_can_be_reached(self, visitor: Visitor) -> None:
        opens_a_gallery_without_end(visitor)
        wait_until(lambda: scrolls_down(visitor.page) or visitor.clips.count() == 6 * ON_A_PAGE, what="five more pages")

        scrolls_down(visitor.page)

        expect(visitor.page.get_by_role("contentinfo")).to_be_in_viewport()
        expect(visitor.clips).to_have_count(6 * ON_A_PAGE)

    def test_then_a_press_brings_the_next_page_and_leads_to_it(self, visitor: Visitor) -> None:
        opens_a_gallery_without_end(visitor)
        wait_until(lambda: scrolls_down(visitor.page) or visitor.clips.count() == 6 * ON_A_PAGE, what="five more pages")

        visitor.page.get_by_role("link", name="Mostra altri messaggi").press("Enter")

        expect(visitor.clips).to_have_count(7 * ON_A_PAGE)
        expect(visitor.clips.nth(6 * ON_A_PAGE).get_by_role("link")).to_be_focused()

    def test_a_line_that_fails_leaves_the_link(self, visitor: Visitor, watch: Watch) -> None:
        watch.line_is_bad = True
        visitor.opens(GALLERY)
        visitor.page.route("**/gallery/altra?after=*", lambda route: route.abort())
        scrolls_down(visitor.page)
        visitor.reads("Gli altri messaggi non sono arrivati")

        visitor.page.unroute("**/gallery/altra?after=*")
        visitor.page.get_by_role("link", name="Mostra altri messaggi").click()

        expect(visitor.clips).to_have_count(IN_ALL)


class TestStrips:
    def test_a_mouse_over_a_face_shows_where_the_clip_goes(self, a_visitor: Callable[..., Visitor]) -> None:
        visitor = a_visitor(width_px=DESKTOP)
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.opens(GALLERY)

        notes_strips(visitor.page)

        visitor.clips.nth(1).hover()

        wait_until(lambda: strips_seen_on(visitor.page) == ["Voce 24 Galli"], what="the strip")
        expect(visitor.page.locator(".clip-strip")).to_have_count(0)
        assert not [url for url in asked if url.endswith(".mp4")]

    def test_the_keyboard_shows_it_too_and_ends_it(self, a_visitor: Callable[..., Visitor]) -> None:
        visitor = a_visitor(width_px=DESKTOP)
        visitor.opens(GALLERY)
        # The strips' own script comes after the page's.
        visitor.page.wait_for_load_state("networkidle")
        visitor.page.get_by_label("Mostra").focus()

        notes_strips(visitor.page)

        visitor.page.keyboard.press("Tab")
        wait_until(lambda: strips_seen_on(visitor.page) == ["Voce 25 Galli"], what="the strip")
        visitor.page.keyboard.press("Escape")

        expect(visitor.page.locator(".clip-strip")).to_have_count(0)

    def test_who_wants_no_motion_sees_none(self, a_visitor: Callable[..., Visitor]) -> None:
        visitor = a_visitor(width_px=DESKTOP)
        visitor.page.emulate_media(reduced_motion="reduce")
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        visitor.opens(GALLERY)
        visitor.page.wait_for_load_state("networkidle")

        visitor.clips.nth(1).hover()
        visitor.page.wait_for_timeout(500)

        assert not [url for url in asked if "sprite" in url]


@pytest.mark.parametrize("width_px", [PHONE, DESKTOP], ids=["telephone", "desk"])
class TestFaces:
    def test_no_picture_is_cut_however_the_telephone_was_held(
        self, a_visitor: Callable[..., Visitor], width_px: int
    ) -> None:
        visitor = a_visitor(width_px=width_px)

        visitor.opens(GALLERY)

        pictures = visitor.page.locator(".clip-picture img")
        assert pictures.count() == ON_A_PAGE
        assert pictures.evaluate_all(CUT_PICTURES) == 0

    def test_nothing_jumps_when_they_come(self, a_visitor: Callable[..., Visitor], width_px: int) -> None:
        visitor = a_visitor(width_px=width_px)

        visitor.opens(GALLERY)
        visitor.page.wait_for_load_state("networkidle")

        # Source: web.dev, "Cumulative Layout Shift": good is up to 0.1. A font that comes late moves a line a little.
        assert visitor.page.evaluate(MOVED) < 0.02


class TestOnPaper:
    def test_a_gallery_is_a_list_of_names_and_addresses(self, visitor: Visitor) -> None:
        visitor.opens(GALLERY)
        link = visitor.page.get_by_role("link", name="Voce 25 Galli")
        printed_address = "link => getComputedStyle(link, '::after').content"
        on_screen = link.evaluate(printed_address)

        visitor.page.emulate_media(media="print")

        for_the_screen = ".site-header nav, .site-footer, .finder, .pages, .invitation, .gallery-foot, .clip-length"
        expect(visitor.page.locator(for_the_screen).filter(visible=True)).to_have_count(0)
        expect(link).to_be_visible()
        assert link.get_attribute("href") not in on_screen
        assert link.evaluate(printed_address) == f'"{link.get_attribute("href")}"'

    def test_a_clip_is_a_name_and_an_address(self, visitor: Visitor) -> None:
        visitor.opens(GALLERY)
        visitor.opens_the_clip_of("Voce 25 Galli")
        visitor.page.wait_for_load_state("networkidle")
        address = visitor.page.locator(".clip-address")
        expect(address).to_be_hidden()

        visitor.page.emulate_media(media="print")

        for_the_screen = (
            ".site-header nav, .site-footer, .breadcrumbs, .watching, .sharing, .clip-foot, .next-clips, .btn"
        )
        expect(visitor.page.locator(for_the_screen).filter(visible=True)).to_have_count(0)
        expect(visitor.page.get_by_role("heading", name="Voce 25 Galli", level=1)).to_be_visible()
        expect(address).to_be_visible()
        expect(address).to_have_text(visitor.page.url)

    def test_of_a_player_only_its_picture_is_printed(self, visitor: Visitor) -> None:
        visitor.opens(GALLERY)
        visitor.opens_the_clip_of("Voce 25 Galli")
        visitor.page.wait_for_load_state("networkidle")
        on_screen = visitor.video.screenshot()

        visitor.page.emulate_media(media="print")
        printed = visitor.video.screenshot()

        visitor.video.evaluate("video => video.removeAttribute('controls')")
        assert visitor.video.screenshot() == printed
        assert printed != on_screen
