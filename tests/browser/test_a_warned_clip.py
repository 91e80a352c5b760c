"""A clip that could be better: its sender is told, and sends it all the same. A warning invites, it never blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests import media_factory
from tests.people import WAITING

if TYPE_CHECKING:
    from tests.media_factory import MakeClip
    from tests.people import Moderator, Sender


def test_who_is_told_that_they_are_too_quiet_may_leave_it_so(
    sender: Sender, moderator: Moderator, clip: MakeClip
) -> None:
    # Given somebody who spoke from the other end of the room
    sender.sends(clip(media_factory.a_quiet_clip), Nome="Piera", Cognome="Pianini")

    # When it was looked at
    sender.waits_for(WAITING)

    # Then they read what could be better, and that nothing has to be done
    expect(sender.warnings.filter(has_text="LUFS")).to_be_visible()
    expect(sender.failures).to_have_count(0)
    sender.reads("Puoi lasciarlo così: decide la redazione.")

    # And the moderators have it
    moderator.opens_the_clip_of("Piera Pianini")
