"""The gallery of a call, and the page of one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template, url_for

from intake.domain.errors import Gone, NotFound
from intake.gallery.clips import find_public_clip, gallery_page
from intake.web.security import forget_session
from intake.web.services import services

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue


def show_gallery(call_slug: str) -> ResponseReturnValue:
    """Show a call's published clips, newest first."""
    page = gallery_page(call_slug)
    return cacheable(
        render_template(
            "gallery/list.html",
            call=page.call,
            clips=page.clips,
            q=page.q,
            kind=page.kind,
            kinds=page.call.organisation_kinds,
            next_url=page.next_url("gallery.show_gallery"),
        )
    )


def show_clip(call_slug: str, clip_id: str) -> ResponseReturnValue:
    """Show one clip."""
    try:
        clip, call = find_public_clip(clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    if call.slug != call_slug:
        raise NotFound(clip_id)
    return cacheable(render_template("gallery/clip.html", clip=clip, call=call))


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
    return response
