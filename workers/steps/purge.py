"""Deletes everything private of a submission that was withdrawn or never arrived, and what its sender told us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.actions.publishing import record_purge
from intake.storage import keys
from workers.steps.deleting import Doomed, delete_folders
from workers.steps.reading import require_nobody_writes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.domain.submissions import Job
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace


def purge_submission(services: Services, job: Job, _workspace: Workspace) -> Commit:
    """Delete every private file of a submission, and the parts of one that never was whole; repeatable."""
    require_nobody_writes(services, job)
    mine = keys.of_submission(job.submission_id)
    for upload in services.private.open_uploads(mine):
        services.private.abort_upload(upload.key, upload.upload_id)
    delete_folders(services, job, Doomed(bucket=services.private, folders=(mine,), below=mine))

    def commit(connection: Connection) -> bool:
        record_purge(connection, job, now=services.clock())
        return True

    return commit
