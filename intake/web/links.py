"""The only place that knows the public address of a submission's clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from intake.db import queries

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.domain.submissions import Submission


def clip_url(connection: Connection, submission: Submission) -> str | None:
    """Return the public page of a submission's clip while it is public."""
    if submission.clip_id is None or not queries.is_public_now(connection, submission.id):
        return None
    return url_for("gallery.show_clip", call_slug=submission.call_slug, clip_id=submission.clip_id)
