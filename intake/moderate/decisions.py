"""What a moderator's buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import flash, redirect, url_for

from intake import wording
from intake.actions import moderating
from intake.actions.moderating import Decision, Outcome
from intake.db.engine import writing
from intake.domain.submissions import SubmissionId
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.clip import clip_page
from intake.moderate.forms import DecisionForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

log = structlog.get_logger()

_LOST = {
    Outcome.SOMEBODY_ELSE: N_(
        "Qualcun altro ha già deciso, oppure chi ha mandato il video l'ha ritirato o ne sta mandando un altro. Ecco "
        "come stanno le cose ora."
    ),
    Outcome.FILE_CHANGED: N_("Il video è cambiato dopo che l'hai guardato. Guarda la nuova versione, poi decidi."),
    Outcome.NO_CHECKED_CAPTIONS: N_(
        "Questo bando pubblica solo video con sottotitoli controllati da una persona. Controllali, poi approva."
    ),
}

_DONE = {
    Decision.APPROVE: N_("Approvato: fra poco il video sarà nella galleria."),
    Decision.ASK_AGAIN: N_("Nuova versione chiesta: chi ha inviato il video legge il motivo."),
    Decision.DECLINE: N_("Rifiutato: chi ha inviato il video legge il motivo."),
}


def decide(submission_id: UUID) -> ResponseReturnValue:
    """Carry out a decision; the second of two people who decide at once is told."""
    parts, form = services(), DecisionForm()
    if not form.validate_on_submit():
        return private(clip_page(submission_id, form=form), 422)
    with writing(parts.engine) as connection:
        outcome = moderating.decide(connection, _id(submission_id), form.ruling(moderator_name()), now=parts.clock())
    if outcome is not Outcome.DONE:
        return private(clip_page(submission_id, conflict=wording.say(_LOST[outcome], page_language())), 409)
    log.info("submission_decided", submission_id=str(submission_id), decision=form.decision.data)
    flash(wording.say(_DONE[Decision(form.decision.data)], page_language()), "done")
    return redirect(url_for("moderate.queue"), 303)


def look_again(submission_id: UUID) -> ResponseReturnValue:
    """Bring a declined clip back to the queue."""
    parts = services()
    with writing(parts.engine) as connection:
        moderating.look_again(connection, _id(submission_id), moderator=moderator_name(), now=parts.clock())
    return redirect(url_for("moderate.show", submission_id=submission_id), 303)


def _id(submission_id: UUID) -> SubmissionId:
    return SubmissionId(str(submission_id))
