"""The only place that runs a job: claim, keep the lease, do the step, commit fenced, clean up.

Killed at any point, this costs one attempt and the rest of the lease: nothing of the step is visible before the
commit, and the commit happens only while the lease is ours.
"""

from __future__ import annotations

import contextvars
import shutil
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from intake.actions import jobs
from intake.actions.operating import call_operator
from intake.db import backlog
from intake.db.engine import reading, writing
from intake.domain.errors import LeaseLost, NoUseTrying, TryAgainLater
from intake.domain.jobs import JOB_RULES, JobState
from intake.storage import keys
from workers.steps import STEPS
from workers.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from intake.domain.jobs import JobId, Progress
    from intake.domain.submissions import Job
    from intake.wiring import Services
    from workers.media.sandbox import Sandbox, ToolRun
    from workers.media.transcribing import Transcriber
    from workers.steps import Commit

log = structlog.get_logger()

RENEWALS_IN_A_LEASE: Final = 4
"""Four missed beats, not one slow disk, lose a job."""

PROGRESS_EVERY_S: Final = 1.0
"""How often a row says how far its job is: as often as somebody who waits looks."""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """What a worker process runs jobs with.

    Attributes:
        sandbox: None where no sandbox passed its self-test: jobs that need one wait.
        transcriber: None where no model is configured: drafts wait.
    """

    services: Services
    sandbox: Sandbox | None
    transcriber: Transcriber | None = None


def run_job(worker: Worker, job_id: JobId) -> None:
    """Run a job if it is due and nobody else has it; a message that comes twice or late changes nothing."""
    services = worker.services
    with writing(services.engine) as connection:
        job = jobs.claim(connection, job_id, lease_s=services.settings.lease_s)
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(
        request_id=job.request_id, job_id=job.id, kind=job.kind, submission_id=job.submission_id, attempt=job.attempts
    ):
        _run_claimed(worker, job)


def _run_claimed(worker: Worker, job: Job) -> None:
    services = worker.services
    undo: list[Callable[[], object]] = [partial(services.private.delete_below, keys.made_by(job))]
    try:
        with LeaseKeeper(services, job) as lease, _folder(services, job) as folder:
            sandbox = worker.sandbox.widened(job.limits_factor, tell=_tool_log()) if worker.sandbox else None
            workspace = Workspace(
                folder=folder,
                stop=lease.lost,
                tested=sandbox,
                transcriber=worker.transcriber,
                undo=undo,
                tell_progress=lease.tell_progress,
            )
            counts = _attempt(services, job, workspace)
    except LeaseLost:
        log.warning("lease_lost")
    except TryAgainLater as error:
        log.warning("job_put_back", cause=str(error))
        return
    except NoUseTrying as error:
        log.error("job_given_up", cause=str(error))  # noqa: TRY400 - the cause says it all
        _fail(services, job, error)
    except Exception as error:  # This is the one place that turns a bug into a counted failure.
        log.exception("job_failed")
        _fail(services, job, error)
        if _was_committed(services, job):
            # The error came after the database had said yes: what was made is in use.
            return
    else:
        log.info("job_finished", counts=counts)
        if counts:
            return
    _discard(undo)


def _tool_log() -> Callable[[ToolRun], None]:
    # Tools are run beside each other, in threads that know nothing of our job: it is bound here.
    here = log.bind(**structlog.contextvars.get_contextvars())

    def write(run: ToolRun) -> None:
        here.info("tool_ran", **asdict(run))

    return write


def _attempt(services: Services, job: Job, workspace: Workspace) -> bool:
    try:
        commit = STEPS[job.kind](services, job, workspace)
        return _commit_fenced(services, job, commit)
    except TryAgainLater as error:
        # Thrown away while the lease is ours: the attempt is given back, so the next one writes under its very keys.
        _discard(workspace.undo)
        _put_back(services, job, error)
        raise


def _commit_fenced(services: Services, job: Job, commit: Commit) -> bool:
    with writing(services.engine) as connection:
        if not jobs.finish(connection, job):
            raise LeaseLost
        return commit(connection)


def _was_committed(services: Services, job: Job) -> bool:
    with reading(services.engine) as connection:
        row = backlog.job_by_id(connection, job.id)
    return row.state is JobState.DONE and row.attempts == job.attempts


def _put_back(services: Services, job: Job, error: TryAgainLater) -> None:
    with writing(services.engine) as connection:
        jobs.put_back(connection, job, f"{type(error).__name__}: {error}")


def _fail(services: Services, job: Job, error: Exception) -> None:
    cause = f"{type(error).__name__}: {error}"
    with writing(services.engine) as connection:
        for_good = isinstance(error, NoUseTrying)
        is_mine = jobs.fail(connection, job, cause, for_good=for_good)
        if is_mine and (for_good or job.attempts >= job.max_attempts) and JOB_RULES[job.kind].needs_operator:
            call_operator(connection, job.submission_id, error=cause, now=services.clock())


def _discard(undo: Iterable[Callable[[], object]]) -> None:
    # What this attempt made counts for nothing. What cannot be deleted now, the dispatcher sweeps.
    for throw_away in undo:
        try:
            throw_away()
        except TryAgainLater:
            log.warning("leftovers_kept")


@contextmanager
def _folder(services: Services, job: Job) -> Iterator[Path]:
    work = services.settings.data_dir / "work"
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{job.id}-{job.attempts}-", dir=work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class LeaseKeeper:
    """Renews a job's lease from a thread while its step works, writes how far it is, and says when it is lost."""

    def __init__(self, services: Services, job: Job) -> None:
        self._services = services
        self._job = job
        self._done = threading.Event()
        # Its lines are about the same job.
        keep = partial(contextvars.copy_context().run, self._keep)
        self._thread = threading.Thread(target=keep, daemon=True, name=f"lease-{job.id}")
        self._untold: Progress | None = None
        self.lost = threading.Event()
        """Set when somebody else owns the job; tools watch it and stop."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def tell_progress(self, progress: Progress) -> None:
        """Note how far the job is. Whoever works is not kept waiting for the database."""
        self._untold = progress

    def _keep(self) -> None:
        lease_s = self._services.settings.lease_s
        renewed_at = time.monotonic()
        while not self._done.wait(min(PROGRESS_EVERY_S, lease_s / RENEWALS_IN_A_LEASE)):
            is_due = time.monotonic() - renewed_at >= lease_s / RENEWALS_IN_A_LEASE
            progress, self._untold = self._untold, None
            if not is_due and progress is None:
                continue
            try:
                is_mine = self._write(progress, lease_s=lease_s if is_due else None)
            except SQLAlchemyError:
                # A busy or restarting database: the next beat may do. The fence guards the commit in any case.
                log.warning("lease_renewal_failed")
                continue
            if not is_mine:
                self.lost.set()
                return
            renewed_at = time.monotonic() if is_due else renewed_at

    def _write(self, progress: Progress | None, *, lease_s: float | None) -> bool:
        with writing(self._services.engine) as connection:
            is_mine = lease_s is None or jobs.renew(connection, self._job, lease_s=lease_s)
            return is_mine and (progress is None or jobs.show_progress(connection, self._job, progress))
