"""A web process killed in every gap of an upload in parts: the sender goes on, or the sweep finishes or cleans up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from intake.actions import housekeeping
from intake.domain.states import State
from intake.storage import keys
from tests.faults import history, stories
from tests.faults.gate import Moment, kill_group, refuse
from tests.faults.program import Program

if TYPE_CHECKING:
    from intake.domain.submissions import UploadId
    from tests.faults.gate import Gate
    from tests.faults.stories import World
    from tests.faults.system import System

SQLITE = pytest.mark.usually("sqlite")
POSTGRESQL = pytest.mark.usually("postgresql")

OPENING = ("POST", r"\?uploads")
COMPLETING = ("POST", r"\?uploadId=")
ABORTING = ("DELETE", r"\?uploadId=")
TRIES = 3
"""How often the storage's client asks before it gives up."""


@pytest.fixture
def program(world: World, system: System) -> Program:
    """A program whose submission is saved and whose file is awaited."""
    program = Program(system.web()[0], world.clips.plain)
    program.announces()
    return program


def settle(world: World, **later: float) -> None:
    """Look after the uploads as the dispatcher will, so much *later*."""
    now = datetime.now(UTC) + timedelta(**later)
    housekeeping.settle_uploads(world.services.engine, world.services.private, now=now)


def open_uploads(world: World) -> list[UploadId]:
    return [upload.upload_id for upload in world.services.private.open_uploads(keys.PRIVATE_ROOT)]


def is_received_and_judged(world: World) -> bool:
    """Whether the clip goes its way from here as any other, and nothing of the upload is left."""
    stories.finish_everything(world.services, world.sandbox)
    history.sweep_strays(world.services)
    submission = stories.only_submission(world.services)
    told = history.problems(world.services, receipts=[submission.id])
    return (submission.state, told, open_uploads(world)) == (State.AWAITING_REVIEW, [], [])


@SQLITE
def test_an_upload_opened_and_never_written_down_is_aborted(
    world: World, system: System, gate: Gate, program: Program
) -> None:
    gate.trap(*OPENING, moment=Moment.AFTER, act=kill_group)

    program.tries("signs")
    orphans = open_uploads(world)
    unfinished = stories.only_submission(world.services)
    program.url, _ = system.web()
    program.puts()
    program.completes()

    assert (len(orphans), unfinished.upload_id) == (1, None)
    assert open_uploads(world) == orphans
    assert is_received_and_judged(world)


@POSTGRESQL
@pytest.mark.parametrize("moment", list(Moment))
def test_a_receipt_asked_for_again_after_a_death_at_putting_together(
    world: World, system: System, gate: Gate, program: Program, moment: Moment
) -> None:
    program.puts()
    gate.trap(*COMPLETING, moment=moment, act=kill_group)

    program.tries("completes")
    unfinished = stories.only_submission(world.services)
    program.url, _ = system.web()
    arrived = program.arrived()
    receipt = program.completes()

    assert (unfinished.state, arrived) == (State.UPLOADING, [1])
    assert receipt["state"] == "uploaded"
    assert program.completes() == receipt
    assert is_received_and_judged(world)


@SQLITE
@pytest.mark.parametrize("moment", list(Moment))
def test_a_receipt_nobody_asks_for_again_comes_late(world: World, gate: Gate, program: Program, moment: Moment) -> None:
    program.puts()
    gate.trap(*COMPLETING, moment=moment, act=kill_group)

    program.tries("completes")
    settle(world, minutes=14)
    too_early = stories.only_submission(world.services)
    settle(world, minutes=16)

    assert too_early.state is State.UPLOADING
    assert is_received_and_judged(world)


@SQLITE
def test_parts_of_a_file_begun_again_are_swept_when_nobody_lived_to_abort_them(
    world: World, system: System, gate: Gate, program: Program
) -> None:
    program.puts()
    gate.trap(*ABORTING, moment=Moment.BEFORE, act=kill_group)

    program.tries("begins_again")
    program.url, _ = system.web()
    arrived = program.arrived()
    program.puts()
    program.completes()

    assert arrived == []
    assert len(open_uploads(world)) == 1
    assert is_received_and_judged(world)


@SQLITE
def test_an_upload_that_never_came_is_given_up_with_its_parts_and_its_sender_forgotten(
    world: World, program: Program
) -> None:
    services = world.services
    program.puts()
    [upload_id] = open_uploads(world)
    submission = stories.only_submission(services)
    services.private.abort_upload(submission.upload_key or keys.of_submission(submission.id), upload_id)
    program.arrived()
    program.signs()

    settle(world, hours=71)
    patient = stories.only_submission(services)
    settle(world, hours=73)
    stories.finish_everything(services, world.sandbox)
    given_up = stories.only_submission(services)

    assert (patient.state, given_up.state) == (State.UPLOADING, State.ABANDONED)
    assert (given_up.sender.email, given_up.sender.full_name, given_up.file_name) == ("", "", "")
    assert open_uploads(world) == []
    assert history.problems(services) == []


@SQLITE
def test_taking_back_an_upload_half_way_leaves_no_parts(world: World, program: Program) -> None:
    services = world.services
    program.puts()
    submission = stories.only_submission(services)

    stories.withdraw(services, submission.id)
    stories.finish_everything(services, world.sandbox)

    assert open_uploads(world) == []
    assert history.private_keys(services, submission.id) == set()
    assert history.problems(services) == []


@SQLITE
def test_a_storage_that_opens_nothing_now_costs_time_and_no_data(world: World, gate: Gate, program: Program) -> None:
    gate.trap(*OPENING, act=refuse, times=TRIES)

    with pytest.raises(requests.HTTPError, match="503"):
        program.signs()
    program.puts()
    program.completes()

    assert is_received_and_judged(world)


@SQLITE
def test_a_storage_that_completes_nothing_now_costs_time_and_no_data(
    world: World, gate: Gate, program: Program
) -> None:
    program.puts()
    gate.trap(*COMPLETING, act=refuse, times=TRIES)

    with pytest.raises(requests.HTTPError, match="503"):
        program.completes()
    program.completes()

    assert is_received_and_judged(world)
