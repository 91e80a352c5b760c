"""Other systems are told of what happens: signed, at least once, for a day, and never where they should not be."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from intake.actions import hooking, jobs, moderating, undoing
from intake.actions.moderating import Outcome
from intake.db import hooks
from intake.db.engine import reading, writing
from intake.db.tables import jobs as rows
from intake.domain.decisions import UNDO_S, Decision
from intake.domain.errors import HookUnavailable
from intake.domain.hooks import HookEvent, HookId, HookTrouble
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from tests import builders
from tests.hook_receiver import receiving
from tests.mail_server import make_certificates
from workers.calling import Caller
from workers.run_job import Worker, run_job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.db.hooks import DeliveryStanding
    from intake.domain.submissions import Submission
    from intake.wiring import Services
    from tests.fakes.clock import FakeClock
    from tests.hook_receiver import Receiver, Told

EVERYTHING = tuple(HookEvent)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def a_hook(services: Services, url: str, events: tuple[HookEvent, ...] = EVERYTHING) -> str:
    with writing(services.engine) as connection:
        return hooking.add_hook(
            connection,
            url,
            events,
            by=builders.MODERATOR,
            now=services.clock(),
            secret_key=services.settings.secret_key,
        )


def deliver(services: Services) -> None:
    """Make every call that waits, due or not."""
    with writing(services.engine) as connection:
        connection.execute(update(rows).values(run_after=0.0))
    for job in builders.open_jobs(services, JobState.READY):
        if job.kind is JobKind.HOOK:
            run_job(Worker(services=services, sandbox=None), job.id)


def listed(services: Services) -> list[DeliveryStanding]:
    with reading(services.engine) as connection:
        return hooks.deliveries(connection, limit=50)


def said(told: Told) -> dict[str, object]:
    message: dict[str, object] = json.loads(told.body)
    return message


def is_signed(told: Told, secret: str) -> bool:
    """What a receiver does, written from the description alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{told.headers['webhook-id']}.{told.headers['webhook-timestamp']}.".encode() + told.body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(told.headers["webhook-signature"], f"v1,{wanted}")


def a_received_clip(services: Services) -> Submission:
    return builders.a_submission(services, state=State.UPLOADED)


