"""A cut that cannot be made, and one whose clip is withdrawn meanwhile: nothing is lost, and nothing is left."""

from __future__ import annotations

import io
import os
import signal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from intake.db.engine import writing
from intake.db.tables import jobs as jobs_table
from intake.domain.cutting import WHOLE
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from tests import builders
from tests.faults import doomed, history, stories
from tests.faults.doomed import Point
from tests.servers import wait_until

if TYPE_CHECKING:
    from tests.faults.stories import World

SQLITE = pytest.mark.usually("sqlite")


@SQLITE
def test_a_clip_that_cannot_be_cut_comes_back_as_it_was(world: World) -> None:
    services = world.services
    submission_id, job_id = stories.before(JobKind.RECUT, world)
    before = builders.read(services, submission_id)
    assert before.original_key is not None
    services.private.put_stream(before.original_key, io.BytesIO(b"no video at all"), content_type="video/mp4")
    with writing(services.engine) as connection:
        tried = stories.job_of(services, job_id).max_attempts - 1
        connection.execute(update(jobs_table).where(jobs_table.c.id == job_id).values(attempts=tried))

    stories.run(world, job_id)

    after = builders.read(services, submission_id)
    assert (after.state, after.cut, after.wanted_cut) == (State.AWAITING_REVIEW, WHOLE, None)
    assert (after.review_key, after.stills) == (before.review_key, before.stills)
    assert stories.job_of(services, job_id).state is JobState.DONE


@SQLITE
@pytest.mark.parametrize("kind", [JobKind.RECUT, JobKind.CLEAN_SOUND])
def test_a_clip_withdrawn_while_it_is_worked_on_leaves_nothing(kind: JobKind, world: World) -> None:
    services = world.services
    submission_id, job_id = stories.before(kind, world)
    frozen = doomed.start(world, job_id, Point(effect="private.put_file", side="after", signal=signal.SIGSTOP))
    wait_until(lambda: doomed.is_stopped(frozen), what="the worker's standstill")

    stories.withdraw(services, submission_id)
    os.kill(frozen.pid or 0, signal.SIGCONT)
    frozen.join(30)
    stories.wait_for_free_job(services, job_id)
    stories.finish_everything(services, world.sandbox)
    history.sweep_strays(services)

    assert frozen.exitcode == 0
    assert stories.state_of(services, submission_id) is State.WITHDRAWN
    assert history.private_keys(services, submission_id) == set()
    assert history.problems(services) == []
