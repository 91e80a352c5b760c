"""Asks for mails to staff: the row that says what about, and its job, together; once on each occasion."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import insert

from intake.actions import jobs
from intake.db import people
from intake.db.people_tables import staff_mails
from intake.domain.jobs import JobKind
from intake.domain.staff import ErrandId

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.staff import InvitationId, StaffId, StaffMail


def ask_for_mail(  # noqa: PLR0913 - what a mail is about is all of this, each part named
    connection: Connection,
    kind: StaffMail,
    occasion: str,
    *,
    now: datetime,
    staff_id: StaffId | None = None,
    invitation_id: InvitationId | None = None,
    token_sealed: str | None = None,
) -> ErrandId | None:
    """Ask for a mail to one of the staff; None where it was asked for on this occasion before.

    Args:
        occasion: What there is one mail of this kind for.

    Raises:
        sqlalchemy.exc.IntegrityError: Somebody else asks on the same occasion in this moment.
    """
    if people.was_mailed(connection, kind, occasion):
        return None
    errand_id = ErrandId(str(uuid.uuid4()))
    connection.execute(
        insert(staff_mails).values(
            id=errand_id,
            kind=kind,
            occasion=occasion,
            staff_id=staff_id,
            invitation_id=invitation_id,
            token_sealed=token_sealed,
            asked_at=now,
        )
    )
    jobs.enqueue_errand(connection, errand_id, JobKind.STAFF_MAIL)
    return errand_id
