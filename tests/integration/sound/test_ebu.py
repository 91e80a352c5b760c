"""Loudness, range and true peak against the signals of EBU Tech 3341 (2023) and 3342 (2016), made from their tables.

Not here: the cases made from the EBU's own programme recordings (3341-7 and 8, 3342-5 and 6), and 3341-13 and 14, about
isolated bursts of 400 ms, which ffmpeg reads up to 0.45 LU too low; we do not use that figure.
"""

from __future__ import annotations

import re
import subprocess
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.builders import some_facts
from tests.media_factory import SHARED_MEDIA
from workers.media import limits
from workers.media.commands import sound
from workers.media.levels import measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake.domain.facts import AudioLevels
    from workers.media.sandbox import Sandbox

    LevelsOf = Callable[[np.ndarray], AudioLevels]

RATE_HZ = 48_000
GATE = SHARED_MEDIA / "audio_bs1770_relgate_-10LKFS.wav"

Parts = list[tuple[float, float]]
"""Levels in dBFS and their seconds."""


def a_tone(parts: Parts) -> np.ndarray:
    """A tone of 1 kHz that changes its level."""
    level = np.concatenate([np.full(round(length_s * RATE_HZ), 10 ** (dbfs / 20)) for dbfs, length_s in parts])
    return level * np.sin(2 * np.pi * 1000 * np.arange(level.size) / RATE_HZ)


def in_stereo(samples: np.ndarray) -> np.ndarray:
    return np.stack([samples, samples], axis=1)


def a_peak(*, samples_a_turn: int, phase_deg: float, height: float) -> np.ndarray:
    """A tone whose highest swings lie between its samples, faded in and out as its beginning would swing higher."""
    moments = np.arange(RATE_HZ)
    fade = np.minimum(1, np.minimum(moments, RATE_HZ - moments) / 960)
    return in_stereo(height * fade * np.sin(2 * np.pi * moments / samples_a_turn + np.deg2rad(phase_deg)))


def a_burst(offset: int) -> np.ndarray:
    """As cases 20 to 23: one full swing made at four times the rate, of which every fourth sample is kept."""
    size = 4 * RATE_HZ
    moments = np.arange(size)
    made = 0.5 * np.sin(2 * np.pi * moments / 24) * np.minimum(1, np.minimum(moments, size - moments) / 3840)
    made[48_000:48_024] *= 2
    # Band-limited to half of the rate that is left, in the spectrum, and then exactly full scale.
    spectrum = np.fft.rfft(made)
    spectrum[RATE_HZ // 2 :] = 0
    limited = np.fft.irfft(spectrum, size)
    return in_stereo((limited / np.abs(limited).max())[offset::4])


def file_of(samples: np.ndarray, folder: Path) -> Path:
    """Write *samples* as 32-bit floats in no container, then as 24-bit ALAC in MP4: lossless, as our tools open it."""
    raw, path = folder / "signal.f32", folder / "signal.mp4"
    raw.write_bytes(samples.astype("<f4").tobytes())
    layout = {2: "stereo", 5: "5.0"}[samples.shape[1]]
    source = ("-f", "f32le", "-ar", str(RATE_HZ), "-ac", str(samples.shape[1]), "-channel_layout", layout, "-i", raw)
    codec = ("-c:a", "alac", "-sample_fmt", "s32p" if samples.shape[1] == 2 else "s16p")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *codec, path], check=True)
    return path


@pytest.fixture
def levels_of(sandbox: Sandbox, tmp_path: Path) -> LevelsOf:
    def measured(samples: np.ndarray) -> AudioLevels:
        facts = some_facts(audio_codec="alac", audio_channels=samples.shape[1], audio_sample_rate_hz=RATE_HZ)
        return measure(sandbox, file_of(samples, tmp_path), facts, judges_noise=False).levels

    return measured


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        pytest.param([(-23, 20)], -23, id="3341-1"),
        pytest.param([(-33, 20)], -33, id="3341-2"),
        pytest.param([(-36, 10), (-23, 60), (-36, 10)], -23, id="3341-3"),
        pytest.param([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23, id="3341-4"),
        pytest.param([(-26, 20), (-20, 20.1), (-26, 20)], -23, id="3341-5"),
    ],
)
def test_integrated_loudness(levels_of: LevelsOf, parts: Parts, lufs: float) -> None:
    assert levels_of(in_stereo(a_tone(parts))).integrated_lufs == pytest.approx(lufs, abs=0.1)


