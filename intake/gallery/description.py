"""What the API says of itself to programs that show the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intake.web.openapi import Operation, list_of, named, parameter, record

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT: Final = {"type": "string"}
_URL: Final = {"type": "string", "format": "uri"}

SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    "Clip": record(
        {
            "id": _TEXT,
            "name": _TEXT,
            "title": _TEXT,
            "quote": _TEXT,
            "role": _TEXT,
            "organisation": _TEXT,
            "kind": _TEXT,
            "kind_label": _TEXT,
            "published_at": {"type": "string", "format": "date-time"},
            "duration_s": {"type": "number"},
            "width_px": {"type": "integer"},
            "height_px": {"type": "integer"},
            "url": _URL,
            "embed_url": _URL,
            "video_url": _URL,
            "poster_url": _URL,
        }
    ),
    "Clips": record({"clips": list_of(named("Clip")), "next_url": {"type": ["string", "null"], "format": "uri"}}),
}

LIST_CLIPS: Final = Operation(
    answer="Clips",
    parameters=(
        parameter("after", "query", "The clip that the page before ended with."),
        parameter("kind", "query", "Only this kind of organisation."),
        parameter("q", "query", "Only clips in whose name, role, organisation, title or quote every word is found."),
    ),
)
