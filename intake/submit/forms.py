"""What a sender tells us, and the clear sentence for each way it can be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, ValidationError

from intake.actions.submitting import Letter
from intake.domain.calls import Call, ConsentKind
from intake.domain.submissions import Sender
from intake.web.forms import AddressedFields, SenderFields, VideoForm, cleaned
from intake.web.language import page_language
from intake.wording import languages

if TYPE_CHECKING:
    from intake.domain.calls import Consent


class ConsentFields:
    """The answer to each consent of a call."""

    consent_gallery = BooleanField()
    consent_social = BooleanField()
    consent_download = BooleanField()
    _call: Call

    def consents(self) -> list[tuple[Consent, BooleanField]]:
        """Return each consent of the call with its field."""
        return [(consent, getattr(self, f"consent_{consent.kind}")) for consent in self._call.consents]

    def answers(self) -> dict[ConsentKind, bool]:
        """Return the answer to each consent of the call."""
        return {consent.kind: bool(field.data) for consent, field in self.consents()}

    def validate_consent_gallery(self, field: BooleanField) -> None:
        """Take nothing without the consents that the call requires."""
        self._require_consent(ConsentKind.GALLERY, given=field.data)

    def validate_consent_social(self, field: BooleanField) -> None:
        """As above."""
        self._require_consent(ConsentKind.SOCIAL, given=field.data)

    def validate_consent_download(self, field: BooleanField) -> None:
        """As above."""
        self._require_consent(ConsentKind.DOWNLOAD, given=field.data)

    def _require_consent(self, kind: ConsentKind, *, given: bool) -> None:
        is_required = any(consent.required for consent in self._call.consents if consent.kind is kind)
        if is_required and not given:
            raise ValidationError(_("Spunta la casella del consenso: ci serve per ricevere il tuo video."))


class SendForm(AddressedFields, ConsentFields, VideoForm):
    """A sender's details, consents and video."""

    language = HiddenField()
    submission_key = HiddenField(filters=[cleaned])

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(call.rules, *args, **kwargs)
        self.offer_kinds(call)

    def sender(self) -> Sender:
        """Return who sends."""
        return Sender(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            role=self.role.data,
            organisation=self.organisation.data,
            organisation_kind=self.organisation_kind.data,
            email=self.email.data,
            language=_spoken(self.language.data),
            choices=self.choices(),
        )

    def letter(self) -> Letter:
        """Return everything the sender handed in beside the bytes."""
        return Letter(
            sender=self.sender(),
            answers=self.answers(),
            file=self.declared(),
            submission_key=(self.submission_key.data or None) and self.submission_key.data[:64],
        )


class ConfirmForm(SenderFields, ConsentFields, FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """What a sender says of a video that somebody else handed in: their details put right, and their own answers."""

    language = HiddenField()

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.offer_kinds(call)

    def sender(self, email: str) -> Sender:
        """Return who sends; the address is the one that the link went to."""
        return Sender(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            role=self.role.data,
            organisation=self.organisation.data,
            organisation_kind=self.organisation_kind.data,
            email=email,
            language=_spoken(self.language.data),
            choices=self.choices(),
        )


class WithdrawForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """The confirmation that a sender means it."""

    confirm = HiddenField(default="y")


def _spoken(untrusted_language: str | None) -> str:
    return untrusted_language if untrusted_language in languages() else page_language()
