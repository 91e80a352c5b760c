"""Where each check turns from pass to warn to fail."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from intake.domain.calls import Format, read_call
from intake.domain.checks import Check, CheckCode, Reason, Verdict
from intake.domain.errors import VideoRefused
from intake.domain.listening import judge_sound
from intake.domain.verdict import (
    is_accepted,
    judge_look,
    judge_picture,
    judge_wholeness,
    refused_by,
)
from tests.builders import some_facts, some_levels, some_picture_levels

SHIPPED = Path(__file__).parents[3] / "intake" / "calls" / "pistoia2030.toml"
RULES = read_call(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))).rules


def the(code: CheckCode, checks: list[Check]) -> tuple[Verdict, Reason]:
    check = next(check for check in checks if check.code is code)
    return check.verdict, check.reason


@pytest.mark.parametrize(
    ("duration_s", "verdict", "reason"),
    [
        pytest.param(9.99, Verdict.FAIL, Reason.TOO_SHORT, id="a-moment-too-short"),
        pytest.param(10.0, Verdict.PASS, Reason.FINE, id="just-long-enough"),
        pytest.param(180.0, Verdict.PASS, Reason.FINE, id="just-short-enough"),
        pytest.param(180.01, Verdict.FAIL, Reason.TOO_LONG, id="a-moment-too-long"),
    ],
)
def test_duration(duration_s: float, verdict: Verdict, reason: Reason) -> None:
    assert the(CheckCode.DURATION, judge_picture(some_facts(duration_s=duration_s), RULES)) == (verdict, reason)


@pytest.mark.parametrize(
    ("width_px", "height_px", "verdict", "reason"),
    [
        pytest.param(426, 239, Verdict.FAIL, Reason.PICTURE_TOO_SMALL, id="too-small"),
        pytest.param(320, 240, Verdict.WARN, Reason.PICTURE_SMALL, id="small"),
        pytest.param(479, 640, Verdict.WARN, Reason.PICTURE_SMALL, id="small-upright"),
        pytest.param(854, 480, Verdict.PASS, Reason.FINE, id="large-enough"),
        pytest.param(4096, 2304, Verdict.PASS, Reason.FINE, id="largest"),
        pytest.param(2304, 4098, Verdict.FAIL, Reason.PICTURE_TOO_LARGE, id="too-large-upright"),
    ],
)
def test_resolution(width_px: int, height_px: int, verdict: Verdict, reason: Reason) -> None:
    facts = some_facts(width_px=width_px, height_px=height_px)

    assert the(CheckCode.RESOLUTION, judge_picture(facts, RULES)) == (verdict, reason)


@pytest.mark.parametrize(
    ("code", "changes", "reason"),
    [
        pytest.param(CheckCode.VIDEO_STREAM, {"video_codec": None}, Reason.NO_PICTURE, id="no-picture"),
        pytest.param(CheckCode.AUDIO_STREAM, {"audio_codec": None}, Reason.NO_SOUND, id="no-sound"),
        pytest.param(CheckCode.CODEC, {"video_codec": "mjpeg"}, Reason.UNKNOWN_VIDEO_CODEC, id="odd-picture"),
        pytest.param(CheckCode.CODEC, {"audio_codec": "ac3"}, Reason.UNKNOWN_AUDIO_CODEC, id="odd-sound"),
        pytest.param(CheckCode.VIDEO_STREAM, {"picture_s": 53.9}, Reason.PICTURE_STOPS, id="a-picture-that-stops"),
        pytest.param(CheckCode.SIZE, {"size_bytes": 500_000_001}, Reason.FILE_TOO_LARGE, id="a-byte-too-large"),
    ],
)
def test_what_refuses_a_file(code: CheckCode, changes: dict[str, object], reason: Reason) -> None:
    checks = judge_picture(some_facts(**changes), RULES)

    assert the(code, checks) == (Verdict.FAIL, reason)
    assert not is_accepted(checks)


def test_every_reason_is_listed_not_only_the_first() -> None:
    checks = judge_picture(some_facts(duration_s=3, audio_codec=None, width_px=100, height_px=100), RULES)

    failed = {check.reason for check in checks if check.verdict is Verdict.FAIL}
    assert failed == {Reason.TOO_SHORT, Reason.NO_SOUND, Reason.PICTURE_TOO_SMALL}


def test_a_call_that_takes_only_mp4_refuses_a_mov() -> None:
    from dataclasses import replace

    checks = judge_picture(some_facts(container=Format.MOV), replace(RULES, formats=(Format.MP4,)))

    assert the(CheckCode.CONTAINER, checks) == (Verdict.FAIL, Reason.WRONG_FORMAT)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"picture_s": 54.1}, id="a-picture-that-ends-a-little-early"),
        pytest.param({"sound_s": 5.0, "picture_s": 3.1}, id="a-short-one"),
        pytest.param({"picture_s": 0.0}, id="a-row-of-before-it-was-measured"),
        pytest.param({"sound_s": 10.0}, id="sound-that-ends-early"),
    ],
)
def test_a_picture_may_end_a_little_before_its_sound(changes: dict[str, object]) -> None:
    assert the(CheckCode.VIDEO_STREAM, judge_picture(some_facts(**changes), RULES)) == (Verdict.PASS, Reason.FINE)


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        pytest.param({}, Verdict.PASS, Reason.FINE, id="somebody-talks"),
        pytest.param({"brightness": 0.089}, Verdict.WARN, Reason.BLACK_PICTURE, id="black"),
        pytest.param({"brightness": 0.09}, Verdict.PASS, Reason.FINE, id="a-dark-room"),
        pytest.param({"brightness": 0.0, "change": 0.0}, Verdict.WARN, Reason.BLACK_PICTURE, id="black-and-still"),
        pytest.param({"change": 0.0159}, Verdict.WARN, Reason.FROZEN_PICTURE, id="frozen"),
        pytest.param({"change": 0.016}, Verdict.PASS, Reason.FINE, id="hardly-moving"),
        pytest.param({"change": None, "drawn": 1}, Verdict.PASS, Reason.FINE, id="a-single-picture"),
        pytest.param({"lost": 1}, Verdict.WARN, Reason.PICTURE_GAPS, id="gaps"),
    ],
)
def test_what_is_seen_warns_and_never_refuses(changes: dict[str, object], verdict: Verdict, reason: Reason) -> None:
    check = judge_look(some_picture_levels(**changes))

    assert (check.code, check.verdict, check.reason) == (CheckCode.PICTURE, verdict, reason)


@pytest.mark.parametrize(
    ("heard_s", "seen", "verdict"),
    [
        pytest.param(60.0, {}, Verdict.PASS, id="whole"),
        pytest.param(57.1, {}, Verdict.PASS, id="sound-a-little-short"),
        pytest.param(56.9, {}, Verdict.FAIL, id="sound-with-holes"),
        pytest.param(60.0, {"breaks_off_s": 30.0}, Verdict.FAIL, id="a-picture-that-breaks-off"),
        pytest.param(60.0, {"lost": 6}, Verdict.PASS, id="some-pictures-lost"),
        pytest.param(60.0, {"lost": 7}, Verdict.FAIL, id="half-of-them-lost"),
    ],
)
def test_what_cannot_be_decoded_was_damaged(heard_s: float, seen: dict[str, object], verdict: Verdict) -> None:
    check = judge_wholeness(some_facts(), some_levels(duration_s=heard_s), some_picture_levels(**seen))

    assert (check.code, check.verdict) == (CheckCode.DECODABLE, verdict)


def test_a_file_that_breaks_off_says_when() -> None:
    check = judge_wholeness(some_facts(), some_levels(), some_picture_levels(breaks_off_s=30.0))

    assert (check.reason, check.measured) == (Reason.DAMAGED, 30.0)


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(
            judge_wholeness(some_facts(), some_levels(), some_picture_levels(breaks_off_s=30.0)), id="breaks-off"
        ),
        pytest.param(judge_picture(some_facts(picture_s=20.0), RULES)[1], id="stops"),
        pytest.param(judge_look(some_picture_levels(lost=1)), id="gaps"),
    ],
)
def test_the_length_of_a_clip_is_no_limit(check: Check) -> None:
    assert check.verdict is not Verdict.PASS
    assert check.limit is None


def test_each_check_is_there_once() -> None:
    facts, levels, seen = some_facts(), some_levels(), some_picture_levels()

    checks = [
        *judge_picture(facts, RULES),
        judge_wholeness(facts, levels, seen),
        judge_look(seen),
        *judge_sound(levels, RULES),
    ]

    assert [check.code for check in checks] == list(CheckCode)


def test_what_is_refused_before_it_can_be_measured_is_a_check_too() -> None:
    refusal = VideoRefused(CheckCode.CONTAINER, Reason.INCOMPLETE, measured="no moov")

    check = refused_by(refusal)

    assert (check.code, check.verdict, check.measured) == (CheckCode.CONTAINER, Verdict.FAIL, "no moov")


@pytest.mark.parametrize(
    ("rotation_deg", "upright_px"), [(0, (1920, 1080)), (-90, (1080, 1920)), (90, (1080, 1920)), (180, (1920, 1080))]
)
def test_a_turned_picture_stands_upright(rotation_deg: int, upright_px: tuple[int, int]) -> None:
    facts = some_facts(rotation_deg=rotation_deg)

    assert (facts.upright_px, facts.is_portrait) == (upright_px, upright_px[0] < upright_px[1])
