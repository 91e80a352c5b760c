"""A WordPress beside the running service, and Chromium to look at both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import (
    Watch,
    a_sender,
    a_visitor,
    browsers,
    chromium,
    logins,
    open_browser,
    playwright,
    published,
    stage,
    system,
    visitor,
)
from tests.wordpress.site import a_wordpress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.system import System
    from tests.wordpress.site import WordPress

# Fixtures of the browser's stories, of which these are more: pytest finds what this module names.
__all__ = (
    "a_sender",
    "a_visitor",
    "browsers",
    "chromium",
    "logins",
    "open_browser",
    "playwright",
    "published",
    "stage",
    "system",
    "visitor",
)


@pytest.fixture(scope="session")
def wordpress(system: System) -> Iterator[WordPress]:
    """Somebody else's site, which knows nothing of us."""
    with a_wordpress(system.url) as site:
        yield site


@pytest.fixture
def knowing_wordpress(wordpress: WordPress) -> Iterator[WordPress]:
    """The same site with our plugin."""
    with wordpress.our_plugin():
        yield wordpress
    assert wordpress.complaints == []


@pytest.fixture
def watch(system: System, wordpress: WordPress) -> Iterator[Watch]:
    """Watch over the browsers: their pages, WordPress's among them, meet no stranger and complain of nothing."""
    watch = Watch(origins=(*system.origins, wordpress.url))
    yield watch
    assert watch.strangers == []
    assert watch.complaints == []
