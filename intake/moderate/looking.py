"""Who looks at a clip now, said on its page and in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import OperationalError

from intake.actions.looking import note_look
from intake.db import desk, queries
from intake.db.engine import is_unavailable, reading, writing
from intake.domain.desk import LOOK_LIFE, name_of
from intake.moderate.access import MODERATOR, may, moderator_name
from intake.moderate.answers import private
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.desk import looking

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from intake.domain.submissions import SubmissionId

log = structlog.get_logger()


def look(submission_id: UUID) -> ResponseReturnValue:
    """Note that somebody still has a clip's page open; answer who else has, in a sentence."""
    parts = services()
    with reading(parts.engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
    say_that_i_look(submission.id)
    answer = private(said_of([submission.id]).get(submission.id, ""))
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    return answer


def say_that_i_look(submission_id: SubmissionId) -> None:
    """Note that whoever is logged in looks at a clip. Who may not decide is in nobody's way, and is not noted."""
    if not may(MODERATOR):
        return
    parts = services()
    try:
        with writing(parts.engine) as connection:
            note_look(connection, submission_id, moderator_name(), now=parts.clock())
    except OperationalError as error:
        # A courtesy: nobody waits in front of a closed page for it.
        if not is_unavailable(error):
            raise
        log.warning("look_not_noted")


def said_of(submission_ids: Iterable[SubmissionId]) -> dict[SubmissionId, str]:
    """Say who looks at each of these clips besides whoever is logged in, where somebody does."""
    parts = services()
    with reading(parts.engine) as connection:
        found = desk.lookers(connection, submission_ids, since=parts.clock() - LOOK_LIFE, besides=moderator_name())
    language = page_language()
    return {one: looking([name_of(email) for email in emails], language) for one, emails in found.items()}
