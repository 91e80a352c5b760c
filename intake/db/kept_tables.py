"""The only list of the tables that nobody writes: the database's own triggers keep them (`triggers.py`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect

from intake.db import desk_index, gallery_index, triggers
from intake.db.desk_tables import desk_entries
from intake.db.gallery_tables import gallery_entries

if TYPE_CHECKING:
    from sqlalchemy import Connection

_KEPT: Final = {desk_entries.name: desk_index.resume, gallery_entries.name: gallery_index.resume}


def suspend(connection: Connection) -> None:
    """Leave the tables as they are, whatever is written from now on."""
    triggers.take_away(connection)


def resume(connection: Connection) -> None:
    """Make the tables anew, those that are there yet, and keep them from now on."""
    there = inspect(connection)
    for name, resume_one in _KEPT.items():
        if there.has_table(name):
            resume_one(connection)
