"""How a clip may be cut, and how moments are typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.domain.calls import Format, Rules
from intake.domain.cutting import WHOLE, Cut, CutProblem, Cuttable, SoundChoice, problem_with, tidied
from intake.domain.moments import read_seconds, written_seconds

RULES = Rules(
    min_duration_s=10,
    max_duration_s=180,
    max_bytes=500_000_000,
    min_short_side_px=240,
    max_long_side_px=4096,
    warn_short_side_px=480,
    formats=(Format.MP4,),
)
CLIP = Cuttable(duration_s=60.0, cut=WHOLE, has_cleaner_sound=False)


@pytest.mark.parametrize(
    ("cut", "problem"),
    [
        pytest.param(Cut(start_s=5.0, end_s=15.0), None, id="exactly as long as it must be"),
        pytest.param(Cut(start_s=5.0, end_s=14.9), CutProblem.TOO_SHORT, id="a little too short"),
        pytest.param(Cut(start_s=30.0, end_s=20.0), CutProblem.BACKWARDS, id="backwards"),
        pytest.param(Cut(start_s=30.0, end_s=30.0), CutProblem.BACKWARDS, id="nothing left"),
        pytest.param(Cut(end_s=61.0), CutProblem.BEYOND_THE_END, id="beyond the end"),
        pytest.param(Cut(start_s=61.0), CutProblem.BEYOND_THE_END, id="begins beyond the end"),
        pytest.param(Cut(sound=SoundChoice.CLEANER), CutProblem.NOT_CLEANED, id="no cleaner sound"),
        pytest.param(Cut(rotate_deg=90), None, id="turned"),
        pytest.param(WHOLE, CutProblem.AS_IT_IS, id="as it is"),
    ],
)
def test_what_may_be_cut(cut: Cut, problem: CutProblem | None) -> None:
    assert problem_with(cut, CLIP, RULES) is problem


def test_a_clip_that_was_too_short_from_the_start_may_still_be_turned() -> None:
    assert problem_with(Cut(rotate_deg=180), replace(CLIP, duration_s=8.0), RULES) is None


def test_a_cut_clip_may_be_whole_again() -> None:
    assert problem_with(WHOLE, replace(CLIP, cut=Cut(start_s=3.0)), RULES) is None


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        pytest.param(Cut(start_s=0.03, end_s=59.97), WHOLE, id="edges that nobody sees"),
        pytest.param(Cut(start_s=1.23456, end_s=50.0), Cut(start_s=1.23, end_s=50.0), id="thousandths"),
        pytest.param(Cut(start_s=1.0, end_s=60.0), Cut(start_s=1.0), id="up to the end"),
    ],
)
def test_what_makes_no_difference_is_left_out(cut: Cut, kept: Cut) -> None:
    assert tidied(cut, duration_s=60.0) == kept


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("12", 12.0),
        ("12,5", 12.5),
        (" 12.25 ", 12.25),
        ("1:05", 65.0),
        ("1:05,5", 65.5),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("1e3", None),
        ("١٢", None),
        ("1:2:3", None),
    ],
)
def test_moments_are_read_as_people_type_them(typed: str, seconds: float | None) -> None:
    assert read_seconds(typed) == seconds


@pytest.mark.parametrize(("seconds", "written"), [(0.0, "0"), (2.5, "2.5"), (10.0, "10"), (61.25, "61.25")])
def test_moments_are_written_without_needless_zeros(seconds: float, written: str) -> None:
    assert written_seconds(seconds) == written
