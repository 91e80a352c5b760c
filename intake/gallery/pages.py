"""The gallery of a call, and the page of one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from intake.domain.errors import Gone, NotFound
from intake.gallery.answers import cacheable, gone
from intake.gallery.captions import captions_for
from intake.gallery.clips import find_public_clip, gallery_page

if TYPE_CHECKING:
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
    return cacheable(render_template("gallery/clip.html", clip=clip, call=call, captions=captions_for(clip)))
