"""Sound, from samples and from ffmpeg's summary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.errors import ToolFailed
from workers.media.levels import Loudness, SampleMeter, Sound, Waveform, read_loudness

RATE_HZ = 48_000
LOUD = Loudness(integrated_lufs=-20.0, range_lu=3.0, true_peak_dbtp=-3.0)

SUMMARY = """[Parsed_ebur128_1 @ 0x5] Summary:

  Integrated loudness:
    I:         {integrated} LUFS
    Threshold: -33.0 LUFS

  Loudness range:
    LRA:         2.4 LU
    Threshold: -43.4 LUFS
    LRA low:   -20.0 LUFS
    LRA high:  -17.0 LUFS

  True peak:
    Peak:       {peak} dBFS
"""


def a_tone(duration_s: float, *, level: float = 0.1, channels: int = 1) -> np.ndarray:
    moments = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    wave = (32767 * level * np.sin(2 * np.pi * 440 * moments)).astype("<i2")
    return np.stack([wave] * channels, axis=1)


def measured(samples: np.ndarray, *, chunk_bytes: int = 65_536) -> Sound:
    meter = SampleMeter(sample_rate_hz=RATE_HZ, channels=samples.shape[1])
    content = samples.tobytes()
    for start in range(0, len(content), chunk_bytes):
        meter.take(content[start : start + chunk_bytes])
    return meter.sound(LOUD, channels=samples.shape[1])


def test_the_summary_is_read() -> None:
    loudness = read_loudness("frames…\n" + SUMMARY.format(integrated="-18.5", peak="-2.6"))

    assert loudness == Loudness(integrated_lufs=-18.5, range_lu=2.4, true_peak_dbtp=-2.6)


@pytest.mark.parametrize("peak", ["-inf", "nan", "inf"])
def test_silence_has_no_loudness(peak: str) -> None:
    loudness = read_loudness(SUMMARY.format(integrated="-70.0", peak=peak))

    assert (loudness.integrated_lufs, loudness.true_peak_dbtp) == (None, None)


def test_no_summary_is_a_failure() -> None:
    with pytest.raises(ToolFailed):
        read_loudness("Conversion failed!")


def test_no_samples_are_a_failure() -> None:
    with pytest.raises(ToolFailed):
        SampleMeter(sample_rate_hz=RATE_HZ, channels=1).sound(LOUD, channels=1)


@settings(max_examples=40, deadline=None)
@given(chunk_bytes=st.integers(min_value=1, max_value=10_000))
def test_how_the_samples_arrive_changes_nothing(chunk_bytes: int) -> None:
    samples = a_tone(0.1, channels=2)

    assert measured(samples, chunk_bytes=chunk_bytes) == measured(samples)


def test_samples_near_full_scale_are_counted_in_the_worse_channel() -> None:
    samples = a_tone(1, channels=2)
    samples[:480, 1] = 32767
    samples[480:960, 1] = -32768

    assert measured(samples).levels.clipped_ratio == pytest.approx(0.02)


def test_pauses_are_silence() -> None:
    samples = np.concatenate([a_tone(1), a_tone(1, level=0.001), a_tone(2)])

    levels = measured(samples).levels

    assert (levels.silence_ratio, levels.longest_silence_s) == (0.25, 1.0)


def test_a_background_is_heard_in_the_pauses() -> None:
    samples = np.concatenate([a_tone(1, level=0.01), a_tone(1, level=0.1)])

    levels = measured(samples).levels

    assert (levels.noise_floor_dbfs, levels.speech_to_noise_db) == pytest.approx((-43.0, 1.05 * 20 - 8.5), abs=0.2)


def test_muted_pauses_tell_nothing_about_the_background() -> None:
    samples = np.concatenate([np.zeros((RATE_HZ, 1), "<i2"), a_tone(1, level=0.01), a_tone(1, level=0.1)])

    assert measured(samples).levels.noise_floor_dbfs == pytest.approx(-43.0, abs=0.2)


def test_digital_silence_has_no_background() -> None:
    levels = measured(np.zeros((RATE_HZ, 1), "<i2")).levels

    assert (levels.noise_floor_dbfs, levels.speech_to_noise_db, levels.silence_ratio) == (None, None, 1.0)


def test_a_dead_channel_lies_far_below() -> None:
    samples = a_tone(1, channels=2)
    samples[:, 1] = 0

    assert measured(samples).levels.quiet_channel_db > 70


def test_a_turned_channel_cancels_nothing() -> None:
    samples = a_tone(1, channels=2)
    samples[:, 1] = -samples[:, 1]

    levels = measured(samples).levels

    assert (levels.silence_ratio, levels.quiet_channel_db) == (0.0, pytest.approx(0.0, abs=0.1))


def test_the_waveform_is_a_document_of_audiowaveform() -> None:
    document = measured(a_tone(1, level=0.5)).waveform.as_document()

    assert document | {"data": []} == {
        "version": 2,
        "channels": 1,
        "sample_rate": RATE_HZ,
        "samples_per_pixel": 1920,
        "bits": 8,
        "length": 25,
        "data": [],
    }


def test_the_waveform_shows_lowest_and_highest() -> None:
    samples = np.zeros((RATE_HZ, 2), "<i2")
    samples[10, 0], samples[20, 1] = 16384, -32768

    assert measured(samples).waveform.peaks[:4] == (-128, 64, 0, 0)


def test_an_overview_has_as_many_columns_as_asked() -> None:
    waveform = Waveform(sample_rate_hz=RATE_HZ, samples_per_column=1920, peaks=(-128, 64, 0, 0, -64, 64, 0, 32))

    assert (waveform.overview(2), waveform.overview(5)) == ((100, 50), (100, 0, 50, 25, 0))
