"""Real browsers, of a telephone's and of a desk's size."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect, sync_playwright

from tests.people import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM: Final = "/usr/bin/chromium"
_SWITCHES: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium."""
    # A container that comes back and a machine that builds images keep people waiting.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_SWITCHES))
        yield browser
        browser.close()


def phone(browser: Browser) -> Page:
    """Open a telephone's browser, with nothing in it from before."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    return context.new_page()


def desk(browser: Browser) -> Page:
    """Open a browser at a desk, with nothing in it from before."""
    return browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
