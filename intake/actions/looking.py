"""Who looks at what, so that two moderators do not watch the same clip; it locks nobody out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from intake.db.desk_tables import looks
from intake.domain.desk import LOOK_LIFE

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.submissions import SubmissionId


def note_look(connection: Connection, submission_id: SubmissionId, email: str, *, now: datetime) -> None:
    """Write down that somebody has a clip's page open; it is forgotten by itself when it is not said again."""
    connection.execute(delete(looks).where(looks.c.seen_at < now - LOOK_LIFE))
    # Two windows of one person say it at the same moment.
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    seen = insert(looks).values(submission_id=submission_id, staff_email=email, seen_at=now)
    connection.execute(seen.on_conflict_do_update(index_elements=looks.primary_key, set_={"seen_at": now}))
