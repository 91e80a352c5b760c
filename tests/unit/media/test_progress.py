"""How far an encode is, from what ffmpeg says of it, and when it says nothing any more."""

from __future__ import annotations

import pytest

from intake.domain.errors import ToolTimedOut
from intake.domain.jobs import Progress
from workers.media.progress import STUCK_AFTER_S, ProgressMeter


class Watch:
    """Stands still until it is moved."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Told(list[Progress]):
    """What was told, and a meter of a clip of 60 s that tells it."""

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch()
        self.meter = ProgressMeter(duration_s=60, tell=self.append, clock=self.watch)

    def take(self, text: str, *, at_s: float) -> None:
        self.watch.now_s = at_s
        self.meter.take(text.encode())


@pytest.fixture
def told() -> Told:
    return Told()


def test_the_rest_takes_as_long_as_what_is_done_did(told: Told) -> None:
    told.take("frame=1\nout_time_us=15000000\nprogress=continue\n", at_s=10)

    assert told == [Progress(percent=25, remaining_s=30)]


def test_a_line_may_come_in_pieces(told: Told) -> None:
    told.take("out_time_us=300", at_s=9)
    told.take("00000\n", at_s=10)

    assert told == [Progress(percent=50, remaining_s=10)]


@pytest.mark.parametrize(
    "line",
    ["out_time_us=N/A", "out_time_us=-1000", "out_time_us=", "out_time_us=" + "9" * 40, "out_time_us=0", "\xff\x00"],
)
def test_a_line_that_tells_no_time_tells_nothing(told: Told, line: str) -> None:
    told.take(f"{line}\n", at_s=1)

    assert told == []


def test_the_beginning_forecasts_nothing(told: Told) -> None:
    told.take("out_time_us=600000\n", at_s=1)

    assert told == [Progress(percent=1, remaining_s=None)]


def test_what_lasts_longer_than_was_said_is_done(told: Told) -> None:
    told.take("out_time_us=61000000\n", at_s=10)

    assert told == [Progress(percent=100, remaining_s=0)]


def test_an_encode_that_gets_on_is_left_alone(told: Told) -> None:
    told.take("out_time_us=600000\n", at_s=STUCK_AFTER_S)
    told.watch.now_s = 2 * STUCK_AFTER_S

    told.meter.require_advance()

    assert len(told) == 1


def test_an_encode_that_stands_still_is_stuck_though_it_talks(told: Told) -> None:
    told.take("out_time_us=600000\n", at_s=1)
    told.take("out_time_us=600000\nprogress=continue\n", at_s=STUCK_AFTER_S)
    told.watch.now_s = STUCK_AFTER_S + 1.1

    with pytest.raises(ToolTimedOut, match=r"0\.6 s into the clip"):
        told.meter.require_advance()
