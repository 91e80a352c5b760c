"""The frame of an embedded clip: its picture undistorted, its words under it, and never larger than was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.frames import WORDS_PX, Frame, fits, frame_of, gallery_frame

SIDES = st.integers(min_value=1, max_value=8000)


@pytest.mark.parametrize(
    ("clip_px", "largest", "frame"),
    [
        ((1920, 1080), {}, (640, 360 + WORDS_PX)),
        ((1080, 1920), {}, (340, 604 + WORDS_PX)),
        ((720, 720), {}, (640, 640 + WORDS_PX)),
        ((1920, 1080), {"max_width_px": 480}, (480, 270 + WORDS_PX)),
        ((1920, 1080), {"max_height_px": 180 + WORDS_PX}, (320, 180 + WORDS_PX)),
        ((1080, 1920), {"max_width_px": 640, "max_height_px": 400}, (189, 336 + WORDS_PX)),
        ((1920, 1080), {"max_width_px": 5000}, (640, 360 + WORDS_PX)),
        ((1920, 1080), {"max_height_px": 1}, (1, 1)),
    ],
)
def test_a_clip_s_frame(clip_px: tuple[int, int], largest: dict[str, int], frame: tuple[int, int]) -> None:
    assert frame_of(*clip_px, **largest) == Frame(width_px=frame[0], height_px=frame[1])


@given(width_px=SIDES, height_px=SIDES, max_width_px=SIDES, max_height_px=SIDES)
def test_no_frame_is_larger_than_asked_for(
    width_px: int, height_px: int, max_width_px: int, max_height_px: int
) -> None:
    largest = {"max_width_px": max_width_px, "max_height_px": max_height_px}

    for frame in (frame_of(width_px, height_px, **largest), gallery_frame(**largest)):
        assert fits(frame.width_px, frame.height_px, **largest)
        assert min(frame.width_px, frame.height_px) >= 1


def test_a_gallery_s_frame_scrolls_in_less() -> None:
    assert gallery_frame(max_width_px=400) == Frame(width_px=400, height_px=gallery_frame().height_px)
