"""One clip with everything that helps to decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from intake.db import backlog, queries
from intake.db.engine import reading
from intake.domain.states import State
from intake.domain.submissions import SubmissionId
from intake.moderate import looking
from intake.moderate.access import MODERATOR, may
from intake.moderate.answers import private
from intake.moderate.captions import captions_panel
from intake.moderate.forms import ButtonForm, DecisionForm, RefusalForm
from intake.moderate.stuck import stuck_of
from intake.web.language import page_language
from intake.web.links import clip_url
from intake.web.services import services

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue


def show(submission_id: UUID) -> ResponseReturnValue:
    """Show one clip with everything that helps to decide."""
    page = clip_page(submission_id)
    looking.say_that_i_look(SubmissionId(str(submission_id)))
    return private(page)


def clip_page(
    submission_id: UUID,
    *,
    form: DecisionForm | None = None,
    refusal: RefusalForm | None = None,
    conflict: str | None = None,
) -> str:
    """Render one clip.

    Args:
        refusal: What was typed to send a stuck clip back, where it must be mended.
        form: What was typed, where it must be mended.
        conflict: Why a decision was not carried out.
    """
    parts = services()
    with reading(parts.engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
        call = queries.find_call(connection, submission.call_slug)
        history = queries.history(connection, submission.id)
        public_url = clip_url(connection, submission)
        captions = captions_panel(connection, submission, call)
        died = backlog.last_dead_job(connection, submission.id) if submission.state is State.NEEDS_OPERATOR else None
    return render_template(
        "moderate/clip.html",
        submission=submission,
        call=call,
        kind_label=call.kind_label(submission.sender.organisation_kind, page_language()),
        view_url=parts.private.view_link(submission.review_key) if submission.review_key else None,
        still_urls=[parts.private.view_link(key) for key in submission.stills],
        history=history,
        form=form or DecisionForm(formdata=None, reviewed_sha256=submission.review_sha256, poster=submission.poster),
        button_form=ButtonForm(formdata=None),
        looked_at=looking.said_of([submission.id]).get(submission.id, ""),
        stuck=stuck_of(submission, died, page_language()) if submission.state is State.NEEDS_OPERATOR else None,
        refusal=refusal,
        may_change=may(MODERATOR),
        can_decide=submission.state is State.AWAITING_REVIEW and may(MODERATOR),
        conflict=conflict,
        clip_url=public_url,
        **captions,
    )
