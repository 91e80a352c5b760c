"""How players are told which tile stands for which seconds."""

from __future__ import annotations

import re

import pytest

from workers.media.commands.shaping import Look
from workers.media.sprites import describe

PORTRAIT = Look(width_px=90, height_px=160)


def cues(text: str) -> list[tuple[str, ...]]:
    return re.findall(r"^(\S+) --> (\S+)\nsprite\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)$", text, re.MULTILINE)


def test_each_tile_stands_from_its_moment_to_the_next() -> None:
    text = describe([0.0, 2.5, 61.25], PORTRAIT, columns=2, duration_s=75.0)

    assert text.startswith("WEBVTT\n\n")
    assert cues(text) == [
        ("00:00:00.000", "00:00:02.500", "0", "0", "90", "160"),
        ("00:00:02.500", "00:01:01.250", "90", "0", "90", "160"),
        ("00:01:01.250", "00:01:15.000", "0", "160", "90", "160"),
    ]


def test_the_only_tile_stands_for_all_of_the_clip() -> None:
    assert cues(describe([0.3], PORTRAIT, columns=1, duration_s=12.0)) == [
        ("00:00:00.000", "00:00:12.000", "0", "0", "90", "160")
    ]


def test_tiles_that_came_out_of_order_keep_their_places_and_true_times() -> None:
    text = describe([0.0, 8.0, 4.0], PORTRAIT, columns=3, duration_s=10.0)

    assert [(start, x) for start, _, x, *_ in cues(text)] == [
        ("00:00:00.000", "0"),
        ("00:00:04.000", "180"),
        ("00:00:08.000", "90"),
    ]


@pytest.mark.parametrize("moments", [[0.0, 3.0, 3.0], [0.0, 3.0, 11.0]])
def test_no_cue_is_empty(moments: list[float]) -> None:
    found = cues(describe(moments, PORTRAIT, columns=3, duration_s=10.0))

    assert found
    assert all(start < end for start, end, *_ in found)
