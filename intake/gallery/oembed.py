"""What a site is told that wants to show a clip or a gallery whose address somebody pasted.

Source: oembed.com, "oEmbed", sections 2.2 (request), 2.3 (response; 2.3.4.2 video, 2.3.4.4 rich), 2.3.6 (errors).
WordPress asks like this, keeps the answer as long as its post lives, and of `html` keeps one iframe with its plainest
attributes. So what is withdrawn must answer at the frame's address; this answer cannot be called back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import current_app, jsonify, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from intake.domain.errors import Gone, NotFound
from intake.domain.frames import fits, frame_of, gallery_frame
from intake.gallery.answers import cacheable, for_everybody
from intake.gallery.clips import call_named, find_public_clip
from intake.web.language import answer_as_if_asked_in, page_language
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.domain.frames import Frame
    from intake.gallery.clips import PublicClip

_LEAST_HEIGHT_PX: Final = 256
"""On a telephone the words need three lines: below this they leave no picture."""

PROVIDER: Final = "Pistoia2030"
CACHE_AGE_S: Final = 60

_NOT_IMPLEMENTED: Final = 501
# Who keeps more of it than its plainest attributes has a frame no wider than its page, which may fill the screen.
# Not `allowfullscreen` as well: Chromium complains of both.
_IFRAME: Final = Markup(
    '<iframe src="{src}" width="{width}" height="{height}" title="{title}" frameborder="0" scrolling="{scrolling}"'
    ' loading="lazy" allow="fullscreen" style="{style}"></iframe>'
)


def describe_embed() -> ResponseReturnValue:
    """Say how to show what lies at `url`.

    Raises:
        NotFound: Nothing public of ours lies there.
    """
    if request.args.get("format", "json").lower() != "json":
        return "", _NOT_IMPLEMENTED
    untrusted_url = request.args.get("url", "")
    endpoint, named = _place(untrusted_url)
    # Who pasted the address of an English page wants English in the frame, too.
    answer_as_if_asked_in(parse_qs(urlsplit(untrusted_url).query).get("lang", [""])[0])
    if endpoint in {"gallery.show_clip", "gallery.embed_clip"}:
        described = _clip(named)
    elif endpoint in {"gallery.show_gallery", "gallery.embed_gallery"}:
        described = _gallery(named["call_slug"])
    else:
        raise NotFound(endpoint)
    return for_everybody(cacheable(jsonify(described)))


def oembed_url(page_url: str) -> str:
    """Return where a page's description lies, for the page to name: the address of the page and the format alone."""
    return services().settings.public_url + "/oembed?" + urlencode({"url": page_url, "format": "json"})


def iframe(src: str, frame: Frame, title: str, *, scrolls: bool = False) -> str:
    """Return the HTML that shows a page of ours in another's, on one line."""
    width, height = frame.width_px, frame.height_px
    # What scrolls may as well be tall; a picture keeps its shape.
    scrolling, style = "auto", "max-width:100%"
    if not scrolls:
        least = min(height, _LEAST_HEIGHT_PX)
        scrolling, style = "no", f"max-width:100%;height:auto;min-height:{least}px;aspect-ratio:{width}/{height}"
    return str(_IFRAME.format(src=src, width=width, height=height, title=title, scrolling=scrolling, style=style))


def _place(untrusted_url: str) -> tuple[str, dict[str, str]]:
    """Return which page of ours an address names, and what it names in it."""
    # Whatever scheme it was copied with: an old link says http where we answer under https.
    ours = services().settings.public_url.partition("://")[2]
    scheme, _, address = untrusted_url.partition("#")[0].partition("?")[0].partition("://")
    if scheme not in {"http", "https"} or not address.startswith(f"{ours}/"):
        raise NotFound(untrusted_url)
    try:
        endpoint, named = current_app.url_map.bind("").match(address.removeprefix(ours).rstrip("/"))
    except HTTPException as nowhere:
        raise NotFound(untrusted_url) from nowhere
    return endpoint, dict(named)


def _clip(named: dict[str, str]) -> dict[str, Any]:
    try:
        clip, call = find_public_clip(named["clip_id"])
    except Gone as withdrawn:
        # The specification knows no 410: what is not there is 404.
        raise NotFound(named["clip_id"]) from withdrawn
    if named.get("call_slug", call.slug) != call.slug:
        raise NotFound(clip.clip_id)
    frame = frame_of(clip.width_px, clip.height_px, **_largest())
    title = f"{clip.title}, {clip.organisation}"
    return _described("video", title, frame, iframe(clip.embed_url, frame, title)) | {
        "author_name": clip.title,
        "author_url": clip.url,
        **_thumbnail(clip),
    }


def _gallery(call_slug: str) -> dict[str, Any]:
    call = call_named(call_slug)
    frame = gallery_frame(**_largest())
    title = call.title.in_language(page_language())
    return _described("rich", title, frame, iframe(gallery_embed_url(call), frame, title, scrolls=True))


def gallery_embed_url(call: Call) -> str:
    """Return the address under which other pages show all of a call's clips."""
    return services().settings.public_url + url_for("gallery.embed_gallery", call_slug=call.slug)


def _described(kind: str, title: str, frame: Frame, html: str) -> dict[str, Any]:
    return {
        "version": "1.0",
        "type": kind,
        "title": title,
        "provider_name": PROVIDER,
        "provider_url": services().settings.public_url,
        "cache_age": CACHE_AGE_S,
        "html": html,
        "width": frame.width_px,
        "height": frame.height_px,
    }


def _thumbnail(clip: PublicClip) -> dict[str, Any]:
    # All three or none, and none that is larger than was asked for.
    width_px, height_px = clip.poster_px
    if not fits(width_px, height_px, **_largest()):
        return {}
    return {"thumbnail_url": clip.poster_url, "thumbnail_width": width_px, "thumbnail_height": height_px}


def _largest() -> dict[str, int | None]:
    return {"max_width_px": _positive("maxwidth"), "max_height_px": _positive("maxheight")}


def _positive(name: str) -> int | None:
    untrusted = request.args.get(name, "")
    # More digits than that are no screen.
    return int(untrusted) or None if untrusted.isascii() and untrusted.isdigit() and len(untrusted) < 6 else None  # noqa: PLR2004
