"""Somebody at a desk tries the sound of the room, records in the page, and sends what was recorded."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import sound_factory
from tests.browser.conftest import DESKTOP, SWITCHES, WHOLE_CHROMIUM, Browsers, Setup
from tests.browser.inspection import barriers
from tests.people import ASKED_AGAIN, WAITING, Sender
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Playwright

    from tests.browser.conftest import Watch
    from tests.browser.staging import Stage
    from tests.browser.system import System

DEVICES = ["camera", "microphone"]
RECORDS_WEBM_ALONE = "() => { MediaRecorder.isTypeSupported = (type) => type.startsWith('video/webm') }"
COUNTS_RECORDINGS = """() => {
  window.recordings = 0
  const begin = MediaRecorder.prototype.start
  MediaRecorder.prototype.start = function (...how) { recordings += 1; return begin.apply(this, how) }
}"""
INSTEAD = "Puoi sempre registrare con il telefono: poi apri questa pagina dal telefono e scegli il file."


@pytest.fixture(scope="module")
def chromium_at_a_desk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a camera, and a microphone beside a waterfall: five seconds of it, then a voice as well."""
    wav = tmp_path_factory.mktemp("microphone") / "room.wav"
    # Longer alone than the page asks for: it may begin to listen some moments after Chromium did.
    room = sound_factory.sound_check("menardi", "pink", 5, seed=2, silent_s=5)
    sound_factory.write_wav(room.samples, wav)
    switches = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={wav}"]
    # The part of it that only draws pages asks nobody for a camera.
    browser = playwright.chromium.launch(executable_path=WHOLE_CHROMIUM, args=[*SWITCHES, *switches])
    yield browser
    browser.close()


@contextmanager
def somebody_at(browser: Browser, watch: Watch, system: System, *, permissions: list[str]) -> Iterator[Sender]:
    """Somebody with the call for very short clips before them."""
    context = Browsers(browser, {}).new(Setup(width_px=DESKTOP))
    context.grant_permissions(permissions)
    page = context.new_page()
    watch.follow(page)
    sender = Sender(page, system.url)
    sender.opens("/calls/breve")
    yield sender
    context.close()


@pytest.fixture
def anna(chromium_at_a_desk: Browser, watch: Watch, system: System) -> Iterator[Sender]:
    """Anna, who lets the page use her camera and microphone."""
    with somebody_at(chromium_at_a_desk, watch, system, permissions=DEVICES) as sender:
        yield sender


@pytest.fixture
def bruno(chromium_at_a_desk: Browser, watch: Watch, system: System) -> Iterator[Sender]:
    """Bruno, who does not."""
    with somebody_at(chromium_at_a_desk, watch, system, permissions=[]) as sender:
        yield sender


def records(sender: Sender) -> None:
    """Record as long as the call allows, and look at it."""
    sender.presses("Registra ora")
    sender.presses("Comincia a registrare")
    sender.is_told("Registrazione finita. Riguardala")


def test_what_is_recorded_in_the_page_is_sent_and_taken(anna: Sender) -> None:
    # Given a form that lacks only the video
    anna.fills_in()
    anna.agrees()

    # When Anna records as long as she may, and uses it
    records(anna)
    anna.presses("Usa questo video")

    # Then it is in the form like any other file, and the workers take it
    expect(anna.choice).to_contain_text("registrazione.mp4")
    expect(anna.file_problems).to_be_empty()
    anna.presses("Manda il video")
    anna.has_a_receipt()
    anna.waits_for(WAITING)


def test_the_sound_check_says_that_the_room_is_loud(anna: Sender) -> None:
    anna.presses("Prova l'audio")
    anna.is_told("La prova resta nel tuo browser")

    anna.presses("Comincia la prova")
    anna.is_told("Adesso resta in silenzio")
    anna.is_told("Adesso leggi ad alta voce")

    anna.is_told("Qui c'è troppo rumore: prova un'altra stanza.")


def test_the_script_moves_by_arrow_keys_and_buttons(anna: Sender) -> None:
    anna.presses("Registra ora")
    step = anna.dialog.locator("[aria-current=step]")
    expect(step).to_contain_text("Presentati")

    anna.page.keyboard.press("ArrowRight")
    expect(step).to_contain_text("Presenta la tua organizzazione")
    anna.presses("Passo successivo")
    expect(step).to_contain_text("Racconta che cosa cambia")
    anna.presses("Passo precedente")
    expect(step).to_contain_text("Presenta la tua organizzazione")


