"""The gallery of a call, and the page of one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import make_response, render_template, request, url_for

from intake.db import queries
from intake.db.engine import reading
from intake.domain.errors import Gone, NotFound
from intake.domain.submissions import ClipId
from intake.gallery.clips import find_public_clip, public_clip
from intake.web.security import forget_session
from intake.web.services import services

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

PAGE_CLIPS: Final = 24
_MOST_WORDS: Final = 8


def show_gallery(call_slug: str) -> ResponseReturnValue:
    """Show a call's published clips, newest first."""
    kind, q, after = (request.args.get(name, "") for name in ("kind", "q", "after"))
    wanted = queries.PublicFilter(
        kind=kind or None, words=tuple(q.split()[:_MOST_WORDS]), after=ClipId(after) if after else None
    )
    with reading(services().engine) as connection:
        call = queries.find_call(connection, call_slug)
        found = queries.public_clips(connection, call.slug, wanted, limit=PAGE_CLIPS + 1)
    clips = [public_clip(submission, call) for submission in found[:PAGE_CLIPS]]
    next_url = None
    if len(found) > PAGE_CLIPS:
        # Empty filters stay out of the address: url_for leaves None away.
        next_url = url_for(
            "gallery.show_gallery", call_slug=call.slug, after=clips[-1].clip_id, kind=kind or None, q=q or None
        )
    page = render_template(
        "gallery/list.html", call=call, clips=clips, q=q, kind=kind, kinds=call.organisation_kinds, next_url=next_url
    )
    return cacheable(page)


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


def cacheable(page: str) -> Response:
    """Answer with a page that a proxy may keep for a second, so that a withdrawal shows within one."""
    response = make_response(page)
    forget_session()
    response.headers["Cache-Control"] = "public, max-age=1"
    return response
