"""The only place that finds a clip for the public, or says that it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request, url_for
from flask_babel import gettext as _

from intake.db import gallery as shelves
from intake.db import queries
from intake.db.engine import reading
from intake.domain.calls import ConsentKind
from intake.domain.errors import Gone, NotFound
from intake.domain.moments import read_seconds, written_seconds
from intake.domain.publication import is_public, may_download
from intake.domain.states import State
from intake.domain.submissions import ClipId
from intake.storage import keys
from intake.web.language import page_language
from intake.web.services import services

if TYPE_CHECKING:
    from datetime import datetime

    from intake.domain.calls import Call
    from intake.domain.submissions import Submission

PAGE_CLIPS: Final = 24
BESIDE_CLIPS: Final = 4
"""How many others stand under a clip: one row at a desk, two on a telephone."""

POSTER_SIDE_PX: Final = 1280
"""The longer side of a poster, where its clip is larger. `workers.media.thumbnails` draws it; a test compares."""

VIDEO_NAME: Final = "video.mp4"
SMALL_NAME: Final = "video-small.mp4"


@dataclass(frozen=True, kw_only=True)
class PublicRendition:
    """One of the files a clip is to be had as.

    Attributes:
        is_default: Whether it is the large one; the other is for bad lines.
    """

    url: str
    size_bytes: int
    is_default: bool


@dataclass(frozen=True, kw_only=True)
class PublicClip:
    """What everybody may know of a clip. No e-mail address, ever.

    Attributes:
        title: Whose voice it is.
        headline: What the clip itself is called; empty where it has no title of its own.
        quote: A sentence of the speaker's; empty where nobody chose one.
        language: Of both.
        revision: Of what is published of it: its folder in the bucket.
        may_download: Whether everybody may keep a copy.
    """

    clip_id: ClipId
    call_slug: str
    title: str
    headline: str
    quote: str
    language: str
    role: str
    organisation: str
    kind: str
    kind_label: str
    published_at: datetime
    duration_s: float
    width_px: int
    height_px: int
    renditions: tuple[PublicRendition, ...]
    poster_url: str
    poster_webp_url: str
    url: str
    embed_url: str
    revision: int
    may_download: bool

    @property
    def name(self) -> str:
        """What the clip is called where only one line is to be had."""
        return self.headline or f"{self.title}, {self.organisation}"

    @property
    def summary(self) -> str:
        """What it is, in a sentence, for whoever does not see the page."""
        sentence: str = _(
            "Il videomessaggio di %(name)s, %(role)s, %(organisation)s.",
            name=self.title,
            role=self.role,
            organisation=self.organisation,
        )
        return sentence

    @property
    def media_url(self) -> str:
        """The address of the large rendition."""
        return self.renditions[0].url

    @property
    def size_bytes(self) -> int:
        """Of the large rendition."""
        return self.renditions[0].size_bytes

    @property
    def poster_px(self) -> tuple[int, int]:
        """Width and height of the poster, within a pixel."""
        shrunk = min(1, POSTER_SIDE_PX / max(self.width_px, self.height_px))
        return round(self.width_px * shrunk), round(self.height_px * shrunk)

    @property
    def is_portrait(self) -> bool:
        """Whether the picture is taller than wide."""
        return self.height_px > self.width_px


@dataclass(frozen=True, kw_only=True)
class GalleryPage:
    """One page of a call's gallery, newest first.

    Attributes:
        is_first: Whether no page comes before it.
        next_after: The clip after which the next page begins, where there is one.
    """

    call: Call
    clips: tuple[PublicClip, ...]
    kind: str
    q: str
    is_first: bool
    next_after: ClipId | None

    @property
    def is_filtered(self) -> bool:
        """Whether somebody looks for some of the clips only."""
        return bool(self.kind or self.q)

    @property
    def found_count(self) -> int | None:
        """How many clips there are, where this is all of them; to count the others would cost a visitor's time."""
        return len(self.clips) if self.is_first and self.next_after is None else None

    def next_url(self, endpoint: str) -> str | None:
        """Return the address of the next page."""
        if self.next_after is None:
            return None
        # Empty filters stay out of the address: url_for leaves None away.
        return url_for(
            endpoint, call_slug=self.call.slug, after=self.next_after, kind=self.kind or None, q=self.q or None
        )


