"""The one Celery task, and what a worker process sets up before it takes the first."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import structlog
from celery.signals import setup_logging, worker_init, worker_process_init, worker_ready

from intake.domain.jobs import JobId
from intake.logs import set_up_logging
from intake.settings import Settings
from intake.wiring import connect
from workers.broker import RUN_JOB
from workers.celery_app import app
from workers.heart import beat
from workers.media.transcribing import Whisper, whats_missing
from workers.media.walls import Walls
from workers.run_job import Worker
from workers.run_job import run_job as run

if TYPE_CHECKING:
    from pathlib import Path

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
    threading.Thread(target=beat, args=(services, queues, _walls), daemon=True, name="heart").start()


def _transcriber(model_dir: Path | None) -> Transcriber | None:
    if model_dir is None:
        return None
    if problem := whats_missing(model_dir):
        # Drafts wait until it is mended; nothing else does.
        log.error("transcriber_unavailable", cause=problem)
        return None
    return Whisper(model_dir=model_dir)
