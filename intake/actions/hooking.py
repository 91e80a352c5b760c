"""Tells other systems what happened: a delivery and its job are written with the move, and nothing is lost with it."""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, update

from intake.actions import jobs, tokens
from intake.db import hooks as rows
from intake.db.people_tables import hook_deliveries, hooks
from intake.domain.hooks import REST, SECRET_BYTES, SECRET_PREFIX, TRIED_FOR, HookTrouble, event_of
from intake.domain.jobs import JobKind
from intake.domain.staff import ErrandId
from intake.domain.submissions import Token

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.errors import HookUnavailable
    from intake.domain.history import Cause
    from intake.domain.hooks import Delivery, HookEvent, HookId
    from intake.domain.states import State
    from intake.domain.submissions import Submission


def announce(  # noqa: PLR0913 - a move, and when it may be told
    connection: Connection,
    submission: Submission,
    after: State,
    *,
    now: datetime,
    cause: Cause | None = None,
    wait_s: float = 0,
) -> None:
    """Write a delivery for every hook that wants to know of the move of *submission* to *after*.

    Args:
        wait_s: Seconds that nobody is told: for as long as the move can be undone.
    """
    event = event_of(after, cause)
    if event is None:
        return
    for hook in rows.hooks_for(connection, event):
        errand_id = ErrandId(str(uuid.uuid4()))
        connection.execute(
            insert(hook_deliveries).values(
                id=errand_id,
                hook_id=hook.id,
                submission_id=submission.id,
                event=event,
                before=submission.state,
                after=after,
                revision=submission.revision + 1,
                happened_at=now,
                give_up_at=now + TRIED_FOR,
            )
        )
        jobs.enqueue_errand(connection, errand_id, JobKind.HOOK, wait_s=wait_s)


def retract(connection: Connection, delivery_ids: Iterable[ErrandId]) -> None:
    """Forget deliveries whose jobs were taken away before anybody was told."""
    connection.execute(delete(hook_deliveries).where(hook_deliveries.c.id.in_(list(delivery_ids))))


def add_hook(  # noqa: PLR0913 - what a hook is, each part named
    connection: Connection, url: str, events: Iterable[HookEvent], *, by: str, now: datetime, secret_key: str
) -> str:
    """Tell another system from now on; return the secret by which it knows us, which nobody is shown again."""
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    connection.execute(
        insert(hooks).values(
            url=url,
            events=list(events),
            secret_sealed=tokens.seal(Token(secret), secret_key),
            added_by=by,
            added_at=now,
        )
    )
    return secret


def remove_hook(connection: Connection, hook_id: HookId, *, now: datetime) -> bool:
    """Tell another system nothing any more; False where that was done before."""
    still_there = update(hooks).where(hooks.c.id == hook_id, hooks.c.removed_at.is_(None))
    return connection.execute(still_there.values(removed_at=now)).rowcount == 1


def replay(connection: Connection, delivery_id: ErrandId, *, now: datetime) -> bool:
    """Make a call once more, under the same id; False while it is still being tried.

    Raises:
        NotFound: There is no such delivery.
    """
    delivery = rows.delivery(connection, delivery_id)
    if not jobs.run_errand_again(connection, delivery.id, JobKind.HOOK):
        return False
    again = update(hook_deliveries).where(hook_deliveries.c.id == delivery.id)
    connection.execute(again.values(delivered_at=None, trouble=None, answer=None, give_up_at=now + TRIED_FOR))
    return True


def record_delivery(connection: Connection, delivery: Delivery, *, now: datetime) -> bool:
    """Write down that a call was answered well."""
    done = update(hook_deliveries).where(hook_deliveries.c.id == delivery.id)
    answered = done.values(delivered_at=now, trouble=None, answer=None)
    return connection.execute(answered).rowcount == 1


def record_trouble(connection: Connection, delivery: Delivery, error: HookUnavailable, *, now: datetime) -> None:
    """Write down why a call did not get through; keep workers from waiting for who does not answer."""
    this = update(hook_deliveries).where(hook_deliveries.c.id == delivery.id)
    connection.execute(this.values(trouble=error.trouble, answer=error.answer))
    if error.trouble not in {HookTrouble.REMOVED, HookTrouble.RESTING}:
        connection.execute(update(hooks).where(hooks.c.id == delivery.hook_id).values(rests_until=now + REST))
