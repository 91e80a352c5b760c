"""Counts how often published clips are begun, from the proxy's log. Nobody who watches is in it, or in what is kept.

The numbers and the place up to which the log is counted change in one transaction: killed in between, the same lines
are read once more and count once. Of two who read the same lines the second finds the place moved, and lets go.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import insert, select, update

from intake.db.engine import reading, writing
from intake.db.figures_tables import clip_views, views_read, weekly_figures
from intake.db.tables import submissions
from intake.domain.figures import EVERY_CALL, VIEWED, Measure, week_of_day
from intake.domain.states import FINAL
from intake.domain.views import views_in
from intake.storage.followed_log import Place, read_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from sqlalchemy import Connection, Engine, Table

    from intake.domain.views import View
    from intake.storage.followed_log import Found

log = structlog.get_logger()

PIECES_AT_ONCE: Final = 200
"""Twelve megabytes of log in a round: years of views are caught up in minutes, and nothing can make a round endless."""


def count_views(engine: Engine, views_log: Path, *, bucket: str, is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Count the views that were written since the last time; return how many.

    Args:
        bucket: The gallery bucket's name, which begins the paths in the log.
        is_stopped: Asked between two pieces of the log.
    """
    total = 0
    try:
        for _piece in range(PIECES_AT_ONCE):
            if is_stopped():
                break
            with reading(engine) as connection:
                place = _place(connection)
            found = read_on(views_log, place)
            if found is None:
                break
            with writing(engine) as connection:
                total += _count(connection, place, found, bucket)
    except OSError as error:
        # The operator's to mend; meanwhile nothing is lost but time.
        log.warning("views_log_unreadable", cause=str(error))
    return total


def _count(connection: Connection, place: Place, found: Found, bucket: str) -> int:
    if not _move_on(connection, place, found.place):
        return 0
    return _add_views(connection, views_in(found.lines, bucket=bucket))


def _place(connection: Connection) -> Place:
    row = connection.execute(select(views_read)).mappings().one()
    return Place(offset_bytes=row["offset_bytes"], tail_sha256=row["tail_sha256"])


def _move_on(connection: Connection, before: Place, after: Place) -> bool:
    """Write down how far the log is counted; False where somebody else was faster."""
    now = {"offset_bytes": after.offset_bytes, "tail_sha256": after.tail_sha256}
    was = (views_read.c.offset_bytes == before.offset_bytes, views_read.c.tail_sha256 == before.tail_sha256)
    return connection.execute(update(views_read).where(*was).values(**now)).rowcount == 1


def _add_views(connection: Connection, views: Mapping[View, int]) -> int:
    if not views:
        # SQLite looks through all submissions for a clip out of none.
        return 0
    calls = _calls_of(connection, {view.clip_id for view in views})
    weeks: Counter[tuple[str, Any]] = Counter()
    counted = 0
    for view, number in views.items():
        if view.clip_id not in calls:
            continue
        _add(connection, clip_views, {"clip_id": view.clip_id, "day": view.day}, "views", number)
        for slug in (calls[view.clip_id], EVERY_CALL):
            weeks[slug, week_of_day(view.day)] += number
        counted += number
    for (slug, week), number in weeks.items():
        key = {"call_slug": slug, "week": week, "measure": Measure.VIEWS, "part": VIEWED}
        _add(connection, weekly_figures, key, "value", number)
    return counted


def _calls_of(connection: Connection, clip_ids: set[Any]) -> dict[str, str]:
    """Return the calls of those clips that were not taken back; they are not until this transaction ends."""
    query = (
        select(submissions.c.clip_id, submissions.c.call_slug)
        .where(submissions.c.clip_id.in_(clip_ids), submissions.c.state.not_in(FINAL))
        .order_by(submissions.c.id)
        .with_for_update(read=True)
    )
    return {row.clip_id: row.call_slug for row in connection.execute(query)}


def _add(connection: Connection, table: Table, key: Mapping[str, object], column: str, number: int) -> None:
    mine = [table.c[name] == value for name, value in key.items()]
    more = {column: table.c[column] + number}
    if connection.execute(update(table).where(*mine).values(**more)).rowcount == 0:
        connection.execute(insert(table).values(**key, **{column: number}))
