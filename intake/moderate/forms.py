"""What a moderator hands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from intake.actions.moderating import Ruling
from intake.domain.calls import FIRST_LANGUAGE
from intake.domain.decisions import Decision
from intake.domain.moments import read_seconds
from intake.domain.webvtt import BadCaptions, decoded, read_any
from intake.web.language import page_language
from intake.wording.captions import mistake

if TYPE_CHECKING:
    from collections.abc import Iterable

    from intake.domain.call_parts import CannedReason
    from intake.domain.calls import Call
    from intake.domain.captions import Cue

_NEEDS_A_REASON = _("Scrivi il motivo: chi ha mandato il video lo legge.")
_REASON_CHARACTERS: Final = 2000


def _without_nul(text: str | None) -> str | None:
    # PostgreSQL keeps no NUL.
    return text.replace("\0", "") if text else text


def _joined(canned: CannedReason | None, untrusted_written: str | None, language: str) -> str:
    written = (untrusted_written or "").strip()
    if canned is None:
        return written
    words = canned.text.in_language(language)
    return written if written.startswith(words) else f"{words}\n{written}".strip()


class DecisionForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """Approve, decline or ask again.

    Without scripts a canned reason comes as its code, and stands before what was written. With them it was put among
    what was written, in the sender's language, and maybe changed; its code comes beside it, to be counted.
    """

    decision = StringField(
        validators=[
            InputRequired(_("Scegli che cosa fare.")),
            AnyOf([choice.value for choice in Decision], _("Scegli che cosa fare.")),
        ]
    )
    reason_code = StringField(_("Motivi pronti"))
    inserted_code = StringField()
    reason = TextAreaField(
        _("Motivo, per chi ha mandato il video"), [Length(max=_REASON_CHARACTERS)], filters=[_without_nul]
    )
    note = TextAreaField(_("Nota interna"), [Length(max=_REASON_CHARACTERS)], filters=[_without_nul])
    poster = IntegerField(validators=[Optional(), NumberRange(min=0, max=100)])
    poster_at_s = StringField(_("Oppure il fotogramma a"), filters=[_without_nul])
    reviewed_sha256 = HiddenField(validators=[InputRequired()])

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - as WTForms takes them
        call: Call | None = None,
        language: str = FIRST_LANGUAGE,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self._call, self._language = call, language

    def validate_reason_code(self, field: StringField) -> None:
        """Take only a reason that is written for what was decided."""
        canned = self._canned_reason() or self._inserted_as_it_was()
        if self.decision.data == Decision.APPROVE or (canned is None and not field.data):
            return
        if canned is None:
            raise ValidationError(_("Questo motivo non c'è più: scegline un altro."))
        if self.decision.data not in canned.decisions:
            raise ValidationError(
                _("Questo motivo è scritto per un'altra decisione: scegline un altro o scrivi il tuo.")
            )

    def validate_poster_at_s(self, field: StringField) -> None:
        """Take only moments as people write them."""
        if (field.data or "").strip() and read_seconds(field.data) is None:
            raise ValidationError(_("Scrivi i secondi, come 12,5, o minuti e secondi, come 1:05."))

    def validate_reason(self, _field: TextAreaField) -> None:
        """Demand a reason for everything but an approval: the sender reads it."""
        if self.decision.data != Decision.APPROVE and not self.full_reason():
            raise ValidationError(_NEEDS_A_REASON)

    def full_reason(self) -> str:
        """Return what the sender reads: the canned reason in their language, then what was written."""
        return _joined(self._canned_reason(), self.reason.data, self._language)

    def _canned_reason(self) -> CannedReason | None:
        return self._call.reason(self.reason_code.data or "") if self._call else None

    def _inserted_reason(self) -> CannedReason | None:
        return self._call.reason(self.inserted_code.data or "") if self._call else None

    def _inserted_as_it_was(self) -> CannedReason | None:
        """Return the reason that a script put into the text, while nobody changed its words."""
        inserted = self._inserted_reason()
        if inserted is None or not (self.reason.data or "").startswith(inserted.text.in_language(self._language)):
            return None
        return inserted

    def ruling(self, moderator: str) -> Ruling:
        """Return the decision with everything that belongs to it."""
        decision = Decision(self.decision.data)
        values: dict[str, Any] = {}
        if decision is not Decision.APPROVE:
            given = self._canned_reason() or self._inserted_reason()
            values = {"reason": self.full_reason(), "reason_code": given.code if given else None}
        return Ruling(
            decision=decision,
            reviewed_sha256=self.reviewed_sha256.data,
            moderator=moderator,
            note=(self.note.data or "").strip() or None,
            poster=self.poster.data,
            poster_at_s=read_seconds(self.poster_at_s.data or ""),
            **values,
        )


class BulkForm(FlaskForm):  # type: ignore[misc] # as above
    """One reason for all of several clips that are declined."""

    reason_code = SelectField(_("Motivi pronti"), validate_choice=True)
    reason = TextAreaField(
        _("Motivo, per chi ha mandato i video"), [Length(max=_REASON_CHARACTERS)], filters=[_without_nul]
    )
    note = TextAreaField(_("Nota interna"), [Length(max=_REASON_CHARACTERS)], filters=[_without_nul])

    def __init__(self, reasons: Iterable[CannedReason], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._reasons = {reason.code: reason for reason in reasons}
        labels = [SelectChoice(code, each.label.in_language(page_language())) for code, each in self._reasons.items()]
        self.reason_code.choices = [SelectChoice("", _("Scegli…")), *labels]
        # Where the page offers none, none is sent.
        self.reason_code.data = self.reason_code.data or ""

    def validate_reason(self, _field: TextAreaField) -> None:
        """Demand a reason: the senders read it."""
        if not self.reason_in(FIRST_LANGUAGE):
            raise ValidationError(_NEEDS_A_REASON)

    def reason_in(self, language: str) -> str:
        """Return what a sender reads who is written to in *language*."""
        return _joined(self._reasons.get(self.reason_code.data or ""), self.reason.data, language)


class RefusalForm(FlaskForm):  # type: ignore[misc] # as above
    """Send a clip that cannot be helped back to its sender."""

    reason = TextAreaField(
        _("Motivo, per chi ha mandato il video"),
        [DataRequired(_NEEDS_A_REASON), Length(max=_REASON_CHARACTERS)],
        filters=[_without_nul],
    )


class TakeDownForm(FlaskForm):  # type: ignore[misc] # as above
    """Why a public clip is taken down; only staff read it."""

    why = TextAreaField(
        _("Perché lo togli?"),
        [
            InputRequired(_("Scrivi perché: chi decide dopo di te deve saperlo.")),
            Length(max=_REASON_CHARACTERS),
        ],
        filters=[_without_nul],
    )

    def validate_why(self, field: TextAreaField) -> None:
        """Take no blanks for words."""
        if not field.data.strip():
            raise ValidationError(_("Scrivi perché: chi decide dopo di te deve saperlo."))


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
