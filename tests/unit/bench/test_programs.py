"""The arithmetic of the benchmarks' programs."""

from __future__ import annotations

import pytest

from bench.growth import fixed_part
from bench.measuring import Cost
from bench.peers_table import filled
from bench.tables import Line


def a_line(clip: str, work: str, cpu_s: float) -> Line:
    return Line.of(clip, work, [Cost(cpu_s=cpu_s, wall_s=cpu_s, made_bytes=0)])


def test_the_fixed_part_is_what_a_clip_of_no_length_would_cost() -> None:
    assert fixed_part(0.9 + 60 * 0.005, 0.9 + 600 * 0.005) == pytest.approx(0.9)


def test_what_was_measured_is_never_replaced_by_a_multiple() -> None:
    at_30_s = [a_line("30 s", "ready", 1.0), a_line("30 s", "MediaCMS", 400.0)]
    at_120_s = [a_line("120 s", "ready", 1.5)]

    lines = list(filled(at_120_s, at_30_s, factor=4))

    assert [(line.clip, line.work, line.cpu_s.median, line.factor) for line in lines] == [
        ("120 s", "ready", 1.5, 1),
        ("120 s", "MediaCMS", 1600.0, 4),
    ]


def test_the_measured_length_itself_has_no_multiples() -> None:
    at_30_s = [a_line("30 s", "ready", 1.0), a_line("30 s", "MediaCMS", 400.0)]

    assert list(filled(at_30_s, at_30_s, factor=1)) == at_30_s
