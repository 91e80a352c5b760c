"""The only place that reads which clips were handed in by staff for senders who did not answer yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, select

from intake.db.tables import consents, jobs, submissions
from intake.domain.jobs import JobKind
from intake.domain.states import FINAL, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.submissions import SubmissionId

_NOT_WAITED_FOR: Final = FINAL | {State.UPLOADING, State.DECLINED}
"""Where nobody's consent is waited for: it is over, or nothing came yet."""


def unanswered(connection: Connection, *, before: datetime) -> list[tuple[SubmissionId, int]]:
    """Return the submissions received before *before* whose sender neither answered nor was asked a second time."""
    was_asked = exists().where(jobs.c.submission_id == submissions.c.id, jobs.c.kind == JobKind.MAIL_UNCONFIRMED)
    query = select(submissions.c.id, submissions.c.revision).where(
        # Not `IS NOT NULL`: by this both databases search the index, which holds few.
        submissions.c.filed_by > "",
        submissions.c.received_at < before,
        submissions.c.state.not_in(_NOT_WAITED_FOR),
        ~exists().where(consents.c.submission_id == submissions.c.id),
        ~was_asked,
    )
    return [(submission_id, revision) for submission_id, revision in connection.execute(query)]
