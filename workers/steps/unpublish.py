"""Takes a clip's files out of the gallery bucket. The pages let go of it when the row moved.

All of them where it was withdrawn. One that was only taken down may be approved and published again meanwhile, under
another revision: of it only the folders that were there when this began are deleted, and never the one that is public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.actions.publishing import record_removal
from intake.db.engine import reading
from intake.db.published_files import known_files
from intake.domain.deletions import DeletedFile
from intake.domain.errors import TryAgainLater
from intake.domain.states import FINAL, State
from intake.storage import keys
from workers.steps.deleting import Doomed, delete_folders
from workers.steps.reading import require_nobody_writes, submission_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from intake.domain.submissions import ClipId, Job, ObjectKey, Submission
    from intake.wiring import Services
    from workers.steps import Commit
    from workers.workspace import Workspace


def unpublish_clip(services: Services, job: Job, _workspace: Workspace) -> Commit:
    """Delete the public files that a submission had; repeatable.

    Raises:
        TryAgainLater: Somebody publishes the clip at this moment.
    """
    submission, _ = submission_of(services, job)
    require_nobody_writes(services, job)
    # Between the two a publication may have been committed: of a folder that we would take for an old one.
    if submission_of(services, job)[0].revision != submission.revision:
        raise TryAgainLater("the submission moved just now")
    if submission.clip_id is not None:
        folders = tuple(_folders(submission, submission.clip_id))
        known = tuple(_known_files(services, submission, folders))
        below = keys.of_clip(submission.clip_id)
        delete_folders(services, job, Doomed(bucket=services.gallery, folders=folders, below=below, known=known))

    def commit(connection: Connection) -> bool:
        record_removal(connection, job, now=services.clock())
        return True

    return commit


def _folders(submission: Submission, clip_id: ClipId) -> Iterator[ObjectKey]:
    if submission.state in FINAL:
        yield keys.of_clip(clip_id)
        return
    publication = submission.publication if submission.state is State.PUBLISHED else None
    for revision in range(1, submission.publication_count + 1):
        if publication is None or publication.revision != revision:
            yield keys.published(clip_id, revision)


def _known_files(services: Services, submission: Submission, folders: tuple[ObjectKey, ...]) -> Iterator[DeletedFile]:
    """Return what the rows know of these folders: a sweep may have been there first."""
    with reading(services.engine) as connection:
        known = known_files(connection, [submission.id]).get(submission.id)
    if known is None or submission.clip_id is None:
        return
    if keys.published(submission.clip_id, known.revision).startswith(folders):
        for file in known.files:
            yield DeletedFile(name=f"{known.revision}/{file.name}", size_bytes=file.size_bytes)
