"""Where the link of an invitation leads: a password, and in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from flask import flash, redirect, render_template, url_for

from intake import wording
from intake.actions import staffing, tokens
from intake.actions.staffing import Outcome
from intake.db import people as rows
from intake.db.engine import reading, writing
from intake.domain.errors import NotFound
from intake.moderate.access import MIN_PASSWORD_CHARACTERS, hashed, log_in
from intake.moderate.answers import private
from intake.moderate.people_forms import PasswordForm
from intake.web.language import page_language, prefer_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.staff import Invitation

log = structlog.get_logger()


def open_invitation(token: str) -> ResponseReturnValue:
    """Ask somebody who was invited for a password; say so where the link opens nothing any more."""
    invitation = _invitation(token)
    if invitation is None or not invitation.opens(services().clock()):
        return _over(invitation)
    return private(_page(invitation, token, PasswordForm(formdata=None)))


def accept_invitation(token: str) -> ResponseReturnValue:
    """Let somebody in who was invited."""
    parts, invitation, form = services(), _invitation(token), PasswordForm()
    if invitation is None or not invitation.opens(parts.clock()):
        return _over(invitation)
    if not form.validate_on_submit():
        return private(_page(invitation, token, form), 422)
    # Before the transaction: a good hash takes a while, and nobody else could write meanwhile.
    password_hash = hashed(form.normal)
    with writing(parts.engine) as connection:
        outcome = staffing.accept(connection, tokens.hash_of(token), password_hash=password_hash, now=parts.clock())
    if outcome is not Outcome.DONE:
        return _over(_invitation(token))
    log.info("invitation_accepted", role=invitation.role)
    log_in(invitation.email)
    flash(
        wording.say(
            N_("Ti diamo il benvenuto nella redazione. La prossima volta entri con questa password."), page_language()
        ),
        "done",
    )
    return redirect(url_for("moderate.queue"), 303)


def _invitation(untrusted_token: str) -> Invitation | None:
    try:
        with reading(services().engine) as connection:
            invitation = rows.invitation_by_token(connection, tokens.hash_of(untrusted_token))
    except NotFound:
        return None
    prefer_language(invitation.language)
    return invitation


def _page(invitation: Invitation, token: str, form: PasswordForm) -> str:
    return render_template(
        "moderate/invitation.html", invitation=invitation, token=token, form=form, least=MIN_PASSWORD_CHARACTERS
    )


def _over(invitation: Invitation | None) -> ResponseReturnValue:
    is_used = invitation is not None and invitation.accepted_at is not None
    return private(render_template("moderate/invitation_over.html", is_used=is_used), 410)
