"""The only place that takes samples as they are decoded; it keeps a few numbers for every 20 ms, and the voice.

*Frames* are 20 ms long. The *voice* is the track at 16 kHz, which is what tells speech from background: nothing of a
voice that a phone carries lies above 8 kHz.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from intake.domain.errors import ToolFailed
from workers.media.hearing import clipping
from workers.media.hearing.resampling import Resampler
from workers.media.hearing.truepeak import TruePeak
from workers.media.hearing.waveform import Waveform

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAMES_PER_S: Final = 50
VOICE_RATE_HZ: Final = 16_000

MAX_VOICE_S: Final = 15 * 60
"""What is kept of a voice: 29 MB a channel. A longer clip is judged by its first quarter of an hour."""

_BLOCK_S: Final = 1.0
"""Samples are measured by the second: pipes bring less, and each visit costs as much as a hundred milliseconds do."""

_POWER_FLOOR: Final = 10 ** (-96 / 10)
"""Of a channel without any signal: one step of 16 bits."""

_LOUDEST: Final = 8.0
"""No decoder overshoots that far; a file made to do harm may."""

_FULL_SCALE: Final = 32767
_FRAMES_PER_COLUMN: Final = 2
_HIGHEST_COLUMN, _LOWEST_COLUMN = 127, -128


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a meter kept of a whole track; its rows are channels.

    Attributes:
        frame_powers: Mean square of each frame, full scale being 1.
        clipped: Samples near full scale in each frame.
        voice: Samples at `VOICE_RATE_HZ` of the louder channel, in 16 bits. Never a mix of both: a channel with its
            sign turned would cancel the other.
    """

    sample_rate_hz: int
    frame_powers: NDArray[np.float32]
    lows: NDArray[np.float32]
    highs: NDArray[np.float32]
    clipped: NDArray[np.int32]
    sample_count: int
    offsets: NDArray[np.float64]
    correlation: float | None
    spike: float
    true_peak: float
    voice: NDArray[np.int16]

    @property
    def frame_samples(self) -> int:
        """Samples of one frame."""
        return frame_samples(self.sample_rate_hz)

    @property
    def duration_s(self) -> float:
        """Seconds of sound that were decoded."""
        return self.sample_count / self.sample_rate_hz

    @property
    def louder(self) -> int:
        """The channel with more power."""
        return int(np.argmax(self.frame_powers.mean(axis=1)))

    @property
    def frame_dbfs(self) -> NDArray[np.float32]:
        """Level of each frame of the louder channel."""
        levels: NDArray[np.float32] = decibel(self.frame_powers[self.louder])
        return levels

    @property
    def waveform(self) -> Waveform:
        """The outline of all channels."""
        lows, highs = self.lows.min(axis=0), self.highs.max(axis=0)
        starts = np.arange(0, lows.size, _FRAMES_PER_COLUMN)
        columns = np.stack([np.minimum.reduceat(lows, starts), np.maximum.reduceat(highs, starts)], axis=1)
        steps = np.clip(np.floor(columns * -_LOWEST_COLUMN), _LOWEST_COLUMN, _HIGHEST_COLUMN)
        return Waveform(
            sample_rate_hz=self.sample_rate_hz,
            samples_per_column=self.frame_samples * _FRAMES_PER_COLUMN,
            peaks=tuple(steps.astype(int).ravel().tolist()),
        )


