"""The only place that measures sound: one decode gives loudness, clipping, silence, background and the waveform.

Loudness by EBU R128 / ITU-R BS.1770-4 from ffmpeg's `ebur128`, which passes every case of EBU Tech 3341 and 3342 that
can be synthesised but the isolated bursts of 13 and 14. The rest from the samples, in constant memory.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from intake.domain.checks import CheckCode, Reason
from intake.domain.errors import ToolFailed, ToolTimedOut, VideoRefused
from intake.domain.facts import AudioLevels
from workers.media import limits
from workers.media.commands import sound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from intake.domain.facts import VideoFacts
    from workers.media.sandbox import Sandbox
    from workers.media.waiting import StopSignal

FRAMES_PER_S: Final = 50
"""Frames of 20 ms, in which speech and its pauses are told apart."""

SILENCE_DBFS: Final = -50.0
"""Below this a frame is silent: 20 dB under quiet speech on a phone."""

_DIGITAL_SILENCE_DBFS: Final = -95.0
"""Below this a frame is no room at all but a muted microphone; it tells nothing about the background."""

_FULL_SCALE: Final = 32768
_NEAR_FULL_SCALE: Final = round(0.99 * _FULL_SCALE)
_POWER_FLOOR: Final = 10 ** (-96 / 10)
"""Of a channel without any signal: one step of 16 bits."""

_MIN_FRAMES: Final = FRAMES_PER_S // 2
_LOUD_PERCENTILE: Final = 95
_BACKGROUND_PERCENTILE: Final = 10

_CONTRAST_SLOPE: Final = 1.05
_CONTRAST_OFFSET_DB: Final = -8.5
"""From the spread of frame levels to speech over background: mean error 1.7 dB, calibrated on 280 noisy recordings of
eight noises. Source: `docs/measuring.md`."""

_FRAMES_PER_COLUMN: Final = 2
_STEREO: Final = 2
_EIGHT_BITS: Final = 8
_NO_LOUDNESS_LUFS: Final = -70.0
"""The absolute gate of BS.1770: what `ebur128` says when nothing passed it."""


@dataclass(frozen=True, kw_only=True)
class Waveform:
    """Lowest and highest sample of every column of time, of all channels, in 8 bits.

    Attributes:
        peaks: Lowest, highest, lowest, highest, …, −128 to 127.
    """

    sample_rate_hz: int
    samples_per_column: int
    peaks: tuple[int, ...]

    def as_document(self) -> dict[str, object]:
        """Return the waveform as BBC audiowaveform's JSON. Source: its `doc/DataFormat.md`, version 2."""
        return {
            "version": 2,
            "channels": 1,
            "sample_rate": self.sample_rate_hz,
            "samples_per_pixel": self.samples_per_column,
            "bits": _EIGHT_BITS,
            "length": len(self.peaks) // 2,
            "data": list(self.peaks),
        }

    def overview(self, columns: int = 160) -> tuple[int, ...]:
        """Return the height of the waveform at *columns* moments, 0 to 100, for a small picture."""
        heights = np.abs(np.asarray(self.peaks, dtype=np.int16)).reshape(-1, 2).max(axis=1)
        parts = np.array_split(heights, columns)
        return tuple(round(int(part.max()) * 100 / 128) if part.size else 0 for part in parts)


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What one decode of a sound track gave."""

    levels: AudioLevels
    waveform: Waveform


def listen(sandbox: Sandbox, path: Path, facts: VideoFacts, *, stop: StopSignal | None = None) -> Sound:
    """Decode the first sound track of the sender's file at *path* once and measure it.

    Raises:
        VideoRefused: It cannot be decoded, or holds no samples.
        ToolTimedOut: The machine is too busy; this says nothing about the file.
        LeaseLost: *stop* was set.
    """
    try:
        return measure(sandbox, path, facts, stop=stop)
    except ToolTimedOut:
        raise
    except ToolFailed as error:
        raise VideoRefused(CheckCode.DECODABLE, Reason.DAMAGED, measured=facts.audio_codec) from error


def measure(sandbox: Sandbox, path: Path, facts: VideoFacts, *, stop: StopSignal | None = None) -> Sound:
    """Measure the sound of a file whatever its origin.

    Raises:
        ToolFailed: It cannot be decoded, or holds no samples.
        LeaseLost: *stop* was set.
    """
    channels = min(facts.audio_channels, _STEREO)
    if not channels or not facts.audio_sample_rate_hz:
        raise ToolFailed("the sound track has no channels or no rate")
    meter = SampleMeter(sample_rate_hz=facts.audio_sample_rate_hz, channels=channels)
    argv = sound.measure_sound(
        sample_rate_hz=facts.audio_sample_rate_hz, layout="stereo" if channels == _STEREO else "mono"
    )
    with tempfile.TemporaryDirectory(prefix="levels-") as nothing:
        stderr = sandbox.stream(
            argv, source=path, output=Path(nothing), limits=limits.SOUND, consume=meter.take, stop=stop
        )
    return meter.sound(read_loudness(stderr), channels=facts.audio_channels)


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """The summary of ffmpeg's `ebur128`. None where there was nothing to measure."""

    integrated_lufs: float | None
    range_lu: float
    true_peak_dbtp: float | None


def read_loudness(stderr: str) -> Loudness:
    """Read the summary from the end of ffmpeg's *stderr*.

    Raises:
        ToolFailed: There is no summary.
    """
    _, found, summary = stderr.rpartition("Summary:")
    values = dict(re.findall(r"^\s*(I|LRA|Peak):\s+(-?[\d.]+|-?inf|-?nan)\s", summary, re.MULTILINE))
    if not found or "I" not in values:
        raise ToolFailed("ffmpeg gave no loudness")
    integrated = float(values["I"])
    return Loudness(
        integrated_lufs=integrated if _NO_LOUDNESS_LUFS < integrated < np.inf else None,
        range_lu=_finite(values.get("LRA")) or 0.0,
        true_peak_dbtp=_finite(values.get("Peak")),
    )


