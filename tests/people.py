"""The people who use the service, each with a browser, in their own words."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from playwright.sync_api import Error, expect

from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page, Response

PATIENCE_MS: Final = 60_000
"""For what workers do, and for what a line takes; pages answer much sooner."""
COPY_LIFE_MS: Final = 1_100
"""For a second a browser may show again what it was given. Source: `Cache-Control` of public pages."""

ANNA: Final = {
    "Nome": "Anna",
    "Cognome": "Rossi",
    "Ruolo": "Titolare",
    "Organizzazione": "Officina Rossi",
    "E-mail": "anna.rossi@example.org",
}

WAITING: Final = "Il tuo video aspetta di essere visto"
REFUSED: Final = "Questo file non va bene, ma puoi rimediare"
ASKED_AGAIN: Final = "Ti chiediamo di registrare di nuovo"
DECLINED: Final = "Il tuo video non entrerà nella galleria"
PUBLISHED: Final = "Il tuo video è nella galleria"
WITHDRAWN: Final = "Hai ritirato il tuo video"


class _Person:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    def opens(self, path: str) -> Response:
        """Go to a page of the service."""
        return self.goes_to(self._url + path)

    def goes_to(self, url: str) -> Response:
        """Go to an address."""
        response = self.page.goto(url)
        assert response is not None
        return response

    def reads(self, text: str | re.Pattern[str]) -> None:
        """See *text* somewhere on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    @contextmanager
    def unfolding(self, title: str) -> Iterator[Locator]:
        """Open what is folded away under *title*."""
        folded = self.page.locator("details", has=self.page.locator("summary", has_text=title))
        folded.locator("summary").click()
        yield folded


