"""What the page of one clip shows of the mails to its sender."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from intake import wording
from intake.db import backlog
from intake.web.language import page_language
from intake.wording.mails import MAIL_KINDS, MAIL_STATES, UNSENT

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.db.backlog import Post
    from intake.domain.submissions import SubmissionId


@dataclass(frozen=True, kw_only=True)
class ShownMail:
    """One mail in words.

    Attributes:
        at: When it went or was given up; while it waits, when it may go.
    """

    at: datetime
    about: str
    standing: str


def mails_panel(connection: Connection, submission_id: SubmissionId) -> list[ShownMail]:
    """Return the mails to a submission's sender, in words, in the order in which they were asked for."""
    language = page_language()
    return [_shown(post, language) for post in backlog.mails_about(connection, submission_id)]


def _shown(post: Post, language: str) -> ShownMail:
    at_s = post.asked_s if post.ended_s is None else post.ended_s
    return ShownMail(
        at=datetime.fromtimestamp(at_s, UTC),
        about=wording.say(MAIL_KINDS[post.kind], language),
        standing=wording.say(_standing(post), language),
    )


def _standing(post: Post) -> str:
    return MAIL_STATES[post.state] if post.overtaken_by is None else UNSENT[post.overtaken_by]
