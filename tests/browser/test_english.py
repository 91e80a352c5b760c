"""Who asks for English gets English, on every page and from page to page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.domain.states import State
from tests.browser.inspection import italian_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import PublishedClip
    from tests.browser.staging import Stage
    from tests.people import Moderator, Visitor


def assert_english(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert italian_words(page) == set()


PAGES = (
    "/calls/pistoia2030",
    "/privacy",
    "/accessibility",
    "/gallery/pistoia2030",
    "/gallery/pistoia2030?q=nessuno",
    "/moderate/login",
    "/nowhere",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_speaks_english(visitor: Visitor, path: str) -> None:
    visitor.opens(f"{path}{'&' if '?' in path else '?'}lang=en")

    assert_english(visitor.page)


@pytest.mark.parametrize(
    "state",
    [State.UPLOADING, State.AWAITING_REVIEW, State.REFUSED, State.NEEDS_OPERATOR, State.ABANDONED, State.WITHDRAWN],
)
def test_a_status_page_speaks_english(stage: Stage, visitor: Visitor, state: State) -> None:
    staged = stage.submission("Smith", state=state, language="en")

    visitor.opens(staged.status_path)

    assert_english(visitor.page)


def test_a_visitor_stays_in_english(visitor: Visitor, published: PublishedClip) -> None:
    visitor.opens("/calls/pistoia2030?lang=en")
    visitor.page.get_by_role("link", name="Gallery").first.click()
    assert_english(visitor.page)

    # One clip alone has no search beside it; whoever looked for something has.
    visitor.opens("/gallery/pistoia2030?lang=en&q=nessuno")
    visitor.page.get_by_label("Search for a name").fill("carla")
    visitor.page.get_by_role("button", name="Search").click()
    assert_english(visitor.page)

    visitor.opens_the_clip_of(published.name)
    assert_english(visitor.page)


def test_a_form_with_mistakes_stays_in_english(visitor: Visitor) -> None:
    visitor.opens("/calls/pistoia2030?lang=en")
    form = visitor.page.locator("form[data-send]")
    form.evaluate("form => form.noValidate = true")

    form.get_by_role("button", name="Send the video").click()

    expect(visitor.page.get_by_role("alert")).to_be_visible()
    assert_english(visitor.page)


def test_a_moderator_stays_in_english(a_moderator: Callable[..., Moderator], stage: Stage) -> None:
    waiting = stage.submission("Jones", language="en")
    moderator = a_moderator()
    moderator.opens("/moderate/?lang=en")
    assert_english(moderator.page)

    # Only this clip: what others wrote to a moderator, and a moderator to them, is in their language.
    moderator.page.locator(".filters").get_by_role("link", name="to watch").click()
    moderator.page.get_by_role("searchbox").fill("jones")
    moderator.page.keyboard.press("Enter")
    moderator.page.get_by_role("link", name=waiting.name).click()
    expect(moderator.page.get_by_role("heading", level=1)).to_have_text(waiting.name)
    assert_english(moderator.page)

    moderator.page.get_by_role("textbox", name="Reason").fill("Too dark.")
    moderator.decides("Decline")
    moderator.has_decided("Declined")
    assert_english(moderator.page)


def test_who_must_log_in_first_does_so_in_english(visitor: Visitor) -> None:
    visitor.opens("/moderate/?lang=en")
    assert_english(visitor.page)

    visitor.page.get_by_label("Email").fill("nobody@example.org")
    visitor.page.get_by_label("Password").fill("not the right one, and long")
    visitor.page.get_by_role("button", name="Log in").click()

    expect(visitor.page.get_by_role("alert")).to_be_visible()
    assert_english(visitor.page)
