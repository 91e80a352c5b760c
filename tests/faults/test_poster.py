"""A poster of any moment: drawn when a clip is published, from the copy that was watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake.actions import moderating
from intake.db.engine import writing
from intake.domain.jobs import JobKind
from intake.domain.states import State
from intake.storage import keys
from tests import builders
from tests.faults import stories

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.stories import World

SQLITE = pytest.mark.usually("sqlite")


def published_file(world: World, name: str, folder: Path, **ruling: object) -> bytes:
    """Approve a clip as ruled, publish it, and return a file of it."""
    services = world.services
    submission_id = stories.to_review(services, world.clips)
    decided = builders.a_ruling(builders.read(services, submission_id), moderating.Decision.APPROVE, **ruling)
    with writing(services.engine) as connection:
        moderating.decide(connection, submission_id, decided, now=services.clock())
    stories.run(world, stories.ready_job(services, submission_id, JobKind.PUBLISH).id)
    clip = builders.read(services, submission_id)
    assert clip.state is State.PUBLISHED
    assert clip.publication is not None
    target = folder / f"{submission_id}-{name}"
    services.gallery.fetch(keys.published(clip.publication.clip_id, clip.publication.revision, name), target)
    return target.read_bytes()


@SQLITE
@pytest.mark.parametrize("name", ["poster.jpg", "poster.webp"])
def test_a_moment_stands_for_the_clip(world: World, tmp_path: Path, name: str) -> None:
    early = published_file(world, name, tmp_path, poster_at_s=1.0)
    late = published_file(world, name, tmp_path, poster_at_s=8.0)
    still = published_file(world, name, tmp_path)

    assert len({early, late, still}) == 3


@SQLITE
def test_a_moment_behind_the_end_is_the_last_picture(world: World, tmp_path: Path) -> None:
    poster = published_file(world, "poster.jpg", tmp_path, poster_at_s=5000.0)

    assert poster.startswith(b"\xff\xd8")