class SampleMeter:
    """Takes 16-bit samples chunk by chunk and keeps four numbers for every 20 ms of each channel."""

    def __init__(self, *, sample_rate_hz: int, channels: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._channels = channels
        self._frame_samples = max(1, sample_rate_hz // FRAMES_PER_S)
        self._rest = b""
        self._powers: list[NDArray[np.float32]] = []
        self._lows: list[NDArray[np.int16]] = []
        self._highs: list[NDArray[np.int16]] = []
        self._clipped = np.zeros(channels, dtype=np.int64)
        self._samples = 0

    def take(self, chunk: bytes) -> None:
        """Measure the whole frames in what came so far; keep the rest for the next chunk."""
        frame_bytes = self._frame_samples * self._channels * 2
        pending = self._rest + chunk
        whole = len(pending) // frame_bytes * frame_bytes
        self._rest = pending[whole:]
        if whole:
            self._measure(np.frombuffer(pending[:whole], dtype="<i2").reshape(-1, self._frame_samples, self._channels))

    def _measure(self, frames: NDArray[np.int16]) -> None:
        # One channel at a time, laid out in a row: four times as fast as reducing over interleaved samples.
        by_channel = np.ascontiguousarray(frames.transpose(2, 0, 1))
        lows, highs = by_channel.min(axis=2), by_channel.max(axis=2)
        samples = by_channel.astype(np.float32)
        self._powers.append(np.einsum("cfs,cfs->cf", samples, samples) / (self._frame_samples * _FULL_SCALE**2))
        self._lows.append(lows)
        self._highs.append(highs)
        self._samples += by_channel.shape[1] * self._frame_samples
        # Most frames never come near full scale; only the others are counted sample by sample.
        hot = (highs >= _NEAR_FULL_SCALE) | (lows <= -_NEAR_FULL_SCALE)
        for channel in np.flatnonzero(hot.any(axis=1)):
            suspects = by_channel[channel][hot[channel]].astype(np.int32)
            self._clipped[channel] += np.count_nonzero(np.abs(suspects) >= _NEAR_FULL_SCALE)

    def sound(self, loudness: Loudness, *, channels: int) -> Sound:
        """Return what was measured, together with the *loudness* ffmpeg found.

        Raises:
            ToolFailed: Not one whole frame came.
        """
        if not self._samples:
            raise ToolFailed("no sound was decoded")
        powers = np.concatenate(self._powers, axis=1)
        lows, highs = np.concatenate(self._lows, axis=1), np.concatenate(self._highs, axis=1)
        channel_powers = powers.mean(axis=1)
        # Never a mix of both: a channel with its sign turned would cancel the other.
        frame_dbfs = _decibel(powers[int(np.argmax(channel_powers))])
        silent = frame_dbfs < SILENCE_DBFS
        contrast_db, floor_dbfs = _background(frame_dbfs)
        return Sound(
            levels=AudioLevels(
                integrated_lufs=loudness.integrated_lufs,
                range_lu=loudness.range_lu,
                true_peak_dbtp=loudness.true_peak_dbtp,
                clipped_ratio=float(self._clipped.max() / self._samples),
                silence_ratio=round(float(silent.mean()), 4),
                longest_silence_s=_longest_run(silent) / FRAMES_PER_S,
                noise_floor_dbfs=floor_dbfs,
                speech_to_noise_db=contrast_db,
                quiet_channel_db=round(float(np.ptp(_decibel(channel_powers))), 1),
                channels=channels,
                duration_s=round(self._samples / self._sample_rate_hz, 3),
            ),
            waveform=Waveform(
                sample_rate_hz=self._sample_rate_hz,
                samples_per_column=self._frame_samples * _FRAMES_PER_COLUMN,
                peaks=_peaks(lows.min(axis=0), highs.max(axis=0)),
            ),
        )


def _background(frame_dbfs: NDArray[np.float32]) -> tuple[float | None, float | None]:
    """Return speech over background in dB and the level of the background in dBFS, as far as there was any sound."""
    heard = frame_dbfs[frame_dbfs > _DIGITAL_SILENCE_DBFS]
    if heard.size < _MIN_FRAMES:
        return None, None
    floor, loud = np.percentile(heard, [_BACKGROUND_PERCENTILE, _LOUD_PERCENTILE])
    # A hum or a tone alone has no spread at all; less than nothing above the background it cannot be.
    contrast = max(_CONTRAST_SLOPE * (loud - floor) + _CONTRAST_OFFSET_DB, 0.0)
    return round(float(contrast), 1), round(float(floor), 1)


def _peaks(lows: NDArray[np.int16], highs: NDArray[np.int16]) -> tuple[int, ...]:
    starts = np.arange(0, lows.size, _FRAMES_PER_COLUMN)
    columns = np.stack([np.minimum.reduceat(lows, starts), np.maximum.reduceat(highs, starts)], axis=1)
    return tuple((columns >> _EIGHT_BITS).ravel().tolist())


def _longest_run(flags: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _decibel(power: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    decibel: NDArray[np.float32] = 10 * np.log10(np.maximum(power, _POWER_FLOOR))
    return decibel


def _finite(text: str | None) -> float | None:
    number = float(text) if text is not None else np.inf
    return number if np.isfinite(number) else None
