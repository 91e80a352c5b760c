"""The only place that knows through which list somebody walks from clip to clip: the view that they came from.

It stands in the address of each of a clip's pages, so that it can be bookmarked, needs no scripts, and is another in
another window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import request

from intake.db import queries
from intake.db.waiting import next_in, previous_in
from intake.domain.desk import LOOK_LIFE
from intake.domain.searching import MAX_SEARCH_CHARACTERS
from intake.moderate.access import moderator_name
from intake.moderate.filters import NAMES, read_view
from intake.web.language import page_language
from intake.web.services import services

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from intake.domain.submissions import Submission, SubmissionId
    from intake.moderate.filters import View

_STEPS: Final = frozenset(
    f"moderate.{name}"
    for name in (
        *("show", "decide", "preview", "cut", "clean", "correct_words"),
        *("take_down", "look_again", "leave_cut", "undo"),
    )
)
"""What a walk is made of: a clip's page, and the forms that lead back to it or on to the next."""

_BEGINNINGS: Final = _STEPS | {"moderate.queue"}


def carry_view(endpoint: str, values: dict[str, Any]) -> None:
    """Keep the view in the addresses of the next steps."""
    if endpoint not in _STEPS or request.endpoint not in _BEGINNINGS:
        return
    for name in NAMES:
        untrusted = request.args.get(name, "")[:MAX_SEARCH_CHARACTERS]
        if untrusted:
            values.setdefault(name, untrusted)


def walked_view(connection: Connection) -> View:
    """Return the view that this page's address carries."""
    return read_view(request.args, queries.all_calls(connection), now=services().clock(), language=page_language())


def following(connection: Connection, view: View, submission: Submission) -> SubmissionId | None:
    """Return the next clip of a view, where there is one that nobody else looks at."""
    since = services().clock() - LOOK_LIFE
    return next_in(connection, view.wanted, submission, besides=moderator_name(), since=since)


def preceding(connection: Connection, view: View, submission: Submission) -> SubmissionId | None:
    """Return the clip before this one in a view."""
    return previous_in(connection, view.wanted, submission)
