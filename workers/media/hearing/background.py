"""The only place that compares a voice with what is heard beside it.

The level of the speech over the level of the pauses says how loud the background is, as long as it goes on in the
pauses as it does under the voice. Phones that mute the pauses break that; a second measure looks under the voice
itself. What neither sees is told in `docs/measuring.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from intake.domain.facts import Confidence
from workers.media.hearing.meter import decibel
from workers.media.hearing.speech import STEP_SAMPLES, STEPS_PER_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workers.media.hearing.speech import Speech

_MUTED_DBFS: Final = -95.0
"""Below this a step is no room at all but a muted microphone; it tells nothing about the background."""

_PAUSES: Final = (
    # Steps away from speech, steps that are needed, and what that is worth.
    (10, 100, Confidence.HIGH),
    (10, 30, Confidence.MEDIUM),
    (4, 20, Confidence.LOW),
)

_MIN_SPOKEN_STEPS: Final = STEPS_PER_S // 2
_LOUDEST_OVER_MEDIAN_DB: Final = 6.0
"""Steps louder than this over most of the pauses count as this loud: a word the detector missed would outweigh a minute
of background. Found on 140 mixtures, of which it leaves half as many off by 3 dB or more in AAC."""

_HIGHEST_DB: Final = 60.0
_LOWEST_DB: Final = -20.0

_WINDOW: Final = 512
_HOP: Final = 256
_SMOOTHED: Final = 5
_QUIET_SHARE: Final = 0.1
_QUIET_OF_MEAN: Final = 0.4106
"""The quietest tenth of five averaged, half-overlapping spectra of noise, as a share of their mean."""

_LOWEST_BIN: Final = 3
_MIN_WINDOWS: Final = 50
_MAX_WINDOWS: Final = 7_500
"""Two minutes of speech say enough, in 8 MB."""

_AT_ONCE: Final = 256


@dataclass(frozen=True, kw_only=True)
class Background:
    """What is heard beside a voice; None where there is nothing to compare.

    Attributes:
        floor_dbfs: Level of the pauses.
        speech_to_noise_db: Speech over the pauses.
        under_voice_db: Speech over what never falls silent while somebody speaks: noise, or a room's echo. It does
            not rise above some 20 dB.
    """

    floor_dbfs: float | None = None
    speech_to_noise_db: float | None = None
    confidence: Confidence | None = None
    under_voice_db: float | None = None


def compare(speech: Speech) -> Background:
    """Compare *speech* with what is heard beside it."""
    heard = speech.powers > 10 ** (_MUTED_DBFS / 10)
    if not heard.any():
        return Background()
    if speech.is_spoken.sum() < _MIN_SPOKEN_STEPS:
        return Background(floor_dbfs=_rounded(decibel(speech.powers[heard].mean())))
    under_voice_db = _under_voice_db(speech)
    for guard, needed, confidence in _PAUSES:
        pauses = speech.powers[~widened(speech.is_spoken, guard) & heard]
        if pauses.size >= needed:
            noise = float(np.minimum(pauses, np.median(pauses) * 10 ** (_LOUDEST_OVER_MEDIAN_DB / 10)).mean())
            return Background(
                floor_dbfs=_rounded(decibel(noise)),
                speech_to_noise_db=_speech_to_noise_db(speech, noise),
                confidence=confidence,
                under_voice_db=under_voice_db,
            )
    return Background(under_voice_db=under_voice_db)


def widened(flags: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Return *flags*, set *steps* before and after each as well."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1) - steps, np.flatnonzero(edges == -1) + steps
    changes = np.zeros(flags.size + 1, dtype=np.int32)
    np.add.at(changes, np.maximum(starts, 0), 1)
    np.add.at(changes, np.minimum(ends, flags.size), -1)
    return np.asarray(np.cumsum(changes[:-1]) > 0)


def _speech_to_noise_db(speech: Speech, noise: float) -> float:
    spoken = float(speech.powers[speech.is_spoken].mean())
    # What is measured while somebody speaks is the voice and the background together.
    voice = max(spoken - noise, spoken / 100)
    return _rounded(min(max(decibel(voice) - decibel(noise), _LOWEST_DB), _HIGHEST_DB))


def _under_voice_db(speech: Speech) -> float | None:
    spectra = _spoken_spectra(speech)
    if len(spectra) < _MIN_WINDOWS:
        return None
    whole = len(spectra) // _SMOOTHED * _SMOOTHED
    smooth = spectra[:whole].reshape(-1, _SMOOTHED, spectra.shape[1]).mean(axis=1)
    lasting = float(np.quantile(smooth, _QUIET_SHARE, axis=0).sum()) / _QUIET_OF_MEAN
    total = float(spectra.mean(axis=0).sum())
    ratio_db = float(decibel(max(total - lasting, total / 1000) / max(lasting, total / 1e6)))
    return _rounded(ratio_db)


def _spoken_spectra(speech: Speech) -> NDArray[np.float32]:
    """Return the power spectra of half-overlapping windows in which somebody speaks, a row each."""
    shape = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    padded = np.concatenate([speech.samples, np.zeros(max(_WINDOW - speech.samples.size, 0), np.float32)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    middles = (np.arange(len(windows)) * _HOP + _WINDOW // 2) // STEP_SAMPLES
    is_spoken = widened(speech.is_spoken, 2)
    spoken = np.flatnonzero(is_spoken[np.minimum(middles, is_spoken.size - 1)])[:_MAX_WINDOWS]
    spectra = [np.zeros((0, _WINDOW // 2 + 1 - _LOWEST_BIN), np.float32)]
    for start in range(0, spoken.size, _AT_ONCE):
        transformed = np.fft.rfft(windows[spoken[start : start + _AT_ONCE]] * shape, axis=1)[:, _LOWEST_BIN:]
        spectra.append((transformed.real**2 + transformed.imag**2).astype(np.float32))
    return np.concatenate(spectra)


def _rounded(number: float) -> float:
    return round(float(number), 1)