def test_a_take_that_is_too_short_is_recorded_again(anna: Sender) -> None:
    anna.presses("Registra ora")
    anna.presses("Comincia a registrare")

    anna.presses("Ferma")

    anna.is_told("servono almeno 2 s")
    anna.presses("Registra di nuovo")
    expect(anna.dialog.get_by_role("button", name="Comincia a registrare")).to_be_focused()


def test_a_take_is_not_lost_by_accident(anna: Sender) -> None:
    asked: list[str] = []
    anna.page.on("dialog", lambda question: [asked.append(question.message), question.dismiss()])
    anna.presses("Registra ora")
    anna.presses("Comincia a registrare")
    expect(anna.dialog.get_by_role("button", name="Ferma")).to_be_visible()

    anna.page.keyboard.press("Escape")

    expect(anna.dialog).to_be_visible()
    assert asked == ["Se chiudi, la registrazione va persa. Chiudere?"]


def test_a_count_that_was_stopped_does_not_go_on_beside_the_next(anna: Sender) -> None:
    # Given somebody who stops the count at its start and starts it again
    anna.page.evaluate(COUNTS_RECORDINGS)
    anna.presses("Registra ora")
    anna.presses("Comincia a registrare")
    anna.presses("Aspetta")
    anna.presses("Comincia a registrare")

    # When they recorded as long as they may
    anna.is_told("Registrazione finita. Riguardala")

    # Then it was one recording
    assert anna.page.evaluate("recordings") == 1


def test_a_recorder_that_is_taken_out_of_the_page_lets_the_camera_go(anna: Sender) -> None:
    anna.presses("Registra ora")
    expect(anna.dialog.get_by_role("button", name="Comincia a registrare")).to_be_visible()
    anna.page.evaluate("window.tracks = document.querySelector('[data-seen]').srcObject.getTracks()")

    anna.page.evaluate("document.querySelector('dialog[data-recorder]').remove()")

    ended = "tracks.length === 2 && tracks.every(({ readyState }) => readyState === 'ended')"
    wait_until(lambda: anna.page.evaluate(ended), what="the camera's end")


def test_who_records_a_better_video_is_left_alone_by_the_page(anna: Sender, stage: Stage) -> None:
    # Given somebody who records in the place of a video that waits
    waiting = stage.submission("Serra")
    anna.opens(waiting.status_path)
    anna.page.locator("summary", has_text="Manda un video al posto di questo").click()
    anna.presses("Registra ora")
    expect(anna.dialog.get_by_role("button", name="Comincia a registrare")).to_be_visible()

    # When a moderator asks for another meanwhile, and the page hears of it
    stage.asks_again(waiting, "Si sente il traffico.")
    anna.looks_now()
    expect(anna.page).to_have_title(re.compile(re.escape(ASKED_AGAIN)))

    # Then the recorder is as it was
    expect(anna.dialog.get_by_role("button", name="Comincia a registrare")).to_be_visible()
    assert anna.page.evaluate("document.querySelector('[data-seen]').srcObject.active")


@pytest.mark.parametrize("opener", ["Prova l'audio", "Registra ora"])
def test_its_dialogs_keep_nobody_out(anna: Sender, opener: str) -> None:
    anna.presses(opener)
    expect(anna.dialog.locator(".btn-primary").first).to_be_focused()

    assert barriers(anna.page) == []


def test_the_focus_comes_back_when_a_dialog_closes(anna: Sender) -> None:
    anna.presses("Prova l'audio")
    expect(anna.dialog).to_be_visible()

    anna.page.keyboard.press("Escape")

    expect(anna.page.get_by_role("button", name="Prova l'audio")).to_be_focused()


def test_who_refuses_the_camera_hears_what_to_do_instead(bruno: Sender) -> None:
    bruno.presses("Registra ora")

    bruno.is_told("Il browser non può usare la videocamera e il microfono.")
    bruno.is_told(INSTEAD)


def test_who_refuses_the_microphone_may_record_all_the_same(bruno: Sender) -> None:
    bruno.presses("Prova l'audio")
    bruno.presses("Comincia la prova")

    bruno.is_told("Puoi registrare anche senza la prova")


def test_where_there_is_no_camera_the_phone_has_one(a_sender: Callable[..., Sender]) -> None:
    carla = a_sender(width_px=DESKTOP)
    carla.opens_the_call()

    carla.presses("Registra ora")

    carla.is_told("Non troviamo una videocamera con il microfono.")
    carla.is_told(INSTEAD)


def test_a_browser_that_records_no_mp4_says_so(anna: Sender) -> None:
    anna.page.evaluate(RECORDS_WEBM_ALONE)

    anna.presses("Registra ora")

    anna.is_told("Questo browser non sa registrare video in formato MP4.")
    anna.is_told(INSTEAD)
