"""Says that a worker lives, from a thread of the process that forks the others. Nobody is forked in the middle of it.

A fork copies one thread, and every lock as it stands. A process that was forked in the middle of a beat found SQLite's
write lock held by a thread it has not got, and failed every job for as long as it lived.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import structlog
from sqlalchemy.exc import SQLAlchemyError

from intake.actions import heartbeats
from intake.db.engine import writing
from intake.domain.ffmpeg_releases import warning_about
from workers.leftovers import sweep_work_folders
from workers.media.release import ffmpeg_release

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Engine

    from intake.wiring import Services
    from workers.media.sandbox import Sandbox
    from workers.media.walls import Walls

log = structlog.get_logger()

FORK_WAITS_S: Final = 30.0
"""How long a fork waits for the end of a beat: a database that is frozen may hold one for ever, and jobs must go on."""

# Re-entrant, because the heart itself starts tools.
_whole: Final = threading.RLock()
_fork: Final = threading.local()


def _await_beat() -> None:
    _fork.holds = _whole.acquire(timeout=FORK_WAITS_S)


def _allow_beat() -> None:
    if _fork.holds:
        _whole.release()


os.register_at_fork(before=_await_beat, after_in_parent=_allow_beat, after_in_child=_allow_beat)


@contextmanager
def undivided(engine: Engine) -> Iterator[None]:
    """Let no other thread fork this process, and leave no connection behind that the next fork would copy."""
    with _whole:
        try:
            yield
        finally:
            engine.dispose()


def beat(services: Services, queues: Iterable[str], walls: Walls) -> NoReturn:
    """Say for ever that the workers of these queues take jobs, and behind which walls."""
    names = [heartbeats.worker(queue) for queue in queues]
    detail = _said_of(None)
    while True:
        with undivided(services.engine):
            if detail["sandbox"] is None:
                detail = _said_of(walls.sandbox())
            try:
                with writing(services.engine) as connection:
                    for name in names:
                        heartbeats.beat(connection, name, detail)
            except SQLAlchemyError:
                log.warning("heartbeat_missed")
            _sweep_work_folders(services)
        time.sleep(heartbeats.BEAT_S)


def _said_of(sandbox: Sandbox | None) -> dict[str, str | None]:
    return {
        "sandbox": sandbox.level if sandbox else None,
        "ffmpeg": _known_ffmpeg(sandbox) if sandbox else None,
    }


def _known_ffmpeg(sandbox: Sandbox) -> str:
    release = ffmpeg_release(sandbox)
    if warning := warning_about(release):
        log.warning("ffmpeg_outdated", release=release, cause=warning)
    return release


def _sweep_work_folders(services: Services) -> None:
    # Not at the start alone: a killed pool process leaves a sender's file behind, and its parent lives on for weeks.
    try:
        sweep_work_folders(services.settings.data_dir / "work")
    except OSError:
        # A job ended just now and took its folder with it; the heart must go on.
        log.warning("work_folders_unswept")
