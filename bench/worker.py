"""How long a sender waits, and how much memory a worker takes: the real processes, their database and S3 server.

Redis, SeaweedFS, the dispatcher and both Celery workers run as the Procfile starts them, on SQLite. A clip lies in the
bucket; the clock runs from its receipt to the row that tells the verdict, and on until it awaits review. Only the
dispatcher looks more often here (`HINT_S`, below): with the default, up to a second of waiting for the first hint comes
on top.

    python -m bench.worker [--runs 5]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from bench.clips import GRAINY, TALKING_S, Codec, talking, work_folder
from bench.measuring import MemoryWatch, measure, read_through
from bench.tables import Machine, Report, Spread, Target, publish
from bench.yardsticks import decode
from intake.actions import heartbeats, submitting
from intake.db.engine import reading, writing
from intake.db.tables import heartbeats as heartbeats_table
from intake.domain.jobs import Queue
from intake.domain.states import State
from intake.settings import Settings
from intake.setup import prepare_buckets, prepare_database
from intake.wiring import connect
from tests import builders, servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services

PROCFILE: Final = Path(__file__).parent.parent / "Procfile"
HINT_S: Final = 0.05

MAX_VERDICT_S: Final = 4.0
MAX_VERDICT_OF_DECODE: Final = 0.21
"""The same limit for any machine: where it was set, two cores decoded this clip in 18.9 s."""

MAX_ENCODE_OF_DURATION: Final = 1.5
MAX_COPY_PSS_MB: Final = 400
MAX_ENCODE_PSS_MB: Final = 700

_LOOK_EVERY_S: Final = 0.02
_PATIENCE_S: Final = 600.0
_WENT_WRONG: Final = frozenset({State.REFUSED, State.NEEDS_OPERATOR})


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Seconds from a clip's receipt until its verdict stands on the row, and until it awaits review."""

    verdict_s: float
    ready_s: float


@dataclass(frozen=True, kw_only=True)
class System:
    """The running processes, as the bench talks to them."""

    services: Services
    quick_pid: int
    heavy_pid: int

    def wait_s(self, clip: Path) -> Wait:
        """Put *clip* into the bucket, then return how long its sender and the moderators wait from its receipt on."""
        services = self.services
        read_through(clip)
        upload = builders.an_upload(services, builders.a_letter(size_bytes=clip.stat().st_size))
        assert upload.upload_key is not None
        services.private.put_file(upload.upload_key, clip, content_type="video/mp4")
        began_at = time.monotonic()
        with writing(services.engine) as connection:
            submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())
        told_at = self._await(upload.submission_id, lambda submission: bool(submission.checks))
        ready_at = self._await(upload.submission_id, lambda submission: submission.state is State.AWAITING_REVIEW)
        return Wait(verdict_s=told_at - began_at, ready_s=ready_at - began_at)

    def _await(self, submission_id: SubmissionId, is_so: Callable[[Submission], bool]) -> float:
        deadline = time.monotonic() + _PATIENCE_S
        while not is_so(submission := builders.read(self.services, submission_id)):
            assert submission.state not in _WENT_WRONG, submission.state
            assert time.monotonic() < deadline, submission.state
            time.sleep(_LOOK_EVERY_S)
        return time.monotonic()


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="Waiting and memory with real workers.")
    parser.add_argument("--runs", type=int, default=5, help="rounds to take the median of (5)")
    runs: int = parser.parse_args().runs
    machine = Machine.here()
    web_ready, foreign = GRAINY.path, talking(Codec.HEVC, TALKING_S).path
    with work_folder() as folder, _a_system(folder) as system:
        # Sampling disturbs: memory is watched in a round of its own, which is also the one that warms up.
        with MemoryWatch(system.quick_pid) as copying:
            system.wait_s(web_ready)
        with MemoryWatch(system.heavy_pid) as encoding:
            system.wait_s(foreign)
        rounds = [
            (system.wait_s(web_ready), measure(partial(decode, web_ready)), system.wait_s(foreign)) for _ in range(runs)
        ]
    report = Report(
        name="worker",
        title="Waiting, and a worker's memory",
        targets=(
            Target(
                name="receipt to verdict, 120 s H.264 in the bucket, wall s (depends on the machine)",
                measured=Spread.of(copied.verdict_s for copied, _, _ in rounds),
                at_most=MAX_VERDICT_S,
            ),
            Target(
                name="receipt to verdict, 120 s H.264 in the bucket, wall of a plain decode",
                measured=Spread.of(copied.verdict_s / decoded.wall_s for copied, decoded, _ in rounds),
                at_most=MAX_VERDICT_OF_DECODE,
            ),
            Target(
                name="receipt to ready for review, 30 s HEVC, wall of its length",
                measured=Spread.of(encoded.ready_s / TALKING_S for _, _, encoded in rounds),
                at_most=MAX_ENCODE_OF_DURATION,
            ),
            _memory("quick worker with its children, copying, PSS MB", copying, MAX_COPY_PSS_MB),
            _memory("heavy worker with its children, encoding, PSS MB", encoding, MAX_ENCODE_PSS_MB),
        ),
        machine=machine,
    )
    return publish(report)


def _memory(name: str, watch: MemoryWatch, at_most_mb: float) -> Target:
    return Target(name=name, measured=Spread.of([watch.peak_bytes / 1e6]), at_most=at_most_mb)


@contextmanager
def _a_system(folder: Path) -> Iterator[System]:
    commands = dict(line.split(": ", 1) for line in PROCFILE.read_text(encoding="utf-8").splitlines() if ": " in line)
    with ExitStack() as stack:
        storage_url, _ = stack.enter_context(servers.storage_server(folder))
        redis_url, _ = stack.enter_context(servers.redis_server(folder))
        environ = _environment(folder, storage_url, redis_url)
        services = connect(Settings.from_env(environ))
        prepare_database(services)
        prepare_buckets(services.settings)
        pids = {}
        for name in ("dispatcher", "quick", "heavy"):
            argv, log = ["/bin/sh", "-c", commands[name]], folder / f"{name}.log"
            pids[name] = stack.enter_context(servers.serving(argv, environ=environ, log=log)).pid
        servers.wait_until(lambda: _are_there(services), what="the workers' start")
        yield System(services=services, quick_pid=pids["quick"], heavy_pid=pids["heavy"])


def _environment(folder: Path, storage_url: str, redis_url: str) -> Mapping[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATABASE_URL": f"sqlite:///{folder / 'intake.db'}",
        "REDIS_URL": redis_url,
        "S3_ENDPOINT_URL": storage_url,
        "S3_ACCESS_KEY": servers.ACCESS_KEY,
        "S3_SECRET_KEY": servers.SECRET_KEY,
        "SECRET_KEY": "for the benchmark only, and longer than thirty-two",
        "DATA_DIR": str(folder / "data"),
        "HINT_S": str(HINT_S),
        "LOG_LEVEL": "WARNING",
    }


def _are_there(services: Services) -> bool:
    with reading(services.engine) as connection:
        names = set(connection.scalars(select(heartbeats_table.c.name)))
    return {heartbeats.worker(queue) for queue in Queue} <= names


if __name__ == "__main__":
    sys.exit(main())
