"""Shows the mails that were kept instead of sent, to whoever sits at this machine and to nobody else.

They hold secret links. So there is nothing to see where a mail server is set, where `PUBLIC_URL` is not this machine,
or where a request came through a proxy.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from flask import Response, abort, make_response, render_template

from intake.mail.outbox import Outbox
from intake.web.nearness import sits_here
from intake.web.routing import Access, Route, blueprint
from intake.web.security import allow_frames_of_ours
from intake.web.services import services

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from intake.mail.outbox import KeptMail
    from intake.web.routing import View

_MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""What a mail program would let it do: look as it likes, fetch nothing, run nothing; links open elsewhere."""


def list_mails() -> ResponseReturnValue:
    """Show what was written to whom, newest first."""
    return _private(render_template("outbox/list.html", mails=list(_outbox().mails())))


def show_mail(name: str) -> ResponseReturnValue:
    """Show one mail as its reader would see it."""
    kept = _outbox().read(name)
    allow_frames_of_ours()
    return _private(render_template("outbox/show.html", name=kept.name, mail=kept.message, text=_part(kept, "plain")))


def show_mail_body(name: str) -> ResponseReturnValue:
    """Show the HTML of one mail, for the frame on its page."""
    response = _private(_part(_outbox().read(name), "html"))
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    return response


ROUTES: Final = (
    Route(rule="/_mail", view=list_mails, access=Access.HERE),
    Route(rule="/_mail/<name>", view=show_mail, access=Access.HERE),
    Route(rule="/_mail/<name>/body", view=show_mail_body, access=Access.HERE),
)


def mail_blueprint() -> Blueprint:
    """Build the blueprint of this room."""
    return blueprint("mail", ROUTES, guards={Access.HERE: here_only})


def here_only(view: View) -> View:
    """Answer 404 to everybody who does not sit at this machine."""

    @functools.wraps(view)
    def guarded(**arguments: str) -> ResponseReturnValue:
        if not sits_here(services().settings):
            abort(404)
        return view(**arguments)

    return guarded


def _outbox() -> Outbox:
    mailer = services().mailer
    if not isinstance(mailer, Outbox):
        abort(404)
    return mailer


def _part(kept: KeptMail, kind: str) -> str:
    part = kept.message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _private(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
