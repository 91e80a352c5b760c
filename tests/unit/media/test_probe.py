"""What ffprobe says, read as a stranger's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.calls import Format
from intake.domain.errors import ToolFailed
from workers.media.boxes import Container
from workers.media.probe import read_report

CONTAINER = Container(format=Format.MP4, size_bytes=1_000_000, is_fragmented=False, has_cuts=False)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def described(*, video: dict[str, Any] | None = None, audio: dict[str, Any] | None = None, **shape: object) -> bytes:
    picture = {"codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, **(video or {})}
    sound = {"codec_type": "audio", "codec_name": "aac", "channels": 1, "sample_rate": "48000", **(audio or {})}
    return json.dumps({"streams": [picture, sound], "format": shape}).encode()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half-an-object"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b'{"streams": []}', id="no-streams"),
        pytest.param(b"\xff\xfe", id="no-text"),
    ],
)
def test_what_is_no_description_fails(answer: bytes) -> None:
    with pytest.raises(ToolFailed):
        read_report(answer, CONTAINER)


def test_the_longest_declared_length_counts() -> None:
    report = read_report(described(duration="0.0", video={"duration": "11.9"}, audio={"duration": "12.0"}), CONTAINER)

    assert report.facts.duration_s == 12.0


@pytest.mark.parametrize("length", ["N/A", "nan", "-5", "inf", None, "1e999", {"a": 1}])
def test_a_length_that_is_none_counts_as_zero(length: object) -> None:
    assert read_report(described(duration=length), CONTAINER).facts.duration_s == 0.0


@pytest.mark.parametrize(
    ("declared", "understood"),
    [(-90, -90), (90, 90), (-180, 180), (180, 180), (0, 0), (-9223372036854775808, 0), (45, 0), ("90", 0)],
)
def test_only_quarter_turns_turn_a_picture(declared: object, understood: int) -> None:
    video = {"side_data_list": [{"side_data_type": "Display Matrix", "rotation": declared}]}

    assert read_report(described(video=video), CONTAINER).facts.rotation_deg == understood


@pytest.mark.parametrize(
    ("declared", "understood"),
    [("30/1", 30.0), ("30000/1001", 30000 / 1001), ("0/0", 0.0), ("600000/1", 0.0), (None, 0.0)],
)
def test_the_average_rate_counts_where_it_is_possible(declared: object, understood: float) -> None:
    assert read_report(described(video={"avg_frame_rate": declared}), CONTAINER).facts.frame_rate == understood


@pytest.mark.parametrize(
    ("video", "varies"),
    [
        pytest.param({"r_frame_rate": "30/1", "avg_frame_rate": "33400/1113"}, False, id="an-iphone"),
        pytest.param({"r_frame_rate": "30/1", "avg_frame_rate": "711000/26653"}, True, id="a-browser"),
        pytest.param({"r_frame_rate": "600/1", "avg_frame_rate": "24600/1469"}, True, id="a-webcam"),
        pytest.param({"r_frame_rate": "50/1", "avg_frame_rate": "25/1", "field_order": "tt"}, False, id="interlaced"),
        pytest.param({"r_frame_rate": "0/0", "avg_frame_rate": "25/1"}, False, id="not-said"),
    ],
)
def test_a_rate_varies_where_no_even_one_fits(video: dict[str, Any], varies: bool) -> None:  # noqa: FBT001 - parametrized
    assert read_report(described(video=video), CONTAINER).facts.is_rate_variable is varies


MATRIX = "\n00000000: {:>12} {:>12} 0\n00000001: {:>12} {:>12} 0\n00000002: 0 0 1073741824\n"


@pytest.mark.parametrize(
    ("matrix", "is_mirrored"),
    [
        pytest.param(MATRIX.format(65536, 0, 0, 65536), False, id="plain"),
        pytest.param(MATRIX.format(0, 65536, -65536, 0), False, id="a-quarter-turn"),
        pytest.param(MATRIX.format(-65536, 0, 0, 65536), True, id="a-mirror"),
        pytest.param(MATRIX.format(0, 65536, 65536, 0), True, id="a-turned-mirror"),
        pytest.param(MATRIX.format(0, 0, 0, 0), False, id="all-zero"),
        pytest.param("nonsense", False, id="no-matrix"),
        pytest.param(None, False, id="nothing"),
    ],
)
def test_a_mirror_is_told_from_a_turn(matrix: object, is_mirrored: bool) -> None:  # noqa: FBT001 - parametrized
    video = {"side_data_list": [{"side_data_type": "Display Matrix", "displaymatrix": matrix}]}

    assert read_report(described(video=video), CONTAINER).facts.is_mirrored is is_mirrored


@pytest.mark.parametrize(
    ("said", "profile"),
    [
        ({"dv_profile": 8, "dv_bl_signal_compatibility_id": 4}, "8.4"),
        ({"dv_profile": 5, "dv_bl_signal_compatibility_id": 0}, "5.0"),
        ({"dv_profile": "8"}, None),
        ({}, None),
    ],
)
def test_dolby_vision_is_known_by_its_profile(said: dict[str, object], profile: str | None) -> None:
    video = {"side_data_list": [{"side_data_type": "DOVI configuration record", **said}]}

    assert read_report(described(video=video), CONTAINER).facts.dolby_vision_profile == profile


@pytest.mark.parametrize(("declared", "understood"), [("4:3", 4 / 3), ("0:1", 1.0), ("N/A", 1.0), (None, 1.0)])
def test_pixels_are_square_unless_said_otherwise(declared: object, understood: float) -> None:
    facts = read_report(described(video={"sample_aspect_ratio": declared}), CONTAINER).facts

    assert facts.pixel_aspect == pytest.approx(understood)


def test_a_rate_that_is_not_declared_follows_from_the_size() -> None:
    assert read_report(described(duration="10"), CONTAINER).facts.video_bit_rate_bps == 800_000


def test_a_codec_without_a_name_keeps_its_four_characters() -> None:
    report = read_report(described(audio={"codec_name": None, "codec_tag_string": "apac"}), CONTAINER)

    assert report.facts.audio_codec == "apac"


def test_tags_that_tell_are_listed_and_others_not() -> None:
    answer = described(tags={"major_brand": "qt  ", "com.apple.quicktime.location.ISO6709": "+43.9+010.9/"})

    assert read_report(answer, CONTAINER).telling_tags == {"com.apple.quicktime.location.iso6709"}


@settings(deadline=None)
@given(streams=st.lists(JSON, max_size=3), shape=JSON, extra=st.dictionaries(st.text(max_size=20), JSON, max_size=4))
def test_nothing_it_says_does_harm(streams: list[object], shape: object, extra: dict[str, object]) -> None:
    picture = {**extra, "codec_type": "video", "side_data_list": shape, "width": shape, "avg_frame_rate": shape}

    report = read_report(json.dumps({"streams": [*streams, picture], "format": shape}).encode(), CONTAINER)

    assert report.facts.rotation_deg in {-90, 0, 90, 180}


@pytest.mark.parametrize(
    ("codecs", "number", "tracks"),
    [
        pytest.param(["aac"], 0, [], id="one"),
        pytest.param(["aac", "apac"], 0, [], id="a-second-that-nobody-decodes"),
        pytest.param(["apac", "aac"], 1, [], id="a-first-that-nobody-decodes"),
        pytest.param(["aac", "apac", "opus"], 0, [0, 2], id="a-choice-of-two"),
        pytest.param(["apac"], 0, [], id="none-that-we-decode"),
    ],
)
def test_sound_tracks_are_numbered_as_in_the_file(codecs: list[str], number: int, tracks: list[int]) -> None:
    streams = [{"codec_type": "audio", "codec_name": codec, "channels": 1, "sample_rate": "48000"} for codec in codecs]

    facts = read_report(json.dumps({"streams": streams}).encode(), CONTAINER).facts

    assert (facts.audio_track, [track.number for track in facts.sound_tracks]) == (number, tracks)
    assert facts.audio_codec == codecs[number]
