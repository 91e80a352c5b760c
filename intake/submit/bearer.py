"""The only place that finds a program's submission: by the secret it bears, and in the state it asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from intake.actions import tokens
from intake.db import queries
from intake.db.engine import reading
from intake.domain.states import ASKED_FOR_A_FILE, State
from intake.submit.told import as_told
from intake.web.language import prefer_language
from intake.web.problems import Problem, ProblemCode
from intake.web.services import services

if TYPE_CHECKING:
    from intake.domain.submissions import Submission

_NO_UPLOAD: Final = {
    State.WITHDRAWN: ProblemCode.SUBMISSION_WITHDRAWN,
    State.ABANDONED: ProblemCode.UPLOAD_EXPIRED,
    # A form's, sent at once by a browser without JavaScript.
    State.UPLOADING: ProblemCode.UPLOAD_NOT_STARTED,
    **dict.fromkeys(ASKED_FOR_A_FILE, ProblemCode.UPLOAD_NOT_STARTED),
}
"""What is said where no file is awaited in parts; elsewhere the file is here already, and stays while it waits to be
watched, though another may be begun then."""


def bearers_submission() -> Submission:
    """Return the submission whose secret this request bears, as its sender may know it.

    Raises:
        Problem: It bears none, or one that opens nothing.
    """
    scheme, _, untrusted_token = request.headers.get("Authorization", "").partition(" ")
    submission = _find(untrusted_token.strip()) if scheme.lower() == "bearer" else None
    if submission is None:
        raise Problem(ProblemCode.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    prefer_language(submission.sender.language)
    return submission


def bearers_upload() -> Submission:
    """Return the bearer's submission while its file is awaited in parts.

    Raises:
        Problem: As `bearers_submission`, or no file is awaited.
    """
    submission = bearers_submission()
    if submission.state is not State.UPLOADING or submission.part_plan is None:
        raise no_upload(submission)
    return submission


def no_upload(submission: Submission) -> Problem:
    """Say why no file of this submission is awaited."""
    return Problem(_NO_UPLOAD.get(submission.state, ProblemCode.UPLOAD_FINISHED))


def _find(untrusted_token: str) -> Submission | None:
    parts = services()
    with reading(parts.engine) as connection:
        found = queries.find_by_token(connection, tokens.hash_of(untrusted_token))
        return as_told(connection, found, now=parts.clock()) if found else None
