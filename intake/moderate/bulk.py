"""Declining obvious junk, several at once; nothing is ever approved this way.

Each clip is a decision of its own, with its own fence and its own transaction: one that changed meanwhile is left
alone and named. Killed half-way, those that were declined are, and the others wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from flask import flash, redirect, render_template, request, url_for

from intake import wording
from intake.actions import moderating
from intake.actions.moderating import Outcome
from intake.db import queries
from intake.db.engine import reading, writing
from intake.domain.decisions import MAX_AT_ONCE, Decision
from intake.domain.errors import NotFound
from intake.domain.states import State
from intake.moderate.access import moderator_name
from intake.moderate.answers import private
from intake.moderate.forms import BulkForm
from intake.moderate.undoing import Made, offer
from intake.web.language import page_language
from intake.web.services import services
from intake.wording.marking import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue

    from intake.domain.call_parts import CannedReason
    from intake.domain.calls import Call
    from intake.domain.submissions import Submission

log = structlog.get_logger()

_DONE: Final = N_("Rifiutati: {count}. Chi ha mandato i video legge il motivo.")
_LEFT: Final = N_("Non rifiutati, perché nel frattempo è cambiato qualcosa: {names}.")
_NOTHING: Final = N_("Nessun video è stato scelto, o non aspettano più.")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A clip that is to be declined, as it was seen when it was chosen."""

    submission: Submission
    call: Call

    @property
    def value(self) -> str:
        """How the form names it, with the file that the decision holds for."""
        return f"{self.submission.id}.{self.submission.review_sha256}"


def confirm_bulk() -> ResponseReturnValue:
    """List by name what would be declined, and ask for the one reason."""
    chosen = _waiting(request.args.getlist("id"))
    if not chosen:
        flash(wording.say(_NOTHING, page_language()), "error")
        return redirect(url_for("moderate.queue"), 303)
    return private(_page(chosen, BulkForm(_shared_reasons(chosen), formdata=None)))


def decline_bulk() -> ResponseReturnValue:
    """Decline each of the clips, as it was seen; those that changed are named."""
    values = dict(value.rpartition(".")[::2] for value in request.form.getlist("clip"))
    chosen = _existing(list(values)[:MAX_AT_ONCE])
    form = BulkForm(_shared_reasons(chosen))
    if not form.validate_on_submit():
        return private(_page(chosen, form), 422)
    made = [(one, _decline(one, form, values[one.submission.id])) for one in chosen]
    declined = [move for _, move in made if move is not None]
    left = [one.submission.sender.full_name for one, move in made if move is None]
    log.info("submissions_declined", count=len(declined), left=len(left))
    if declined:
        offer(wording.say(_DONE, page_language(), count=str(len(declined))), declined)
    if left:
        flash(wording.say(_LEFT, page_language(), names=", ".join(left)), "error")
    return redirect(url_for("moderate.queue"), 303)


def _decline(one: Chosen, form: BulkForm, untrusted_sha256: str) -> Made | None:
    parts, submission = services(), one.submission
    ruling = moderating.Ruling(
        decision=Decision.DECLINE,
        reviewed_sha256=untrusted_sha256,
        moderator=moderator_name(),
        reason=form.reason_in(submission.sender.language),
        reason_code=form.reason_code.data or None,
        note=(form.note.data or "").strip() or None,
    )
    with writing(parts.engine) as connection:
        if moderating.decide(connection, submission.id, ruling, now=parts.clock()) is not Outcome.DONE:
            return None
        revision = queries.submission_by_id(connection, submission.id).revision
    return Made(submission_id=submission.id, revision=revision)


def _waiting(untrusted_ids: Iterable[str]) -> list[Chosen]:
    return [one for one in _existing(untrusted_ids) if one.submission.state is State.AWAITING_REVIEW]


def _existing(untrusted_ids: Iterable[str]) -> list[Chosen]:
    with reading(services().engine) as connection:
        calls = {call.slug: call for call in queries.all_calls(connection)}
        found = []
        for submission_id in dict.fromkeys(untrusted_ids):
            try:
                submission = queries.submission_by_id(connection, submission_id)
            except NotFound:
                continue
            found.append(Chosen(submission=submission, call=calls[submission.call_slug]))
    return found


def _shared_reasons(chosen: Iterable[Chosen]) -> list[CannedReason]:
    """Return what all their calls have ready for declining: reasons that are the same, word by word."""
    lists = [one.call.reasons for one in chosen]
    if not lists:
        return []
    shared = [reason for reason in lists[0] if all(reason in reasons for reasons in lists)]
    return [reason for reason in shared if Decision.DECLINE in reason.decisions]


def _page(chosen: list[Chosen], form: BulkForm) -> str:
    return render_template(
        "moderate/bulk.html",
        chosen=chosen[:MAX_AT_ONCE],
        are_too_many=len(chosen) > MAX_AT_ONCE,
        max=MAX_AT_ONCE,
        form=form,
    )
