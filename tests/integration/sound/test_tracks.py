"""Which of several sound tracks is judged."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from intake.domain.errors import VideoRefused
from intake.domain.facts import SoundTrack
from intake.domain.listening import has_speech
from tests import sound_factory
from tests.builders import some_facts
from workers.media.boxes import read_container
from workers.media.probe import report
from workers.media.tracks import listen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sound_factory import Samples
    from workers.media.sandbox import Sandbox


def a_voice() -> Samples:
    return sound_factory.in_a_room(sound_factory.speech("carlo", np.random.default_rng(3), duration_s=6), rng())


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def a_file(folder: Path, *tracks: Samples) -> Path:
    """A file with these sound tracks, in this order."""
    paths = sound_factory.write_all(tracks, folder, sound_factory.CODECS["aac-64"])
    inputs = [word for path in paths for word in ("-i", path)]
    maps = [word for number in range(len(paths)) for word in ("-map", str(number))]
    joined = folder / "joined.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *maps, "-c", "copy", joined], check=True)
    return joined


def chosen(sandbox: Sandbox, path: Path) -> tuple[int, bool]:
    facts = report(sandbox, path, read_container(path)).facts
    listened = listen(sandbox, path, facts)
    return listened.facts.audio_track, has_speech(listened.sound.levels)


def test_the_track_that_speaks_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    path = a_file(tmp_path, np.zeros(96_000), a_voice())

    assert chosen(sandbox, path) == (1, True)


def test_the_first_that_speaks_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    path = a_file(tmp_path, 0.5 * a_voice(), a_voice())

    assert chosen(sandbox, path) == (0, True)


def test_where_nobody_speaks_the_loudest_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    hiss = sound_factory.white(96_000, rng())
    path = a_file(tmp_path, np.zeros(96_000), 0.001 * hiss, 0.01 * hiss)

    assert chosen(sandbox, path) == (2, False)


def test_one_track_is_no_choice(sandbox: Sandbox, tmp_path: Path) -> None:
    path = a_file(tmp_path, a_voice())

    facts = report(sandbox, path, read_container(path)).facts

    assert (facts.audio_track, facts.sound_tracks) == (0, ())


def test_a_track_that_cannot_be_decoded_is_passed_over(sandbox: Sandbox, tmp_path: Path) -> None:
    path = a_file(tmp_path, a_voice())
    there, absent = (
        SoundTrack(number=number, codec="aac", profile="LC", channels=1, sample_rate_hz=48_000) for number in (0, 7)
    )

    listened = listen(sandbox, path, some_facts(audio_channels=1, sound_tracks=(absent, there)))

    assert listened.facts.audio_track == 0


def test_no_track_that_can_be_decoded_is_a_refusal(sandbox: Sandbox, tmp_path: Path) -> None:
    path = a_file(tmp_path, a_voice())

    with pytest.raises(VideoRefused):
        listen(sandbox, path, some_facts(audio_channels=1, audio_track=7))
