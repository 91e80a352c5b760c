"""The only list of what is tallied for whoever watches the service, and how much of it falls together.

A tally only grows. What can be read from rows as they stand, the age of a queue say, is no tally.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Tally(StrEnum):
    """What is tallied; most have parts."""

    MOVES = "moves"
    """Submissions that came into a state; by that state."""
    REFUSALS = "refusals"
    """Files that were refused; by each check that failed."""
    VERDICTS = "verdicts"
    """Seconds from the receipt of a file to its verdict."""
    WAITS = "waits"
    """Seconds from when a job was due to when a worker took it; by queue."""
    ATTEMPTS = "attempts"
    """Attempts that jobs took until they were done; by kind."""
    DEATHS = "deaths"
    """Jobs that were given up; by kind."""
    PUT_BACK = "put_back"
    """Attempts that were given back because something outside was down; by kind."""
    NUDGES = "nudges"
    """What would have stood still without the sweeps; by `Nudge`."""


class Nudge(StrEnum):
    """What the dispatcher had to do a second time, or in somebody's place."""

    HINT_REPEATED = "hint_repeated"
    """Workers were told of a job before, and none took it."""
    LEASE_EXPIRED = "lease_expired"
    """Whoever held a job went silent."""
    UPLOAD_FINISHED = "upload_finished"
    """All bytes of a file were there, and nobody had said so."""


EDGES: Final[Mapping[Tally, tuple[float, ...]]] = MappingProxyType(
    {
        # The aim is a quarter of a minute; what takes an hour waits for somebody to start a worker.
        Tally.VERDICTS: (5, 10, 15, 30, 60, 120, 300, 900, 3600, 14400),
        # Below a second it was the next hint; beyond a lease it was lost or there are too few workers.
        Tally.WAITS: (1, 2, 5, 15, 60, 300, 1800, 7200),
        Tally.ATTEMPTS: (1, 2, 3, 5, 10, 50),
    }
)
"""Tallies whose values are kept by size: the upper edges of their buckets, both included."""

BEYOND: Final = "+Inf"
"""The bucket of what is larger than the last edge."""

SUM: Final = "sum"
"""Under which all values of a tally with buckets are added up."""

WHOLE: Final = ""
"""Under which the values of the other tallies are."""


class Mark(NamedTuple):
    """One thing that happened."""

    tally: Tally
    part: str
    value: float


class Place(NamedTuple):
    """Where a number stands."""

    tally: Tally
    part: str
    bucket: str


def add_up(marks: Iterable[Mark]) -> dict[Place, float]:
    """Return by how much each number grows."""
    growth: Counter[Place] = Counter()
    for tally, part, value in marks:
        if tally in EDGES:
            growth[Place(tally, part, _bucket(tally, value))] += 1
            growth[Place(tally, part, SUM)] += value  # type: ignore[assignment] # counts of seconds are not whole
        else:
            growth[Place(tally, part, WHOLE)] += value  # type: ignore[assignment] # as above
    return dict(growth)


def at_most(tally: Tally, part: str, numbers: Mapping[Place, float]) -> list[tuple[str, float]]:
    """Return how many values are at most as large as each edge of a tally with buckets, the last being all of them."""
    buckets = [*map(_named, EDGES[tally]), BEYOND]
    counts = accumulate(numbers.get(Place(tally, part, bucket), 0.0) for bucket in buckets)
    return list(zip(buckets, counts, strict=True))


def _bucket(tally: Tally, value: float) -> str:
    return next((_named(edge) for edge in EDGES[tally] if value <= edge), BEYOND)


def _named(edge: float) -> str:
    return str(float(edge))
