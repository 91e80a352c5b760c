"""The only place that passes a form's video on to the bucket; it is spooled, and never held in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from intake.actions import submitting, uploading
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.errors import StorageUnavailable
from intake.web.services import services

if TYPE_CHECKING:
    from typing import BinaryIO

    from intake.domain.submissions import ObjectKey, SubmissionId

log = structlog.get_logger()


def store_video(submission_id: SubmissionId, upload_key: ObjectKey, stream: BinaryIO) -> None:
    """Put the bytes into the bucket, see that all are there, and give the receipt.

    Raises:
        StorageUnavailable: The bucket cannot now, or holds another size than was sent.
    """
    parts = services()
    size_bytes = stream.seek(0, 2)
    stream.seek(0)
    if parts.private.put_stream(upload_key, stream, content_type=uploading.VIDEO_TYPE) != size_bytes:
        raise StorageUnavailable("the bucket holds another size than was sent")
    with writing(parts.engine) as connection:
        is_received = submitting.finish_upload(connection, submission_id, upload_key, now=parts.clock())
    if not is_received:
        _throw_away_strays(submission_id, upload_key)


def _throw_away_strays(submission_id: SubmissionId, upload_key: ObjectKey) -> None:
    # Withdrawn or begun anew meanwhile: these bytes are nobody's. But housekeeping may have received them before us.
    parts = services()
    with reading(parts.engine) as connection:
        is_known = upload_key in queries.private_keys(connection, [submission_id])
    if not is_known:
        try:
            parts.private.delete([upload_key])
        except StorageUnavailable as error:
            # The sweep will.
            log.warning("delete_postponed", submission_id=submission_id, cause=str(error))
