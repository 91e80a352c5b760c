"""What a visitor reports of a published clip: a line of its history, and a mail to staff, in one transaction.

Killed before it is committed, the visitor has no thanks and sends it again. The clip moves nowhere: only staff decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from intake.actions.errands import ask_for_mail
from intake.actions.moving import record_word
from intake.db import people, queries
from intake.db.tables import events
from intake.domain.history import Cause
from intake.domain.staff import NewClips, StaffMail, report_occasion
from intake.domain.states import State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.reports import Report
    from intake.domain.submissions import SubmissionId


def report(connection: Connection, submission_id: SubmissionId, reported: Report, *, now: datetime) -> bool:
    """Write down what a visitor reports of a clip, and ask for the mails that tell of it.

    Everybody is told of a clip once a day, however often it is reported: the history has all of it.

    Returns:
        False when it is not public any more: nothing was written.

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state is not State.PUBLISHED:
        return False
    record_word(
        connection,
        submission,
        actor="visitor",
        now=now,
        cause=Cause.REPORTED,
        reason_code=reported.kind,
        note=reported.note,
    )
    for subscriber in people.subscribers(connection):
        if subscriber.alerts.waiting_clips or subscriber.alerts.new_clips is not NewClips.OFF:
            occasion = report_occasion(subscriber.staff_id, submission.id, now)
            ask_for_mail(connection, StaffMail.REPORTED, occasion, now=now, staff_id=subscriber.staff_id)
    return True


def erase_reports(connection: Connection, submission_id: SubmissionId, *, before: datetime) -> None:
    """Erase the words and addresses of those who reported a clip before *before*; what was wrong with it stays.

    Raises:
        NotFound: There is no such submission.
    """
    # The desk's entry is made anew with it: not while another writes into the same history.
    queries.lock_submission(connection, submission_id)
    old = (events.c.submission_id == submission_id, events.c.cause == Cause.REPORTED, events.c.at < before)
    connection.execute(update(events).where(*old).values(note=None))
