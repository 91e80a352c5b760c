"""The public's URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from intake.gallery import (
    api,
    captions,
    component,
    description,
    embed,
    feeds,
    keeping,
    oembed,
    pages,
    reporting,
    sitemap,
)
from intake.gallery.answers import for_everybody, for_everybody_alike
from intake.web.routing import API_PREFIX, Access, Route, blueprint

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from intake.web.routing import View

ROUTES: Final = (
    Route(rule="/gallery/<call_slug>", view=pages.show_gallery, access=Access.PUBLIC),
    Route(rule="/gallery/<call_slug>/<clip_id>", view=pages.show_clip, access=Access.PUBLIC),
    Route(
        rule="/gallery/<call_slug>/<clip_id>/captions.<caption_language>.vtt",
        view=captions.show_captions,
        access=Access.PUBLIC,
    ),
    Route(
        rule="/gallery/<call_slug>/<clip_id>/chapters.<title_language>.vtt",
        view=captions.show_chapters,
        access=Access.PUBLIC,
    ),
    Route(rule="/gallery/<call_slug>/<clip_id>/download", view=keeping.download_clip, access=Access.PUBLIC),
    Route(rule="/gallery/<call_slug>/<clip_id>/report", view=reporting.ask_what_is_wrong, access=Access.PUBLIC),
    Route(
        rule="/gallery/<call_slug>/<clip_id>/report",
        view=reporting.send_report,
        access=Access.PUBLIC,
        methods=("POST",),
    ),
    Route(rule="/embed/<clip_id>", view=embed.embed_clip, access=Access.PUBLIC),
    Route(rule="/embed/gallery/<call_slug>", view=embed.embed_gallery, access=Access.PUBLIC),
    Route(rule="/embed/video-testimonials.js", view=component.video_testimonials, access=Access.PUBLIC),
    Route(rule="/oembed", view=oembed.describe_embed, access=Access.PUBLIC),
    Route(rule="/gallery/<call_slug>/feed.xml", view=feeds.media_rss, access=Access.PUBLIC),
    Route(rule="/gallery/<call_slug>/feed.json", view=feeds.json_feed, access=Access.PUBLIC),
    Route(rule="/sitemap.xml", view=sitemap.video_sitemap, access=Access.PUBLIC),
    Route(rule="/robots.txt", view=sitemap.robots, access=Access.PUBLIC),
    Route(
        rule=f"{API_PREFIX}/gallery/<call_slug>",
        view=api.list_clips,
        access=Access.PUBLIC,
        operation=description.LIST_CLIPS,
    ),
)

_CALLED_BY_PROGRAMS: Final = frozenset(f"gallery.{route.name}" for route in ROUTES if route.operation)


def gallery_blueprint() -> Blueprint:
    """Build the blueprint of this audience: who they are makes no difference to what they get."""
    made = blueprint("gallery", ROUTES, guards={Access.PUBLIC: _answered})
    made.after_request(_let_programs_read)
    return made


def _answered(view: View) -> View:
    # A script is a file, sent as it lies: it needs no memory, and no database.
    return view if view is component.video_testimonials else for_everybody_alike(view)


def _let_programs_read(response: Response) -> Response:
    # An error, too: a page of another site is to hear that there is no such call, and not that it may not ask.
    return for_everybody(response) if request.endpoint in _CALLED_BY_PROGRAMS else response
