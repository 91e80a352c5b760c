"""What the service says of its own health: is it alive, can it give receipts, how much is there to do."""

from __future__ import annotations

import hmac
import shutil
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flask import Response, abort, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from intake.actions import heartbeats
from intake.db import backlog, queries
from intake.db.engine import reading
from intake.domain.errors import StorageFull, StorageUnavailable
from intake.domain.ffmpeg_releases import warning_about
from intake.domain.jobs import Queue
from intake.web.nearness import sits_here
from intake.web.routing import Access, Route, blueprint
from intake.web.services import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from intake.settings import Settings
    from intake.wiring import Services

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
    needed = {
        "database": _database(parts),
        "bucket": _bucket(parts),
        "free_space": _free_space(parts.settings),
    }
    is_ready = Condition.DOWN not in needed.values()
    # The others speak through the database; without it nobody hears them.
    others = _others(parts) if needed["database"] is Condition.OK else dict.fromkeys(_BEATING, Condition.DOWN)
    return jsonify(**needed, **others), 200 if is_ready else 503


def metrics() -> ResponseReturnValue:
    """Answer Prometheus."""
    parts = services()
    if not _may_read_metrics(parts.settings):
        abort(404)
    registry = CollectorRegistry()
    submissions = Gauge("intake_submissions", "Submissions by state", ["state"], registry=registry)
    jobs = Gauge("intake_jobs", "Jobs by kind and state", ["kind", "state"], registry=registry)
    free = Gauge("intake_free_bytes", "Free space where uploads are spooled", registry=registry)
    with reading(parts.engine) as connection:
        for state, count in queries.count_by_state(connection).items():
            submissions.labels(state).set(count)
        for (kind, job_state), count in backlog.count_jobs(connection).items():
            jobs.labels(kind, job_state).set(count)
    free.set(free_bytes(parts.settings))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


ROUTES: Final = (
    Route(rule="/_health", view=live, access=Access.PUBLIC),
    Route(rule="/_ready", view=ready, access=Access.PUBLIC),
    Route(rule="/_metrics", view=metrics, access=Access.OPERATOR),
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


def _others(parts: Services) -> dict[str, str | None]:
    with reading(parts.engine) as connection:
        dispatcher = _fresh(backlog.heartbeat(connection, heartbeats.DISPATCHER))
        workers = [_fresh(backlog.heartbeat(connection, heartbeats.worker(queue))) for queue in Queue]
    alive = [worker for worker in workers if worker is not None]
    sandboxed = [worker for worker in alive if worker.detail.get("sandbox")]
    return {
        "redis": Condition.OK if dispatcher and dispatcher.detail.get("redis") else Condition.DOWN,
        "dispatcher": Condition.OK if dispatcher else Condition.DOWN,
        "workers": _share(len(alive), len(workers)),
        "sandbox": _share(len(sandboxed), len(workers)),
        "sandbox_level": str(sandboxed[0].detail["sandbox"]) if sandboxed else None,
        **_ffmpeg([worker.detail.get("ffmpeg") for worker in alive]),
    }


def _ffmpeg(releases: Iterable[str | None]) -> dict[str, str | None]:
    """Say which ffmpeg opens clips; where machines differ, the one there is something to say about."""
    known = {release: warning_about(release) for release in releases if release}
    release, warning = max(known.items(), key=lambda entry: entry[1] is not None, default=(None, None))
    return {"ffmpeg_release": release, "ffmpeg_warning": warning}


def _fresh(heartbeat: backlog.Heartbeat | None) -> backlog.Heartbeat | None:
    return heartbeat if heartbeat and heartbeat.age_s < heartbeats.SILENT_AFTER_S else None


def _share(good: int, of: int) -> Condition:
    if good == of:
        return Condition.OK
    return Condition.DEGRADED if good else Condition.DOWN


def _may_read_metrics(settings: Settings) -> bool:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.metrics_token and hmac.compare_digest(bearer.encode(), settings.metrics_token.encode()):
        return True
    return sits_here(settings)
