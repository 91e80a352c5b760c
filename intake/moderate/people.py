"""Who is on the staff: for admins, who invite, give roles, switch off and end sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import flash, redirect, render_template, url_for

from intake import wording
from intake.actions import staffing
from intake.actions.staffing import Guest, Outcome
from intake.db import people as rows
from intake.db.engine import reading, writing
from intake.domain.staff import InvitationId, StaffId, StaffRole
from intake.moderate.access import member_id, moderator_name
from intake.moderate.answers import private
from intake.moderate.forms import ButtonForm
from intake.moderate.people_forms import InvitationForm, RoleForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

log = structlog.get_logger()

_CANNOT = {
    Outcome.KNOWN: N_("Questo indirizzo fa già parte della redazione."),
    Outcome.INVITED: N_("Questo indirizzo ha già un invito: qui sotto puoi mandarlo di nuovo."),
    Outcome.LAST_ADMIN: N_(
        "È l'unica persona che amministra: senza di lei nessuno potrebbe più cambiare la redazione. Prima dai questo "
        "ruolo a qualcun altro."
    ),
    Outcome.OVER: N_("L'invito non è più aperto: è già stato accettato o annullato."),
}


def show_people() -> ResponseReturnValue:
    """Show who is on the staff, and who was invited."""
    return private(_page(InvitationForm(formdata=None)))


def invite() -> ResponseReturnValue:
    """Invite somebody by mail."""
    parts, form = services(), InvitationForm()
    if not form.validate_on_submit():
        return private(_page(form), 422)
    guest = Guest(email=form.email.data, role=StaffRole(form.role.data), language=form.language.data)
    with writing(parts.engine) as connection:
        outcome = staffing.invite(
            connection, guest, by=moderator_name(), now=parts.clock(), secret_key=parts.settings.secret_key
        )
    if outcome is not Outcome.DONE:
        form.email.errors = [*form.email.errors, _say(_CANNOT[outcome])]
        return private(_page(form), 409)
    log.info("invitation_sent", role=guest.role)
    return _back(N_("Invito mandato: il link vale tre giorni."))


def invite_again(invitation_id: int) -> ResponseReturnValue:
    """Send a new link."""
    parts = services()
    with writing(parts.engine) as connection:
        outcome = staffing.invite_again(
            connection,
            InvitationId(invitation_id),
            by=moderator_name(),
            now=parts.clock(),
            secret_key=parts.settings.secret_key,
        )
    return _answer(outcome, N_("Invito mandato di nuovo: il link di prima non vale più."))


def take_back_invitation(invitation_id: int) -> ResponseReturnValue:
    """Make an invitation's link open nothing."""
    parts = services()
    with writing(parts.engine) as connection:
        outcome = staffing.take_back(connection, InvitationId(invitation_id), now=parts.clock())
    return _answer(outcome, N_("Invito annullato: il link non apre più nulla."))


def set_role(staff_id: int) -> ResponseReturnValue:
    """Give somebody another role."""
    form = RoleForm()
    if not form.validate_on_submit():
        return private(_page(InvitationForm(formdata=None), problem=_say(N_("Scegli un ruolo della lista."))), 422)
    with writing(services().engine) as connection:
        outcome = staffing.set_role(connection, StaffId(staff_id), StaffRole(form.role.data))
    log.info("role_given", staff_id=staff_id, role=form.role.data, outcome=outcome)
    return _answer(outcome, N_("Ruolo cambiato: vale subito."))


def switch_off(staff_id: int) -> ResponseReturnValue:
    """Keep somebody from logging in."""
    return _switch(staff_id, is_active=False, done=N_("Accesso tolto: questa persona è uscita da ogni dispositivo."))


def switch_on(staff_id: int) -> ResponseReturnValue:
    """Let somebody log in again."""
    return _switch(staff_id, is_active=True, done=N_("Accesso ridato: la password è quella di prima."))


def end_sessions(staff_id: int) -> ResponseReturnValue:
    """Log somebody out everywhere."""
    with writing(services().engine) as connection:
        staffing.end_sessions(connection, StaffId(staff_id))
    log.info("sessions_ended", staff_id=staff_id)
    return _back(N_("Sessioni chiuse: per tornare serve di nuovo la password."))


def _switch(staff_id: int, *, is_active: bool, done: str) -> ResponseReturnValue:
    with writing(services().engine) as connection:
        outcome = staffing.set_active(connection, StaffId(staff_id), is_active=is_active)
    log.info("access_switched", staff_id=staff_id, is_active=is_active, outcome=outcome)
    return _answer(outcome, done)


def _answer(outcome: Outcome, done: str) -> ResponseReturnValue:
    if outcome is not Outcome.DONE:
        return private(_page(InvitationForm(formdata=None), problem=_say(_CANNOT[outcome])), 409)
    return _back(done)


def _back(done: str) -> ResponseReturnValue:
    flash(_say(done), "done")
    return redirect(url_for("moderate.show_people"), 303)


def _say(sentence: str) -> str:
    return wording.say(sentence, page_language())


def _page(form: InvitationForm, *, problem: str | None = None) -> str:
    parts = services()
    with reading(parts.engine) as connection:
        context = {"colleagues": rows.colleagues(connection), "invitations": rows.open_invitations(connection)}
    return render_template(
        "moderate/people.html",
        form=form,
        button_form=ButtonForm(formdata=None),
        roles=tuple(StaffRole),
        me=member_id(),
        now=parts.clock(),
        problem=problem,
        **context,
    )
