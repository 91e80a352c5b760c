"""What the button under a clip's words does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import flash, redirect, url_for

from intake import wording
from intake.actions.correcting import Corrected, correct
from intake.db.engine import writing
from intake.domain.submissions import SubmissionId
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.clip import clip_page
from intake.moderate.words_form import WordsForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

log = structlog.get_logger()

_SAVED = N_("Le parole del video sono salvate.")
_NOT_SAVED = N_("Le parole non sono state salvate")
_NO_CAPTIONS = N_(
    "Questo invito mostra solo video con sottotitoli controllati da una persona: prima controlla quelli in questa "
    "lingua, poi cambiala."
)
_IS_OVER = N_("Intanto il video è stato ritirato, o non è mai arrivato: non c'è più niente da correggere.")


def correct_words(submission_id: UUID) -> ResponseReturnValue:
    """Give a clip the words that were typed."""
    parts, form = services(), WordsForm()
    if not form.validate_on_submit():
        return private(clip_page(submission_id, words_form=form), 422)
    with writing(parts.engine) as connection:
        corrected = correct(
            connection,
            SubmissionId(str(submission_id)),
            form.typed(),
            seen=form.seen(),
            moderator=moderator_name(),
            now=parts.clock(),
        )
    language = page_language()
    if corrected is Corrected.IS_OVER:
        conflict, title = wording.say(_IS_OVER, language), wording.say(_NOT_SAVED, language)
        return private(clip_page(submission_id, conflict=conflict, conflict_title=title), 409)
    if corrected is Corrected.CAPTIONS_REQUIRED:
        form.spoken_language.errors = [wording.say(_NO_CAPTIONS, language)]
        return private(clip_page(submission_id, words_form=form), 422)
    log.info("clip_words_corrected", submission_id=str(submission_id))
    flash(wording.say(_SAVED, language), "done")
    return redirect(url_for("moderate.show", submission_id=submission_id), 303)
