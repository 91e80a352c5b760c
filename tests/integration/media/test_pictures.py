"""Pictures for visitors: stills in a second format, and the strip for jumping about in a clip."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests import media_factory
from workers.media import boxes, probe
from workers.media.sprites import draw_sprite
from workers.media.thumbnails import draw_moment, make_webps, take_stills

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from tests.media_factory import BuildClip, MakeClip
    from workers.media.sandbox import Sandbox


def test_each_still_gets_a_webp_of_its_name_and_size(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, sandbox: Sandbox, clip: MakeClip
) -> None:
    source, seen = clip(media_factory.a_portrait_clip), tmp_path_factory.mktemp("seen")
    stills = [still.path for still in take_stills(sandbox, source, facts_of(sandbox, source), folder=seen).stills]

    webps = make_webps(sandbox, stills, folder=tmp_path)

    assert [webp.stem for webp in webps] == [still.stem for still in stills]
    assert sorted(tmp_path.iterdir()) == sorted(webps)
    assert all(webp.read_bytes()[8:12] == b"WEBP" for webp in webps)
    assert {size_px(webp) for webp in webps} == {size_px(stills[0])} == {(240, 320)}


def test_a_clip_with_reordered_pictures_is_seen_to_its_last_keyframe(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip
) -> None:
    source = clip(media_factory.a_reordered_clip)

    seen = take_stills(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    assert [still.at_s for still in seen.stills] == [2.0, 4.0, 6.0, 8.0, 10.0, 11.0]
    assert seen.levels.breaks_off_s is None


def test_a_moment_is_drawn_upright_in_both_formats(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_portrait_clip)

    made = draw_moment(sandbox, source, facts_of(sandbox, source), at_s=1.0, folder=tmp_path)

    assert [path.suffix for path in made] == [".jpg", ".webp"]
    assert {size_px(path) for path in made} == {(240, 320)}


def test_each_moment_is_another_picture(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_landscape_clip)
    facts = facts_of(sandbox, source)

    early, _ = draw_moment(sandbox, source, facts, at_s=1.0, folder=tmp_path)
    seen = early.read_bytes()
    late, _ = draw_moment(sandbox, source, facts, at_s=9.0, folder=tmp_path)

    assert late.read_bytes() != seen


@pytest.mark.parametrize(
    ("build", "tile_px", "size"),
    [
        pytest.param(media_factory.a_landscape_clip, (160, 90), (5 * 160, 3 * 90), id="landscape"),
        pytest.param(media_factory.a_portrait_clip, (120, 160), (5 * 120, 3 * 160), id="portrait"),
        pytest.param(media_factory.a_one_keyframe_clip, (160, 120), (160, 120), id="one-keyframe"),
    ],
)
def test_a_sprite_has_tiles_in_the_clips_own_shape(  # noqa: PLR0917 - fixtures and a case
    tmp_path: Path,
    sandbox: Sandbox,
    clip: MakeClip,
    build: BuildClip,
    tile_px: tuple[int, int],
    size: tuple[int, int],
) -> None:
    source = clip(build)

    sprite = draw_sprite(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["sprite.jpg", "sprite.vtt", "sprite.webp"]
    assert size_px(sprite.jpeg) == size_px(sprite.webp) == size
    areas = re.findall(r"sprite\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)", sprite.vtt.read_text())
    assert {(int(width), int(height)) for *_, width, height in areas} == {tile_px}


def test_a_sprite_has_a_tile_for_each_keyframe(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_landscape_clip)

    sprite = draw_sprite(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    assert sprite.vtt.read_text().count("#xywh=") == 12


def test_the_last_tile_of_a_sprite_stands_to_the_end(tmp_path: Path, sandbox: Sandbox, clip: MakeClip) -> None:
    source = clip(media_factory.a_landscape_clip)

    sprite = draw_sprite(sandbox, source, facts_of(sandbox, source), folder=tmp_path)

    times = re.findall(r"(\S+) --> (\S+)", sprite.vtt.read_text())
    assert (times[0][0], times[1][0][:8], times[-1][1][:8]) == ("00:00:00.000", "00:00:01", "00:00:12")
    assert [end for _, end in times[:-1]] == [start for start, _ in times[1:]]


def facts_of(sandbox: Sandbox, path: Path) -> VideoFacts:
    return probe.probe(sandbox, path, boxes.read_container(path))


def size_px(picture: Path) -> tuple[int, int]:
    argv = ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "json", picture]
    described = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    (stream,) = described["streams"]
    return stream["width"], stream["height"]
