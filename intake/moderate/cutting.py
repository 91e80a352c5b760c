"""What the buttons beside the player do: cut and turn a clip anew from its original, and clean its sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import flash, redirect, url_for

from intake import wording
from intake.actions import cutting
from intake.actions.moderating import Outcome
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.cutting import CLEANING_HELPS_BELOW_DB, CutProblem, problem_with
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.clip import clip_page
from intake.moderate.cutting_panel import CutForm
from intake.moderate.decisions import LOST
from intake.moderate.forms import ButtonForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording import cutting as words
from intake.wording.marking import N_

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.domain.cutting import Cut, Cuttable
    from intake.domain.submissions import Submission

log = structlog.get_logger()

_ASKED = N_("Prepariamo la nuova copia dall'originale. Appena è pronta il video torna fra quelli da vedere.")
_NOT_CUT = N_("Il video non è stato tagliato")
_CLEANING = N_("Puliamo il suono: fra un minuto o due potrai ascoltare la differenza.")
_NOT_CLEANED = N_("Il suono non è stato pulito")
_CLEANING_REFUSED = N_("Il suono è già pulito o lo stiamo pulendo, oppure intanto il video è cambiato.")
_CLEANING_USELESS = N_("Pulire questo suono non serve: la voce si stacca già bene dal rumore.")


def cut(submission_id: UUID) -> ResponseReturnValue:
    """Have a new review copy made, cut as it is asked for."""
    parts, form = services(), CutForm()
    submission, call = _seen(submission_id)
    clip = cutting.cuttable(submission)
    if clip is None or not form.validate_on_submit():
        return private(clip_page(submission_id, cut_form=form), 422)
    wanted = form.wanted(clip.duration_s)
    if _is_as_seen(submission, form) and (found := problem_with(wanted, clip, call.rules)):
        _blame(form, found, clip, call, wanted)
        return private(clip_page(submission_id, cut_form=form), 422)
    with writing(parts.engine) as connection:
        outcome = cutting.ask_recut(
            connection,
            submission.id,
            wanted,
            reviewed_sha256=form.reviewed_sha256.data,
            moderator=moderator_name(),
            now=parts.clock(),
        )
    if outcome is not Outcome.DONE:
        return _lost(submission_id, outcome)
    log.info("recut_asked", submission_id=submission.id)
    flash(wording.say(_ASKED, page_language()), "done")
    return _back(submission_id)


def clean(submission_id: UUID) -> ResponseReturnValue:
    """Have a clip's sound cleaned, to be listened to."""
    parts, form = services(), ButtonForm()
    if not form.validate_on_submit():
        return private(clip_page(submission_id), 422)
    submission, _ = _seen(submission_id)
    noise_db = submission.levels.speech_to_noise_db if submission.levels else None
    if noise_db is None or noise_db >= CLEANING_HELPS_BELOW_DB:
        return _not_cleaned(submission_id, _CLEANING_USELESS)
    with writing(parts.engine) as connection:
        is_asked = cutting.ask_cleaning(connection, submission.id, moderator=moderator_name(), now=parts.clock())
    if not is_asked:
        return _not_cleaned(submission_id, _CLEANING_REFUSED)
    log.info("cleaning_asked", submission_id=submission.id)
    flash(wording.say(_CLEANING, page_language()), "done")
    return _back(submission_id)


def _seen(submission_id: UUID) -> tuple[Submission, Call]:
    with reading(services().engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
        return submission, queries.find_call(connection, submission.call_slug)


def _is_as_seen(submission: Submission, form: CutForm) -> bool:
    is_awaiting = submission.state is State.AWAITING_REVIEW
    return bool(is_awaiting and submission.review_sha256 == form.reviewed_sha256.data)


def _blame(form: CutForm, found: CutProblem, clip: Cuttable, call: Call, wanted: Cut) -> None:
    """Put what is wrong beside the field in which it is mended."""
    is_late_start = wanted.start_s > clip.duration_s
    fields = {CutProblem.NOT_CLEANED: form.sound, CutProblem.AS_IT_IS: form.start_s}
    field = form.start_s if is_late_start else fields.get(found, form.end_s)
    field.errors = [*field.errors, words.problem(found, clip, call.rules, page_language())]


def _lost(submission_id: UUID, outcome: Outcome) -> ResponseReturnValue:
    language = page_language()
    conflict = wording.say(LOST[outcome], language)
    return private(
        clip_page(SubmissionId(str(submission_id)), conflict=conflict, conflict_title=wording.say(_NOT_CUT, language)),
        409,
    )


def _not_cleaned(submission_id: UUID, why: str) -> ResponseReturnValue:
    language = page_language()
    title = wording.say(_NOT_CLEANED, language)
    return private(clip_page(submission_id, conflict=wording.say(why, language), conflict_title=title), 409)


def _back(submission_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("moderate.show", submission_id=submission_id), 303)
