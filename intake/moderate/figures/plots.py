"""The only place that turns numbers into shapes: stacked bars and lines by week, bars side by side.

Shapes only, in the units of the drawing; the template writes them as SVG, the style sheet knows their colours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    Draw = Callable[[Sequence[date], Sequence[Mapping[date, float]]], "Plot"]

WIDTH: Final = 640
HEIGHT: Final = 240
_LEFT: Final = 52
_RIGHT: Final = 8
_TOP: Final = 10
_BOTTOM: Final = 26
_RADIUS: Final = 2.5
_MOST_DATES: Final = 6
_STEPS: Final = (1, 2, 5, 10)
_FEW_TICKS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Area:
    """All bars, or all dots, of a series as one SVG path. `series` counts from 0.

    One path and not an element for each: a page of years has thousands of them, and writing them took most of its time.
    """

    path: str
    series: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through `points`, as SVG writes them; a week without a value breaks it."""

    points: str
    series: int


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A mark on an axis, and where it stands."""

    at: float
    value: float


@dataclass(frozen=True, kw_only=True)
class DateTick:
    """A week named on the axis."""

    at: float
    week: date


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A drawing: what its axes say and what stands between them."""

    areas: tuple[Area, ...] = ()
    lines: tuple[Line, ...] = ()
    ticks: tuple[Tick, ...]
    dates: tuple[DateTick, ...]


def stacked(weeks: Sequence[date], series: Sequence[Mapping[date, float]]) -> Plot:
    """Draw a column a week, each series on top of the one before it."""
    top = max((sum(each.get(week, 0) for each in series) for week in weeks), default=0)
    ticks = _ticks(0, top)
    scale = _Scale(0, ticks[-1])
    bars: dict[int, list[str]] = {}
    for at, week in enumerate(weeks):
        base = 0.0
        for number, each in enumerate(series):
            value = each.get(week, 0)
            if value:
                bars.setdefault(number, []).append(_bar(weeks, at, scale.y(base), scale.y(base + value)))
            base += value
    return Plot(areas=_areas(bars), ticks=_placed(ticks, scale), dates=_dates(weeks))


def lines(weeks: Sequence[date], series: Sequence[Mapping[date, float]]) -> Plot:
    """Draw a line for each series."""
    values = [value for each in series for value in each.values()]
    ticks = _ticks(min([0, *values]), max([0, *values]))
    scale = _Scale(ticks[0], ticks[-1])
    drawn: list[Line] = []
    dots: dict[int, list[str]] = {}
    for number, each in enumerate(series):
        for run in _runs(weeks, each):
            placed = [(_middle(weeks, at), scale.y(each[weeks[at]])) for at in run]
            drawn.append(Line(points=" ".join(f"{x:.1f},{y:.1f}" for x, y in placed), series=number))
            dots.setdefault(number, []).extend(_dot(x, y) for x, y in placed)
    return Plot(areas=_areas(dots), lines=tuple(drawn), ticks=_placed(ticks, scale), dates=_dates(weeks))


def _bar(weeks: Sequence[date], at: int, bottom: float, top: float) -> str:
    step = _step(weeks)
    left, width = _LEFT + at * step + step * 0.1, step * 0.8
    return f"M{left:.1f} {top:.1f}h{width:.1f}v{bottom - top:.1f}h-{width:.1f}z"


def _dot(x: float, y: float) -> str:
    across = 2 * _RADIUS
    return f"M{x - _RADIUS:.1f} {y:.1f}a{_RADIUS} {_RADIUS} 0 1 0 {across} 0a{_RADIUS} {_RADIUS} 0 1 0 -{across} 0"


def _areas(paths: Mapping[int, Sequence[str]]) -> tuple[Area, ...]:
    return tuple(Area(path="".join(parts), series=number) for number, parts in sorted(paths.items()))


@dataclass(frozen=True)
class _Scale:
    least: float
    most: float

    def y(self, value: float) -> float:
        share = (value - self.least) / (self.most - self.least)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def _ticks(least: float, most: float) -> list[float]:
    """Round numbers from below *least* to above *most*, a handful."""
    span = max(most - least, 1e-9) if most > least else 1.0
    rough = span / (_FEW_TICKS - 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in _STEPS if power * factor >= rough)
    first, last = math.floor(least / step), max(math.ceil(most / step), math.floor(least / step) + 1)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _placed(ticks: Sequence[float], scale: _Scale) -> tuple[Tick, ...]:
    return tuple(Tick(at=scale.y(value), value=value) for value in ticks)


def _step(weeks: Sequence[date]) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(len(weeks), 1)


def _middle(weeks: Sequence[date], at: int) -> float:
    return _LEFT + (at + 0.5) * _step(weeks)


def _dates(weeks: Sequence[date]) -> tuple[DateTick, ...]:
    every = max(1, math.ceil(len(weeks) / _MOST_DATES))
    return tuple(DateTick(at=round(_middle(weeks, at), 1), week=weeks[at]) for at in range(0, len(weeks), every))


def _runs(weeks: Sequence[date], values: Mapping[date, float]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for at, week in enumerate(weeks):
        if week in values:
            runs[-1].append(at)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
