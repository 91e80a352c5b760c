"""The newest clips for programs that follow a gallery: Media RSS 2.0 and JSON Feed 1.1.

Source: rssboard.org, "Media RSS Specification", and "RSS 2.0"; jsonfeed.org, "JSON Feed Version 1.1". The W3C validator
wants the name space with its last slash, an `atom:link` to the feed itself, and `media:group` only around two and more.
"""

from __future__ import annotations

from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from flask import jsonify, make_response, request, url_for

from intake.gallery.answers import cacheable, for_everybody
from intake.gallery.clips import gallery_page
from intake.gallery.xml import document, element
from intake.web.language import page_language
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.gallery.clips import GalleryPage, PublicClip

MEDIA: Final = "http://search.yahoo.com/mrss/"
ATOM: Final = "http://www.w3.org/2005/Atom"

for _prefix, _namespace in (("media", MEDIA), ("atom", ATOM)):
    ET.register_namespace(_prefix, _namespace)


def media_rss(call_slug: str) -> ResponseReturnValue:
    """List a call's newest clips as Media RSS."""
    page = gallery_page(call_slug)
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    element(channel, "title", page.call.title.in_language(page_language()))
    element(channel, "link", _gallery_url(page.call))
    element(channel, "description", escape(page.call.brief.in_language(page_language()), quote=False))
    element(channel, "language", page_language())
    element(channel, f"{{{ATOM}}}link", href=_this_url(), rel="self", type="application/rss+xml")
    for clip in page.clips:
        _item(channel, clip)
    response = make_response(document(rss))
    response.headers["Content-Type"] = "application/rss+xml; charset=utf-8"
    return for_everybody(cacheable(response))


def json_feed(call_slug: str) -> ResponseReturnValue:
    """List a call's newest clips as a JSON Feed; `next_url` leads to those before."""
    page = gallery_page(call_slug)
    response = jsonify(_feed(page))
    response.headers["Content-Type"] = "application/feed+json; charset=utf-8"
    return for_everybody(cacheable(response))


def _item(channel: ET.Element, clip: PublicClip) -> None:
    item = ET.SubElement(channel, "item")
    element(item, "title", clip.name)
    element(item, "link", clip.url)
    element(item, "guid", clip.url, isPermaLink="true")
    element(item, "pubDate", format_datetime(clip.published_at))
    # HTML by custom, where the media's own description is declared to be plain.
    element(item, "description", escape(clip.summary, quote=False))
    element(item, "enclosure", url=clip.media_url, length=str(clip.size_bytes), type="video/mp4")
    renditions = clip.renditions
    parent = ET.SubElement(item, f"{{{MEDIA}}}group") if len(renditions) > 1 else item
    for rendition in renditions:
        element(
            parent,
            f"{{{MEDIA}}}content",
            url=rendition.url,
            fileSize=str(rendition.size_bytes),
            type="video/mp4",
            medium="video",
            isDefault="true" if rendition.is_default else "false",
            expression="full",
            duration=str(round(clip.duration_s)),
            lang=clip.language,
            **({"width": str(clip.width_px), "height": str(clip.height_px)} if rendition.is_default else {}),
        )
    width_px, height_px = clip.poster_px
    element(item, f"{{{MEDIA}}}title", clip.name, type="plain")
    element(item, f"{{{MEDIA}}}description", clip.summary, type="plain")
    element(item, f"{{{MEDIA}}}thumbnail", url=clip.poster_url, width=str(width_px), height=str(height_px))
    element(item, f"{{{MEDIA}}}player", url=clip.embed_url)
    element(item, f"{{{MEDIA}}}keywords", f"{clip.organisation}, {clip.kind_label}")
    element(item, f"{{{MEDIA}}}credit", clip.title, role="interviewed guest", scheme="urn:ebu")
    element(item, f"{{{MEDIA}}}rating", "nonadult", scheme="urn:simple")


def _feed(page: GalleryPage) -> dict[str, Any]:
    following = page.next_url("gallery.json_feed")
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": page.call.title.in_language(page_language()),
        "description": page.call.brief.in_language(page_language()),
        "home_page_url": _gallery_url(page.call),
        "feed_url": _this_url(),
        "language": page_language(),
        "items": [_entry(clip) for clip in page.clips],
    }
    return feed | ({"next_url": services().settings.public_url + following} if following else {})


def _entry(clip: PublicClip) -> dict[str, Any]:
    return {
        "id": clip.url,
        "url": clip.url,
        "title": clip.name,
        "summary": clip.summary,
        "content_text": clip.quote or clip.summary,
        "image": clip.poster_url,
        "date_published": clip.published_at.isoformat(),
        "authors": [{"name": clip.title}],
        "tags": [clip.kind_label],
        "language": clip.language,
        "attachments": [
            {
                "url": rendition.url,
                "mime_type": "video/mp4",
                "size_in_bytes": rendition.size_bytes,
                "duration_in_seconds": clip.duration_s,
            }
            for rendition in clip.renditions
        ],
    }


def _gallery_url(call: Call) -> str:
    return services().settings.public_url + url_for("gallery.show_gallery", call_slug=call.slug)


def _this_url() -> str:
    return services().settings.public_url + request.full_path.rstrip("?")
