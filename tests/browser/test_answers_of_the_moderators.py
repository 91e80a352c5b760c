"""What moderators answer, and how the sender reads it; two of them at one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from intake.domain.states import State
from tests import media_factory
from tests.people import ASKED_AGAIN, DECLINED, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.staging import Stage
    from tests.media_factory import MakeClip
    from tests.people import Moderator, Sender

REASON = "Si sente molto il traffico.\nPuoi registrare in una stanza chiusa?"


def test_who_is_asked_again_reads_why_and_sends_a_new_file(
    stage: Stage, moderator: Moderator, sender: Sender, clip: MakeClip
) -> None:
    waiting = stage.submission("Galli")

    moderator.opens_the_clip_of(waiting.name)
    moderator.gives_the_reason(REASON)
    moderator.decides("Chiedi di rifarlo")
    moderator.has_decided(f"Nuova versione chiesta: {waiting.name} legge il motivo.")
    stage.lets_the_undo_pass()

    sender.opens(waiting.status_path)
    expect(sender.headline).to_have_text(ASKED_AGAIN)
    sender.reads("Puoi registrare in una stanza chiusa?")
    sender.sends_again(clip(media_factory.a_portrait_clip))
    sender.waits_for(WAITING)


def test_who_is_declined_reads_why(stage: Stage, moderator: Moderator, sender: Sender) -> None:
    waiting = stage.submission("Conti")

    moderator.opens_the_clip_of(waiting.name)
    moderator.gives_the_reason("Il messaggio non parla di innovazione.")
    moderator.decides("Rifiuta")
    moderator.has_decided("Rifiutato")
    stage.lets_the_undo_pass()

    sender.opens(waiting.status_path)
    expect(sender.headline).to_have_text(DECLINED)
    sender.reads("Il messaggio non parla di innovazione.")


def test_nobody_is_declined_without_a_reason(stage: Stage, moderator: Moderator) -> None:
    waiting = stage.submission("Fabbri")
    moderator.opens_the_clip_of(waiting.name)

    moderator.decides("Rifiuta")

    moderator.reads("Scrivi il motivo: chi ha mandato il video lo legge.")
    expect(moderator.page.get_by_label("Motivo")).to_have_attribute("aria-invalid", "true")


def test_a_moderator_works_without_javascript(
    stage: Stage, a_moderator: Callable[..., Moderator], sender: Sender
) -> None:
    waiting = stage.submission("Serra")
    moderator = a_moderator(has_javascript=False)

    moderator.opens_the_clip_of(waiting.name)
    moderator.chooses_the_poster(2)
    moderator.gives_the_reason("Il volto è controluce.")
    moderator.decides("Chiedi di rifarlo")
    moderator.has_decided("Nuova versione chiesta")
    stage.lets_the_undo_pass()

    sender.opens(waiting.status_path)
    expect(sender.headline).to_have_text(ASKED_AGAIN)


def test_of_two_who_decide_at_once_the_second_is_told(stage: Stage, a_moderator: Callable[..., Moderator]) -> None:
    # Given one clip open on two desks
    waiting = stage.submission("Moretti")
    lucia, marco = a_moderator(0), a_moderator(1)
    lucia.opens_the_clip_of(waiting.name)
    marco.opens_the_clip_of(waiting.name)

    # When both decide
    lucia.gives_the_reason("Il volto è controluce.")
    lucia.decides("Rifiuta")
    lucia.has_decided("Rifiutato")
    marco.decides("Approva e pubblica")

    # Then the second reads that it was decided, and how
    marco.reads("La tua decisione non è stata registrata")
    marco.reads("Il volto è controluce.")
    expect(marco.page.locator(".badge").first).to_have_text("non accettato")
    expect(marco.page.get_by_role("button", name="Approva e pubblica")).to_have_count(0)


def test_a_declined_clip_gets_a_second_look(stage: Stage, moderator: Moderator) -> None:
    declined = stage.submission("Leoni", state=State.DECLINED)
    moderator.opens(declined.desk_path)

    moderator.decides("Rimetti in coda")

    expect(moderator.page.get_by_role("button", name="Approva e pubblica")).to_be_visible()