class TestACall:
    def test_comes_for_each_event_in_the_words_of_the_description(
        self, services_on_each: Services, receiver: Receiver
    ) -> None:
        services = services_on_each
        a_hook(services, receiver.url)
        clip = builders.a_submission(services, state=State.PUBLISHED)
        builders.withdraw(services, clip.id)

        deliver(services)

        by_revision = sorted((said(told) for told in receiver.told), key=lambda message: message["data"]["revision"])  # type: ignore[index]
        told = [f"submission.{event}" for event in EVERYTHING if event is not HookEvent.TAKEN_DOWN]
        assert [message["type"] for message in by_revision] == told
        assert by_revision[3]["data"] == {
            "submission": clip.id,
            "call": "pistoia2030",
            "state": "published",
            "state_before": "approved",
            "revision": 4,
            "clip": clip.clip_id,
            # It is told late: nobody is led to what was taken back.
            "clip_url": None,
        }

    def test_leads_to_the_clip_while_it_is_public(self, services_on_each: Services, receiver: Receiver) -> None:
        a_hook(services_on_each, receiver.url, (HookEvent.PUBLISHED,))
        clip = builders.a_submission(services_on_each, state=State.PUBLISHED)

        deliver(services_on_each)

        [told] = receiver.told
        assert said(told)["data"]["clip_url"] == f"http://localhost/gallery/pistoia2030/{clip.clip_id}"  # type: ignore[index]

    @pytest.mark.parametrize("wish", [HookEvent.PUBLISHED, HookEvent.TAKEN_DOWN])
    def test_tells_of_a_clip_that_was_taken_down_and_not_that_it_waits(
        self, services_on_each: Services, receiver: Receiver, wish: HookEvent
    ) -> None:
        services = services_on_each
        clip = builders.a_submission(services, state=State.PUBLISHED)
        a_hook(services, receiver.url, (wish, HookEvent.READY_FOR_REVIEW))
        with writing(services.engine) as connection:
            moderating.take_down(connection, clip.id, moderator=builders.MODERATOR, note="x", now=services.clock())

        deliver(services)

        [told] = receiver.told
        assert (said(told)["type"], said(told)["data"]["state_before"]) == (  # type: ignore[index]
            "submission.taken_down",
            "published",
        )

    def test_does_not_tell_anew_of_a_clip_whose_decision_was_undone(
        self, services_on_each: Services, receiver: Receiver
    ) -> None:
        services = services_on_each
        clip = builders.a_submission(services)
        a_hook(services, receiver.url, (HookEvent.READY_FOR_REVIEW,))
        ruling = builders.a_ruling(clip, moderating.Decision.DECLINE, wait_s=UNDO_S)
        with writing(services.engine) as connection:
            moderating.decide(connection, clip.id, ruling, now=services.clock())
            revision = clip.revision + 1
            assert undoing.undo(connection, clip.id, revision, moderator=builders.MODERATOR, now=services.clock())

        deliver(services)

        assert receiver.told == []

    def test_says_nothing_about_a_person(self, services_on_each: Services, receiver: Receiver) -> None:
        a_hook(services_on_each, receiver.url)
        clip = builders.a_submission(services_on_each, state=State.PUBLISHED)

        deliver(services_on_each)

        everything = b" ".join(told.body for told in receiver.told).decode()
        sender = clip.sender
        words = (sender.given_name, sender.family_name, sender.email, sender.organisation, builders.MODERATOR)
        assert [word for word in words if word in everything] == []

    def test_is_signed_with_the_secret_that_was_shown(self, services_on_each: Services, receiver: Receiver) -> None:
        secret = a_hook(services_on_each, receiver.url)
        a_received_clip(services_on_each)

        deliver(services_on_each)

        [told] = receiver.told
        assert is_signed(told, secret)
        assert not is_signed(replace(told, body=told.body + b" "), secret)
        assert told.path == "/avvisi?da=noi"
        assert told.headers["host"] == f"127.0.0.1:{receiver.port}"

    def test_comes_only_for_events_that_were_asked_for(self, services_on_each: Services, receiver: Receiver) -> None:
        a_hook(services_on_each, receiver.url, (HookEvent.DECIDED,))
        builders.a_submission(services_on_each, state=State.DECLINED)

        deliver(services_on_each)

        assert [said(told)["type"] for told in receiver.told] == ["submission.decided"]

    def test_that_was_answered_is_listed_as_delivered(self, services_on_each: Services, receiver: Receiver) -> None:
        a_hook(services_on_each, receiver.url)
        a_received_clip(services_on_each)

        deliver(services_on_each)

        [standing] = listed(services_on_each)
        assert (standing.state, standing.delivery.delivered_at) == (JobState.DONE, services_on_each.clock())


