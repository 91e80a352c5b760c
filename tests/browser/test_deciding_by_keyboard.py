"""A moderator who never touches a mouse: one clip after the other, each decided by a key or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.domain.states import State
from tests.builders import read
from tests.people import WAITING, plays
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.staging import Stage
    from tests.browser.system import System
    from tests.people import Moderator, Sender

TEN = ("Primi", "Secchi", "Terzi", "Quarti", "Quinti", "Sesti", "Settimi", "Ottavi", "Noni", "Decimi")


@pytest.fixture
def empty_queue(stage: Stage) -> Iterator[None]:
    """Nothing waits but what the story sets down, and nothing of it is left to the others."""
    stage.withdraws_all_that_wait()
    yield
    stage.withdraws_all_that_wait()


@pytest.mark.usefixtures("empty_queue")
def test_ten_clips_are_cleared_by_keyboard_alone(stage: Stage, moderator: Moderator, system: System) -> None:
    # Given ten clips that wait, and a moderator at the queue
    row = [stage.submission(name) for name in TEN]
    keys = moderator.page.keyboard
    moderator.opens("/moderate/")

    # When seven are approved, one of them after watching it
    moderator.strikes("n")
    moderator.is_at(row[0].name)
    keys.press("k")
    moderator.sees_it_play()
    keys.press("k")
    moderator.strikes("a")
    moderator.approves_by_key(*(staged.name for staged in row[1:7]))

    # And one is asked for again, by a canned reason
    moderator.is_at(row[7].name)
    keys.press("r")
    expect(moderator.page.get_by_label("Motivi pronti")).to_be_focused()
    moderator.reads("Scegli o scrivi il motivo, poi premi Ctrl e Invio")
    keys.press("ArrowDown")
    moderator.strikes("Control+Enter")

    # And one is declined in the moderator's own words
    moderator.is_at(row[8].name)
    keys.press("m")
    keys.type("Non parla di innovazione. Approva? No, a d r.")
    keys.press("Escape")
    moderator.strikes("d")

    # And the last is approved, taken back, and declined
    moderator.is_at(row[9].name)
    moderator.watches_by_key()
    moderator.strikes("a")
    moderator.sees_the_queue()
    moderator.strikes("u")
    moderator.is_at(row[9].name)
    keys.press("d")
    keys.press("Tab")
    keys.type("Non si vede bene.")
    moderator.strikes("Control+Enter")

    # Then nothing waits any more, and each is as it was decided
    moderator.sees_the_queue()
    expect(moderator.page.get_by_role("link", name="da vedere 0")).to_be_visible()
    ended = [read(system.services, staged.id) for staged in row]
    # Whatever became of them since: their files are none that workers can publish.
    assert [clip.approved_sha256 is not None for clip in ended] == [True] * 7 + [False] * 3
    assert [clip.state for clip in ended[7:]] == [State.REDO_REQUESTED, State.DECLINED, State.DECLINED]
    assert (ended[7].decision_reason or "").startswith("Si sente molto rumore di fondo")
    assert ended[8].decision_reason == "Non parla di innovazione. Approva? No, a d r."


@pytest.mark.usefixtures("empty_queue")
def test_a_key_that_is_pressed_twice_decides_once_and_on_what_was_watched(
    stage: Stage, moderator: Moderator, system: System
) -> None:
    # Given two clips that wait, of which the first was watched
    first, second = stage.submission("Primo"), stage.submission("Secondo")
    moderator.opens(first.desk_path)
    moderator.watches_by_key()

    # When its approval bounces, here and on the page that opens
    with moderator.page.expect_navigation(wait_until="load"):
        moderator.page.evaluate("for (const _ of [1, 2, 3]) document.querySelector('[data-key=a]').click()")
    moderator.is_at(second.name)
    moderator.has_keys()
    moderator.page.keyboard.press("a")
    moderator.page.keyboard.press("a")

    # Then the first is approved, and can be taken back, and the second waits for somebody who watches it
    moderator.reads("Non hai ancora guardato questo video")
    moderator.has_decided("Approvato")
    assert read(system.services, first.id).approved_sha256 is not None
    assert read(system.services, second.id).state is State.AWAITING_REVIEW
    moderator.watches_by_key()
    moderator.strikes("a")
    assert read(system.services, second.id).approved_sha256 is not None


@pytest.mark.usefixtures("empty_queue")
def test_a_double_click_does_not_reach_the_clip_that_opens_next(
    stage: Stage, moderator: Moderator, system: System
) -> None:
    first, second = stage.submission("Terzo"), stage.submission("Quarto")
    moderator.opens(first.desk_path)
    button = moderator.page.get_by_role("button", name="Approva e pubblica")

    with moderator.page.expect_navigation(wait_until="commit"):
        button.dblclick(no_wait_after=True)
    moderator.is_at(second.name)
    guard = button.evaluate("button => getComputedStyle(button.parentElement).animationName")
    decided = read(system.services, second.id).state

    # It takes no press for a second, whenever that second was.
    assert (guard, decided) == ("take-no-press", State.AWAITING_REVIEW)
    button.click()
    moderator.sees_the_queue()


def test_the_player_is_moved_by_keys(stage: Stage, moderator: Moderator) -> None:
    moderator.opens(stage.submission("Lenti").desk_path)
    moderator.has_keys()
    keys, video = moderator.page.keyboard, moderator.page.locator("video")
    expect(video).to_have_js_property("readyState", 4)

    keys.press("l")
    wait_until(lambda: video.evaluate("video => video.currentTime") > 3, what="seeking forward")
    keys.press("j")
    wait_until(lambda: video.evaluate("video => video.currentTime") < 3, what="seeking back")
    keys.press(">")
    keys.press(">")
    keys.press("<")

    assert video.evaluate("video => video.playbackRate") == 1.25


def test_the_keys_are_listed_and_can_be_switched_off(stage: Stage, moderator: Moderator, system: System) -> None:
    # Given a moderator who asks which keys there are
    staged = stage.submission("Riva")
    moderator.opens(staged.desk_path)
    moderator.has_keys()
    moderator.page.keyboard.press("?")
    keys = moderator.page.get_by_role("dialog")
    expect(keys).to_contain_text("annulla l'ultima decisione")

    # When they switch them off, keep them so, and press one
    keys.get_by_role("checkbox").focus()
    moderator.page.keyboard.press("Space")
    moderator.page.keyboard.press("Escape")
    moderator.page.reload()
    moderator.page.keyboard.press("a")
    moderator.page.keyboard.press("?")

    # Then nothing happens
    expect(moderator.page.get_by_role("dialog")).to_have_count(0)
    moderator.is_at(staged.name)
    assert read(system.services, staged.id).state is State.AWAITING_REVIEW
    # And the button still shows them, to be switched on again.
    moderator.page.get_by_role("button", name="Tasti").click()
    expect(moderator.page.get_by_role("checkbox", name="Usa i tasti")).not_to_be_checked()


def test_the_seconds_run_out(stage: Stage, moderator: Moderator) -> None:
    moderator.page.clock.install()
    moderator.opens(stage.submission("Sala").desk_path)
    moderator.gives_the_reason("Il volto è controluce.")
    moderator.decides("Rifiuta")
    moderator.has_decided("Rifiutato: Ada Sala legge il motivo.")
    button = moderator.page.get_by_role("button", name="Annulla")
    button.focus()

    moderator.page.clock.fast_forward(11_000)

    expect(button).to_have_count(0)
    moderator.has_decided("Rifiutato: Ada Sala legge il motivo.")
    expect(moderator.page.locator("#main")).to_be_focused()


def test_the_seconds_stand_still_for_who_is_at_the_button(stage: Stage, moderator: Moderator, system: System) -> None:
    staged = stage.submission("Bravi")
    moderator.opens(staged.desk_path)
    moderator.watches_by_key()
    moderator.strikes("a")
    moderator.tabs_to(moderator.page.get_by_role("button", name="Annulla"))
    moderator.reads("il tempo è fermo")

    with moderator.page.expect_response(lambda answer: answer.url.endswith("/undo/hold") and answer.text() == "10"):
        pass
    moderator.strikes("Enter")

    moderator.reads("Annullato: è tutto come prima")
    assert read(system.services, staged.id).state is State.AWAITING_REVIEW


def test_a_moderator_without_javascript_reads_the_mail_decides_and_undoes(
    stage: Stage, a_moderator: Callable[..., Moderator], sender: Sender
) -> None:
    # Given a moderator who chose a reason and asks for the mail
    staged = stage.submission("Monti", language="en")
    moderator = a_moderator(has_javascript=False)
    moderator.opens(staged.desk_path)
    moderator.page.get_by_label("Motivi pronti").select_option("advertising")
    moderator.gives_the_reason("Thank you, Ada.")
    moderator.decides("Anteprima della mail")

    # When they have read it, they decline, and think better of it
    moderator.reads("Your video mostly advertises")
    moderator.decides("Rifiuta")
    moderator.has_decided("Rifiutato")
    sender.opens(f"{staged.status_path}?lang=it")
    meanwhile = sender.headline.inner_text()
    moderator.decides("Annulla")

    # Then it waits as before, and its sender never read anything else
    moderator.reads("Annullato: è tutto come prima")
    assert meanwhile == WAITING
    sender.opens(f"{staged.status_path}?lang=it")
    expect(sender.headline).to_have_text(WAITING)


def test_the_mail_is_shown_in_the_page(stage: Stage, moderator: Moderator) -> None:
    moderator.opens(stage.submission("Corti").desk_path)
    plays(moderator.page.locator("video"))
    moderator.page.get_by_label("Motivi pronti").select_option("noise")
    moderator.page.get_by_label("Motivi pronti").select_option("picture")

    moderator.decides("Anteprima della mail")

    mail = moderator.page.locator("#mail-preview")
    expect(mail).to_contain_text("L'immagine è troppo mossa")
    expect(mail).not_to_contain_text("rumore di fondo")
    expect(mail).to_be_focused()
    # The page was not loaded anew.
    assert moderator.page.locator("video").evaluate("video => video.currentTime") > 0
