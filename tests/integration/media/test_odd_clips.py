"""Clips that browsers do not play, from the sender's file to what visitors get: what is written plays everywhere."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests import odd_clips
from tests.media_factory import SHARED_MEDIA
from workers.media import boxes, probe
from workers.media.delivery import deliver
from workers.media.examine import examine
from workers.media.renditions import PlanReason, encode, plan_review_copy, remux

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.calls import Rules
    from intake.domain.facts import VideoFacts
    from tests.media_factory import BuildClip, MakeClip
    from workers.media.renditions import Rendition
    from workers.media.sandbox import Sandbox

PLAYS = PlanReason.PLAYS_AS_IT_IS
SOUND = PlanReason.AUDIO_CODEC


def review_copy(sandbox: Sandbox, path: Path, facts: VideoFacts, folder: Path) -> Rendition:
    make = remux if plan_review_copy(facts).is_remux else encode
    return make(sandbox, path, facts, folder=folder)


def decode(path: Path) -> str:
    """Decode all of a file by a tool of our own choosing; return what it complains of."""
    argv = ["ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-"]
    return subprocess.run(argv, capture_output=True, check=True, text=True).stderr


def loudest(path: Path) -> int:
    argv = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "s16le", "-ac", "1", "-"]
    samples = memoryview(subprocess.run(argv, capture_output=True, check=True).stdout).cast("h")
    return max(samples)


@pytest.mark.parametrize(
    ("build", "codecs", "reason", "size_px"),
    [
        (odd_clips.mpeg4_with_odd_sides, ("mpeg4", "aac"), PlanReason.VIDEO_CODEC, (352, 200)),
        (odd_clips.half_colour, ("h264", "aac"), PlanReason.PIXEL_FORMAT, (320, 240)),
        (odd_clips.ten_bits, ("h264", "aac"), PlanReason.PIXEL_FORMAT, (320, 240)),
        (odd_clips.hevc_in_ten_bits, ("hevc", "aac"), PlanReason.VIDEO_CODEC, (320, 240)),
        (odd_clips.interlaced, ("h264", "aac"), PlanReason.INTERLACED, (320, 240)),
        (odd_clips.opus, ("h264", "opus"), SOUND, (320, 240)),
        (odd_clips.pcm_little, ("h264", "pcm_s16le"), SOUND, (320, 240)),
        (odd_clips.pcm_big, ("h264", "pcm_s16be"), SOUND, (320, 240)),
        (odd_clips.alac, ("h264", "alac"), SOUND, (320, 240)),
        (odd_clips.amr, ("h264", "amr_nb"), SOUND, (320, 240)),
        (odd_clips.he_aac, ("h264", "aac"), PLAYS, (320, 240)),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_an_odd_clip_becomes_one_that_plays_everywhere(  # noqa: PLR0917 - a table's columns, and what they need
    tmp_path: Path,
    sandbox: Sandbox,
    rules: Rules,
    clip: MakeClip,
    build: BuildClip,
    codecs: tuple[str, str],
    reason: PlanReason,
    size_px: tuple[int, int],
) -> None:
    source = clip(build)
    seen = examine(
        source, rules=replace(rules, min_duration_s=1, min_short_side_px=100), sandbox=sandbox, folder=tmp_path
    )
    assert seen.is_accepted, seen.checks
    assert seen.facts is not None
    assert seen.plan is not None

    review = review_copy(sandbox, source, seen.facts, tmp_path)
    delivery = deliver(sandbox, review.path, review.facts, folder=tmp_path, levels=seen.levels)

    written = [rendition.facts for rendition in (review, delivery.video, delivery.small) if rendition]
    assert (seen.facts.video_codec, seen.facts.audio_codec) == codecs
    assert seen.plan.reason is reason
    assert {(facts.video_codec, facts.pixel_format, facts.audio_codec) for facts in written} == {
        ("h264", "yuv420p", "aac")
    }
    assert {facts.upright_px for facts in written} == {size_px}
    assert delivery.video.facts.audio_profile == "LC"
    assert all(facts.duration_s == pytest.approx(odd_clips.DURATION_S, abs=0.15) for facts in written)
    assert [decode(rendition.path) for rendition in (review, delivery.video)] == ["", ""]


@pytest.mark.parametrize("plan", ["remux", "encode"])
def test_the_sound_track_that_was_judged_is_the_one_that_is_heard(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip, plan: str
) -> None:
    source = clip(odd_clips.two_sound_tracks)
    first = probe.probe(sandbox, source, boxes.read_container(source))
    facts = replace(first, audio_track=1, audio_codec="aac" if plan == "remux" else "opus")

    copy = review_copy(sandbox, source, facts, tmp_path)

    assert loudest(source) == 0
    assert loudest(copy.path) > 1000


@pytest.mark.skipif(not SHARED_MEDIA.is_dir(), reason="no clips of others here")
def test_a_phones_raw_sound_becomes_aac(tmp_path: Path, sandbox: Sandbox) -> None:
    source = SHARED_MEDIA / "phone_livephoto_iphone6s_pcm.mov"
    facts = probe.probe(sandbox, source, boxes.read_container(source))

    copy = review_copy(sandbox, source, facts, tmp_path)

    assert b"lpcm" in source.read_bytes()
    assert (copy.facts.audio_codec, decode(copy.path)) == ("aac", "")
