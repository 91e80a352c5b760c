"""Clips from the first box to the last still."""

from __future__ import annotations

import csv
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from intake.domain.checks import CheckCode, Reason, Verdict
from tests import media_factory
from tests.media_factory import SHARED_MEDIA
from workers.media import boxes, probe
from workers.media.examine import examine
from workers.media.renditions import PlanReason

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake.domain.calls import Rules
    from tests.media_factory import BuildClip, MakeClip
    from workers.media.examine import Examination
    from workers.media.sandbox import Sandbox

    Examine = Callable[[BuildClip], Examination]


@pytest.fixture
def examined(tmp_path: Path, sandbox: Sandbox, rules: Rules, clip: MakeClip) -> Examine:
    """Examine a clip made by a function of `media_factory`."""
    return lambda build: examine(clip(build), rules=rules, sandbox=sandbox, folder=tmp_path)


def shared_clips(*expected: str) -> list[object]:
    manifest = SHARED_MEDIA / "manifest.csv"
    if not manifest.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"no clips in {SHARED_MEDIA}"), id="none")]
    with manifest.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["expected"] in expected]
    return [pytest.param(row, id=row["file"]) for row in rows]


def reasons(examination: Examination, verdict: Verdict) -> dict[CheckCode, Reason]:
    return {check.code: check.reason for check in examination.checks if check.verdict is verdict}


@pytest.mark.parametrize("row", shared_clips("accept", "accept_transcode", "reject"))
def test_a_real_clip_is_judged_as_people_judged_it(
    row: dict[str, str], tmp_path: Path, sandbox: Sandbox, rules: Rules
) -> None:
    is_long_enough = float(row["duration_s"] or 0) >= rules.min_duration_s

    examination = examine(SHARED_MEDIA / row["file"], rules=rules, sandbox=sandbox, folder=tmp_path)

    assert examination.is_accepted == (row["expected"].startswith("accept") and is_long_enough)


def test_an_ordinary_clip_is_accepted_with_all_that_is_known(examined: Examine) -> None:
    examination = examined(media_factory.a_landscape_clip)

    assert examination.is_accepted
    assert [check.code for check in examination.checks] == list(CheckCode)
    assert examination.facts is not None
    assert (examination.facts.width_px, examination.facts.duration_s) == (640, pytest.approx(12, abs=0.1))
    assert examination.waveform is not None
    assert max(examination.waveform.overview()) > 10
    assert examination.plan is not None
    assert examination.plan.reason is PlanReason.PLAYS_AS_IT_IS


@pytest.mark.parametrize(
    "build",
    [
        media_factory.a_portrait_clip,
        media_factory.an_hevc_clip,
        media_factory.a_one_keyframe_clip,
        media_factory.a_variable_rate_clip,
        media_factory.a_fragmented_clip,
        media_factory.a_wide_pixel_clip,
    ],
)
def test_an_unusual_clip_is_accepted_with_stills_in_order(examined: Examine, build: BuildClip) -> None:
    examination = examined(build)

    moments = [still.at_s for still in examination.stills]
    assert examination.is_accepted
    assert 1 <= len(moments) <= 6
    assert moments == sorted(set(moments))
    assert all(still.path.read_bytes().startswith(b"\xff\xd8\xff") for still in examination.stills)


@pytest.mark.parametrize(
    ("build", "code", "reason"),
    [
        (media_factory.a_clip_without_sound, CheckCode.AUDIO_STREAM, Reason.NO_SOUND),
        (media_factory.a_clip_without_picture, CheckCode.VIDEO_STREAM, Reason.NO_PICTURE),
        (media_factory.a_short_clip, CheckCode.DURATION, Reason.TOO_SHORT),
        (media_factory.a_clip_whose_picture_stops, CheckCode.VIDEO_STREAM, Reason.PICTURE_STOPS),
    ],
)
def test_a_clip_against_the_rules_is_refused_undecoded(
    examined: Examine, build: BuildClip, code: CheckCode, reason: Reason
) -> None:
    examination = examined(build)

    assert reasons(examination, Verdict.FAIL) == {code: reason}
    assert (examination.levels, examination.stills, examination.plan) == (None, (), None)


