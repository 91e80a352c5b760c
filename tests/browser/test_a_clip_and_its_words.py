"""A clip watched as its visitors do: by its words, by keys, on a bad line, in somebody else's page, without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.inspection import barriers, italian_words
from tests.browser.test_page_weight import requests_of, size_of
from tests.people import PATIENCE_MS, plays
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Frame, Locator, Page

    from tests.browser.conftest import PublishedClip
    from tests.people import Visitor

EACH_WIDTH = pytest.mark.parametrize("width_px", [PHONE, DESKTOP], ids=["phone", "desk"])
MAX_SCRIPT_BYTES: Final = 20_000
MAX_EMBED_BYTES: Final = 25_000


def has(video: Locator, state: str) -> None:
    """Wait until an expression about a player, `v`, is true."""
    handle = video.element_handle()
    assert handle is not None
    page_or_frame: Any = handle.owner_frame()
    page_or_frame.wait_for_function(f"v => {state}", arg=handle, timeout=PATIENCE_MS)


def says(video: Locator, words: str) -> None:
    """Wait until exactly *words* stand over the picture."""
    shown = "track => [...(track.mode === 'showing' ? track.activeCues ?? [] : [])].map(cue => cue.text)"
    has(video, f"[...v.textTracks].flatMap({shown}).join(' ') === '{words}'")


def opens(visitor: Visitor, clip: PublishedClip) -> Locator:
    visitor.goes_to(clip.url)
    visitor.page.wait_for_load_state("networkidle")
    return visitor.video


@EACH_WIDTH
def test_words_lead_into_the_picture_and_follow_it(
    a_visitor: Callable[..., Visitor], spoken: PublishedClip, width_px: int
) -> None:
    visitor = a_visitor(width_px=width_px)
    video = opens(visitor, spoken)

    # When somebody goes to the last chapter before they ever pressed play
    visitor.page.get_by_role("link", name="Un incoraggiamento").click()
    has(video, "v.currentTime >= 8 && !v.paused")

    # Then it says there what is said, and the transcript is at that paragraph
    says(video, "Provateci anche voi!")
    current = visitor.page.locator(".said [aria-current]")
    expect(current).to_have_count(1)
    assert current.get_attribute("data-at") == "6.6"

    # And a paragraph before it leads back
    visitor.page.locator(".said [data-at]").first.click()
    has(video, "v.currentTime < 6 && !v.paused")
    expect(visitor.page.locator(".said [aria-current]")).to_have_attribute("data-at", "0.5")


def test_a_player_knows_its_keys(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    video = opens(visitor, spoken)
    plays(video)

    video.press("k")
    has(video, "v.paused")
    video.press("l")
    has(video, "v.currentTime > 9")
    video.press("ArrowLeft")
    has(video, "v.currentTime < 7 && v.currentTime > 3")
    video.press("j")
    has(video, "v.currentTime < 1")
    video.press("ArrowRight")
    has(video, "v.currentTime >= 5")
    video.press("Shift+>")
    expect(visitor.page.get_by_label("Velocità")).to_have_value("1.25")
    video.press("<")
    has(video, "v.playbackRate === 1")
    video.press("c")
    has(video, "v.textTracks[0].mode === 'hidden'")
    video.press("c")
    has(video, "v.textTracks[0].mode === 'showing'")
    video.press("Space")
    has(video, "!v.paused")


def test_keys_mean_nothing_elsewhere(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    video = opens(visitor, spoken)

    visitor.page.get_by_label("Velocità").press("k")

    assert video.evaluate("v => v.paused && v.readyState === 0")


def test_the_light_file_takes_over_without_losing_the_moment(
    a_visitor: Callable[..., Visitor], spoken: PublishedClip
) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    video = opens(visitor, spoken)
    quality = visitor.page.get_by_label("Qualità")
    quality.select_option("high")
    visitor.page.get_by_label("Velocità").select_option("1.5")
    visitor.page.get_by_role("link", name="Che cosa cambia").click()
    has(video, "v.currentSrc.endsWith('/video.mp4') && v.currentTime > 6.6")

    quality.select_option("light")

    has(video, "v.currentSrc.endsWith('/video-small.mp4') && v.readyState > 2")
    assert video.evaluate("v => [v.currentTime >= 6.6, v.paused || v.ended, v.playbackRate]") == [True, False, 1.5]
    expect(visitor.page.locator("[data-weight]")).to_have_text(
        quality.locator("option:checked").get_attribute("data-size") or ""
    )
    assert video.evaluate("v => v.textTracks[0].mode") == "showing"


def test_a_poor_line_gets_the_light_file_before_the_first_byte(
    a_visitor: Callable[..., Visitor], spoken: PublishedClip
) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    visitor.page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true, downlink: 10 } })"
    )
    asked = requests_of(visitor.page)
    video = opens(visitor, spoken)

    plays(video)

    assert {request.url.rpartition("/")[2] for request in asked if request.resource_type == "media"} == {
        "video-small.mp4"
    }


def test_a_good_line_gets_the_large_one(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    visitor.page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { effectiveType: '4g', downlink: 10 } })"
    )

    video = opens(visitor, spoken)

    plays(video)
    has(video, "v.currentSrc.endsWith('/video.mp4')")


@EACH_WIDTH
def test_what_goes_into_another_page_is_copied_and_seen(
    a_visitor: Callable[..., Visitor], spoken: PublishedClip, width_px: int
) -> None:
    visitor = a_visitor(width_px=width_px)
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opens(visitor, spoken)

    # Given the box, which fetched no frame before it was opened
    assert len(page.frames) == 1
    page.get_by_text("Metti questo video nel tuo sito").click()
    expect(page.frame_locator("[title='Anteprima']").get_by_text("Carla Parlante")).to_be_visible()

    # When somebody chooses a width and copies the lines
    page.get_by_label("Larghezza").select_option(index=0)
    page.locator(".to-copy").nth(1).get_by_role("button", name="Copia").click()

    # Then they are told so, and have that
    expect(page.get_by_role("status").filter(has_text="Copiato")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert ' width="320" ' in copied
    assert spoken.embed_path in copied
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_copy_is_saved_under_the_speaker_s_name(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    opens(visitor, spoken)

    with visitor.page.expect_download() as saved:
        visitor.page.get_by_role("link", name="Scarica il video").click()

    assert saved.value.suggested_filename == "carla-parlante-officina-rossi.mp4"


def test_without_scripts_a_moment_is_another_page(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(has_javascript=False)
    visitor.goes_to(spoken.url)

    visitor.page.get_by_role("link", name="Che cosa cambia").click()

    visitor.reads("Parte da 0:06.")
    sources = [source.get_attribute("src") or "" for source in visitor.page.locator("video source").all()]
    assert [source.partition("#")[2] for source in sources] == ["t=6.6"] * 2
    expect(visitor.page.get_by_label("Velocità")).to_be_hidden()
    expect(visitor.page.get_by_role("button", name="Copia")).to_have_count(0)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A site of others: its address, and where its pages lie."""

    url: str
    folder: Path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    # On this machine: Chromium lets no page of the open net ask for anything here.
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    thread = Thread(target=site.serve_forever)
    thread.start()
    yield Elsewhere(url=f"http://127.0.0.1:{site.server_port}", folder=tmp_path)
    site.shutdown()
    thread.join()
    site.server_close()


