"""What a sender agrees to: kept with the words, their version and hash, and the time. Only they give an answer.

A clip that came by mail is handed in by a moderator, without any answer. Its sender gets the secret link and answers
there; until then it cannot be approved. Killed before their answer is committed: they are asked again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import insert, update

from intake.actions.moving import record_word
from intake.db import queries
from intake.db.tables import consents, submissions
from intake.domain.history import Cause

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.calls import Call, ConsentKind
    from intake.domain.submissions import Sender, SubmissionId


def record_answers(  # noqa: PLR0913 - who was asked, in which words, and what they said
    connection: Connection,
    call: Call,
    submission_id: SubmissionId,
    answers: Mapping[ConsentKind, bool],
    *,
    language: str,
    now: datetime,
) -> None:
    """Keep one answer to each consent of *call*; a question without one was answered no."""
    rows = [
        {
            "submission_id": submission_id,
            "kind": consent.kind,
            "version": consent.version,
            # Where the call does not speak the page's language, the words were Italian.
            "language": consent.text.language_for(language),
            "text_sha256": consent.text_sha256(language),
            "given": answers.get(consent.kind, False),
            "answered_at": now,
        }
        for consent in call.consents
    ]
    connection.execute(insert(consents), rows)


def take_back(
    connection: Connection, call: Call, submission_id: SubmissionId, kind: ConsentKind, *, now: datetime
) -> bool:
    """Take back an optional consent for its sender: what it allowed ends with this transaction, the video stays.

    What the video cannot be there without is taken back by withdrawing it.

    Returns:
        False when it does not stand, or the video cannot be there without it: nothing was changed.
    """
    submission = queries.lock_submission(connection, submission_id)
    is_required = any(consent.required for consent in call.consents if consent.kind is kind)
    if is_required or not submission.has_consent(kind):
        return False
    mine = (consents.c.submission_id == submission.id, consents.c.kind == kind)
    connection.execute(update(consents).where(*mine).values(taken_back_at=now))
    record_word(connection, submission, actor="sender", now=now, cause=Cause.CONSENT_TAKEN_BACK, reason_code=kind)
    return True


def confirm(  # noqa: PLR0913 - as above
    connection: Connection,
    call: Call,
    submission_id: SubmissionId,
    sender: Sender,
    answers: Mapping[ConsentKind, bool],
    *,
    now: datetime,
) -> bool:
    """Take a sender's own word for what was handed in for them: their details, and their answers.

    Returns:
        False when they answered before, or it is over: nothing was changed.
    """
    submission = queries.lock_submission(connection, submission_id)
    if not submission.awaits_consent:
        return False
    # What they confirm is in their own words, whatever a moderator mended before.
    connection.execute(
        update(submissions).where(submissions.c.id == submission.id).values(**asdict(sender), sender_said=None)
    )
    record_answers(connection, call, submission.id, answers, language=sender.language, now=now)
    record_word(connection, submission, actor="sender", now=now, cause=Cause.CONFIRMED)
    return True
