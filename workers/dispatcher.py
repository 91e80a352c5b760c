"""The loop between the rows and the queue: tells workers of due jobs, and sweeps what fell through.

It does no work itself and may be killed at any time: everything it knows is in the database. Two at once do no harm,
a hint that comes twice is claimed once.
"""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from intake.actions import counting, heartbeats, housekeeping, inventory, jobs
from intake.actions.alerting import alert_staff
from intake.actions.tallying import add_up_marks
from intake.actions.viewing import count_views
from intake.db.engine import reading, writing
from intake.domain.errors import TryAgainLater
from intake.domain.jobs import JOB_RULES, Queue
from intake.logs import set_up_logging
from intake.settings import Settings
from intake.wiring import connect
from workers.broker import RUN_JOB, make_celery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from celery import Celery
    from redis import Redis

    from intake.domain.jobs import JobId
    from intake.wiring import Services

log = structlog.get_logger()

HINTS_AT_ONCE: Final = 100
"""How many jobs of a queue the workers are told of at a time."""

REPEATED_AFTER_LEASES: Final = 3
"""When workers are told again although messages wait for them: one that was lost alone would wait for all others."""

LEFTOVERS_EVERY_S: Final = 3600.0

NIGHT_EVERY_S: Final = 60.0
"""How often it is looked whether the night's work is due."""

REPORTERS_EVERY_S: Final = 86400.0
"""Nobody counts the hours of three months."""

TALLIES_EVERY_S: Final = 10.0
"""How old tallies may be: no more than what asks for them, every quarter of a minute or less often."""

FIGURES_EVERY_S: Final = 60.0
"""How old figures may be: one changed week of a thousand clips is counted in a tenth of a second."""

# Redis in trouble must not hold the sweeps up.
_PUBLISH_TIMEOUT_S: Final = 2.0


JOBS: Final = "jobs"
"""The round on which jobs wait."""


def rounds_of(settings: Settings) -> Mapping[str, Mapping[str, float]]:
    """Say which duty is done how often, in seconds, and which ones one after the other.

    What asks the bucket or counts what many submissions come to is done beside the round of the jobs: a large bucket is
    listed for minutes, each of a thousand uploads that stopped is asked for, and no job must wait for that.
    """
    return {
        JOBS: {
            "hint": settings.hint_s,
            "sweep": settings.sweep_s,
            "beat": heartbeats.BEAT_S,
            "forget_senders": LEFTOVERS_EVERY_S,
            "forget_reporters": REPORTERS_EVERY_S,
            "ask_again": LEFTOVERS_EVERY_S,
        },
        "uploads": {"settle_uploads": settings.sweep_s},
        "tallies": {"add_up_marks": TALLIES_EVERY_S},
        "figures": {"count_weeks": FIGURES_EVERY_S, "count_views": FIGURES_EVERY_S},
        "buckets": {"sweep_leftovers": LEFTOVERS_EVERY_S, "compare_gallery": NIGHT_EVERY_S},
    }


