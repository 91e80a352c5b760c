"""A call's archive to take away, for admins; a browser that lost the line goes on where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import Response, request

from intake.actions.archiving import archive
from intake.moderate.access import moderator_name
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

log = structlog.get_logger()


def download_archive(call_slug: str) -> ResponseReturnValue:
    """Hand out everything of a call as a zip, or the rest of it."""
    parts = services()
    made = archive(parts.engine, parts.private, parts.gallery, call_slug)
    start = _start(made.tag, made.size_bytes)
    if start is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{made.size_bytes}"})
    log.info("archive_begun", call=call_slug, staff=bool(moderator_name()), start=start)
    response = Response(made.read(start), content_type="application/zip", status=206 if start else 200)
    response.headers["Content-Disposition"] = f'attachment; filename="{call_slug}.zip"'
    response.headers["Content-Length"] = str(made.size_bytes - start)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-store"
    response.set_etag(made.tag)
    if start:
        response.headers["Content-Range"] = f"bytes {start}-{made.size_bytes - 1}/{made.size_bytes}"
    return response


def _start(tag: str, size_bytes: int) -> int | None:
    """Return the byte to begin with: not the first only for whoever holds the ones before it, of these very bytes."""
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return 0
    begin, end = wanted.ranges[0]
    is_same = request.if_range.etag == tag
    # What is asked for but a rest is answered with everything, as HTTP allows.
    if not is_same or begin < 0 or (end is not None and end < size_bytes):
        return 0
    return begin if begin < size_bytes else None
