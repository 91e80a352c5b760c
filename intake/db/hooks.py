"""The only place that reads hooks and what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from intake.db.people_tables import hook_deliveries, hooks
from intake.db.tables import jobs
from intake.domain.errors import NotFound
from intake.domain.hooks import Delivery, Hook, HookEvent, HookId, HookTrouble
from intake.domain.jobs import JobKind, JobState
from intake.domain.staff import ErrandId
from intake.domain.states import State

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from intake.domain.submissions import SubmissionId


@dataclass(frozen=True, kw_only=True)
class DeliveryStanding:
    """A delivery as an admin sees it: to whom, how often it was tried, how that ended."""

    delivery: Delivery
    url: str
    state: JobState
    tries: int
    last_error: str | None


def all_hooks(connection: Connection) -> list[Hook]:
    """Return every hook that was not removed, the oldest first."""
    query = select(hooks).where(hooks.c.removed_at.is_(None)).order_by(hooks.c.id)
    return [_hook(row) for row in connection.execute(query).mappings()]


def hooks_for(connection: Connection, event: HookEvent) -> list[Hook]:
    """Return the hooks that want to know of *event*."""
    return [hook for hook in all_hooks(connection) if hook.wants(event)]


def hook(connection: Connection, hook_id: int) -> Hook:
    """Return one hook, removed or not.

    Raises:
        NotFound: There never was one of this number.
    """
    row = connection.execute(select(hooks).where(hooks.c.id == hook_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"hook {hook_id}")
    return _hook(row)


def delivery(connection: Connection, delivery_id: str) -> Delivery:
    """Return one delivery.

    Raises:
        NotFound: There is none.
    """
    query = select(hook_deliveries).where(hook_deliveries.c.id == delivery_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"delivery {delivery_id}")
    return _delivery(row)


def deliveries(connection: Connection, *, limit: int) -> list[DeliveryStanding]:
    """Return the latest deliveries, the newest first."""
    is_its_job = and_(jobs.c.errand_id == hook_deliveries.c.id, jobs.c.kind == JobKind.HOOK)
    query = (
        select(
            hook_deliveries,
            hooks.c.url,
            jobs.c.state,
            (jobs.c.attempts + jobs.c.postponed).label("tries"),
            jobs.c.last_error,
        )
        .join(hooks, hooks.c.id == hook_deliveries.c.hook_id)
        .join(jobs, is_its_job)
        .order_by(hook_deliveries.c.happened_at.desc(), hook_deliveries.c.id)
        .limit(limit)
    )
    return [_standing(row) for row in connection.execute(query).mappings()]


def deliveries_of(connection: Connection, submission_id: SubmissionId, revision: int) -> list[ErrandId]:
    """Return the deliveries about a submission's move to *revision*."""
    query = select(hook_deliveries.c.id).where(
        hook_deliveries.c.submission_id == submission_id, hook_deliveries.c.revision == revision
    )
    return [ErrandId(delivery_id) for delivery_id in connection.scalars(query)]


def _standing(row: RowMapping) -> DeliveryStanding:
    return DeliveryStanding(
        delivery=_delivery(row),
        url=row["url"],
        state=JobState(row["state"]),
        tries=row["tries"],
        last_error=row["last_error"],
    )


def _hook(row: RowMapping) -> Hook:
    kept = ("url", "secret_sealed", "added_by", "added_at", "removed_at", "rests_until")
    return Hook(
        id=HookId(row["id"]),
        events=tuple(HookEvent(event) for event in row["events"]),
        **{name: row[name] for name in kept},
    )


def _delivery(row: RowMapping) -> Delivery:
    kept = ("submission_id", "revision", "happened_at", "give_up_at", "delivered_at", "answer")
    return Delivery(
        id=ErrandId(row["id"]),
        hook_id=HookId(row["hook_id"]),
        event=HookEvent(row["event"]),
        before=State(row["before"]),
        after=State(row["after"]),
        trouble=HookTrouble(row["trouble"]) if row["trouble"] else None,
        **{name: row[name] for name in kept},
    )
