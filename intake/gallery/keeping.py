"""A copy of a clip to keep, where its sender agreed to that: the browser is sent on to a link that lasts a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import redirect

from intake.domain.errors import Gone, NotFound
from intake.domain.script import words_of
from intake.gallery.answers import gone, unkept
from intake.gallery.clips import VIDEO_NAME, find_public_clip
from intake.storage import keys
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.gallery.clips import PublicClip

_MOST_NAME_CHARACTERS: Final = 80


def download_clip(call_slug: str, clip_id: str) -> ResponseReturnValue:
    """Send a visitor's browser to where it can save a copy.

    Raises:
        NotFound: There is no such clip, or its sender does not agree to copies, or not any more.
    """
    try:
        clip, call = find_public_clip(clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    if call.slug != call_slug or not clip.may_download:
        raise NotFound(clip_id)
    # What comes from another origin is saved as that origin says, and under its name: so the link says both.
    link = services().gallery.keep_link(keys.published(clip.clip_id, clip.revision, VIDEO_NAME), file_name_of(clip))
    return unkept(redirect(link), 302)


def file_name_of(clip: PublicClip) -> str:
    """Return what a copy is called: whose voice it is, in letters that every header and every disk take."""
    name = "-".join(words_of(f"{clip.title} {clip.organisation}"))
    plain = name.encode("ascii", "ignore").decode()[:_MOST_NAME_CHARACTERS].strip("-_")
    return f"{plain or clip.clip_id}.mp4"
