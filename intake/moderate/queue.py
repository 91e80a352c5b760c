"""The queue: what waits, oldest first, and what needs an operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import render_template, request

from intake.db import backlog, queries
from intake.db.engine import reading
from intake.domain.checks import Verdict
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from intake.moderate.access import MODERATOR, may
from intake.moderate.answers import private
from intake.moderate.forms import ButtonForm
from intake.web.language import page_language
from intake.web.services import services

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from intake.domain.calls import Call
    from intake.domain.submissions import Job, Submission

PAGE_ROWS: Final = 50

_WAITING: Final = (State.AWAITING_REVIEW,)


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One submission in the queue."""

    id: SubmissionId
    name: str
    organisation: str
    kind_label: str
    duration_s: float | None
    state: State
    waiting_since: datetime
    still_url: str | None
    warnings: int
    fails: int
    awaits_consent: bool


@dataclass(frozen=True, kw_only=True)
class OperatorRow:
    """One submission whose job died."""

    id: SubmissionId
    name: str
    last_error: str


def queue() -> ResponseReturnValue:
    """Show what waits, oldest first; what needs an operator stands apart."""
    parts = services()
    state = request.args.get("state", "")
    states = (State(state),) if state in tuple(State) else _WAITING
    after = request.args.get("after")
    with reading(parts.engine) as connection:
        found = queries.queue(connection, states, after=SubmissionId(after) if after else None, limit=PAGE_ROWS + 1)
        troubled = queries.queue(connection, (State.NEEDS_OPERATOR,), after=None, limit=PAGE_ROWS)
        calls = {call.slug: call for call in queries.all_calls(connection)}
        context = {
            "counts": queries.count_by_state(connection),
            "troubled": [
                _operator_row(submission, backlog.last_dead_job(connection, submission.id)) for submission in troubled
            ],
        }
    shown = found[:PAGE_ROWS]
    return private(
        render_template(
            "moderate/queue.html",
            rows=[_row(submission, calls[submission.call_slug]) for submission in shown],
            state=states[0],
            states=tuple(State),
            after=shown[-1].id if len(found) > PAGE_ROWS else None,
            retry_form=ButtonForm(),
            may_change=may(MODERATOR),
            **context,
        )
    )


def _row(submission: Submission, call: Call) -> QueueRow:
    verdicts = [check.verdict for check in submission.checks]
    still_url = services().private.view_link(submission.stills[submission.poster]) if submission.stills else None
    return QueueRow(
        id=submission.id,
        name=submission.sender.full_name,
        organisation=submission.sender.organisation,
        kind_label=call.kind_label(submission.sender.organisation_kind, page_language()),
        duration_s=submission.video.duration_s if submission.video else None,
        state=submission.state,
        waiting_since=submission.moved_at,
        still_url=still_url,
        warnings=verdicts.count(Verdict.WARN),
        fails=verdicts.count(Verdict.FAIL),
        awaits_consent=submission.awaits_consent,
    )


def _operator_row(submission: Submission, job: Job | None) -> OperatorRow:
    return OperatorRow(
        id=submission.id,
        name=submission.sender.full_name,
        last_error=(job.last_error or "") if job else "",
    )
