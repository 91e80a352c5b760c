"""The only place that reads the weekly figures, and how often a clip was begun."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - a named tuple reads its types
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from intake.db.figures_tables import clip_views, weekly_figures
from intake.domain.figures import Measure

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from intake.domain.submissions import ClipId


class Figure(NamedTuple):
    """One number of one week."""

    week: date
    measure: Measure
    part: str
    value: float


def figures_query(call_slug: str, first: date, last: date) -> Select[Any]:
    """Return the question for a call's figures of the weeks from *first* to *last*; a test reads its plan."""
    columns = weekly_figures.c
    return (
        select(columns.week, columns.measure, columns.part, columns.value)
        .where(columns.call_slug == call_slug, columns.week >= first, columns.week <= last)
        .order_by(columns.week, columns.measure, columns.part)
    )


def figures(connection: Connection, call_slug: str, first: date, last: date) -> list[Figure]:
    """Return a call's figures of the weeks from *first* to *last*; the empty slug stands for all calls together."""
    rows = connection.execute(figures_query(call_slug, first, last)).all()
    return [Figure(week, Measure(measure), part, value) for week, measure, part, value in rows]


def views_of(connection: Connection, clip_id: ClipId) -> int:
    """Return how often a clip was begun since views are counted."""
    return connection.scalar(select(func.sum(clip_views.c.views)).where(clip_views.c.clip_id == clip_id)) or 0
