"""Which ffmpeg has known holes."""

from __future__ import annotations

import pytest

from intake.domain.tools import has_known_holes, read_ffmpeg_version


@pytest.mark.parametrize(
    ("version", "has_holes"),
    [
        ("5.1.9-0+deb12u1", True),
        ("5.1.10-0+deb12u1", False),
        ("6.0", True),
        ("6.1.6", False),
        ("7.1.4", True),
        ("8.0.3", False),
        ("8.1.1", True),
        ("8.1.2", False),
        ("n9.0.2-3-g5f1e", False),
        ("N-118000-gabcdef", None),
    ],
)
def test_a_version_is_weighed_by_its_number(version: str, *, has_holes: bool | None) -> None:
    assert has_known_holes(version) is has_holes


def test_the_version_is_read_from_what_ffmpeg_says() -> None:
    said = "ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2025 the FFmpeg developers\nbuilt with gcc 12"

    assert read_ffmpeg_version(said) == "5.1.9-0+deb12u1"
