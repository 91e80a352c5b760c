"""A sandbox that did not pass is tested again, and not for every job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake.domain.errors import SandboxUnavailable
from workers.media.walls import RETEST_AFTER_S, Walls

if TYPE_CHECKING:
    from workers.media.sandbox import Sandbox

PASSED: Any = object()


class BusyMachine:
    """Answers the first self-test too late, and the second one in time."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.answers = iter([SandboxUnavailable("ffprobe took longer than 10 s"), PASSED])

    def test(self) -> Sandbox:
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        found: Sandbox = answer
        return found


def test_a_sandbox_is_looked_for_again_after_a_while() -> None:
    machine = BusyMachine()
    walls = Walls(machine.test, now_s=lambda: machine.now_s)

    at_the_start, at_the_next_job = walls.sandbox(), walls.sandbox()
    machine.now_s += RETEST_AFTER_S
    a_minute_later = walls.sandbox()

    assert (at_the_start, at_the_next_job, a_minute_later) == (None, None, PASSED)


def test_what_passed_is_not_tested_again() -> None:
    tests = iter([PASSED])
    walls = Walls(lambda: next(tests))

    assert walls.sandbox() is walls.sandbox() is PASSED
