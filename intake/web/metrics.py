"""The only place that answers Prometheus; what only grows is listed in `tallied`.

Told from rows, at the moment of asking, so that it makes no difference which process is asked, or when it was started.
Only requests are counted in the web processes themselves. With the database away the answer says so, and no more.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from flask import Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from intake.actions import heartbeats
from intake.db import watching
from intake.db.engine import reading
from intake.domain.jobs import JOB_RULES, JobKind, JobState, Queue
from intake.web.health import Condition, conditions, free_bytes
from intake.web.nearness import sits_here
from intake.web.routing import Access, Route, blueprint
from intake.web.services import services
from intake.web.tallied import tallied
from intake.web.timing import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flask import Blueprint
    from flask.typing import ResponseReturnValue
    from prometheus_client.core import Metric
    from sqlalchemy import Connection

    from intake.db.watching import Beat
    from intake.settings import Settings
    from intake.wiring import Services

    Values = dict[tuple[str, ...], float]


_PROCESSES: Final = frozenset({heartbeats.DISPATCHER, *map(heartbeats.worker, Queue)})
_BACKUPS: Final = (
    ("intake_backup_age_seconds", "How long ago the last backup was finished", heartbeats.BACKUP),
    (
        "intake_tombstones_age_seconds",
        "How long ago it was last written down beside the backups what was taken back",
        heartbeats.TOMBSTONES,
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
                beats = watching.beats(connection)
                return [
                    *_processes(beats),
                    *_backups(beats),
                    *_submissions(connection, self._parts),
                    *_jobs(connection),
                    *tallied(watching.numbers(connection)),
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


def _processes(told: Sequence[Beat]) -> Iterator[Metric]:
    # The nightly comparison and backups note there when they were, and are no processes.
    beats = [beat for beat in told if beat.process in _PROCESSES]
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


def _backups(told: Sequence[Beat]) -> Iterator[Metric]:
    ages = {beat.process: beat.age_s for beat in told}
    for name, question, process in _BACKUPS:
        yield _gauge(name, question, [], {(): ages[process]} if process in ages else {})


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


def _gauge(name: str, question: str, labels: list[str], values: Values) -> Metric:
    family = GaugeMetricFamily(name, question, labels=labels)
    for named, value in values.items():
        family.add_metric(named, value)
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
