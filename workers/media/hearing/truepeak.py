"""The only place that finds true peaks: how high the sound swings between its samples (ITU-R BS.1770-5, annex 2).

ffmpeg's meter finds the same but looks between all samples, which costs more than the rest of the sound verdict. Only
where the samples come near the highest can the sound between them be higher: a twentieth of most speech.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from workers.media.hearing.resampling import interpolation_matrix, product

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERSAMPLING: Final = 4
"""Source: ITU-R BS.1770-5, annex 2. It under-reads by 0.7 dB at most, at the very top of the band."""

NEAR_PEAK: Final = 0.5
"""Samples below this share of the highest are passed over. A swing twice as high as its samples occurs in no sound of
nature; the worst test signal of EBU Tech 3341, a quarter of the rate at 45°, swings 1.41 times as high."""

_REACH: Final = 12
_BLOCK: Final = 48
_MATRIX: Final = interpolation_matrix(block=_BLOCK, reach=_REACH, up=OVERSAMPLING)


class TruePeak:
    """Keeps the highest swing of one channel, of which it is given whole frames and their highest samples.

    Args:
        frame_samples: Length of a frame, at least that of a block.
    """

    def __init__(self, frame_samples: int) -> None:
        self._highest = 0.0
        self._frame_samples = frame_samples
        # The last frame waits for what follows it; before it, what came before.
        self._pending = np.zeros(_REACH + frame_samples, dtype=np.float32)
        self._pending_height = np.zeros(1, dtype=np.float32)
        self._starts = np.minimum(np.arange(0, frame_samples, _BLOCK), max(frame_samples - _BLOCK, 0))

    def take(self, samples: NDArray[np.float32], heights: NDArray[np.float32]) -> None:
        """Look at the frames before the last of *samples*; *heights* are those of its frames."""
        pending = np.concatenate([self._pending, samples])
        known = np.concatenate([self._pending_height, heights])
        self._highest = max(self._highest, float(known.max()))
        near = np.flatnonzero(known[:-1] > NEAR_PEAK * self._highest)
        self._look(pending, (near[:, None] * self._frame_samples + self._starts).ravel())
        self._pending, self._pending_height = pending[-_REACH - self._frame_samples :], known[-1:]

    def end(self) -> float:
        """Return the highest swing once no sample is to come, as a share of full scale."""
        self.take(np.zeros(self._frame_samples, np.float32), np.zeros(1, np.float32))
        return self._highest

    def _look(self, pending: NDArray[np.float32], starts: NDArray[np.int64]) -> None:
        """Compute the swings of the blocks that begin *starts* after the first sample with a known past."""
        windows = np.lib.stride_tricks.sliding_window_view(pending, _BLOCK + 2 * _REACH)[starts]
        heights = np.abs(windows[:, _REACH:-_REACH]).max(axis=1)
        swings = product(windows[heights > NEAR_PEAK * self._highest], _MATRIX)
        self._highest = max(self._highest, float(np.abs(swings).max(initial=0)))
