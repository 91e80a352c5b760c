"""The form in which a moderator mends the words of a clip."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length, Optional

from intake.domain.clip_words import QUOTE_CHARACTERS, TITLE_CHARACTERS, WORDS, ClipWords, words_of
from intake.domain.spoken import SPOKEN_LANGUAGES
from intake.web.forms import SenderFields, cleaned

if TYPE_CHECKING:
    from intake.domain.submissions import Submission

_AT_MOST = _("Al massimo %(max)d caratteri.")


class WordsForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """How a speaker is spelled, and a clip's own words; each with what it was when the page was shown."""

    given_name = SenderFields.given_name
    family_name = SenderFields.family_name
    role = SenderFields.role
    organisation = SenderFields.organisation
    title = StringField(_("Titolo del video"), [Length(max=TITLE_CHARACTERS, message=_AT_MOST)], filters=[cleaned])
    quote = TextAreaField(
        _("Una frase di chi parla"), [Length(max=QUOTE_CHARACTERS, message=_AT_MOST)], filters=[cleaned]
    )
    # Left away by a page that was open before the field was there: it stays as it is.
    spoken_language = SelectField(
        _("Lingua che si parla nel video"),
        [Optional(), AnyOf(SPOKEN_LANGUAGES, message=_("Scegli una lingua dall'elenco."))],
        choices=[SelectChoice(code, name) for code, name in SPOKEN_LANGUAGES.items()],
        validate_choice=False,
    )
    seen_given_name = HiddenField()
    seen_family_name = HiddenField()
    seen_role = HiddenField()
    seen_organisation = HiddenField()
    seen_title = HiddenField()
    seen_quote = HiddenField()
    seen_spoken_language = HiddenField()

    def typed(self) -> ClipWords:
        """Return the words that were typed."""
        return ClipWords(**{name: self[name].data or "" for name in WORDS})

    def seen(self) -> ClipWords:
        """Return the words as the page showed them."""
        return ClipWords(**{name: self[f"seen_{name}"].data or "" for name in WORDS})


def words_form_of(submission: Submission) -> WordsForm:
    """Return the form with a clip's words as they stand."""
    stands = asdict(words_of(submission))
    return WordsForm(formdata=None, **stands, **{f"seen_{name}": word for name, word in stands.items()})
