"""How a sender answers for a video that somebody on the staff handed in for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import redirect, url_for

from intake.actions import consenting
from intake.db import queries
from intake.db.engine import reading, writing
from intake.submit.forms import ConfirmForm
from intake.submit.pages import status_page
from intake.submit.secret import submission_behind
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

log = structlog.get_logger()


def confirm(token: str) -> ResponseReturnValue:
    """Take a sender's details and consents; whoever answered before finds it so."""
    submission, parts = submission_behind(token), services()
    with reading(parts.engine) as connection:
        call = queries.find_call(connection, submission.call_slug)
    form = ConfirmForm.of(call)
    if not submission.awaits_consent:
        return redirect(url_for("submit.show_submission", token=token), 303)
    if not form.validate_on_submit():
        return status_page(submission, token, 422, confirm_form=form)
    sender = form.sender(submission.sender.email)
    with writing(parts.engine) as connection:
        is_new = consenting.confirm(connection, call, submission.id, sender, form.answers(), now=parts.clock())
    if is_new:
        log.info("submission_confirmed", submission_id=submission.id)
    return redirect(url_for("submit.show_submission", token=token, confirmed=1), 303)
