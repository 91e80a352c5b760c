"""The only place for what a moderator may decide, and for how long that can be undone."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping


class Decision(StrEnum):
    """What a moderator may decide."""

    APPROVE = "approve"
    DECLINE = "decline"
    ASK_AGAIN = "ask_again"


UNDO_S: Final = 10
"""Seconds in which a decision can be undone; nothing that follows from it begins before they are over."""

MAX_UNDO_S: Final = 120
"""Seconds for which somebody who stays at the button can hold that time up: no longer, or a page that was forgotten
would hold up a publication. More than ten times the usual. Source: WCAG 2.2, 2.2.1 "Timing Adjustable".
"""

TOLD_OF_TAKE_DOWN_AFTER_S: Final = 30 * 60
"""Seconds after which a sender is told that their video is out of the gallery; one that is back by then is no news."""

MAX_AT_ONCE: Final = 50
"""How many clips may be declined at once: a page of the queue."""

LEADS_TO: Final[Mapping[Decision, State]] = MappingProxyType(
    {
        Decision.APPROVE: State.APPROVED,
        Decision.DECLINE: State.DECLINED,
        Decision.ASK_AGAIN: State.REDO_REQUESTED,
    }
)

DECIDED: Final = frozenset(LEADS_TO.values())
"""Where a submission rests right after a decision."""
