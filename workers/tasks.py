"""The one Celery task, and what a worker process sets up before it takes the first."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import structlog
from celery.signals import setup_logging, worker_init, worker_process_init, worker_ready
from sqlalchemy.exc import SQLAlchemyError

from intake.actions import heartbeats
from intake.db.engine import writing
from intake.domain.ffmpeg_releases import warning_about
from intake.domain.jobs import JobId
from intake.logs import set_up_logging
from intake.settings import Settings
from intake.wiring import connect
from workers.broker import RUN_JOB
from workers.celery_app import app
from workers.leftovers import sweep_work_folders
from workers.media.release import ffmpeg_release
from workers.media.transcribing import Whisper, whats_missing
from workers.media.walls import Walls
from workers.run_job import Worker
from workers.run_job import run_job as run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from intake.wiring import Services
    from workers.media.sandbox import Sandbox
    from workers.media.transcribing import Transcriber

log = structlog.get_logger()

_worker: Final[list[Worker]] = []
"""This process's own; filled once, after the fork: a database connection must not be shared across one."""

_walls: Final = Walls()
"""Proved by the parent before it forks this process: same machine, same user. Where that failed each looks again."""


@app.task(name=RUN_JOB)  # type: ignore[untyped-decorator] # Celery ships no types
def run_job(job_id: int) -> None:
    """Run the job with this id."""
    run(replace(_worker[0], sandbox=_walls.sandbox()), JobId(job_id))


@worker_init.connect  # type: ignore[untyped-decorator] # Celery ships no types
def prove_sandbox(**_signal: Any) -> None:  # noqa: ANN401 - whatever Celery sends
    """Prove the sandbox once for all: a process is replaced after some jobs, and the proof takes a second."""
    set_up_logging(Settings.from_env().log_level)
    _walls.sandbox()


@worker_process_init.connect  # type: ignore[untyped-decorator] # as above
def set_up_process(**_signal: Any) -> None:  # noqa: ANN401 - whatever Celery sends
    """Connect this process."""
    settings = Settings.from_env()
    set_up_logging(settings.log_level)
    _worker[:] = [
        Worker(
            services=connect(settings),
            sandbox=_walls.sandbox(),
            transcriber=_transcriber(settings.asr_model_dir),
        )
    ]


@setup_logging.connect  # type: ignore[untyped-decorator] # as above
def keep_our_logging(**_signal: Any) -> None:  # noqa: ANN401 - as above
    """Keep Celery from setting up logging of its own."""
    set_up_logging(Settings.from_env().log_level)


@worker_ready.connect  # type: ignore[untyped-decorator] # as above
def start_heart(sender: Any, **_signal: Any) -> None:  # noqa: ANN401 - Celery's consumer
    """Say from the parent process, for as long as it lives, that this worker takes jobs."""
    queues = [queue.name for queue in sender.task_consumer.queues]
    services = connect(Settings.from_env())
    beating = threading.Thread(target=_beat, args=(services, queues), daemon=True, name="heart")
    beating.start()


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


def _transcriber(model_dir: Path | None) -> Transcriber | None:
    if model_dir is None:
        return None
    if problem := whats_missing(model_dir):
        # Drafts wait until it is mended; nothing else does.
        log.error("transcriber_unavailable", cause=problem)
        return None
    return Whisper(model_dir=model_dir)


def _beat(services: Services, queues: Iterable[str]) -> None:
    names = [heartbeats.worker(queue) for queue in queues]
    detail = _said_of(None)
    while True:
        if detail["sandbox"] is None:
            detail = _said_of(_walls.sandbox())
        try:
            with writing(services.engine) as connection:
                for name in names:
                    heartbeats.beat(connection, name, detail)
        except SQLAlchemyError:
            log.warning("heartbeat_missed")
        _sweep_work_folders(services)
        time.sleep(heartbeats.BEAT_S)


def _sweep_work_folders(services: Services) -> None:
    # Not at the start alone: a killed pool process leaves a sender's file behind, and its parent lives on for weeks.
    try:
        sweep_work_folders(services.settings.data_dir / "work")
    except OSError:
        # A job ended just now and took its folder with it; the heart must go on.
        log.warning("work_folders_unswept")
