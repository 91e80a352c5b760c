"""The meeting a call belongs to, to take away: an entry for the calendar, and the agenda as a text.

Both are written from the call's document, so that they say what its page says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, render_template, url_for

from intake.db import queries
from intake.db.engine import reading
from intake.domain.errors import NotFound
from intake.submit.calendar import entry
from intake.web.language import page_language
from intake.web.services import services

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from intake.domain.call_parts import CallEvent
    from intake.domain.calls import Call


def download_event(call_slug: str) -> ResponseReturnValue:
    """Hand out the meeting as an entry for a calendar."""
    call, event = _event_of(call_slug)
    language, public_url = page_language(), services().settings.public_url
    text = entry(
        uid=f"{call.slug}@{urlsplit(public_url).hostname}",
        starts_at=event.starts_at,
        written_at=services().clock(),
        title=call.title.in_language(language),
        text=event.agenda.in_language(language),
        url=public_url + url_for("submit.show_call", call_slug=call.slug),
    )
    return _file(text, "text/calendar; charset=utf-8", f"{call.slug}.ics")


def download_agenda(call_slug: str) -> ResponseReturnValue:
    """Hand out the agenda as a text: it opens everywhere, and prints."""
    call, event = _event_of(call_slug)
    text = render_template("submit/agenda.txt", call=call, event=event)
    return _file(text, "text/plain; charset=utf-8", f"{call.slug}-agenda.txt")


def _event_of(call_slug: str) -> tuple[Call, CallEvent]:
    with reading(services().engine) as connection:
        call = queries.find_call(connection, call_slug)
    if call.event is None:
        raise NotFound(f"event of {call_slug}")
    return call, call.event


def _file(text: str, content_type: str, name: str) -> Response:
    response = Response(text, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
