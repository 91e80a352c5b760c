"""The queue: who else looks, views that are addresses, clips that are stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.actions import operating
from intake.db.engine import writing
from intake.db.tables import jobs
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from tests.browser.inspection import barriers, italian_words
from tests.builders import CLIPPED, FINE, NOISY, read, some_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.staging import Stage, Staged
    from tests.browser.system import System
    from tests.people import Moderator, Sender

REASON = "Il file si apre solo a metà.\nPuoi mandarne un altro?"


@pytest.fixture
def stuck(stage: Stage, system: System) -> Staged:
    """A clip whose inspection died of the time it took."""
    staged = stage.submission("Valenti", state=State.UPLOADED)
    with writing(system.services.engine) as connection:
        mine = (jobs.c.submission_id == staged.id, jobs.c.kind == JobKind.INSPECT)
        died = {"state": JobState.DEAD, "last_error": "ToolTimedOut: ffmpeg took longer than 120 s"}
        connection.execute(jobs.update().where(*mine).values(**died))
        operating.call_operator(connection, staged.id, error=died["last_error"], now=system.services.clock())
    return staged


def test_two_moderators_see_that_they_look_at_the_same_clip(
    stage: Stage, a_moderator: Callable[..., Moderator]
) -> None:
    waiting = stage.submission("Ferri")
    first, second = a_moderator(0), a_moderator(1)
    first.page.clock.install()
    first.opens(waiting.desk_path)
    expect(first.page.get_by_text("lo sta guardando")).to_be_hidden()

    second.opens(waiting.desk_path)
    expect(second.page.get_by_text("lo sta guardando")).to_be_visible()
    first.page.clock.fast_forward(31_000)

    expect(first.page.get_by_text("lo sta guardando")).to_be_visible()
    second.opens("/moderate/?q=ferri")
    expect(second.page.locator("li", has_text=waiting.name).get_by_text("lo sta guardando")).to_be_visible()


def test_a_view_is_an_address_that_filters_without_scripts(stage: Stage, a_moderator: Callable[..., Moderator]) -> None:
    stage.judged_submission("Sereni", some_findings(checks=(FINE, NOISY, CLIPPED)))
    stage.submission("Sereni")
    moderator = a_moderator(has_javascript=False)
    moderator.opens("/moderate/")

    moderator.page.get_by_label("Cerca nei nomi e nelle note interne").fill("sereni")
    moderator.page.get_by_text("Filtri").click()
    moderator.page.get_by_label("Audio", exact=True).select_option("avvisi sull'audio")
    moderator.page.get_by_role("button", name="Mostra").click()
    expect(moderator.page.locator("ol.queue > li")).to_have_count(1)
    expect(moderator.page.locator("ol.queue > li")).to_contain_text("l'audio gracchia")

    moderator.page.get_by_role("link", name="togli avvisi sull'audio").click()
    expect(moderator.page.locator("ol.queue > li")).to_have_count(2)


@pytest.mark.parametrize("query", ["?q=sereni&verdict=warned&unknown=1", "?state=any&order=newest"])
def test_the_queue_keeps_nobody_out(
    stage: Stage, stuck: Staged, moderator: Moderator, a_moderator: Callable[..., Moderator], query: str
) -> None:
    stage.judged_submission("Sereni", some_findings(checks=(FINE, NOISY, CLIPPED)))
    a_moderator(1).opens(stage.submission("Sereni").desk_path)
    moderator.opens(f"/moderate/{query}")
    moderator.page.get_by_text("Filtri").click()
    moderator.page.get_by_text("Chiedi un altro file").first.click()

    assert stuck
    assert barriers(moderator.page) == []


@pytest.mark.parametrize("query", ["?lang=en&state=any&verdict=warned", "?lang=en&q=ada&foo=1"])
def test_the_queue_speaks_english(stage: Stage, stuck: Staged, moderator: Moderator, query: str) -> None:
    stage.judged_submission("Sereni", some_findings(checks=(FINE, NOISY, CLIPPED)))

    moderator.opens(f"/moderate/{query}")

    assert stuck
    assert italian_words(moderator.page) == set()


def test_who_sent_what_is_stuck_reads_why_it_comes_back(
    stuck: Staged, moderator: Moderator, sender: Sender, system: System
) -> None:
    moderator.opens("/moderate/?state=needs_operator")
    mine = moderator.page.locator(f'.stuck li:has([href^="{stuck.id}"])')
    expect(mine).to_contain_text("Ci ha messo più del tempo massimo.")

    mine.get_by_text("Chiedi un altro file").click()
    mine.get_by_label("Motivo").fill(REASON)
    mine.get_by_role("button", name="Rimanda a chi l'ha inviato").click()
    moderator.reads("Rimandato a chi l'ha inviato, con il tuo motivo.")

    sender.opens(stuck.status_path)
    sender.reads("Puoi mandarne un altro?")
    expect(sender.page.get_by_role("button", name="Manda il nuovo video")).to_be_visible()
    assert read(system.services, stuck.id).state is State.REFUSED
