"""What a submission's history is made of: its moves, and what else was done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from intake.domain.changes import Change
    from intake.domain.deletions import Deletion


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
    RECUT_GIVEN_UP = "recut_given_up"
    """Whoever works at it died of it again and again, and somebody said to leave it as it was."""
    CLEANING_ASKED = "cleaning_asked"
    SOUND_CLEANED = "sound_cleaned"
    CONSENT_TAKEN_BACK = "consent_taken_back"
    """Its sender took back an optional consent; the video stays."""
    REPORTED = "reported"
    """A visitor says that something is wrong with what is public."""
    PUBLIC_DELETED = "public_deleted"
    PRIVATE_DELETED = "private_deleted"
    """All of these files are gone; `deletions` has which."""


COMES_BACK: Final = frozenset({Cause.UNDONE, Cause.RECUT_MADE, Cause.RECUT_FAILED, Cause.RECUT_GIVEN_UP})
"""Why a clip waits that waited before and was only away for a while: it is no news, and keeps its place."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One move in a submission's history.

    Attributes:
        actor: `sender`, `visitor`, `worker`, `dispatcher` or a staff member's e-mail address.
        reason: What the sender was told.
        note: What only staff may read.
        cause: Why, where the two states do not tell.
        changes: What is another by it.
        reason_code: Which of the call's canned reasons *reason* is, or began as; of a report, what kind it is; of a
            consent that was taken back, which.
        deletion: What was deleted, where this line says so.
    """

    at: datetime
    actor: str
    before: State | None
    after: State
    reason: str | None
    note: str | None
    changes: tuple[Change, ...] = ()
    cause: Cause | None = None
    reason_code: str | None = None
    deletion: Deletion | None = None


def came_to_wait(moves: Iterable[Event]) -> datetime | None:
    """Say since when a clip waits to be watched, or waited last: what only came back keeps its place."""
    began = [
        move.at
        for move in moves
        if move.after is State.AWAITING_REVIEW and move.before is not move.after and move.cause not in COMES_BACK
    ]
    return began[-1] if began else None
