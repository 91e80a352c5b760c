"""Keeps the figures: counts each week anew in which a submission moved since it was counted last.

One transaction a week, and the mark of how far it came at the end: killed at any point, the next round counts some
weeks a second time, and to the same.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update

from intake.db.engine import reading, writing
from intake.db.figures_tables import figures_seen, weekly_figures
from intake.db.tables import events, submissions
from intake.domain.checks import CheckCode, Verdict
from intake.domain.figures import DECIDED, EVERY_CALL, OTHER_REASON, Counted, Measure, summary, week_of
from intake.domain.history import Cause
from intake.domain.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection, Engine, RowMapping

_WEEK: Final = timedelta(days=7)
_SECONDS_PER_HOUR: Final = 3600


def count_weeks(engine: Engine, *, is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Count the weeks that changed; return how many.

    Args:
        is_stopped: Asked between two weeks: a first count of years is not in anybody's way.
    """
    with reading(engine) as connection:
        last = connection.scalar(select(func.max(events.c.id))) or 0
        seen = connection.scalar(select(figures_seen.c.event_id)) or 0
        weeks = _changed_weeks(connection, seen)
    for week in weeks:
        if is_stopped():
            return 0
        with writing(engine) as connection:
            _count_week(connection, week)
    with writing(engine) as connection:
        if connection.execute(update(figures_seen).values(event_id=last)).rowcount == 0:
            connection.execute(insert(figures_seen).values(id=1, event_id=last))
    return len(weeks)


def _changed_weeks(connection: Connection, seen: int) -> list[date]:
    # Not a join, of which SQLite begins with all submissions.
    moved = select(events.c.submission_id).where(events.c.id > seen)
    query = select(submissions.c.created_at).where(submissions.c.id.in_(moved))
    return sorted({week_of(moment) for moment in connection.scalars(query)})


def _count_week(connection: Connection, week: date) -> None:
    starts_at = datetime.combine(week, time(), tzinfo=UTC)
    is_of_week = (submissions.c.created_at >= starts_at, submissions.c.created_at < starts_at + _WEEK)
    moves = defaultdict(list)
    query = select(events).join(submissions).where(*is_of_week).order_by(events.c.id)
    for row in connection.execute(query).mappings():
        moves[row["submission_id"]].append(row)
    columns = ("id", "call_slug", "state", "organisation_kind", "language", "checks", "levels")
    by_call: dict[str, list[Counted]] = defaultdict(list)
    for row in connection.execute(select(*(submissions.c[name] for name in columns)).where(*is_of_week)).mappings():
        counted = _counted(row, moves[row["id"]])
        by_call[row["call_slug"]].append(counted)
        by_call[EVERY_CALL].append(counted)
    # Views are in no submission; `viewing` adds them up.
    counted_here = (weekly_figures.c.week == week, weekly_figures.c.measure != Measure.VIEWS)
    connection.execute(delete(weekly_figures).where(*counted_here))
    rows = [
        {"call_slug": slug, "week": week, "measure": measure, "part": part, "value": value}
        for slug, submissions_of_call in by_call.items()
        for (measure, part), value in summary(submissions_of_call).items()
    ]
    if rows:
        connection.execute(insert(weekly_figures), rows)


def _counted(row: RowMapping, moves: Iterable[RowMapping]) -> Counted:
    levels: dict[str, Any] = row["levels"] or {}
    decisions = _decisions(moves)
    return Counted(
        state=State(row["state"]),
        kind=row["organisation_kind"],
        language=row["language"],
        checks={CheckCode(check["code"]): Verdict(check["verdict"]) for check in row["checks"] or ()},
        speech_to_noise_db=levels.get("speech_to_noise_db"),
        integrated_lufs=levels.get("integrated_lufs"),
        waited_h=_waited_h(moves, decisions),
        decision=State(decisions[-1]["after"]) if decisions else None,
        reason=_reason(decisions[-1]) if decisions else None,
    )


def _decisions(moves: Iterable[RowMapping]) -> list[RowMapping]:
    """Return the moves that decided; a decision that was undone never was."""
    turns = [move for move in moves if move["before"] != move["after"]]
    return [
        move
        for move, following in zip_longest(turns, turns[1:])
        if move["after"] in DECIDED
        and move["before"] == State.AWAITING_REVIEW
        and (following is None or following["cause"] != Cause.UNDONE)
    ]


def _reason(decision: RowMapping) -> str | None:
    """Return which canned reason was given. What somebody wrote themselves is the other one's business only."""
    if decision["reason"] is None:
        return None
    return str(decision["reason_code"] or OTHER_REASON)


def _waited_h(moves: Iterable[RowMapping], decisions: list[RowMapping]) -> float | None:
    since = next((move["at"] for move in moves if move["after"] == State.AWAITING_REVIEW), None)
    if since is None or not decisions:
        return None
    waited: timedelta = decisions[0]["at"] - since
    return waited.total_seconds() / _SECONDS_PER_HOUR
