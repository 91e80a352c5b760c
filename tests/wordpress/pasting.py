"""Our addresses pasted into a real WordPress: seen there, and gone from there once a clip was withdrawn.

Not named as tests are, so that `make test` does not find it: what it needs is installed by `make test-wordpress`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.setup import SHIPPED_CALLS, load_call
from tests.browser.test_a_clip_goes_all_the_way import writes_captions
from tests.people import PATIENCE_MS, plays
from tests.servers import wait_until
from tests.wordpress.site import EDITOR, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import FrameLocator, Locator, Page

    from tests.browser.conftest import PublishedClip
    from tests.browser.staging import Stage, Staged
    from tests.browser.system import System
    from tests.people import Sender, Visitor
    from tests.wordpress.site import WordPress

GALLERY = "/gallery/pistoia2030"
GONE = "Questo video non è più qui"

# As each of the two editors stores an address that stands alone in its paragraph.
CLASSIC = "Guardate qui:\n\n{url}\n\nBello, vero?"
BLOCKS = """<!-- wp:paragraph -->
<p>Guardate qui:</p>
<!-- /wp:paragraph -->

<!-- wp:embed {{"url":"{url}"}} -->
<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">
{url}
</div></figure>
<!-- /wp:embed -->"""


def frame_in(page: Page) -> Locator:
    """The frame in what an editor wrote."""
    return page.locator(".entry-content iframe")


def inside(page: Page) -> FrameLocator:
    return page.frame_locator(".entry-content iframe")


def test_a_pasted_clip_plays_with_captions_until_it_is_withdrawn(
    wordpress: WordPress,
    visitor: Visitor,
    a_sender: Callable[..., Sender],
    published: PublishedClip,
    system: System,
) -> None:
    # Given a clip that went all the way, and its address alone in a paragraph of a post
    writes_captions(system, published)
    post_url = wordpress.publishes("Un messaggio", CLASSIC.format(url=published.url))

    # When somebody reads the post
    visitor.goes_to(post_url)

    # Then our player is there, in the frame that WordPress gives to strangers, with its captions
    frame = frame_in(visitor.page)
    expect(frame).to_have_attribute("sandbox", "allow-scripts")
    expect(frame).to_have_attribute("security", "restricted")
    expect(frame).to_have_attribute("src", re.compile(re.escape(system.url + published.embed_path) + r"#\?secret=\w+$"))
    expect(frame).to_have_attribute("title", re.compile(published.name))
    plays(inside(visitor.page).locator("video"))
    expect(inside(visitor.page).locator("track[default]")).to_have_js_property("readyState", 2, timeout=PATIENCE_MS)

    # And when its sender takes it back
    carla = a_sender()
    carla.opens(published.status_path)
    carla.withdraws()

    # Then the post that was published long since says so, and shows no broken player
    finds_it_gone(visitor, post_url)
    expect(inside(visitor.page).locator("video")).to_have_count(0)

    # And whoever pastes its address now gets no frame, and the address stays an address
    visitor.goes_to(wordpress.publishes("Troppo tardi", CLASSIC.format(url=published.url)))
    expect(visitor.page.locator(".entry-content")).to_contain_text(published.url)
    expect(frame_in(visitor.page)).to_have_count(0)


@pytest.mark.parametrize("words", [CLASSIC, BLOCKS], ids=["classic", "blocks"])
def test_a_pasted_gallery_leads_to_its_clips_in_the_same_frame(
    wordpress: WordPress, visitor: Visitor, system: System, stage: Stage, words: str
) -> None:
    shown, withdrawn = stage.in_the_gallery("Vista"), stage.in_the_gallery("Ritirata")
    post_url = wordpress.publishes("La galleria", words.format(url=system.url + GALLERY))
    visitor.goes_to(post_url)
    expect(frame_in(visitor.page)).to_have_attribute("sandbox", "allow-scripts")
    expect(inside(visitor.page).get_by_text(withdrawn.name)).to_be_visible()

    stage.withdraws(withdrawn)

    wait_until(lambda: names_seen(visitor, post_url) == [shown.name], what="the clip's going")
    inside(visitor.page).get_by_role("link", name=shown.name).first.click()
    plays(inside(visitor.page).locator("video"))
    stage.withdraws(shown)


def test_a_site_with_our_plugin_lets_a_clip_fill_the_screen(
    knowing_wordpress: WordPress, visitor: Visitor, system: System, stage: Stage
) -> None:
    clip = stage.in_the_gallery("Grande")

    visitor.goes_to(knowing_wordpress.publishes("A tutto schermo", CLASSIC.format(url=url_of(clip, stage, system))))

    frame = frame_in(visitor.page)
    expect(frame).to_have_attribute("allow", re.compile("fullscreen"))
    expect(frame).not_to_have_attribute("sandbox", re.compile(""))
    plays(inside(visitor.page).locator("video"))
    assert inside(visitor.page).locator("video").evaluate("video => video.requestFullscreen().then(() => true)")
    stage.withdraws(clip)


def test_a_site_with_our_plugin_says_too_that_a_clip_is_gone(
    knowing_wordpress: WordPress, visitor: Visitor, system: System, stage: Stage
) -> None:
    clip = stage.in_the_gallery("Passata")
    post_url = knowing_wordpress.publishes("Presto via", CLASSIC.format(url=url_of(clip, stage, system)))
    visitor.goes_to(post_url)
    expect(inside(visitor.page).locator("video")).to_be_visible()

    stage.withdraws(clip)

    finds_it_gone(visitor, post_url)


def test_our_plugin_frees_the_frames_of_posts_from_before_it_came(
    wordpress: WordPress, visitor: Visitor, system: System, stage: Stage
) -> None:
    clip = stage.in_the_gallery("Vecchia")
    post_url = wordpress.publishes("Di prima", CLASSIC.format(url=url_of(clip, stage, system)))
    visitor.goes_to(post_url)
    expect(frame_in(visitor.page)).to_have_attribute("sandbox", "allow-scripts")

    with wordpress.our_plugin():
        visitor.goes_to(post_url)

    expect(frame_in(visitor.page)).to_have_attribute("allow", "fullscreen")
    stage.withdraws(clip)


def test_a_failure_is_remembered_until_the_address_is_written_another_way_or_our_plugin_comes(
    wordpress: WordPress, visitor: Visitor, system: System, tmp_path: Path
) -> None:
    # Given an address that was pasted before there was anything to see
    too_early = f"{system.url}/gallery/presto"
    post_url = wordpress.publishes("Troppo presto", CLASSIC.format(url=too_early))
    visitor.goes_to(post_url)
    opens_a_call(system, "presto", tmp_path)

    # When it is read again, then WordPress does not ask again
    visitor.goes_to(post_url)
    expect(frame_in(visitor.page)).to_have_count(0)

    # But it does where the address looks new to it
    visitor.goes_to(wordpress.publishes("Di nuovo", CLASSIC.format(url=f"{too_early}?")))
    expect(frame_in(visitor.page)).to_have_count(1)

    # And once our plugin is switched on
    with wordpress.our_plugin():
        visitor.goes_to(post_url)
    expect(frame_in(visitor.page)).to_have_count(1)


def opens_a_call(system: System, slug: str, folder: Path) -> None:
    shipped = (SHIPPED_CALLS / "pistoia2030.toml").read_text(encoding="utf-8")
    path = folder / f"{slug}.toml"
    path.write_text(shipped.replace('slug = "pistoia2030"', f'slug = "{slug}"'), encoding="utf-8")
    load_call(system.services, path)


def test_an_editor_sees_a_pasted_clip_before_the_readers_do(
    wordpress: WordPress, open_browser: Callable[..., Page], system: System, stage: Stage
) -> None:
    # Given an editor at an empty post
    clip = stage.in_the_gallery("Incollata")
    page = open_browser(width_px=1280)
    logs_in(page, wordpress)
    page.goto(f"{wordpress.url}/wp-admin/post-new.php")

    # When they paste a clip's address under the title, into the block for it: an address of https becomes one by itself
    page.get_by_role("textbox", name="Add title").fill("Dalla redazione")
    page.keyboard.press("Enter")
    page.keyboard.type("/embed")
    page.get_by_role("option", name="Embed", exact=True).click()
    page.get_by_role("textbox", name="Embed URL").fill(url_of(clip, stage, system))
    page.keyboard.press("Enter")

    # Then the editor shows the clip, and so does the post
    preview = page.frame_locator(".wp-block-embed iframe")
    expect(preview.get_by_text(clip.name)).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_label("Editor publish").get_by_role("button", name="Publish", exact=True).click()
    page.get_by_label("Editor publish").get_by_role("link", name="View Post").click()
    plays(inside(page).locator("video"))
    stage.withdraws(clip)


def finds_it_gone(visitor: Visitor, post_url: str) -> None:
    """See the word that a clip is gone: a browser may show a frame again for a second before it asks anew."""
    wait_until(lambda: headline(visitor, post_url) == GONE, what="the clip's going")


def headline(visitor: Visitor, post_url: str) -> str:
    """What the frame in a post says first, when somebody comes to read it."""
    visitor.goes_to(post_url)
    return inside(visitor.page).get_by_role("heading").inner_text()


def names_seen(visitor: Visitor, post_url: str) -> list[str]:
    """Whose clips the frame in a post shows, when somebody comes to read it."""
    visitor.goes_to(post_url)
    inside(visitor.page).get_by_role("heading", level=1).wait_for()
    return inside(visitor.page).locator(".clip-name").all_inner_texts()


def logs_in(page: Page, wordpress: WordPress) -> None:
    page.goto(f"{wordpress.url}/wp-login.php")
    page.get_by_label("Username or Email Address").fill(EDITOR)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log In").click()


def url_of(clip: Staged, stage: Stage, system: System) -> str:
    return f"{system.url}{GALLERY}/{stage.clip_id(clip)}"
