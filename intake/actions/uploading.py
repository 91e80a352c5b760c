"""What becomes of a file that comes in parts: links are signed, parts counted, and one object made of them.

The storage knows the parts, the row knows the upload. An upload is opened when its first links are asked for. Killed
after that and before the row says so: nobody knows that upload, and `housekeeping` aborts it. Killed after the parts
were put together and before the receipt: the object is there with its size, and whoever asks next, the sender or
`housekeeping`, gives the receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import select, update

from intake.actions.submitting import awaited_columns, finish_upload, replace_file, said_of
from intake.db import queries
from intake.db.engine import writing
from intake.db.tables import submissions
from intake.domain.errors import ObjectMissing, StorageUnavailable, UploadUnknown
from intake.domain.states import State
from intake.storage import keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from intake.actions.submitting import Declared
    from intake.domain.submissions import Submission, SubmissionId, UploadId
    from intake.storage.bucket import Originals, Uploads
    from intake.storage.parts import PartUploads

log = structlog.get_logger()

VIDEO_TYPE: Final = "video/mp4"


@dataclass(frozen=True, kw_only=True)
class SignedPart:
    """A part and the link that takes it, with exactly this size."""

    part_number: int
    size_bytes: int
    url: str


def begin_upload(connection: Connection, submission_id: SubmissionId, file: Declared, *, now: datetime) -> bool:
    """Begin (again) to await a file; False where the submission awaits none and may not have another."""
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.UPLOADING:
        return replace_file(connection, submission_id, file, now=now) is not None
    awaited = awaited_columns(file, keys.original(submission.id), now=now)
    if submission.came_from is None:
        awaited |= said_of(file)
    connection.execute(update(submissions).where(submissions.c.id == submission.id).values(**awaited))
    return True


def sign_parts(
    engine: Engine, bucket: PartUploads, submission: Submission, part_numbers: Iterable[int]
) -> list[SignedPart] | None:
    """Sign a link for each of these parts; None where the file is awaited no more.

    Raises:
        StorageUnavailable: The first links were asked for, and the bucket cannot open an upload now.
    """
    plan, key = submission.part_plan, submission.upload_key
    upload_id = submission.upload_id or _open(engine, bucket, submission)
    if plan is None or key is None or upload_id is None:
        return None
    return [
        SignedPart(
            part_number=number,
            size_bytes=plan.size_of(number),
            url=bucket.part_link(key, upload_id, number, size_bytes=plan.size_of(number)),
        )
        for number in part_numbers
    ]


def arrived_sizes(engine: Engine, bucket: Uploads, submission: Submission) -> dict[int, int]:
    """Return the sizes of the parts that arrived, by number.

    Raises:
        StorageUnavailable: The bucket cannot say now.
    """
    if submission.upload_key is None or submission.upload_id is None:
        return {}
    try:
        parts = bucket.arrived_parts(submission.upload_key, submission.upload_id)
    except UploadUnknown:
        return _sizes_of_what_is_over(engine, bucket, submission)
    return {part.part_number: part.size_bytes for part in parts}


def finish_parts(engine: Engine, bucket: Uploads, submission: Submission, *, now: datetime) -> bool:
    """Give the receipt if all of the awaited file is there. Repeatable, by several at once.

    Returns:
        False where something is missing, or the file is awaited no more.

    Raises:
        StorageUnavailable: The bucket cannot say now.
    """
    if submission.upload_key is None or not put_together(bucket, submission):
        return False
    with writing(engine) as connection:
        return finish_upload(connection, submission.id, submission.upload_key, now=now)


def put_together(bucket: Uploads, submission: Submission) -> bool:
    """Make one object of the parts once all have arrived; tell whether the object is there with its declared size.

    Raises:
        StorageUnavailable: The bucket cannot say now.
    """
    plan, key, upload_id = submission.part_plan, submission.upload_key, submission.upload_id
    if plan is not None and key is not None and upload_id is not None:
        try:
            parts = bucket.arrived_parts(key, upload_id)
            if plan.missing({part.part_number: part.size_bytes for part in parts}):
                return False
            bucket.complete_upload(key, upload_id, parts)
        except UploadUnknown:
            # Somebody else did it, or we did and died: the object tells.
            log.info("upload_over_already", submission_id=submission.id)
    return is_held(bucket, submission)


def is_held(bucket: Originals, submission: Submission) -> bool:
    """Tell whether the bucket holds the awaited file with its declared size.

    Raises:
        StorageUnavailable: The bucket cannot say now.
    """
    if submission.upload_key is None:
        return False
    try:
        return bucket.size_of(submission.upload_key) == submission.upload_bytes
    except ObjectMissing:
        return False


def throw_away(bucket: PartUploads, submission: Submission) -> None:
    """Abort the upload that *submission* knew; where the bucket cannot now, `housekeeping` will."""
    if submission.upload_key is None or submission.upload_id is None:
        return
    try:
        bucket.abort_upload(submission.upload_key, submission.upload_id)
    except StorageUnavailable as error:
        log.warning("abort_postponed", submission_id=submission.id, cause=str(error))


def _open(engine: Engine, bucket: PartUploads, submission: Submission) -> UploadId | None:
    if submission.upload_key is None:
        return None
    opened = bucket.open_upload(submission.upload_key, content_type=VIDEO_TYPE)
    with writing(engine) as connection:
        kept = _keep(connection, submission, opened)
    if kept != opened:
        bucket.abort_upload(submission.upload_key, opened)
    return kept


def _keep(connection: Connection, submission: Submission, opened: UploadId) -> UploadId | None:
    """Keep what the storage calls the upload; return what is kept: another where somebody was first, or nothing."""
    is_awaited = (
        submissions.c.id == submission.id,
        submissions.c.state == State.UPLOADING,
        submissions.c.upload_key == submission.upload_key,
    )
    connection.execute(
        update(submissions).where(*is_awaited, submissions.c.upload_id.is_(None)).values(upload_id=opened)
    )
    return connection.scalar(select(submissions.c.upload_id).where(*is_awaited))


def _sizes_of_what_is_over(engine: Engine, bucket: Uploads, submission: Submission) -> dict[int, int]:
    plan = submission.part_plan
    if plan is not None and is_held(bucket, submission):
        return {number: plan.size_of(number) for number in range(1, plan.count + 1)}
    # The storage lost it, or somebody tidied up there: the next links are for an upload opened anew.
    with writing(engine) as connection:
        connection.execute(
            update(submissions)
            .where(submissions.c.id == submission.id, submissions.c.upload_id == submission.upload_id)
            .values(upload_id=None)
        )
    return {}
