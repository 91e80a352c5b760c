"""How a process says that it lives, by the database's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, update

from intake.db.engine import database_now_s
from intake.db.tables import heartbeats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

DISPATCHER: Final = "dispatcher"

BACKUP: Final = "backup"
"""Told when a backup is finished. No process, and kept in no backup: after a restore none is known."""

TOMBSTONES: Final = "backup-tombstones"
"""Told when it was written down beside the backups what was taken back until now."""

BEAT_S: Final = 15.0
"""How often a process says that it lives."""

SILENT_AFTER_S: Final = 4 * BEAT_S
"""Four missed beats, not one slow disk, mean that it does not."""


def worker(queue: str) -> str:
    """Name the heartbeat of the workers of a queue."""
    return f"worker-{queue}"


def beat(connection: Connection, name: str, detail: Mapping[str, Any]) -> None:
    """Say that *name* lives, or was done just now, and how it is."""
    values = {"seen_at": database_now_s(), "detail": dict(detail)}
    known = connection.execute(update(heartbeats).where(heartbeats.c.name == name).values(**values))
    if known.rowcount == 0:
        connection.execute(insert(heartbeats).values(name=name, **values))
