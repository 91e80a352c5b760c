"""Which mails somebody on the staff wants, and the link in each that stops it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for

from intake import wording
from intake.actions import staffing, tokens
from intake.db import people as rows
from intake.db.engine import reading, writing
from intake.domain.errors import NotFound
from intake.domain.staff import ALERTS, NewClips, StaffId, StaffMail
from intake.moderate.access import member_id, moderator_name
from intake.moderate.answers import private
from intake.moderate.people_forms import AlertsForm
from intake.web.language import page_language, prefer_language
from intake.web.services import services
from intake.wording import staff as names
from intake.wording.marking import N_

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def show_alerts() -> ResponseReturnValue:
    """Show which mails they get."""
    with reading(services().engine) as connection:
        wish = rows.alerts(connection, member_id())
    form = AlertsForm(formdata=None, new_clips=wish.new_clips, waiting_clips=wish.waiting_clips, language=wish.language)
    return private(_page(form))


def choose_alerts() -> ResponseReturnValue:
    """Write down which mails they want."""
    parts, form = services(), AlertsForm()
    if not form.validate_on_submit():
        return private(_page(form), 422)
    with writing(parts.engine) as connection:
        staffing.set_alerts(connection, member_id(), form.wish, now=parts.clock())
    flash(wording.say(N_("Scelta salvata."), page_language()), "done")
    return redirect(url_for("moderate.show_alerts"), 303)


def ask_to_stop(signed: str) -> ResponseReturnValue:
    """Ask before a mail is stopped: mail programs open links by themselves."""
    _, kind = _read(signed)
    return private(_stop_page(signed, kind, is_done=False))


def stop_alert(signed: str) -> ResponseReturnValue:
    """Stop a kind of mail: by the page's button, or by one click in a mail program, which has no session with us."""
    parts = services()
    staff_id, kind = _read(signed)
    with writing(parts.engine) as connection:
        wish = rows.alerts(connection, staff_id)
        less = (
            replace(wish, new_clips=NewClips.OFF) if kind is StaffMail.NEW_CLIPS else replace(wish, waiting_clips=False)
        )
        staffing.set_alerts(connection, staff_id, less, now=parts.clock())
    return private(_stop_page(signed, kind, is_done=True))


def _read(untrusted_signed: str) -> tuple[StaffId, StaffMail]:
    text = tokens.signed_text(untrusted_signed, services().settings.secret_key)
    if text is None:
        raise NotFound("signed link")
    staff_id, _, kind = text.partition(".")
    with reading(services().engine) as connection:
        prefer_language(rows.alerts(connection, StaffId(int(staff_id))).language)
    if kind not in ALERTS:
        raise NotFound("signed link")
    return StaffId(int(staff_id)), StaffMail(kind)


def _page(form: AlertsForm) -> str:
    return render_template("moderate/alerts.html", form=form, address=moderator_name())


def _stop_page(signed: str, kind: StaffMail, *, is_done: bool) -> str:
    name = wording.say(names.ALERTS[kind], page_language())
    return render_template("moderate/stop_alert.html", signed=signed, name=name, is_done=is_done)
