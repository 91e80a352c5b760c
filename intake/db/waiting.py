"""The only place that knows which clip comes before and after another in a list of the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intake.db import desk
from intake.db.desk import Place

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from intake.db.desk import Wanted
    from intake.domain.submissions import Submission, SubmissionId

_LOOKED_AHEAD: Final = 10
"""How many clips are passed over because somebody looks at them: more than there are moderators at a time."""


def next_in(
    connection: Connection, wanted: Wanted, submission: Submission, *, besides: str, since: datetime
) -> SubmissionId | None:
    """Return the clip behind *submission* in a list; behind the last, and for one that is not in it, the first.

    One that others look at comes only where there is no other.

    Args:
        besides: Whose own looks do not count.
        since: When whoever looks now was seen at the earliest.
    """
    here = _place(wanted, submission)
    behind = desk.ids(connection, wanted, after=here, limit=_LOOKED_AHEAD) if here else []
    first = desk.ids(connection, wanted, limit=_LOOKED_AHEAD)
    following = [one for one in dict.fromkeys((*behind, *first)) if one != submission.id]
    looked_at = desk.lookers(connection, following, since=since, besides=besides)
    return next((one for one in following if one not in looked_at), following[0] if following else None)


def previous_in(connection: Connection, wanted: Wanted, submission: Submission) -> SubmissionId | None:
    """Return the clip before *submission* in a list; None before the first, and for one that is not in it."""
    here = _place(wanted, submission)
    if here is None:
        return None
    backwards = replace(wanted, is_newest_first=not wanted.is_newest_first)
    return next(iter(desk.ids(connection, backwards, after=here, limit=1)), None)


def _place(wanted: Wanted, submission: Submission) -> Place | None:
    if submission.state not in wanted.states:
        return None
    return Place(moved_at=submission.moved_at, submission_id=submission.id)
