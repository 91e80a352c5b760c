"""Notes that somebody on the staff is here: at most once a minute, and never at the price of their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from intake.actions import staffing
from intake.db.engine import reading, writing
from intake.web.services import services

if TYPE_CHECKING:
    from intake.domain.staff import StaffId

log = structlog.get_logger()


def note_activity(staff_id: StaffId) -> None:
    """Write down that somebody is here, unless that was done a moment ago."""
    parts = services()
    now = parts.clock()
    try:
        with reading(parts.engine) as connection:
            is_news = staffing.is_news(connection, staff_id, now=now)
        if is_news:
            with writing(parts.engine) as connection:
                staffing.note_seen(connection, staff_id, now=now)
    except DBAPIError as error:
        # Busy, or two of their pages at once wrote the first line. Who only wants to see a page need not know.
        log.warning("activity_unwritten", cause=type(error).__name__)
