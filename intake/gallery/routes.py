"""The public's URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intake.gallery import api, captions, description, embed, pages
from intake.web.routing import API_PREFIX, Access, Route, blueprint

if TYPE_CHECKING:
    from flask import Blueprint

ROUTES: Final = (
    Route(rule="/gallery/<call_slug>", view=pages.show_gallery, access=Access.PUBLIC),
    Route(rule="/gallery/<call_slug>/<clip_id>", view=pages.show_clip, access=Access.PUBLIC),
    Route(
        rule="/gallery/<call_slug>/<clip_id>/captions.<caption_language>.vtt",
        view=captions.show_captions,
        access=Access.PUBLIC,
    ),
    Route(rule="/embed/<clip_id>", view=embed.embed_clip, access=Access.PUBLIC),
    Route(
        rule=f"{API_PREFIX}/gallery/<call_slug>",
        view=api.list_clips,
        access=Access.PUBLIC,
        operation=description.LIST_CLIPS,
    ),
)


def gallery_blueprint() -> Blueprint:
    """Build the blueprint of this audience."""
    return blueprint("gallery", ROUTES)
