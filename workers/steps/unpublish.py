"""Takes a withdrawn clip's files out of the gallery bucket. The pages let go of it when the row moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.actions.publishing import record_removal
from intake.storage import keys
from workers.steps.reading import require_nobody_writes, submission_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.domain.submissions import Job
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace


def unpublish_clip(services: Services, job: Job, _workspace: Workspace) -> Commit:
    """Delete every public file a submission ever had; repeatable."""
    require_nobody_writes(services, job)
    submission, _ = submission_of(services, job)
    deleted = services.gallery.delete_below(keys.of_clip(submission.clip_id)) if submission.clip_id else 0

    def commit(connection: Connection) -> bool:
        record_removal(connection, job, deleted=deleted, now=services.clock())
        return True

    return commit
