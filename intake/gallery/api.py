"""What programs ask of the gallery: its published clips, for sites that draw their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import jsonify

from intake.gallery.answers import cacheable, for_everybody
from intake.gallery.clips import gallery_page
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.gallery.clips import PublicClip


def list_clips(call_slug: str) -> ResponseReturnValue:
    """List a call's published clips, newest first.

    Follow `next_url` for the clips before; it is null on the last page.
    """
    page = gallery_page(call_slug)
    next_url = page.next_url("gallery.list_clips")
    response = cacheable(
        jsonify(
            clips=[_clip(clip) for clip in page.clips],
            next_url=next_url and services().settings.public_url + next_url,
        )
    )
    return for_everybody(response)


def _clip(clip: PublicClip) -> dict[str, Any]:
    return {
        "id": clip.clip_id,
        "name": clip.title,
        "title": clip.headline,
        "quote": clip.quote,
        "role": clip.role,
        "organisation": clip.organisation,
        "kind": clip.kind,
        "kind_label": clip.kind_label,
        "published_at": clip.published_at.isoformat(),
        "duration_s": clip.duration_s,
        "width_px": clip.width_px,
        "height_px": clip.height_px,
        "url": clip.url,
        "embed_url": clip.embed_url,
        "video_url": clip.media_url,
        "poster_url": clip.poster_url,
    }
