"""The page's sound check hears a room as it is, by real voices in noises of a known level."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from intake.domain import listening
from tests import sound_factory
from tests.frontend.test_scripts import NODE

if TYPE_CHECKING:
    from tests.sound_factory import Mixture

SNRS_DB = (0, 5, 10, 15, 20, 25, 30)
CASES = [(voice, noise, snr) for voice in sound_factory.VOICES for noise in sound_factory.NOISES for snr in SNRS_DB]


@pytest.fixture(scope="module")
def rooms() -> list[Mixture]:
    return [sound_factory.sound_check(*case, seed=seed) for seed, case in enumerate(CASES, start=1)]


@pytest.fixture(scope="module")
def heard(rooms: list[Mixture], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("rooms")
    paths = [folder / f"{room.name}.f32" for room in rooms]
    for room, path in zip(rooms, paths, strict=True):
        room.samples.astype("<f4").tofile(path)
    script = Path(__file__).with_name("measure.mjs")
    run = subprocess.run(
        [NODE, script], input=json.dumps([str(path) for path in paths]), check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_speech_over_background_is_near_the_truth(rooms: list[Mixture], heard: list[dict[str, Any]]) -> None:
    errors_db = np.abs([levels["speech_to_noise_db"] - room.snr_db for room, levels in zip(rooms, heard, strict=True)])

    assert errors_db.mean() < 1.5
    assert (errors_db < 3).mean() > 0.9


def test_somebody_who_reads_is_heard_even_in_a_loud_room(heard: list[dict[str, Any]]) -> None:
    assert min(levels["speech_s"] for levels in heard) > listening.MIN_SPEECH_S
