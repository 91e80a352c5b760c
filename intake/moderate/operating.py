"""What staff do with a clip that needs an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import flash, redirect, url_for

from intake import wording
from intake.actions import cutting, operating
from intake.db.engine import writing
from intake.domain.submissions import SubmissionId
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.clip import clip_page
from intake.moderate.forms import RefusalForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

log = structlog.get_logger()

_TRIED = N_("Riproviamo: fra poco vedi com'è andata.")
_NOT_REFUSED = N_("Il video non è stato rimandato a chi lo ha inviato")
_NOT_STUCK = N_("Non è più fermo: intanto se n'è occupato qualcun altro.")
_LEFT_UNCUT = N_("Il taglio è stato lasciato stare: il video è com'era prima, e si può decidere.")
_REFUSED = N_("Rimandato a chi l'ha inviato, con il tuo motivo.")


def retry(submission_id: UUID) -> ResponseReturnValue:
    """Give the job that brought a submission to an operator another chance."""
    return _retry(submission_id, has_larger_limits=False)


def retry_with_larger_limits(submission_id: UUID) -> ResponseReturnValue:
    """Give that job another chance, with more time and memory."""
    return _retry(submission_id, has_larger_limits=True)


def refuse(submission_id: UUID) -> ResponseReturnValue:
    """Send a clip that cannot be helped back to its sender, with a reason."""
    parts, form = services(), RefusalForm()
    if not form.validate_on_submit():
        return private(clip_page(submission_id, refusal=form), 422)
    with writing(parts.engine) as connection:
        is_done = operating.refuse_stuck(
            connection,
            SubmissionId(str(submission_id)),
            reason=form.reason.data.strip(),
            actor=moderator_name(),
            now=parts.clock(),
        )
    if not is_done:
        conflict, title = wording.say(_NOT_STUCK, page_language()), wording.say(_NOT_REFUSED, page_language())
        return private(clip_page(submission_id, conflict=conflict, conflict_title=title), 409)
    log.info("submission_refused_by_hand", submission_id=str(submission_id))
    return _to_the_queue(_REFUSED)


def leave_cut(submission_id: UUID) -> ResponseReturnValue:
    """Bring a clip whose cut died back to the queue, as it was before anybody cut it."""
    parts = services()
    with writing(parts.engine) as connection:
        is_left = cutting.leave_cut(
            connection, SubmissionId(str(submission_id)), moderator=moderator_name(), now=parts.clock()
        )
    if not is_left:
        return _to_the_queue(_NOT_STUCK)
    log.info("cut_given_up", submission_id=str(submission_id))
    flash(wording.say(_LEFT_UNCUT, page_language()), "done")
    return redirect(url_for("moderate.show", submission_id=submission_id), 303)


def _retry(submission_id: UUID, *, has_larger_limits: bool) -> ResponseReturnValue:
    parts = services()
    with writing(parts.engine) as connection:
        is_done = operating.retry_submission(
            connection,
            SubmissionId(str(submission_id)),
            actor=moderator_name(),
            now=parts.clock(),
            has_larger_limits=has_larger_limits,
        )
    return _to_the_queue(_TRIED if is_done else _NOT_STUCK)


def _to_the_queue(sentence: str) -> ResponseReturnValue:
    flash(wording.say(sentence, page_language()), "done")
    return redirect(url_for("moderate.queue"), 303)
