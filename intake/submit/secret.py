"""The only place that finds a submission by its sender's secret, and that keeps the answer out of every cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response

from intake.actions import tokens
from intake.db import queries
from intake.db.engine import reading
from intake.submit.told import as_told
from intake.web.language import prefer_language
from intake.web.services import services

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from intake.domain.submissions import Submission


def submission_behind(token: str) -> Submission:
    """Return the submission that *token* opens, as its sender may know it, and speak their language.

    Raises:
        NotFound: It opens none.
    """
    parts = services()
    with reading(parts.engine) as connection:
        submission = queries.submission_by_token(connection, tokens.hash_of(token))
        told = as_told(connection, submission, now=parts.clock())
    prefer_language(submission.sender.language)
    return told


def private(page: str | AnyResponse, status: int = 200) -> Response:
    """Answer with a page that nobody but its sender may see or keep."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # Not no-referrer: Chromium then sends `Origin: null`, which Flask-WTF refuses on https.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
