"""The receipt of the consents: what was agreed, in which words, when. To be printed, or kept as a text.

A text, because it opens everywhere, for decades, and because the SHA-256 of the words can be computed from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, render_template

from intake.db import queries
from intake.db.engine import reading
from intake.submit.secret import private, submission_behind
from intake.web.language import page_language
from intake.web.services import services
from intake.wording import say
from intake.wording.consents import CONSENTS
from intake.wording.marking import N_

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.submissions import Submission

_FILE_NAME = N_("ricevuta-consensi")


def show_receipt(token: str) -> ResponseReturnValue:
    """Show what a sender agreed to, fit to be printed."""
    return private(render_template("submit/receipt.html", token=token, **_context(submission_behind(token))))


def download_receipt(token: str) -> ResponseReturnValue:
    """Hand out the same as a text to keep."""
    submission = submission_behind(token)
    text = render_template("submit/receipt.txt", **_context(submission))
    name = f"{say(_FILE_NAME, page_language())}-{submission.id[:8]}.txt"
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def _context(submission: Submission) -> dict[str, Any]:
    parts = services()
    with reading(parts.engine) as connection:
        call = queries.find_call(connection, submission.call_slug)
    titles = {kind: say(title, page_language()) for kind, title in CONSENTS.items()}
    return {"submission": submission, "call": call, "consent_titles": titles, "now": parts.clock()}
