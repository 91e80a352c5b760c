"""Handing in a clip that came by mail: the moderator types who sends, and never what they agree to.

The sender gets a mail with their secret link as soon as the bytes are held, and answers there. Killed between the row
and the bytes: the row is given up in the end, or finished when the bytes are there after all, and only then anybody is
written to.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from intake.actions import submitting
from intake.actions.submitting import Letter
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.errors import TryAgainLater
from intake.domain.submissions import Sender
from intake.moderate.access import MODERATOR, may, moderator_name
from intake.moderate.answers import private
from intake.web.forms import AddressedFields, VideoForm, cleaned
from intake.web.health import require_room
from intake.web.language import language_name, page_language
from intake.web.receiving import store_video
from intake.web.services import services
from intake.web.uploads import forget_video, take_video
from intake.wording import languages, say
from intake.wording.marking import N_

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.domain.submissions import SubmissionId

log = structlog.get_logger()

HAND_IN: Final = "moderate.hand_in"
"""What `url_for` calls the view whose request carries a video."""

_TYPED: Final = ("given_name", "family_name", "role", "organisation", "organisation_kind", "email", "language")

_TROUBLE: Final = N_(
    "In questo momento non riusciamo a conservare il video. Quello che hai scritto è ancora qui: fra poco scegli di "
    "nuovo il file e riprova."
)
_HANDED_IN: Final = N_("Inserito. {name} riceve una mail per controllare i dati e dare il consenso.")


class OnBehalfForm(AddressedFields, VideoForm):
    """Who sends, and their video."""

    language = SelectField(_("Lingua in cui scriviamo a questa persona"))
    submission_key = HiddenField(filters=[cleaned])

    def __init__(self, call: Call, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(call.rules, *args, **kwargs)
        self.offer_kinds(call)
        self.video.label.text = _("Il video")
        self.language.choices = [SelectChoice(code, language_name(code)) for code in languages()]

    def letter(self, filed_by: str) -> Letter:
        """Return what is handed in, without any answer to a consent."""
        return Letter(
            sender=Sender(**{name: self[name].data for name in _TYPED}, choices=self.choices()),
            answers={},
            file=self.declared(),
            submission_key=(self.submission_key.data or "")[:64] or None,
            filed_by=filed_by,
        )


def make_room() -> None:
    """Let the request that hands a clip in carry a video; to be called before the login's guard, which reads the form.

    Whoever may not is sent away by the guard, and their video is kept nowhere; but what was typed around it is read,
    for whoever's session ended meanwhile.

    Raises:
        NotFound: There is no such call.
        StorageFull: As it says: better said while there is still room to spool nothing.
    """
    if request.endpoint != HAND_IN or request.method != "POST":
        return
    if not may(MODERATOR):
        forget_video(request)
        return
    require_room(services().settings, request.content_length or 0)
    take_video(request, _call((request.view_args or {})["call_slug"]).rules.max_bytes)


def choose_call() -> ResponseReturnValue:
    """Ask for which call the clip is; where there is one call, ask for the clip."""
    with reading(services().engine) as connection:
        calls = queries.all_calls(connection)
    if len(calls) == 1:
        return redirect(url_for("moderate.show_form", call_slug=calls[0].slug), 303)
    return private(render_template("moderate/on_behalf_calls.html", calls=calls))


def show_form(call_slug: str) -> ResponseReturnValue:
    """Show the form."""
    call = _call(call_slug)
    form = OnBehalfForm.of(call, submission_key=secrets.token_urlsafe(18), language=page_language())
    return private(_page(call, form))


def hand_in(call_slug: str) -> ResponseReturnValue:
    """Take a clip and who sends it; the sender is written to."""
    call = _call(call_slug)
    form = OnBehalfForm.of(call)
    if not form.validate_on_submit():
        return private(_page(call, form), form.error_status)
    try:
        submission_id = _receive(call, form)
    except TryAgainLater as error:
        log.warning("upload_postponed", cause=str(error))
        form.form_errors.append(say(_TROUBLE, page_language()))
        return private(_page(call, form), 503)
    name = f"{form.given_name.data} {form.family_name.data}"
    flash(say(_HANDED_IN, page_language(), name=name), "done")
    return redirect(url_for("moderate.show", submission_id=submission_id), 303)


def _receive(call: Call, form: OnBehalfForm) -> SubmissionId:
    letter = form.letter(moderator_name())
    try:
        upload = _start(call, letter)
    except IntegrityError:
        # The same form twice at the same moment: the other request made the row, now we find it.
        upload = _start(call, letter)
    if upload.upload_key is not None:
        store_video(upload.submission_id, upload.upload_key, form.stream())
        log.info("submission_filed", submission_id=upload.submission_id, size_bytes=letter.file.size_bytes)
    return upload.submission_id


def _start(call: Call, letter: Letter) -> submitting.Upload:
    parts = services()
    with writing(parts.engine) as connection:
        return submitting.start_upload(
            connection, call, letter, now=parts.clock(), secret_key=parts.settings.secret_key
        )


def _call(slug: str) -> Call:
    with reading(services().engine) as connection:
        return queries.find_call(connection, slug)


def _page(call: Call, form: OnBehalfForm) -> str:
    own_fields = form.own_fields()
    return render_template(
        "moderate/on_behalf.html",
        call=call,
        form=form,
        own_fields=own_fields,
        own_names=tuple(field.name for field in own_fields),
    )
