"""Real workers killed while they provably work: another takes the job over, once, and no tool outlives them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from intake.domain.jobs import JobKind, JobState
from tests.faults import history, stories
from tests.faults.gate import kill_process
from tests.faults.system import are_gone, tools_of
from tests.servers import PROJECT, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    import psutil

    from tests.faults.gate import Gate
    from tests.faults.stories import World
    from tests.faults.system import System
    from tests.servers import Server

SQLITE = pytest.mark.usually("sqlite")
POSTGRESQL = pytest.mark.usually("postgresql")

MAKERS = [JobKind.INSPECT, JobKind.ENCODE, JobKind.RECUT, JobKind.PUBLISH]
CLEANERS = {JobKind.UNPUBLISH: r"\?delete.*", JobKind.PURGE: r"\?delete.*"}


def kill_child(_worker: Server, pid: int) -> None:
    """Kill the one process that does the job; its parent lives and makes another."""
    os.kill(pid, signal.SIGKILL)


def kill_all(worker: Server, _pid: int) -> None:
    """Kill the whole worker, as a power cut would, and start it again."""
    worker.kill()
    worker.restart()


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    "kill",
    [pytest.param(kill_child, marks=SQLITE, id="its child"), pytest.param(kill_all, marks=POSTGRESQL, id="all of it")],
)
def test_a_worker_killed_while_its_tool_runs_is_replaced(
    kind: JobKind, kill: Callable[[Server, int], None], world: World, system: System, gate: Gate
) -> None:
    submission_id, job_id = stories.before(kind, world)
    fetching = gate.trap("GET", f"{submission_id}/.*(original|review)")
    worker = system.worker()
    system.dispatcher()
    pid = fetching.wait()

    fetching.release()
    tools: list[psutil.Process] = []
    wait_until(lambda: tools.extend(tools_of(pid)) or tools, what="a tool's start")
    interrupted = stories.job_of(world.services, job_id)
    kill(worker, pid)
    wait_until(lambda: are_gone(tools), patience_s=5, what="the end of the dead worker's tools")
    wait_until(lambda: stories.job_of(world.services, job_id).state is JobState.DONE, what="the job's second try")
    history.sweep_strays(world.services)

    assert interrupted.state is JobState.LEASED
    assert stories.job_of(world.services, job_id).attempts > interrupted.attempts
    assert stories.state_of(world.services, submission_id) is stories.AFTER[kind]
    assert history.problems(world.services, receipts=[submission_id]) == []


@pytest.mark.parametrize(
    "kill",
    [pytest.param(kill_child, marks=POSTGRESQL, id="its child"), pytest.param(kill_all, marks=SQLITE, id="all of it")],
)
def test_a_worker_killed_while_it_deletes_is_replaced(
    kill: Callable[[Server, int], None], world: World, system: System, gate: Gate
) -> None:
    submission_id, unpublish_id = stories.before(JobKind.UNPUBLISH, world)
    purge_id = stories.ready_job(world.services, submission_id, JobKind.PURGE).id
    held = history.files_of(world.services, submission_id)
    unpublishing = gate.trap("POST", f"{world.environ['GALLERY_BUCKET']}.*delete")
    purging = gate.trap("POST", f"{world.environ['PRIVATE_BUCKET']}.*delete")
    worker = system.worker()
    system.dispatcher()

    kill(worker, unpublishing.wait())
    unpublishing.release()
    kill(worker, purging.wait())
    purging.release()
    wait_until(
        lambda: {stories.job_of(world.services, one).state for one in (unpublish_id, purge_id)} == {JobState.DONE},
        what="both jobs' second try",
    )

    assert stories.job_of(world.services, unpublish_id).attempts > 1
    assert stories.job_of(world.services, purge_id).attempts > 1
    assert history.problems(world.services, receipts=[submission_id]) == []
    assert history.public_files(world.services) == {}
    # Nobody knows on which side of the deletion they died; the list has all of it in any case.
    assert history.deleted_files(world.services, submission_id) == held


@SQLITE
def test_a_killed_job_starts_again_within_its_lease_and_a_sweep(world: World, system: System, gate: Gate) -> None:
    submission_id, _ = stories.before(JobKind.INSPECT, world)
    first = gate.trap("GET", f"{submission_id}/original")
    again = gate.trap("GET", f"{submission_id}/original")
    system.worker()
    system.dispatcher()

    os.kill(first.wait(), signal.SIGKILL)
    # Lease 2 s, sweep 0.5 s, hint 0.2 s, and what a busy machine needs to start the pool's next process.
    again.wait(patience_s=2 + 0.5 + 0.2 + 10)
    again.release()

    wait_until(
        lambda: stories.state_of(world.services, submission_id) is stories.AFTER[JobKind.INSPECT], what="its end"
    )


@SQLITE
def test_the_files_of_killed_attempts_are_deleted_while_the_worker_lives(world: World, system: System) -> None:
    work = world.services.settings.data_dir / "work"
    system.worker()
    wait_until(lambda: stories.has_heart(world.services), what="the worker's first heartbeat")

    left_behind = work / "7-1-killed"
    left_behind.mkdir(parents=True)
    three_hours_ago = time.time() - 3 * 3600
    os.utime(left_behind, (three_hours_ago, three_hours_ago))

    wait_until(lambda: not left_behind.exists(), patience_s=40, what="the sweep of the work folders")


@POSTGRESQL
def test_a_clip_that_kills_its_worker_comes_before_a_human_and_others_pass(
    world: World, system: System, gate: Gate
) -> None:
    services = world.services
    poison = stories.received(services, world.clips.plain)
    good = [stories.received(services, world.clips.plain), stories.received(services, world.clips.plain)]
    job_id = stories.ready_job(services, poison, JobKind.INSPECT).id
    gate.trap("GET", f"{poison}/original", act=kill_process, times=99)
    system.worker()
    system.dispatcher()

    wait_until(lambda: stories.state_of(services, poison) is stories.State.NEEDS_OPERATOR, what="the call for a human")
    dead = stories.job_of(services, job_id)
    passed = [stories.state_of(services, one) for one in good]
    gate.clear()
    stories.retry(services, poison)
    wait_until(lambda: stories.state_of(services, poison) is stories.State.AWAITING_REVIEW, what="the retry's end")

    assert (dead.state, dead.attempts) == (JobState.DEAD, 3)
    assert "the worker died" in str(dead.last_error)
    assert passed == [stories.State.AWAITING_REVIEW] * 2
    assert history.problems(services, receipts=[poison, *good]) == []


@SQLITE
def test_a_process_that_is_forked_while_the_heart_beats_can_write(database_url: str) -> None:
    argv = [sys.executable, "-m", "tests.faults.forking", database_url]

    forking = subprocess.run(argv, cwd=PROJECT, timeout=60, check=False)

    assert forking.returncode == 0