def gallery_page(call_slug: str) -> GalleryPage:
    """Return the page of a call's gallery that this request's `kind`, `q` and `after` ask for.

    Raises:
        NotFound: No such call was loaded.
    """
    kind, q, after = (request.args.get(name, "") for name in ("kind", "q", "after"))
    wanted = shelves.PublicFilter(kind=kind or None, untrusted_search=q, after=ClipId(after) if after else None)
    with reading(services().engine) as connection:
        call = queries.find_call(connection, call_slug)
        found = shelves.public_clips(connection, call.slug, wanted, limit=PAGE_CLIPS + 1)
    clips = tuple(public_clip(submission, call) for submission in found[:PAGE_CLIPS])
    next_after = clips[-1].clip_id if len(found) > PAGE_CLIPS else None
    return GalleryPage(call=call, clips=clips, kind=kind, q=q, is_first=not after, next_after=next_after)


def public_clips_of_all_calls(after: ClipId | None, *, limit: int) -> list[PublicClip]:
    """Return published clips whatever their call, newest first, from behind *after* on."""
    with reading(services().engine) as connection:
        calls = {call.slug: call for call in queries.all_calls(connection)}
        found = shelves.newest_public_clips(connection, after=after, limit=limit)
    return [public_clip(submission, calls[submission.call_slug]) for submission in found]


def call_named(call_slug: str) -> Call:
    """Return a call.

    Raises:
        NotFound: No such call was loaded.
    """
    with reading(services().engine) as connection:
        return queries.find_call(connection, call_slug)


def find_public_clip(clip_id: str) -> tuple[PublicClip, Call]:
    """Return a clip and its call.

    Raises:
        Gone: It was public, or was to be, and was withdrawn or taken down; the message is its call's slug.
        NotFound: There is no such clip, or it is not public.
    """
    with reading(services().engine) as connection:
        submission = queries.submission_by_clip(connection, clip_id)
        call = queries.find_call(connection, submission.call_slug)
    if _is_public(submission):
        return public_clip(submission, call), call
    # What is public of one that was taken down is still known: it may come back.
    was_public = submission.publication is not None
    if was_public or (submission.state is State.WITHDRAWN and submission.publication_count):
        raise Gone(call.slug)
    raise NotFound(clip_id)


def clips_beside(clip: PublicClip, call: Call) -> tuple[PublicClip, ...]:
    """Return a few other clips of the same call, those of the same kind of organisation first."""
    with reading(services().engine) as connection:
        submission = queries.submission_by_clip(connection, clip.clip_id)
        others = shelves.clips_beside(connection, submission, limit=BESIDE_CLIPS)
    return tuple(public_clip(other, call) for other in others)


def moment_url(clip: PublicClip, seconds: float) -> str:
    """Return the address of a clip's page that begins to play at a moment."""
    path = url_for("gallery.show_clip", call_slug=clip.call_slug, clip_id=clip.clip_id, t=written_seconds(seconds))
    return services().settings.public_url + path


def asked_moment_s(clip: PublicClip) -> float | None:
    """Return the moment of *clip* that the address asks for with `t`; None where it asks for none that there is."""
    seconds = read_seconds(request.args.get("t", ""))
    return seconds if seconds and seconds < clip.duration_s else None


def public_clip(submission: Submission, call: Call) -> PublicClip:
    """Show a submission's published clip.

    Raises:
        NotFound: It has none.
    """
    publication = submission.publication
    if publication is None:
        raise NotFound(submission.id)
    parts, clip_id = services(), publication.clip_id

    def link(name: str) -> str:
        return parts.gallery.public_link(keys.published(clip_id, publication.revision, name))

    public_url = parts.settings.public_url
    return PublicClip(
        clip_id=clip_id,
        call_slug=call.slug,
        title=submission.sender.full_name,
        headline=submission.title,
        quote=submission.quote,
        language=submission.spoken_language,
        role=submission.sender.role,
        organisation=submission.sender.organisation,
        kind=submission.sender.organisation_kind,
        published_at=publication.published_at,
        kind_label=call.kind_label(submission.sender.organisation_kind, page_language()),
        duration_s=publication.duration_s,
        width_px=publication.width_px,
        height_px=publication.height_px,
        renditions=tuple(
            PublicRendition(url=link(name), size_bytes=size_bytes, is_default=name == VIDEO_NAME)
            for name, size_bytes in ((VIDEO_NAME, publication.size_bytes), (SMALL_NAME, publication.small_size_bytes))
            if size_bytes
        ),
        poster_url=link("poster.jpg"),
        poster_webp_url=link("poster.webp"),
        url=public_url + url_for("gallery.show_clip", call_slug=call.slug, clip_id=clip_id),
        embed_url=public_url + url_for("gallery.embed_clip", clip_id=clip_id),
        revision=publication.revision,
        may_download=may_download(
            is_public=_is_public(submission), download_consent_stands=submission.has_consent(ConsentKind.DOWNLOAD)
        ),
    )


def _is_public(submission: Submission) -> bool:
    stands = submission.has_consent(ConsentKind.GALLERY)
    return is_public(state=submission.state, gallery_consent_stands=stands)
