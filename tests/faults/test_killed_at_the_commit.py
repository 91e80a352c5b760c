"""A worker that dies on either side of an effect: the work is done once, whatever was done before."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from intake.domain.jobs import ERRANDS, JobKind, JobState
from tests.faults import doomed, history, stories
from tests.faults.doomed import Point

if TYPE_CHECKING:
    from tests.faults.stories import World

SQLITE = pytest.mark.usually("sqlite")
POSTGRESQL = pytest.mark.usually("postgresql")


@SQLITE
@pytest.mark.parametrize("kind", sorted(set(JobKind) - ERRANDS))
def test_a_worker_killed_before_its_commit_leaves_the_job_to_the_next(kind: JobKind, world: World) -> None:
    services = world.services
    submission_id, job_id = stories.before(kind, world)

    ended = doomed.run(world, job_id, Point(effect="commit", side="before"))
    died = stories.job_of(services, job_id)
    stories.wait_for_free_job(services, job_id)
    stories.finish_everything(services, world.sandbox)
    history.sweep_strays(services)

    assert ended == -signal.SIGKILL
    assert (died.state, died.attempts) == (JobState.LEASED, 1)
    assert (stories.job_of(services, job_id).state, stories.job_of(services, job_id).attempts) == (JobState.DONE, 2)
    assert stories.state_of(services, submission_id) is stories.AFTER[kind]
    assert history.problems(services, receipts=stories.receipts(kind, submission_id)) == []


@POSTGRESQL
@pytest.mark.parametrize("kind", [JobKind.INSPECT, JobKind.PUBLISH, JobKind.PURGE, JobKind.MAIL_WITHDRAWN])
def test_a_worker_killed_after_its_commit_has_done_the_job(kind: JobKind, world: World) -> None:
    services = world.services
    submission_id, job_id = stories.before(kind, world)

    ended = doomed.run(world, job_id, Point(effect="commit", side="after"))
    done = stories.job_of(services, job_id)
    stories.finish_everything(services, world.sandbox)
    history.sweep_strays(services)

    assert ended == -signal.SIGKILL
    assert (done.state, done.attempts) == (JobState.DONE, 1)
    assert stories.job_of(services, job_id) == done
    assert stories.state_of(services, submission_id) is stories.AFTER[kind]
    assert history.problems(services, receipts=[submission_id]) == []


@SQLITE
@pytest.mark.parametrize(
    ("kind", "point"),
    [
        (JobKind.INSPECT, Point(effect="private.put_file", side="after", nth=2)),
        (JobKind.RECUT, Point(effect="private.put_file", side="after", nth=2)),
        (JobKind.CLEAN_SOUND, Point(effect="private.put_file", side="after", nth=1)),
        (JobKind.PUBLISH, Point(effect="gallery.put_file", side="after", nth=7)),
        (JobKind.CAPTION, Point(effect="gallery.put_file", side="after", nth=1)),
        (JobKind.UNPUBLISH, Point(effect="gallery.delete", side="after", nth=1)),
        (JobKind.PURGE, Point(effect="private.delete", side="after", nth=1)),
    ],
    ids=str,
)
def test_files_of_a_killed_attempt_are_never_used_and_are_swept(kind: JobKind, point: Point, world: World) -> None:
    services = world.services
    submission_id, job_id = stories.before(kind, world)

    ended = doomed.run(world, job_id, point)
    stories.wait_for_free_job(services, job_id)
    stories.finish_everything(services, world.sandbox)
    history.sweep_strays(services)

    assert ended == -signal.SIGKILL
    assert stories.job_of(services, job_id).attempts == 2
    assert stories.state_of(services, submission_id) is stories.AFTER[kind]
    assert history.problems(services, receipts=[submission_id]) == []
    assert history.sweep_strays(services) == 0
