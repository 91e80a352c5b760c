"""A clip, or all of a call's, inside other people's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from intake.domain.errors import Gone
from intake.gallery.answers import cacheable, gone
from intake.gallery.captions import captions_for
from intake.gallery.clips import asked_moment_s, call_named, find_public_clip, gallery_page
from intake.web.security import allow_frames

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def embed_clip(clip_id: str) -> ResponseReturnValue:
    """Show a clip in an iframe; once withdrawn, a quiet page instead."""
    # Whoever pasted an address that means nothing should see why.
    allow_frames()
    try:
        clip, call = find_public_clip(clip_id)
    except Gone as withdrawn:
        allow_frames(call_named(str(withdrawn)).embed_hosts)
        return gone(str(withdrawn), is_framed=True)
    allow_frames(call.embed_hosts)
    # Whoever came from the gallery in this frame goes back to it: a frame has no other way.
    came_from_gallery = request.args.get("from") == "gallery"
    return cacheable(
        render_template(
            "gallery/embed.html",
            clip=clip,
            call=call,
            captions=captions_for(clip),
            starts_s=asked_moment_s(clip),
            came_from_gallery=came_from_gallery,
        )
    )


def embed_gallery(call_slug: str) -> ResponseReturnValue:
    """Show a call's published clips in an iframe, newest first; each plays in the same frame."""
    allow_frames()
    page = gallery_page(call_slug)
    allow_frames(page.call.embed_hosts)
    return cacheable(
        render_template(
            "gallery/embed_gallery.html",
            call=page.call,
            clips=page.clips,
            next_url=page.next_url("gallery.embed_gallery"),
        )
    )
