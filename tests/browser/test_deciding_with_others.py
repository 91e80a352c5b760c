"""Two moderators at one clip, and several clips at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from intake.domain.states import State
from tests.browser.conftest import DESKTOP, PHONE
from tests.builders import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.staging import Stage
    from tests.browser.system import System
    from tests.people import Moderator

REASON = "Questo non è un videomessaggio."


def test_of_two_moderators_at_one_clip_the_second_is_told(
    stage: Stage, a_moderator: Callable[..., Moderator], system: System
) -> None:
    # Given two who watch the same clip
    staged = stage.submission("Tosi")
    lucia, marco = a_moderator(0), a_moderator(1)
    lucia.opens(staged.desk_path)
    marco.opens(staged.desk_path)

    # When one declines it and the other approves it
    lucia.gives_the_reason("Il volto è controluce.")
    lucia.decides("Rifiuta")
    lucia.has_decided("Rifiutato")
    marco.decides("Approva e pubblica")

    # Then the second reads how things are, and the first decision stands
    marco.reads("Qualcun altro ha già deciso")
    marco.reads("Il volto è controluce.")
    expect(marco.page.locator(".undo")).to_have_count(0)
    assert read(system.services, staged.id).state is State.DECLINED


def test_what_one_takes_back_the_other_may_decide(
    stage: Stage, a_moderator: Callable[..., Moderator], system: System
) -> None:
    staged = stage.submission("Vanni")
    lucia, marco = a_moderator(0), a_moderator(1)
    lucia.opens(staged.desk_path)
    lucia.gives_the_reason("Il volto è controluce.")
    lucia.decides("Rifiuta")
    lucia.has_decided("Rifiutato")

    lucia.decides("Annulla")
    lucia.reads("Annullato: è tutto come prima")
    marco.opens(staged.desk_path)
    marco.decides("Approva e pubblica")
    marco.has_decided("Approvato")

    assert read(system.services, staged.id).state in {State.APPROVED, State.PUBLISHED}


@pytest.mark.parametrize(
    ("width_px", "has_javascript"), [(DESKTOP, True), (PHONE, False)], ids=["at a desk", "on a phone, without scripts"]
)
def test_obvious_junk_is_declined_in_one_go_and_brought_back(
    stage: Stage,
    a_moderator: Callable[..., Moderator],
    system: System,
    width_px: int,
    has_javascript: bool,  # noqa: FBT001 - pytest names it
) -> None:
    # Given three clips, two of which are chosen
    name = f"Junk{width_px}"
    junk, more_junk, other = (stage.submission(name) for _ in range(3))
    moderator = a_moderator(width_px=width_px, has_javascript=has_javascript)
    moderator.opens(f"/moderate/?q={name}")
    for staged in (junk, more_junk):
        moderator.page.locator(f"input[name='id'][value='{staged.id}']").check()
    moderator.decides("Rifiuta quelli scelti")

    # When they are declined with one reason
    moderator.reads("2 video saranno rifiutati")
    moderator.gives_the_reason(REASON)
    moderator.decides("Rifiuta tutti")
    moderator.has_decided("Rifiutati: 2.")

    # Then they are, the other waits, and one button brings them back
    assert [read(system.services, one.id).state for one in (junk, more_junk, other)] == [
        State.DECLINED,
        State.DECLINED,
        State.AWAITING_REVIEW,
    ]
    moderator.decides("Annulla")
    moderator.reads("Annullato: è tutto come prima")
    assert {read(system.services, one.id).state for one in (junk, more_junk)} == {State.AWAITING_REVIEW}
