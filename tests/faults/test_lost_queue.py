"""Redis forgets, dies, freezes and repeats itself; the rows know better."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest
import redis
from celery import Celery

from intake.domain.jobs import JobId, JobKind, JobState
from intake.domain.states import State
from tests import builders
from tests.faults import history, stories
from tests.faults.sender import Sender
from tests.servers import wait_until
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stories import World
    from tests.faults.system import System
    from tests.servers import Server

SQLITE = pytest.mark.usually("sqlite")
POSTGRESQL = pytest.mark.usually("postgresql")


def freeze(server: Server) -> Callable[[], None]:
    """Freeze it; what is returned thaws it."""
    server.signal(signal.SIGSTOP)
    return lambda: server.signal(signal.SIGCONT)


def kill(server: Server) -> Callable[[], None]:
    """Kill it; what is returned starts it again, with nothing in its memory."""
    server.kill()
    return server.restart


@POSTGRESQL
def test_jobs_queued_when_redis_forgets_everything_are_done_all_the_same(
    world: World, system: System, redis_server: tuple[str, Server]
) -> None:
    services, queue = world.services, redis.Redis.from_url(redis_server[0])
    receipts = [stories.received(services, world.clips.still), stories.received(services, world.clips.still)]
    system.dispatcher()
    queued = len(builders.open_jobs(services))
    wait_until(lambda: queue.llen("quick") == queued, what="the hints' way into the queue")

    queue.flushall()
    system.worker()
    wait_until(lambda: not builders.open_jobs(services), what="every job's end")

    assert {stories.state_of(services, one) for one in receipts} == {State.REFUSED}
    assert history.problems(services, receipts=receipts) == []


@SQLITE
@pytest.mark.parametrize("trouble", [freeze, kill])
def test_a_receipt_is_given_at_once_while_redis_is_gone_and_the_clip_follows(
    trouble: Callable[[Server], Callable[[], None]], world: World, system: System, redis_server: tuple[str, Server]
) -> None:
    services = world.services
    url, _ = system.web()
    system.worker()
    system.dispatcher()
    sender = Sender(url)

    heal = trouble(redis_server[1])
    began = time.monotonic()
    answer = sender.send(world.clips.still)
    took_s = time.monotonic() - began
    waiting = stories.only_submission(services)
    heal()
    wait_until(lambda: stories.state_of(services, waiting.id) is State.REFUSED, what="the verdict")

    assert answer.status_code == 200
    assert "Conserva questo link" in answer.text
    assert waiting.state is State.UPLOADED
    assert took_s < 5
    assert history.problems(services, receipts=[waiting.id]) == []


@POSTGRESQL
def test_a_message_that_comes_three_times_is_followed_once(
    world: World, system: System, redis_server: tuple[str, Server]
) -> None:
    services, celery = world.services, Celery(broker=redis_server[0])
    submission_id, job_id = stories.before(JobKind.INSPECT, world)
    done = stories.before(JobKind.INSPECT, world)[1]
    run_job(Worker(services=services, sandbox=world.sandbox), done)
    was_done = stories.job_of(services, done)
    messages = [job_id, done, JobId(999_999), job_id, done, JobId(999_999), job_id, done, JobId(999_999)]

    [celery.send_task("run_job", args=[message], queue="quick") for message in messages]
    system.worker(concurrency=2)
    queue = redis.Redis.from_url(redis_server[0])
    wait_until(lambda: not queue.llen("quick") and not queue.hlen("unacked"), what="the queue's end")

    assert stories.job_of(services, job_id).attempts == 1
    assert stories.job_of(services, done) == was_done
    assert history.moves_of(services, submission_id) == [State.UPLOADING, State.UPLOADED, State.AWAITING_REVIEW]
    assert history.problems(services, receipts=[submission_id]) == []


@pytest.mark.parametrize("kind", [JobKind.INSPECT, JobKind.PURGE])
def test_three_workers_told_at_the_same_moment_do_it_once(kind: JobKind, world: World) -> None:
    submission_id, job_id = stories.before(kind, world)
    before = len(history.moves_of(world.services, submission_id))
    worker = Worker(services=world.services, sandbox=world.sandbox)

    threads = [threading.Thread(target=run_job, args=(worker, job_id)) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    done = stories.job_of(world.services, job_id)
    moves = history.moves_of(world.services, submission_id)
    stories.finish_everything(world.services, world.sandbox)

    assert (done.state, done.attempts) == (JobState.DONE, 1)
    assert len(moves) == before + 1
    assert history.problems(world.services, receipts=[submission_id]) == []
