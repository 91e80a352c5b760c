"""A review copy cut as a moderator wants it: as long, as upright and as much in time as was asked for."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from intake.domain.cutting import WHOLE, Cut
from tests import media_factory
from tests.integration.media.test_sync import MAX_APART_S, a_flashing_clip, beeps_s, flashes_s
from workers.media import boxes, probe
from workers.media.recutting import CUT, recut

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from intake.domain.jobs import Progress
    from tests.media_factory import MakeClip
    from workers.media.sandbox import Sandbox

A_PICTURE_S = 1 / 25


def facts_of(sandbox: Sandbox, path: Path) -> VideoFacts:
    return probe.probe(sandbox, path, boxes.read_container(path))


def corners(path: Path) -> list[int]:
    """How light the four corners of the first picture are, clockwise from the upper left."""
    argv = ["ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-vf", "scale=2:2:flags=area,format=gray"]
    answer = subprocess.run([*argv, "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
    return [answer[place] for place in (0, 1, 3, 2)]


def a_clip_light_in_one_corner(folder: Path) -> Path:
    """Its upper left quarter is white."""
    out = folder / "corner.mp4"
    picture = "color=black:size=320x240:rate=25:duration=4,drawbox=color=white:t=fill:w=160:h=120"
    drawn = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=duration=4", "-pix_fmt", "yuv420p"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *drawn, "-c:v", "libx264", "-c:a", "aac", out], check=True)
    return out


@pytest.mark.parametrize(
    ("cut", "length_s"),
    [
        pytest.param(Cut(start_s=3.3), 8.7, id="a beginning"),
        pytest.param(Cut(end_s=7.45), 7.45, id="an end"),
        pytest.param(Cut(start_s=1.01, end_s=11.52), 10.51, id="both"),
    ],
)
def test_a_cut_copy_has_the_length_that_was_asked_for(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip, cut: Cut, length_s: float
) -> None:
    source = clip(media_factory.a_landscape_clip)

    made = recut(sandbox, source, facts_of(sandbox, source), cut, folder=tmp_path)

    written = facts_of(sandbox, made.copy.path)
    assert written.duration_s == pytest.approx(length_s, abs=2 * A_PICTURE_S)
    assert written.picture_s == pytest.approx(length_s, abs=2 * A_PICTURE_S)
    assert made.sound.levels.duration_s == pytest.approx(length_s, abs=2 * A_PICTURE_S)
    assert made.plan == CUT
    assert made.pictures.stills


def test_a_cut_copy_tells_nothing(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_landscape_clip)

    made = recut(sandbox, source, facts_of(sandbox, source), Cut(start_s=1.0), folder=tmp_path)

    content = made.copy.path.read_bytes()
    assert all(telling in source.read_bytes() for telling in (b"loci", b"Anna"))
    assert not any(telling in content for telling in (b"loci", b"Anna", b"Lavf", b"x264"))
    assert content.index(b"moov") < content.index(b"mdat")


def test_how_far_a_cut_is_is_told_by_its_own_length(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_landscape_clip)
    told: list[Progress] = []

    recut(sandbox, source, facts_of(sandbox, source), Cut(start_s=9.0), folder=tmp_path, tell=told.append)

    assert told
    assert told[-1].percent > 80


def test_a_portrait_stays_upright_when_it_is_cut(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_portrait_clip)
    facts = facts_of(sandbox, source)

    made = recut(sandbox, source, facts, Cut(start_s=1.0), folder=tmp_path)

    assert facts.is_turned
    assert (made.copy.facts.rotation_deg, made.copy.facts.upright_px) == (0, facts.upright_px)


@pytest.mark.parametrize(
    ("turn_deg", "lightest"),
    [pytest.param(90, 1, id="a quarter"), pytest.param(180, 2, id="half"), pytest.param(270, 3, id="a quarter back")],
)
def test_a_picture_is_turned_clockwise(tmp_path: Path, sandbox: Sandbox, turn_deg: int, lightest: int) -> None:
    source = a_clip_light_in_one_corner(tmp_path)
    room = tmp_path / "room"
    room.mkdir()

    made = recut(sandbox, source, facts_of(sandbox, source), Cut(rotate_deg=turn_deg), folder=room)

    light = corners(made.copy.path)
    assert light.index(max(light)) == lightest
    assert made.copy.facts.is_portrait is (turn_deg != 180)
    assert made.copy.facts.duration_s == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize("sound_late_s", [0, 0.4], ids=["together", "late"])
def test_lips_and_voice_stay_together_in_a_cut(tmp_path: Path, sandbox: Sandbox, sound_late_s: float) -> None:
    source = a_flashing_clip(tmp_path, sound_late_s=sound_late_s)
    room = tmp_path / "room"
    room.mkdir()

    made = recut(sandbox, source, facts_of(sandbox, source), Cut(start_s=0.5, end_s=10.5), folder=room)

    flashes, beeps = flashes_s(made.copy.path), beeps_s(made.copy.path)
    assert flashes == pytest.approx([0.5, 8.5], abs=MAX_APART_S)
    assert beeps == pytest.approx(flashes, abs=MAX_APART_S)


def test_the_whole_original_is_copied_again(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_landscape_clip)
    facts = facts_of(sandbox, source)

    made = recut(sandbox, source, facts, WHOLE, folder=tmp_path)

    assert made.plan == "plays_as_it_is"
    assert made.copy.facts.video_bit_rate_bps == pytest.approx(facts.video_bit_rate_bps, rel=0.02)
