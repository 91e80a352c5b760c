"""Which ffmpeg an operator is warned of."""

from __future__ import annotations

import pytest

from intake.domain.ffmpeg_releases import is_mended, release_in, warning_about


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("5.1.9-0+deb12u1", False),
        ("5.1.10-0+deb12u1", True),
        ("7.1.5-0+deb13u1", True),
        ("7.1", False),
        ("7.0.9", False),
        ("4.4.2-0ubuntu0.22.04.1", False),
        ("n9.0.2", True),
        ("10.0", True),
        ("N-121000-gabcdef", False),
    ],
)
def test_a_release_is_mended_or_not(release: str, *, expected: bool) -> None:
    assert is_mended(release) is expected
    assert (warning_about(release) is None) is expected


def test_the_release_stands_in_the_first_line() -> None:
    assert release_in("ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026\nbuilt with gcc") == "5.1.9-0+deb12u1"
    assert release_in("what is this") is None
