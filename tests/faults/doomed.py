"""Runs a job in a process of its own that kills or freezes itself at a named point of its work.

The process gets its engine and buckets as every worker does; what strikes is a listener on that engine or a wrapper
around that bucket. Nothing of ours is replaced.
"""

# ruff: noqa: ANN401 - a wrapper takes and gives whatever the method it wraps does
from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import event

from intake.settings import Settings
from intake.wiring import connect
from tests.fakes.transcriber import FakeTranscriber
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from sqlalchemy import Engine

    from intake.domain.jobs import JobId
    from intake.wiring import Services
    from tests.faults.stories import World
    from workers.media.sandbox import Sandbox

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.doomed"])


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where it strikes.

    Attributes:
        effect: `commit` (the one that ends the job) or `<bucket>.<method>`, e.g. `gallery.put_file`.
        side: `before` or `after` the effect.
        nth: Which call of that method.
    """

    effect: str
    side: str
    nth: int = 1
    signal: signal.Signals = signal.SIGKILL

    def __str__(self) -> str:
        return f"{self.side} {self.effect} {self.nth}"


def start(world: World, job_id: JobId, point: Point | None = None) -> BaseProcess:
    """Start a process that runs the job and strikes itself at *point*."""
    process = _FORKS.Process(target=_run, args=(dict(world.environ), world.sandbox, job_id, point), daemon=True)
    process.start()
    return process


def run(world: World, job_id: JobId, point: Point) -> int:
    """As `start`; wait for its end and return how it ended: the negative signal for a violent one."""
    process = start(world, job_id, point)
    process.join(60)
    assert process.exitcode is not None, f"still alive: {point}"
    return process.exitcode


def _run(environ: dict[str, str], sandbox: Sandbox, job_id: JobId, point: Point | None) -> None:
    services = connect(Settings.from_env(environ))
    worker = Worker(
        services=_rigged(services, point) if point else services, sandbox=sandbox, transcriber=FakeTranscriber()
    )
    run_job(worker, job_id)


def _rigged(services: Services, point: Point) -> Services:
    if point.effect == "commit":
        _rig_engine(services.engine, point)
        return services
    bucket, _, method = point.effect.partition(".")
    return replace(services, **{bucket: _RiggedBucket(getattr(services, bucket), method, point)})


def _strike(point: Point) -> None:
    os.kill(os.getpid(), point.signal)


def _rig_engine(engine: Engine, point: Point) -> None:
    """Strike on one side of the commit of the transaction that marks a job done, or before that transaction begins."""
    done: set[int] = set()

    def before_statement(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("UPDATE jobs SET state") and "done" in str(parameters):
            done.add(id(connection.connection.dbapi_connection))

    def before_commit(connection: Any) -> None:
        if point.side == "before" and id(connection.connection.dbapi_connection) in done:
            _strike(point)

    def given_back(connection: Any, _record: Any) -> None:
        if point.side == "after" and id(connection) in done:
            _strike(point)

    event.listen(engine, "before_cursor_execute", before_statement)
    event.listen(engine, "commit", before_commit)
    event.listen(engine, "checkin", given_back)
    if point.side == "at the door of":
        _rig_checkout(engine, point)


def _rig_checkout(engine: Engine, point: Point) -> None:
    taken = 0

    def before_any_lock(*_: Any) -> None:
        nonlocal taken
        if threading.current_thread() is threading.main_thread():
            taken += 1
            if taken == point.nth:
                _strike(point)

    # Before the transaction begins: SQLite's takes the write lock, and nobody could work while we lie frozen with it.
    event.listen(engine, "checkout", before_any_lock)


class _RiggedBucket:
    def __init__(self, bucket: Any, method: str, point: Point) -> None:
        self._bucket, self._method, self._point, self._calls = bucket, method, point, 0

    def __getattr__(self, name: str) -> Any:
        found: Callable[..., Any] = getattr(self._bucket, name)
        return self._watched(found) if name == self._method else found

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self._calls += 1
            if self._calls == self._point.nth and self._point.side == "before":
                _strike(self._point)
            answer = method(*arguments, **options)
            if self._calls == self._point.nth and self._point.side == "after":
                _strike(self._point)
            return answer

        return call


def is_stopped(process: BaseProcess) -> bool:
    """Whether a process lies frozen."""
    return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED
