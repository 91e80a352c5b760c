"""The gallery of a call, and the page of one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for

from intake.domain.errors import Gone, NotFound
from intake.gallery.answers import cacheable, gone
from intake.gallery.captions import chapters_url, words_of
from intake.gallery.clips import asked_moment_s, clips_beside, find_public_clip, gallery_page
from intake.gallery.oembed import oembed_url
from intake.gallery.sharing import embedding_of_clip, embedding_of_gallery, sharing_of
from intake.gallery.structured import video_object
from intake.web.language import page_language
from intake.web.security import allow_frames_of_ours
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def show_gallery(call_slug: str) -> ResponseReturnValue:
    """Show a call's published clips, newest first."""
    page = gallery_page(call_slug)
    gallery_url = services().settings.public_url + url_for("gallery.show_gallery", call_slug=call_slug)
    # The live preview of what another page would show.
    allow_frames_of_ours()
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
            embedding=embedding_of_gallery(page.call, page.call.title.in_language(page_language())),
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
    # The live preview of what another page would show.
    allow_frames_of_ours()
    words = words_of(clip, call)
    return cacheable(
        render_template(
            "gallery/clip.html",
            clip=clip,
            call=call,
            captions=words.captions,
            chapters=words.chapters,
            chapters_url=chapters_url(clip) if words.chapters else None,
            starts_s=asked_moment_s(clip),
            others=clips_beside(clip, call),
            sharing=sharing_of(clip),
            embedding=embedding_of_clip(clip, call),
            video_object=video_object(clip, words, services().settings.public_url),
            oembed_url=oembed_url(clip.url),
        )
    )
