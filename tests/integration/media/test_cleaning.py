"""A cleaner sound beside the original's: less noise, on the same clock, as long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from intake.domain.cutting import Cut, SoundChoice
from tests import media_factory
from tests.cleaning_accuracy import RATE_HZ, samples_of, shift_s
from workers.media import boxes, probe
from workers.media.cleaning import clean
from workers.media.recutting import recut
from workers.media.sandbox import Level, Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.facts import VideoFacts
    from tests.media_factory import MakeClip


def facts_of(sandbox: Sandbox, path: Path) -> VideoFacts:
    return probe.probe(sandbox, path, boxes.read_container(path))


@pytest.fixture(scope="module")
def noisy(clip: MakeClip) -> Path:
    return clip(media_factory.a_noisy_clip)


@pytest.fixture(scope="module", params=Level)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Each kind of walls in turn: what runs inside is the Python that runs this test, wherever it is installed."""
    return Sandbox.tested(levels=[request.param])


@pytest.fixture(scope="module")
def cleaner(noisy: Path, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean(sandbox, noisy, facts_of(sandbox, noisy), folder=tmp_path_factory.mktemp("cleaner"))


def test_there_is_less_noise_and_nothing_moved(noisy: Path, cleaner: Path) -> None:
    before, after = samples_of(noisy), samples_of(cleaner)

    assert after.size == pytest.approx(before.size, abs=RATE_HZ // 20)
    assert abs(shift_s(before, after)) < 0.005
    assert np.percentile(np.abs(after), 20) < np.percentile(np.abs(before), 20) / 2


def test_it_goes_with_the_picture_where_it_is_chosen(
    noisy: Path, cleaner: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    voice = tmp_path / cleaner.name
    voice.write_bytes(cleaner.read_bytes())
    chosen = Cut(start_s=2.0, sound=SoundChoice.CLEANER)

    made = recut(sandbox, noisy, facts_of(sandbox, noisy), chosen, folder=tmp_path, cleaner=voice)

    shown = samples_of(made.copy.path)
    assert abs(shift_s(samples_of(cleaner)[2 * RATE_HZ :], shown)) < 0.005
    assert np.percentile(np.abs(shown), 20) < np.percentile(np.abs(samples_of(noisy)), 20) / 2


def test_the_picture_is_copied_where_only_the_sound_changes(
    noisy: Path, cleaner: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    voice = tmp_path / cleaner.name
    voice.write_bytes(cleaner.read_bytes())
    facts = facts_of(sandbox, noisy)

    made = recut(sandbox, noisy, facts, Cut(sound=SoundChoice.CLEANER), folder=tmp_path, cleaner=voice)

    assert made.copy.facts.video_bit_rate_bps == pytest.approx(facts.video_bit_rate_bps, rel=0.02)
    assert abs(shift_s(samples_of(cleaner), samples_of(made.copy.path))) < 0.005
