"""The only place that decides what of a submission its sender may hear of yet.

A decision that can still be undone is nobody's business but the staff's: until then a clip waits, where it waited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from intake.db import queries
from intake.domain.history import came_to_wait
from intake.domain.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.submissions import Submission


def as_told(connection: Connection, submission: Submission, *, now: datetime) -> Submission:
    """Return *submission* as its sender may know it."""
    if not submission.may_be_undone(now):
        return submission
    since = came_to_wait(queries.history(connection, submission.id))
    return replace(submission, state=State.AWAITING_REVIEW, moved_at=since or submission.moved_at, decision_reason=None)
