"""The only place that computes samples between samples: for another rate, and for true peaks.

A windowed sinc as a banded matrix, so that the work is a few products of small matrices. Source of the method:
Oppenheim and Schafer, "Discrete-Time Signal Processing", chapters 4 (changing the rate) and 7 (Kaiser's window).
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KAISER_BETA: Final = 7.0
"""Aliases stay 70 dB down."""

_LOBES: Final = 21
"""Zero crossings of the sinc on either side."""

_PASSED: Final = 0.92
"""Share of the narrower band that passes unharmed."""

_MAX_PRODUCT: Final = 250_000
"""Multiplications below which OpenBLAS keeps to one thread; with two it spins longer than it works. Source: its
`interface/gemm.c`, `SMP_THRESHOLD_MIN * GEMM_MULTITHREAD_THRESHOLD` = 262,144."""


def interpolation_matrix(*, block: int, reach: int, up: int, down: int = 1, passed: float = 1.0) -> NDArray[np.float32]:
    """Return what turns a *block* of samples, with *reach* more on either side, into `block * up / down` new ones.

    Args:
        block: Samples; a multiple of *down*.
        reach: Samples on either side that a new one depends on.
        up: New samples for every *down* old ones.
        down: Old samples for every *up* new ones.
        passed: Highest frequency that passes, as a share of half the old rate.
    """
    old = np.arange(-reach, block + reach)[:, None]
    new = np.arange(block * up // down)[None, :] * down / up
    distance = old - new
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1 - (distance / reach) ** 2, 0)))
    weights = np.where(np.abs(distance) < reach, np.sinc(passed * distance) * window, 0)
    matrix: NDArray[np.float32] = (weights / weights.sum(axis=0)).astype(np.float32)
    return matrix


def product(rows: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `rows @ matrix`, a few rows at a time."""
    at_once = max(1, _MAX_PRODUCT // matrix.size)
    whole = len(rows) // at_once * at_once
    head = (rows[:whole].reshape(-1, at_once, rows.shape[1]) @ matrix).reshape(whole, matrix.shape[1])
    return np.concatenate([head, rows[whole:] @ matrix])


class Resampler:
    """Turns samples of one rate into another, chunk by chunk; one channel or several in step."""

    def __init__(self, *, from_hz: int, to_hz: int, channels: int) -> None:
        step = gcd(from_hz, to_hz)
        down, up = from_hz // step, to_hz // step
        reach = -(-_LOBES * from_hz // min(from_hz, to_hz))
        # Longer than both reaches, so that no product needs more than one block and the start of the next.
        self._block = down * -(-2 * reach // down)
        self._reach = reach
        passed = _PASSED * min(from_hz, to_hz) / from_hz
        matrix = interpolation_matrix(block=self._block, reach=reach, up=up, down=down, passed=passed)
        self._own, self._next = matrix[: self._block], matrix[self._block :]
        self._pending = np.zeros((channels, reach), dtype=np.float32)

    def take(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what can be computed after *samples* (channels × samples) came as well."""
        pending = np.concatenate([self._pending, samples], axis=1)
        blocks = max(0, (pending.shape[1] - 2 * self._reach) // self._block)
        self._pending = pending[:, blocks * self._block :]
        return np.stack([self._resampled(channel, blocks) for channel in pending])

    def _resampled(self, pending: NDArray[np.float32], blocks: int) -> NDArray[np.float32]:
        end = blocks * self._block
        tails = np.zeros((blocks + 1) * self._block, dtype=np.float32)
        tails[: end + 2 * self._reach] = pending[: end + 2 * self._reach]
        rows = tails.reshape(-1, self._block)
        following = np.ascontiguousarray(rows[1:, : 2 * self._reach])
        return (product(rows[:-1], self._own) + product(following, self._next)).ravel()
