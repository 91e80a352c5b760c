"""A consent that its sender takes back by itself, without the video."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import redirect, request, url_for

from intake.actions import consenting
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.calls import ConsentKind
from intake.domain.states import FINAL
from intake.submit.secret import submission_behind
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.domain.submissions import Submission

log = structlog.get_logger()


def may_take_back(submission: Submission, call: Call) -> frozenset[ConsentKind]:
    """Return the consents that can be taken back while the video stays."""
    if submission.state in FINAL:
        return frozenset()
    required = {consent.kind for consent in call.consents if consent.required}
    return frozenset(consent.kind for consent in submission.consents if consent.stands and consent.kind not in required)


def take_back(token: str) -> ResponseReturnValue:
    """Take back one optional consent; whatever it cannot be done for stays as it is."""
    submission, parts = submission_behind(token), services()
    untrusted_kind = request.form.get("kind", "")
    if untrusted_kind not in tuple(ConsentKind):
        return redirect(url_for("submit.show_submission", token=token), 303)
    with reading(parts.engine) as connection:
        call = queries.find_call(connection, submission.call_slug)
    kind = ConsentKind(untrusted_kind)
    with writing(parts.engine) as connection:
        is_done = consenting.take_back(connection, call, submission.id, kind, now=parts.clock())
    if is_done:
        log.info("consent_taken_back", submission_id=submission.id, consent=kind)
    # An argument that is None is in no address.
    return redirect(url_for("submit.show_submission", token=token, taken_back=1 if is_done else None), 303)
