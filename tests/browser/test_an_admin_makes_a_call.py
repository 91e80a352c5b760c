"""An admin makes a call, looks at it before anybody else does, and a clip arrives in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import media_factory
from tests.browser.conftest import PHONE
from tests.people import WAITING, Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.media_factory import MakeClip
    from tests.people import Admin, Moderator


@pytest.mark.parametrize(
    "browser",
    [
        pytest.param({}, id="at a desk"),
        pytest.param({"width_px": PHONE, "has_javascript": False}, id="on a phone, without scripts"),
    ],
)
def test_an_admin_makes_a_call_and_a_clip_arrives_in_it(
    an_admin: Callable[..., Admin],
    sender: Sender,
    moderator: Moderator,
    clip: MakeClip,
    browser: dict[str, object],
) -> None:
    # Given an admin who writes a call with two steps and a question of its own, and forgets a text
    slug = f"banchi-{len(browser)}"
    admin = an_admin(**browser)
    admin.opens_the_calls()
    admin.page.get_by_role("link", name="Nuovo invito").click()
    admin.types(
        slug=slug,
        title__it=f"Voci di {slug}",
        brief__it="Raccontaci il tuo banco.",
        noise_advice__en="",
        contact_email="banchi@example.org",
        steps__0__title__it="Presentati",
        steps__0__text__it="Di' il tuo nome.",
        organisation_kinds__it="Banco\nBottega",
        organisation_kinds__en="",
        consents__gallery__text__it="Acconsento alla pubblicazione del mio video.",
        look__accent="#1f4f8f",
    )
    admin.presses("Aggiungi un passo")
    admin.types(steps__1__title__it="Mostra", steps__1__text__it="Mostra che cosa vendi.")
    admin.presses("Aggiungi una domanda")
    admin.types(fields__0__choices__it="Pistoia\nPrato")
    admin.presses("Salva")

    # When the page says what is missing and where, the admin mends it, looks at the page, and saves
    expect(admin.page.get_by_role("alert")).to_contain_text("Domanda 1, Domanda: Scrivi questo testo.")
    admin.types(fields__0__label__it="Città")
    with admin.page.context.expect_page() as opened:
        admin.presses("Anteprima")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(f"Voci di {slug}")
    expect(opened.value.get_by_text("Mostra che cosa vendi.").first).to_be_visible()
    opened.value.close()
    admin.presses("Salva")
    admin.reads("Invito salvato.")

    # Then somebody answers the question and sends a clip, which waits for the moderators with the answer
    sender.call = slug
    sender.opens_the_call()
    sender.field("Città").select_option("prato")
    sender.fills_in(kind="bottega", Nome="Rita", Cognome=slug)
    sender.agrees()
    sender.chooses(clip(media_factory.a_portrait_clip))
    sender.presses("Manda il video")
    sender.has_a_receipt()
    sender.waits_for(WAITING)
    moderator.opens_the_clip_of(f"Rita {slug}")
    expect(moderator.page.locator("dl.facts").filter(has_text="Città")).to_contain_text("Prato")

    # And once it is closed, no more arrive
    admin.page.get_by_role("button", name=re.compile(f"Chiudi ora Voci di {slug}")).click()
    assert sender.opens(f"/calls/{slug}").status == 410
