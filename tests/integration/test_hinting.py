"""Workers are told of a job once: again only when what they were told is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import redis
from kombu.exceptions import OperationalError
from sqlalchemy import update

from intake.db.engine import writing
from intake.db.tables import jobs as rows
from intake.domain.states import State
from tests import builders
from workers.broker import make_celery
from workers.dispatcher import REPEATED_AFTER_LEASES, Dispatcher

if TYPE_CHECKING:
    from celery import Celery
    from kombu import Connection

    from intake.wiring import Services
    from tests.servers import Server


@pytest.fixture
def messages(redis_server: tuple[str, Server]) -> redis.Redis:
    """What waits for workers, of whom there are none."""
    return redis.Redis.from_url(redis_server[0])


@pytest.fixture
def dispatcher(services_on_each: Services, redis_server: tuple[str, Server]) -> Dispatcher:
    """It has told of the two jobs of a clip that came in: its verdict and its receipt."""
    builders.a_submission(services_on_each, state=State.UPLOADED)
    dispatcher = Dispatcher(services=services_on_each, celery=make_celery(redis_server[0]))
    dispatcher.hint()
    return dispatcher


class LosesItsLine:
    """A Celery object whose second message finds no Redis."""

    def __init__(self, celery: Celery) -> None:
        self.pool = celery.pool
        self._celery, self._sent = celery, 0

    def send_task(self, *task: Any, **options: Any) -> None:  # noqa: ANN401 - whatever Celery's takes
        self._sent += 1
        if self._sent == 2:
            raise OperationalError("Redis is gone")
        self._celery.send_task(*task, **options)

    def connection_for_write(self) -> Connection:
        return self._celery.connection_for_write()


def let_pass(services: Services, *, leases: int) -> None:
    seconds = leases * services.settings.lease_s
    with writing(services.engine) as connection:
        connection.execute(update(rows).values(hinted_at=rows.c.hinted_at - seconds))


def test_what_busy_workers_have_not_taken_yet_is_not_told_again(
    dispatcher: Dispatcher, services_on_each: Services, messages: redis.Redis
) -> None:
    let_pass(services_on_each, leases=2)

    dispatcher.hint()

    assert messages.llen("quick") == 2


def test_of_a_job_that_came_since_they_are_told(
    dispatcher: Dispatcher, services_on_each: Services, messages: redis.Redis
) -> None:
    builders.a_submission(services_on_each, state=State.UPLOADED)

    dispatcher.hint()

    assert messages.llen("quick") == 4


def test_where_no_message_is_left_they_are_told_again(
    dispatcher: Dispatcher, services_on_each: Services, messages: redis.Redis
) -> None:
    messages.flushall()
    dispatcher.hint()
    told_at_once = messages.llen("quick")
    let_pass(services_on_each, leases=2)

    dispatcher.hint()

    assert (told_at_once, messages.llen("quick")) == (0, 2)


def test_a_message_that_is_lost_among_others_is_sent_again_in_the_end(
    dispatcher: Dispatcher, services_on_each: Services, messages: redis.Redis
) -> None:
    messages.lpop("quick")
    let_pass(services_on_each, leases=REPEATED_AFTER_LEASES + 1)

    dispatcher.hint()

    assert messages.llen("quick") == 3


def test_a_line_that_is_lost_between_two_messages_costs_the_second_one_a_beat(
    services_on_each: Services, redis_server: tuple[str, Server], messages: redis.Redis
) -> None:
    builders.a_submission(services_on_each, state=State.UPLOADED)
    dispatcher = Dispatcher(services=services_on_each, celery=LosesItsLine(make_celery(redis_server[0])))

    dispatcher.hint()
    dispatcher.hint()
    told_while_it_was_gone = messages.llen("quick")
    dispatcher.beat()
    dispatcher.hint()
    dispatcher.hint()

    assert (told_while_it_was_gone, messages.llen("quick")) == (1, 2)
