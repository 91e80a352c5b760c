"""One clip inside other people's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from intake.domain.errors import Gone
from intake.gallery.answers import cacheable, gone
from intake.gallery.captions import captions_for
from intake.gallery.clips import find_public_clip
from intake.web.security import allow_frames

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def embed_clip(clip_id: str) -> ResponseReturnValue:
    """Show a clip in an iframe; once withdrawn, a quiet page instead."""
    allow_frames()
    try:
        clip, call = find_public_clip(clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    return cacheable(render_template("gallery/embed.html", clip=clip, call=call, captions=captions_for(clip)))
