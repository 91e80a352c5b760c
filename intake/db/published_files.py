"""The only place that knows, without asking the bucket, what lies in it for a published clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from intake.db.figures_tables import published_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from intake.domain.submissions import SubmissionId


@dataclass(frozen=True, kw_only=True)
class PublishedFile:
    """A file of a publication, as its manifest has it."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PublishedFiles:
    """All files of one publication, the manifest too."""

    revision: int
    files: tuple[PublishedFile, ...]


def know_files(connection: Connection, submission_id: SubmissionId, known: PublishedFiles) -> None:
    """Write down what a new publication filed; what was known of an older one is forgotten."""
    forget_files(connection, submission_id)
    row = {"submission_id": submission_id, "revision": known.revision, "files": _documents(known)}
    connection.execute(insert(published_files).values(**row))


def know_changed_files(connection: Connection, submission_id: SubmissionId, known: PublishedFiles) -> None:
    """Write down what lies there after some were written anew; nothing where another publication took its place."""
    columns = published_files.c
    same = (columns.submission_id == submission_id, columns.revision == known.revision)
    connection.execute(update(published_files).where(*same).values(files=_documents(known)))


def forget_files(connection: Connection, submission_id: SubmissionId) -> None:
    """Forget what lay there."""
    connection.execute(delete(published_files).where(published_files.c.submission_id == submission_id))


def known_files(connection: Connection, submission_ids: Sequence[SubmissionId]) -> dict[str, PublishedFiles]:
    """Return what is known, by submission; one that was published before this was written down is not among them."""
    query = select(published_files).where(published_files.c.submission_id.in_(submission_ids))
    return {
        row["submission_id"]: PublishedFiles(
            revision=row["revision"], files=tuple(PublishedFile(**file) for file in row["files"])
        )
        for row in connection.execute(query).mappings()
    }


def _documents(known: PublishedFiles) -> list[dict[str, object]]:
    return [asdict(file) for file in known.files]
