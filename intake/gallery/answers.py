"""How the public's pages are answered: kept for a second by whoever is between us, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template, url_for

from intake.web.security import forget_session
from intake.web.services import services

if TYPE_CHECKING:
    from flask import Response


def gone(call_slug: str) -> Response:
    """Answer quietly that a clip was withdrawn, with a way to the others."""
    gallery_url = services().settings.public_url + url_for("gallery.show_gallery", call_slug=call_slug)
    response = make_response(render_template("gallery/gone.html", gallery_url=gallery_url), 410)
    response.headers["Cache-Control"] = "no-store"
    return response


def cacheable(page: str | Response) -> Response:
    """Answer with what a proxy may keep for a second, so that a withdrawal shows within one."""
    response = make_response(page)
    forget_session()
    response.headers["Cache-Control"] = "public, max-age=1"
    # The shipped proxy counts whole seconds, and keeps for up to two what may be kept for one: for it we name the
    # present one. After Cache-Control, or nginx 1.22 overlooks what that says of errors.
    response.headers["X-Accel-Expires"] = f"@{int(services().clock().timestamp())}"
    return response


def for_everybody(response: Response) -> Response:
    """Let pages of other sites read what everybody may read, also those in a frame without an origin of its own."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
