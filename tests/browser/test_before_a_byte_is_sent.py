"""The page looks at the chosen file itself, and says in the workers' words what is wrong, before anything is sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import media_factory
from tests.people import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Request

    from tests.browser.system import System
    from tests.media_factory import MakeClip
    from tests.people import Sender

NOT_A_VIDEO = Path(__file__)
TOO_LONG = "Il video dura 11 s; il massimo è 5 s. Accorcialo dal telefono (Modifica) o registra di nuovo."


def sent_by(page: Page) -> list[Request]:
    """Return a list that every form the page sends is added to."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent


@pytest.fixture
def ready_sender(sender: Sender) -> Sender:
    """Anna, who filled in all of the form of a call for very short clips, and has still to choose her video."""
    sender.opens("/calls/breve")
    sender.fills_in()
    sender.agrees()
    return sender


def test_a_good_video_is_shown_as_it_will_be_sent(ready_sender: Sender, clip: MakeClip) -> None:
    ready_sender.chooses(clip(media_factory.a_short_clip))

    expect(ready_sender.choice).to_contain_text("short.mp4")
    expect(ready_sender.choice).to_contain_text(re.compile(r"0,\d MB · 3 s · orizzontale"))
    expect(ready_sender.choice.locator("video")).to_be_visible()
    expect(ready_sender.field("Il tuo video")).to_have_js_property("validationMessage", "")


def test_a_video_that_is_too_long_is_not_sent(ready_sender: Sender, clip: MakeClip) -> None:
    sent = sent_by(ready_sender.page)
    video = ready_sender.field("Il tuo video")

    ready_sender.chooses(clip(media_factory.a_portrait_clip))
    expect(ready_sender.file_problems).to_contain_text(TOO_LONG)
    ready_sender.presses("Manda il video")

    expect(video).to_be_focused()
    expect(video).to_have_attribute("aria-invalid", "true")
    expect(video).to_have_accessible_description(re.compile(re.escape(TOO_LONG)))
    assert sent == []


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda _: NOT_A_VIDEO, "Questo file non è un video. Registra con la fotocamera del telefono"),
        (media_factory.a_clip_without_sound, "Il video non ha l'audio. Registra di nuovo con il microfono acceso"),
    ],
    ids=["a text", "a clip without sound"],
)
def test_a_wrong_file_is_stopped_with_the_workers_own_sentence(
    ready_sender: Sender, clip: MakeClip, build: media_factory.BuildClip, sentence: str
) -> None:
    ready_sender.chooses(clip(build))

    expect(ready_sender.file_problems).to_contain_text(sentence)
    expect(ready_sender.field("Il tuo video")).to_be_focused()


def test_a_file_that_is_too_large_is_stopped_unread(ready_sender: Sender, tmp_path: Path) -> None:
    with (tmp_path / "lungo.mp4").open("wb") as long_video:
        long_video.write(b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\x00\x00mdat")
        long_video.truncate(600_000_000)

    ready_sender.chooses(tmp_path / "lungo.mp4")

    expect(ready_sender.file_problems).to_contain_text("Il file pesa 600 MB; il massimo è 500 MB.")


def test_another_choice_takes_the_refusal_back(ready_sender: Sender, clip: MakeClip) -> None:
    ready_sender.chooses(NOT_A_VIDEO)
    expect(ready_sender.file_problems).to_contain_text("Questo file non è un video")

    ready_sender.chooses(clip(media_factory.a_short_clip))

    expect(ready_sender.choice).to_contain_text("3 s")
    expect(ready_sender.field("Il tuo video")).not_to_have_attribute("aria-invalid", "true")
    ready_sender.presses("Manda il video")
    ready_sender.has_a_receipt()


def test_what_only_this_browser_cannot_play_is_sent_and_taken(sender: Sender, clip: MakeClip) -> None:
    # Given a clip as newer iPhones record it, which Chromium does not decode here
    sender.opens_the_call()
    sender.fills_in()
    sender.agrees()

    # When it is chosen
    sender.chooses(clip(media_factory.an_hevc_clip))

    # Then its length is known all the same, nothing refuses it, and it is taken
    expect(sender.choice).to_contain_text("11 s · orizzontale")
    expect(sender.choice).to_contain_text(
        "Questo browser non può mostrare l'anteprima. Puoi mandare il video lo stesso"
    )
    sender.presses("Manda il video")
    sender.has_a_receipt()
    sender.waits_for(WAITING)


def test_without_javascript_the_camera_s_video_is_taken(
    a_sender: Callable[..., Sender], clip: MakeClip, system: System
) -> None:
    # Given a phone without JavaScript: its finger makes the second button appear
    sender = a_sender(has_javascript=False, has_finger=True)
    sender.opens("/calls/breve")
    sender.fills_in()
    sender.agrees()

    # When the camera app's button gives the video
    expect(sender.camera).to_be_visible()
    expect(sender.camera).to_have_accessible_name("Registra ora")
    sender.camera.set_input_files(clip(media_factory.a_short_clip))
    sender.presses("Manda il video")

    # Then nothing else is asked for
    sender.has_a_receipt()
    assert sender.page.url.startswith(system.url)


def test_on_a_phone_the_camera_s_video_is_looked_at_too(a_sender: Callable[..., Sender], clip: MakeClip) -> None:
    sender = a_sender(has_finger=True)
    sender.opens("/calls/breve")

    sender.camera.set_input_files(clip(media_factory.a_portrait_clip))

    expect(sender.choice).to_contain_text("11 s · verticale")
    expect(sender.file_problems).to_contain_text(TOO_LONG)