@pytest.mark.parametrize(
    ("build", "code", "reason"),
    [
        (media_factory.a_silent_clip, CheckCode.LOUDNESS, Reason.SILENT),
        (media_factory.a_quiet_clip, CheckCode.LOUDNESS, Reason.QUIET),
        (media_factory.a_clipped_clip, CheckCode.CLIPPING, Reason.CLIPPED),
        (media_factory.a_noisy_clip, CheckCode.NOISE, Reason.VERY_NOISY),
        (media_factory.a_one_sided_clip, CheckCode.CHANNELS, Reason.ONE_CHANNEL),
    ],
)
def test_poor_sound_is_accepted_with_a_warning(
    examined: Examine, build: BuildClip, code: CheckCode, reason: Reason
) -> None:
    examination = examined(build)

    assert examination.is_accepted
    assert reasons(examination, Verdict.WARN)[code] is reason


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (media_factory.a_black_clip, Reason.BLACK_PICTURE),
        (media_factory.a_frozen_clip, Reason.FROZEN_PICTURE),
    ],
)
def test_a_picture_that_shows_nothing_is_accepted_with_a_warning(
    examined: Examine, build: BuildClip, reason: Reason
) -> None:
    examination = examined(build)

    assert examination.is_accepted
    assert reasons(examination, Verdict.WARN)[CheckCode.PICTURE] is reason


def test_somebody_who_hardly_moves_is_not_frozen(examined: Examine) -> None:
    assert reasons(examined(media_factory.a_talking_head_clip), Verdict.PASS)[CheckCode.PICTURE] is Reason.FINE


@pytest.mark.parametrize("row", shared_clips("accept", "accept_transcode"))
def test_no_real_clip_of_people_or_places_is_black_or_frozen(
    row: dict[str, str], tmp_path: Path, sandbox: Sandbox, rules: Rules
) -> None:
    shows_nothing = {"valid_silent_audio_10s.mp4": Reason.BLACK_PICTURE, "limit_5.039s.mp4": Reason.FROZEN_PICTURE}
    any_length = replace(rules, min_duration_s=1)

    examination = examine(SHARED_MEDIA / row["file"], rules=any_length, sandbox=sandbox, folder=tmp_path)

    warned = reasons(examination, Verdict.WARN).get(CheckCode.PICTURE)
    assert warned == shows_nothing.get(row["file"])


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (media_factory.a_portrait_clip, {"rotation_deg": -90, "is_mirrored": False}),
        (media_factory.a_mirrored_clip, {"rotation_deg": 180, "is_mirrored": True}),
        (media_factory.a_clip_with_an_empty_matrix, {"rotation_deg": 0, "is_mirrored": False}),
        (media_factory.a_wide_pixel_clip, {"pixel_aspect": pytest.approx(4 / 3), "is_rate_variable": False}),
        (media_factory.a_variable_rate_clip, {"is_rate_variable": True}),
        (media_factory.an_interlaced_clip, {"is_interlaced": True, "is_rate_variable": False}),
        (media_factory.an_hdr_clip, {"color_transfer": "arib-std-b67", "pixel_format": "yuv420p10le"}),
        (media_factory.a_fragmented_clip, {"duration_s": pytest.approx(11, abs=0.1)}),
    ],
)
def test_what_a_clip_is_is_known(
    sandbox: Sandbox, clip: MakeClip, build: BuildClip, expected: dict[str, object]
) -> None:
    path = clip(build)

    facts = probe.probe(sandbox, path, boxes.read_container(path))

    assert {name: getattr(facts, name) for name in expected} == expected


def test_an_iphones_dolby_vision_is_known(sandbox: Sandbox) -> None:
    path = SHARED_MEDIA / "phone_iphone14pro_hlg_dolbyvision_noaudio.mov"
    if not path.is_file():
        pytest.skip(f"no clips in {SHARED_MEDIA}")

    facts = probe.probe(sandbox, path, boxes.read_container(path))

    assert (facts.dolby_vision_profile, facts.color_transfer) == ("8.4", "arib-std-b67")


def test_a_clip_with_a_single_keyframe_gives_a_choice_of_stills(examined: Examine) -> None:
    examination = examined(media_factory.a_one_keyframe_clip)

    assert len(examination.stills) == 6
    assert examination.stills[-1].at_s > 8


def test_the_best_still_is_one_of_them(examined: Examine) -> None:
    examination = examined(media_factory.a_landscape_clip)

    assert 0 <= examination.best_still < len(examination.stills) == 6


def test_a_portrait_stands_upright(examined: Examine) -> None:
    examination = examined(media_factory.a_portrait_clip)

    gray = gray_of(examination.stills[0].path)
    upper, lower = np.array_split(gray, 2)
    assert gray.shape == (320, 240)
    assert upper.mean() - lower.mean() > 100


def test_wide_pixels_come_out_square(examined: Examine) -> None:
    assert gray_of(examined(media_factory.a_wide_pixel_clip).stills[0].path).shape == (240, 428)


def gray_of(jpeg: Path) -> np.ndarray:
    size = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", jpeg],
        capture_output=True,
        check=True,
    )
    width, height = (int(part) for part in size.stdout.split(b",")[:2])
    argv = ["ffmpeg", "-v", "error", "-i", jpeg, "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    pixels = subprocess.run(argv, capture_output=True, check=True)
    return np.frombuffer(pixels.stdout, dtype=np.uint8).reshape(height, width)
