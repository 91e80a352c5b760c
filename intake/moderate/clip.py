"""One clip with everything that helps to decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from intake.db import backlog, queries
from intake.db.engine import reading
from intake.db.waiting import next_waiting, previous_waiting
from intake.domain.decisions import UNDO_S
from intake.domain.states import FINAL, State
from intake.domain.submissions import SubmissionId
from intake.moderate import looking
from intake.moderate.access import MODERATOR, may
from intake.moderate.answers import private
from intake.moderate.captions import captions_panel
from intake.moderate.cutting_panel import cut_form_of, cutting_panel
from intake.moderate.forms import ButtonForm, DecisionForm, RefusalForm, TakeDownForm
from intake.moderate.mails import mails_panel
from intake.moderate.meters import meters_of
from intake.moderate.stuck import stuck_of
from intake.moderate.words_form import words_form_of
from intake.web.language import page_language
from intake.web.links import clip_url
from intake.web.services import services
from intake.web.waveform import marks_on, places_on

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from intake.moderate.cutting_panel import CutForm
    from intake.moderate.preview import Preview
    from intake.moderate.words_form import WordsForm


def show(submission_id: UUID) -> ResponseReturnValue:
    """Show one clip with everything that helps to decide."""
    page = clip_page(submission_id)
    looking.say_that_i_look(SubmissionId(str(submission_id)))
    return private(page)


def clip_page(  # noqa: PLR0913 - each is another way to come back to this page
    submission_id: UUID | SubmissionId,
    *,
    form: DecisionForm | None = None,
    refusal: RefusalForm | None = None,
    take_down_form: TakeDownForm | None = None,
    cut_form: CutForm | None = None,
    words_form: WordsForm | None = None,
    conflict: str | None = None,
    conflict_title: str | None = None,
    previews: Iterable[Preview] = (),
) -> str:
    """Render one clip.

    Args:
        refusal: What was typed to send a stuck clip back, where it must be mended.
        form: What was typed, where it must be mended.
        take_down_form: As above.
        cut_form: As above.
        words_form: As above.
        conflict: Why something was not carried out.
        conflict_title: What that was, where it was no decision.
        previews: The mails that the decisions would send.
    """
    parts = services()
    with reading(parts.engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
        call = queries.find_call(connection, submission.call_slug)
        history = queries.history(connection, submission.id)
        public_url = clip_url(connection, submission)
        captions = captions_panel(connection, submission, call)
        cutting = cutting_panel(connection, submission)
        mails = mails_panel(connection, submission.id)
        died = backlog.last_dead_job(connection, submission.id) if submission.state is State.NEEDS_OPERATOR else None
        neighbours = {
            "next_id": next_waiting(connection, submission),
            "previous_id": previous_waiting(connection, submission),
        }
    return render_template(
        "moderate/clip.html",
        submission=submission,
        call=call,
        kind_label=call.kind_label(submission.sender.organisation_kind, page_language()),
        view_url=parts.private.view_link(submission.review_key) if submission.review_key else None,
        marked=marks_on(submission.shown_levels, submission.checks, page_language()),
        places=places_on(submission.shown_levels, submission.checks),
        meters=meters_of(submission.shown_levels, page_language()),
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
        conflict_title=conflict_title,
        previews=list(previews),
        take_down_form=take_down_form or TakeDownForm(formdata=None),
        undo_s=UNDO_S,
        **neighbours,
        clip_url=public_url,
        cut_form=cut_form or cut_form_of(submission),
        words_form=words_form or words_form_of(submission),
        may_correct=submission.state not in FINAL and may(MODERATOR),
        mails=mails,
        **captions,
        **cutting,
    )
