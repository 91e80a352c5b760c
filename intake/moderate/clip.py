"""One clip with everything that helps to decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template

from intake.db import backlog, queries
from intake.db.engine import reading
from intake.db.figures import views_of
from intake.domain.decisions import UNDO_S
from intake.domain.states import FINAL, State
from intake.domain.submissions import SubmissionId
from intake.moderate import looking, walking
from intake.moderate.access import MODERATOR, may
from intake.moderate.answers import private
from intake.moderate.captions import captions_panel
from intake.moderate.cutting_panel import cut_form_of, cutting_panel
from intake.moderate.forms import ButtonForm, DecisionForm, RefusalForm, TakeDownForm
from intake.moderate.kept import typed_words
from intake.moderate.mails import mails_panel
from intake.moderate.meters import meters_of
from intake.moderate.stuck import stuck_of
from intake.moderate.words_form import words_form_of
from intake.web.language import page_language
from intake.web.links import clip_url
from intake.web.services import services
from intake.web.waveform import marks_on, places_on
from intake.wording.consents import CONSENTS
from intake.wording.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from flask.typing import ResponseReturnValue
    from sqlalchemy import Connection

    from intake.domain.calls import Call
    from intake.domain.submissions import Submission
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
        conflict: Why something was not carried out; what was typed for it is shown, unless a form holds it.
        conflict_title: What that was, where it was no decision.
        previews: The mails that the decisions would send.
    """
    with reading(services().engine) as connection:
        submission = queries.submission_by_id(connection, str(submission_id))
        call = queries.find_call(connection, submission.call_slug)
        rows = _rows_about(connection, submission, call)
    has_a_say = may(MODERATOR)
    return render_template(
        "moderate/clip.html",
        submission=submission,
        call=call,
        kind_label=call.kind_label(submission.sender.organisation_kind, page_language()),
        form=form or DecisionForm(formdata=None, reviewed_sha256=submission.review_sha256, poster=submission.poster),
        button_form=ButtonForm(formdata=None),
        refusal=refusal,
        take_down_form=take_down_form or TakeDownForm(formdata=None),
        cut_form=cut_form or cut_form_of(submission),
        words_form=words_form or words_form_of(submission),
        looked_at=looking.said_of([submission.id]).get(submission.id, ""),
        may_change=has_a_say,
        can_decide=submission.state is State.AWAITING_REVIEW and has_a_say,
        may_correct=submission.state not in FINAL and has_a_say,
        conflict=conflict,
        conflict_title=conflict_title,
        typed=typed_words() if conflict else [],
        previews=list(previews),
        undo_s=UNDO_S,
        **_watched(submission),
        **rows,
    )


def _rows_about(connection: Connection, submission: Submission, call: Call) -> dict[str, Any]:
    """Return what other rows say of a submission, for the panels of its page."""
    is_stuck = submission.state is State.NEEDS_OPERATOR
    view = walking.walked_view(connection)
    died = backlog.last_dead_job(connection, submission.id) if is_stuck else None
    return {
        "history": queries.history(connection, submission.id),
        "report_names": REPORTS,
        "consent_names": CONSENTS,
        "clip_url": clip_url(connection, submission),
        "views": _views(connection, submission),
        "mails": mails_panel(connection, submission.id),
        "stuck": stuck_of(submission, died, page_language()) if is_stuck else None,
        "next_id": walking.following(connection, view, submission),
        "previous_id": walking.preceding(connection, view, submission),
        "view_arguments": view.arguments,
        **captions_panel(connection, submission, call),
        **cutting_panel(connection, submission),
    }


def _views(connection: Connection, submission: Submission) -> int | None:
    """Return how often the public clip was begun; None where that is not counted."""
    is_counted = services().settings.views_log is not None and submission.clip_id is not None
    return views_of(connection, submission.clip_id) if is_counted and submission.clip_id else None


def _watched(submission: Submission) -> dict[str, Any]:
    """Return what is watched and heard: links that soon expire, marks and meters."""
    private_bucket, levels, checks = services().private, submission.shown_levels, submission.checks
    return {
        "view_url": private_bucket.view_link(submission.review_key) if submission.review_key else None,
        "still_urls": [private_bucket.view_link(key) for key in submission.stills],
        "marked": marks_on(levels, checks, page_language()),
        "places": places_on(levels, checks),
        "meters": meters_of(levels, page_language()),
    }
