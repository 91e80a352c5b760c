"""The only list of the tables that nobody writes: the database's own triggers keep them (`triggers.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect

from intake.db import desk_index, gallery_index
from intake.db.desk_tables import desk_entries
from intake.db.gallery_tables import gallery_entries
from intake.db.triggers import are_in_place, take_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection, Dialect

    from intake.db.triggers import Trigger


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """How a table is kept.

    Attributes:
        prefix: How the names of its triggers and functions begin, the older ones too.
        triggers: What keeps it.
        resume: Makes it anew and puts them in place.
    """

    prefix: str
    triggers: Callable[[Dialect], Iterable[Trigger]]
    resume: Callable[[Connection], None]


_KEPT: Final = {
    desk_entries.name: _Kept(prefix="desk_", triggers=desk_index.triggers, resume=desk_index.resume),
    gallery_entries.name: _Kept(prefix="gallery_", triggers=gallery_index.triggers, resume=gallery_index.resume),
}


def suspend(connection: Connection) -> None:
    """Leave the tables as they are, whatever is written from now on."""
    for kept in _KEPT.values():
        take_away(connection, kept.prefix)


def resume(connection: Connection) -> None:
    """Keep the tables from now on, those that are there yet; what was not kept, or is kept otherwise, is made anew."""
    there = inspect(connection)
    for name, kept in _KEPT.items():
        if there.has_table(name) and not are_in_place(connection, kept.prefix, kept.triggers(connection.dialect)):
            take_away(connection, kept.prefix)
            kept.resume(connection)
