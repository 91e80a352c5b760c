"""Captions written by hand beside the player, and read with the published clip."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests import media_factory
from tests.browser import inspection
from tests.browser.staging import is_published
from tests.people import PATIENCE_MS, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import PublishedClip
    from tests.browser.staging import Stage, Staged
    from tests.browser.system import System
    from tests.media_factory import MakeClip
    from tests.people import Moderator, Sender, Visitor


def opens_the_captions_of(moderator: Moderator, staged: Staged) -> Page:
    moderator.opens(f"{staged.desk_path}/captions")
    moderator.reads(f"Sottotitoli di {staged.name}")
    return moderator.page


def cues(page: Page) -> Locator:
    return page.locator("[data-item]")


def seeks(page: Page, to_s: float) -> None:
    """Move the player and wait until it is there."""
    page.locator("video").evaluate(
        """(video, to) => new Promise((there) => {
             video.addEventListener('seeked', there, { once: true })
             video.currentTime = to
           })""",
        to_s,
    )


def adds(page: Page, text: str, *, at_s: float) -> None:
    seeks(page, at_s)
    page.get_by_role("button", name="Aggiungi un sottotitolo dove sei nel video").click()
    page.keyboard.type(text)


def shown(page: Page) -> list[str]:
    """What stands over the picture now."""
    return page.locator("video").evaluate(
        "video => [...video.textTracks].flatMap(track => [...(track.activeCues ?? [])]).map(cue => cue.text)"
    )


def test_captions_are_written_beside_the_player_and_seen_with_the_clip(
    published: PublishedClip, moderator: Moderator, visitor: Visitor
) -> None:
    moderator.opens(f"{published.desk_path}/captions")
    page = moderator.page

    adds(page, "Buongiorno, sono Carla.", at_s=0.2)
    moderator.page.get_by_label("Controllati da me").check()
    page.get_by_role("button", name="Salva i sottotitoli").click()
    moderator.reads("Sottotitoli salvati e segnati come controllati da te.")

    visitor.goes_to(published.url)
    visitor.reads("Buongiorno, sono Carla.")
    track = visitor.page.locator("video track")
    expect(track).to_have_js_property("readyState", 2, timeout=PATIENCE_MS)
    # Other stories may have written some to this clip before.
    assert "Buongiorno, sono Carla." in track.evaluate("element => [...element.track.cues].map(cue => cue.text)")


def test_captions_stay_with_the_voice_when_the_clip_is_cut(
    sender: Sender, moderator: Moderator, visitor: Visitor, clip: MakeClip, system: System
) -> None:
    # Given a clip with a caption on either side of a cut
    sender.call = "breve"
    sender.sends(clip(media_factory.a_brief_clip), Nome="Vera", Cognome="Sottile")
    sender.waits_for(WAITING)
    moderator.opens_the_clip_of("Vera Sottile")
    page, desk_url = moderator.page, moderator.page.url.partition("?")[0]
    moderator.goes_to(f"{desk_url}/captions")
    adds(page, "Prima del taglio", at_s=0.0)
    seeks(page, 0.8)
    page.keyboard.press("Control+.")
    adds(page, "Dopo il taglio", at_s=1.5)
    page.get_by_role("button", name="Salva i sottotitoli").click()
    moderator.reads("Sottotitoli salvati.")
    moderator.goes_to(desk_url)
    page.get_by_text("Taglia l'inizio o la fine").click()
    page.get_by_label("Comincia a").fill("1")
    page.get_by_role("button", name="Prepara la copia così").click()
    moderator.loads_what_was_made()

    # When the editor is opened beside the copy that was cut, and a time is taken from the player
    moderator.goes_to(f"{desk_url}/captions")
    seeks(page, 0.3)
    in_between = shown(page)
    seeks(page, 0.6)
    spoken = shown(page)
    second = cues(page).nth(1)
    expect(second.locator("[data-start]")).to_have_value("0:01.500")
    second.locator("[data-text]").focus()
    seeks(page, 2.0)
    page.keyboard.press("Control+.")
    expect(second.locator("[data-end]")).to_have_value("0:03.000")
    page.get_by_label("Controllati da me").check()
    page.get_by_role("button", name="Salva i sottotitoli").click()
    moderator.reads("Sottotitoli salvati e segnati come controllati da te.")

    # And the clip is approved
    moderator.goes_to(desk_url)
    moderator.decides("Approva e pubblica")
    moderator.has_decided("Approvato")
    visitor.goes_to(is_published(system.services, sender))

    # Then the editor keeps the original's clock, and everybody reads by that of the clip they see
    assert (in_between, spoken) == ([], ["Dopo il taglio"])
    track = visitor.page.locator("video track")
    expect(track).to_have_js_property("readyState", 2, timeout=PATIENCE_MS)
    public = track.evaluate("track => [...track.track.cues].map(cue => [cue.startTime, cue.endTime, cue.text])")
    assert public == [[0.5, 2.0, "Dopo il taglio"]]


def test_a_list_takes_the_place_of_the_text_and_shows_it_over_the_picture(stage: Stage, moderator: Moderator) -> None:
    page = opens_the_captions_of(moderator, stage.submission("Fontana"))

    adds(page, "Mi chiamo Ada Fontana e lavoro qui da dieci anni.", at_s=0.5)

    expect(page.get_by_label("I sottotitoli, in WebVTT")).to_be_hidden()
    expect(cues(page)).to_have_count(1)
    moderator.reads(re.compile(r"Riga di 49 caratteri su 37.*troppo veloce da leggere"))
    seeks(page, 1.0)
    assert shown(page) == ["Mi chiamo Ada Fontana e lavoro qui da dieci anni."]


def test_keys_set_times_and_play(stage: Stage, moderator: Moderator) -> None:
    page = opens_the_captions_of(moderator, stage.submission("Greco"))
    adds(page, "Ciao", at_s=0.5)

    seeks(page, 0.75)
    page.keyboard.press("Control+,")
    seeks(page, 1.5)
    page.keyboard.press("Control+.")

    first = cues(page).first
    expect(first.locator("[data-start]")).to_have_value("0:00.750")
    expect(first.locator("[data-end]")).to_have_value("0:01.500")
    expect(first.locator("[data-text]")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("video")).to_have_js_property("paused", value=True, timeout=PATIENCE_MS)


def test_captions_are_split_joined_and_deleted(stage: Stage, moderator: Moderator) -> None:
    page = opens_the_captions_of(moderator, stage.submission("Marino"))
    adds(page, "Uno due", at_s=0.5)

    page.keyboard.press("Home")
    page.keyboard.press("Control+ArrowRight")
    page.get_by_role("button", name="Dividi al cursore").click()
    expect(cues(page)).to_have_count(2)
    page.get_by_role("button", name="Unisci al prossimo").first.click()
    expect(cues(page)).to_have_count(1)
    expect(cues(page).locator("[data-text]")).to_have_value("Uno due")
    page.get_by_role("button", name="Elimina").click()

    moderator.reads("Qui non c'è ancora nulla.")


def test_who_leaves_with_unsaved_changes_is_asked(stage: Stage, moderator: Moderator) -> None:
    page = opens_the_captions_of(moderator, stage.submission("Serra"))
    adds(page, "Ciao", at_s=0.5)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.get_by_role("link", name="Torna al video").click()
    expect(page.get_by_role("heading", name="La decisione")).to_be_visible()

    assert asked == ["beforeunload"]


def test_two_who_edit_at_once_lose_nothing(stage: Stage, a_moderator: Callable[..., Moderator]) -> None:
    staged = stage.submission("Sala")
    lucia, marco = a_moderator(0), a_moderator(1)
    pages = [opens_the_captions_of(lucia, staged), opens_the_captions_of(marco, staged)]
    adds(pages[0], "Quello di Lucia", at_s=0.5)
    adds(pages[1], "Quello di Marco", at_s=0.5)

    pages[0].get_by_role("button", name="Salva i sottotitoli").click()
    lucia.reads("Sottotitoli salvati.")
    pages[1].get_by_role("button", name="Salva i sottotitoli").click()

    marco.reads("Intanto qualcun altro ha salvato")
    expect(cues(pages[1]).locator("[data-text]")).to_have_value("Quello di Marco")
    pages[1].get_by_text("I sottotitoli salvati dall'altra persona").click()
    marco.reads("Quello di Lucia")


def test_the_editor_keeps_nobody_out(stage: Stage, moderator: Moderator) -> None:
    page = opens_the_captions_of(moderator, stage.submission("Villa"))

    adds(page, "Ciao a tutti", at_s=0.5)

    assert inspection.barriers(page) == []


def test_the_editor_speaks_english(stage: Stage, moderator: Moderator) -> None:
    staged = stage.submission("Villa")

    moderator.opens(f"{staged.desk_path}/captions?lang=en")
    moderator.page.get_by_role("button", name="Add a caption where you are in the video").click()

    assert inspection.italian_words(moderator.page) == set()


def test_without_scripts_one_text_holds_them_all(stage: Stage, a_moderator: Callable[..., Moderator]) -> None:
    moderator = a_moderator(has_javascript=False)
    page = opens_the_captions_of(moderator, stage.submission("Bassi"))

    page.get_by_label("I sottotitoli, in WebVTT").fill("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nCiao a tutti\n")
    page.get_by_role("button", name="Salva i sottotitoli").click()

    moderator.reads("Sottotitoli salvati.")
    expect(page.get_by_label("I sottotitoli, in WebVTT")).to_have_value(re.compile("Ciao a tutti"))
