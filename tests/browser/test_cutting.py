"""A clip is cut, turned and given a cleaner sound beside its player; what is published is what was watched then."""

from __future__ import annotations

import hashlib
import json
import subprocess
import urllib.request
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from intake.domain.submissions import SubmissionId
from tests import media_factory
from tests.browser.staging import is_published
from tests.builders import read, some_findings, some_levels
from tests.people import PATIENCE_MS, WAITING
from tests.servers import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from intake.wiring import Services
    from tests.browser.staging import Stage
    from tests.browser.system import System
    from tests.media_factory import MakeClip
    from tests.people import Moderator, Sender, Visitor


def seeks(page: Page, to_s: float) -> None:
    """Move the player and wait until it is there."""
    page.locator("video").evaluate(
        """(video, to) => new Promise((there) => {
             video.addEventListener('seeked', there, { once: true })
             video.currentTime = to
           })""",
        to_s,
    )


def test_an_edge_is_taken_from_the_player(stage: Stage, moderator: Moderator) -> None:
    staged = stage.judged_submission("Taglia", some_findings(levels=some_levels(speech_to_noise_db=12.0)))
    moderator.opens(staged.desk_path)
    page = moderator.page
    expect(page.get_by_role("button", name="Prova a pulire il suono")).to_be_visible()

    page.get_by_text("Taglia l'inizio o la fine").click()
    seeks(page, 0.4)
    page.get_by_role("button", name="Comincia dove sono ora").click()
    expect(page.get_by_label("Comincia a")).to_have_value("0,4", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Prepara la copia così").click()

    moderator.reads("Stiamo preparando la copia nuova dall'originale.")


def original_sha256(services: Services, page: Page) -> str:
    """Fetch the original of the clip that is looked at, and return its hash."""
    submission = read(services, SubmissionId(page.url.partition("?")[0].rpartition("/")[2]))
    assert submission.original_key is not None
    with urllib.request.urlopen(services.private.view_link(submission.original_key)) as original:
        return hashlib.sha256(original.read()).hexdigest()


def picture_of(url: str) -> dict[str, Any]:
    """What a player finds at an address: width, height, and how long it lasts."""
    wanted = ("-select_streams", "v", "-show_entries", "stream=width,height:format=duration", "-of", "json")
    found = subprocess.run(["ffprobe", "-v", "error", *wanted, url], capture_output=True, check=True)
    probed = json.loads(found.stdout)
    return {**probed["streams"][0], "duration_s": float(probed["format"]["duration"])}


def test_a_clip_is_cut_and_turned_by_keyboard_and_published_so(
    sender: Sender, moderator: Moderator, visitor: Visitor, clip: MakeClip, system: System
) -> None:
    # Given a clip of four seconds and a half before a moderator at a keyboard
    path = clip(media_factory.a_brief_clip)
    sender.call = "breve"
    sender.sends(path, Nome="Teo", Cognome="Forbici")
    sender.waits_for(WAITING)
    moderator.opens_the_clip_of("Teo Forbici")
    moderator.has_keys()
    page, keys = moderator.page, moderator.page.keyboard
    expect(page.locator("video")).to_have_js_property("readyState", 4)

    # When a second is cut off at either end, and the picture is turned
    moderator.strikes_often(".", 10)
    moderator.tabs_to(page.locator("summary", has_text="Taglia l'inizio o la fine"))
    keys.press("Enter")
    moderator.tabs_to(page.get_by_role("button", name="Comincia dove sono ora"))
    keys.press("Enter")
    expect(page.get_by_label("Comincia a")).to_have_value("1")
    keys.press("Escape")
    keys.press("l")
    moderator.strikes_often(",", 10)
    moderator.tabs_to(page.get_by_role("button", name="Finisci dove sono ora"))
    keys.press("Enter")
    moderator.tabs_to(page.get_by_label("L'immagine è girata?"))
    keys.press("ArrowDown")
    moderator.tabs_to(page.get_by_role("button", name="Prepara la copia così"))
    keys.press("Enter")

    # And the new copy comes, is watched, and approved
    moderator.loads_what_was_made()
    moderator.watches()
    original = original_sha256(system.services, page)
    moderator.strikes("a")
    moderator.has_decided("Approvato")
    visitor.goes_to(is_published(system.services, sender))

    # Then that is what everybody sees, and the original is as it was sent
    public = picture_of(visitor.film_url)
    assert public["duration_s"] == pytest.approx(2.5, abs=0.15)
    assert (public["width"], public["height"]) == (240, 320)
    assert original == hashlib.sha256(path.read_bytes()).hexdigest()


def hears(page: Page, choice: str, sound: str) -> None:
    """Choose what is heard with the picture, and wait until it plays where the picture is, and nothing else does."""
    page.get_by_role("radio", name=choice).check()
    alone = """([heard]) => {
      const video = document.querySelector('video')
      const others = [...document.querySelectorAll('[data-sound]')].filter((one) => one !== heard)
      return video.muted && !heard.paused && heard.currentTime > 0 && others.every((one) => one.paused) &&
        Math.abs(heard.currentTime - video.currentTime) < 0.25
    }"""
    audio = page.locator(f"[data-sound={sound}]")
    wait_until(lambda: audio.evaluate_all(alone), what=f"hearing the {sound} sound with the picture")


def voice_over_noise_db(source: str | Path) -> float:
    """By how much the sentence at the beginning of the noisy clip is louder than the road behind its end."""
    decode = ["ffmpeg", "-v", "error", "-i", str(source), "-vn", "-ac", "1", "-ar", "16000", "-f", "f32le", "-"]
    heard = np.frombuffer(subprocess.run(decode, capture_output=True, check=True).stdout, dtype="<f4")
    voice, road = heard[16_000 : 5 * 16_000], heard[17 * 8_000 : 21 * 8_000]
    return float(20 * np.log10(np.sqrt(np.mean(voice**2)) / np.sqrt(np.mean(road**2))))


def test_a_cleaner_sound_is_heard_beside_the_original_and_published_only_when_it_is_chosen(
    sender: Sender, moderator: Moderator, visitor: Visitor, clip: MakeClip, system: System
) -> None:
    # Given a clip recorded beside a road, whose sound is cleaned on request
    path = clip(media_factory.a_noisy_clip)
    sender.sends(path, Nome="Rita", Cognome="Strada")
    sender.waits_for(WAITING)
    moderator.opens_the_clip_of("Rita Strada")
    page, desk_url = moderator.page, moderator.page.url.partition("?")[0]
    moderator.decides("Prova a pulire il suono")
    moderator.loads_what_was_made()

    # When both are listened to, and the clip is approved as it is
    page.locator("video").evaluate("video => { video.loop = true }")
    moderator.watches()
    hears(page, "Quello pulito", "cleaner")
    hears(page, "Quello originale", "original")
    page.get_by_role("radio", name="Il suono di ora").check()
    expect(page.locator("video")).to_have_js_property("muted", value=False)
    moderator.decides("Approva e pubblica")
    visitor.goes_to(is_published(system.services, sender))
    as_sent_db = voice_over_noise_db(visitor.film_url)

    # And when it is taken down, the cleaner sound is chosen, and it is approved again
    moderator.goes_to(desk_url)
    page.get_by_label("Perché lo togli?").fill("Con il suono pulito si capisce meglio.")
    moderator.decides("Togli dalla galleria")
    page.get_by_label("Quale suono").select_option("cleaner")
    moderator.decides("Prepara la copia così")
    moderator.loads_what_was_made()
    moderator.decides("Approva e pubblica")
    visitor.goes_to(is_published(system.services, sender))
    chosen_db = voice_over_noise_db(visitor.film_url)

    # Then the first had the sender's sound, and the second much less of the road
    assert as_sent_db == pytest.approx(voice_over_noise_db(path), abs=2)
    assert chosen_db > as_sent_db + 10
