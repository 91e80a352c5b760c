"""A clip is cut beside its player: its edges are taken from where the player stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.builders import some_findings, some_levels
from tests.people import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.staging import Stage
    from tests.people import Moderator


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
