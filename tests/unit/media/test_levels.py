"""Sound, from samples and from ffmpeg's summary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.errors import ToolFailed
from intake.domain.facts import Stretch, StretchKind
from workers.media.hearing.meter import SampleMeter
from workers.media.hearing.waveform import Waveform
from workers.media.levels import Loudness, Sound, judged, read_loudness

RATE_HZ = 48_000
LOUD = Loudness(integrated_lufs=-20.0, range_lu=3.0)

SUMMARY = """[Parsed_ebur128_1 @ 0x5] Summary:

  Integrated loudness:
    I:         {integrated} LUFS
    Threshold: -33.0 LUFS

  Loudness range:
    LRA:         2.4 LU
    Threshold: -43.4 LUFS
    LRA low:   -20.0 LUFS
    LRA high:  -17.0 LUFS
"""


def a_tone(duration_s: float, *, level: float = 0.1, channels: int = 1, rate_hz: int = RATE_HZ) -> np.ndarray:
    moments = np.arange(int(duration_s * rate_hz)) / rate_hz
    wave = (level * np.sin(2 * np.pi * 440 * moments)).astype("<f4")
    return np.stack([wave] * channels, axis=1)


def measured(samples: np.ndarray, *, chunk_bytes: int = 65_536, rate_hz: int = RATE_HZ) -> Sound:
    meter = SampleMeter(sample_rate_hz=rate_hz, channels=samples.shape[1])
    content = samples.astype("<f4").tobytes()
    for start in range(0, len(content), chunk_bytes):
        meter.take(content[start : start + chunk_bytes])
    heard = meter.end()
    assert heard is not None
    return judged(heard, LOUD, channels=samples.shape[1])


def test_the_summary_is_read() -> None:
    loudness = read_loudness("frames…\n" + SUMMARY.format(integrated="-18.5"))

    assert loudness == Loudness(integrated_lufs=-18.5, range_lu=2.4)


@pytest.mark.parametrize("integrated", ["-70.0", "-inf", "nan", "inf"])
def test_silence_has_no_loudness(integrated: str) -> None:
    assert read_loudness(SUMMARY.format(integrated=integrated)).integrated_lufs is None


def test_no_summary_is_a_failure() -> None:
    with pytest.raises(ToolFailed):
        read_loudness("Conversion failed!")


def test_no_samples_are_nothing_heard() -> None:
    assert SampleMeter(sample_rate_hz=RATE_HZ, channels=1).end() is None


@settings(max_examples=40, deadline=None)
@given(chunk_bytes=st.integers(min_value=1, max_value=10_000))
def test_how_the_samples_arrive_changes_nothing(chunk_bytes: int) -> None:
    samples = a_tone(0.1, channels=2)

    assert measured(samples, chunk_bytes=chunk_bytes) == measured(samples)


def test_samples_near_full_scale_are_counted_in_the_worse_channel() -> None:
    samples = a_tone(1, channels=2)
    samples[:480, 1] = 1
    samples[480:960, 1] = -1.2

    levels = measured(samples).levels

    assert levels.clipped_ratio == pytest.approx(0.02)
    assert levels.stretches == (Stretch(kind=StretchKind.CLIPPING, starts_s=0, ends_s=0.02),)


def test_pauses_are_silence_wherever_they_are() -> None:
    nothing = a_tone(2.5, level=0.001)
    samples = np.concatenate([a_tone(1, level=0.001), a_tone(1), nothing, a_tone(1), a_tone(0.5, level=0.001)])

    levels = measured(samples).levels

    assert (levels.silence_ratio, levels.longest_silence_s) == (pytest.approx(4 / 6, abs=0.01), 2.5)
    assert (levels.leading_silence_s, levels.trailing_silence_s) == (1.0, 0.5)
    assert levels.stretches == (Stretch(kind=StretchKind.SILENCE, starts_s=2.0, ends_s=4.5),)


def test_sound_to_both_ends_leaves_no_silence_there() -> None:
    samples = np.concatenate([a_tone(1), a_tone(1, level=0.001), a_tone(1)])

    levels = measured(samples).levels

    assert (levels.leading_silence_s, levels.trailing_silence_s, levels.longest_silence_s) == (0.0, 0.0, 1.0)


def test_digital_silence_has_no_background_and_nobody_in_it() -> None:
    levels = measured(np.zeros((RATE_HZ, 1))).levels

    assert (levels.noise_floor_dbfs, levels.speech_to_noise_db, levels.silence_ratio) == (None, None, 1.0)
    assert (levels.speech_s, levels.hum_hz, levels.true_peak_dbtp) == (0.0, None, None)


def test_a_tone_is_nobody_speaking() -> None:
    levels = measured(a_tone(5)).levels

    assert (levels.speech_s, levels.speech_to_noise_db) == (0.0, None)
    assert levels.noise_floor_dbfs == pytest.approx(-23, abs=0.2)


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 16_000, 44_100, 48_000, 96_000])
def test_the_peak_between_the_samples_is_found_at_any_rate(rate_hz: int) -> None:
    moments = np.arange(rate_hz)
    quarter = (
        0.5 * np.sin(np.pi / 2 * moments + np.pi / 4) * np.minimum(1, np.minimum(moments, rate_hz - moments) / 800)
    )

    levels = measured(quarter[:, None], rate_hz=rate_hz).levels

    assert levels.true_peak_dbtp == pytest.approx(-6.0, abs=0.1)


def test_what_no_decoder_should_give_harms_nothing() -> None:
    samples = a_tone(2, channels=2)
    samples[100:200, 0], samples[300, 1], samples[400, 1] = np.nan, np.inf, -1e30

    levels = measured(samples).levels

    assert levels.true_peak_dbtp is not None
    assert np.isfinite([levels.true_peak_dbtp, levels.clipped_ratio, levels.silence_ratio, levels.dc_offset]).all()


def test_an_offset_is_found() -> None:
    assert measured(a_tone(1) + 0.05).levels.dc_offset == pytest.approx(0.05, abs=0.001)


def test_a_dead_channel_lies_far_below() -> None:
    samples = a_tone(1, channels=2)
    samples[:, 1] = 0

    assert measured(samples).levels.quiet_channel_db > 70


def test_a_turned_channel_cancels_nothing() -> None:
    samples = a_tone(1, channels=2)
    samples[:, 1] = -samples[:, 1]

    levels = measured(samples).levels

    assert (levels.silence_ratio, levels.quiet_channel_db) == (0.0, pytest.approx(0.0, abs=0.1))
    assert levels.stereo_correlation == pytest.approx(-1)


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
    samples = np.zeros((RATE_HZ, 2))
    samples[10, 0], samples[20, 1] = 0.5, -1

    assert measured(samples).waveform.peaks[:4] == (-128, 64, 0, 0)


def test_an_overview_has_as_many_columns_as_asked() -> None:
    waveform = Waveform(sample_rate_hz=RATE_HZ, samples_per_column=1920, peaks=(-128, 64, 0, 0, -64, 64, 0, 32))

    assert (waveform.overview(2), waveform.overview(5)) == ((100, 50), (100, 0, 50, 25, 0))


def test_an_index_that_lies_cannot_make_us_listen_for_hours() -> None:
    meter = SampleMeter(sample_rate_hz=8000, channels=1, at_most_s=2)
    meter.take(bytes(8000 * 4 * 4))

    with pytest.raises(ToolFailed):
        meter.take(bytes(4))
