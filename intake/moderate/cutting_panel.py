"""What the page of one clip shows of its cut and its cleaner sound, and the form that asks for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from intake.db import backlog
from intake.domain.cutting import CLEANING_HELPS_BELOW_DB, WHOLE, Cut, SoundChoice, tidied
from intake.domain.jobs import JobKind, JobState
from intake.domain.moments import read_seconds, written_seconds
from intake.domain.states import State
from intake.moderate.access import MODERATOR, may
from intake.web.services import services

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.domain.submissions import Submission

_TURNS: Final = (
    SelectChoice("0", _("Va bene così")),
    SelectChoice("90", _("Un quarto di giro a destra")),
    SelectChoice("180", _("A testa in giù: giralo")),
    SelectChoice("270", _("Un quarto di giro a sinistra")),
)


class CutForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """What of a clip is shown, and how; seconds are those of the original."""

    start_s = StringField(_("Comincia a"), [Length(max=12)])
    end_s = StringField(_("Finisce a"), [Length(max=12)])
    rotate_deg = SelectField(_("L'immagine è girata?"), choices=_TURNS)
    sound = SelectField(
        _("Quale suono"),
        choices=(
            SelectChoice(SoundChoice.ORIGINAL.value, _("Quello originale")),
            SelectChoice(SoundChoice.CLEANER.value, _("Quello pulito")),
        ),
    )
    reviewed_sha256 = HiddenField(validators=[InputRequired()])

    def validate_start_s(self, field: StringField) -> None:
        """Take seconds, or minutes and seconds."""
        _require_seconds(field)

    def validate_end_s(self, field: StringField) -> None:
        """Take seconds, or minutes and seconds."""
        _require_seconds(field)

    def wanted(self, duration_s: float) -> Cut:
        """Return the cut that was asked for."""
        cut = Cut(
            start_s=read_seconds(self.start_s.data or "") or 0.0,
            end_s=read_seconds(self.end_s.data or ""),
            rotate_deg=int(self.rotate_deg.data),
            sound=SoundChoice(self.sound.data),
        )
        return tidied(cut, duration_s=duration_s)


def cut_form_of(submission: Submission) -> CutForm:
    """Return the form as the clip is cut now."""
    cut = submission.cut
    return CutForm(
        formdata=None,
        start_s=written_seconds(cut.start_s),
        end_s="" if cut.end_s is None else written_seconds(cut.end_s),
        rotate_deg=str(cut.rotate_deg),
        sound=cut.sound.value,
        reviewed_sha256=submission.review_sha256,
    )


def cutting_panel(connection: Connection, submission: Submission) -> dict[str, Any]:
    """Return what the page of one clip shows of its cut and of its cleaner sound."""
    levels = submission.levels
    noise_db = levels.speech_to_noise_db if levels else None
    cleaning = backlog.last_job(connection, submission.id, JobKind.CLEAN_SOUND)
    private = services().private
    return {
        "may_cut": submission.state is State.AWAITING_REVIEW and submission.video is not None and may(MODERATOR),
        "is_cut": submission.cut != WHOLE,
        "is_being_cut": submission.wanted_cut is not None and submission.state is State.INSPECTED,
        "cleaner_url": private.view_link(submission.cleaner_key) if submission.cleaner_key else None,
        "original_url": private.view_link(submission.original_key)
        if submission.cleaner_key and submission.original_key
        else None,
        "cleaning_helps": noise_db is not None and noise_db < CLEANING_HELPS_BELOW_DB,
        "is_cleaning": submission.cleaner_key is None and cleaning is not None and cleaning.is_open,
        "cleaning_died": submission.cleaner_key is None and cleaning is not None and cleaning.state is JobState.DEAD,
    }


def _require_seconds(field: StringField) -> None:
    if (field.data or "").strip() and read_seconds(field.data) is None:
        raise ValidationError(_("Scrivi i secondi, come 12,5, o minuti e secondi, come 1:05."))
