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
    """Hand out everything of a call as a zip, or a piece of it."""
    parts = services()
    made = archive(parts.engine, parts.private, parts.gallery, call_slug)
    piece = _piece(made.tag, made.size_bytes)
    if piece is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{made.size_bytes}"})
    start, end = piece
    log.info("archive_begun", call=call_slug, staff=bool(moderator_name()), start=start, end=end)
    is_whole = piece == (0, made.size_bytes)
    response = Response(made.read(start, end), content_type="application/zip", status=200 if is_whole else 206)
    response.headers["Content-Disposition"] = f'attachment; filename="{call_slug}.zip"'
    response.headers["Content-Length"] = str(end - start)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-store"
    response.set_etag(made.tag)
    if not is_whole:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{made.size_bytes}"
    return response


def _piece(tag: str, size_bytes: int) -> tuple[int, int] | None:
    """Return the first byte to send and the one after the last; None where there are no such bytes.

    Whoever says by `If-Range` of which archive they hold the rest gets a piece of that one only, else everything anew.
    Several pieces at once are answered with everything, as HTTP allows.
    Source: RFC 9110, sections 13.1.5 and 14.
    """
    whole = (0, size_bytes)
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return whole
    if "If-Range" in request.headers and request.headers["If-Range"] != f'"{tag}"':
        return whole
    begin, end = wanted.ranges[0]
    if begin < 0:
        return max(size_bytes + begin, 0), size_bytes
    return (begin, min(end or size_bytes, size_bytes)) if begin < size_bytes else None
