"""The only place that turns what is wrong with a clip's sound into marks on its waveform and words beside it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from intake import wording
from intake.domain.listening import telling_stretches
from intake.wording.marking import N_
from intake.wording.measures import STRETCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake.domain.checks import Check
    from intake.domain.facts import AudioLevels, Stretch, StretchKind

_FROM_TO: Final = N_("da {start} a {end}")
_AT: Final = N_("a {start}")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One marked place: where it begins and how wide it is, in percent of the waveform; when that is, and in words."""

    left: float
    width: float
    starts_s: float
    place: str


@dataclass(frozen=True, kw_only=True)
class Marked:
    """Every place where one kind of thing is wrong: as marks, and in words."""

    kind: StretchKind
    title: str
    places: str
    marks: tuple[Mark, ...]


def marks_on(levels: AudioLevels | None, checks: Sequence[Check], language: str) -> tuple[Marked, ...]:
    """Say where something is wrong that a check complains of, by kind."""
    if levels is None or levels.duration_s <= 0:
        return ()
    telling = sorted(telling_stretches(levels, checks), key=lambda stretch: (stretch.kind, stretch.starts_s))
    return tuple(
        _marked(kind, tuple(stretches), levels.duration_s, language)
        for kind, stretches in groupby(telling, key=lambda stretch: stretch.kind)
    )


def places_on(levels: AudioLevels | None, checks: Sequence[Check]) -> list[dict[str, str | float]]:
    """Return the same places for a script: kind, start and end in seconds."""
    if levels is None:
        return []
    return [
        {"kind": stretch.kind, "start": stretch.starts_s, "end": stretch.ends_s}
        for stretch in telling_stretches(levels, checks)
    ]


def _marked(kind: StretchKind, stretches: Sequence[Stretch], duration_s: float, language: str) -> Marked:
    marks = tuple(_mark(stretch, duration_s, language) for stretch in stretches)
    return Marked(
        kind=kind,
        title=wording.say(STRETCHES[kind], language),
        places=", ".join(mark.place for mark in marks),
        marks=marks,
    )


def _mark(stretch: Stretch, duration_s: float, language: str) -> Mark:
    left = min(stretch.starts_s / duration_s, 1.0)
    right = min(stretch.ends_s / duration_s, 1.0)
    return Mark(
        left=round(100 * left, 2),
        width=round(100 * (right - left), 2),
        starts_s=stretch.starts_s,
        place=_place(stretch, language),
    )


def _place(stretch: Stretch, language: str) -> str:
    start, end = (wording.duration(moment_s, language) for moment_s in (stretch.starts_s, stretch.ends_s))
    # A crackle may last a fiftieth of a second.
    return wording.say(_AT if start == end else _FROM_TO, language, start=start, end=end)
