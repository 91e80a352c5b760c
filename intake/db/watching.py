"""The only place that reads what monitoring asks: how much waits, since when, and what all that happened comes to.

Asked several times a minute, however much there is of all: no table of submissions or jobs is read from end to end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import and_, case, func, or_, select

from intake.db.engine import database_now_s
from intake.db.figures_tables import weekly_figures
from intake.db.tables import jobs, submissions
from intake.db.watching_tables import heartbeats, tallies
from intake.domain.figures import EVERY_CALL, Measure
from intake.domain.jobs import JobKind, JobState
from intake.domain.states import State
from intake.domain.tallies import Place, Tally

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

POSTPONED: Final = "postponed"
"""What is said of a job that is ready and not due: it was put back or failed, or waits on purpose."""

ON_THEIR_WAY: Final = (
    State.UPLOADING,
    State.UPLOADED,
    State.INSPECTED,
    State.AWAITING_REVIEW,
    State.APPROVED,
    State.NEEDS_OPERATOR,
)
"""Where submissions rest for a while only, so that there are never very many to be counted."""


class Resting(NamedTuple):
    """Submissions in one state on the way, and since when the first of them is."""

    state: State
    total: int
    since: datetime


class Waiting(NamedTuple):
    """Jobs of a kind that are not done, as they stand.

    Attributes:
        state: As the row says, or `POSTPONED`.
        due_for_s: Since when the first of them could be at work, in seconds; of what is due only.
        asked_s_ago: Since when the first of them is wanted, however often it was tried.
    """

    kind: JobKind
    state: str
    total: int
    due_for_s: float | None
    asked_s_ago: float | None


class Beat(NamedTuple):
    """How long ago a process said that it lives, and what its sandbox is where it has one."""

    process: str
    age_s: float
    sandbox_level: str | None


def resting(connection: Connection) -> list[Resting]:
    """Count what is on its way, by state."""
    query = (
        select(submissions.c.state, func.count(), func.min(submissions.c.moved_at))
        .where(submissions.c.state.in_(ON_THEIR_WAY))
        .group_by(submissions.c.state)
    )
    return [Resting(State(state), count, since) for state, count, since in connection.execute(query)]


def settled(connection: Connection) -> dict[State, int]:
    """Count the others, by state, as the weekly figures have them: at most a minute old."""
    query = (
        select(weekly_figures.c.part, func.sum(weekly_figures.c.value))
        .where(weekly_figures.c.call_slug == EVERY_CALL, weekly_figures.c.measure == Measure.STATE)
        .group_by(weekly_figures.c.part)
    )
    counts = {State(part): int(value) for part, value in connection.execute(query)}
    return {state: counts.get(state, 0) for state in State if state not in ON_THEIR_WAY}


def waiting(connection: Connection) -> list[Waiting]:
    """Count the jobs that are not done, by kind and state."""
    is_postponed = and_(jobs.c.state == JobState.READY, jobs.c.run_after > database_now_s())
    state = case((is_postponed, POSTPONED), else_=jobs.c.state)
    query = (
        select(
            jobs.c.kind,
            state.label("standing"),
            func.count(),
            database_now_s() - func.min(jobs.c.run_after),
            database_now_s() - func.min(jobs.c.asked_at),
        )
        .where(or_(*(jobs.c.state == each for each in JobState if each is not JobState.DONE)))
        .group_by(jobs.c.kind, "standing")
    )
    return [
        Waiting(JobKind(kind), standing, count, due_for_s if standing == JobState.READY else None, asked_s_ago)
        for kind, standing, count, due_for_s, asked_s_ago in connection.execute(query)
    ]


def beats(connection: Connection) -> list[Beat]:
    """Say when each process last said that it lives."""
    query = select(heartbeats.c.name, database_now_s() - heartbeats.c.seen_at, heartbeats.c.detail)
    return [Beat(name, age_s, detail.get("sandbox")) for name, age_s, detail in connection.execute(query)]


def numbers(connection: Connection) -> dict[Place, float]:
    """Return all tallies."""
    query = select(tallies.c.tally, tallies.c.part, tallies.c.bucket, tallies.c.value)
    return {Place(Tally(tally), part, bucket): value for tally, part, bucket, value in connection.execute(query)}
