"""The words of a published clip, from the rows: a change shows at once, and a withdrawal takes them away at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel import Locale
from flask import make_response, url_for

from intake.db import queries
from intake.db.captions import public_captions
from intake.db.engine import reading
from intake.domain.captions import Cue, paragraphs_of
from intake.domain.chapters import chapters_of
from intake.domain.errors import Gone, NotFound
from intake.domain.webvtt import write_webvtt
from intake.gallery.answers import cacheable, for_everybody, gone
from intake.gallery.clips import find_public_clip
from intake.web.language import page_language
from intake.web.services import services
from intake.wording import languages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response
    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.domain.captions import Captions, Paragraph
    from intake.domain.submissions import Submission
    from intake.gallery.clips import PublicClip


@dataclass(frozen=True, kw_only=True)
class PublicCaptions:
    """What everybody may read of a clip's words in one language.

    Attributes:
        name: Of the language, in itself.
        paragraphs: The same words, to be read.
    """

    language: str
    name: str
    url: str
    webvtt: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def transcript(self) -> tuple[str, ...]:
        """The words of each paragraph."""
        return tuple(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, kw_only=True)
class PublicChapter:
    """A stretch of a clip that begins where a step of its call's script was heard; `title` is that step's."""

    title: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, kw_only=True)
class PublicWords:
    """All that everybody may read of a clip.

    Attributes:
        captions: By language; those in the language that is spoken come first.
        chapters: In the page's language; none where there would be fewer than two.
    """

    captions: tuple[PublicCaptions, ...]
    chapters: tuple[PublicChapter, ...]


def words_of(clip: PublicClip, call: Call) -> PublicWords:
    """Return what can be read of a published clip."""
    submission, found = _found(clip)
    return PublicWords(
        captions=_captions(clip, submission, found), chapters=_chapters(clip, call, submission, found, page_language())
    )


def captions_for(clip: PublicClip) -> tuple[PublicCaptions, ...]:
    """Return a published clip's captions; those in the language that is spoken come first."""
    return _captions(clip, *_found(clip))


def chapters_url(clip: PublicClip) -> str:
    """Return where a player finds a clip's chapters, with titles in the page's language."""
    path = url_for(
        "gallery.show_chapters", call_slug=clip.call_slug, clip_id=clip.clip_id, title_language=page_language()
    )
    return path.partition("?")[0]


def show_captions(call_slug: str, clip_id: str, caption_language: str) -> ResponseReturnValue:
    """Give one language's captions to a player, ours or that of a page that embeds the clip."""
    try:
        clip, call = find_public_clip(clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    found = next((one for one in captions_for(clip) if one.language == caption_language), None)
    if found is None or call.slug != call_slug:
        raise NotFound(clip_id)
    return _track(found.webvtt)


def show_chapters(call_slug: str, clip_id: str, title_language: str) -> ResponseReturnValue:
    """Give the chapters, with titles in one language, to a player."""
    try:
        clip, call = find_public_clip(clip_id)
    except Gone as withdrawn:
        return gone(str(withdrawn))
    chapters = _chapters(clip, call, *_found(clip), title_language)
    if not chapters or call.slug != call_slug or title_language not in languages():
        raise NotFound(clip_id)
    cues = (Cue(start_ms=one.start_ms, end_ms=one.end_ms, text=one.title) for one in chapters)
    return _track(write_webvtt(cues))


def _found(clip: PublicClip) -> tuple[Submission, dict[str, Captions]]:
    with reading(services().engine) as connection:
        submission = queries.submission_by_clip(connection, clip.clip_id)
        return submission, public_captions(connection, submission)


def _chapters(
    clip: PublicClip, call: Call, submission: Submission, found: Mapping[str, Captions], language: str
) -> tuple[PublicChapter, ...]:
    spoken = submission.spoken_language
    if spoken not in found:
        return ()
    chapters = chapters_of(
        call.steps,
        found[spoken].cues,
        sender=submission.sender,
        language=spoken,
        length_ms=round(clip.duration_s * 1000),
    )
    return tuple(
        PublicChapter(
            title=call.steps[chapter.step - 1].chapter.in_language(language),
            start_ms=chapter.start_ms,
            end_ms=chapter.end_ms,
        )
        for chapter in chapters
    )


def _captions(clip: PublicClip, submission: Submission, found: Mapping[str, Captions]) -> tuple[PublicCaptions, ...]:
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
            paragraphs=paragraphs_of(captions.cues),
        )
        for language, captions in sorted(found.items(), key=lambda entry: (entry[0] != spoken, entry[0]))
    )


def _track(webvtt: str) -> Response:
    response = cacheable(make_response(webvtt))
    response.headers["Content-Type"] = "text/vtt; charset=utf-8"
    return for_everybody(response)
