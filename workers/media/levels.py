"""The only place that measures sound: one decode gives loudness, peaks, clipping, silence, voice, background, waveform.

Loudness by EBU R128 / ITU-R BS.1770-5 from ffmpeg's `ebur128`, which passes every case of EBU Tech 3341 and 3342 that
can be synthesised but the isolated bursts of 13 and 14. The rest from the samples: `hearing/`.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from intake.domain.errors import ToolFailed
from intake.domain.facts import AudioLevels
from workers.media import limits
from workers.media.commands import sound
from workers.media.hearing import stretches
from workers.media.hearing.background import Background, compare
from workers.media.hearing.hum import Hum, find_hum
from workers.media.hearing.meter import FRAMES_PER_S, SampleMeter, decibel
from workers.media.hearing.speech import Speech, find_speech

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from intake.domain.facts import VideoFacts
    from workers.media.hearing.meter import Heard
    from workers.media.hearing.waveform import Waveform
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

SILENCE_DBFS: Final = -50.0
"""Below this a frame is silent: 20 dB under quiet speech on a phone."""

_STEREO: Final = 2
_PLAIN_RATES_HZ: Final = frozenset(
    {8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000}
)
_OTHER_RATE_HZ: Final = 48_000
"""A rate that shares no factor with a voice's 16 kHz would need a matrix of gigabytes; ffmpeg changes such a one."""

_MAX_OF_PROMISED: Final = 2.0
_MARGIN_S: Final = 10.0
"""How much more sound than the file promises is still listened to; honest files hold a few hundredths more."""

_NO_LOUDNESS_LUFS: Final = -70.0
"""The absolute gate of BS.1770: what `ebur128` says when nothing passed it."""


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What one decode of a sound track gave."""

    levels: AudioLevels
    waveform: Waveform


def measure(
    sandbox: Sandbox, path: Path, facts: VideoFacts, *, judges_noise: bool = True, stop: StopSignal | None = None
) -> Sound:
    """Measure the sound track of *facts* in a file whatever its origin.

    Args:
        judges_noise: Whether to look for speech, background and hum; a third of the work.

    Raises:
        ToolFailed: It cannot be decoded, or holds no samples.
        LeaseLost: *stop* was set.
    """
    channels = min(facts.audio_channels, _STEREO)
    if not channels or not facts.audio_sample_rate_hz:
        raise ToolFailed("the sound track has no channels or no rate")
    rate_hz = facts.audio_sample_rate_hz if facts.audio_sample_rate_hz in _PLAIN_RATES_HZ else _OTHER_RATE_HZ
    meter = SampleMeter(
        sample_rate_hz=rate_hz,
        channels=channels,
        at_most_s=_MAX_OF_PROMISED * facts.duration_s + _MARGIN_S,
        keeps_voice=judges_noise,
    )
    argv = sound.measure_sound(
        track=facts.audio_track, sample_rate_hz=rate_hz, layout="stereo" if channels == _STEREO else "mono"
    )
    with tempfile.TemporaryDirectory(prefix="levels-") as nothing:
        stderr = sandbox.stream(
            argv, source=path, output=Path(nothing), limits=limits.SOUND, consume=meter.take, stop=stop
        )
    heard = meter.end()
    if heard is None:
        raise ToolFailed("no sound was decoded")
    return judged(heard, read_loudness(stderr), channels=facts.audio_channels, judges_noise=judges_noise)


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """The summary of ffmpeg's `ebur128`. None where there was nothing to measure."""

    integrated_lufs: float | None
    range_lu: float


def read_loudness(stderr: str) -> Loudness:
    """Read the summary from the end of ffmpeg's *stderr*.

    Raises:
        ToolFailed: There is no summary.
    """
    _, found, summary = stderr.rpartition("Summary:")
    values = dict(re.findall(r"^\s*(I|LRA):\s+(-?[\d.]+|-?inf|-?nan)\s", summary, re.MULTILINE))
    if not found or "I" not in values:
        raise ToolFailed("ffmpeg gave no loudness")
    integrated, range_lu = float(values["I"]), float(values.get("LRA", "nan"))
    return Loudness(
        integrated_lufs=integrated if _NO_LOUDNESS_LUFS < integrated < np.inf else None,
        range_lu=range_lu if np.isfinite(range_lu) else 0.0,
    )


def judged(heard: Heard, loudness: Loudness, *, channels: int, judges_noise: bool = True) -> Sound:
    """Put together what was *heard* of a track and the *loudness* ffmpeg found; its file has so many *channels*."""
    silent = heard.frame_dbfs < SILENCE_DBFS
    runs = stretches.runs(silent)
    speech = find_speech(heard.voice) if judges_noise else None
    background = compare(speech) if speech else Background()
    hum = find_hum(heard.voice) if judges_noise else None
    levels = AudioLevels(
        integrated_lufs=loudness.integrated_lufs,
        range_lu=loudness.range_lu,
        true_peak_dbtp=_true_peak_dbtp(heard),
        clipped_ratio=float(heard.clipped.sum(axis=1).max() / heard.sample_count),
        clipping_spike=round(heard.spike, 2),
        silence_ratio=round(float(silent.mean()), 4),
        longest_silence_s=int((runs[:, 1] - runs[:, 0]).max(initial=0)) / FRAMES_PER_S,
        leading_silence_s=_run_at(0, runs, edge=0) / FRAMES_PER_S,
        trailing_silence_s=_run_at(-1, runs, edge=silent.size) / FRAMES_PER_S,
        noise_floor_dbfs=background.floor_dbfs,
        speech_to_noise_db=background.speech_to_noise_db,
        noise_confidence=background.confidence,
        under_voice_db=background.under_voice_db,
        speech_s=round(speech.spoken_s, 2) if speech else None,
        speech_ratio=round(speech.spoken_ratio, 4) if speech else None,
        hum_hz=hum.mains_hz if hum else None,
        speech_to_hum_db=_speech_to_hum_db(speech, hum),
        quiet_channel_db=round(float(np.ptp(decibel(heard.frame_powers.mean(axis=1)))), 1),
        stereo_correlation=round(heard.correlation, 3) if heard.correlation is not None else None,
        dc_offset=round(float(np.abs(heard.offsets).max()), 4),
        channels=channels,
        duration_s=round(heard.duration_s, 3),
        stretches=(
            *stretches.silences(silent),
            *stretches.clippings(heard),
            *(stretches.noises(speech, background) if speech else ()),
        ),
    )
    return Sound(levels=levels, waveform=heard.waveform)


def _true_peak_dbtp(heard: Heard) -> float | None:
    return round(float(20 * np.log10(heard.true_peak)), 1) if heard.true_peak > 0 else None


def _run_at(number: int, runs: NDArray[np.int64], *, edge: int) -> int:
    """Return the length of the first or last of *runs* where it touches the *edge* of the clip; else 0."""
    if not len(runs) or edge not in runs[number]:
        return 0
    return int(runs[number, 1] - runs[number, 0])


def _speech_to_hum_db(speech: Speech | None, hum: Hum | None) -> float | None:
    if speech is None or hum is None or not speech.is_spoken.any():
        return None
    return round(float(decibel(speech.powers[speech.is_spoken].mean())) - hum.level_dbfs, 1)
