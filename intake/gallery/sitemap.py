"""What search engines are told: every public clip as a video, and where they need not look.

Source: sitemaps.org, "Sitemaps XML format" (an index leads to the parts of a long one); Google, "Video sitemaps and
alternatives" (title, description, thumbnail, and where the video or its player is).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from flask import make_response, request, url_for

from intake.db import gallery as shelves
from intake.db.engine import reading
from intake.domain.submissions import ClipId
from intake.gallery.answers import cacheable
from intake.gallery.clips import public_clips_of_all_calls
from intake.gallery.xml import document, element
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.gallery.clips import PublicClip

SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
VIDEO: Final = "http://www.google.com/schemas/sitemap-video/1.1"
ET.register_namespace("", SITEMAP)
ET.register_namespace("video", VIDEO)

PART_CLIPS: Final = 1000
"""How many stand in one part: some 700 kB, and made in a moment."""


def video_sitemap() -> ResponseReturnValue:
    """List the public clips; where they are many, list the parts of the list."""
    response = make_response(document(listed(request.args.get("after"))))
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return cacheable(response)


def listed(untrusted_after: str | None, *, part_clips: int = PART_CLIPS) -> ET.Element:
    """Return the part of the list behind a clip; without one the whole of it, or the list of its parts."""
    if untrusted_after is None:
        with reading(services().engine) as connection:
            ends = shelves.every_nth_public_clip(connection, part_clips)
        if ends:
            return _index(ends)
    return _part(ClipId(untrusted_after or ""), part_clips)


def robots() -> ResponseReturnValue:
    """Say where search engines find the clips, and that nothing else is for them."""
    sitemap_url = services().settings.public_url + url_for("gallery.video_sitemap")
    lines = ("User-agent: *", "Disallow: /moderate/", "Disallow: /submissions/", "Disallow: /api/", "")
    response = make_response("\n".join((*lines, f"Sitemap: {sitemap_url}", "")))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return cacheable(response)


def _index(ends: list[ClipId]) -> ET.Element:
    # The first part has no end before it, so it begins behind nothing.
    root = ET.Element(f"{{{SITEMAP}}}sitemapindex")
    for after in ("", *ends):
        part_url = services().settings.public_url + url_for("gallery.video_sitemap", after=after)
        element(element(root, f"{{{SITEMAP}}}sitemap"), f"{{{SITEMAP}}}loc", part_url)
    return root


def _part(after: ClipId, part_clips: int) -> ET.Element:
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    for clip in public_clips_of_all_calls(after or None, limit=part_clips):
        _entry(root, clip)
    return root


def _entry(root: ET.Element, clip: PublicClip) -> None:
    entry = element(root, f"{{{SITEMAP}}}url")
    element(entry, f"{{{SITEMAP}}}loc", clip.url)
    video = element(entry, f"{{{VIDEO}}}video")
    for tag, text in (
        ("thumbnail_loc", clip.poster_url),
        ("title", clip.name),
        ("description", clip.summary),
        ("content_loc", clip.media_url),
        ("player_loc", clip.embed_url),
        ("duration", str(max(round(clip.duration_s), 1))),
        ("publication_date", clip.published_at.isoformat(timespec="seconds")),
        ("family_friendly", "yes"),
    ):
        element(video, f"{{{VIDEO}}}{tag}", text)
