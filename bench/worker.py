"""How long a sender waits, and how much memory a worker takes: the real processes, their database and S3 server.

Redis, SeaweedFS, the dispatcher and both Celery workers run as the Procfile starts them, on SQLite. A clip lies in the
bucket; the clock runs from its receipt to the row that tells the verdict, and on until it awaits review. Only the
dispatcher looks more often here (`HINT_S`, below): with the default, up to a second of waiting for the first hint comes
on top.

    python -m bench.worker [--runs 5]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from bench.clips import GRAINY, TALKING_S, Codec, talking, work_folder
from bench.measuring import MemoryWatch, measure, read_through
from bench.processes import a_system
from bench.tables import Machine, Report, Spread, Target, publish
from bench.yardsticks import decode
from intake.actions import submitting
from intake.db.engine import writing
from intake.domain.jobs import Queue
from intake.domain.states import State
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake.domain.submissions import Submission, SubmissionId
    from intake.wiring import Services

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
class Sender:
    """Sends clips to a running system, and waits as senders and moderators do."""

    services: Services

    def send(self, clip: Path) -> SubmissionId:
        """Put *clip* into the bucket and give the receipt."""
        services = self.services
        upload = builders.an_upload(services, builders.a_letter(size_bytes=clip.stat().st_size))
        assert upload.upload_key is not None
        services.private.put_file(upload.upload_key, clip, content_type="video/mp4")
        with writing(services.engine) as connection:
            submitting.finish_upload(connection, upload.submission_id, upload.upload_key, now=services.clock())
        return upload.submission_id

    def wait_s(self, clip: Path) -> Wait:
        """Send *clip*, then return how long its sender and the moderators wait from its receipt on."""
        read_through(clip)
        submission_id = self.send(clip)
        began_at = time.monotonic()
        told_at = self._await(submission_id, lambda submission: bool(submission.checks))
        ready_at = self._await(submission_id, lambda submission: submission.state is State.AWAITING_REVIEW)
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
    with work_folder() as folder, a_system(folder, HINT_S=str(HINT_S)) as system:
        pids = {name: system.start(name) for name in ("dispatcher", "quick", "heavy")}
        system.await_workers(*Queue)
        sender = Sender(services=system.services)
        # Sampling disturbs: memory is watched in a round of its own, which is also the one that warms up.
        with MemoryWatch(pids["quick"]) as copying:
            sender.wait_s(web_ready)
        with MemoryWatch(pids["heavy"]) as encoding:
            sender.wait_s(foreign)
        rounds = [
            (sender.wait_s(web_ready), measure(partial(decode, web_ready)), sender.wait_s(foreign)) for _ in range(runs)
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


if __name__ == "__main__":
    sys.exit(main())
