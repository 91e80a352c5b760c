"""One running service and one Chromium for all stories; each person gets a browser of their own."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from intake.web.routing import API_PREFIX
from tests import media_factory
from tests.browser.exhibition import Exhibition, draw_bundle
from tests.browser.staging import Stage, let_the_undo_pass, write_down_what_is_said
from tests.browser.system import ADMIN, MODERATORS, PASSWORD, System, running_system
from tests.databases import a_swift_folder
from tests.faults.line import FAIR
from tests.people import PUBLISHED, WAITING, Admin, Moderator, Sender, Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Playwright,
        Request,
        Route,
        StorageState,
    )

    from tests.databases import Databases
    from tests.faults.line import Line
    from tests.media_factory import MakeClip

WHOLE_CHROMIUM: Final = "/usr/bin/chromium"
CHROMIUM: Final = shutil.which("chromium-headless-shell") or WHOLE_CHROMIUM
"""What of Chromium draws pages. The whole browser keeps windows for them that nobody sees: each page and each person
then costs four tenths of a second of processor time more. It is taken where a distribution has no such part.
"""

SWITCHES: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: Final = 360
DESKTOP: Final = 1280
_HEIGHTS: Final = {PHONE: 740, DESKTOP: 800}
FROM_A_PHONE: Final = media_factory.SHARED_MEDIA / "phone_whatsapp_android_640x352.mp4"
OUR_SCRIPTS: Final = re.compile(r"/static/.*[.]js$")
LOST_LINE: Final = re.compile(r"^Failed to load resource: net::ERR_")
_PATIENCE_MS: Final = 20_000


@pytest.fixture(scope="session")
def system(
    tmp_path_factory: pytest.TempPathFactory, storage: str, databases: Databases, any_kind: str
) -> Iterator[System]:
    """The whole service."""
    with a_swift_folder() as swift:
        url = databases.empty(any_kind, swift)
        with running_system(tmp_path_factory.mktemp("system"), storage, database_url=url) as system:
            yield system


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
    yield browser
    browser.close()


@dataclass
class Watch:
    """What a browser did behind its user's back."""

    origins: tuple[str, ...]
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    line_is_bad: bool = False
    _documents: set[str] = field(default_factory=set)

    def follow(self, page: Page) -> None:
        page.on("request", self._note_request)
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(urldefrag(request.url).url)
        if request.is_navigation_request() and request.frame.parent_frame is None:
            # Where people go is their own affair.
            return
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.strangers.append(request.url)

    def _note_message(self, message: ConsoleMessage) -> None:
        # A page or an API that answers 404, 410 or 422 is what the story is about; anything else it could not load is a
        # fault.
        asked = urldefrag(message.location["url"]).url
        is_answer = asked in self._documents or urlsplit(asked).path.startswith(API_PREFIX)
        is_own_status = message.text.startswith("Failed to load") and is_answer
        is_the_line = self.line_is_bad and LOST_LINE.search(message.text) is not None
        if message.type in {"error", "warning"} and not is_own_status and not is_the_line:
            self.complaints.append(f"{message.text} ({message.location['url']})")


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How somebody's browser is set up.

    Attributes:
        has_finger: A telephone's: what points is coarse.
        has_our_scripts: Measuring a page takes JavaScript: where ours must be absent, its files are empty.
        login: Of the moderator who logged in with it.
    """

    width_px: int = PHONE
    has_finger: bool = False
    has_javascript: bool = True
    has_our_scripts: bool = True
    login: str | None = None


class Browsers:
    """Every browser of the session: a new one for each person, or one that passes from hand to hand."""

    def __init__(self, chromium: Browser, logins: dict[str, StorageState]) -> None:
        self._chromium, self._logins = chromium, logins
        self._shared: dict[Setup, BrowserContext] = {}

    def shared(self, setup: Setup) -> BrowserContext:
        """One for all who only look; it is kept, which saves its start."""
        if setup not in self._shared:
            self._shared[setup] = self.new(setup)
        return self._shared[setup]

    def new(self, setup: Setup) -> BrowserContext:
        """A fresh one."""
        context = self._chromium.new_context(
            viewport={"width": setup.width_px, "height": _HEIGHTS[setup.width_px]},
            java_script_enabled=setup.has_javascript,
            is_mobile=setup.has_finger,
            has_touch=setup.has_finger,
            locale="it-IT",
            storage_state=self._logins.get(setup.login or ""),
        )
        context.set_default_timeout(_PATIENCE_MS)
        if not setup.has_our_scripts:
            context.route(OUR_SCRIPTS, _answer_emptily)
        return context


@pytest.fixture(scope="session")
def browsers(chromium: Browser, logins: dict[str, StorageState]) -> Browsers:
    return Browsers(chromium, logins)


@pytest.fixture
def watch(system: System) -> Iterator[Watch]:
    """Watch over the browsers of a story: they met no stranger, and complained of nothing."""
    watch = Watch(origins=system.origins)
    yield watch
    assert watch.strangers == []
    assert watch.complaints == []


@pytest.fixture
def line(system: System, watch: Watch) -> Iterator[Line]:
    """The line between browsers and buckets, to be made bad: that it fails is no fault of the page."""
    watch.line_is_bad = True
    yield system.line
    system.line.comes_back()
    system.line.turns(FAIR)


@pytest.fixture
def open_browser(browsers: Browsers, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open a browser of one's own."""
    contexts: list[BrowserContext] = []

    def open_one(**setup: Any) -> Page:  # noqa: ANN401 - the fields of a Setup
        contexts.append(browsers.new(Setup(**setup)))
        page = contexts[-1].new_page()
        watch.follow(page)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def open_window(browsers: Browsers, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open another window of a browser that others have used."""
    pages: list[Page] = []

    def open_one(**setup: Any) -> Page:  # noqa: ANN401 - the fields of a Setup
        pages.append(browsers.shared(Setup(**setup)).new_page())
        watch.follow(pages[-1])
        return pages[-1]

    yield open_one
    for page in pages:
        page.close()


def _answer_emptily(route: Route) -> None:
    route.fulfill(body="", content_type="text/javascript")


@pytest.fixture(scope="session")
def logins(chromium: Browser, system: System) -> dict[str, StorageState]:
    """What the moderators' browsers keep after they logged in, each once."""
    kept = {}
    for email in (*MODERATORS, ADMIN):
        context = chromium.new_context()
        Moderator(context.new_page(), system.url).logs_in(email, PASSWORD)
        kept[email] = context.storage_state()
        context.close()
    return kept


@pytest.fixture
def a_sender(open_browser: Callable[..., Page], system: System) -> Callable[..., Sender]:
    """Somebody with a phone, JavaScript on, unless told otherwise."""
    return lambda **browser: Sender(open_browser(**browser), system.url)


@pytest.fixture
def sender(a_sender: Callable[..., Sender]) -> Sender:
    return a_sender()


@pytest.fixture
def a_moderator(open_browser: Callable[..., Page], system: System) -> Callable[..., Moderator]:
    """One of the moderators, logged in, at a desk."""

    def arrive(number: int = 0, *, width_px: int = DESKTOP, **browser: bool) -> Moderator:
        return Moderator(open_browser(width_px=width_px, login=MODERATORS[number], **browser), system.url)

    return arrive


@pytest.fixture
def moderator(a_moderator: Callable[..., Moderator]) -> Moderator:
    return a_moderator()


@pytest.fixture
def an_admin(open_browser: Callable[..., Page], system: System) -> Callable[..., Admin]:
    """Somebody who may change what is called for, logged in, at a desk unless told otherwise."""
    return lambda *, width_px=DESKTOP, **browser: Admin(
        open_browser(width_px=width_px, login=ADMIN, **browser), system.url
    )


@pytest.fixture
def a_visitor(open_browser: Callable[..., Page], system: System) -> Callable[..., Visitor]:
    return lambda **browser: Visitor(open_browser(**browser), system.url)


@pytest.fixture
def visitor(a_visitor: Callable[..., Visitor]) -> Visitor:
    return a_visitor()


@dataclass(frozen=True, kw_only=True)
class PublishedClip:
    """A clip in the gallery, with everybody's address of it."""

    name: str
    url: str
    status_path: str
    desk_path: str

    @property
    def clip_id(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def embed_path(self) -> str:
        return f"/embed/{self.clip_id}"


@pytest.fixture(scope="session")
def published(
    system: System, chromium: Browser, logins: dict[str, StorageState], clip: MakeClip
) -> Iterator[PublishedClip]:
    """A clip that went all the way, for stories about what comes after; a phone's own where we have one."""
    with _going_all_the_way(system, chromium, logins, clip, family_name="Bianchi") as went:
        yield went


@pytest.fixture(scope="session")
def spoken(
    system: System, chromium: Browser, logins: dict[str, StorageState], clip: MakeClip
) -> Iterator[PublishedClip]:
    """As `published`, with captions in which the steps of the script are heard, and copies allowed."""
    with _going_all_the_way(system, chromium, logins, clip, family_name="Parlante") as went:
        write_down_what_is_said(system.services, went.clip_id)
        yield went


@contextmanager
def _going_all_the_way(
    system: System, chromium: Browser, logins: dict[str, StorageState], clip: MakeClip, *, family_name: str
) -> Iterator[PublishedClip]:
    video = FROM_A_PHONE if FROM_A_PHONE.exists() else clip(media_factory.a_landscape_clip)
    contexts = chromium.new_context(), chromium.new_context(storage_state=logins[MODERATORS[1]])
    carla = Sender(contexts[0].new_page(), system.url)
    moderator = Moderator(contexts[1].new_page(), system.url)
    carla.sends(video, Nome="Carla", Cognome=family_name)
    carla.waits_for(WAITING)
    moderator.opens_the_clip_of(f"Carla {family_name}")
    moderator.watches()
    desk_path = urlsplit(moderator.page.url).path
    moderator.decides("Approva e pubblica")
    moderator.has_decided("Approvato")
    let_the_undo_pass(system.services)
    carla.comes_back()
    carla.waits_for(PUBLISHED)
    url, status_path = carla.follows_the_link_to_the_gallery(), urlsplit(carla.status_url).path
    yield PublishedClip(name=f"Carla {family_name}", url=url, status_path=status_path, desk_path=desk_path)
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def stage(system: System, clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Sets submissions down where a story begins."""
    video = clip(media_factory.a_portrait_clip)
    still = tmp_path_factory.mktemp("still") / "still.jpg"
    subprocess.run(["ffmpeg", "-v", "error", "-i", video, "-frames:v", "1", still], check=True)
    return Stage(system, video=video, still=still)


@pytest.fixture(scope="session")
def exhibition(system: System, clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> Exhibition:
    """Hangs clips in a gallery that nobody's workers made."""
    bundle = tmp_path_factory.mktemp("bundle")
    draw_bundle(clip(media_factory.a_landscape_clip), bundle)
    return Exhibition(system.services, bundle)