class TestAReceiverThatDoesNotAnswerWell:
    @pytest.mark.parametrize("status", [500, 404, 302])
    def test_is_tried_again_and_costs_no_attempt(
        self, services_on_each: Services, receiver: Receiver, clock: FakeClock, status: int
    ) -> None:
        receiver.status, receiver.location = status, receiver.url
        a_hook(services_on_each, receiver.url)
        a_received_clip(services_on_each)
        deliver(services_on_each)
        [waiting] = listed(services_on_each)
        receiver.status = 200
        clock.advance(minutes=1)

        deliver(services_on_each)

        after = listed(services_on_each)[0].delivery
        assert (waiting.state, waiting.delivery.trouble, waiting.delivery.answer) == (
            JobState.READY,
            HookTrouble.NOT_WELL,
            status,
        )
        assert (after.trouble, after.answer) == (None, None)
        assert len(receiver.told) == 2
        assert receiver.told[0].headers["webhook-id"] == receiver.told[1].headers["webhook-id"]

    def test_is_left_alone_for_a_minute(self, services_on_each: Services, receiver: Receiver) -> None:
        receiver.status = 500
        a_hook(services_on_each, receiver.url)
        a_received_clip(services_on_each)
        a_received_clip(services_on_each)

        deliver(services_on_each)

        assert len(receiver.told) == 1
        assert {standing.state for standing in listed(services_on_each)} == {JobState.READY}
        assert {standing.delivery.trouble for standing in listed(services_on_each)} == {
            HookTrouble.NOT_WELL,
            HookTrouble.RESTING,
        }

    def test_is_given_up_after_a_day_and_can_be_called_again(
        self, services_on_each: Services, receiver: Receiver, clock: FakeClock
    ) -> None:
        receiver.status = 500
        a_hook(services_on_each, receiver.url)
        a_received_clip(services_on_each)
        clock.advance(days=1)
        deliver(services_on_each)
        [dead] = listed(services_on_each)
        receiver.status = 200
        clock.advance(minutes=2)

        with writing(services_on_each.engine) as connection:
            is_asked = hooking.replay(connection, dead.delivery.id, now=clock())
        deliver(services_on_each)

        assert (dead.state, is_asked, listed(services_on_each)[0].state) == (JobState.DEAD, True, JobState.DONE)

    def test_that_is_nowhere_is_tried_again(self, services_on_each: Services) -> None:
        a_hook(services_on_each, "http://127.0.0.1:9/nowhere")
        a_received_clip(services_on_each)

        deliver(services_on_each)

        [standing] = listed(services_on_each)
        assert (standing.state, standing.delivery.trouble) == (JobState.READY, HookTrouble.NO_ANSWER)


class TestAHookThatWasRemoved:
    def test_is_told_nothing_more(self, services_on_each: Services, receiver: Receiver) -> None:
        a_hook(services_on_each, receiver.url)
        a_received_clip(services_on_each)
        with writing(services_on_each.engine) as connection:
            hooking.remove_hook(connection, HookId(1), now=services_on_each.clock())
        a_received_clip(services_on_each)

        deliver(services_on_each)

        assert receiver.told == []
        [standing] = listed(services_on_each)
        assert (standing.state, standing.delivery.trouble) == (JobState.DEAD, HookTrouble.REMOVED)


def test_a_worker_lost_after_the_yes_calls_again_under_the_same_id(
    services_on_each: Services, receiver: Receiver
) -> None:
    services = services_on_each
    a_hook(services, receiver.url)
    a_received_clip(services)
    receiver.on_told = lambda: lose_the_leases(services)
    deliver(services)
    [lost] = listed(services)
    receiver.on_told = None

    deliver(services)

    first, again = receiver.told
    assert (lost.state, lost.delivery.delivered_at) == (JobState.READY, None)
    assert first.headers["webhook-id"] == again.headers["webhook-id"] == lost.delivery.id
    assert first.body == again.body
    assert listed(services)[0].state is JobState.DONE


def lose_the_leases(services: Services) -> None:
    """What the dispatcher does with a job whose worker was killed."""
    with writing(services.engine) as connection:
        connection.execute(update(rows).where(rows.c.state == JobState.LEASED).values(lease_until=0.0))
        jobs.expire_leases(connection)


