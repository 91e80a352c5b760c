"""The only list of the metrics that only grow, but for requests: each name, its question and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from intake.domain.checks import CheckCode
from intake.domain.jobs import JobKind, Queue
from intake.domain.states import State
from intake.domain.tallies import EDGES, SUM, WHOLE, Nudge, Place, Tally, at_most

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client.core import Metric

    Numbers = Mapping[Place, float]


@dataclass(frozen=True, kw_only=True)
class _Tallied:
    """A metric that only grows.

    Attributes:
        label: What its parts are told apart by; None where there is one only.
        parts: All there can be: each is told of from the beginning, or the first of its kind would be no growth.
    """

    name: str
    question: str
    tally: Tally
    label: str | None = None
    parts: Iterable[str] = ("",)

    @property
    def labels(self) -> list[str]:
        return [self.label] if self.label else []

    def named(self, part: str) -> list[str]:
        return [part] if self.label else []


_TALLIED: Final = (
    _Tallied(
        name="intake_submission_moves",
        question="Submissions that came into a state",
        tally=Tally.MOVES,
        label="state",
        parts=State,
    ),
    _Tallied(
        name="intake_refusals",
        question="Files that were refused, by each check that failed",
        tally=Tally.REFUSALS,
        label="code",
        parts=CheckCode,
    ),
    _Tallied(
        name="intake_verdict_seconds",
        question="Time from the receipt of a file until its verdict is written down",
        tally=Tally.VERDICTS,
    ),
    _Tallied(
        name="intake_job_wait_seconds",
        question="Time from when a job was due until a worker took it",
        tally=Tally.WAITS,
        label="queue",
        parts=Queue,
    ),
    _Tallied(
        name="intake_job_attempts",
        question="Attempts it took until a job was done",
        tally=Tally.ATTEMPTS,
        label="kind",
        parts=JobKind,
    ),
    _Tallied(
        name="intake_jobs_died",
        question="Jobs that were given up",
        tally=Tally.DEATHS,
        label="kind",
        parts=JobKind,
    ),
    _Tallied(
        name="intake_jobs_put_back",
        question="Attempts that were given back because something outside was down",
        tally=Tally.PUT_BACK,
        label="kind",
        parts=JobKind,
    ),
    _Tallied(
        name="intake_nudges",
        question="What the dispatcher did again or in somebody's place: workers were told of a job and none took it for"
        " a lease's time (too few of them, or messages are lost), a worker went silent with a job, or all bytes of a"
        " file were there and nobody had said so",
        tally=Tally.NUDGES,
        label="cause",
        parts=Nudge,
    ),
)


def tallied(numbers: Numbers) -> Iterator[Metric]:
    """Tell of each of them what the tallies come to."""
    for told in _TALLIED:
        yield _histogram(told, numbers) if told.tally in EDGES else _counter(told, numbers)


def _counter(told: _Tallied, numbers: Numbers) -> Metric:
    family = CounterMetricFamily(told.name, told.question, labels=told.labels)
    for part in told.parts:
        family.add_metric(told.named(part), numbers.get(Place(told.tally, part, WHOLE), 0))
    return family


def _histogram(told: _Tallied, numbers: Numbers) -> Metric:
    family = HistogramMetricFamily(told.name, told.question, labels=told.labels)
    for part in told.parts:
        total = numbers.get(Place(told.tally, part, SUM), 0)
        family.add_metric(told.named(part), at_most(told.tally, part, numbers), sum_value=total)
    return family