@dataclass
class Dispatcher:
    """One dispatcher and when it last did what.

    Attributes:
        celery: Its own publisher, more impatient than the workers'.
    """

    services: Services
    celery: Celery
    stop: threading.Event = field(default_factory=threading.Event)
    _redis_answers: bool = True
    _last: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Go round until told to stop."""
        rounds = rounds_of(self.services.settings)
        for name in rounds.keys() - {JOBS}:
            # Cut off at the end, what they are at is begun again.
            threading.Thread(target=self._go_round, args=(rounds[name],), daemon=True, name=name).start()
        self._go_round(rounds[JOBS])

    def hint(self) -> None:
        """Tell the workers of jobs that are due."""
        for queue in Queue:
            if self._redis_answers:
                self._hint(queue)

    def sweep(self) -> None:
        """Free lost leases, and ask for the mails that staff want."""
        services = self.services
        with writing(services.engine) as connection:
            housekeeping.expire_leases(connection, now=services.clock())
        alert_staff(services.engine, now=services.clock())

    def settle_uploads(self) -> None:
        """Finish uploads that are all there, and give up those that never came."""
        housekeeping.settle_uploads(self.services.engine, self.services.private, now=self.services.clock())

    def sweep_leftovers(self) -> None:
        """Delete objects that no row knows."""
        services = self.services
        housekeeping.sweep_leftovers(services.engine, services.private, services.gallery, now=services.clock())

    def compare_gallery(self) -> None:
        """Compare the gallery bucket with the rows, once a night."""
        services = self.services
        with reading(services.engine) as connection:
            is_due = inventory.is_due(connection, now=services.clock())
        if is_due:
            inventory.take_inventory(
                services.engine, services.gallery, now=services.clock(), is_stopped=self.stop.is_set
            )

    def forget_senders(self) -> None:
        """Erase addresses that waited too long for their last mail."""
        with writing(self.services.engine) as connection:
            housekeeping.forget_senders(connection, now=self.services.clock())

    def forget_reporters(self) -> None:
        """Erase what visitors wrote long ago when they reported a clip."""
        housekeeping.forget_reporters(self.services.engine, now=self.services.clock())

    def ask_again(self) -> None:
        """Ask those once more for whom a clip was handed in and who did not answer."""
        with writing(self.services.engine) as connection:
            housekeeping.ask_again(connection, now=self.services.clock())

    def add_up_marks(self) -> None:
        """Add what happened to the tallies."""
        add_up_marks(self.services.engine, is_stopped=self.stop.is_set)

    def count_weeks(self) -> None:
        """Count the figures of the weeks that changed."""
        counting.count_weeks(self.services.engine, is_stopped=self.stop.is_set)

    def count_views(self) -> None:
        """Count what the proxy wrote down of views, where it does."""
        settings = self.services.settings
        if settings.views_log is not None:
            bucket = settings.gallery_bucket
            count_views(self.services.engine, settings.views_log, bucket=bucket, is_stopped=self.stop.is_set)

    def beat(self) -> None:
        """Say that we live, and whether Redis answers."""
        self._redis_answers = self._ping()
        with writing(self.services.engine) as connection:
            heartbeats.beat(connection, heartbeats.DISPATCHER, {"redis": self._redis_answers})

    def _go_round(self, periods_s: Mapping[str, float]) -> None:
        while not self.stop.is_set():
            for duty, period_s in periods_s.items():
                self._every(duty, period_s)
            self.stop.wait(min(periods_s.values()) / 2)

    def _every(self, name: str, period_s: float) -> None:
        now = time.monotonic()
        if now - self._last.get(name, float("-inf")) < period_s:
            return
        self._last[name] = now
        try:
            getattr(self, name)()
        except TryAgainLater as error:
            log.warning("duty_postponed", duty=name, cause=type(error).__name__)
        except Exception:  # The loop must outlive whatever one round of one duty meets; the next round tries again.
            log.exception("duty_failed", duty=name)

    def _hint(self, queue: Queue) -> None:
        told: list[JobId] = []
        try:
            for job_id in self._to_be_told(queue):
                self.celery.send_task(RUN_JOB, args=[job_id], queue=queue, retry=False)
                told.append(job_id)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("hint_failed", cause=type(error).__name__)
            # Not asked again before the next beat: with Redis frozen every try costs seconds.
            self._redis_answers = False
        if told:
            with writing(self.services.engine) as connection:
                jobs.mark_hinted(connection, told)

    def _to_be_told(self, queue: Queue) -> list[JobId]:
        lease_s = self.services.settings.lease_s
        due = self._due(queue, hint_again_s=lease_s)
        if due and self._waiting(queue):
            # Their jobs wait as well: workers are busy, and each repetition would be in a new job's way.
            return self._due(queue, hint_again_s=REPEATED_AFTER_LEASES * lease_s)
        return due

    def _due(self, queue: Queue, *, hint_again_s: float) -> list[JobId]:
        kinds = [kind for kind, rule in JOB_RULES.items() if rule.queue is queue]
        with reading(self.services.engine) as connection:
            return jobs.due(connection, kinds, hint_again_s=hint_again_s, limit=HINTS_AT_ONCE)

    def _waiting(self, queue: Queue) -> int:
        """Count the messages that no worker has taken."""
        with self.celery.pool.acquire(block=True) as connection:
            return _redis(connection).llen(queue)

    def _ping(self) -> bool:
        try:
            with self.celery.connection_for_write() as connection:
                return bool(_redis(connection).ping())
        except (OperationalError, RedisError, OSError):
            return False


def _redis(connection: Any) -> Redis:  # noqa: ANN401 - kombu's types know nothing of what is Redis's alone
    # Asked first: by itself a channel waits for a Redis that is gone for longer than jobs should.
    connection.ensure_connection(max_retries=1, timeout=_PUBLISH_TIMEOUT_S)
    client: Redis = connection.default_channel.client
    return client


def main() -> None:
    """Run a dispatcher until SIGTERM or Ctrl-C."""
    settings = Settings.from_env()
    set_up_logging(settings.log_level)
    celery = make_celery(settings.redis_url, socket_timeout_s=_PUBLISH_TIMEOUT_S)
    dispatcher = Dispatcher(services=connect(settings), celery=celery)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: dispatcher.stop.set())
    dispatcher.run()


if __name__ == "__main__":
    main()
