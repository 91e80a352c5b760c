"""Decides, from rows alone, who is to be told of clips that wait; any number of dispatchers may do so at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from intake.actions.errands import ask_for_mail
from intake.db import people
from intake.db.engine import reading, writing
from intake.db.people_tables import told_clips
from intake.domain.staff import BREATH, LONG_WAIT, OLD_NEWS, NewClips, StaffMail, digest_due

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from intake.domain.staff import Subscriber

log = structlog.get_logger()

CLIPS_IN_A_MAIL: Final = 500
"""How many clips one mail answers for; what is more comes with the next."""


def alert_staff(engine: Engine, *, now: datetime) -> None:
    """Ask for the mails about waiting clips that are due, each in a transaction of its own."""
    with reading(engine) as connection:
        subscribers = people.subscribers(connection)
        due = [one for one in subscribers if _is_anything_due(connection, one, now=now)]
    for subscriber in due:
        try:
            with writing(engine) as connection:
                _tell_new(connection, subscriber, now=now)
                _tell_waiting(connection, subscriber, now=now)
        except IntegrityError:
            # Another dispatcher asked in the same moment; its transaction counts.
            log.info("alert_asked_elsewhere", staff_id=subscriber.staff_id)


def _is_anything_due(connection: Connection, subscriber: Subscriber, *, now: datetime) -> bool:
    # Looked at without the write lock: nearly always there is nothing.
    is_new = bool(_news(connection, subscriber, now=now))
    return is_new or (subscriber.alerts.waiting_clips and _is_waiting_due(connection, subscriber, now=now))


def _tell_new(connection: Connection, subscriber: Subscriber, *, now: datetime) -> None:
    clips = _news(connection, subscriber, now=now)
    if not clips:
        return
    occasion = f"{subscriber.staff_id}:{_occasion(subscriber, clips[0], now=now)}"
    mail_id = ask_for_mail(connection, StaffMail.NEW_CLIPS, occasion, now=now, staff_id=subscriber.staff_id)
    if mail_id is None:
        return
    told = {"staff_id": subscriber.staff_id, "mail_id": mail_id}
    connection.execute(
        insert(told_clips), [told | {"submission_id": clip, "revision": revision} for clip, revision in clips]
    )


def _news(connection: Connection, subscriber: Subscriber, *, now: datetime) -> list[tuple[str, int]]:
    """What somebody is to be told of now."""
    if not _may_be_told(connection, subscriber, now=now):
        return []
    after = max(subscriber.since, now - OLD_NEWS)
    return people.untold_clips(connection, subscriber.staff_id, after=after, limit=CLIPS_IN_A_MAIL)


def _may_be_told(connection: Connection, subscriber: Subscriber, *, now: datetime) -> bool:
    wish = subscriber.alerts.new_clips
    if wish is NewClips.OFF:
        return False
    last = people.last_mail_at(connection, subscriber.staff_id, StaffMail.NEW_CLIPS)
    if wish is NewClips.AT_ONCE:
        return last is None or now - last >= BREATH
    _, due_at = digest_due(now)
    return due_at > subscriber.since and (last is None or last < due_at)


def _occasion(subscriber: Subscriber, first: tuple[str, int], *, now: datetime) -> str:
    if subscriber.alerts.new_clips is NewClips.DAILY:
        return str(digest_due(now)[0])
    submission_id, revision = first
    return f"{submission_id}:{revision}"


def _tell_waiting(connection: Connection, subscriber: Subscriber, *, now: datetime) -> None:
    if subscriber.alerts.waiting_clips and _is_waiting_due(connection, subscriber, now=now):
        occasion = _waiting_occasion(subscriber, now=now)
        ask_for_mail(connection, StaffMail.WAITING_CLIPS, occasion, now=now, staff_id=subscriber.staff_id)


def _is_waiting_due(connection: Connection, subscriber: Subscriber, *, now: datetime) -> bool:
    if people.was_mailed(connection, StaffMail.WAITING_CLIPS, _waiting_occasion(subscriber, now=now)):
        return False
    return bool(people.waiting_since(connection, now - LONG_WAIT, limit=1))


def _waiting_occasion(subscriber: Subscriber, *, now: datetime) -> str:
    return f"{subscriber.staff_id}:{digest_due(now)[0]}"
