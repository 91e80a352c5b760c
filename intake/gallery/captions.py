"""The captions of a published clip, from the rows: a change shows at once, and a withdrawal takes them away at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel import Locale
from flask import make_response, url_for

from intake.db import queries
from intake.db.captions import public_captions
from intake.db.engine import reading
from intake.domain.captions import transcript
from intake.domain.errors import Gone, NotFound
from intake.domain.webvtt import write_webvtt
from intake.gallery.answers import cacheable, for_everybody, gone
from intake.gallery.clips import find_public_clip
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.gallery.clips import PublicClip


@dataclass(frozen=True, kw_only=True)
class PublicCaptions:
    """What everybody may read of a clip's words.

    Attributes:
        name: Of the language, in itself.
        transcript: The same words as paragraphs.
    """

    language: str
    name: str
    url: str
    webvtt: str
    transcript: tuple[str, ...]


def captions_for(clip: PublicClip) -> tuple[PublicCaptions, ...]:
    """Return a published clip's captions; those in the language that is spoken come first."""
    with reading(services().engine) as connection:
        submission = queries.submission_by_clip(connection, clip.clip_id)
        found = public_captions(connection, submission)
    spoken = submission.spoken_language
    return tuple(
        PublicCaptions(
            language=language,
            name=(Locale.parse(language).get_display_name() or language).capitalize(),
            # Not the page's language: the file is the same for all, and a proxy keeps it once.
            url=url_for(
                "gallery.show_captions", call_slug=clip.call_slug, clip_id=clip.clip_id, caption_language=language
            ).partition("?")[0],
            webvtt=write_webvtt(captions.cues),
            transcript=transcript(captions.cues),
        )
        for language, captions in sorted(found.items(), key=lambda entry: (entry[0] != spoken, entry[0]))
    )


def show_captions(call_slug: str, clip_id: str, caption_language: str) -> ResponseReturnValue:
    """Give one language's captions to a player, ours or that of a page that embeds the clip."""
    try:
        clip, call = find_public_clip(clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    found = next((one for one in captions_for(clip) if one.language == caption_language), None)
    if found is None or call.slug != call_slug:
        raise NotFound(clip_id)
    response = cacheable(make_response(found.webvtt))
    response.headers["Content-Type"] = "text/vtt; charset=utf-8"
    return for_everybody(response)