def framed(visitor: Visitor, elsewhere: Elsewhere, clip: PublishedClip, query: str = "") -> Frame:
    """A clip in a page of others, as WordPress frames what it does not know."""
    address = clip.url.partition("/gallery/")[0] + clip.embed_path + query
    frame = f'<iframe sandbox="allow-scripts" width="640" height="420" src="{address}"></iframe>'
    (elsewhere.folder / "page.html").write_text(f'<link rel="icon" href="data:,"><title>x</title>{frame}')
    visitor.page.goto(f"{elsewhere.url}/page.html")
    visitor.page.wait_for_load_state("networkidle")
    return visitor.page.frames[1]


def test_in_a_sandbox_it_plays_with_captions_from_its_moment_on(
    a_visitor: Callable[..., Visitor], spoken: PublishedClip, elsewhere: Elsewhere
) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    frame = framed(visitor, elsewhere, spoken, "?t=6.6")
    video = frame.locator("video")

    video.press("k")

    has(video, "v.currentTime > 7 && v.getVideoPlaybackQuality().totalVideoFrames > 0")
    says(video, "Per esempio, le biciclette.")
    assert frame.evaluate("origin") == "null"


def test_in_a_sandbox_its_link_asks_the_page_around_it_or_says_where_it_leads(
    a_visitor: Callable[..., Visitor], spoken: PublishedClip, elsewhere: Elsewhere
) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    frame = framed(visitor, elsewhere, spoken, "#?secret=abc123")
    visitor.page.evaluate("addEventListener('message', ({ data }) => (window.asked = data))")

    frame.get_by_role("link", name="Pistoia2030").click()

    wait_until(lambda: visitor.page.evaluate("window.asked"), what="a message to the page around it")
    assert visitor.page.evaluate("window.asked") == {"message": "link", "secret": "abc123", "value": spoken.url}
    expect(frame.get_by_text(spoken.url)).to_be_visible()


def test_the_page_and_its_frame_are_light(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    asked = requests_of(visitor.page)

    opens(visitor, spoken)
    page_weights = _weights(asked)
    asked.clear()
    visitor.opens(spoken.embed_path)
    visitor.page.wait_for_load_state("networkidle")
    embed_weights = _weights(asked)

    assert 0 < page_weights["script"] <= MAX_SCRIPT_BYTES
    assert "media" not in page_weights
    assert sum(size for kind, size in embed_weights.items() if kind != "image") <= MAX_EMBED_BYTES


def test_with_everything_unfolded_it_keeps_nobody_out(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    opens(visitor, spoken)
    unfold(visitor.page)

    assert barriers(visitor.page) == []


def test_in_english_no_italian_is_left(a_visitor: Callable[..., Visitor], spoken: PublishedClip) -> None:
    visitor = a_visitor(width_px=DESKTOP)
    visitor.goes_to(f"{spoken.url}?lang=en")
    unfold(visitor.page)

    assert italian_words(visitor.page) == set()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true })")
    page.wait_for_load_state("networkidle")


def _weights(asked: list[Any]) -> dict[str, int]:
    """What came over the line, by kind, without fonts."""
    weights: dict[str, int] = {}
    for request in asked:
        if request.resource_type != "font":
            weights[request.resource_type] = weights.get(request.resource_type, 0) + size_of(request)
    return weights
