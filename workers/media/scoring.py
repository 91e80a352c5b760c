"""The only place that judges pictures: which of them show something, which of those best. Pure.

It looks at small gray copies, an array of pictures × rows × columns, 0 being black and 255 white.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_STILLS: Final = 6

_WHITE: Final = 255
_DARK: Final = 40
_FLAT: Final = 8
"""Brightness and contrast below which a picture shows nothing: a lens in a pocket, a blank wall."""

_BRIGHT_PERCENTILE: Final = 98
"""A room may be dark as long as a fiftieth of the picture, a face in it, is not."""

_MIDDLE: Final = 118
"""Mean of a well exposed picture: a gray card, 18 % of the light, in sRGB."""

_RICH: Final = 50
"""Contrast, as deviation from the mean, from which more is no better. Good clips have 30 to 70, measured."""

_BLOCK: Final = 4
"""Side of the places whose change is looked at: noise averages out in it, and a mouth fills one."""


def choose(grays: NDArray[np.uint8]) -> Sequence[int]:
    """Return which of the pictures, in the order of time, to keep: at most six, the best of each part of the clip.

    Where none shows anything, they are all there is.
    """
    shows = np.flatnonzero((brightness(grays) >= _DARK) & (_contrast(grays) >= _FLAT))
    candidates = shows if shows.size else np.arange(len(grays))
    quality = scores(grays)
    parts = np.array_split(candidates, min(MAX_STILLS, candidates.size))
    return [int(part[np.argmax(quality[part])]) for part in parts]


def scores(grays: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how well each picture would stand for the clip, 0 to 1: sharp, well exposed, with contrast.

    Sharpness is relative to the sharpest of them: what it is worth depends on the scene.
    """
    sharpness = _sharpness(grays)
    exposure = 1 - np.abs(grays.mean(axis=(1, 2)) - _MIDDLE) / (_WHITE - _MIDDLE)
    contrast = np.minimum(_contrast(grays) / _RICH, 1)
    quality: NDArray[np.float32] = (
        sharpness / max(float(sharpness.max(initial=0)), 1e-6) * np.maximum(exposure, 0) * contrast
    ).astype(np.float32)
    return quality


def brightness(grays: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return for each picture what all but its brightest fiftieth is darker than."""
    levels: NDArray[np.float32] = np.percentile(grays, _BRIGHT_PERCENTILE, axis=(1, 2)).astype(np.float32)
    return levels


def greatest_change(grays: NDArray[np.uint8]) -> float | None:
    """Return by how much the place that changes most changes between any two pictures; None with a single one."""
    if len(grays) <= 1:
        return None
    rows, columns = (length // _BLOCK for length in grays.shape[1:])
    whole = grays[:, : rows * _BLOCK, : columns * _BLOCK].astype(np.float32)
    places = whole.reshape(len(grays), rows, _BLOCK, columns, _BLOCK).mean(axis=(2, 4))
    return float(np.ptp(places, axis=0).max(initial=0))


def _contrast(grays: NDArray[np.uint8]) -> NDArray[np.float32]:
    deviation: NDArray[np.float32] = grays.std(axis=(1, 2), dtype=np.float32)
    return deviation


def _sharpness(grays: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean size of the Laplacian: how much each point differs from its four neighbours."""
    points = grays.astype(np.float32)
    middle = points[:, 1:-1, 1:-1]
    around = points[:, :-2, 1:-1] + points[:, 2:, 1:-1] + points[:, 1:-1, :-2] + points[:, 1:-1, 2:]
    sharpness: NDArray[np.float32] = np.abs(4 * middle - around).mean(axis=(1, 2))
    return sharpness
