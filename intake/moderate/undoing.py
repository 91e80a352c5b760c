"""The few seconds in which a decision can be undone: the offer, on every page of the desk, and the button.

The offer lies in the moderator's own session. It is only an offer: whether a decision can still be undone is what the
rows say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import abort, flash, redirect, request, session, url_for

from intake import wording
from intake.actions import undoing
from intake.db.engine import writing
from intake.domain.decisions import MAX_AT_ONCE, UNDO_S
from intake.domain.submissions import SubmissionId
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.clip import clip_page
from intake.moderate.forms import ButtonForm
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flask.typing import ResponseReturnValue

log = structlog.get_logger()

_OFFER: Final = "undo"

_TOO_LATE: Final = N_("Non si può più annullare")
_BEGUN: Final = N_(
    "I secondi sono passati, oppure nel frattempo è successo altro. La decisione resta: ecco come stanno le cose ora."
)
_UNDONE: Final = N_("Annullato: è tutto come prima, e nessuno ha ricevuto nulla.")
_PARTLY: Final = N_("Per alcuni video era troppo tardi: la decisione resta. Gli altri sono di nuovo in coda.")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A decision that was carried out: the submission's move to *revision*."""

    submission_id: SubmissionId
    revision: int

    def __str__(self) -> str:
        return f"{self.submission_id}.{self.revision}"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What can still be undone.

    Attributes:
        words: What was decided.
        moves: The moves, as the button's form names them.
    """

    words: str
    moves: tuple[str, ...]
    seconds_left: int
    form: ButtonForm


def offer(words: str, made: Iterable[Made], *, until: datetime | None = None) -> None:
    """Offer to undo what was decided, for as long as that can be done.

    Args:
        until: Where it was not decided just now.
    """
    until_s = until.timestamp() if until else services().clock().timestamp() + UNDO_S
    session[_OFFER] = {"words": words, "moves": [str(move) for move in made], "until_s": until_s}


def standing_offer() -> dict[str, Any]:
    """Return what every page of the desk shows of an offer that stands."""
    kept = session.get(_OFFER)
    left_s = kept["until_s"] - services().clock().timestamp() if kept else 0
    if kept is None or left_s <= 0:
        return {"undo_offer": None}
    made = Offer(
        words=kept["words"], moves=tuple(kept["moves"]), seconds_left=math.ceil(left_s), form=ButtonForm(formdata=None)
    )
    return {"undo_offer": made}


def hold() -> ResponseReturnValue:
    """Keep the offer standing while somebody is at its button; say for how many seconds more, 0 when it is over."""
    made = [_read(value) for value in request.form.getlist("move")[:MAX_AT_ONCE]]
    left_s = max((_hold(move) for move in made), default=0)
    kept = session.get(_OFFER)
    if kept and left_s > 0:
        session[_OFFER] = kept | {"until_s": services().clock().timestamp() + left_s}
    response = private(str(math.floor(left_s)))
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    return response


def undo() -> ResponseReturnValue:
    """Take decisions back, as far as nothing that follows from them was begun; whoever is too late is told."""
    session.pop(_OFFER, None)
    made = [_read(value) for value in request.form.getlist("move")[:MAX_AT_ONCE]]
    late = [move for move in made if not _undo(move)]
    if late and len(made) == 1:
        page = clip_page(
            made[0].submission_id,
            conflict=wording.say(_BEGUN, page_language()),
            conflict_title=wording.say(_TOO_LATE, page_language()),
        )
        return private(page, 409)
    flash(wording.say(_PARTLY if late else _UNDONE, page_language()), "error" if late else "done")
    if len(made) == 1:
        return redirect(url_for("moderate.show", submission_id=made[0].submission_id), 303)
    return redirect(url_for("moderate.queue"), 303)


def _hold(made: Made) -> float:
    parts = services()
    with writing(parts.engine) as connection:
        return undoing.hold(
            connection, made.submission_id, made.revision, moderator=moderator_name(), now=parts.clock()
        )


def _undo(made: Made) -> bool:
    parts = services()
    with writing(parts.engine) as connection:
        is_undone = undoing.undo(
            connection, made.submission_id, made.revision, moderator=moderator_name(), now=parts.clock()
        )
    log.info("decision_undone" if is_undone else "undo_came_late", submission_id=made.submission_id)
    return is_undone


def _read(untrusted_value: str) -> Made:
    submission_id, _, revision = untrusted_value.rpartition(".")
    if not revision.isascii() or not revision.isdigit():
        abort(400)
    return Made(submission_id=SubmissionId(submission_id), revision=int(revision))
