"""All submissions of a call as a table to take away, with names: for moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import request
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from intake import wording
from intake.db.engine import reading
from intake.db.tables import submissions
from intake.domain.states import State
from intake.moderate.figures.tables import spreadsheet
from intake.web.language import page_language
from intake.web.services import services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue
    from sqlalchemy import RowMapping, Select

log = structlog.get_logger()

_AT_ONCE: Final = 500
_COLUMNS: Final = (
    "id",
    "call_slug",
    "state",
    "created_at",
    "received_at",
    "published_at",
    "given_name",
    "family_name",
    "role",
    "organisation",
    "organisation_kind",
    "email",
    "language",
    "clip_id",
    "decision_reason",
    "choices",
)


def download_submissions() -> ResponseReturnValue:
    """Hand out the submissions of a call, or of all."""
    slug = request.args.get("call") or None
    head = (
        _("numero"),
        _("invito"),
        _("stato"),
        _("iniziato"),
        _("ricevuto"),
        _("pubblicato"),
        _("nome"),
        _("cognome"),
        _("ruolo"),
        _("organizzazione"),
        _("tipo di organizzazione"),
        _("e-mail"),
        _("lingua"),
        _("video"),
        _("motivo"),
        _("risposte"),
    )
    log.info("submissions_exported", call=slug)
    return spreadsheet("submissions.csv", [head], (_cells(row) for row in _rows(slug)))


def rows_query(slug: str | None, after: RowMapping | None) -> Select[Any]:
    """Return the question for the next rows after one; a test reads its plan."""
    created_at = submissions.c.created_at
    query = select(*(submissions.c[name] for name in _COLUMNS)).order_by(created_at, submissions.c.id).limit(_AT_ONCE)
    if slug:
        query = query.where(submissions.c.call_slug == slug)
    if after:
        is_later = or_(
            created_at > after["created_at"], and_(created_at == after["created_at"], submissions.c.id > after["id"])
        )
        query = query.where(created_at >= after["created_at"], is_later)
    return query


def _rows(slug: str | None) -> Iterator[RowMapping]:
    """Go through all rows, some at a time: a transaction must not last as long as a slow line."""
    after = None
    while True:
        with reading(services().engine) as connection:
            rows = connection.execute(rows_query(slug, after)).mappings().all()
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1]


def _cells(row: RowMapping) -> list[object]:
    values = dict(row)
    values["state"] = wording.state_name(State(values["state"]), page_language())
    values["choices"] = ", ".join(f"{name}: {value}" for name, value in (values["choices"] or {}).items())
    for name in ("created_at", "received_at", "published_at"):
        values[name] = values[name] and values[name].isoformat(timespec="seconds")
    return [values[name] for name in _COLUMNS]
