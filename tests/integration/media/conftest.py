"""One sandbox, and each generated clip made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.domain.calls import Format, Rules
from workers.media.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_factory import BuildClip, MakeClip


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    return Sandbox.tested()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """Make a clip by a function of `media_factory`, once a session."""
    folder = tmp_path_factory.mktemp("clips")
    made: dict[BuildClip, Path] = {}

    def make(build: BuildClip) -> Path:
        if build not in made:
            made[build] = build(folder)
        return made[build]

    return make


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
