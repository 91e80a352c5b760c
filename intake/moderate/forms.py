"""What a moderator hands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from intake.actions.moderating import Decision, Ruling
from intake.domain.webvtt import BadCaptions, decoded, read_any
from intake.web.language import page_language
from intake.wording.captions import mistake

if TYPE_CHECKING:
    from intake.domain.captions import Cue

_NEEDS_A_REASON = _("Scrivi il motivo: chi ha mandato il video lo legge.")


def _without_nul(text: str | None) -> str | None:
    # PostgreSQL keeps no NUL.
    return text.replace("\0", "") if text else text


class DecisionForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """Approve, decline or ask again."""

    decision = StringField(
        validators=[
            InputRequired(_("Scegli che cosa fare.")),
            AnyOf([choice.value for choice in Decision], _("Scegli che cosa fare.")),
        ]
    )
    reason = TextAreaField(_("Motivo, per chi ha mandato il video"), [Length(max=2000)], filters=[_without_nul])
    note = TextAreaField(_("Nota interna"), [Length(max=2000)], filters=[_without_nul])
    poster = IntegerField(validators=[Optional(), NumberRange(min=0, max=100)])
    reviewed_sha256 = HiddenField(validators=[InputRequired()])

    def validate_reason(self, field: TextAreaField) -> None:
        """Demand a reason for everything but an approval: the sender reads it."""
        if self.decision.data != Decision.APPROVE and not (field.data or "").strip():
            raise ValidationError(_NEEDS_A_REASON)

    def ruling(self, moderator: str) -> Ruling:
        """Return the decision with everything that belongs to it."""
        decision = Decision(self.decision.data)
        values: dict[str, Any] = {"reason": None if decision is Decision.APPROVE else self.reason.data.strip()}
        return Ruling(
            decision=decision,
            reviewed_sha256=self.reviewed_sha256.data,
            moderator=moderator,
            note=(self.note.data or "").strip() or None,
            poster=self.poster.data,
            **values,
        )


class RefusalForm(FlaskForm):  # type: ignore[misc] # as above
    """Send a clip that cannot be helped back to its sender."""

    reason = TextAreaField(
        _("Motivo, per chi ha mandato il video"),
        [DataRequired(_NEEDS_A_REASON), Length(max=2000)],
        filters=[_without_nul],
    )


class ButtonForm(FlaskForm):  # type: ignore[misc] # as above
    """A single button; the form only carries the token against forged requests."""


class CaptionsForm(FlaskForm):  # type: ignore[misc] # as above
    """Captions in one language: typed, or as a file, which then takes the place of what was typed."""

    text = TextAreaField(_("I sottotitoli, in WebVTT"), filters=[_without_nul])
    file = FileField(_("Oppure carica un file"))
    is_checked = BooleanField()
    language = HiddenField(validators=[InputRequired(), Length(max=8)])
    version = IntegerField(widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0)])
    of_sha256 = HiddenField(validators=[Length(max=64)])

    cues: tuple[Cue, ...] = ()

    @property
    def came_as_file(self) -> bool:
        """Whether a file was chosen."""
        return bool(self.file.data)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms ships no types
        """Read the captions; every mistake becomes an error of the field it is in."""
        is_good = super().validate(extra_validators)
        field = self.file if self.came_as_file else self.text
        try:
            self.cues = read_any(decoded(self.file.data.read()) if self.came_as_file else self.text.data or "")
        except BadCaptions as error:
            field.errors = [*field.errors, *(mistake(found, page_language()) for found in error.mistakes)]
            return False
        return bool(is_good)
