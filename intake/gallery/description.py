"""What the API says of itself to programs that show the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from intake.domain.searching import MAX_WORDS
from intake.web.openapi import Operation, list_of, named, parameter, record

if TYPE_CHECKING:
    from collections.abc import Mapping

_URL: Final = {"type": "string", "format": "uri"}


def _text(description: str, **schema: object) -> dict[str, Any]:
    return {"type": "string", "description": description} | schema


def _number(kind: str, description: str) -> dict[str, Any]:
    return {"type": kind, "description": description, "exclusiveMinimum": 0}


SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    "Clip": record(
        {
            "id": _text("Stays the same as long as the clip is public."),
            "name": _text("Who speaks."),
            "title": _text("What the clip is called; empty where it has no title of its own."),
            "quote": _text("A sentence of the speaker's; empty where nobody chose one."),
            "role": _text("What the speaker does in the organisation."),
            "organisation": _text("Who the speaker speaks for."),
            "kind": _text("The kind of organisation, as `kind` takes it."),
            "kind_label": _text("The same in words."),
            "published_at": _text("When it came into the gallery.", format="date-time"),
            "duration_s": _number("number", "In seconds."),
            "width_px": _number("integer", "Of the picture, in pixels."),
            "height_px": _number("integer", "Of the picture, in pixels; more than the width where it is upright."),
            "url": _URL | {"description": "The clip's page. Once the clip is withdrawn it answers 410."},
            "embed_url": _URL | {"description": "What a frame on another site shows; 410 as well."},
            "video_url": _URL | {"description": "The video, as MP4; deleted when the clip is withdrawn."},
            "poster_url": _URL | {"description": "A still of it, as JPEG; deleted as well."},
        }
    ),
    "Clips": record(
        {
            "clips": list_of(named("Clip")),
            "next_url": {
                "type": ["string", "null"],
                "format": "uri",
                "description": "Where the clips before are; null on the last page.",
            },
        }
    ),
}

LIST_CLIPS: Final = Operation(
    answer="Clips",
    parameters=(
        parameter("after", "query", "The id of the clip that the page before ended with; `next_url` has it."),
        parameter("kind", "query", "Only this kind of organisation."),
        parameter(
            "q",
            "query",
            f"Only clips whose name, role, organisation, title or quote have every word; {MAX_WORDS} words count.",
        ),
        parameter(
            "lang",
            "query",
            "The language of `kind_label`, of the pages behind `url` and `embed_url`, and of refusals.",
            pattern="^[a-z]{2,3}$",
        ),
    ),
)
