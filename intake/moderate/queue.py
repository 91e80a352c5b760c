"""The queue: what waits, oldest first or as a filter says, and what needs an operator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import render_template, request, url_for

from intake.actions.inventory import last_inventory
from intake.db import backlog, desk, queries
from intake.db.desk import Place, Wanted
from intake.db.engine import reading
from intake.domain.calls import ConsentKind
from intake.domain.desk import SoundVerdict, sound_verdict, worst_finding
from intake.domain.states import FINAL, State
from intake.moderate import looking
from intake.moderate.access import MODERATOR, may
from intake.moderate.answers import private
from intake.moderate.filters import address_of, read_view, saved_views
from intake.moderate.forms import ButtonForm
from intake.moderate.stuck import Stuck, stuck_of
from intake.web.language import page_language
from intake.web.services import services
from intake.wording import say
from intake.wording.desk import VERDICTS, finding, waited

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue
    from sqlalchemy import Connection

    from intake.domain.calls import Call, CallSlug
    from intake.domain.submissions import Submission, SubmissionId
    from intake.moderate.filters import View

PAGE_ROWS: Final = 25
"""Half of what a page takes is its rows, each with a signed link to its still; nobody clears more in an hour."""

STUCK_ROWS: Final = 2
"""How many that need an operator stand above the queue, which they must not push away; the rest is a link away."""


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One submission in the queue.

    Attributes:
        verdict: How it sounds: `good`, `warned`, `refused`; None where nothing was checked.
        finding: What is most wrong, in words.
        waited: For how long it is in its state, in words.
        looked_at: Who looks at it now, in words.
        lacks_consent: Whether it may not be published as things are.
        awaits_consent: Whether somebody handed it in whose sender did not answer yet.
    """

    id: SubmissionId
    name: str
    organisation: str
    kind_label: str
    duration_s: float | None
    state: State
    since: datetime
    waited: str
    still_url: str | None
    verdict: SoundVerdict | None
    verdict_word: str
    finding: str | None
    looked_at: str | None
    lacks_consent: bool
    awaits_consent: bool


def queue() -> ResponseReturnValue:
    """Show what waits, oldest first, or what a filter asks for; what needs an operator stands apart."""
    parts = services()
    with reading(parts.engine) as connection:
        calls = {call.slug: call for call in queries.all_calls(connection)}
        view = read_view(request.args, calls.values(), now=parts.clock(), language=page_language())
        found = desk.page(connection, view.wanted, after=view.after, limit=PAGE_ROWS + 1)
        counts = desk.count(connection, replace(view.wanted, states=tuple(State)))
        shown = found[:PAGE_ROWS]
        stuck = _stuck(connection, _who_is_stuck(connection, view, shown))
        inventory = last_inventory(connection)
    rows = () if view.state is State.NEEDS_OPERATOR else _rows(shown, calls)
    return private(
        render_template(
            "moderate/queue.html",
            view=view,
            views=saved_views(view),
            rows=rows,
            counts=counts,
            max_counted=desk.MAX_COUNTED,
            states=tuple(State),
            stuck=stuck[:STUCK_ROWS] if view.state is not State.NEEDS_OPERATOR else stuck,
            has_more_stuck=view.state is not State.NEEDS_OPERATOR and len(stuck) > STUCK_ROWS,
            next_url=_next_url(view, shown[-1]) if len(found) > PAGE_ROWS else None,
            button_form=ButtonForm(),
            may_change=may(MODERATOR),
            missing_files=inventory.gap_count if inventory else 0,
        )
    )


def _who_is_stuck(connection: Connection, view: View, shown: list[Submission]) -> list[Submission]:
    if view.state is State.NEEDS_OPERATOR:
        return shown
    if view.after:
        return []
    return desk.page(connection, Wanted(states=(State.NEEDS_OPERATOR,)), limit=STUCK_ROWS + 1)


def _stuck(connection: Connection, submissions: Sequence[Submission]) -> list[Stuck]:
    died = backlog.last_dead_jobs(connection, [one.id for one in submissions])
    return [stuck_of(one, died.get(one.id), page_language()) for one in submissions]


def _rows(shown: Sequence[Submission], calls: Mapping[CallSlug, Call]) -> list[QueueRow]:
    looked_at = looking.said_of(one.id for one in shown)
    return [_row(one, calls[one.call_slug], looked_at.get(one.id)) for one in shown]


def _row(submission: Submission, call: Call, looked_at: str | None) -> QueueRow:
    parts, language = services(), page_language()
    verdict, worst = sound_verdict(submission.checks), worst_finding(submission.checks)
    return QueueRow(
        id=submission.id,
        name=submission.sender.full_name,
        organisation=submission.sender.organisation,
        kind_label=call.kind_label(submission.sender.organisation_kind, language),
        duration_s=submission.video.duration_s if submission.video else None,
        state=submission.state,
        since=submission.moved_at,
        waited=waited(parts.clock() - submission.moved_at, language),
        still_url=parts.private.view_link(submission.stills[submission.poster]) if submission.stills else None,
        verdict=verdict,
        verdict_word=say(VERDICTS[verdict], language),
        finding=finding(worst, language) if worst else None,
        looked_at=looked_at,
        lacks_consent=submission.state not in FINAL and not submission.has_consent(ConsentKind.GALLERY),
        awaits_consent=submission.awaits_consent,
    )


def _next_url(view: View, last: Submission) -> str:
    after = address_of(Place(moved_at=last.moved_at, submission_id=last.id))
    arguments: dict[str, Any] = {**view.arguments, "after": after}
    return url_for("moderate.queue", **arguments)
