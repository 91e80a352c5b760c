"""Renditions: what is written is probed again by tools of our own choosing."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from intake.domain.errors import OutputWrong
from tests import media_factory
from workers.media import boxes, probe
from workers.media.delivery import deliver
from workers.media.renditions import encode, plan_review_copy, remux

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from tests.media_factory import BuildClip, MakeClip
    from workers.media.sandbox import Sandbox


def facts_of(sandbox: Sandbox, path: Path) -> VideoFacts:
    return probe.probe(sandbox, path, boxes.read_container(path))


def test_a_remux_keeps_the_picture_and_tells_nothing(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_landscape_clip)

    copy = remux(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    content = copy.path.read_bytes()
    assert all(telling in source.read_bytes() for telling in (b"loci", b"Anna"))
    assert not any(telling in content for telling in (b"loci", b"Anna", b"Lavf"))
    assert content.index(b"moov") < content.index(b"mdat")
    assert copy.facts.video_codec == "h264"


@pytest.mark.parametrize(
    ("frame_rate", "is_moved"),
    [pytest.param(25.0, False, id="room enough"), pytest.param(-157.0, True, id="too little room")],
)
def test_the_index_of_a_heavy_clip_comes_first_without_moving_the_clip(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip, frame_rate: float, *, is_moved: bool
) -> None:
    source = clip(media_factory.a_landscape_clip)
    heavy = replace(facts_of(sandbox, source), size_bytes=300_000_000, frame_rate=frame_rate)

    copy = remux(sandbox, source, heavy, folder=tmp_path)

    content = copy.path.read_bytes()
    free_at = content.find(b"free")
    assert content.index(b"moov") < content.index(b"mdat")
    assert content.index(b"moov") < free_at or is_moved
    assert (int.from_bytes(content[free_at - 4 : free_at], "big") > 1000) is not is_moved


def test_a_remux_keeps_a_portrait_upright(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_portrait_clip)
    facts = facts_of(sandbox, source)

    copy = remux(sandbox, source, facts, folder=tmp_path)

    assert copy.facts.is_turned
    assert copy.facts.upright_px == facts.upright_px == (240, 320)


def test_a_mirrored_clip_is_mirrored_for_good(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_mirrored_clip)

    review = encode(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    stored, seen, ours = grays(source, "-noautorotate"), grays(source), grays(review.path, "-noautorotate")
    assert not review.facts.is_mirrored
    assert difference(seen, ours) < 4 < difference(stored, ours)
    assert difference(stored, [row[::-1] for row in ours]) < 4


def grays(path: Path, *options: str) -> list[bytes]:
    """The first picture as a browser shows it, or with *options*, a row of gray pixels each."""
    argv = ["ffmpeg", "-v", "error", *options, "-i", path, "-map", "0:v", "-frames:v", "1", "-vf", "scale=64:48"]
    pixels = subprocess.run([*argv, "-pix_fmt", "gray", "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
    return [pixels[start : start + 64] for start in range(0, len(pixels), 64)]


def difference(one: list[bytes], other: list[bytes]) -> float:
    pairs = [abs(a - b) for rows in zip(one, other, strict=True) for a, b in zip(*rows, strict=True)]
    return sum(pairs) / len(pairs)


def test_a_remux_of_a_file_that_lies_about_its_length_does_not_count(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip
) -> None:
    source = clip(media_factory.a_landscape_clip)
    lie = replace(facts_of(sandbox, source), duration_s=60.0)

    with pytest.raises(OutputWrong, match=r"lasts 12\.0\d s, not 60\.00 s"):
        remux(sandbox, source, lie, folder=tmp_path)


def test_an_hdr_clip_is_encoded_in_ordinary_colours(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.an_hdr_clip)

    made = encode(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    assert (made.facts.video_codec, made.facts.pixel_format, made.facts.color_transfer) == ("h264", "yuv420p", "bt709")
    assert plan_review_copy(made.facts).is_remux


def test_a_browsers_recording_keeps_its_picture_and_gets_aac(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_fragmented_clip)

    made = encode(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    assert (made.facts.audio_codec, made.facts.video_profile) == ("aac", facts_of(sandbox, source).video_profile)
    assert not boxes.read_container(made.path).is_fragmented


@pytest.mark.parametrize(
    "build",
    [media_factory.a_landscape_clip, media_factory.a_quiet_clip, media_factory.a_clipped_clip],
    ids=["ordinary", "quiet", "clipped"],
)
def test_speech_is_delivered_at_one_loudness(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip, build: BuildClip
) -> None:
    source = clip(build)

    delivery = deliver(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    levels = delivery.sound.levels
    assert levels.integrated_lufs == pytest.approx(-16, abs=0.5)
    assert levels.true_peak_dbtp is not None
    assert levels.true_peak_dbtp <= -1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["video-small.mp4", "video.mp4"]


def test_silence_is_delivered_as_silence(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_silent_clip)

    delivery = deliver(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    assert (delivery.gain_db, delivery.sound.levels.integrated_lufs) == (0.0, None)


def test_a_picture_too_heavy_for_visitors_is_encoded_once(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_short_clip)
    heavy = replace(facts_of(sandbox, source), video_bit_rate_bps=17_000_000)

    delivery = deliver(sandbox, source, heavy, folder=tmp_path)

    assert delivery.video.facts.video_profile == "High"