def frame_samples(sample_rate_hz: int) -> int:
    """Return the samples of one frame."""
    return max(1, sample_rate_hz // FRAMES_PER_S)


def decibel(power: NDArray[np.floating[Any]] | float) -> Any:  # noqa: ANN401 - as `np.log10`, a number for a number
    """Return *power* in decibels, silence as the smallest that 16 bits can hold."""
    return 10 * np.log10(np.maximum(power, _POWER_FLOOR))


class SampleMeter:
    """Takes interleaved 32-bit floats chunk by chunk.

    Args:
        at_most_s: More than this is not listened to: an index that lies about its samples may promise seconds and hold
            hours.
        keeps_voice: Whether the voice is wanted; without it nothing can be said about speech and background.
    """

    def __init__(
        self, *, sample_rate_hz: int, channels: int, at_most_s: float = math.inf, keeps_voice: bool = True
    ) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._at_most_s = at_most_s
        self._channels = channels
        self._frame_samples = frame_samples(sample_rate_hz)
        self._block_bytes = int(_BLOCK_S * FRAMES_PER_S) * self._frame_samples * channels * 4
        self._pending = bytearray()
        self._powers: list[NDArray[np.float32]] = []
        self._lows: list[NDArray[np.float32]] = []
        self._highs: list[NDArray[np.float32]] = []
        self._clipped: list[NDArray[np.int32]] = []
        self._sample_count = 0
        self._sums = np.zeros(channels)
        self._product = 0.0
        self._histograms = [clipping.histogram(np.zeros(0, np.float32)) for _ in range(channels)]
        self._highest = np.zeros(channels, dtype=np.float32)
        self._peaks = [TruePeak(self._frame_samples) for _ in range(channels)]
        self._resampler = Resampler(from_hz=sample_rate_hz, to_hz=VOICE_RATE_HZ, channels=channels)
        self._voice: list[NDArray[np.int16]] = []
        self._voice_left = MAX_VOICE_S * VOICE_RATE_HZ if keeps_voice else 0

    def take(self, chunk: bytes) -> None:
        """Measure the whole seconds in what came so far; keep the rest for the next chunk.

        Raises:
            ToolFailed: There is far more of it than its file promised.
        """
        if self._sample_count > self._at_most_s * self._sample_rate_hz:
            raise ToolFailed(f"more than {self._at_most_s:.0f} s of sound")
        self._pending += chunk
        while len(self._pending) >= self._block_bytes:
            block = bytes(self._pending[: self._block_bytes])
            del self._pending[: self._block_bytes]
            self._measure(block)

    def _measure(self, block: bytes) -> None:
        # One channel at a time, laid out in a row: four times as fast as reducing over interleaved samples.
        interleaved = np.frombuffer(block, dtype="<f4").reshape(-1, self._channels)
        samples = np.ascontiguousarray(interleaved.T)
        frames = samples.reshape(self._channels, -1, self._frame_samples)
        lows, highs = frames.min(axis=2), frames.max(axis=2)
        if not (np.isfinite(lows).all() and np.isfinite(highs).all()):
            tame = np.nan_to_num(interleaved, nan=0.0, posinf=_LOUDEST, neginf=-_LOUDEST)
            self._measure(np.clip(tame, -_LOUDEST, _LOUDEST).astype("<f4").tobytes())
            return
        self._powers.append(np.einsum("cfs,cfs->cf", frames, frames) / np.float32(self._frame_samples))
        self._lows.append(lows)
        self._highs.append(highs)
        self._sample_count += samples.shape[1]
        self._sums += samples.sum(axis=1)
        self._product += float(np.einsum("s,s->", samples[0], samples[-1]))
        self._look_at_peaks(samples, frames, np.maximum(highs, -lows))
        self._keep_voice(samples)

    def _look_at_peaks(
        self, samples: NDArray[np.float32], frames: NDArray[np.float32], heights: NDArray[np.float32]
    ) -> None:
        """Count sample by sample only where they come near the highest; most frames never do."""
        np.maximum(self._highest, heights.max(axis=1), out=self._highest)
        clipped = np.zeros(heights.shape, dtype=np.int32)
        for channel, peak in enumerate(self._peaks):
            peak.take(samples[channel], heights[channel])
            near = heights[channel] >= clipping.LOWEST_OF_PEAK * self._highest[channel]
            self._histograms[channel] += clipping.histogram(frames[channel][near].ravel())
            hot = np.flatnonzero(heights[channel] >= clipping.NEAR_FULL_SCALE)
            clipped[channel, hot] = (np.abs(frames[channel, hot]) >= clipping.NEAR_FULL_SCALE).sum(axis=1)
        self._clipped.append(clipped)

    def _keep_voice(self, samples: NDArray[np.float32]) -> None:
        if self._voice_left <= 0:
            return
        voice = np.clip(self._resampler.take(samples), -1, 1) * np.float32(_FULL_SCALE)
        self._voice.append(np.rint(voice).astype(np.int16))
        self._voice_left -= voice.shape[1]

    def end(self) -> Heard | None:
        """Return what was heard; None when not one whole frame came."""
        frame_bytes = self._frame_samples * self._channels * 4
        whole = len(self._pending) // frame_bytes * frame_bytes
        if whole:
            self._measure(bytes(self._pending[:whole]))
            self._pending.clear()
        if not self._sample_count:
            return None
        powers = np.concatenate(self._powers, axis=1)
        return Heard(
            sample_rate_hz=self._sample_rate_hz,
            frame_powers=powers,
            lows=np.concatenate(self._lows, axis=1),
            highs=np.concatenate(self._highs, axis=1),
            clipped=np.concatenate(self._clipped, axis=1),
            sample_count=self._sample_count,
            offsets=self._sums / self._sample_count,
            correlation=self._correlation(powers),
            spike=max(clipping.spike(counts) for counts in self._histograms),
            true_peak=max(peak.end() for peak in self._peaks),
            voice=self._louder_voice(int(np.argmax(powers.mean(axis=1)))),
        )

    def _correlation(self, powers: NDArray[np.float32]) -> float | None:
        energy = float(np.sqrt(powers.mean(axis=1, dtype=np.float64).prod())) * self._sample_count
        if self._channels == 1 or energy < _POWER_FLOOR * self._sample_count:
            return None
        return self._product / energy

    def _louder_voice(self, channel: int) -> NDArray[np.int16]:
        return np.concatenate([np.zeros(0, dtype=np.int16), *(piece[channel] for piece in self._voice)])
