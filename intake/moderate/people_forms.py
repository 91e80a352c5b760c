"""What is handed in about people: invitations, roles, passwords, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from intake import wording
from intake.domain.calls import FIRST_LANGUAGE
from intake.domain.staff import Alerts, NewClips, StaffRole
from intake.moderate.access import MIN_PASSWORD_CHARACTERS, normal_password, password_problems
from intake.web.language import language_name, page_language
from intake.wording.staff import ROLES

if TYPE_CHECKING:
    from wtforms import Field


def _stripped(text: str | None) -> str | None:
    return text.strip() if text else text


class _InOurLanguages(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    language = SelectField(_("Lingua delle e-mail"), default=FIRST_LANGUAGE)

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Flask-WTF's own
        super().__init__(*arguments, **options)
        self.language.choices = [SelectChoice(code, language_name(code)) for code in wording.languages()]


class InvitationForm(_InOurLanguages):
    """Whom to invite, and as what."""

    email = StringField(
        _("Indirizzo e-mail"), [InputRequired(_("Scrivi l'indirizzo.")), Length(max=254)], filters=[_stripped]
    )
    role = SelectField(_("Ruolo"), [InputRequired(_("Scegli un ruolo della lista."))], default=StaffRole.MODERATOR)

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(*arguments, **options)
        self.role.choices = _roles()

    def validate_email(self, field: Field) -> None:
        """Take only what a mail can be sent to, spelled as the login will spell it."""
        try:
            field.data = validate_email(field.data or "", check_deliverability=False).normalized
        except EmailNotValidError as error:
            raise ValidationError(_("Controlla l'indirizzo: manca qualcosa o c'è un errore.")) from error


class RoleForm(FlaskForm):  # type: ignore[misc] # as above
    """Another role for somebody."""

    role = SelectField(_("Ruolo"), [InputRequired()])

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(*arguments, **options)
        self.role.choices = _roles()


class PasswordForm(FlaskForm):  # type: ignore[misc] # as above
    """The password of somebody who was invited."""

    password = PasswordField(
        _("Password"),
        [InputRequired(_("Scegli una password.")), Length(max=200, message=_("Bastano 200 caratteri."))],
    )

    def validate_password(self, field: Field) -> None:
        """Take what would let them in again."""
        if password_problems(field.data or ""):
            raise ValidationError(
                _("La password è troppo corta: servono almeno %(count)s caratteri.", count=MIN_PASSWORD_CHARACTERS)
            )

    @property
    def normal(self) -> str:
        """The password as the login compares it."""
        return normal_password(self.password.data)


class AlertsForm(_InOurLanguages):
    """Which mails somebody wants."""

    new_clips = RadioField(
        _("Quando arriva un nuovo video"),
        [InputRequired(_("Scegli quando vuoi un avviso."))],
        choices=[
            SelectChoice(NewClips.AT_ONCE, _("Subito, al più un'e-mail ogni cinque minuti")),
            SelectChoice(NewClips.DAILY, _("Una volta al giorno, alle 8")),
            SelectChoice(NewClips.OFF, _("Mai")),
        ],
    )
    waiting_clips = BooleanField(_("Avvisami quando un video aspetta da più di 48 ore, al più una volta al giorno"))

    @property
    def wish(self) -> Alerts:
        """What was chosen."""
        return Alerts(
            new_clips=NewClips(self.new_clips.data),
            waiting_clips=self.waiting_clips.data,
            language=self.language.data,
        )


def _roles() -> list[SelectChoice]:
    return [SelectChoice(role, wording.say(ROLES[role], page_language())) for role in StaffRole]