def test_surround_is_weighted_3341_6(levels_of: LevelsOf) -> None:
    channels = [a_tone([(dbfs, 20)]) for dbfs in (-28, -28, -24, -30, -30)]

    assert levels_of(np.stack(channels, axis=1)).integrated_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(
    ("samples_a_turn", "phase_deg", "height", "dbtp"),
    [
        pytest.param(4, 0, 0.5, -6, id="3341-15"),
        pytest.param(4, 45, 0.5, -6, id="3341-16"),
        pytest.param(6, 60, 0.5, -6, id="3341-17"),
        pytest.param(8, 67.5, 0.5, -6, id="3341-18"),
        pytest.param(4, 45, 1.41, 3, id="3341-19"),
    ],
)
def test_true_peak(levels_of: LevelsOf, samples_a_turn: int, phase_deg: float, height: float, dbtp: float) -> None:
    signal = a_peak(samples_a_turn=samples_a_turn, phase_deg=phase_deg, height=height)

    assert dbtp - 0.4 <= levels_of(signal).true_peak_dbtp <= dbtp + 0.2


@pytest.mark.parametrize("offset", [pytest.param(offset, id=f"3341-{20 + offset}") for offset in range(4)])
def test_true_peak_of_a_burst(levels_of: LevelsOf, offset: int) -> None:
    assert -0.4 <= levels_of(a_burst(offset)).true_peak_dbtp <= 0.2


@pytest.mark.parametrize(
    ("parts", "range_lu"),
    [
        pytest.param([(-20, 20), (-30, 20)], 10, id="3342-1"),
        pytest.param([(-20, 20), (-15, 20)], 5, id="3342-2"),
        pytest.param([(-40, 20), (-20, 20)], 20, id="3342-3"),
        pytest.param([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15, id="3342-4"),
    ],
)
def test_loudness_range(levels_of: LevelsOf, parts: Parts, range_lu: float) -> None:
    assert levels_of(in_stereo(a_tone(parts))).range_lu == pytest.approx(range_lu, abs=1)


def test_short_term_loudness_stays_3341_9(sandbox: Sandbox, tmp_path: Path) -> None:
    """Our verdict uses no short-term loudness; this is the meter as we configure it, made to say what it reads."""
    signal = file_of(in_stereo(a_tone([(-20, 1.34), (-30, 1.66)] * 5)), tmp_path)
    argv = sound.measure_sound(track=0, sample_rate_hz=RATE_HZ, layout="stereo")
    aloud = [word.replace("framelog=verbose", "framelog=info") for word in argv]
    assert aloud != argv

    stderr = sandbox.stream(aloud, source=signal, output=tmp_path, limits=limits.SOUND, consume=lambda _: None)

    readings = [(float(at), float(lufs)) for at, lufs in re.findall(r"t: *([\d.]+).* S: *(-?[\d.]+)", stderr)]
    full = [lufs for at, lufs in readings if at >= 3.05]
    assert len(full) > 100
    assert full == pytest.approx([-23.0] * len(full), abs=0.1)


def test_one_channel_is_as_loud_as_players_play_it(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "mono.mp4"
    tone = ("-f", "lavfi", "-i", "aevalsrc=0.1*sin(2*PI*1000*t):s=48000:d=5")
    subprocess.run(["ffmpeg", "-v", "error", *tone, "-c:a", "alac", path], check=True)
    facts = some_facts(audio_codec="alac", audio_channels=1, audio_sample_rate_hz=RATE_HZ)

    assert measure(sandbox, path, facts, judges_noise=False).levels.integrated_lufs == pytest.approx(-20, abs=0.1)


@pytest.mark.skipif(not GATE.is_file(), reason=f"no {GATE}")
def test_the_gate_of_the_itu_s_own_file(levels_of: LevelsOf) -> None:
    with wave.open(str(GATE)) as file:
        assert (file.getsampwidth(), file.getframerate(), file.getnchannels()) == (2, RATE_HZ, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32768

    assert levels_of(samples).integrated_lufs == pytest.approx(-10, abs=0.1)