class Sender(_Person):
    """Somebody who sends a video, once in their life."""

    status_url: str = ""

    @property
    def headline(self) -> Locator:
        """What the page says first."""
        return self.page.get_by_role("heading", level=1)

    @property
    def warnings(self) -> Locator:
        """What could be better."""
        return self.page.locator(".check-warn")

    @property
    def failures(self) -> Locator:
        """What must be better."""
        return self.page.locator(".check-fail")

    @property
    def marks(self) -> Locator:
        """Where the waveform says that something is wrong."""
        return self.page.locator(".waveform .mark")

    @property
    def mistakes(self) -> Locator:
        """The list of what to mend in the form."""
        return self.page.get_by_role("alert")

    @property
    def journey(self) -> Locator:
        """What the page says while the video is on its way."""
        return self.page.locator(".upload")

    @property
    def sent_percent(self) -> int:
        """How much of the video the page says is through."""
        return int(self.journey.get_by_role("progressbar").get_attribute("value") or 0)

    def waits_until_sent(self, percent: int) -> None:
        """Watch the bar until it has come so far."""
        wait_until(lambda: self.sent_percent >= percent, what=f"{percent} % of the upload")

    def closes_the_tab_and_comes_back(self) -> Sender:
        """Close the page, whatever it is doing, and take another of the same browser."""
        self.page.close()
        return Sender(self.page.context.new_page(), self._url)

    def is_in_a_hurry(self) -> None:
        """From the next page on, let the test say how time goes by."""
        self.page.clock.install()

    def hurries_until(self, wanted: Locator) -> None:
        """Let time go by twenty times as fast, for the page alone, until *wanted* is there."""
        wait_until(lambda: self._lets_a_second_pass() or wanted.is_visible(), what=str(wanted))

    def _lets_a_second_pass(self) -> None:
        # The page may be leaving just now.
        with suppress(Error):
            self.page.clock.run_for(1000)

    @property
    def consent(self) -> Locator:
        """The consent without which there is no gallery."""
        return self.page.get_by_label("Acconsento alla pubblicazione")

    @property
    def file_problems(self) -> Locator:
        """What is wrong with the file that was chosen."""
        return self.page.locator("[data-problems]")

    @property
    def choice(self) -> Locator:
        """What the page says of the file that was chosen."""
        return self.page.locator("[data-chosen]")

    @property
    def camera(self) -> Locator:
        """The button of a phone that opens its camera app."""
        return self.page.locator("input[capture]")

    @property
    def dialog(self) -> Locator:
        """The sound check, or the recorder."""
        return self.page.get_by_role("dialog")

    def is_told(self, text: str) -> None:
        """Read *text* in the dialog that is open, sooner or later."""
        expect(self.dialog.get_by_text(text)).to_be_visible(timeout=PATIENCE_MS)

    def field(self, label: str) -> Locator:
        """A field of the form."""
        # A part of the page may be labelled by a headline that begins in the same words.
        control = self.page.locator("input, select, textarea")
        return self.page.get_by_label(re.compile(f"^{label}( |$)")).and_(control)

    call: str = "pistoia2030"
    """The call they answer."""

    def opens_the_call(self) -> None:
        """Read what is asked for."""
        self.opens(f"/calls/{self.call}")

    def fills_in(self, *, kind: str = "impresa", **changes: str) -> None:
        """Write down who they are; *changes* by the label of the field, with `_` for `-`."""
        details = ANNA | {label.replace("_", "-"): value for label, value in changes.items()}
        for label, value in details.items():
            self.field(label).fill(value)
        self.field("Tipo di organizzazione").select_option(kind)

    def agrees(self) -> None:
        """Give the consent without which there is no gallery."""
        self.consent.check()

    def chooses(self, video: Path) -> None:
        """Pick a file."""
        self.field("Il tuo video").set_input_files(video)

    def presses(self, button: str) -> None:
        """Press a button that leads to another page."""
        self.page.get_by_role("button", name=button).click()

    def begins_to_send(self, video: Path, **changes: str) -> None:
        """Fill in the whole form and press the button."""
        self.opens_the_call()
        self.fills_in(**changes)
        self.agrees()
        self.chooses(video)
        self.presses("Manda il video")

    def sends(self, video: Path, **changes: str) -> None:
        """Fill in the whole form and send a video; the receipt is on the screen."""
        self.begins_to_send(video, **changes)
        self.has_a_receipt()

    def sends_again(self, video: Path) -> None:
        """Send a new file from the status page."""
        self.chooses(video)
        self.presses("Manda il nuovo video")
        self.has_a_receipt()

    @property
    def receipt(self) -> Locator:
        """What says that the video was received."""
        return self.page.get_by_role("heading", name="Ricevuto. Conserva questo link")

    def has_a_receipt(self) -> None:
        """See the receipt, once all of the video is through, and keep its link."""
        expect(self.receipt).to_be_visible(timeout=PATIENCE_MS)
        self.status_url = self.page.locator(".note-good .copyable").inner_text()

    def follows_the_link_to_the_gallery(self) -> str:
        """Open the published clip; returns its address."""
        self.page.get_by_role("link", name="Guarda il video in galleria").click()
        expect(self.page.locator("video")).to_be_visible()
        return self.page.url

    def comes_back(self) -> None:
        """Open the link they kept."""
        self.page.goto(self.status_url)

    def waits_for(self, headline: str) -> None:
        """Leave the page alone until it says *headline* by itself."""
        expect(self.headline).to_have_text(headline, timeout=PATIENCE_MS)

    def reloads_until(self, headline: str) -> None:
        """Look again and again, as one does without JavaScript."""
        self.comes_back()
        wait_until(lambda: self._looks_again() == headline, patience_s=PATIENCE_MS / 1000, what=headline)

    def looks_now(self) -> None:
        """Have the page look whether something is new, as it does when a line that was gone is back."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def withdraws(self) -> None:
        """Take the video back."""
        with self.unfolding("Ritira il video"):
            self.presses("Sì, ritira il mio video")
        expect(self.headline).to_have_text(WITHDRAWN)

    def _looks_again(self) -> str:
        self.page.reload()
        return self.headline.inner_text()


class KeyboardSender(Sender):
    """A sender who never touches a mouse: everything is reached by Tab, in the order of the page.

    Attributes:
        unseen_stops: Where the focus was and could not be seen.
    """

    def __init__(self, page: Page, url: str) -> None:
        super().__init__(page, url)
        self.unseen_stops: list[str] = []
        # From the start: asked for only when the key is pressed, the chooser may open before Playwright listens.
        page.on("filechooser", lambda _: None)

    def types(self, label: str, text: str) -> None:
        """Type into a field; a choice is made by its first letters."""
        self._tabs_to(self.field(label))
        self.page.keyboard.type(text)

    def picks(self, label: str, video: Path) -> None:
        """Open the browser's own chooser and choose a file."""
        self._tabs_to(self.field(label))
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(video)

    def strikes(self, name: str, key: str) -> None:
        """Reach a button or a box and press a key on it."""
        box_or_button = self.page.get_by_role("checkbox", name=name).or_(self.page.get_by_role("button", name=name))
        self._tabs_to(box_or_button)
        self.page.keyboard.press(key)

    def unfolds(self, title: str) -> None:
        """Reach what is folded away under *title*, and open it."""
        self._tabs_to(self.page.locator("summary", has_text=title))
        self.page.keyboard.press("Enter")

    def _tabs_to(self, wanted: Locator) -> None:
        wait_until(lambda: self._tabs_once(wanted), patience_s=PATIENCE_MS / 1000, what=f"reaching {wanted}")

    def _tabs_once(self, wanted: Locator) -> bool:
        self.page.keyboard.press("Tab")
        focused = self.page.locator(":focus")
        if focused.evaluate("element => getComputedStyle(element).outlineStyle") == "none":
            self.unseen_stops.append(focused.evaluate("element => element.outerHTML"))
        return bool(wanted.evaluate("element => element === document.activeElement"))


