"""The only place that finds the hum of the mains: 50 or 60 Hz and its multiples, as steady as nothing else is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from workers.media.hearing.meter import VOICE_RATE_HZ, decibel
from workers.media.hearing.speech import HIGH_PASS_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAINS_HZ: Final = (50, 60)
"""Of Europe and most of the world; of the Americas and half of Japan."""

_WINDOW: Final = 16_384
_HERTZ_PER_BIN: Final = VOICE_RATE_HZ / _WINDOW
_MULTIPLES: Final = range(1, 13)
_HIGHEST_HZ: Final = 800

_LOW_SHARE: Final = 0.3
"""A voice moves and pauses; the hum is there in the quietest third of all seconds too."""

_LINE_HZ: Final = 2.0
_BESIDE_HZ: Final = 15.0
_STANDS_OUT_DB: Final = 10.0
_MIN_LINES: Final = 3
_MIN_SECONDS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Hum:
    """A hum that was found.

    Attributes:
        level_dbfs: Power of its lines from `HIGH_PASS_HZ` up; what lies below, a phone's loudspeaker does not give.
    """

    mains_hz: int
    level_dbfs: float


def find_hum(voice: NDArray[np.int16]) -> Hum | None:
    """Find the stronger hum in *voice*, 16-bit samples at `VOICE_RATE_HZ`; None where there is none."""
    if voice.size < _MIN_SECONDS * VOICE_RATE_HZ:
        return None
    spectrum = _lasting_spectrum(voice)
    found = [hum for mains_hz in MAINS_HZ if (hum := _hum_of(spectrum, mains_hz)) is not None]
    return max(found, key=lambda hum: hum.level_dbfs, default=None)


def _lasting_spectrum(voice: NDArray[np.int16]) -> NDArray[np.float32]:
    """Return the power of each bin that is there most of the time, scaled so that a sine's bins add up to its power."""
    shape = np.hanning(_WINDOW).astype(np.float32)
    bins = int((_HIGHEST_HZ + _BESIDE_HZ) / _HERTZ_PER_BIN) + 1
    powers = []
    for start in range(0, voice.size - _WINDOW + 1, _WINDOW // 2):
        transformed = np.fft.rfft(voice[start : start + _WINDOW].astype(np.float32) * shape)[:bins]
        powers.append(transformed.real**2 + transformed.imag**2)
    scale = 2 / (_WINDOW * float((shape**2).sum()) * 32767**2)
    return (np.quantile(np.stack(powers), _LOW_SHARE, axis=0) * scale).astype(np.float32)


def _hum_of(spectrum: NDArray[np.float32], mains_hz: int) -> Hum | None:
    lines = [multiple * mains_hz for multiple in _MULTIPLES if multiple * mains_hz <= _HIGHEST_HZ]
    powers = {line_hz: _line_power(spectrum, line_hz) for line_hz in lines}
    heard = sum(power for line_hz, power in powers.items() if line_hz >= HIGH_PASS_HZ)
    if sum(power > 0 for power in powers.values()) < _MIN_LINES or not heard:
        return None
    return Hum(mains_hz=mains_hz, level_dbfs=round(float(decibel(heard)), 1))


def _line_power(spectrum: NDArray[np.float32], line_hz: int) -> float:
    """Return the power of a line that stands out of what lies beside it; 0 where it does not."""
    distance = np.abs(np.arange(spectrum.size) * _HERTZ_PER_BIN - line_hz)
    line = spectrum[distance <= _LINE_HZ]
    beside = spectrum[(distance > 2 * _LINE_HZ) & (distance <= _BESIDE_HZ)]
    stands_out_db = float(decibel(line.max()) - decibel(float(np.median(beside))))
    return float(line.sum()) if stands_out_db >= _STANDS_OUT_DB else 0.0
