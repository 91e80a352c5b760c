"""What a submission's history is made of: its moves, and what else was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from intake.domain.changes import Change
    from intake.domain.states import State


class Cause(StrEnum):
    """Why a submission was moved, where the two states do not tell."""

    UNDONE = "undone"
    """Whoever decided took it back at once."""
    TAKEN_DOWN = "taken_down"
    """What was public, or about to be, shall be looked at again."""
    CAPTIONS_MISSING = "captions_missing"
    """Its call came to demand checked captions after it was approved without."""
    FILED = "filed"
    """Somebody on the staff handed it in for its sender."""
    CONFIRMED = "confirmed"
    """Its sender confirmed what somebody else had handed in, and answered the consents."""
    CORRECTED = "corrected"
    """A moderator corrected how something is spelled, or gave the clip words of its own."""
    RECUT_ASKED = "recut_asked"
    RECUT_MADE = "recut_made"
    RECUT_FAILED = "recut_failed"
    """It cannot be cut as somebody asked; it is as it was."""
    CLEANING_ASKED = "cleaning_asked"
    SOUND_CLEANED = "sound_cleaned"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One move in a submission's history.

    Attributes:
        actor: `sender`, `worker`, `dispatcher` or a staff member's e-mail address.
        reason: What the sender was told.
        note: What only staff may read.
        cause: Why, where the two states do not tell.
        changes: What is another by it.
    """

    at: datetime
    actor: str
    before: State | None
    after: State
    reason: str | None
    note: str | None
    changes: tuple[Change, ...] = ()
    cause: Cause | None = None