class Moderator(_Person):
    """Somebody who watches, judges and decides."""

    def logs_in(self, email: str, password: str) -> None:
        """Ask for the queue, and say who they are."""
        self.opens("/moderate/")
        self.page.get_by_label(re.compile("^Indirizzo email")).fill(email)
        self.page.get_by_label(re.compile("^Password")).fill(password)
        self.page.get_by_role("button", name="Entra").click()
        self.sees_the_queue()

    def sees_the_queue(self) -> None:
        """Be on the page that lists what waits."""
        expect(self.page.get_by_role("heading", name="Coda dei video", level=1)).to_be_visible()

    def opens_the_clip_of(self, name: str) -> None:
        """Find somebody's clip in the queue and open it."""
        self.opens(f"/moderate/?{urlencode({'q': name})}")
        self.page.get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    def watches(self) -> None:
        """Play the clip and see it move."""
        plays(self.page.locator("video"))

    def chooses_the_poster(self, number: int) -> None:
        """Pick a still, counted as the page counts them."""
        self.page.get_by_label(f"Immagine {number}").check()

    def gives_the_reason(self, reason: str) -> None:
        """Write what the sender will read."""
        self.page.get_by_label(re.compile("^Motivo")).fill(reason)

    def decides(self, button: str) -> None:
        """Press one of the three buttons."""
        self.page.get_by_role("button", name=button).click()

    def is_at(self, name: str) -> None:
        """Have somebody's clip before them."""
        expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    def strikes(self, key: str) -> None:
        """Press a key that leads to another page."""
        self.has_keys()
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)

    def has_keys(self) -> None:
        """Wait until the page listens to keys."""
        expect(self.page.locator("[data-keys-open]")).to_be_visible()

    def approves_by_key(self, *names: str) -> None:
        """Approve the clips of these people, which come one after the other."""
        for name in names:
            self.is_at(name)
            self.watches_by_key()
            self.strikes("a")
            self.has_decided("Approvato")

    def watches_by_key(self) -> None:
        """Have a clip play, without a mouse."""
        self.has_keys()
        self.page.keyboard.press("k")
        self.sees_it_play()

    def sees_it_play(self) -> None:
        """See that the picture moves."""
        video = self.page.locator("video")
        wait_until(lambda: video.evaluate("video => video.currentTime > 0.3"), what="playing")

    def tabs_to(self, wanted: Locator) -> None:
        """Go on by Tab until *wanted* has the focus."""
        wait_until(lambda: self._tabs_once(wanted), patience_s=PATIENCE_MS / 1000, what=f"reaching {wanted}")

    def strikes_often(self, key: str, times: int) -> None:
        """Press a key again and again."""
        for _ in range(times):
            self.page.keyboard.press(key)

    def loads_what_was_made(self) -> None:
        """Wait until the page says that what it waits for is there, and load it."""
        link = self.page.get_by_role("link", name="Carica di nuovo la pagina")
        expect(link).to_be_visible(timeout=PATIENCE_MS)
        link.press("Enter")
        expect(link).to_have_count(0)

    def _tabs_once(self, wanted: Locator) -> bool:
        self.page.keyboard.press("Tab")
        return bool(wanted.evaluate("element => element === document.activeElement"))

    def has_decided(self, words: str) -> None:
        """Read what was decided, beside the button that undoes it."""
        expect(self.page.locator(".undo")).to_contain_text(words)


class Admin(Moderator):
    """A moderator who may also change what is called for."""

    def opens_the_calls(self) -> None:
        """See which calls there are."""
        self.opens("/moderate/calls")

    def types(self, **texts: str) -> None:
        """Write into fields of a call, by the names of the form, with `__` for `.`."""
        for name, text in texts.items():
            self.page.locator(f"[name='{name.replace('__', '.')}']").fill(text)

    def presses(self, button: str) -> None:
        """Press the first button of that name."""
        self.page.get_by_role("button", name=button).first.click()


class Visitor(_Person):
    """Anybody who looks at the gallery."""

    def opens_the_gallery(self) -> None:
        """Look at what is published."""
        self.opens("/gallery/pistoia2030")

    @property
    def clips(self) -> Locator:
        """The clips on the page."""
        return self.page.locator(".clip-card")

    def opens_the_clip_of(self, name: str) -> None:
        """Open somebody's clip."""
        self.clips.get_by_role("link", name=name).first.click()
        expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    @property
    def video(self) -> Locator:
        """The player."""
        return self.page.locator("video")

    @property
    def film_url(self) -> str:
        """The address of the larger file that the player is offered; the lighter one comes first."""
        return str(self.video.locator("source").last.get_attribute("src"))


def plays(video: Locator) -> None:
    """Start a player as somebody at a keyboard does, and see that its picture moves.

    Raises:
        TimeoutError: Nothing moved.
    """
    video.press("Space")
    wait_until(
        lambda: video.evaluate("video => video.currentTime > 0.5 && video.getVideoPlaybackQuality().totalVideoFrames"),
        patience_s=PATIENCE_MS / 1000,
        what="playing",
    )


def is_upright(video: Locator) -> bool:
    """Whether the picture that a player shows is taller than wide."""
    return bool(video.evaluate("video => video.videoHeight > video.videoWidth && video.videoWidth > 0"))
