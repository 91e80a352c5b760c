"""What a sender tells us, and the clear sentence for each way it can be wrong."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, Length

from intake.actions.submitting import Declared, Letter
from intake.domain.calls import Call, ConsentKind
from intake.domain.submissions import Sender
from intake.web.language import page_language
from intake.wording import file_size, languages

if TYPE_CHECKING:
    from typing import BinaryIO

    from intake.domain.call_parts import ChoiceField
    from intake.domain.calls import Consent, Rules

FILE_NAME_CHARACTERS: Final = 120
"""How much of a file's name is kept for showing."""

_DANGEROUS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories without a shape: controls, direction marks that make `txt.exe` read `exe.txt`."""


def cleaned(text: str | None) -> str:
    """Return *text* composed (NFC), without invisible characters, with single spaces."""
    composed = unicodedata.normalize("NFC", text or "")
    visible = "".join(character for character in composed if unicodedata.category(character) not in _DANGEROUS)
    return " ".join(visible.split())


def _required(longest: int) -> list[Any]:
    return [
        DataRequired(_("Compila questo campo.")),
        Length(max=longest, message=_("Al massimo %(max)d caratteri.")),
    ]


class FileTooLarge(ValidationError):  # type: ignore[misc] # WTForms ships no types
    """The file is larger than its call allows."""


def refuse_file(rules: Rules, untrusted_name: str, size_bytes: int) -> None:
    """Refuse what can be refused by name and size.

    Raises:
        FileTooLarge: As it says.
        ValidationError: Another kind of file, or an empty one.
    """
    if untrusted_name.rpartition(".")[2].lower() not in tuple(rules.formats):
        expected = " / ".join(f".{name}" for name in rules.formats)
        raise ValidationError(
            _("Qui si mandano file %(expected)s. Scegli il video come esce dal telefono.", expected=expected)
        )
    if size_bytes == 0:
        raise ValidationError(_("Il file è vuoto. Sceglilo di nuovo."))
    if size_bytes > rules.max_bytes:
        raise FileTooLarge(
            _(
                "Questo file è troppo grande: il limite è %(size)s. Registra un video più corto o a qualità più bassa.",
                size=file_size(rules.max_bytes, page_language()),
            )
        )


def shown_name(untrusted_name: str) -> str:
    """Return as much of a file's name as is kept for showing."""
    return cleaned(untrusted_name)[-FILE_NAME_CHARACTERS:]


class _LastChosen(FileField):  # type: ignore[misc] # Flask-WTF ships no types
    """A file, of as many inputs as the page has: the last that one was chosen in.

    Without scripts a phone shows two, the second for the camera.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the last: Flask-WTF takes the first that is not empty."""
        super().process_formdata(valuelist[::-1])


class VideoForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """A video, under the rules of a call."""

    video: FileField = _LastChosen(_("Il tuo video"))

    def __init__(self, rules: Rules, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._rules = rules
        self.is_too_large = False

    @property
    def error_status(self) -> int:
        """The status to answer a form with that cannot be taken: 413 where the video is too large, else 422."""
        return 413 if self.is_too_large else 422

    def validate_video(self, field: FileField) -> None:
        """Refuse what can be refused by name and size; the rest is for the workers to judge."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Scegli il video da mandare."))
        try:
            refuse_file(self._rules, field.data.filename, _size_of(field.data.stream))
        except FileTooLarge:
            self.is_too_large = True
            raise

    def declared(self) -> Declared:
        """Return what the sender says of the file."""
        return Declared(name=shown_name(self.video.data.filename), size_bytes=_size_of(self.video.data.stream))

    def stream(self) -> BinaryIO:
        """Return the spooled file, at its beginning."""
        stream: BinaryIO = self.video.data.stream
        stream.seek(0)
        return stream


class SendForm(VideoForm):
    """A sender's details, consents and video."""

    given_name = StringField(_("Nome"), _required(100), filters=[cleaned])
    family_name = StringField(_("Cognome"), _required(100), filters=[cleaned])
    role = StringField(_("Ruolo"), _required(150), filters=[cleaned])
    organisation = StringField(_("Organizzazione"), _required(200), filters=[cleaned])
    organisation_kind = SelectField(_("Tipo di organizzazione"), [DataRequired(_("Scegli una voce."))])
    email = EmailField(
        _("E-mail"),
        [*_required(254), Email(_("Controlla l'indirizzo, per esempio nome@esempio.it."))],
        filters=[cleaned],
    )
    consent_gallery = BooleanField()
    consent_social = BooleanField()
    language = HiddenField()
    submission_key = HiddenField(filters=[cleaned])

    @classmethod
    def of(cls, call: Call, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        """Build the form of a call, with the call's own fields."""
        # WTForms reads a form's fields off its class.
        own = {own_name(field.name): _choice_field(field) for field in call.fields}
        form: Self = type(cls.__name__, (cls,), own)(call, *args, **kwargs)
        return form

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(call.rules, *args, **kwargs)
        self._call = call
        kinds = [(kind.value, kind.label.in_language(page_language())) for kind in call.organisation_kinds]
        self.organisation_kind.choices = [("", str(_("Scegli…"))), *kinds]

    def own_fields(self) -> list[SelectField]:
        """Return the call's own fields."""
        return [self[own_name(field.name)] for field in self._call.fields]

    def consents(self) -> list[tuple[Consent, BooleanField]]:
        """Return each consent of the call with its field."""
        return [(consent, self[f"consent_{consent.kind}"]) for consent in self._call.consents]

    def validate_consent_gallery(self, field: BooleanField) -> None:
        """Take nothing without the consents that the call requires."""
        self._require_consent(ConsentKind.GALLERY, given=field.data)

    def validate_consent_social(self, field: BooleanField) -> None:
        """As above."""
        self._require_consent(ConsentKind.SOCIAL, given=field.data)

    def _require_consent(self, kind: ConsentKind, *, given: bool) -> None:
        is_required = any(consent.required for consent in self._call.consents if consent.kind is kind)
        if is_required and not given:
            raise ValidationError(_("Spunta la casella del consenso: ci serve per ricevere il tuo video."))

    def sender(self) -> Sender:
        """Return who sends."""
        language = self.language.data if self.language.data in languages() else page_language()
        return Sender(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            role=self.role.data,
            organisation=self.organisation.data,
            organisation_kind=self.organisation_kind.data,
            email=self.email.data,
            language=language,
            choices={field.name: self[own_name(field.name)].data for field in self._call.fields},
        )

    def answers(self) -> dict[ConsentKind, bool]:
        """Return the answer to each consent of the call."""
        return {consent.kind: bool(field.data) for consent, field in self.consents()}

    def letter(self) -> Letter:
        """Return everything the sender handed in beside the bytes."""
        return Letter(
            sender=self.sender(),
            answers=self.answers(),
            file=self.declared(),
            submission_key=(self.submission_key.data or None) and self.submission_key.data[:64],
        )


class WithdrawForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """The confirmation that a sender means it."""

    confirm = HiddenField(default="y")


def own_name(name: str) -> str:
    """Return what the form calls a call's own field: it must not meet one of ours."""
    return f"choice_{name}"


def _choice_field(field: ChoiceField) -> SelectField:
    choices = [(choice.value, choice.label.in_language(page_language())) for choice in field.choices]
    return SelectField(
        field.label.in_language(page_language()),
        [DataRequired(_("Scegli una voce."))],
        choices=[("", str(_("Scegli…"))), *choices],
    )


def _size_of(stream: BinaryIO) -> int:
    size_bytes = stream.seek(0, 2)
    stream.seek(0)
    return size_bytes
