"""What forms of every audience share: a video under the rules of a call, and what is told of its sender."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import EmailField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length

from intake.actions.submitting import Declared
from intake.web.language import page_language
from intake.wording import file_size

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from intake.domain.call_parts import Choice, ChoiceField
    from intake.domain.calls import Call, OrganisationKind, Rules

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


class SenderFields:
    """Who sends, without their address."""

    given_name = StringField(_("Nome"), _required(100), filters=[cleaned])
    family_name = StringField(_("Cognome"), _required(100), filters=[cleaned])
    role = StringField(_("Ruolo"), _required(150), filters=[cleaned])
    organisation = StringField(_("Organizzazione"), _required(200), filters=[cleaned])
    organisation_kind = SelectField(_("Tipo di organizzazione"), [DataRequired(_("Scegli una voce."))])

    _call: Call

    @classmethod
    def of(cls, call: Call, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        """Build the form of a call, with the call's own fields."""
        # WTForms reads a form's fields off its class.
        own = {own_name(field.name): _choice_field(field) for field in call.fields}
        form: Self = type(cls.__name__, (cls,), own)(call, *args, **kwargs)
        return form

    def offer_kinds(self, call: Call) -> None:
        """Let one of the call's kinds of organisation be chosen."""
        self._call = call
        self.organisation_kind.choices = _offered(call.organisation_kinds)

    def own_fields(self) -> list[SelectField]:
        """Return the call's own fields."""
        return [getattr(self, own_name(field.name)) for field in self._call.fields]

    def choices(self) -> dict[str, str]:
        """Return what was chosen in each of the call's own fields."""
        return {field.name: getattr(self, own_name(field.name)).data for field in self._call.fields}


class AddressedFields(SenderFields):
    """Who sends, and where they are written to."""

    email = EmailField(
        _("E-mail"),
        [*_required(254), Email(_("Controlla l'indirizzo, per esempio nome@esempio.it."))],
        filters=[cleaned],
    )


def own_name(name: str) -> str:
    """Return what a form calls a call's own field: it must not meet one of ours."""
    return f"choice_{name}"


def _choice_field(field: ChoiceField) -> SelectField:
    return SelectField(
        field.label.in_language(page_language()),
        [DataRequired(_("Scegli una voce."))],
        choices=_offered(field.choices),
    )


def _offered(choices: Iterable[Choice | OrganisationKind]) -> list[SelectChoice]:
    in_words = (SelectChoice(choice.value, choice.label.in_language(page_language())) for choice in choices)
    return [SelectChoice("", str(_("Scegli…"))), *in_words]


def _size_of(stream: BinaryIO) -> int:
    size_bytes = stream.seek(0, 2)
    stream.seek(0)
    return size_bytes
