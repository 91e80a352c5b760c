"""Mending the words of a clip: how its speaker is spelled, its title, its quote. What the sender typed is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import update

from intake.actions.captioning import ask_to_file, would_lack_required
from intake.actions.moving import record_word
from intake.db import queries
from intake.db.tables import submissions
from intake.domain.clip_words import as_sender_said, corrections, words_of
from intake.domain.history import Cause
from intake.domain.states import FINAL

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.domain.clip_words import ClipWords
    from intake.domain.submissions import SubmissionId


class Corrected(StrEnum):
    """How a correction ended; where it is not done, nothing was written."""

    DONE = "done"
    IS_OVER = "is_over"
    """The clip's words are, or will be, erased."""
    CAPTIONS_REQUIRED = "captions_required"
    """Its call shows nothing without checked captions, and there are none in the language that is said to be spoken."""


def correct(  # noqa: PLR0913 - as a ruling
    connection: Connection,
    submission_id: SubmissionId,
    typed: ClipWords,
    *,
    seen: ClipWords | None = None,
    moderator: str,
    now: datetime,
) -> Corrected:
    """Give a clip the words that were *typed*; a public one shows them at once. The clip moves nowhere.

    Its manifest in the gallery bucket follows by a job that is written here: killed before it, it is done later.

    Args:
        seen: The words as they stood where they were typed: what was left so is left alone. None for what stands now.

    Raises:
        NotFound: There is no such submission.
    """
    submission = queries.lock_submission(connection, submission_id)
    if submission.state in FINAL:
        return Corrected.IS_OVER
    stands = words_of(submission)
    changes = corrections(stands, seen=seen or stands, typed=typed)
    if not changes:
        return Corrected.DONE
    language = next((change.after for change in changes if change.name == "spoken_language"), None)
    if language and would_lack_required(connection, submission, language):
        return Corrected.CAPTIONS_REQUIRED
    connection.execute(
        update(submissions)
        .where(submissions.c.id == submission.id)
        .values(
            **{change.name: change.after for change in changes},
            sender_said=as_sender_said(submission.sender_said, changes) or None,
        )
    )
    record_word(connection, submission, actor=moderator, now=now, cause=Cause.CORRECTED, changes=changes)
    ask_to_file(connection, submission)
    return Corrected.DONE
