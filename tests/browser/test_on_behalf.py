"""A clip that came by mail: a moderator hands it in, its sender agrees, and only then it goes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from intake.actions import submitting
from intake.db.engine import reading
from intake.domain.states import State
from tests import media_factory
from tests.browser.conftest import DESKTOP, FROM_A_PHONE, PHONE
from tests.builders import read
from tests.people import WAITING
from tests.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.staging import Stage
    from tests.browser.system import System
    from tests.media_factory import MakeClip
    from tests.people import Moderator, Sender

BRUNA = {
    "Nome": "Bruna",
    "Ruolo": "Presidente",
    "Organizzazione": "Cooperativa Ponte",
    "E-mail": "bruna.galli@example.org",
}
ASKED = "Manca solo il tuo sì"


@pytest.fixture
def video(clip: MakeClip) -> Path:
    """What came by mail."""
    return FROM_A_PHONE if FROM_A_PHONE.exists() else clip(media_factory.a_landscape_clip)


def hands_in(moderator: Moderator, video: Path, *, family_name: str) -> str:
    """Fill the form in as the mail says; the id of what is there afterwards."""
    for label, text in (BRUNA | {"Cognome": family_name}).items():
        moderator.page.get_by_label(re.compile(f"^{label}( |$)")).fill(text)
    moderator.page.get_by_label(re.compile("^Tipo di organizzazione")).select_option("associazione")
    moderator.page.get_by_label(re.compile("^Il tuo video|^Il video")).set_input_files(video)
    moderator.decides("Inserisci il video")
    moderator.is_at(f"Bruna {family_name}")
    return moderator.page.url.rpartition("/")[2].partition("?")[0]


def the_link_in_their_mail(system: System, submission_id: str) -> str:
    services = system.services
    with reading(services.engine) as connection:
        token = submitting.token_of(connection, read(services, submission_id).id, services.settings.secret_key)
    return f"/submissions/{token}?lang=it"


@pytest.mark.parametrize(
    "browser",
    [
        pytest.param({"width_px": DESKTOP}, id="at a desk"),
        pytest.param({"width_px": PHONE, "has_javascript": False}, id="on a phone, without scripts"),
    ],
)
def test_a_clip_that_came_by_mail_waits_for_its_sender(
    a_moderator: Callable[..., Moderator],
    a_sender: Callable[..., Sender],
    system: System,
    video: Path,
    browser: dict[str, Any],
) -> None:
    # Given a clip that a moderator hands in
    moderator = a_moderator(**browser)
    moderator.opens("/moderate/")
    moderator.page.get_by_role("link", name="Inserisci").click()
    moderator.page.locator("a[href*='/on-behalf/pistoia2030']").click()
    submission_id = hands_in(moderator, video, family_name=f"Galli{len(browser)}")
    moderator.reads("riceve una mail per controllare i dati e dare il consenso")

    # When it has been looked at, it cannot be approved
    wait_until(
        lambda: read(system.services, submission_id).state is State.AWAITING_REVIEW, patience_s=120, what="inspection"
    )
    moderator.page.reload()
    expect(moderator.page.get_by_role("button", name="Approva e pubblica")).to_be_disabled()
    moderator.reads("Aspettiamo il consenso di chi compare nel video")

    # And its sender follows the link, forgets the consent, and then gives it
    sender = a_sender(**browser)
    sender.opens(the_link_in_their_mail(system, submission_id))
    expect(sender.headline).to_have_text(WAITING)
    sender.page.locator("#confirm").evaluate("form => form.querySelector('form').noValidate = true")
    sender.field("Ruolo").fill("Fondatrice")
    sender.presses("Confermo e do il consenso")
    expect(sender.mistakes).to_contain_text("Spunta la casella del consenso")
    sender.consent.check()
    sender.presses("Confermo e do il consenso")
    sender.reads("Grazie, abbiamo la tua risposta")
    expect(sender.page.get_by_text(ASKED)).to_have_count(0)

    # Then it can be approved, and says what its sender put right
    moderator.page.reload()
    moderator.reads("Fondatrice")
    moderator.decides("Approva e pubblica")
    moderator.has_decided("Approvato")


def test_whoever_is_asked_can_say_no(stage: Stage, sender: Sender, system: System) -> None:
    staged = stage.filed("Neri")
    sender.opens(f"{staged.status_path}?lang=it")
    sender.reads(ASKED)

    sender.presses("No, cancellate tutto")

    expect(sender.page.get_by_text(ASKED)).to_have_count(0)
    assert read(system.services, staged.id).state is State.WITHDRAWN


def test_the_queue_says_whose_answer_is_awaited(stage: Stage, moderator: Moderator) -> None:
    staged = stage.filed("Lupi")

    moderator.opens("/moderate/?q=lupi")

    expect(moderator.page.locator("li", has_text=staged.name)).to_contain_text("aspetta il consenso")
