"""Keeps the tallies. Whatever is tallied leaves a mark in its own transaction, so it counts exactly if it happened.

Marks are only ever added, so that nobody waits for somebody else's number; the dispatcher adds them up. Killed in
between it has added up nothing, and the marks are still there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from intake.db.engine import writing
from intake.db.watching_tables import marks, tallies
from intake.domain.tallies import Mark, Tally, add_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from intake.domain.tallies import Place

_BATCH: Final = 2000
"""How many marks are added up in one transaction: on SQLite nobody else writes meanwhile."""


def mark(connection: Connection, tally: Tally, part: str = "", value: float = 1) -> None:
    """Let *tally* grow by *value*, in the transaction of what is tallied."""
    connection.execute(insert(marks).values(tally=tally, part=part, value=value))


def add_up_marks(engine: Engine, *, is_stopped: Callable[[], bool] = lambda: False) -> int:
    """Add what was marked to the tallies; return how many marks."""
    total = 0
    while not is_stopped():
        with writing(engine) as connection:
            count = add_up_some(connection)
        total += count
        if count < _BATCH:
            break
    return total


def add_up_some(connection: Connection) -> int:
    """Add the oldest marks to the tallies and take them away, in one transaction; return how many."""
    oldest = select(marks.c.id).order_by(marks.c.id).limit(_BATCH)
    taken = delete(marks).where(marks.c.id.in_(oldest)).returning(marks.c.tally, marks.c.part, marks.c.value)
    found = [Mark(Tally(tally), part, value) for tally, part, value in connection.execute(taken)]
    # In one order always, so that two dispatchers do not wait for each other.
    for place, growth in sorted(add_up(found).items()):
        _grow(connection, place, growth)
    return len(found)


def _grow(connection: Connection, place: Place, growth: float) -> None:
    its = (tallies.c.tally == place.tally, tallies.c.part == place.part, tallies.c.bucket == place.bucket)
    grown = connection.execute(update(tallies).where(*its).values(value=tallies.c.value + growth))
    if grown.rowcount == 0:
        connection.execute(insert(tallies).values(**place._asdict(), value=growth))
