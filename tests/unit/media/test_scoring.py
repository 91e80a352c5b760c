"""Which stills to keep, and what they show."""

from __future__ import annotations

import numpy as np
import pytest

from workers.media.scoring import brightness, choose, greatest_change, scores

ROWS, COLUMNS = 36, 64
GRAIN = np.random.default_rng(1).integers(40, 200, (ROWS, COLUMNS))
BLACK = np.zeros((ROWS, COLUMNS))
BLANK = np.full((ROWS, COLUMNS), 180)


def pictures(*images: np.ndarray) -> np.ndarray:
    return np.stack(images).astype(np.uint8)


def blurred(image: np.ndarray) -> np.ndarray:
    return sum(np.roll(image, shift, axis) for axis in (0, 1) for shift in range(-3, 4)) / 14


@pytest.mark.parametrize(
    ("count", "kept"),
    [(1, [0]), (3, [0, 1, 2]), (6, [0, 1, 2, 3, 4, 5]), (12, [0, 2, 4, 6, 8, 10])],
)
def test_stills_are_spread_over_the_clip(count: int, kept: list[int]) -> None:
    assert choose(pictures(*[GRAIN] * count)) == kept


def test_of_each_part_of_the_clip_the_best_is_kept() -> None:
    sharp_places = [1, 2, 5, 7, 8, 11]
    images = [GRAIN if place in sharp_places else blurred(GRAIN) for place in range(12)]

    assert choose(pictures(*images)) == sharp_places


def test_black_and_blank_ones_are_left_out() -> None:
    assert choose(pictures(BLACK, GRAIN, BLANK, GRAIN)) == [1, 3]


def test_a_clip_in_the_dark_keeps_what_it_has() -> None:
    assert choose(pictures(BLACK, BLACK)) == [0, 1]


def test_a_face_lit_in_a_dark_room_is_no_black_picture() -> None:
    lit = BLACK.copy()
    lit[10:20, 20:30] = GRAIN[10:20, 20:30]

    assert choose(pictures(BLACK, lit, BLACK)) == [1]


@pytest.mark.parametrize(
    "worse",
    [
        pytest.param(blurred(GRAIN), id="blurred"),
        pytest.param(GRAIN * 0.2, id="dark"),
        pytest.param(np.minimum(GRAIN + 120, 255), id="overexposed"),
        pytest.param(120 + (GRAIN - 120) * 0.1, id="flat"),
        pytest.param(BLACK, id="black"),
    ],
)
def test_the_better_picture_scores_higher(worse: np.ndarray) -> None:
    good_score, worse_score = scores(pictures(GRAIN, worse))

    assert good_score > 1.2 * worse_score


def test_nothing_changes_between_equal_pictures() -> None:
    assert greatest_change(pictures(GRAIN, GRAIN, GRAIN)) == 0


def test_noise_of_the_sensor_is_hardly_a_change() -> None:
    chance = np.random.default_rng(2)
    noisy = [np.clip(GRAIN + chance.normal(0, 1.5, GRAIN.shape), 0, 255) for _ in range(7)]

    assert 0 < (greatest_change(pictures(*noisy)) or 0) < 4


def test_a_mouth_that_opens_is_a_change() -> None:
    mouth = GRAIN.copy()
    mouth[20:24, 32:36] = 30

    assert (greatest_change(pictures(GRAIN, mouth, GRAIN)) or 0) > 20


def test_a_single_picture_tells_nothing_of_change() -> None:
    assert greatest_change(pictures(GRAIN)) is None


def test_brightness_is_that_of_the_lightest_fiftieth() -> None:
    speck, face = BLACK.copy(), BLACK.copy()
    speck[0, :20] = 255
    face[:10, :10] = 200

    assert brightness(pictures(speck, face)).tolist() == [0, 200]
