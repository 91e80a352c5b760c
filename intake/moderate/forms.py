"""What a moderator hands in."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional

from intake.actions.moderating import Decision, Ruling

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
