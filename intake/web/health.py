"""What the service says of its own health: is it alive, can it give receipts, how is each part."""

from __future__ import annotations

import shutil
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flask import jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from intake.actions import heartbeats
from intake.db import backlog
from intake.db.engine import reading
from intake.domain.errors import StorageFull, StorageUnavailable
from intake.domain.ffmpeg_releases import is_mended
from intake.domain.jobs import Queue
from intake.web.routing import Access, Route, blueprint
from intake.web.services import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from intake.settings import Settings
    from intake.wiring import Services

_NEEDED: Final = ("database", "bucket", "free_space")
_BEATING: Final = ("redis", "dispatcher", "workers", "sandbox")


class Condition(StrEnum):
    """How a part of the service is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


def free_bytes(settings: Settings) -> int:
    """Return the free space where uploads are spooled and, in the embedded set-up, kept."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(settings.data_dir).free


def require_room(settings: Settings, size_bytes: int) -> None:
    """Refuse an upload while there is still space to say so.

    Raises:
        StorageFull: Less than the floor would be left. SeaweedFS does not recover by itself from a full disk.
    """
    if free_bytes(settings) - size_bytes < settings.min_free_bytes:
        raise StorageFull


def live() -> ResponseReturnValue:
    """Answer while the process lives."""
    return jsonify(status="ok")


def ready() -> ResponseReturnValue:
    """Say whether a receipt is possible now, and how every part is."""
    parts = services()
    found = conditions(parts)
    is_ready = not any(found[name] is Condition.DOWN for name in _NEEDED)
    alive = _alive_workers(parts) if found["database"] is Condition.OK else []
    return jsonify(**found, **_what_opens_clips(alive)), 200 if is_ready else 503


def conditions(parts: Services) -> dict[str, Condition]:
    """Return how every part of the service is."""
    needed = {
        "database": _database(parts),
        "bucket": _bucket(parts),
        "free_space": _free_space(parts.settings),
    }
    # The others speak through the database; without it nobody hears them.
    others = _others(parts) if needed["database"] is Condition.OK else dict.fromkeys(_BEATING, Condition.DOWN)
    return needed | others


ROUTES: Final = (
    Route(rule="/_health", view=live, access=Access.PUBLIC),
    Route(rule="/_ready", view=ready, access=Access.PUBLIC),
)


def health_blueprint() -> Blueprint:
    """Build the blueprint of this room."""
    return blueprint("health", ROUTES)


def _database(parts: Services) -> Condition:
    try:
        with reading(parts.engine) as connection:
            connection.scalar(select(1))
    except SQLAlchemyError:
        return Condition.DOWN
    return Condition.OK


def _bucket(parts: Services) -> Condition:
    try:
        return Condition.OK if parts.private.is_there() else Condition.DOWN
    except StorageUnavailable:
        return Condition.DOWN


def _free_space(settings: Settings) -> Condition:
    free = free_bytes(settings)
    if free < settings.min_free_bytes:
        return Condition.DOWN
    return Condition.OK if free > 2 * settings.min_free_bytes else Condition.DEGRADED


def _others(parts: Services) -> dict[str, Condition]:
    with reading(parts.engine) as connection:
        dispatcher = _fresh(backlog.heartbeat(connection, heartbeats.DISPATCHER))
    alive = _alive_workers(parts)
    sandboxed = [worker for worker in alive if worker.detail.get("sandbox")]
    return {
        "redis": Condition.OK if dispatcher and dispatcher.detail.get("redis") else Condition.DOWN,
        "dispatcher": Condition.OK if dispatcher else Condition.DOWN,
        "workers": _share(len(alive), len(Queue)),
        "sandbox": _share(len(sandboxed), len(Queue)),
    }


def _what_opens_clips(workers: Iterable[backlog.Heartbeat]) -> dict[str, str | None]:
    """Say how far clips are walled off, and whether one of the ffmpegs that open them came before known holes.

    Not which: strangers read this as well.
    """
    details = [worker.detail for worker in workers]
    level = next((str(detail["sandbox"]) for detail in details if detail.get("sandbox")), None)
    releases = [str(release) for detail in details if (release := detail.get("ffmpeg"))]
    mended = Condition.OK if all(map(is_mended, releases)) else Condition.DEGRADED
    return {"sandbox_level": level, "ffmpeg": mended if releases else None}


def _alive_workers(parts: Services) -> list[backlog.Heartbeat]:
    with reading(parts.engine) as connection:
        workers = [_fresh(backlog.heartbeat(connection, heartbeats.worker(queue))) for queue in Queue]
    return [worker for worker in workers if worker is not None]


def _fresh(heartbeat: backlog.Heartbeat | None) -> backlog.Heartbeat | None:
    return heartbeat if heartbeat and heartbeat.age_s < heartbeats.SILENT_AFTER_S else None


def _share(good: int, of: int) -> Condition:
    if good == of:
        return Condition.OK
    return Condition.DEGRADED if good else Condition.DOWN
