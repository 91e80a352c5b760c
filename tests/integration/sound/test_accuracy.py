"""Speech over background and clipping on real Italian speech, after AAC and Opus, against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from intake.domain.checks import CheckCode, Reason
from intake.domain.listening import judge_sound
from tests import sound_accuracy, sound_factory
from tests.sound_accuracy import Accuracy, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from intake.domain.calls import Rules
    from intake.domain.facts import AudioLevels
    from workers.media.sandbox import Sandbox

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def readings(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> list[Reading]:
    """Every file, measured once."""
    return list(sound_accuracy.readings(sandbox, tmp_path_factory.mktemp("mixtures")))


def test_the_figure_is_near_the_truth(readings: list[Reading]) -> None:
    found = Accuracy.of(readings)

    assert found.files >= 200, "fewer files than promised"
    assert found.mean_error_db <= 1.5, sound_accuracy.table(readings)
    assert found.within_3_db >= 0.9, sound_accuracy.table(readings)


def test_nearly_every_file_gets_a_figure(readings: list[Reading]) -> None:
    """Ten people talking at once leave no pause to measure; all else does."""
    unanswered = [reading.noise for reading in readings if reading.error_db is None]

    assert set(unanswered) <= {"babble"}
    assert len(unanswered) / len(readings) <= 0.06


def test_many_talkers_are_found_by_what_lies_under_the_voice_too(readings: list[Reading]) -> None:
    """Where they leave no pause, this is all there is."""
    babble = [
        reading.levels.under_voice_db for reading in readings if reading.noise == "babble" and reading.snr_db <= 5
    ]

    assert len(babble) >= 12
    assert all(under_voice_db is not None and under_voice_db < 8 for under_voice_db in babble)


def test_what_lies_under_the_voice_follows_the_noise(readings: list[Reading]) -> None:
    truths = [reading.snr_db for reading in readings]
    under_voice = [reading.levels.under_voice_db or 0.0 for reading in readings]

    assert np.corrcoef(truths, under_voice)[0, 1] >= 0.75


def test_a_hum_is_told_from_other_noises(readings: list[Reading]) -> None:
    hums = [reading.levels.hum_hz for reading in readings if reading.noise == "hum" and reading.snr_db <= 15]
    others = [reading.levels.hum_hz for reading in readings if reading.noise != "hum"]

    assert set(hums) == {50}
    assert set(others) == {None}


def is_clipped(levels: AudioLevels, rules: Rules) -> bool:
    reasons = {check.reason for check in judge_sound(levels, rules) if check.code is CheckCode.CLIPPING}
    return bool(reasons & {Reason.CLIPPED, Reason.BADLY_CLIPPED})


def test_nearly_all_clipped_files_are_caught(sandbox: Sandbox, rules: Rules, tmp_path: Path) -> None:
    caught = []
    for codec, options in sound_factory.CODECS.items():
        files = [
            sound_factory.clipped(sound_factory.speech(voice, np.random.default_rng(seed), duration_s=6), by_db=by_db)
            for voice in sound_factory.VOICES
            for by_db in (3, 6, 9, 12, 18, 24)
            for seed in (1, 2)
        ]
        paths = sound_factory.write_all([samples for samples, _ in files], tmp_path, options)
        for (_, share), path in zip(files, paths, strict=True):
            if share >= 0.001:
                levels = sound_accuracy.hear(sandbox, path, codec=codec.partition("-")[0], judges_noise=False)
                caught.append(is_clipped(levels, rules))

    assert len(caught) >= 40
    assert caught.count(True) / len(caught) >= 0.95


def test_hardly_any_other_file_is_called_clipped(readings: list[Reading], rules: Rules) -> None:
    alarms = [is_clipped(reading.levels, rules) for reading in readings]

    assert alarms.count(True) / len(alarms) <= 0.01
