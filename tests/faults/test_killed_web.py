"""A web process killed while somebody sends: either there is a receipt and the bytes, or neither."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from intake.actions import housekeeping, submitting
from intake.domain.jobs import JobKind
from intake.domain.states import State
from tests import builders
from tests.faults import history, stories
from tests.faults.gate import Moment, kill_group
from tests.faults.sender import Sender

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.fakes.clock import FakeClock
    from tests.faults.gate import Gate
    from tests.faults.stories import World
    from tests.faults.system import System

SQLITE = pytest.mark.usually("sqlite")
POSTGRESQL = pytest.mark.usually("postgresql")


def settle(world: World, **later: float) -> None:
    """Look after the uploads as the dispatcher will, so much *later*."""
    now = datetime.now(UTC) + timedelta(**later)
    housekeeping.settle_uploads(world.services.engine, world.services.private, now=now)


def send_to_the_dying(sender: Sender, clip: Path) -> None:
    """Send a clip to somebody who will not answer."""
    with suppress(requests.ConnectionError):
        sender.send(clip)


@POSTGRESQL
def test_bytes_that_were_held_when_the_web_died_get_their_receipt_late(
    world: World, system: System, gate: Gate
) -> None:
    services = world.services
    url, _ = system.web()
    gate.trap("PUT", "/original/", moment=Moment.AFTER, act=kill_group)

    send_to_the_dying(Sender(url), world.clips.plain)
    unfinished = stories.only_submission(services)
    settle(world, minutes=1)
    too_early = stories.only_submission(services)
    settle(world, minutes=16)
    stories.finish_everything(services, world.sandbox)

    assert unfinished.state is State.UPLOADING
    assert too_early == unfinished
    assert stories.only_submission(services).state is State.AWAITING_REVIEW
    assert history.problems(services, receipts=[unfinished.id]) == []


@SQLITE
def test_an_upload_whose_bytes_died_with_the_web_is_given_up_and_its_sender_forgotten(
    world: World, system: System, gate: Gate
) -> None:
    services = world.services
    url, _ = system.web()
    gate.trap("PUT", "/original/", moment=Moment.BEFORE, act=kill_group)

    send_to_the_dying(Sender(url), world.clips.plain)
    settle(world, hours=71)
    patient = stories.only_submission(services)
    settle(world, hours=73)
    stories.finish_everything(services, world.sandbox)
    given_up = stories.only_submission(services)

    assert patient.state is State.UPLOADING
    assert given_up.state is State.ABANDONED
    assert (given_up.sender.email, given_up.sender.full_name, given_up.file_name) == ("", "", "")
    assert history.problems(services) == []


@SQLITE
def test_a_web_killed_while_it_receives_leaves_nothing_behind(world: World, system: System, tmp_path: Path) -> None:
    services = world.services
    url, server = system.web()
    sender = Sender(url)
    endless = tmp_path / "big.mp4"
    endless.write_bytes(bytes(64 * 1024 * 1024))
    sending = threading.Thread(target=send_to_the_dying, args=(sender, endless))

    sending.start()
    stories.wait_until(lambda: stories.is_spooling(server.pid), what="the first bytes' arrival")
    server.kill()
    sending.join()
    settle(world, hours=73)
    stories.finish_everything(services, world.sandbox)
    history.sweep_strays(services)

    assert list((services.settings.data_dir / "spool").iterdir()) == []
    assert list(services.private.listing("")) == []
    assert history.problems(services) == []


def test_an_upload_that_never_came_is_given_up_after_three_days(world: World, clock: FakeClock) -> None:
    services = world.services
    upload = builders.an_upload(services)

    clock.advance(hours=71)
    housekeeping.settle_uploads(services.engine, services.private, now=clock())
    patient = stories.state_of(services, upload.submission_id)
    clock.advance(hours=2)
    housekeeping.settle_uploads(services.engine, services.private, now=clock())
    stories.finish_everything(services, None)

    assert patient is State.UPLOADING
    assert history.moves_of(services, upload.submission_id)[:2] == [State.UPLOADING, State.ABANDONED]
    assert builders.read(services, upload.submission_id).sender.email == ""
    assert history.problems(services) == []


@pytest.mark.parametrize("end", [State.WITHDRAWN, State.ABANDONED])
def test_a_form_sent_again_after_the_end_of_its_submission_makes_a_new_one(end: State, world: World) -> None:
    letter = builders.a_letter(submission_key="one and the same form")
    ended = builders.a_submission(world.services, state=end, letter=letter)

    again = builders.an_upload(world.services, letter)

    assert again.submission_id != ended.id
    assert again.upload_key is not None


@SQLITE
@pytest.mark.parametrize("state", [State.UPLOADING, State.ABANDONED])
def test_a_status_page_speaks_of_a_receipt_only_where_there_is_one(
    state: State, client: FlaskClient, world: World
) -> None:
    _, token = builders.a_receipt(world.services, state=state)

    page = client.get(f"/submissions/{token}?received=1")

    assert "Conserva questo link" not in page.text


def test_bytes_that_come_after_a_withdrawal_are_swept(world: World) -> None:
    services = world.services
    upload = builders.an_upload(services)
    assert upload.upload_key is not None
    stories.withdraw(services, upload.submission_id)
    stories.finish_everything(services, None)

    builders.store(services, upload.upload_key)
    with stories.writing(services.engine) as connection:
        is_received = submitting.finish_upload(
            connection, upload.submission_id, upload.upload_key, now=services.clock()
        )
    history.sweep_strays(services)

    assert not is_received
    assert stories.open_kinds(services) == set[JobKind]()
    assert history.private_keys(services, upload.submission_id) == set()
    assert history.problems(services) == []
