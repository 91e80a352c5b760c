"""The only place that answers Prometheus: each name, its help and its labels.

Told from rows, at the moment of asking, so that it makes no difference which process is asked, or when it was started.
Only requests are counted in the web processes themselves. With the database away the answer says so, and no more.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from intake.db import watching
from intake.db.engine import reading
from intake.domain.checks import CheckCode
from intake.domain.jobs import JOB_RULES, JobKind, JobState, Queue
from intake.domain.states import State
from intake.domain.tallies import EDGES, SUM, WHOLE, Nudge, Place, Tally, at_most
from intake.web.health import Condition, conditions, free_bytes
from intake.web.nearness import sits_here
from intake.web.routing import Access, Route, blueprint
from intake.web.services import services
from intake.web.timing import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flask import Blueprint
    from flask.typing import ResponseReturnValue
    from prometheus_client.core import Metric
    from sqlalchemy import Connection

    from intake.settings import Settings
    from intake.wiring import Services

    Numbers = Mapping[Place, float]
    Values = dict[tuple[str, ...], float]


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


def show_metrics() -> ResponseReturnValue:
    """Answer Prometheus."""
    parts = services()
    if not _may_read_metrics(parts.settings):
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Told(parts))
    text = generate_latest(registry) + generate_latest(counts())
    return Response(text, content_type=CONTENT_TYPE_LATEST)


ROUTES: Final = (Route(rule="/_metrics", view=show_metrics, access=Access.OPERATOR),)


def metrics_blueprint() -> Blueprint:
    """Build the blueprint of this room."""
    return blueprint("metrics", ROUTES)


class _Told(Collector):
    """What the rows and this machine tell."""

    def __init__(self, parts: Services) -> None:
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        found = conditions(self._parts)
        yield _gauge(
            "intake_part_up",
            "Whether each part of the service works: 0 where /_ready says that it is down",
            ["part"],
            {(part,): float(condition is not Condition.DOWN) for part, condition in found.items()},
        )
        yield from _room(self._parts.settings)
        if found["database"] is not Condition.DOWN:
            yield from self._from_rows()

    def _from_rows(self) -> list[Metric]:
        try:
            with reading(self._parts.engine) as connection:
                return [
                    *_processes(connection),
                    *_submissions(connection, self._parts),
                    *_jobs(connection),
                    *_tallied(watching.numbers(connection)),
                ]
        except SQLAlchemyError:
            # It went away since it was asked; the next scrape says so.
            return []


def _room(settings: Settings) -> Iterator[Metric]:
    yield _gauge(
        "intake_free_bytes",
        "Free space where uploads are spooled and, in the embedded set-up, kept",
        [],
        {(): free_bytes(settings)},
    )
    yield _gauge(
        "intake_free_floor_bytes", "Below this much free space no upload is taken", [], {(): settings.min_free_bytes}
    )


def _processes(connection: Connection) -> Iterator[Metric]:
    beats = watching.beats(connection)
    yield _gauge(
        "intake_heartbeat_age_seconds",
        "How long ago a process said that it lives; every quarter of a minute is usual, after one minute it is down",
        ["process"],
        {(beat.process,): beat.age_s for beat in beats},
    )
    yield _gauge(
        "intake_sandbox_info",
        "Which walls a queue's workers open clips behind",
        ["process", "level"],
        {(beat.process, beat.sandbox_level): 1 for beat in beats if beat.sandbox_level},
    )


def _submissions(connection: Connection, parts: Services) -> Iterator[Metric]:
    resting = {one.state: one for one in watching.resting(connection)}
    here = {state: resting[state].total if state in resting else 0 for state in watching.ON_THEIR_WAY}
    yield _gauge(
        "intake_submissions",
        "Submissions by the state they are in; those that are settled as they were at most a minute ago",
        ["state"],
        {(state,): count for state, count in (here | watching.settled(connection)).items()},
    )
    now = parts.clock()
    ages: Values = {(state,): max((now - one.since).total_seconds(), 0) for state, one in resting.items()}
    yield _gauge(
        "intake_submission_oldest_seconds",
        "How long the first of those that are on their way has been in its state: for awaiting_review, the oldest clip"
        " that nobody decided about",
        ["state"],
        dict.fromkeys(((state,) for state in watching.ON_THEIR_WAY), 0.0) | ages,
    )


def _jobs(connection: Connection) -> Iterator[Metric]:
    waiting = watching.waiting(connection)
    standings = (JobState.READY, watching.POSTPONED, JobState.LEASED, JobState.DEAD)
    nothing: Values = {(kind, _queue(kind), standing): 0.0 for kind in JobKind for standing in standings}
    yield _gauge(
        "intake_jobs",
        "Jobs that are not done: ready ones are due, postponed ones were put back or wait on purpose, leased ones are"
        " at work, dead ones were given up",
        ["kind", "queue", "state"],
        nothing | {(one.kind, _queue(one.kind), one.state): one.total for one in waiting},
    )
    none_due: Values = {(kind, _queue(kind)): 0.0 for kind in JobKind}
    due = {(one.kind, _queue(one.kind)): one.due_for_s for one in waiting if one.due_for_s is not None}
    yield _gauge(
        "intake_job_oldest_due_seconds",
        "For how long the first job of a kind has been due that no worker took",
        ["kind", "queue"],
        none_due | due,
    )
    asked = [one for one in waiting if one.asked_s_ago is not None and one.state != JobState.DEAD]
    yield _gauge(
        "intake_job_oldest_open_seconds",
        "For how long the first job of a kind that is neither done nor given up has been wanted, however often it was"
        " tried: for mails, how long the first has waited",
        ["kind", "queue"],
        none_due | _largest((one.kind, _queue(one.kind), one.asked_s_ago or 0) for one in asked),
    )


def _tallied(numbers: Numbers) -> Iterator[Metric]:
    for told in _TALLIED:
        yield _histogram(told, numbers) if told.tally in EDGES else _counter(told, numbers)


def _gauge(name: str, question: str, labels: list[str], values: Values) -> Metric:
    family = GaugeMetricFamily(name, question, labels=labels)
    for named, value in values.items():
        family.add_metric(named, value)
    return family


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


def _largest(found: Iterable[tuple[str, str, float]]) -> Values:
    largest: Values = {}
    for kind, queue, value in found:
        largest[kind, queue] = max(value, largest.get((kind, queue), 0))
    return largest


def _queue(kind: JobKind) -> str:
    return JOB_RULES[kind].queue


def _may_read_metrics(settings: Settings) -> bool:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.metrics_token and hmac.compare_digest(bearer.encode(), settings.metrics_token.encode()):
        return True
    return sits_here(settings)
