"""Hostile files, through the real tools in the real sandbox."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from intake.domain.calls import Format
from intake.domain.checks import CheckCode, Reason, Verdict
from intake.domain.errors import ToolFailed, VideoRefused
from tests import evil, media_factory
from workers.media import limits, renditions
from workers.media.boxes import Container, read_container
from workers.media.commands import pictures, shaping
from workers.media.examine import examine
from workers.media.probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from intake.domain.calls import Rules
    from tests.media_factory import MakeClip
    from workers.media.examine import Examination
    from workers.media.sandbox import Sandbox


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """A server that nobody must call."""
    with socket.create_server(("127.0.0.1", evil.CANARY_PORT)) as server:
        server.setblocking(False)
        yield server
        with contextlib.suppress(BlockingIOError):
            server.accept()
            pytest.fail("somebody called")


@pytest.mark.parametrize("name", evil.PLAYLISTS)
def test_a_playlist_leads_nowhere(
    tmp_path: Path, sandbox: Sandbox, rules: Rules, canary: socket.socket, name: str
) -> None:
    path = evil.a_playlist(tmp_path, name)

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    assert [check.reason for check in examination.checks] == [Reason.NOT_A_VIDEO]
    assert canary.fileno() > 0


@pytest.mark.parametrize("name", evil.PLAYLISTS)
def test_a_playlist_leads_nowhere_even_past_the_boxes(
    tmp_path: Path, sandbox: Sandbox, clip: MakeClip, canary: socket.socket, name: str
) -> None:
    (tmp_path / "other-customer.mp4").write_bytes(clip(media_factory.a_short_clip).read_bytes())
    path = evil.a_playlist(tmp_path, name)
    unchecked = Container(format=Format.MP4, size_bytes=path.stat().st_size, is_fragmented=False, has_cuts=False)

    with pytest.raises(VideoRefused):
        probe(sandbox, path, unchecked)

    assert canary.fileno() > 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("outside-reference", Reason.OUTSIDE_REFERENCE),
        ("url-reference", Reason.OUTSIDE_REFERENCE),
        ("foreign-codec", Reason.UNKNOWN_VIDEO_CODEC),
        ("bomb", Reason.PICTURE_TOO_LARGE),
        ("crowd", Reason.TOO_COMPLEX),
    ],
)
def test_a_built_file_is_refused_before_any_tool(
    tmp_path: Path, sandbox: Sandbox, rules: Rules, name: str, reason: Reason
) -> None:
    path = evil.BUILDERS[name](tmp_path)

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    assert [check.reason for check in examination.checks] == [reason]


def test_a_codec_under_a_false_name_is_decoded_by_nobody(tmp_path: Path, sandbox: Sandbox, rules: Rules) -> None:
    path = evil.a_disguised_codec(tmp_path)

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    assert not examination.is_accepted


def test_a_foreign_decoder_does_not_open(tmp_path: Path, sandbox: Sandbox) -> None:
    path = evil.a_foreign_codec(tmp_path)

    with pytest.raises(ToolFailed, match=r"(?i)decoder|codec"):
        sandbox.run(
            pictures.draw_stills(shaping.Look(width_px=64, height_px=64)),
            source=path,
            output=tmp_path,
            limits=limits.STILLS,
        )


@pytest.mark.parametrize("name", evil.MADE_OF_A_CLIP)
def test_a_file_made_of_a_clip_is_judged_for_what_it_is(
    tmp_path: Path, sandbox: Sandbox, rules: Rules, clip: MakeClip, name: str
) -> None:
    build, reason = evil.MADE_OF_A_CLIP[name]
    path = build(tmp_path, clip(media_factory.a_landscape_clip))

    examination = examine(path, rules=rules, sandbox=sandbox, folder=a_room(tmp_path))

    refused = {check.reason for check in examination.checks if check.verdict is Verdict.FAIL}
    assert refused == ({reason} - {Reason.FINE})


def test_a_clip_that_was_cut_inside_is_incomplete(
    tmp_path: Path, sandbox: Sandbox, rules: Rules, clip: MakeClip
) -> None:
    path = evil.a_clip_cut_inside(tmp_path, clip(media_factory.a_streamable_clip))

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    assert [(check.code, check.reason) for check in examination.checks] == [(CheckCode.DECODABLE, Reason.INCOMPLETE)]


def test_a_clip_that_was_written_by_half_is_damaged(
    tmp_path: Path, sandbox: Sandbox, rules: Rules, clip: MakeClip
) -> None:
    path = evil.a_half_empty_clip(tmp_path, clip(media_factory.a_streamable_clip))

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    assert failed(examination) == [(CheckCode.DECODABLE, Reason.DAMAGED)]


def test_a_picture_that_breaks_off_inside_an_intact_index_is_seen(
    tmp_path: Path, sandbox: Sandbox, rules: Rules, clip: MakeClip
) -> None:
    path = evil.a_clip_that_loses_its_picture(tmp_path, clip(media_factory.a_landscape_clip), at_s=9)

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    (damage,) = [check for check in examination.checks if check.verdict == "fail"]
    assert (damage.code, damage.reason) == (CheckCode.DECODABLE, Reason.DAMAGED)
    assert isinstance(damage.measured, float)
    assert 6 <= damage.measured < 9


@pytest.mark.parametrize("length_ms", [0, 36_000_000], ids=["nothing", "ten-hours"])
def test_a_header_that_lies_about_the_length_is_not_believed(
    tmp_path: Path, sandbox: Sandbox, rules: Rules, clip: MakeClip, length_ms: int
) -> None:
    path = evil.a_clip_that_declares(tmp_path, clip(media_factory.a_landscape_clip), length_ms=length_ms)

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    assert examination.is_accepted
    assert examination.facts is not None
    assert examination.facts.duration_s == pytest.approx(12, abs=0.1)


def test_an_index_over_nothing_is_damaged(tmp_path: Path, sandbox: Sandbox, rules: Rules, clip: MakeClip) -> None:
    path = evil.a_scrambled_clip(tmp_path, clip(media_factory.a_landscape_clip))

    examination = examine(path, rules=rules, sandbox=sandbox, folder=tmp_path)

    assert failed(examination) == [(CheckCode.DECODABLE, Reason.DAMAGED)]


def failed(examination: Examination) -> list[tuple[CheckCode, Reason]]:
    return [(check.code, check.reason) for check in examination.checks if check.verdict == "fail"]


@pytest.mark.parametrize("name", evil.LOCATIONS)
def test_a_place_does_not_reach_the_review_copy(tmp_path: Path, sandbox: Sandbox, clip: MakeClip, name: str) -> None:
    path = evil.a_located_clip(tmp_path, clip(media_factory.a_small_clip), name=name)
    facts = probe(sandbox, path, read_container(path))

    copy = renditions.remux(sandbox, path, facts, folder=a_room(tmp_path)).path.read_bytes()

    assert [trace for trace in evil.TRACES if trace in path.read_bytes()]
    assert [trace for trace in evil.TRACES if trace in copy] == []


def test_a_probe_may_take_no_more_than_was_promised() -> None:
    assert (limits.PROBE.cpu_s, limits.PROBE.memory_bytes) == (5, 512 * 1024 * 1024)


def a_room(folder: Path) -> Path:
    room = folder / "room"
    room.mkdir()
    return room
