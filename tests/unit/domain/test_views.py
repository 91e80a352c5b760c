"""What a line of the proxy's log counts for."""

from __future__ import annotations

from datetime import date

import pytest

from intake.domain.submissions import ClipId
from intake.domain.views import View, views_in

BUCKET = "intake-gallery"
CLIP = "abcdefgh23"
DAY = date(2026, 11, 28)


def a_line(
    *,
    at: str = "2026-11-28T09:00:00+00:00",
    method: str = "GET",
    status: str = "206",
    wanted: str = "bytes=0-",
    path: str = f"/{BUCKET}/clips/{CLIP}/1/video.mp4",
) -> bytes:
    return f'{at} {"0f" * 16} {method} {status} "{wanted}" {path}'.encode()


@pytest.mark.parametrize(
    "line",
    [
        a_line(),
        a_line(status="200", wanted=""),
        a_line(status="200", wanted="-"),
        a_line(wanted="bytes=0-1048575"),
        a_line(path=f"/{BUCKET}/clips/{CLIP}/12/video-small.mp4"),
        a_line(at="2026-11-28T23:59:59Z"),
        # A quarter past midnight in Pistoia.
        a_line(at="2026-11-29T00:15:00+01:00"),
    ],
    ids=["open range", "whole", "no range", "first piece", "small", "zulu", "midnight"],
)
def test_a_video_from_its_first_byte_is_a_view(line: bytes) -> None:
    assert views_in([line], bucket=BUCKET) == {View(ClipId(CLIP), DAY): 1}


@pytest.mark.parametrize(
    "line",
    [
        a_line(method="HEAD"),
        a_line(status="304"),
        a_line(status="404"),
        a_line(wanted="bytes=0-1"),
        a_line(wanted="bytes=4096-"),
        a_line(wanted="bytes=-500"),
        a_line(wanted="bytes=0-9,20-"),
        a_line(path=f"/{BUCKET}/clips/{CLIP}/1/poster.jpg"),
        a_line(path=f"/another/clips/{CLIP}/1/video.mp4"),
    ],
    ids=["head", "not changed", "missing", "probe", "seek", "suffix", "many", "poster", "other bucket"],
)
def test_what_does_not_begin_to_play_is_none(line: bytes) -> None:
    assert not views_in([line], bucket=BUCKET)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\x00\xff\xfe" * 50,
        a_line(path=f"/{BUCKET}/clips/../../etc/passwd/1/video.mp4"),
        a_line(path=f"/{BUCKET}/clips/{CLIP}' OR 1=1/1/video.mp4"),
        a_line(path=f"/{BUCKET}/clips/{CLIP}/1/video.mp4\\x0A2026-11-28"),
        a_line(at="2026-02-30T09:00:00+00:00"),
        a_line(at="0001-01-01T00:00:00+14:00"),
        a_line(at="2026-11-28T09:00:00+99:99"),
        a_line(at="٢٠٢٦-11-28T09:00:00+00:00"),
        a_line(wanted="bytes=0-" + "9" * 4000),
        a_line() + b" " + a_line(),
        a_line(path="/" + "a" * 100_000),
    ],
    ids=[
        *("empty", "bytes", "climbing", "sql", "newline", "no such day", "before time", "no such zone", "digits"),
        *("long number", "two in one", "long"),
    ],
)
def test_a_hostile_line_counts_nothing(line: bytes) -> None:
    assert not views_in([line], bucket=BUCKET)


def test_views_of_a_day_are_added_up() -> None:
    lines = [a_line(), a_line(), a_line(at="2026-11-29T09:00:00+00:00")]

    assert views_in(lines, bucket=BUCKET) == {
        View(ClipId(CLIP), DAY): 2,
        View(ClipId(CLIP), date(2026, 11, 29)): 1,
    }
