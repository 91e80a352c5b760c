"""To copy or to encode, and how large."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.builders import some_facts, some_levels
from workers.media.delivery import gain_for, holds_for_copies
from workers.media.looks import delivery_looks, look_of
from workers.media.renditions import PlanReason, find_problems, plan_encode, plan_review_copy, room_for_index

if TYPE_CHECKING:
    from intake.domain.facts import AudioLevels, VideoFacts

PHONE = some_facts(rotation_deg=-90, video_bit_rate_bps=17_000_000, duration_s=30.0)
SPEECH = some_levels(integrated_lufs=-24.0, true_peak_dbtp=-6.0, duration_s=30.0)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(PHONE, id="portrait"),
        pytest.param(replace(PHONE, rotation_deg=0), id="landscape"),
        pytest.param(replace(PHONE, pixel_format="yuvj420p"), id="full-range"),
        pytest.param(replace(PHONE, frame_rate=60.02), id="sixty-and-a-bit"),
        pytest.param(replace(PHONE, color_transfer=None), id="untagged-colours"),
        pytest.param(replace(PHONE, audio_profile="HE-AAC"), id="he-aac"),
    ],
)
def test_what_browsers_play_is_copied(facts: VideoFacts) -> None:
    plan = plan_review_copy(facts)

    assert (plan.is_remux, plan.reason) == (True, PlanReason.PLAYS_AS_IT_IS)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param(replace(PHONE, video_codec="hevc", video_profile="Main"), PlanReason.VIDEO_CODEC, id="hevc"),
        pytest.param(replace(PHONE, color_transfer="arib-std-b67"), PlanReason.HDR, id="hlg"),
        pytest.param(replace(PHONE, color_transfer="smpte2084"), PlanReason.HDR, id="pq"),
        pytest.param(replace(PHONE, pixel_format="yuv422p"), PlanReason.PIXEL_FORMAT, id="4:2:2"),
        pytest.param(replace(PHONE, video_profile="High 10"), PlanReason.VIDEO_PROFILE, id="high-10"),
        pytest.param(replace(PHONE, width_px=3840, height_px=2160), PlanReason.PICTURE_SIZE, id="4k"),
        pytest.param(replace(PHONE, width_px=1440, height_px=1440), PlanReason.PICTURE_SIZE, id="large-square"),
        pytest.param(replace(PHONE, width_px=1440, pixel_aspect=4 / 3), PlanReason.PIXEL_ASPECT, id="wide-pixels"),
        pytest.param(replace(PHONE, frame_rate=240.0), PlanReason.FRAME_RATE, id="slow-motion"),
        pytest.param(replace(PHONE, is_interlaced=True), PlanReason.INTERLACED, id="interlaced"),
        pytest.param(replace(PHONE, is_mirrored=True), PlanReason.MIRRORED, id="mirrored"),
    ],
)
def test_other_pictures_are_encoded_and_the_reason_kept(facts: VideoFacts, reason: PlanReason) -> None:
    plan = plan_review_copy(facts)

    assert (plan.copies_video, plan.copies_sound, plan.reason) == (False, True, reason)


def test_a_clip_that_holds_what_nobody_sees_is_made_anew() -> None:
    plan = plan_review_copy(replace(PHONE, hides_footage=True))

    assert (plan.copies_video, plan.copies_sound, plan.reason) == (False, False, PlanReason.HIDDEN_FOOTAGE)


@pytest.mark.parametrize(
    ("size_bytes", "has_room"),
    [pytest.param(262_000_000, True, id="from a phone"), pytest.param(9_000_000, False, id="from a chat")],
)
def test_room_is_left_for_an_index_where_it_is_not_felt(size_bytes: int, has_room: bool) -> None:  # noqa: FBT001 - parametrized
    room = room_for_index(replace(PHONE, duration_s=120.0, size_bytes=size_bytes))

    assert (room is not None) is has_room
    assert room is None or room < size_bytes / 100


@pytest.mark.parametrize(("codec", "profile"), [("opus", None), ("pcm_s16le", None), ("aac", "xHE-AAC")])
def test_other_sound_alone_costs_no_picture(codec: str, profile: str | None) -> None:
    plan = plan_review_copy(replace(PHONE, audio_codec=codec, audio_profile=profile))

    assert (plan.copies_video, plan.copies_sound, plan.reason) == (True, False, PlanReason.AUDIO_CODEC)


@pytest.mark.parametrize(
    ("facts", "size_px"),
    [
        pytest.param(replace(PHONE, rotation_deg=0), (1920, 1080), id="as-it-is"),
        pytest.param(PHONE, (1080, 1920), id="upright"),
        pytest.param(replace(PHONE, width_px=3840, height_px=2160), (1080, 1920), id="4k-upright"),
        pytest.param(replace(PHONE, width_px=1440, height_px=1440), (1080, 1080), id="square"),
        pytest.param(replace(PHONE, width_px=720, height_px=576, pixel_aspect=16 / 11), (576, 1048), id="wide-pixels"),
        pytest.param(replace(PHONE, width_px=351, height_px=201, rotation_deg=0), (352, 200), id="odd"),
    ],
)
def test_a_picture_stands_upright_and_fits(facts: VideoFacts, size_px: tuple[int, int]) -> None:
    look = look_of(facts, max_long_px=1920, max_short_px=1080)

    assert (look.width_px, look.height_px) == size_px


def delivered_px(facts: VideoFacts) -> list[tuple[int, int] | None]:
    return [look and (look.width_px, look.height_px) for look in delivery_looks(facts)]


LIGHT = replace(PHONE, video_bit_rate_bps=5_900_000, size_bytes=22_000_000)
SMALL = replace(PHONE, width_px=640, height_px=352, rotation_deg=0, video_bit_rate_bps=500_000, size_bytes=2_600_000)


@pytest.mark.parametrize(
    ("facts", "sizes_px"),
    [
        pytest.param(PHONE, [(720, 1280), (480, 854)], id="heavy-and-upright"),
        pytest.param(LIGHT, [None, (480, 854)], id="light"),
        pytest.param(SMALL, [None, None], id="small-itself"),
        pytest.param(replace(SMALL, video_bit_rate_bps=573_000), [None, (640, 352)], id="small-picture-too-many-bits"),
        pytest.param(
            replace(PHONE, width_px=640, height_px=352, rotation_deg=0), [(640, 352)] * 2, id="small-picture-heavy"
        ),
        pytest.param(replace(LIGHT, width_px=1080, height_px=1080), [None, (480, 480)], id="square"),
    ],
)
def test_visitors_get_what_their_lines_carry(facts: VideoFacts, sizes_px: list[tuple[int, int] | None]) -> None:
    assert delivered_px(facts) == sizes_px


def test_visitors_on_bad_lines_get_half_the_frames() -> None:
    large, small = delivery_looks(replace(PHONE, frame_rate=59.94))

    assert large is not None
    assert small is not None
    assert (large.max_frame_rate, small.max_frame_rate) == (None, 30)


def test_a_faithful_copy_has_no_problems() -> None:
    assert find_problems(replace(PHONE, duration_s=30.4), source=PHONE, look=None) == []


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(replace(PHONE, duration_s=29.0), id="shorter"),
        pytest.param(replace(PHONE, rotation_deg=0), id="turned"),
        pytest.param(replace(PHONE, width_px=1280), id="narrower"),
        pytest.param(replace(PHONE, audio_codec=None), id="mute"),
        pytest.param(replace(PHONE, video_codec="hevc"), id="another-codec"),
        pytest.param(replace(PHONE, pixel_format="yuv420p10le"), id="ten-bits"),
    ],
)
def test_an_output_that_differs_has_a_problem(written: VideoFacts) -> None:
    assert len(find_problems(written, source=PHONE, look=None)) == 1


@pytest.mark.parametrize(
    ("levels", "gain_db"),
    [
        pytest.param(SPEECH, 8.0, id="quiet"),
        pytest.param(replace(SPEECH, integrated_lufs=-10.0), -6.0, id="loud"),
        pytest.param(replace(SPEECH, integrated_lufs=-50.0), 20.0, id="too-quiet"),
        pytest.param(replace(SPEECH, integrated_lufs=-16.2), 0.0, id="just-right"),
        pytest.param(replace(SPEECH, integrated_lufs=-61.0), 0.0, id="a-room"),
        pytest.param(replace(SPEECH, integrated_lufs=None, true_peak_dbtp=None), 0.0, id="silence"),
    ],
)
def test_sound_is_raised_as_far_as_sensible(levels: AudioLevels, gain_db: float) -> None:
    assert gain_for(levels) == gain_db


@pytest.mark.parametrize(("channels", "holds"), [(1, True), (2, True), (6, False)])
def test_the_loudness_of_a_mix_is_measured_anew(channels: int, holds: bool) -> None:  # noqa: FBT001 - a parameter
    assert holds_for_copies(replace(SPEECH, channels=channels)) is holds


def test_a_copy_that_failed_is_made_out_of_its_pictures() -> None:
    plan = plan_encode(replace(PHONE, audio_codec="aac", audio_profile="LC"))

    assert (plan.reason, plan.copies_video, plan.copies_sound) == (PlanReason.COPY_FAILED, False, False)
