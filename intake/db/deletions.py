"""The only place that keeps what was deleted of a submission."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import and_, insert, select, update

from intake.db.figures_tables import deletions
from intake.db.tables import events
from intake.domain.deletions import DeletedFile, Deletion
from intake.domain.jobs import JobKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from intake.domain.submissions import Job, SubmissionId


def announce(connection: Connection, job: Job, files: Iterable[DeletedFile]) -> None:
    """Write down what a clean-up is about to delete, beside what its attempts before wrote.

    Lock the submission first.
    """
    known = connection.scalar(select(deletions.c.files).where(_by(job)))
    sizes = {file["name"]: file["size_bytes"] for file in known or ()} | {file.name: file.size_bytes for file in files}
    listed = [asdict(DeletedFile(name=name, size_bytes=size)) for name, size in sorted(sizes.items())]
    if known is not None:
        connection.execute(update(deletions).where(_by(job)).values(files=listed))
        return
    mine = {"submission_id": job.submission_id, "kind": job.kind, "revision": job.revision}
    connection.execute(insert(deletions).values(**mine, asked_by=_asked_by(connection, job), files=listed))


def close(connection: Connection, job: Job, *, event_id: int, now: datetime) -> None:
    """Write down that all of it is gone, and which line of the history says so."""
    connection.execute(update(deletions).where(_by(job)).values(deleted_at=now, event_id=event_id))


def deletions_of(connection: Connection, submission_id: SubmissionId) -> list[Deletion]:
    """Return what was deleted of a submission, or is about to be, in the order in which it was begun."""
    query = select(deletions).where(deletions.c.submission_id == submission_id).order_by(deletions.c.id)
    return [_deletion(row) for row in connection.execute(query).mappings()]


def by_event(connection: Connection, submission_id: SubmissionId) -> dict[int, Deletion]:
    """As `deletions_of`, by the line of the history that tells of each; without those that are not over."""
    query = select(deletions).where(deletions.c.submission_id == submission_id, deletions.c.event_id.is_not(None))
    return {row["event_id"]: _deletion(row) for row in connection.execute(query).mappings()}


def _by(job: Job) -> ColumnElement[bool]:
    return and_(
        deletions.c.submission_id == job.submission_id,
        deletions.c.kind == job.kind,
        deletions.c.revision == job.revision,
    )


def _asked_by(connection: Connection, job: Job) -> str:
    """Say whose move asked for the clean-up: the first line at its revision is the move itself."""
    mine = (events.c.submission_id == job.submission_id, events.c.revision == job.revision)
    return connection.scalar(select(events.c.actor).where(*mine).order_by(events.c.id).limit(1)) or ""


def _deletion(row: RowMapping) -> Deletion:
    return Deletion(
        kind=JobKind(row["kind"]),
        asked_by=row["asked_by"],
        files=tuple(DeletedFile(**file) for file in row["files"]),
        deleted_at=row["deleted_at"],
    )
