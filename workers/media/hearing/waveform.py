"""The only place for the waveform that pages draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

_EIGHT_BITS: Final = 8


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
