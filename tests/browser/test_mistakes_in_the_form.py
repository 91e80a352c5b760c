"""A form with mistakes comes back as it was typed, and says what to mend and where."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import media_factory
from tests.people import KeyboardSender

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.system import System
    from tests.media_factory import MakeClip
    from tests.people import Sender


@pytest.fixture
def misnamed(clip: MakeClip, tmp_path: Path) -> Path:
    """A video whose name does not say so: the page looks at what it holds, the form at the name too."""
    return shutil.copy(clip(media_factory.a_portrait_clip), tmp_path / "video.txt")


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def mistaken_sender(request: pytest.FixtureRequest, a_sender: Callable[..., Sender], misnamed: Path) -> Sender:
    """Anna, whose role is blank, whose address is cut short, and whose video bears a wrong name."""
    anna = a_sender(has_javascript=request.param)
    anna.opens_the_call()
    anna.fills_in(Ruolo="  ", E_mail="anna@officina", kind="scuola")
    anna.agrees()
    anna.chooses(misnamed)
    anna.presses("Manda il video")
    expect(anna.mistakes).to_be_visible()
    return anna


def test_what_was_typed_is_kept(mistaken_sender: Sender) -> None:
    assert mistaken_sender.field("Nome").input_value() == "Anna"
    assert mistaken_sender.field("E-mail").input_value() == "anna@officina"
    assert mistaken_sender.field("Tipo di organizzazione").input_value() == "scuola"
    assert mistaken_sender.consent.is_checked()


def test_each_mistake_is_listed_in_the_order_of_the_page_and_leads_to_its_field(mistaken_sender: Sender) -> None:
    links = mistaken_sender.mistakes.get_by_role("link")

    expect(links).to_contain_text(["Ruolo", "E-mail", "Il tuo video"])
    links.nth(1).click()

    expect(mistaken_sender.field("E-mail")).to_be_focused()


def test_each_mistake_is_tied_to_its_field(mistaken_sender: Sender) -> None:
    role = mistaken_sender.field("Ruolo")

    expect(role).to_have_attribute("aria-invalid", "true")
    expect(role).to_have_accessible_description("Per esempio: fondatrice, insegnante, artigiano. Compila questo campo.")


def test_with_javascript_the_list_of_mistakes_is_read_first(sender: Sender, misnamed: Path) -> None:
    sender.opens_the_call()
    sender.fills_in(Ruolo="  ")
    sender.agrees()
    sender.chooses(misnamed)

    sender.presses("Manda il video")

    expect(sender.mistakes).to_be_focused()


def test_the_whole_form_is_sent_by_keyboard_alone(
    open_browser: Callable[..., Page], system: System, clip: MakeClip
) -> None:
    sender = KeyboardSender(open_browser(width_px=1280), system.url)
    sender.opens_the_call()

    sender.types("Nome", "Anna")
    sender.types("Cognome", "Rossi")
    sender.types("Ruolo", "Titolare")
    sender.types("Organizzazione", "Officina Rossi")
    sender.types("Tipo di organizzazione", "Impr")
    sender.types("E-mail", "anna.rossi@example.org")
    sender.picks("Il tuo video", clip(media_factory.a_portrait_clip))
    sender.strikes("Acconsento alla pubblicazione", "Space")
    sender.strikes("Manda il video", "Enter")

    sender.has_a_receipt()
    assert sender.unseen_stops == []
