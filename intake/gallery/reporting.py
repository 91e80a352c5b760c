"""The page on which a visitor says that something is wrong with a clip. It has a form, and so no cache may keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from flask import redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Length, Optional

from intake.actions import reporting
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.errors import Gone, NotFound
from intake.domain.reports import MOST_WORDS_CHARACTERS, Report, ReportKind
from intake.gallery.answers import gone, unkept
from intake.gallery.clips import find_public_clip
from intake.web.forms import cleaned
from intake.web.language import page_language
from intake.web.services import services
from intake.wording import say
from intake.wording.reports import REPORTS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.gallery.clips import PublicClip

log = structlog.get_logger()


class ReportForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    """What is wrong, in a visitor's words."""

    kind = SelectField(_("Che cosa non va?"), [DataRequired(_("Scegli una voce."))])
    words = TextAreaField(
        _("Spiegalo con parole tue"),
        [
            DataRequired(_("Compila questo campo.")),
            Length(max=MOST_WORDS_CHARACTERS, message=_("Al massimo %(max)d caratteri.")),
        ],
        filters=[lambda text: "\n".join(cleaned(line) for line in (text or "").splitlines()).strip()],
    )
    email = EmailField(
        _("La tua e-mail, se vuoi una risposta"),
        [
            Optional(),
            Length(max=254, message=_("Al massimo %(max)d caratteri.")),
            Email(_("Controlla l'indirizzo, per esempio nome@esempio.it.")),
        ],
        filters=[cleaned],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            SelectChoice("", str(_("Scegli…"))),
            *(SelectChoice(kind.value, say(REPORTS[kind], page_language())) for kind in ReportKind),
        ]

    def report(self) -> Report:
        """Return what was said."""
        return Report(kind=ReportKind(self.kind.data), words=self.words.data, email=self.email.data)


def ask_what_is_wrong(call_slug: str, clip_id: str) -> ResponseReturnValue:
    """Show the form, or thanks."""
    try:
        clip, call = _clip_of(call_slug, clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    return unkept(_page(clip, call, None if "sent" in request.args else ReportForm()))


def send_report(call_slug: str, clip_id: str) -> ResponseReturnValue:
    """Take what a visitor reports to the staff."""
    try:
        clip, call = _clip_of(call_slug, clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    form = ReportForm()
    if not form.validate_on_submit():
        return unkept(_page(clip, call, form), 422)
    parts = services()
    with reading(parts.engine) as connection:
        submission_id = queries.submission_by_clip(connection, clip_id).id
    with writing(parts.engine) as connection:
        is_taken = reporting.report(connection, submission_id, form.report(), now=parts.clock())
    if is_taken:
        log.info("clip_reported", submission_id=submission_id, problem=form.kind.data)
    return redirect(url_for("gallery.ask_what_is_wrong", call_slug=call_slug, clip_id=clip_id, sent=1), 303)


def _clip_of(call_slug: str, clip_id: str) -> tuple[PublicClip, Call]:
    clip, call = find_public_clip(clip_id)
    if call.slug != call_slug:
        raise NotFound(clip_id)
    return clip, call


def _page(clip: PublicClip, call: Call, form: ReportForm | None) -> str:
    return render_template("gallery/report.html", clip=clip, call=call, form=form)
