"""What Prometheus is told, and who else is: each answer to a question that an operator asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.desk_rows import fill
from intake.actions import counting, heartbeats, housekeeping, jobs, judging, tallying
from intake.app import create_app
from intake.db.engine import make_engine, writing
from intake.domain.jobs import JOB_RULES, JobKind, Queue
from intake.domain.states import State
from tests.builders import TOO_SHORT, a_receipt, a_submission, an_inspection, take_job
from tests.plans import asked, reads_through

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy import Connection

    from intake.wiring import Services
    from tests.fakes.clock import FakeClock

TOKEN = "a token for the monitoring"


@pytest.fixture
def client(services_on_each: Services) -> FlaskClient:
    return create_app(services_on_each).test_client()


def a_client(services: Services, **settings: object) -> FlaskClient:
    """A browser at a service with other settings."""
    changed = replace(services.settings, **settings)  # type: ignore[arg-type]
    return create_app(replace(services, settings=changed)).test_client()


def told(client: FlaskClient, services: Services | None = None) -> dict[str, float]:
    """Every number, by its name and labels; what happened is added up before."""
    if services is not None:
        tallying.add_up_marks(services.engine)
    families = text_string_to_metric_families(client.get("/_metrics").text)
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in families
        for sample in family.samples
    }


def die_after(services: Services, work: Callable[[Connection], object]) -> None:
    """Do something in a transaction and be gone before it ends."""
    with writing(services.engine) as connection:
        work(connection)
        raise ConnectionError


class TestWhoIsTold:
    @pytest.fixture
    def services_on_each(self, services: Services) -> Services:
        return services

    def test_whoever_sits_here_in_prometheus_s_own_words(self, client: FlaskClient) -> None:
        assert client.get("/_metrics").content_type.startswith("text/plain; version=")

    @pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "Via"])
    def test_nobody_who_came_through_a_proxy(self, client: FlaskClient, name: str) -> None:
        assert client.get("/_metrics", headers={name: "203.0.113.9"}).status_code == 404

    def test_no_stranger_where_the_service_is_public(self, services: Services) -> None:
        assert a_client(services, public_url="https://video.example.org").get("/_metrics").status_code == 404

    def test_whoever_bears_the_token_through_a_proxy_too(self, services: Services) -> None:
        client = a_client(services, public_url="https://video.example.org", metrics_token=TOKEN)

        answer = client.get("/_metrics", headers={"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"})

        assert "intake_free_bytes" in answer.text

    @pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"bearer{TOKEN}"])
    def test_nobody_who_bears_another(self, services: Services, authorization: str) -> None:
        client = a_client(services, public_url="https://video.example.org", metrics_token=TOKEN)

        assert client.get("/_metrics", headers={"Authorization": authorization}).status_code == 404


def test_how_long_a_verdict_took_and_why_it_was_no(
    client: FlaskClient, services_on_each: Services, clock: FakeClock
) -> None:
    submission_id, _ = a_receipt(services_on_each)
    clock.advance(seconds=12)

    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission_id, JobKind.INSPECT)
        assert jobs.finish(connection, job)
        found = an_inspection(job, checks=(TOO_SHORT,), has_review=False)
        assert judging.record_inspection(connection, job, found, now=clock())
    numbers = told(client, services_on_each)

    assert numbers["intake_verdict_seconds_bucket['10.0']"] == 0
    assert numbers["intake_verdict_seconds_bucket['15.0']"] == 1
    assert numbers["intake_verdict_seconds_sum[]"] == 12
    assert numbers["intake_refusals_total['duration']"] == 1
    assert numbers["intake_submission_moves_total['refused']"] == 1
    assert numbers["intake_job_attempts_count['inspect']"] == 1
    assert numbers["intake_job_wait_seconds_count['quick']"] == 1


def test_what_was_rolled_back_was_never_told_of(client: FlaskClient, services_on_each: Services) -> None:
    submission_id, _ = a_receipt(services_on_each)

    with pytest.raises(ConnectionError):
        die_after(services_on_each, lambda connection: take_job(connection, submission_id, JobKind.INSPECT))

    assert told(client, services_on_each)["intake_job_wait_seconds_count['quick']"] == 0


def test_whoever_adds_up_and_is_killed_half_way_loses_and_doubles_nothing(
    client: FlaskClient, services_on_each: Services
) -> None:
    a_submission(services_on_each, state=State.AWAITING_REVIEW)

    with pytest.raises(ConnectionError):
        die_after(services_on_each, tallying.add_up_some)
    numbers = [told(client, services_on_each) for _ in range(2)]

    assert [each["intake_submission_moves_total['awaiting_review']"] for each in numbers] == [1, 1]


def test_how_many_rest_where_and_for_how_long(
    client: FlaskClient, services_on_each: Services, clock: FakeClock
) -> None:
    a_submission(services_on_each, state=State.AWAITING_REVIEW)
    a_submission(services_on_each, state=State.PUBLISHED)
    counting.count_weeks(services_on_each.engine)
    clock.advance(hours=5)

    numbers = told(client)

    assert numbers["intake_submissions['awaiting_review']"] == 1
    assert numbers["intake_submissions['published']"] == 1
    assert numbers["intake_submissions['declined']"] == 0
    assert numbers["intake_submission_oldest_seconds['awaiting_review']"] == 5 * 3600


def test_mails_that_wait_for_a_server_are_seen_however_often_they_were_tried(
    client: FlaskClient, services_on_each: Services
) -> None:
    submission_id, _ = a_receipt(services_on_each)
    with writing(services_on_each.engine) as connection:
        job = take_job(connection, submission_id, JobKind.MAIL_RECEIPT)
        assert jobs.put_back(connection, job, "MailUnavailable: no answer")

    numbers = told(client, services_on_each)

    assert numbers["intake_jobs['mail_receipt', 'postponed', 'quick']"] == 1
    assert numbers["intake_jobs_put_back_total['mail_receipt']"] == 1
    assert numbers["intake_job_oldest_due_seconds['mail_receipt', 'quick']"] == 0
    assert numbers["intake_job_oldest_open_seconds['mail_receipt', 'quick']"] > 0


def test_messages_that_nobody_took_and_workers_that_went_silent_are_nudges(
    client: FlaskClient, services_on_each: Services, clock: FakeClock
) -> None:
    a_receipt(services_on_each)
    kinds = [kind for kind, rule in JOB_RULES.items() if rule.queue is Queue.QUICK]
    with writing(services_on_each.engine) as connection:
        due = jobs.due(connection, kinds, hint_again_s=0, limit=10)
        jobs.mark_hinted(connection, due)
        jobs.mark_hinted(connection, due)
        claimed = [jobs.claim(connection, job_id, lease_s=-1) for job_id in due]
        housekeeping.expire_leases(connection, now=clock())

    numbers = told(client, services_on_each)

    assert None not in claimed
    assert numbers["intake_nudges_total['hint_repeated']"] == len(due) == 2
    assert numbers["intake_nudges_total['lease_expired']"] == len(due)


def test_who_lives_and_behind_which_walls(client: FlaskClient, services_on_each: Services) -> None:
    with writing(services_on_each.engine) as connection:
        heartbeats.beat(connection, heartbeats.DISPATCHER, {"redis": False})
        heartbeats.beat(connection, heartbeats.worker(Queue.QUICK), {"sandbox": "landlock"})

    numbers = told(client)

    assert numbers["intake_sandbox_info['landlock', 'worker-quick']"] == 1
    assert numbers["intake_heartbeat_age_seconds['dispatcher']"] < heartbeats.SILENT_AFTER_S
    assert (numbers["intake_part_up['dispatcher']"], numbers["intake_part_up['redis']"]) == (1, 0)


def test_a_bucket_that_is_away_is_told_of_and_hides_nothing(client: FlaskClient, services_on_each: Services) -> None:
    before = told(client)
    services_on_each.private.is_down = True  # type: ignore[attr-defined] # a bucket in memory

    numbers = told(client)

    assert (before["intake_part_up['bucket']"], numbers["intake_part_up['bucket']"]) == (1, 0)
    assert numbers.keys() >= before.keys()


def test_a_database_that_is_away_is_told_of_too(services_on_each: Services, tmp_path: Path) -> None:
    gone = make_engine(f"sqlite:///{tmp_path}/not/there.db")

    numbers = told(create_app(replace(services_on_each, engine=gone)).test_client())

    assert numbers["intake_part_up['database']"] == 0
    assert numbers["intake_free_bytes[]"] > 0


def test_requests_are_told_apart_by_route_and_no_address_is_told(client: FlaskClient) -> None:
    client.get("/submissions/a-token-that-is-nobody-s")
    client.open("/nowhere", method="BREW")

    numbers = told(client)
    text = client.get("/_metrics").text

    assert numbers["intake_http_requests_total['/submissions/<token>', '404', 'GET']"] == 1
    assert numbers["intake_http_requests_total['404', 'other', 'other']"] == 1
    assert numbers["intake_http_request_seconds_count['/submissions/<token>']"] == 1
    assert "a-token-that" not in text
    assert "BREW" not in text


def test_no_table_that_grows_is_read_from_end_to_end(client: FlaskClient, services_on_each: Services) -> None:
    fill(services_on_each.engine, 300)

    with asked(services_on_each) as statements:
        told(client)

    assert len(statements) > 5
    assert [line for statement in statements for line in reads_through(services_on_each, *statement)] == []
