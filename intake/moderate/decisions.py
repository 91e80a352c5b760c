"""What a moderator's buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from flask import flash, redirect, url_for

from intake import wording
from intake.actions import moderating
from intake.actions.moderating import Outcome
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.decisions import Decision
from intake.domain.submissions import SubmissionId
from intake.moderate import walking
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.clip import clip_page
from intake.moderate.forms import DecisionForm, TakeDownForm
from intake.moderate.undoing import Made, offer
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from intake.domain.submissions import Submission

log = structlog.get_logger()

LOST = {
    Outcome.SOMEBODY_ELSE: N_(
        "Qualcun altro ha già deciso, oppure chi ha mandato il video l'ha ritirato o ne sta mandando un altro. Ecco "
        "come stanno le cose ora."
    ),
    Outcome.FILE_CHANGED: N_("Il video è cambiato dopo che l'hai guardato. Guarda la nuova versione, poi decidi."),
    Outcome.NO_CHECKED_CAPTIONS: N_(
        "Questo invito pubblica solo video con sottotitoli controllati da una persona. Controllali, poi approva."
    ),
    Outcome.NO_CONSENT: N_(
        "Non si può ancora approvare: manca il consenso alla galleria di chi compare nel video. Appena arriva, il "
        "pulsante funziona."
    ),
}
"""Why a decision was not carried out."""

_DONE = {
    Decision.APPROVE: N_("Approvato: fra poco il video di {name} sarà nella galleria."),
    Decision.ASK_AGAIN: N_("Nuova versione chiesta: {name} legge il motivo."),
    Decision.DECLINE: N_("Rifiutato: {name} legge il motivo."),
}

_TAKEN_DOWN = N_("Tolto dalla galleria: il video è di nuovo da vedere. Se lo approvi, torna in galleria.")
_WAS_NOT_THERE = N_("Il video non era (più) in galleria. Ecco come stanno le cose ora.")


def decide(submission_id: UUID) -> ResponseReturnValue:
    """Carry out a decision and go on to the next clip; the second of two people who decide at once is told."""
    parts, submission = services(), _seen(submission_id)
    form = _form_for(submission)
    if not form.validate_on_submit():
        return private(clip_page(submission_id, form=form), 422)
    with writing(parts.engine) as connection:
        outcome = moderating.decide(connection, submission.id, form.ruling(moderator_name()), now=parts.clock())
        decided = queries.submission_by_id(connection, submission.id)
        view = walking.walked_view(connection)
        following = walking.following(connection, view, submission)
    if outcome is not Outcome.DONE:
        conflict = wording.say(LOST[outcome], page_language())
        return private(clip_page(submission_id, form=_as_it_is_now(form, decided), conflict=conflict), 409)
    decision = Decision(form.decision.data)
    log.info("submission_decided", submission_id=submission.id, decision=decision)
    words = wording.say(_DONE[decision], page_language(), name=submission.sender.full_name)
    # The same form may come twice: the seconds began with the first.
    offer(words, [Made(submission_id=submission.id, revision=decided.revision)], until=decided.undo_until)
    if following is None:
        arguments: dict[str, Any] = {**view.arguments}
        return redirect(url_for("moderate.queue", **arguments), 303)
    return redirect(url_for("moderate.show", submission_id=following), 303)


def take_down(submission_id: UUID) -> ResponseReturnValue:
    """Take a public clip down, to be looked at again."""
    parts, form = services(), TakeDownForm()
    if not form.validate_on_submit():
        return private(clip_page(submission_id, take_down_form=form), 422)
    with writing(parts.engine) as connection:
        is_down = moderating.take_down(
            connection, _id(submission_id), moderator=moderator_name(), note=form.why.data.strip(), now=parts.clock()
        )
    if not is_down:
        return private(clip_page(submission_id, conflict=wording.say(_WAS_NOT_THERE, page_language())), 409)
    log.info("clip_taken_down", submission_id=str(submission_id))
    flash(wording.say(_TAKEN_DOWN, page_language()), "done")
    return redirect(url_for("moderate.show", submission_id=submission_id), 303)


def look_again(submission_id: UUID) -> ResponseReturnValue:
    """Bring a declined clip back to the queue."""
    parts = services()
    with writing(parts.engine) as connection:
        moderating.look_again(connection, _id(submission_id), moderator=moderator_name(), now=parts.clock())
    return redirect(url_for("moderate.show", submission_id=submission_id), 303)


def _seen(submission_id: UUID) -> Submission:
    with reading(services().engine) as connection:
        return queries.submission_by_id(connection, str(submission_id))


def _form_for(submission: Submission) -> DecisionForm:
    with reading(services().engine) as connection:
        call = queries.find_call(connection, submission.call_slug)
    return DecisionForm(call=call, language=submission.sender.language)


def _as_it_is_now(form: DecisionForm, submission: Submission) -> DecisionForm:
    """Keep what was typed, for the file that is there by now; a poster that was chosen is none of that file's."""
    if form.reviewed_sha256.data != submission.review_sha256:
        form.reviewed_sha256.data = submission.review_sha256
        form.poster.data, form.poster_at_s.data = submission.poster, ""
        form.poster.raw_data = None
    return form


def _id(submission_id: UUID) -> SubmissionId:
    return SubmissionId(str(submission_id))
