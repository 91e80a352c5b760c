"""Which stills to keep."""

from __future__ import annotations

import numpy as np
import pytest

from workers.media.thumbnails import choose

GRAIN = np.tile(np.array([60, 200], dtype=np.uint8), 50)


def pictures(*rows: np.ndarray) -> np.ndarray:
    return np.stack(rows).astype(np.uint8)


@pytest.mark.parametrize(
    ("count", "kept"),
    [(1, [0]), (3, [0, 1, 2]), (6, [0, 1, 2, 3, 4, 5]), (12, [0, 2, 4, 7, 9, 11])],
)
def test_stills_are_spread_over_the_clip(count: int, kept: list[int]) -> None:
    assert choose(pictures(*[GRAIN] * count)) == kept


def test_black_and_blank_ones_are_left_out() -> None:
    black, blank = GRAIN * 0, GRAIN * 0 + 180

    assert choose(pictures(black, GRAIN, blank, GRAIN)) == [1, 3]


def test_a_clip_in_the_dark_keeps_what_it_has() -> None:
    assert choose(pictures(GRAIN * 0, GRAIN * 0)) == [0, 1]
