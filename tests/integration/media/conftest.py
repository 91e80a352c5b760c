"""One sandbox, and each generated clip made once."""

from __future__ import annotations

import pytest

from intake.domain.calls import Format, Rules


@pytest.fixture
def rules() -> Rules:
    """The rules of the Pistoia2030 call."""
    return Rules(
        min_duration_s=10,
        max_duration_s=180,
        max_bytes=500_000_000,
        min_short_side_px=240,
        max_long_side_px=4096,
        warn_short_side_px=480,
        formats=(Format.MP4, Format.MOV),
    )
