"""The lease, on both databases: one claims, the rest find nothing; what is lost comes back; the fence holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from intake.actions import jobs
from intake.db import backlog
from intake.db.engine import database_now_s, reading, writing
from intake.db.tables import jobs as rows
from intake.domain.jobs import JobKind, JobState, Progress
from intake.domain.states import State
from tests.builders import a_submission, open_jobs, open_work
from tests.servers import wait_until
from workers.run_job import LeaseKeeper

if TYPE_CHECKING:
    from intake.domain.submissions import Job
    from intake.wiring import Services

INSPECT = (JobKind.INSPECT,)
HALF = Progress(percent=50, remaining_s=30)


@pytest.fixture
def job(services_on_each: Services) -> Job:
    """A clip that waits to be inspected."""
    a_submission(services_on_each, state=State.UPLOADED)
    return open_work(services_on_each)[0]


def claim(services: Services, job: Job, *, lease_s: float = 60) -> Job | None:
    with writing(services.engine) as connection:
        return jobs.claim(connection, job.id, lease_s=lease_s)


def let_lease_expire(services: Services, job: Job) -> None:
    with writing(services.engine) as connection:
        connection.execute(update(rows).where(rows.c.id == job.id).values(lease_until=database_now_s() - 1))


def make_due(services: Services, job: Job) -> None:
    with writing(services.engine) as connection:
        connection.execute(update(rows).where(rows.c.id == job.id).values(run_after=database_now_s() - 1))


def now(services: Services, job: Job) -> Job:
    with reading(services.engine) as connection:
        return backlog.job_by_id(connection, job.id)


def shown(services: Services, job: Job) -> Progress | None:
    with reading(services.engine) as connection:
        return backlog.work_on(connection, job.submission_id).progress


def show(services: Services, job: Job | None) -> bool:
    assert job is not None
    with writing(services.engine) as connection:
        return jobs.show_progress(connection, job, HALF)


def test_of_twenty_workers_one_gets_the_job(services_on_each: Services, job: Job) -> None:
    with ThreadPoolExecutor(20) as pool:
        claims = list(pool.map(lambda _: claim(services_on_each, job), range(20)))

    won = [claimed for claimed in claims if claimed is not None]
    assert len(won) == 1
    assert won[0].attempts == 1


def test_a_lost_lease_is_claimed_by_the_next(services_on_each: Services, job: Job) -> None:
    first = claim(services_on_each, job)
    let_lease_expire(services_on_each, job)

    second = claim(services_on_each, job)

    assert first is not None
    assert second is not None
    assert second.token != first.token
    assert second.attempts == 2


def test_only_the_holder_renews_and_finishes(services_on_each: Services, job: Job) -> None:
    first = claim(services_on_each, job)
    let_lease_expire(services_on_each, job)
    second = claim(services_on_each, job)
    assert first is not None
    assert second is not None

    with writing(services_on_each.engine) as connection:
        renewed = [jobs.renew(connection, holder, lease_s=60) for holder in (first, second)]
        finished = [jobs.finish(connection, holder) for holder in (first, second)]

    assert renewed == [False, True]
    assert finished == [False, True]
    assert now(services_on_each, job).state is JobState.DONE


def test_a_failed_job_waits_and_dies_after_its_last_try(services_on_each: Services, job: Job) -> None:
    for _ in range(3):
        make_due(services_on_each, job)
        held = claim(services_on_each, job)
        assert held is not None
        with writing(services_on_each.engine) as connection:
            jobs.fail(connection, held, "it broke")

    dead = now(services_on_each, job)
    assert (dead.state, dead.attempts, dead.last_error) == (JobState.DEAD, 3, "it broke")
    assert claim(services_on_each, job) is None


def test_what_failed_is_not_due_at_once(services_on_each: Services, job: Job) -> None:
    held = claim(services_on_each, job)
    assert held is not None

    with writing(services_on_each.engine) as connection:
        jobs.fail(connection, held, "it broke")

    assert claim(services_on_each, job) is None


def test_a_job_put_back_has_lost_no_try(services_on_each: Services, job: Job) -> None:
    held = claim(services_on_each, job)
    assert held is not None

    with writing(services_on_each.engine) as connection:
        jobs.put_back(connection, held, "the bucket is down")

    waiting = now(services_on_each, job)
    assert (waiting.state, waiting.attempts) == (JobState.READY, 0)
    assert claim(services_on_each, job) is None


def test_a_silent_worker_frees_its_job_and_kills_it_in_the_end(services_on_each: Services, job: Job) -> None:
    dead_by_round = []
    for _ in range(3):
        assert claim(services_on_each, job) is not None
        let_lease_expire(services_on_each, job)
        with writing(services_on_each.engine) as connection:
            dead_by_round.append([dead.id for dead in jobs.expire_leases(connection)])

    assert dead_by_round == [[], [], [job.id]]
    assert now(services_on_each, job).state is JobState.DEAD


def test_a_live_lease_is_left_alone(services_on_each: Services, job: Job) -> None:
    held = claim(services_on_each, job)

    with writing(services_on_each.engine) as connection:
        dead = jobs.expire_leases(connection)

    assert dead == []
    assert held is not None
    assert now(services_on_each, job).token == held.token


def test_workers_are_told_once_and_again_after_a_while(services_on_each: Services, job: Job) -> None:
    with writing(services_on_each.engine) as connection:
        first = jobs.due(connection, INSPECT, hint_again_s=60, limit=10)
        jobs.mark_hinted(connection, first)
        soon = jobs.due(connection, INSPECT, hint_again_s=60, limit=10)
        connection.execute(update(rows).values(hinted_at=database_now_s() - 61))
        later = jobs.due(connection, INSPECT, hint_again_s=60, limit=10)

    assert (first, soon, later) == ([job.id], [], [job.id])


def test_the_oldest_are_told_of_first_and_no_more_than_the_limit(services_on_each: Services) -> None:
    for _ in range(3):
        a_submission(services_on_each, state=State.UPLOADED)
    ids = [job.id for job in open_work(services_on_each)]

    with reading(services_on_each.engine) as connection:
        told = jobs.due(connection, INSPECT, hint_again_s=60, limit=2)

    assert told == ids[:2]


def test_the_longest_due_is_told_of_first_whatever_its_kind(services_on_each: Services) -> None:
    a_submission(services_on_each, state=State.UPLOADED)
    inspect, receipt = open_jobs(services_on_each)
    with writing(services_on_each.engine) as connection:
        connection.execute(update(rows).where(rows.c.id == inspect.id).values(run_after=rows.c.run_after - 1))
        connection.execute(update(rows).where(rows.c.id == receipt.id).values(run_after=rows.c.run_after - 2))

        told = jobs.due(connection, JobKind, hint_again_s=60, limit=10)

    assert told == [receipt.id, inspect.id]


def test_a_dead_job_can_be_given_its_tries_again(services_on_each: Services, job: Job) -> None:
    with writing(services_on_each.engine) as connection:
        connection.execute(update(rows).values(state=JobState.DEAD, attempts=3))

        revived = jobs.revive(connection, job.id)
        again = jobs.revive(connection, job.id)

    assert revived is not None
    assert (revived.state, revived.attempts) == (JobState.READY, 0)
    assert again is None


def test_the_holder_says_how_far_it_is(services_on_each: Services, job: Job) -> None:
    held = claim(services_on_each, job)

    before, is_mine = shown(services_on_each, job), show(services_on_each, held)

    assert (before, is_mine, shown(services_on_each, job)) == (None, True, HALF)


def test_how_far_a_dead_worker_was_is_shown_to_nobody(services_on_each: Services, job: Job) -> None:
    first = claim(services_on_each, job)
    show(services_on_each, first)

    let_lease_expire(services_on_each, job)
    orphaned = shown(services_on_each, job)
    claim(services_on_each, job)
    taken_over = shown(services_on_each, job)
    says_the_first = show(services_on_each, first)

    assert (orphaned, taken_over, says_the_first, shown(services_on_each, job)) == (None, None, False, None)


@pytest.mark.parametrize("end", ["fail", "put_back", "sweep"])
def test_a_job_that_is_free_again_begins_anew(services_on_each: Services, job: Job, end: str) -> None:
    held = claim(services_on_each, job)
    assert held is not None
    show(services_on_each, held)

    with writing(services_on_each.engine) as connection:
        match end:
            case "fail":
                jobs.fail(connection, held, "it broke")
            case "put_back":
                jobs.put_back(connection, held, "the bucket is down")
            case _:
                jobs.renew(connection, held, lease_s=-1)
                jobs.expire_leases(connection)
        row = connection.execute(select(rows).where(rows.c.id == job.id)).one()

    assert (row.state, row.progress_percent, row.progress_remaining_s) == (JobState.READY, None, None)


def test_what_a_step_tells_is_on_the_row_while_it_works(services_on_each: Services, job: Job) -> None:
    held = claim(services_on_each, job)
    assert held is not None

    with LeaseKeeper(services_on_each, held) as lease:
        lease.tell_progress(HALF)
        wait_until(lambda: shown(services_on_each, job) == HALF, what="the row's progress")

    assert not lease.lost.is_set()


def test_a_step_that_tells_of_a_job_it_lost_is_stopped(services_on_each: Services, job: Job) -> None:
    held = claim(services_on_each, job)
    let_lease_expire(services_on_each, job)
    claim(services_on_each, job)
    assert held is not None

    with LeaseKeeper(services_on_each, held) as lease:
        lease.tell_progress(HALF)
        wait_until(lease.lost.is_set, what="the loss")

    assert shown(services_on_each, job) is None
