"""Damaged and evil files all the way: sent in, looked at by the worker's own steps, and brought to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from intake.domain.states import State
from tests import evil, fuzzing, media_factory
from tests.faults import stories

if TYPE_CHECKING:
    from pathlib import Path

    from intake.wiring import Services
    from tests.media_factory import MakeClip
    from workers.media.sandbox import Sandbox

RESTS: Final = {State.REFUSED, State.AWAITING_REVIEW}
"""Where a file's fault and a good file end; `needs_operator` is for ours."""


def a_light_clip(folder: Path) -> Path:
    return media_factory.a_landscape_clip(folder, duration_s=11, size="320x240", rate=5)


def rest_of(path: Path, services: Services, sandbox: Sandbox) -> State:
    submission_id = stories.received(services, path)
    stories.finish_everything(services, sandbox)
    return stories.state_of(services, submission_id)


@pytest.mark.parametrize("number", range(12))
def test_a_damaged_clip_comes_to_rest(
    number: int, services: Services, sandbox: Sandbox, clip: MakeClip, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.mp4"
    good = clip(a_light_clip).read_bytes()
    path.write_bytes(fuzzing.mutation([good], number, outside=["file:///etc/hostname"]).content)

    assert rest_of(path, services, sandbox) in RESTS


@pytest.mark.parametrize("name", ["a-scrambled-clip", "a-denied-encryption", "a-flood-of-samples", "a-timeless-clip"])
def test_an_evil_clip_comes_to_rest(
    name: str, services: Services, sandbox: Sandbox, clip: MakeClip, tmp_path: Path
) -> None:
    build, _ = evil.MADE_OF_A_CLIP[name]

    assert rest_of(build(tmp_path, clip(a_light_clip)), services, sandbox) in RESTS