class TestWhereWeCall:
    def test_over_tls_only_who_proves_their_name(self, tmp_path: Path) -> None:
        certificates = make_certificates(tmp_path)
        with receiving(tls=certificates.server) as receiver:
            url = receiver.url.replace("http://", "https://")

            status = Caller(is_at_home=True, trusted=certificates.client).post(url, b"{}", {})
            with pytest.raises(HookUnavailable, match="bad_certificate"):
                Caller(is_at_home=True).post(url, b"{}", {})

        assert (status, len(receiver.told)) == (204, 1)

    @pytest.mark.parametrize(
        "url", ["https://localhost/x", "https://127.0.0.1/x", "http://example.org/x", "https://[::ffff:10.0.0.1]/x"]
    )
    def test_out_on_the_internet_never_to_a_neighbour(self, url: str) -> None:
        with pytest.raises(HookUnavailable, match="bad_address"):
            Caller(is_at_home=False).post(url, b"{}", {})

    def test_never_to_a_name_that_leads_to_a_neighbour(self) -> None:
        # The resolver answers 127.0.0.1 for every name that is spelled as that number.
        with pytest.raises(HookUnavailable, match="private_network"):
            Caller(is_at_home=False).post("https://0x7f.1/x", b"{}", {})

    def test_for_a_few_seconds_however_slowly_it_answers(self, receiver: Receiver) -> None:
        receiver.drips = True

        with pytest.raises(HookUnavailable, match="too_slow"):
            Caller(is_at_home=True, deadline_s=0.5).post(receiver.url, b"{}", {})

    def test_for_a_few_seconds_however_long_its_name_is_looked_up(self, receiver: Receiver) -> None:
        def look_up(*_: object, **__: object) -> list[tuple[Any, ...]]:
            receiver.released.wait()
            return []

        with pytest.raises(HookUnavailable, match="too_slow"):
            Caller(is_at_home=True, deadline_s=0.2, look_up=look_up).post(receiver.url, b"{}", {})

    def test_nobody_whose_name_leads_nowhere(self) -> None:
        with pytest.raises(HookUnavailable, match="no_such_name"):
            Caller(is_at_home=True, look_up=lambda *_, **__: []).post("https://example.org/x", b"{}", {})


class TestADecisionThatCanBeUndone:
    def test_is_told_when_it_cannot_be_any_more(self, services_on_each: Services, receiver: Receiver) -> None:
        a_hook(services_on_each, receiver.url, (HookEvent.DECIDED,))

        decide(services_on_each)

        [call] = [job for job in builders.open_jobs(services_on_each) if job.kind is JobKind.HOOK]
        run_job(Worker(services=services_on_each, sandbox=None), call.id)
        assert receiver.told == []
        deliver(services_on_each)
        assert [said(told)["type"] for told in receiver.told] == ["submission.decided"]

    def test_is_told_to_nobody_once_it_is_undone(self, services_on_each: Services, receiver: Receiver) -> None:
        a_hook(services_on_each, receiver.url, (HookEvent.DECIDED, HookEvent.READY_FOR_REVIEW))
        decided = decide(services_on_each)

        is_undone = undo(services_on_each, decided)
        deliver(services_on_each)

        assert is_undone
        assert [said(told)["type"] for told in receiver.told] == ["submission.ready_for_review"]
        assert len(listed(services_on_each)) == 1

    def test_stands_once_somebody_was_told(self, services_on_each: Services, receiver: Receiver) -> None:
        receiver.status = 500
        a_hook(services_on_each, receiver.url, (HookEvent.DECIDED,))
        decided = decide(services_on_each)
        deliver(services_on_each)

        is_undone = undo(services_on_each, decided)

        assert not is_undone
        assert builders.read(services_on_each, decided.id).state is State.DECLINED
        kinds = {job.kind for job in builders.open_jobs(services_on_each)}
        assert {JobKind.HOOK, JobKind.MAIL_VERDICT} <= kinds


def decide(services: Services) -> Submission:
    """Decline a clip, as long before as it can be undone."""
    seen = builders.a_submission(services)
    with writing(services.engine) as connection:
        ruling = builders.a_ruling(seen, Decision.DECLINE, wait_s=UNDO_S)
        assert moderating.decide(connection, seen.id, ruling, now=services.clock()) is Outcome.DONE
    return builders.read(services, seen.id)


def undo(services: Services, decided: Submission) -> bool:
    with writing(services.engine) as connection:
        return undoing.undo(
            connection, decided.id, decided.revision, moderator=builders.MODERATOR, now=services.clock()
        )
