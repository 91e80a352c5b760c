"""A worker that was thought dead and comes back, and a bucket that goes away: nothing of it is seen outside."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake.actions import jobs
from intake.db.engine import writing
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.setup import prepare_buckets
from tests import builders, servers
from tests.faults import doomed, history, stories
from tests.faults.doomed import Point
from tests.faults.gate import Moment, refuse
from tests.servers import wait_until
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.gate import Gate, Trap
    from tests.faults.stories import World

SQLITE = pytest.mark.usually("sqlite")


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        (JobKind.INSPECT, Point(effect="commit", side="at the door of", nth=3, signal=signal.SIGSTOP)),
        (JobKind.PUBLISH, Point(effect="commit", side="at the door of", nth=4, signal=signal.SIGSTOP)),
    ],
    ids=["inspect", "publish"],
)
def test_a_worker_that_comes_back_at_its_commit_finds_it_closed(kind: JobKind, point: Point, world: World) -> None:
    services = world.services
    submission_id, job_id = stories.before(kind, world)
    frozen = doomed.start(world, job_id, point)
    wait_until(lambda: doomed.is_stopped(frozen), what="the worker's standstill")

    stories.wait_for_free_job(services, job_id)
    stories.finish_everything(services, world.sandbox)
    winner, shown = builders.read(services, submission_id), history.public_files(services)
    os.kill(frozen.pid or 0, signal.SIGCONT)
    frozen.join(30)

    assert frozen.exitcode == 0
    assert stories.job_of(services, job_id).attempts == 2
    assert builders.read(services, submission_id) == winner
    assert winner.state is stories.AFTER[kind]
    # All that the loser filed is thrown away: by itself, before any sweep.
    assert [key for key in shown if key not in history.public_files(services)] == history.strays(services, shown)
    assert history.problems(services, receipts=[submission_id]) == []
    assert history.sweep_strays(services) == 0


@SQLITE
def test_a_worker_that_comes_back_in_the_middle_stops_and_cleans_up(
    world: World, gated_environ: dict[str, str], gate: Gate
) -> None:
    services = world.services
    submission_id, job_id = stories.before(JobKind.PUBLISH, world)
    filing = gate.trap("PUT", r"clips/.*/video\.mp4")
    frozen = doomed.start(replace(world, environ=gated_environ), job_id)
    os.kill(filing.wait(), signal.SIGSTOP)

    stories.wait_for_free_job(services, job_id)
    stories.finish_everything(services, world.sandbox)
    shown = history.public_files(services)
    filing.release()
    os.kill(frozen.pid or 0, signal.SIGCONT)
    frozen.join(30)

    assert frozen.exitcode == 0
    assert set(history.public_files(services)) <= set(shown)
    assert history.problems(services, receipts=[submission_id]) == []


@SQLITE
def test_a_bucket_that_dies_costs_no_attempt_and_loses_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "mortal").mkdir()
    with servers.storage_server(tmp_path / "mortal") as (url, server):
        services = stories.on_storage(world, url)
        prepare_buckets(services.settings)
        submission_id, job_id = stories.before(JobKind.INSPECT, replace(world, services=services))

        server.kill()
        run_job(Worker(services=services, sandbox=world.sandbox), job_id)
        put_back = stories.job_of(services, job_id)
        run_job(Worker(services=services, sandbox=world.sandbox), job_id)
        too_early = stories.job_of(services, job_id)
        server.restart()
        wait_until(lambda: servers.answers(f"{url}/healthz"), what="the S3 server's return")
        stories.finish_everything(services, world.sandbox)

        assert (put_back.state, put_back.attempts) == (JobState.READY, 0)
        assert "StorageUnavailable" in str(put_back.last_error)
        assert too_early == put_back
        assert stories.job_of(services, job_id).attempts == 1
        assert stories.state_of(services, submission_id) is State.AWAITING_REVIEW
        assert history.problems(services, receipts=[submission_id]) == []


@SQLITE
def test_what_a_put_back_attempt_throws_away_is_never_the_next_ones(
    world: World, gated_environ: dict[str, str], gate: Gate
) -> None:
    services = world.services
    submission_id, job_id = stories.before(JobKind.INSPECT, world)
    gate.trap("PUT", f"{submission_id}/.*review.mp4", act=refuse, times=9)

    def somebody_else_is_quick(_trap: Trap) -> None:
        # The listing is answered only after this: what it names is deleted then.
        stories.let_backoff_pass(services)
        run_job(Worker(services=services, sandbox=world.sandbox), job_id)

    cleaning_up = gate.trap("GET", "list-type=2", act=somebody_else_is_quick, moment=Moment.BEFORE)
    doomed.start(replace(world, environ=gated_environ), job_id).join(60)
    cleaning_up.wait()
    stories.finish_everything(services, world.sandbox)

    assert stories.state_of(services, submission_id) is State.AWAITING_REVIEW
    assert history.problems(services, receipts=[submission_id]) == []


def test_a_lease_that_ends_between_two_steps_of_a_sweep_leaves_no_job_for_nobody(world: World) -> None:
    submission_id, job_id = stories.before(JobKind.INSPECT, world)
    last_try = stories.on_its_last_try(world.services, job_id, lease_s=0.3)

    with stories.slow_database(world, last_try) as engine, writing(engine) as connection:
        jobs.expire_leases(connection)
    stories.wait_for_free_job(world.services, job_id)

    assert stories.job_of(world.services, job_id).state is JobState.DEAD
    assert stories.state_of(world.services, submission_id) is State.NEEDS_OPERATOR
    assert history.problems(world.services, receipts=[submission_id]) == []


@pytest.mark.parametrize("kind", [JobKind.INSPECT, JobKind.ENCODE, JobKind.PUBLISH])
@SQLITE
def test_without_a_sandbox_a_job_waits_and_costs_no_attempt(kind: JobKind, world: World) -> None:
    services = world.services
    submission_id, job_id = stories.before(kind, world)
    before = stories.state_of(services, submission_id)

    run_job(Worker(services=services, sandbox=None), job_id)
    waiting, resting = stories.job_of(services, job_id), stories.state_of(services, submission_id)
    stories.finish_everything(services, world.sandbox)

    assert (waiting.state, waiting.attempts) == (JobState.READY, 0)
    assert "SandboxUnavailable" in str(waiting.last_error)
    assert resting is before
    assert stories.job_of(services, job_id).attempts == 1
    assert stories.state_of(services, submission_id) is stories.AFTER[kind]
