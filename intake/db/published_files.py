"""The only place that knows, without asking the bucket, what lies in it for a published clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, insert, select, update

from intake.db.figures_tables import published_files
from intake.db.queries import IS_PUBLIC
from intake.db.tables import submissions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, RowMapping

    from intake.domain.submissions import ClipId, SubmissionId


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


@dataclass(frozen=True, kw_only=True)
class PublicFolder:
    """What must lie in the gallery bucket for a public clip.

    Attributes:
        is_complete: Whether *files* are all of them: of what is older than these lists only the video is known.
    """

    submission_id: SubmissionId
    clip_id: ClipId
    revision: int
    files: tuple[PublishedFile, ...]
    is_complete: bool


def public_folders(connection: Connection, clip_ids: Iterable[str]) -> dict[str, PublicFolder]:
    """Return what must lie there for those of these clips that are public."""
    is_its = and_(
        published_files.c.submission_id == submissions.c.id,
        published_files.c.revision == submissions.c.published_revision,
    )
    columns = ("id", "clip_id", "published_revision", "publication")
    query = (
        select(*(submissions.c[name] for name in columns), published_files.c.files)
        .outerjoin(published_files, is_its)
        .where(IS_PUBLIC, submissions.c.clip_id.in_(list(clip_ids)))
    )
    return {row["clip_id"]: _folder(row) for row in connection.execute(query).mappings()}


def public_clip_ids(connection: Connection, *, after: str, limit: int) -> list[ClipId]:
    """Return the next public clips behind *after*, in the database's own order."""
    query = select(submissions.c.clip_id).where(IS_PUBLIC, submissions.c.clip_id > after)
    return list(connection.scalars(query.order_by(submissions.c.clip_id).limit(limit)))


def _folder(row: RowMapping) -> PublicFolder:
    video = {"name": "video.mp4", "size_bytes": row["publication"]["size_bytes"], "sha256": ""}
    known = row["files"]
    return PublicFolder(
        submission_id=row["id"],
        clip_id=row["clip_id"],
        revision=row["published_revision"],
        files=tuple(PublishedFile(**file) for file in (known or [video])),
        is_complete=known is not None,
    )


def _documents(known: PublishedFiles) -> list[dict[str, object]]:
    return [asdict(file) for file in known.files]
