"""The gallery of a call, and the page of one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for

from intake.domain.errors import Gone, NotFound
from intake.domain.frames import frame_of
from intake.gallery.answers import cacheable, gone
from intake.gallery.captions import captions_for
from intake.gallery.clips import find_public_clip, gallery_page
from intake.gallery.oembed import iframe, oembed_url
from intake.gallery.structured import video_object
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def show_gallery(call_slug: str) -> ResponseReturnValue:
    """Show a call's published clips, newest first."""
    page = gallery_page(call_slug)
    gallery_url = services().settings.public_url + url_for("gallery.show_gallery", call_slug=call_slug)
    return cacheable(
        render_template(
            "gallery/list.html",
            call=page.call,
            clips=page.clips,
            q=page.q,
            kind=page.kind,
            kinds=page.call.organisation_kinds,
            is_filtered=page.is_filtered,
            found_count=page.found_count,
            next_url=page.next_url("gallery.show_gallery"),
            oembed_url=oembed_url(gallery_url),
            canonical_url=gallery_url,
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
    captions = captions_for(clip)
    frame = frame_of(clip.width_px, clip.height_px)
    return cacheable(
        render_template(
            "gallery/clip.html",
            clip=clip,
            call=call,
            captions=captions,
            video_object=video_object(clip, captions, services().settings.public_url),
            oembed_url=oembed_url(clip.url),
            iframe=iframe(clip.embed_url, frame, f"{clip.title}, {clip.organisation}"),
        )
    )
